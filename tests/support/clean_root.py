"""Owns a clean root of this machine's Debian release or another, made with debootstrap, for trying a package. If mount
namespaces are available, mounts exist only during one command."""
import pathlib
import re
import shutil
import subprocess

from support.processes import AS_ROOT
from support.servers import BUILD

PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
NAMESPACE = ["unshare", "--mount"]
IN_ROOT = 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"'
ADDED_AUTHORITIES = [str(path.relative_to("/")) for path in pathlib.Path("/usr/local/share/ca-certificates").glob("*.crt")]
APT_TARGET = "$(ORIGIN)|$(RELEASE)|$(COMPONENT)|$(REPO_URI)"


class NotHere(Exception):
    """This machine cannot make such a root."""


def distribution():
    """The distribution's name and codename, such as ("debian", "bookworm")."""
    text = pathlib.Path("/etc/os-release").read_text()
    fields = dict(re.findall(r'^(ID|VERSION_CODENAME)="?([^"\n]*)"?$', text, re.M))
    return fields.get("ID"), fields.get("VERSION_CODENAME")


def first_that_fails(*commands, seconds=400):
    """The output of the first failing command, or None. A command that takes too long is ended with everything it
    started."""
    for command in commands:
        run = subprocess.run(["timeout", "--kill-after=10", str(seconds), *command], capture_output=True, text=True,
                             stdin=subprocess.DEVNULL)
        if run.returncode:
            return f"{command[0]} ended with {run.returncode}: {(run.stderr.strip() or run.stdout.strip())[-500:]}"
    return None


def can_make_namespaces():
    """False without privileges, and in a chroot, whose root is not a mount point."""
    return not first_that_fails([*NAMESPACE, "true"])


def mounts_below(folder):
    points = (line.split()[1] for line in pathlib.Path("/proc/mounts").read_text().splitlines())
    return [point for point in points if point.startswith(f"{folder}/")]


def repositories(codename):
    """Debian's repositories among those that apt uses here, as lines of sources.list; the first is the release itself.
    Another release has only itself, from the same mirror."""
    own = distribution()[1] or codename
    listed = subprocess.run(["apt-get", "indextargets", "--format", APT_TARGET, "Identifier: Packages"],
                            capture_output=True, text=True).stdout
    targets = [line.split("|") for line in listed.splitlines()]
    lines = [f"deb {uri} {release} {component}" for origin, release, component, uri in targets
             if origin == "Debian" and component == "main" and release.startswith(own)]
    release_itself = [line for line in lines if line.endswith(f" {own} main")]
    if codename != own:
        release_itself, lines = [line.replace(f" {own} ", f" {codename} ") for line in release_itself], []
    return list(dict.fromkeys(release_itself + lines)) or [f"deb http://deb.debian.org/debian {codename} main"]


def minimal_system(codename=None):
    """The path of an archive of a minimal system of this or another release, made once for each build."""
    if not AS_ROOT:
        raise NotHere("only root can make a root")
    if not shutil.which("debootstrap"):
        raise NotHere("debootstrap is not installed (make deps-check)")
    name, own_codename = distribution()
    codename = codename or own_codename
    if name != "debian" or not codename:
        raise NotHere(f"what is built here is not for Debian but for {name}")
    archive = BUILD / f"{codename}-minbase.tar"
    if not archive.exists():
        bootstrap(codename, archive)
    return archive


def bootstrap(codename, archive):
    folder, unfinished = BUILD / f"{codename}-minbase", archive.with_suffix(".new")
    mirror = repositories(codename)[0].split()[1]
    try:
        namespace = NAMESPACE if can_make_namespaces() else []
        failure = first_that_fails(
            [*namespace, "debootstrap", "--variant=minbase", codename, folder, mirror],
            ["tar", "--create", "--numeric-owner", "--one-file-system", "--exclude=./proc/*", "--exclude=./sys/*",
             "--exclude=./var/cache/apt/archives/*.deb", "--file", unfinished, "--directory", folder, "."],
            seconds=1200)
        if failure:
            raise NotHere(failure)
        unfinished.rename(archive)
    finally:
        for point in reversed(mounts_below(folder)):  # debootstrap removes them itself, unless it is ended
            subprocess.run(["umount", "--lazy", point], check=True)
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.unlink(missing_ok=True)


class CleanRoot:
    """The system, unpacked in a scratch folder; its apt uses this machine's repositories and proxies, and what is installed
    there trusts the authorities that this machine's administrator has added."""

    def __init__(self, scratch, codename=None):
        self.path = scratch.path / "root"
        self.path.mkdir()
        self.codename = codename or distribution()[1]
        self.has_proc = can_make_namespaces()
        failure = first_that_fails(["tar", "--extract", "--file", minimal_system(codename), "--directory", self.path])
        if failure:
            raise NotHere(failure)
        entered = self.run("true", check=False)
        if entered.returncode:
            raise NotHere(f"cannot enter it: {entered.stderr.strip()}")
        self.connect_apt()

    def connect_apt(self):
        for name in ("etc/resolv.conf", "etc/hosts", "etc/ssl/certs/ca-certificates.crt", *ADDED_AUTHORITIES):
            if pathlib.Path("/", name).exists():
                (self.path / name).parent.mkdir(parents=True, exist_ok=True)
                (self.path / name).unlink(missing_ok=True)
                shutil.copyfile(pathlib.Path("/", name), self.path / name)
        (self.path / "etc/apt/sources.list").write_text("\n".join(repositories(self.codename)) + "\n")
        acquire = subprocess.run(["apt-config", "dump", "Acquire"], capture_output=True, text=True, check=True).stdout
        (self.path / "etc/apt/apt.conf.d/99host").write_text(f'{acquire}Acquire::Retries "3";\n')
        update = self.run("apt-get", "--quiet", "-o", "APT::Update::Error-Mode=any", "update", check=False)
        if update.returncode:
            raise NotHere(f"apt-get update: {update.stderr.strip()[-500:]}")

    def run(self, *command, check=True):
        enter = [*NAMESPACE, "sh", "-c", IN_ROOT, self.path] if self.has_proc else ["chroot", self.path]
        run = subprocess.run([*enter, *command], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300,
                             env={"PATH": PATH, "HOME": "/root", "LC_ALL": "C.UTF-8",
                                  "DEBIAN_FRONTEND": "noninteractive"})
        if check and run.returncode:
            raise AssertionError(f"{command} ended with {run.returncode}\n{run.stdout}{run.stderr}")
        return run

    def id_of(self, database, name):
        """The number of a user ("passwd") or group ("group") in the root; None when there is none."""
        found = re.search(rf"^{name}:[^:]*:(\d+):", (self.path / "etc" / database).read_text(), re.M)
        return int(found[1]) if found else None

    def traces(self, name, owner):
        """Paths that contain a name, or belong to the user or group with this number."""
        for path in self.path.rglob("*"):
            status = path.lstat()
            if name in path.name or owner in (status.st_uid, status.st_gid):
                yield path.relative_to(self.path)
