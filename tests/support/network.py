"""Owns two network namespaces, "near" and "far", joined by a veth pair, for tests that drop packets. Does not touch the
machine's own network, and leaves nothing behind: the namespaces belong to processes and have no names, for which `ip
netns` would leave mounts."""
import json
import os
import shutil
import subprocess

NEAR, FAR = "192.0.2.1", "192.0.2.2"  # RFC 5737, for documentation: never routed


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def why_no_namespaces():
    """Why this machine cannot have namespaces; empty when it can."""
    if os.geteuid() != 0:
        return "that takes root"
    if not shutil.which("ip"):
        return "there is no `ip` (package iproute2)"
    try:
        with TwoMachines():
            return ""
    except subprocess.CalledProcessError as failure:
        return failure.stderr.strip()


class Namespace:
    """A namespace that lasts until it is closed, or the test ends."""

    def __init__(self):
        command = ["unshare", "--net", "sh", "-c", "echo there && exec cat"]
        self.holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                       text=True)
        if self.holder.stdout.readline() != "there\n":
            _, failure = self.holder.communicate()
            raise subprocess.CalledProcessError(self.holder.returncode, command, stderr=failure)
        self.enter = ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net"]

    def close(self):
        self.holder.communicate()

    def ip(self, *arguments):
        return run(*self.enter, "ip", *arguments)

    @property
    def hardware_address(self):
        [link] = json.loads(self.ip("-j", "link", "show", "cable"))
        return link["address"]

    def connect(self, address, other_address, other):
        self.ip("address", "add", f"{address}/30", "dev", "cable")
        self.ip("link", "set", "lo", "up")
        self.ip("link", "set", "cable", "up")
        self.know(other_address, other)

    def know(self, address, other):
        """Adds a fixed neighbour entry. Without it, the kernel would report an unreachable address instead of losing
        packets."""
        self.ip("neighbour", "replace", address, "lladdr", other.hardware_address, "dev", "cable", "nud", "permanent")


class TwoMachines:
    near_address, far_address = NEAR, FAR

    def __enter__(self):
        self.made = []
        try:
            self.near, self.far = self.make(), self.make()
            self.near.ip("link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns",
                         str(self.far.holder.pid))
            self.near.connect(NEAR, FAR, self.far)
            self.far.connect(FAR, NEAR, self.near)
            self.on_near, self.on_far = self.near.enter, self.far.enter
            return self
        except BaseException:
            self.__exit__()
            raise

    def make(self):
        self.made.append(Namespace())
        return self.made[-1]

    def __exit__(self, *_):
        while self.made:
            self.made.pop().close()

    def drop_packets(self):
        """The far side no longer accepts packets to its address, without telling the sender."""
        self.far.ip("address", "delete", f"{FAR}/30", "dev", "cable")

    def pass_packets(self):
        self.far.ip("address", "add", f"{FAR}/30", "dev", "cable")
        if not self.far.ip("neighbour", "show", NEAR, "nud", "permanent"):
            self.far.know(NEAR, self.near)
