"""Owns the basis of all integration tests: a scratch folder with a router and wamp-fcgi behind a web server,
wamp-fcgi's configuration, and a test runner that shows the logs of failed tests."""
import json
import signal
import sys
import unittest

from support.processes import Scratch
from support.servers import DevRouter, PoolBehind, WampFcgiPool
from support.web import Client

REALM = "realm1"
ALL_SKIPPED = 77


def service(role="anonymous", **options):
    return {"type": "caller", "realm": REALM, "role": role, "options": options}


def configuration(router_url, paths, mount=None, connect_timeout=2, credentials=None):
    router = {"url": router_url, "connect_timeout": connect_timeout}
    if credentials:
        router["credentials"] = credentials
    return {**({"mount": mount} if mount else {}), "router": router, "paths": paths}


def start_server(scratch, server_class, config):
    """Starts a web server with wamp-fcgi behind it. `config` is wamp-fcgi's configuration without the mount and the
    folder for signed requests."""
    config = {**config, "state_dir": str(scratch.folder("state") / "signatures")}
    if server_class.mount:
        config = {**config, "mount": server_class.mount}
    path = scratch.write("config.json", json.dumps(config, ensure_ascii=False, indent=1))
    if issubclass(server_class, PoolBehind):
        return server_class(scratch, WampFcgiPool(scratch, path).start()).start()
    return server_class(scratch, path).start()


class Served:
    """A router, and wamp-fcgi with `paths` behind a web server, shared by all tests of a class."""

    server_class = None
    paths = None

    @classmethod
    def setUpClass(cls):
        cls.scratch = Scratch()
        cls.addClassCleanup(cls.scratch.close)
        cls.router = DevRouter(cls.scratch).start()
        cls.server = start_server(cls.scratch, cls.server_class, configuration(cls.router.url, cls.paths))
        cls.client = Client(cls.server.port)


class DeploymentTest(unittest.TestCase):
    """A test with its own scratch folder."""

    def setUp(self):
        self.scratch = Scratch()
        self.addCleanup(self.scratch.close)

    def client_of(self, server, **how):
        return Client(server.port, **how)


class ShowLogs(unittest.TextTestResult):
    """Appends the ends of the logs to the first report of a failed test."""

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.append_logs(self.failures, test)

    def addError(self, test, err):
        super().addError(test, err)
        self.append_logs(self.errors, test)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.append_logs(self.failures if issubclass(err[0], test.failureException) else self.errors, test)

    def append_logs(self, reports, test):
        scratch = getattr(test, "scratch", None)
        if scratch and test is not getattr(self, "shown", None) and scratch.path.exists():
            self.shown = test
            reports[-1] = (reports[-1][0], f"{reports[-1][1]}\n{scratch.logs()}")


def main():
    """Runs the tests of the calling module. SIGTERM still ends what they have started. When none of them can run here,
    the exit status is CTest's for skipped."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))
    runner = unittest.TextTestRunner(resultclass=ShowLogs, verbosity=2)
    result = unittest.main(testRunner=runner, exit=False).result
    nothing_done = result.skipped and len(result.skipped) >= result.testsRun
    sys.exit(ALL_SKIPPED if nothing_done and result.wasSuccessful() else not result.wasSuccessful())
