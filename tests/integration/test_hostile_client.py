"""A hostile web server on the FastCGI socket: bytes that are no FastCGI or lie, requests that never come in full, connections
by the thousand. After each, the same worker serves others at once, and has no more descriptors and memory than before."""
import json
import pathlib
import resource
import select
import socket
import statistics
import struct
import threading
import time
import unittest

from integration.contract_base import ADD2, call, echo
from integration.deployment import DeploymentTest, configuration, main, service
from integration.fault_case import MEMORY_SLACK, SANITIZED, footprint
from support import fastcgi_client as fastcgi
from support.fastcgi_client import ABORT_REQUEST, BEGIN_REQUEST, END_REQUEST, PARAMS, STDIN, STDOUT, begin, record, stdin
from support.processes import Scratch, wait_until
from support.servers import DevRouter, WampFcgiPool

GET_VALUES, GET_VALUES_RESULT, UNKNOWN_TYPE = 9, 10, 11
COMPLETE, CANNOT_MULTIPLEX, UNKNOWN_ROLE = 0, 1, 3
AT_ONCE = 2 * (5 if SANITIZED else 1)  # seconds for a good request meanwhile, on a busy machine
PATIENCE = 60  # seconds that the worker has for a request that does not come
PATHS = {"/": service(), "limited": service(post_body_limit=10)}
GOOD_VARIABLES = fastcgi.params(fastcgi.variables(length=len(ADD2)))
GOOD = begin() + GOOD_VARIABLES + stdin(ADD2.encode())


def pairs(*texts):
    """Variables as FastCGI carries them, in bytes, with lengths that are true."""
    return b"".join(struct.pack("!II", len(name) | 1 << 31, len(value) | 1 << 31) + name + value for name, value in texts)


def good_but(more):
    """A good request with more bytes among its variables."""
    variables = GOOD_VARIABLES[8:-8] + more
    pieces = [record(PARAMS, variables[i:i + 65000]) for i in range(0, len(variables), 65000)]
    return begin() + b"".join(pieces) + record(PARAMS) + stdin(ADD2.encode())


def begin_as(role, keep=False, request_id=1):
    return record(BEGIN_REQUEST, struct.pack("!HB5x", role, keep), request_id)


def whole(body, request_id=1, keep=False):
    variables = fastcgi.variables(length=len(body))
    return begin(keep, request_id) + fastcgi.params(variables, request_id) + stdin(body.encode(), request_id)


class Connection:
    """A connection of a web server; `read` gives all records until it is closed, or until so many have ended a request."""

    def __init__(self, address, seconds=10):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(address))  # waits while the queue of the socket is full, which a time-out would not
        self.sock.settimeout(seconds)
        self.received = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def send(self, data):
        """False when the worker has closed the connection meanwhile."""
        try:
            self.sock.sendall(data)
            return True
        except (BrokenPipeError, ConnectionResetError):
            return False

    def receive(self, count):
        while len(self.received) < count:
            try:
                part = self.sock.recv(65536)
            except ConnectionResetError:
                part = b""
            if not part:
                return None
            self.received += part
        data, self.received = self.received[:count], self.received[count:]
        return data

    def record(self):
        """(type, request id, content); None at the end."""
        head = self.receive(8)
        if head is None:
            return None
        _, kind, request_id, length, padding, _ = struct.unpack("!BBHHBB", head)
        return kind, request_id, self.receive(length + padding)[:length]

    def until_closed(self):
        return list(iter(self.record, None))

    def answer(self):
        """HTTP status and body of the next request that ends."""
        output = b""
        while (got := self.record()) is not None and got[0] != END_REQUEST:
            output += got[2] if got[0] == STDOUT else b""
        if got is None:
            return None
        head, _, body = output.partition(b"\r\n\r\n")
        status = dict(line.split(b": ", 1) for line in head.split(b"\r\n")).get(b"Status", b"200")
        return int(status.split()[0]), body


class HostileTest(DeploymentTest):
    """One worker on a Unix socket, which is looked at after each test."""

    @classmethod
    def setUpClass(cls):
        cls.shared = Scratch()
        cls.addClassCleanup(cls.shared.close)
        cls.router = DevRouter(cls.shared).start()
        config = configuration(cls.router.url, PATHS)
        config["log"] = {"level": "info"}
        cls.pool = WampFcgiPool(cls.shared, cls.shared.write("config.json", json.dumps(config)), workers=1).start()
        [cls.worker] = cls.pool.worker_pids()
        with Connection(cls.pool.address) as first:
            first.send(GOOD)
            first.answer()

    def setUp(self):
        self.scratch = self.shared
        self.log_before = len(self.pool.log.read_text())
        self.before = footprint(self.worker)

    def tearDown(self):
        self.assertEqual(self.pool.worker_pids(), [self.worker], "the worker has ended")
        descriptors, memory = self.before
        wait_until(lambda: footprint(self.worker)[0] <= descriptors, f"descriptors to be {descriptors} again", 10)
        self.assertLess(footprint(self.worker)[1], memory + 2 * MEMORY_SLACK)

    def connect(self, seconds=10):
        made = Connection(self.pool.address, seconds)
        self.addCleanup(made.sock.close)
        return made

    def logged(self):
        return self.pool.log.read_text()[self.log_before:]

    def assert_others_are_served(self):
        started = time.monotonic()
        with Connection(self.pool.address, AT_ONCE + 10) as other:
            other.send(GOOD)
            self.assertEqual(other.answer(), (200, b'{"args":[5]}'))
        self.assertLess(time.monotonic() - started, AT_ONCE)


class Records(HostileTest):
    def records_for(self, data):
        with self.connect() as client:
            client.send(data)
            return client.until_closed()

    def test_what_no_web_server_sends_closes_the_connection_without_an_answer_and_is_logged(self):
        wrong = "a record that a responder is not sent there"
        rows = [
            ("another protocol", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "a record of another version"),
            ("version 0", b"\0" + GOOD[1:], "a record of another version"),
            ("version 2", b"\2" + GOOD[1:], "a record of another version"),
            ("noise", b"\xff" * 100_000, "a record of another version"),
            ("another version later", begin() + b"\2" + GOOD_VARIABLES[1:], "a record of another version"),
            ("begin of no bytes", record(BEGIN_REQUEST), "a request that begins with a record of another length"),
            ("begin of 64 KiB", record(BEGIN_REQUEST, b"\0\1" + bytes(65533)),
             "a request that begins with a record of another length"),
            ("request that begins twice", begin() + begin(), "a request that begins twice"),
            ("body first", begin() + stdin(ADD2.encode()), wrong),
            ("variables behind the body", begin() + GOOD_VARIABLES + record(STDIN, b"x") + GOOD_VARIABLES, wrong),
            ("variables that end twice", begin() + GOOD_VARIABLES + record(PARAMS), wrong),
            ("output", begin() + record(STDOUT, b"x"), wrong),
            ("end of a request", begin() + record(END_REQUEST, bytes(8)), wrong),
            ("data", begin() + GOOD_VARIABLES + record(8, b"x"), wrong),
            ("type 0", begin() + record(0), wrong),
            ("type 12", begin() + record(12), wrong),
            ("type 255", begin() + record(255, bytes(65535)), wrong),
            ("long management record", record(GET_VALUES, bytes(65535), 0), "a management record of more than 1 KiB"),
            ("zero byte in PATH_INFO", good_but(pairs((b"PATH_INFO", b"/limited\0x"))), "a zero byte in a CGI variable"),
            ("zero byte at the end", good_but(pairs((b"HTTPS", b"on\0"))), "a zero byte in a CGI variable"),
            ("zero byte in a name", good_but(pairs((b"HTTPS\0", b"on"))), "a zero byte in a CGI variable"),
            ("equals sign in a name", good_but(pairs((b"HTTPS=on", b""))), "an equals sign in the name of a CGI variable"),
            ("no name", good_but(pairs((b"", b"x"))), "a CGI variable without a name"),
            ("name of 2 GiB", good_but(b"\xff\xff\xff\xff\1N"), "a CGI variable with a length that cannot be"),
            ("value of 2 GiB", good_but(b"\1\xff\xff\xff\xffN"), "a CGI variable with a length that cannot be"),
            ("both of 2 GiB", good_but(b"\xff" * 8), "a CGI variable with a length that cannot be"),
            ("value longer than all", good_but(b"\1\x80\0\x10\0N"), "CGI variables that end within one of them"),
            ("half a length", good_but(b"\x80\0"), "CGI variables that end within one of them"),
            ("a length alone", good_but(b"\5"), "CGI variables that end within one of them"),
            ("too many variables", good_but(pairs(*[(b"N", b"v" * 1000)] * 260)), "more than 256 KiB of CGI variables"),
        ]
        for name, data, why in rows:
            with self.subTest(name):
                self.assertEqual(self.records_for(data), [])
                wait_until(lambda: why in self.logged() or "last message repeated" in self.logged(), f"the log to say {why!r}", 3)
                self.assert_others_are_served()

    def test_request_that_ends_at_any_byte_is_never_answered_nor_in_the_way(self):
        for size in [*range(0, 60), *range(60, len(GOOD), 23)]:
            with self.connect() as client:
                client.send(GOOD[:size])
                client.sock.shutdown(socket.SHUT_WR)
                self.assertEqual(client.until_closed(), [], size)
        self.assert_others_are_served()

    def test_connection_reset_at_any_stage_is_not_in_the_way(self):
        slow = whole(call("com.example.sleep", 5))
        for data in (b"", b"\1", begin(), begin() + GOOD_VARIABLES[:30], begin() + GOOD_VARIABLES,
                     begin() + GOOD_VARIABLES + stdin(b"{", end=False), GOOD, slow,
                     whole(echo(json.dumps("x" * 3_000_000)))):
            for _ in range(20):
                with self.connect() as client:
                    client.send(data)
            self.assert_others_are_served()

    def test_other_roles_are_refused(self):
        for role in (0, 2, 3, 4, 65535):
            with self.subTest(role):
                end = (END_REQUEST, 7, struct.pack("!IB3x", 0, UNKNOWN_ROLE))
                self.assertEqual(self.records_for(begin_as(role, request_id=7)), [end])
                with self.connect() as client:
                    client.send(begin_as(role, keep=True, request_id=7) + fastcgi.params({"A": "b"}, 7) + stdin(b"x", 7))
                    self.assertEqual(client.record(), end)
                    client.send(whole(ADD2, keep=True))
                    self.assertEqual(client.answer(), (200, b'{"args":[5]}'))

    def test_management_records_are_answered_before_within_and_between_requests(self):
        asked = record(GET_VALUES, b"\x0f\0FCGI_MPXS_CONNS\x0d\0FCGI_MAX_REQS\3\0FOO", 0)
        with self.connect() as client:
            for before, after in ((b"", b""), (begin(keep=True), GOOD_VARIABLES + stdin(ADD2.encode())), (b"", b"")):
                client.send(before + asked)
                kind, request_id, content = client.record()
                self.assertEqual((kind, request_id), (GET_VALUES_RESULT, 0))
                self.assertRegex(content, rb"^\x0f\x01FCGI_MPXS_CONNS0\x0d[\x01-\x06]FCGI_MAX_REQS[1-9]\d*$")
                client.send(record(123, b"?", 0))
                self.assertEqual(client.record(), (UNKNOWN_TYPE, 0, bytes([123]) + bytes(7)))
                if after:
                    client.send(after)
                    self.assertEqual(client.answer(), (200, b'{"args":[5]}'))

    def test_flood_of_management_records_whose_answers_nobody_reads_is_ended(self):
        with self.connect() as client:
            flood = record(123, b"", 0) * 8000
            wait_until(lambda: not client.send(flood), "the connection to be closed")
        self.assert_others_are_served()

    def test_second_request_at_the_same_time_is_told_that_there_is_one(self):
        other = begin(request_id=2) + fastcgi.params(fastcgi.variables(length=2), 2) + stdin(b"{}", 2)
        variables = GOOD_VARIABLES[8:-8]
        rows = ((begin(), GOOD_VARIABLES), (begin() + GOOD_VARIABLES, b""),
                (begin() + record(PARAMS, variables[:20]), record(PARAMS, variables[20:]) + record(PARAMS)))
        for before, behind in rows:
            with self.connect() as client:
                client.send(before + other + behind + stdin(ADD2.encode()))
                self.assertEqual(client.record(), (END_REQUEST, 2, struct.pack("!IB3x", 0, CANNOT_MULTIPLEX)))
                self.assertEqual(client.answer(), (200, b'{"args":[5]}'))

    def test_records_of_requests_that_are_not_active_are_ignored(self):
        stray = record(STDIN, b"x" * 60_000, 9) + record(ABORT_REQUEST, b"", 3) + record(77, b"x", 300)
        data = stray + begin() + stray + GOOD_VARIABLES + stray + record(STDIN, ADD2.encode()) + stray + record(STDIN)
        with self.connect() as client:
            client.send(data)
            self.assertEqual(client.answer(), (200, b'{"args":[5]}'))

    def test_requests_that_are_sent_ahead_are_answered_one_after_the_other(self):
        slow, quick = call("com.example.sleep", 0.5), call("com.example.add2", 20, 3)
        for ids in ((1, 1, 1), (1, 2, 3), (65535, 1, 256)):
            with self.connect() as client:
                client.send(b"".join(whole(body, each, keep=True) for each, body in zip(ids, (slow, quick, ADD2))))
                self.assertEqual([client.answer()[1] for _ in ids], [b'{"args":[0.5]}', b'{"args":[23]}', b'{"args":[5]}'])

    def test_abort_before_the_call_ends_the_request_and_nothing_else(self):
        end = (END_REQUEST, 1, struct.pack("!IB3x", 0, COMPLETE))
        kept = begin(keep=True)
        for before in (kept, kept + GOOD_VARIABLES, kept + GOOD_VARIABLES + stdin(b"{", end=False)):
            with self.connect() as client:
                client.send(before + record(ABORT_REQUEST))
                self.assertEqual(client.record(), end)
                client.send(whole(ADD2, keep=True))
                self.assertEqual(client.answer(), (200, b'{"args":[5]}'))
            self.assertEqual(self.records_for(begin() + record(ABORT_REQUEST)), [end])

    def test_abort_during_the_call_gives_it_up(self):
        before = self.cancels()
        with self.connect() as client:
            client.send(whole(call("com.example.sleep", 20)) + record(ABORT_REQUEST))
            self.assertEqual(client.until_closed(), [])
        wait_until(lambda: self.cancels() == before + 1, "the call to be cancelled")

    def cancels(self):
        with self.connect() as client:
            client.send(whole(call("com.example.stats")))
            return json.loads(client.answer()[1])["kwargs"]["cancels"]

    def test_request_that_comes_a_byte_at_a_time_is_answered(self):
        with self.connect() as client:
            for each in GOOD:
                client.send(bytes([each]))
            self.assertEqual(client.answer(), (200, b'{"args":[5]}'))

    def test_padding_empty_records_and_records_of_full_length(self):
        body = call("com.example.echo", "x" * 200_000).encode()
        padded = b"".join(struct.pack("!BBHHBB", 1, STDIN, 1, len(body[i:i + 65535]), 255, 0) + body[i:i + 65535] + bytes(255)
                          for i in range(0, len(body), 65535))
        with self.connect() as client:
            client.send(begin() + fastcgi.params(fastcgi.variables(length=len(body))) + padded + record(STDIN))
            self.assertEqual(client.answer()[0], 200)
        tiny = b"".join(record(STDIN, body[i:i + 1]) for i in range(len(body[:20_000])))
        with self.connect() as client:
            client.send(begin() + fastcgi.params(fastcgi.variables(length=20_000)) + tiny + record(STDIN))
            self.assertEqual(client.answer()[0], 400)
        self.assert_others_are_served()

    def test_thousands_of_variables_cost_no_time(self):
        for count, size in ((5_000, 30), (25_000, 0)):
            more = b"".join(struct.pack("!BB", 5, size) + b"N%04x" % (number % 65536) + b"v" * size for number in range(count))
            with self.subTest(count), self.connect() as client:
                started = time.monotonic()
                client.send(good_but(more))
                self.assertEqual(client.answer(), (200, b'{"args":[5]}'))
                self.assertLess(time.monotonic() - started, AT_ONCE)

    def test_thousands_of_query_parameters_cost_no_time(self):
        for query in ("&" * 200_000, "a=b&" * 50_000, "=" * 200_000, "%" * 200_000, "timestamp=1&" * 15_000):
            with self.connect() as client:
                started = time.monotonic()
                client.send(begin() + fastcgi.params(fastcgi.variables(length=len(ADD2)))[:-8])
                variables = pairs((b"QUERY_STRING", query.encode()))
                client.send(b"".join(record(PARAMS, variables[i:i + 60_000]) for i in range(0, len(variables), 60_000)))
                client.send(record(PARAMS) + stdin(ADD2.encode()))
                self.assertIn(client.answer()[0], (200, 400))
                self.assertLess(time.monotonic() - started, AT_ONCE)

    def test_endless_body_after_an_early_answer_is_not_kept_nor_in_the_way(self):
        with self.connect() as client:
            client.send(begin(keep=True) + fastcgi.params(fastcgi.variables("/limited")) + stdin(b" " * 1000, end=False))
            self.assertEqual(client.answer()[0], 413)
            piece = stdin(b" " * 1_000_000, end=False)
            for _ in range(50):
                client.send(piece)
            self.assertLess(footprint(self.worker)[1], self.before[1] + MEMORY_SLACK)
            self.assert_others_are_served()
            client.send(record(STDIN) + whole(ADD2, keep=True))
            self.assertEqual(client.answer(), (200, b'{"args":[5]}'))


class Dawdlers:
    """Connections that send nothing more, or a byte now and then, and when the worker has closed each; in a thread of its own
    while the other tests run."""

    TRICKLE = 0.2  # seconds from one byte to the next

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


def setUpModule():
    global dawdlers
    dawdlers = Dawdlers()
    unittest.addModuleCleanup(dawdlers.close)


class Slowness(unittest.TestCase):
    def test_who_does_not_send_a_request_in_a_minute_is_sent_away_however_it_dawdles(self):
        dawdlers.thread.join(PATIENCE + 25)
        self.assertEqual(dawdlers.ended.keys(), dawdlers.clients.keys())
        for name, seconds in dawdlers.ended.items():
            self.assertTrue(PATIENCE - 1 < seconds < PATIENCE + 10, (name, seconds))
        self.assertEqual(dawdlers.pool.log.read_text().count("connection closed: the web server takes too long"), 7)

    def test_connection_that_is_kept_may_stay(self):
        dawdlers.thread.join(PATIENCE + 25)
        dawdlers.kept.send(whole(ADD2))
        self.assertEqual(dawdlers.kept.answer(), (200, b'{"args":[5]}'))
        self.assertEqual(dawdlers.pool.worker_pids(), dawdlers.workers)


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
        self.assertIn("overloaded: requests that are being received take all of 512 MiB", self.logged())
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
    """A worker that may have 256 descriptors, so 160 connections."""

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
        [cls.worker] = cls.pool.worker_pids()

    def test_requests_that_do_not_come_give_way_to_others(self):
        for part in (b"", begin(), begin() + GOOD_VARIABLES + stdin(b"{", end=False)):
            for _ in range(3 * self.connections):
                self.connect().send(part)
            self.assert_others_are_served()
            self.assertLessEqual(footprint(self.worker)[0], self.descriptors)
        self.assertIn("others need its place", self.logged())
        self.doCleanups()

    def test_connections_that_are_kept_do_not_give_way(self):
        kept = [self.connect() for _ in range(self.connections)]
        for each in kept:
            each.send(whole(ADD2, keep=True))
            self.assertEqual(each.answer()[0], 200)
        late = self.connect()
        late.send(GOOD)
        wait_until(lambda: "accepting is paused" in self.logged(), "accepting to be paused")
        for each in kept:
            each.send(whole(ADD2, keep=True))
            self.assertEqual(each.answer()[0], 200)
        kept[0].sock.close()
        self.assertEqual(late.answer(), (200, b'{"args":[5]}'))
        self.doCleanups()


if __name__ == "__main__":
    main()
