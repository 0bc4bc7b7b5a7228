"""Owns the basis of the fault tests: router and workers, calls in the background, and the conditions after each fault:
every request has an answer, no call is sent twice, and the workers leak nothing."""
import json
import pathlib
import time

from integration.deployment import DeploymentTest, configuration, service
from support.build import SANITIZED, SLOWDOWN
from support.load import UNANSWERED, Background, arrivals, make_call
from support.processes import wait_until
from support.servers import LastingRouter, WampFcgiPool

CONNECT_TIMEOUT = 2
CALL_TIMEOUT = 1      # of the service "impatient"
RECOVERY_BOUND = 3 * SLOWDOWN  # seconds from listening again to the first good answer; usually a tenth of that
SLACK = 2 * SLOWDOWN  # seconds that a busy machine may add to a time-out
MEMORY_SLACK = (1024 if SANITIZED else 16) * 1024  # KiB that an allocator may keep; a sanitizer keeps freed memory
PATHS = {"/": service(), "impatient": service(call_timeout=CALL_TIMEOUT)}


def footprint(pid):
    """The open descriptors, and the resident memory in KiB."""
    status = pathlib.Path("/proc", str(pid), "status").read_text()
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return len(list(pathlib.Path("/proc", str(pid), "fd").iterdir())), int(resident.split()[1])


class FaultTest(DeploymentTest):
    router = None

    def setUp(self):
        super().setUp()
        self.background = self.enter(Background())

    def enter(self, context):
        self.addCleanup(context.__exit__, None, None, None)
        return context.__enter__()

    def deploy(self, *urls, workers=1, router_class=LastingRouter, pool_class=WampFcgiPool, **router_settings):
        """Starts the router, unless there is one, and a pool that connects to `urls`, by default the router's."""
        if not self.router:
            self.router = router_class(self.scratch).start()
        config = configuration("", PATHS, connect_timeout=CONNECT_TIMEOUT)
        del config["router"]["url"]
        config["router"].update(urls=urls or [self.router.where], **router_settings)
        self.pool = pool_class(self.scratch, self.scratch.write("config.json", json.dumps(config)), workers).start()
        self.assert_works_within(RECOVERY_BOUND)
        self.workers = self.pool.worker_pids()
        self.before = {pid: footprint(pid) for pid in self.workers}

    def start_call(self, procedure="com.example.echo", *args, service=None, limit=20, **how):
        path = f"/{service}" if service else ""
        return self.background.start(make_call(self.pool.address, limit, procedure, list(args) or None, path=path, **how))

    def wait_for_log(self, text, seconds, count=1):
        wait_until(lambda: self.pool.log.read_text().count(text) >= count, f"the log to say {text!r}", seconds)

    def let_time_pass(self, seconds):
        started = time.monotonic()
        wait_until(lambda: time.monotonic() > started + seconds, "the time to pass", seconds + SLACK)

    def let_ping_be_answered(self, keepalive):
        """Waits until a RawSocket PING was answered, because only then are further answers expected. Calls would delay
        the PING."""
        self.let_time_pass(keepalive)
        self.assertGreater(self.stats()["pings"], 0)

    def call(self, *what, **how):
        return self.start_call(*what, **how).result(60)

    def stats(self):
        return self.call("com.example.stats").json["kwargs"]

    def count_of(self, procedure):
        return self.stats()["calls_by_procedure"].get(procedure, 0)

    def under_way(self, procedure, *args, **how):
        """Starts a call, and returns the future of its outcome once the router has it."""
        before = self.count_of(procedure)
        outcome = self.start_call(procedure, *args, **how)
        wait_until(lambda: self.count_of(procedure) > before, "the call to be under way")
        return outcome

    # Conditions after each fault.

    def assert_works_within(self, seconds):
        """Makes consecutive requests until one succeeds in time; each must have an answer. Returns how long that
        took."""
        started = time.monotonic()
        while True:
            outcome = self.call(limit=CONNECT_TIMEOUT + SLACK)
            self.assertNotEqual(outcome.status, UNANSWERED)
            if outcome.good:
                self.assertLess(outcome.ended - started, seconds)
                return outcome.ended - started
            self.assertLess(outcome.ended - started, seconds, outcome)

    def assert_failed(self, outcome, status, name):
        self.assertEqual((outcome.status, outcome.name), (status, name), outcome)

    def assert_timed_out(self, outcome):
        self.assert_failed(outcome, 504, "call_timeout")
        self.assertLess(outcome.seconds, CALL_TIMEOUT + SLACK)

    def assert_nothing_is_left(self):
        """The workers are the same, with their initial number of descriptors and about their initial memory."""
        self.assertEqual(self.pool.worker_pids(), self.workers)
        for pid, (descriptors, memory) in self.before.items():
            wait_until(lambda: footprint(pid)[0] <= descriptors, f"descriptors to be {descriptors} again", 5)
            wait_until(lambda: footprint(pid)[1] < memory + MEMORY_SLACK, f"memory to be about {memory} KiB again", 5)

    def assert_none_came_twice(self, outcomes):
        """A call with a result arrived once, one with an unknown outcome at most once, and no other call arrived."""
        came = arrivals(self.router.log.read_text())
        for each in outcomes:
            with self.subTest(each):
                self.assertIn(came[each.argument], {200: (1,), 502: (0, 1), 504: (0, 1)}.get(each.status, (0,)))

    def print_numbers(self, text):
        print(f"({text}) ", end="", flush=True)
