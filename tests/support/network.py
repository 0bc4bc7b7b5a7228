"""Owns two network namespaces joined by a cable (a veth pair), for tests that drop packets: "near" and "far". Nothing of the
machine's own network is touched."""
import json
import os
import shutil
import subprocess

NEAR, FAR = "192.0.2.1", "192.0.2.2"  # RFC 5737, for documentation: routed nowhere


def ip(*arguments):
    return subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True).stdout


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


class TwoMachines:
    near_address, far_address = NEAR, FAR

    def __init__(self):
        self.near, self.far = (f"wamp-fcgi-{os.getpid()}-{side}" for side in ("near", "far"))
        self.on_near, self.on_far = (["ip", "netns", "exec", name] for name in (self.near, self.far))
        self.made = []

    def __enter__(self):
        try:
            for name in (self.near, self.far):
                ip("netns", "add", name)
                self.made.append(name)
            ip("-n", self.near, "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", self.far)
            for name, address in ((self.near, NEAR), (self.far, FAR)):
                ip("-n", name, "address", "add", f"{address}/30", "dev", "cable")
                ip("-n", name, "link", "set", "lo", "up")
                ip("-n", name, "link", "set", "cable", "up")
            # Without this, an address that answers no more would be reported, instead of packets just being lost.
            for name, other, address in ((self.near, self.far, FAR), (self.far, self.near, NEAR)):
                [link] = json.loads(ip("-j", "-n", other, "link", "show", "cable"))
                ip("-n", name, "neighbour", "replace", address, "lladdr", link["address"], "dev", "cable", "nud", "permanent")
            return self
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        for name in reversed(self.made):
            ip("netns", "delete", name)
        self.made = []

    def drop_packets(self):
        """The far side no longer takes packets to its address for its own; nobody hears of it."""
        ip("-n", self.far, "address", "delete", f"{FAR}/30", "dev", "cable")

    def pass_packets(self):
        ip("-n", self.far, "address", "add", f"{FAR}/30", "dev", "cable")
        if not ip("-n", self.far, "neighbour", "show", NEAR, "nud", "permanent"):
            [link] = json.loads(ip("-j", "-n", self.near, "link", "show", "cable"))
            ip("-n", self.far, "neighbour", "replace", NEAR, "lladdr", link["address"], "dev", "cable", "nud", "permanent")
