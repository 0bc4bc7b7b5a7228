"""Incomplete requests, and huge numbers of bodies and connections, on the FastCGI socket."""
import json
import pathlib
import resource
import select
import statistics
import threading
import time
import unittest

from integration.contract_base import ADD2, echo
from integration.deployment import configuration
from integration.fault_case import footprint
from integration.hostile_case import GOOD, GOOD_VARIABLES, PATHS, Connection, HostileTest, whole
from support import fastcgi_client as fastcgi
from support.build import SANITIZED
from support.fastcgi_client import PARAMS, STDIN, begin, record, stdin
from support.processes import Scratch, wait_until
from support.servers import DevRouter, WampFcgiPool

PATIENCE = 60  # seconds that the worker waits for a request


class Dawdlers:
    """Connections that send nothing more, or a byte now and then, and when the worker has closed each. Runs in its own
    thread during the other tests."""

    TRICKLE = 0.2  # seconds between bytes

    def __init__(self):
        self.scratch = Scratch()
        router = DevRouter(self.scratch).start()
        config = {**configuration(router.url, PATHS), "log": {"level": "info"}}
        self.pool = WampFcgiPool(self.scratch, self.scratch.write("config.json", json.dumps(config)), workers=1).start()
        self.workers = self.pool.worker_pids()
        self.kept = Connection(self.pool.address)
        self.kept.send(whole(ADD2, keep=True))
        self.kept.answer()
        long_body = fastcgi.params(fastcgi.variables(length=60_000))
        starts = {"silent": b"", "half a header": b"\1\1\0", "no variables": begin(), "no body": begin() + GOOD_VARIABLES,
                  "trickling variables": begin() + record(PARAMS, bytes(60_000))[:8] + b"\1\x80\0\x60\0N",
                  "trickling body": begin() + long_body + record(STDIN, bytes(60_000))[:8], "trickling strays": b""}
        self.clients = {name: Connection(self.pool.address) for name in starts}
        self.begun, self.ended = time.monotonic(), {}
        for name, client in self.clients.items():
            client.send(starts[name])
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while len(self.ended) < len(self.clients) and time.monotonic() < self.begun + PATIENCE + 20:
            for name, client in self.clients.items():
                if name not in self.ended and self.has_ended(name, client):
                    self.ended[name] = time.monotonic() - self.begun
            time.sleep(self.TRICKLE)

    @staticmethod
    def has_ended(name, client):
        more = {"trickling variables": b"v", "trickling body": b"{", "trickling strays": record(STDIN, b"", 9)}.get(name, b"")
        if not client.send(more):
            return True
        readable, _, _ = select.select([client.sock], [], [], 0)
        return bool(readable)

    def close(self):
        for each in (self.kept, *self.clients.values()):
            each.sock.close()
        self.scratch.close()


class Slowness(unittest.TestCase):
    dawdlers = None

    @classmethod
    def setUpClass(cls):
        cls.dawdlers = cls.dawdlers or Dawdlers()
        cls.addClassCleanup(cls.dawdlers.close)

    def test_who_does_not_send_a_request_in_a_minute_is_sent_away_however_it_dawdles(self):
        self.dawdlers.thread.join(PATIENCE + 25)
        self.assertEqual(self.dawdlers.ended.keys(), self.dawdlers.clients.keys())
        for name, seconds in self.dawdlers.ended.items():
            self.assertTrue(PATIENCE - 1 < seconds < PATIENCE + 10, (name, seconds))
        self.assertEqual(self.dawdlers.pool.log.read_text().count("connection closed: the web server takes too long"), 7)

    def test_connection_that_is_kept_may_stay(self):
        self.dawdlers.thread.join(PATIENCE + 25)
        self.dawdlers.kept.send(whole(ADD2))
        self.assertEqual(self.dawdlers.kept.answer(), (200, b'{"args":[5]}'))
        self.assertEqual(self.dawdlers.pool.worker_pids(), self.dawdlers.workers)


class Masses(HostileTest):
    def test_ten_thousand_connections_at_once(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        count = min(10_000, hard - hard // 8 - 200)
        if count < 10_000:
            print(f"(a hard limit of {hard} descriptors: only {count} connections) ", end="", flush=True)
        parts = (b"", begin() + GOOD_VARIABLES[:100], begin(keep=True) + GOOD_VARIABLES + stdin(b"{" * 100, end=False))
        clients = []
        try:
            for number in range(count):
                clients.append(Connection(self.pool.address))
                clients[-1].send(parts[number % len(parts)])
            wait_until(lambda: footprint(self.worker)[0] >= self.before[0] + count, "all to be accepted", 30)
            times = []
            for _ in range(100):
                started = time.monotonic()
                self.assert_others_are_served()
                times.append(time.monotonic() - started)
            memory = footprint(self.worker)[1] - self.before[1]
            print(f"({count} connections: {memory // 1024} MiB; meanwhile a call takes {statistics.median(times) * 1000:.1f} ms,"
                  f" at most {max(times) * 1000:.1f}) ", end="", flush=True)
            self.assertLess(memory, count * (200 if SANITIZED else 40))  # KiB
        finally:
            for each in clients:
                each.sock.close()

    def test_bodies_that_do_not_end_fill_no_memory_without_end(self):
        length, count = 64 * 2**20, 9
        start = begin() + fastcgi.params(fastcgi.variables(length=length))
        piece = stdin(bytes(2**20), end=False)
        clients, refused = [], 0
        for _ in range(count):
            clients.append(self.connect(30))
            sent = clients[-1].send(start) and all(clients[-1].send(piece) for _ in range(60))
            refused += not sent or self.is_refused(clients[-1])
        self.assertEqual(refused, 1)
        self.assertIn("overloaded: requests being received fill all 512 MiB", self.logged())
        self.assert_others_are_served()
        for each in clients:
            each.sock.close()
        text = "x" * 300_000
        client = self.connect()
        client.send(whole(echo(json.dumps(text))))
        self.assertEqual(json.loads(client.answer()[1]), {"args": [text]})

    @staticmethod
    def is_refused(client):
        client.sock.settimeout(0.5)
        try:
            return client.answer()[0] == 503
        except TimeoutError:
            return False


class OwnLimits(HostileTest):
    def limit(self, name):
        lines = pathlib.Path("/proc", str(self.worker), "limits").read_text().splitlines()
        line = next(line for line in lines if line.startswith(name))
        return line[len(name):].split()[:2]

    def test_worker_leaves_no_core_dump(self):
        self.assertEqual(self.limit("Max core file size")[0], "1")

    def test_worker_may_have_the_descriptors_that_it_is_allowed(self):
        soft, hard = map(int, self.limit("Max open files"))
        self.assertEqual(soft, min(hard, 65536))


class FewDescriptors(HostileTest):
    """A worker with a limit of 256 descriptors, and so of 160 connections."""

    descriptors, connections = 256, 160

    @classmethod
    def setUpClass(cls):
        class Limited(WampFcgiPool):
            def command(self):
                return ["prlimit", f"--nofile={cls.descriptors}:{cls.descriptors}", "--", *super().command()]

        cls.shared = Scratch()
        cls.addClassCleanup(cls.shared.close)
        cls.router = DevRouter(cls.shared).start()
        config = cls.shared.write("config.json", json.dumps(configuration(cls.router.url, PATHS)))
        cls.pool = Limited(cls.shared, config, workers=1).start()
        cls.await_session()

    def test_requests_that_do_not_come_give_way_to_others(self):
        for part in (b"", begin(), begin() + GOOD_VARIABLES + stdin(b"{", end=False)):
            for _ in range(3 * self.connections):
                self.connect().send(part)
            self.assert_others_are_served()
            self.assertLessEqual(footprint(self.worker)[0], self.descriptors)
        self.assertIn("others needed its place", self.logged())
        self.doCleanups()

    def test_connections_that_are_kept_give_way_only_once_they_are_idle(self):
        kept = [self.connect() for _ in range(self.connections)]
        for each in kept:
            each.send(whole(ADD2, keep=True))
            self.assertEqual(each.answer()[0], 200)
        late = self.connect()
        late.send(GOOD)
        wait_until(lambda: "accepting is paused" in self.logged(), "accepting to be paused")
        for each in kept[1:]:
            each.send(whole(ADD2, keep=True))
            self.assertEqual(each.answer()[0], 200)
        self.assertEqual(late.answer(), (200, b'{"args":[5]}'))
        self.assertEqual(kept[0].until_closed(), [])
        self.assertEqual(self.logged().count("it was idle, and others needed its place"), 1)
        kept[1].send(whole(ADD2, keep=True))
        self.assertEqual(kept[1].answer()[0], 200)
        self.doCleanups()
