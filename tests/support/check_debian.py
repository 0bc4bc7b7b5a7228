"""Tries the last commit on a bare Debian release: unpacks it with nothing installed, and there clones this repository, and
makes the demo, all the tests and the package. Nothing stays mounted, no process stays, and the system is removed at the
end; KEEP=1 keeps it.
usage: WAMPFCGI_BUILD=BUILD python3 -B -m support.check_debian CODENAME [JOBS]"""
import os
import re
import shutil
import signal
import subprocess
import sys
import types

from support.build import BUILD, TOP
from support.clean_root import PATH, CleanRoot, NotHere, can_make_namespaces, minimal_system, mounts_below

CHECKOUT = "srv/wamp-fcgi"  # web servers' users can read it
COMMANDS = ("apt-get update && apt-get install -y make git", "make demo ONCE=1 JOBS={jobs}", "make check JOBS={jobs}",
            "make package JOBS={jobs}")
# With a root of its own instead of a chroot, mount and user namespaces work inside. All mounts and processes end with the
# namespaces.
NAMESPACES = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private"]
IN_NAMESPACES = """
set -e
mount --bind "$0" "$0"
cd "$0"
mount -t proc proc proc
mount --rbind /dev dev
mount -t tmpfs tmpfs dev/shm
mount --rbind /sys sys
pivot_root . mnt
exec chroot . sh -c 'umount -l /mnt && cd "$0" && exec sh -c "$1"' "$@"
"""
PASSED_ON = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "NODE_EXTRA_CA_CERTS")
SUMMARY = re.compile(r"^\d+% tests passed", re.M)


def say(text):
    print(f"=== {text}", flush=True)


def clone(root, archive):
    """The last commit, without what has not been committed."""
    checkout = root.path / CHECKOUT
    subprocess.run(["git", "-c", "advice.detachedHead=false", "clone", "--quiet", "--no-hardlinks", TOP, checkout], check=True)
    # The tests inside unpack the same system, and need not download it again.
    (checkout / "build").mkdir()
    shutil.copyfile(archive, checkout / "build" / archive.name)
    commit = subprocess.run(["git", "-C", checkout, "log", "-1", "--format=%h %s"], capture_output=True, text=True, check=True)
    say(f"{checkout}: {commit.stdout.strip()}")


def run(root, command):
    """Shows what the command prints, as it comes; returns whether it succeeded, and its output."""
    environment = {"PATH": PATH, "HOME": "/root", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive",
                   **{name: os.environ[name] for name in PASSED_ON if name in os.environ}}
    lines = []
    with subprocess.Popen([*NAMESPACES, "sh", "-c", IN_NAMESPACES, root.path, f"/{CHECKOUT}", command], env=environment,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace") as process:
        try:
            for line in process.stdout:
                print(line, end="", flush=True)
                lines.append(line)
        except BaseException:
            process.kill()
            raise
    return process.returncode == 0, "".join(lines)


def try_all(root, jobs):
    """The commands that failed, and the summary of the tests."""
    failed, summary = [], "the tests did not end"
    for command in (each.format(jobs=jobs) for each in COMMANDS):
        say(command)
        succeeded, output = run(root, command)
        if not succeeded:
            failed.append(command)
        if found := SUMMARY.search(output):
            summary = output[found.start():].strip()
    return failed, summary


def remove(folder):
    if mounts := mounts_below(folder):
        sys.exit(f"not removed, because something is mounted there: {' '.join(mounts)}")
    shutil.rmtree(folder)


def main(codename, jobs):
    folder = BUILD / f"{codename}-checked"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))
    if folder.exists():
        remove(folder)
    try:
        if not can_make_namespaces():
            raise NotHere("needs root, and mount namespaces")
        say(f"a bare Debian {codename}")
        archive = minimal_system(codename)
        folder.mkdir(parents=True)
        root = CleanRoot(types.SimpleNamespace(path=folder), codename)
        (root.path / "etc/dpkg/dpkg.cfg.d").mkdir(exist_ok=True)
        (root.path / "etc/dpkg/dpkg.cfg.d/checked").write_text("force-unsafe-io\n")  # syncing takes most of the time
        clone(root, archive)
        failed, summary = try_all(root, jobs)
    except NotHere as reason:
        sys.exit(f"check on Debian {codename}: {reason}")
    finally:
        if folder.exists() and not os.environ.get("KEEP"):
            remove(folder)
    say(f"{codename}: {summary}")
    if os.environ.get("KEEP"):
        say(f"kept: {folder}/root")
    sys.exit(f"failed on Debian {codename}: {', '.join(failed)}" if failed else None)


if __name__ == "__main__":
    main(sys.argv[1], *(sys.argv[2:] or ["2"]))
