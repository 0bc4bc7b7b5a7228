"""Owns WAMP peers of other projects: fox-wamp, a router, and a callee with AutobahnJS (tests/peers)."""
import re

from support.processes import Process
from support.servers import TOP

MODULES = TOP / "build/deps/peers/node_modules"  # from `make deps`, whatever the build folder


class NodeProgram(Process):
    script = None

    def arguments(self):
        return []

    def command(self):
        if not MODULES.exists():
            raise FileNotFoundError(f"{MODULES} is not there (make deps-check)")
        return ["env", f"NODE_PATH={MODULES}", "node", TOP / "tests/peers" / self.script, *self.arguments()]


class FoxWamp(NodeProgram):
    """Two listeners of one process, each a separate router: `url` admits everybody, `login_url` requires a login. Both
    keep their ports over restarts."""

    name, script = "fox-wamp", "router.js"
    ports = (0, 0)

    def arguments(self):
        return self.ports

    def is_ready(self):
        found = re.findall(r"^listening (ws://127\.0\.0\.1:(\d+)/wamp)$", self.said(), re.M)
        if len(found) == 2:
            (self.url, first), (self.login_url, second) = found
            self.ports = (first, second)
        return len(found) == 2


class Callee(NodeProgram):
    """AutobahnJS with procedures; it rejoins automatically."""

    name, script = "callee", "callee.js"

    def __init__(self, scratch, url, *login):
        super().__init__(scratch)
        self.login = (url, *login)

    def arguments(self):
        return self.login

    def is_ready(self):
        return self.times_served() > 0

    def times_served(self):
        return self.said().count("serving\n")
