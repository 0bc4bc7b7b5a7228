"""Owns the basis of the tests with a hostile web server: a connection to the FastCGI socket that sends any bytes, and a
worker that is checked after each test."""
import fcntl
import json
import socket
import struct
import termios
import time

from integration.contract_base import ADD2
from integration.deployment import DeploymentTest, configuration, service
from integration.fault_case import MEMORY_SLACK, footprint
from support import fastcgi_client as fastcgi
from support.build import SLOWDOWN
from support.fastcgi_client import END_REQUEST, STDOUT, begin, stdin
from support.processes import Scratch, wait_until
from support.servers import DevRouter, WampFcgiPool

AT_ONCE = 2 * SLOWDOWN  # seconds for a concurrent good request on a busy machine
PATHS = {"/": service(), "limited": service(post_body_limit=10)}
GOOD_VARIABLES = fastcgi.params(fastcgi.variables(length=len(ADD2)))
GOOD = begin() + GOOD_VARIABLES + stdin(ADD2.encode())


def whole(body, request_id=1, keep=False):
    variables = fastcgi.variables(length=len(body))
    return begin(keep, request_id) + fastcgi.params(variables, request_id) + stdin(body.encode(), request_id)


class Connection:
    """A web server's connection; `read` returns all records until it is closed, or until `count` have ended a
    request."""

    def __init__(self, address, seconds=10):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(address))  # waits while the socket's backlog is full, where a time-out would fail
        self.sock.settimeout(seconds)
        self.received = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def send(self, data):
        """Returns False when the worker has closed the connection."""
        try:
            self.sock.sendall(data)
            return True
        except (BrokenPipeError, ConnectionResetError):
            return False

    def unread(self):
        """The number of bytes sent that the worker has not read yet."""
        return struct.unpack("i", fcntl.ioctl(self.sock, termios.TIOCOUTQ, bytes(4)))[0]

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
        """The HTTP status and body of the next request that ends."""
        output = b""
        while (got := self.record()) is not None and got[0] != END_REQUEST:
            output += got[2] if got[0] == STDOUT else b""
        if got is None:
            return None
        head, _, body = output.partition(b"\r\n\r\n")
        status = dict(line.split(b": ", 1) for line in head.split(b"\r\n")).get(b"Status", b"200")
        return int(status.split()[0]), body


class HostileTest(DeploymentTest):
    """One worker on a Unix socket, checked after each test."""

    @classmethod
    def setUpClass(cls):
        cls.shared = Scratch()
        cls.addClassCleanup(cls.shared.close)
        cls.router = DevRouter(cls.shared).start()
        config = configuration(cls.router.url, PATHS)
        config["log"] = {"level": "info"}
        cls.pool = WampFcgiPool(cls.shared, cls.shared.write("config.json", json.dumps(config)), workers=1).start()
        cls.await_session()

    @classmethod
    def await_session(cls):
        """Waits for the session, so that its descriptor is not taken for one leaked by a test."""
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
        limit = memory + 2 * MEMORY_SLACK
        wait_until(lambda: footprint(self.worker)[1] < limit, f"memory to be less than {limit} KiB again", 10)

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
