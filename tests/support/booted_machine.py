"""Owns booting a root with systemd as its first process: in namespaces, or in an emulator where there are none. The
root's unit for tests ends the machine."""
import os
import pathlib
import re
import shutil
import subprocess

from support.clean_root import NotHere, can_make_namespaces, first_that_fails
from support.processes import AS_ROOT, Process

# The machine gets control groups of its own, at the top: those that it makes in them stay behind when it ends.
JOIN_AND_START = """
while [ "$1" != -- ]; do mkdir "$1" && echo $$ >"$1/cgroup.procs" || exit; shift; done
shift; exec "$@"
"""
EMULATOR = "qemu-system-x86_64"
KERNEL_PACKAGES = ("linux-image-cloud-amd64", "initramfs-tools")


def cgroup_folders():
    """Where the hierarchies are mounted that systemd needs: cgroup2, and systemd's own one where there is one. Empty
    without cgroup2."""
    found = {}
    for line in pathlib.Path("/proc/self/mounts").read_text().splitlines():
        _, point, kind, options = line.split()[:4]
        if kind == "cgroup2" or (kind == "cgroup" and "name=systemd" in options.split(",")):
            found.setdefault(kind, pathlib.Path(point))
    return list(found.values()) if "cgroup2" in found else []


def remove_cgroup(folder):
    for inner, _, _ in os.walk(folder, topdown=False):
        os.rmdir(inner)


class Namespaces(Process):
    """The root itself, without a copy, by systemd-nspawn. SIGTERM shuts it down in order."""

    name = "machine"
    environment = {"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"}
    packages = ()  # what the root needs to boot
    slowdown = 1

    @staticmethod
    def why_impossible():
        if not shutil.which("systemd-nspawn"):
            return "systemd-nspawn is not installed (make deps-anywhere)"
        if not can_make_namespaces():
            return "there are no namespaces"
        if not cgroup_folders():
            return "cgroup2 is not mounted"
        if not all(os.access(folder, os.W_OK) for folder in cgroup_folders()):
            return "control groups are read-only"
        return None

    def __init__(self, scratch, root):
        super().__init__(scratch)
        self.root = root
        self.cgroups = [folder / scratch.path.name for folder in cgroup_folders()]

    def command(self):
        return ["sh", "-c", JOIN_AND_START, "sh", *self.cgroups, "--",
                "systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit", "--private-network",
                "--link-journal=no", f"--machine={self.scratch.path.name.replace('_', '-')}", "-D", self.root.path]

    def is_ready(self):
        return "systemd" in self.said()

    def stop(self, *how, seconds=60, **more):
        try:
            return super().stop(*how, seconds=seconds, **more)
        finally:
            for folder in filter(pathlib.Path.exists, self.cgroups):
                remove_cgroup(folder)

    def read(self, path):
        """The text of a file of the machine after its end, or None."""
        file = self.root.path / path.lstrip("/")
        return file.read_text(errors="replace") if file.exists() else None


class Emulated(Process):
    """A copy of the root on a disk of its own, with Debian's kernel, by qemu."""

    name = "machine"
    packages = KERNEL_PACKAGES
    slowdown = 6  # without KVM, which hangs in some virtual machines

    @staticmethod
    def why_impossible():
        if not shutil.which(EMULATOR):
            return f"{EMULATOR} is not installed"
        return None

    def __init__(self, scratch, root):
        super().__init__(scratch)
        self.root, self.disk = root, scratch.path / "disk"

    def make_disk(self):
        (self.root.path / "etc/fstab").write_text("/dev/vda / ext4 rw 0 1\n")
        failure = first_that_fails(["mke2fs", "-q", "-t", "ext4", "-d", self.root.path, self.disk, "3G"])
        if failure:
            raise NotHere(failure)

    def command(self):
        self.make_disk()
        boot = self.root.path / "boot"
        kernel, initrd = next(boot.glob("vmlinuz-*")), next(boot.glob("initrd.img-*"))
        return [EMULATOR, "-accel", "tcg", "-m", 1024, "-nic", "none", "-display", "none",
                "-no-reboot", "-serial", "stdio",
                "-kernel", kernel, "-initrd", initrd, "-append", "root=/dev/vda rw console=ttyS0 panic=-1",
                "-drive", f"file={self.disk},format=raw,if=virtio"]

    def is_ready(self):
        return "systemd" in self.said()

    def start(self):
        self.launch()
        return self

    def read(self, path):
        run = subprocess.run(["debugfs", "-R", f"cat {path}", self.disk], capture_output=True, text=True, timeout=60)
        return None if re.search("File not found", run.stderr) else run.stdout


def kind_of_machine():
    """The first kind that is possible here; WAMPFCGI_MACHINE=Emulated asks for one. Raises NotHere."""
    if not AS_ROOT:
        raise NotHere("only root can make a root")
    reasons = []
    for kind in (Namespaces, Emulated):
        if os.environ.get("WAMPFCGI_MACHINE", kind.__name__) == kind.__name__:
            reason = kind.why_impossible()
            if not reason:
                return kind
            reasons.append(reason)
    raise NotHere(", and ".join(reasons))
