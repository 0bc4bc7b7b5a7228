"""Limits of a worker: configured ones, and defaults that follow a limit on the memory. Beyond each a request is refused,
and the worker goes on."""
import contextlib
import json
import pathlib
import re
import unittest

from integration.deployment import DeploymentTest, configuration, main, service, start_server
from integration.hostile_case import Connection
from support import fastcgi_client as fastcgi
from support.build import RELEASED, SANITIZED
from support.load import Background, make_call
from support.processes import AS_ROOT, SERVER_USER, free_port, wait_until
from support.process_figures import proportional_bytes, resident_bytes
from support.servers import ApacheFcgid, LastingRouter, WampFcgiPool
from support.web import Client

MIB = 2**20
CGROUPS = pathlib.Path("/sys/fs/cgroup")
PATHS = {"/": service(), "limited": service(post_body_limit=10)}
LOWERED = "limits of a worker: request_buffers 16 MiB, response_buffers 16 MiB, router_queue 16 MiB, because the memory is limited to 256 MiB by "


def echo(size):
    return json.dumps({"procedure": "com.example.echo", "args": ["x" * size]}).encode()


def begin_request(length, **how):
    return fastcgi.begin() + fastcgi.params(fastcgi.variables(length=length, **how))


class Limited(DeploymentTest):
    def setUp(self):
        super().setUp()
        self.background = Background()
        self.background.__enter__()
        self.addCleanup(self.background.__exit__)

    def deploy(self, pool=WampFcgiPool, url=None, workers=1, **limits):
        url = url or LastingRouter(self.scratch).start().where
        config = {**configuration(url, PATHS), "limits": limits}
        self.pool = pool(self.scratch, self.scratch.write("config.json", json.dumps(config)), workers).start()
        self.workers = self.pool.worker_pids()

    def call(self, *what):
        return self.background.start(make_call(self.pool.address, 20, *what)).result(30)

    def assert_still_serves(self):
        outcome = self.call()
        self.assertTrue(outcome.good, (outcome, self.pool.log.read_text()))
        self.assertEqual(self.pool.worker_pids(), self.workers)

    def wait_for_log(self, text):
        wait_until(lambda: text in self.pool.log.read_text(), f"the log to say {text!r}", 5)

    def answer_to(self, body, **how):
        with Connection(self.pool.address) as client:
            client.send(begin_request(len(body), **how) + fastcgi.stdin(body))
            return client.answer()

    def fill_requests(self, size, count):
        """The number of requests with endless bodies of `size` bytes that are refused."""
        refused = 0
        with contextlib.ExitStack() as clients:
            for _ in range(count):
                client = clients.enter_context(Connection(self.pool.address))
                taken = client.send(begin_request(2 * size) + fastcgi.stdin(bytes(size), end=False))
                client.sock.settimeout(0.5)
                with contextlib.suppress(TimeoutError):
                    refused += not taken or client.answer()[0] == 503
        return refused


class Configured(Limited):
    def test_requests_beyond_request_buffers_are_refused(self):
        self.deploy(request_buffers=MIB)
        self.assertEqual(self.fill_requests(MIB * 2 // 3, 2), 1)
        self.wait_for_log("overloaded: requests being received fill all 1 MiB")
        self.assert_still_serves()

    def test_a_body_may_be_as_large_as_request_buffers_allow(self):
        self.deploy(request_buffers=2 * MIB)
        self.assertEqual(self.answer_to(echo(MIB))[0], 200)
        self.assertEqual(self.answer_to(echo(2 * MIB))[0], 503)
        self.assertEqual(self.answer_to(echo(2 * MIB), path_info="/limited")[0], 413)
        self.assert_still_serves()

    def test_an_answer_beyond_response_buffers_closes_the_connection(self):
        self.deploy(response_buffers=MIB)
        self.assertEqual(self.answer_to(echo(MIB // 2))[0], 200)
        self.assertIsNone(self.answer_to(echo(2 * MIB)))
        self.assert_still_serves()

    def test_calls_beyond_router_queue_do_not_wait_for_the_session(self):
        self.deploy(url=f"rs://127.0.0.1:{free_port()}", router_queue=MIB)
        body = echo(MIB * 2 // 3)
        with Connection(self.pool.address) as waits:
            waits.send(begin_request(len(body)) + fastcgi.stdin(body))
            wait_until(lambda: waits.unread() == 0, "the first call to wait")
            self.assertEqual(self.answer_to(body)[0], 503)
            self.wait_for_log("overloaded: requests that wait for the session fill all 1 MiB")
            self.assertEqual(waits.answer()[0], 503)
        self.wait_for_log("router_unavailable: ")

    def descriptors(self):
        text = pathlib.Path("/proc", str(self.workers[0]), "limits").read_text()
        return re.search(r"Max open files\s+(\d+)\s+(\d+)", text).groups()

    def test_open_files_is_the_soft_limit_as_far_as_the_hard_one_allows(self):
        class FewDescriptors(WampFcgiPool):
            prefix = ("prlimit", "--nofile=100:200", "--")

        for wanted, found in ((150, "150"), (80, "80"), (300, "200")):
            with self.subTest(wanted):
                self.deploy(FewDescriptors, open_files=wanted)
                self.assertEqual(self.descriptors(), (found, "200"))
                self.assert_still_serves()
                self.pool.stop()


class AddressSpace(Limited):
    @unittest.skipIf(SANITIZED, "a sanitizer needs terabytes of address space")
    def test_defaults_follow_it_and_hold(self):
        class Little(WampFcgiPool):
            prefix = ("prlimit", f"--as={256 * MIB}", "--")

        self.deploy(Little, workers=2)
        self.wait_for_log(f"notice: {LOWERED}RLIMIT_AS\n")
        self.assertGreater(self.fill_requests(12 * MIB, 4), 0)
        self.wait_for_log("overloaded: requests being received fill all 16 MiB")
        self.assert_still_serves()

    @unittest.skipIf(SANITIZED, "a sanitizer needs terabytes of address space")
    def test_what_is_configured_is_not_lowered(self):
        class Little(WampFcgiPool):
            prefix = ("prlimit", f"--as={256 * MIB}", "--")

        self.deploy(Little, request_buffers=64 * MIB, response_buffers=64 * MIB, router_queue=64 * MIB)
        self.assert_still_serves()
        self.assertNotIn("because the memory is limited", self.pool.log.read_text())


class ControlGroup(Limited):
    def setUp(self):
        if not AS_ROOT:
            self.skipTest("only root can make a cgroup")
        unified = CGROUPS / "cgroup.subtree_control"
        if (CGROUPS / "memory").is_dir():
            parent, self.file = CGROUPS / "memory", "memory.limit_in_bytes"
        elif unified.exists() and "memory" in unified.read_text().split():
            parent, self.file = CGROUPS, "memory.max"
        else:
            self.skipTest("no cgroup limits memory here")
        self.group = parent / f"wamp-fcgi-test-{free_port()}"
        try:
            self.group.mkdir()
            self.addCleanup(self.remove_group)
            (self.group / self.file).write_text(str(256 * MIB))
        except OSError as reason:
            self.skipTest(f"no cgroup can be made here: {reason}")
        super().setUp()

    def remove_group(self):
        wait_until(lambda: not (self.group / "cgroup.procs").read_text(), "the cgroup to be empty")
        self.group.rmdir()

    def test_defaults_follow_that_of_the_cgroup_above_and_hold(self):
        inner = self.group / "inner"
        inner.mkdir()
        self.addCleanup(inner.rmdir)
        self.addCleanup(wait_until, lambda: not (inner / "cgroup.procs").read_text(), "the cgroup to be empty")

        class Grouped(WampFcgiPool):
            user = None  # root enters the cgroup
            prefix = ("sh", "-c", f'echo $$ > {inner}/cgroup.procs && exec "$@"', "sh")

            def command(self):
                return [*super().command(), "--user", SERVER_USER]

        self.deploy(Grouped, workers=2)
        self.addCleanup(self.pool.stop)
        self.wait_for_log(f"notice: {LOWERED}{self.group / self.file}\n")
        self.assertGreater(self.fill_requests(12 * MIB, 4), 0)
        self.wait_for_log("overloaded: requests being received fill all 16 MiB")
        self.assert_still_serves()


@unittest.skipUnless(RELEASED, "only the program that is shipped is small")
class ResidentMemory(Limited):
    """In figures of the kernel that a host sees; pages that processes share count in each."""

    def assert_rests_with_at_most(self, megabytes, pids):
        def figures():
            return [resident_bytes(pid) for pid in pids]

        wait_until(lambda: sum(figures()) <= megabytes * 10**6, f"{megabytes} MB, not {figures()} bytes")
        by_shares = f", {sum(map(proportional_bytes, pids)) / 1e6:.1f} MB by shares" if AS_ROOT else ""
        print(f"({sum(figures()) / 1e6:.1f} MB resident{by_shares}) ", end="", flush=True)

    def test_a_pool_of_one_worker_needs_12_MB_with_the_supervisor(self):
        self.deploy()
        for _ in range(50):
            self.assert_still_serves()
        self.assert_rests_with_at_most(12, [self.pool.pid, *self.workers])

    def test_a_process_of_mod_fcgid_needs_6_MB(self):
        router = LastingRouter(self.scratch).start()
        server = start_server(self.scratch, ApacheFcgid, configuration(router.where, PATHS))
        client = Client(server.port)
        for _ in range(50):
            self.assertEqual(client.call("com.example.add2", 2, 3).status, 200)
        for pid in server.worker_pids():
            self.assert_rests_with_at_most(6, [pid])


if __name__ == "__main__":
    main()
