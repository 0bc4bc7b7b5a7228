"""Owns an isolated machine for a recipe of README.md: this machine's files, with temporary changes below /etc, /var and
/usr/local, its own network with every port free, and its own processes, which end with it."""
import subprocess

from support.processes import AS_ROOT, clean_environment

ISOLATE = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child"]
SET_UP = r"""
mount -t proc proc /proc
mount -t tmpfs tmpfs /mnt
for folder in etc var usr/local; do
    mkdir -p /mnt/$folder/changed /mnt/$folder/work
    mount -t overlay -o lowerdir=/$folder,upperdir=/mnt/$folder/changed,workdir=/mnt/$folder/work overlay /$folder
done
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /dev/shm
mkdir /run/lock
ip link set lo up
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# What a recipe calls that cannot be had here: the packages are there, root needs no sudo, and for systemd stands what starts
# the same services without it.
put() { cat > /usr/local/sbin/$1 && chmod 755 /usr/local/sbin/$1; }
put sudo <<'END'
#!/bin/sh
exec "$@"
END
put apt-get <<'END'
#!/bin/sh
END
put systemctl <<'END'
#!/bin/sh
case "$1" in
reload-or-restart) if service "$2" status; then service "$2" reload; else service "$2" restart; fi ;;
restart | reload | start | stop) service "$2" "$1" ;;
*) echo "systemctl $*: not known here" >&2; exit 1 ;;
esac >&2
END
[ -e /usr/bin/systemd-sysusers ] || put systemd-sysusers <<'END'
#!/bin/sh
adduser --quiet --system --group wamp-fcgi
END
wait_for() {
    for _ in $(seq 300); do ! "$@" || return 0; sleep 0.1; done
    echo "waited too long: $*" >&2
    return 1
}
"""


def why_impossible():
    """Why this is impossible here, or None."""
    if not AS_ROOT:
        return "only root can make namespaces"
    run = run_script("")
    return None if run.returncode == 0 else f"no namespaces or overlays here: {run.stderr.strip()[-200:]}"


def run_script(script, seconds=120):
    """The result of running a shell script there; each command must succeed. Its programs end with it."""
    return subprocess.run([*ISOLATE, "sh", "-eu", "-c", SET_UP + script], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=seconds, env=clean_environment())
