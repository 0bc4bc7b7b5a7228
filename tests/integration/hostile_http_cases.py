"""A hostile HTTP client, through each web server: incomplete requests that stay, connections reset at any stage,
thousands of headers and parameters, bytes that are not HTTP. The same workers serve other clients meanwhile."""
import contextlib
import json
import socket
import struct
import time
import unittest

from integration.contract_base import ADD2, call
from integration.deployment import Served, service
from integration.fault_case import MEMORY_SLACK, footprint
from support.build import SLOWDOWN
from support.processes import wait_until
from support.servers import ApacheFcgid, ApacheProxyFcgi, Lighttpd, Nginx

AT_ONCE = 3 * SLOWDOWN  # seconds; mod_fcgid may sleep for one before it starts a process
OF_EACH_KIND = 10
RESET = struct.pack("ii", 1, 0)  # SO_LINGER of 0 seconds: closing sends RST
PATHS = {"/": service(), "signed": service(key="myapp1", secret="s3cret")}


def head(path="/wamp", length=None, method="POST", *more):
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json",
             *([] if length is None else [f"Content-Length: {length}"]), *more, "", ""]
    return "\r\n".join(lines).encode("latin-1")


def post(body=ADD2, path="/wamp", *more):
    return head(path, len(body), "POST", "Connection: close", *more) + body.encode()


CHUNKED = head("/wamp", None, "POST", "Transfer-Encoding: chunked")
HALVES = {
    "nothing": b"",
    "half a line": b"POST /wa",
    "half a header": head()[:-30],
    "no body": head(length=1000),
    "half a body": head(length=1000) + b'{"procedure":',
    "no chunk": CHUNKED,
    "half a chunk": CHUNKED + b"100\r\n{",
}
MALFORMED = {
    "zero byte in the path": head("/wamp/signed\0x", len(ADD2)) + ADD2.encode(),
    "encoded zero byte in the path": post(ADD2, "/wamp/%00"),
    "encoded zero byte behind a service": post(ADD2, "/wamp/signed%00x"),
    "zero byte in a header": post(ADD2, "/wamp", "X-Request-Id: a\0b"),
    "line end in a header": post(ADD2, "/wamp", "X-Request-Id: a\rb"),
    "header without a name": post(ADD2, "/wamp", ": x"),
    "negative length": head(length=-1),
    "length beyond 64 bits": head(length=2**70),
    "length that is no number": head(length="1e3"),
    "two lengths": post(ADD2, "/wamp", "Content-Length: 2"),
    "broken chunk": CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n",
    "chunk of 2^64": CHUNKED + b"ffffffffffffffff\r\n{}",
    "header of 100 KiB": post(ADD2, "/wamp", "X-Long: " + "x" * 100_000),
    "request line of 100 KiB": post(ADD2, "/wamp?" + "x" * 100_000),
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc" + bytes(500),
}
# Web servers differ in handling these; an answer may come.
ODD = {
    "thousands of headers": post(ADD2, "/wamp", *(f"X-N{number}: v" for number in range(3000))),
    "hundred headers of a KiB": post(ADD2, "/wamp", *(f"X-N{number}: {'v' * 1000}" for number in range(90))),
    "thousands of parameters": post(ADD2, "/wamp?" + "&".join(f"p{number}=1" for number in range(1000))),
    "the same parameter": post(ADD2, "/wamp?" + "timestamp=1&" * 600),
    "bytes beyond ASCII": post(ADD2, "/wamp", "X-Request-Id: \xff\xfe", "Origin: \xff"),
    "a length and chunks": head("/wamp", len(ADD2), "POST", "Transfer-Encoding: chunked", "Connection: close")
                           + f"{len(ADD2):x}\r\n{ADD2}\r\n0\r\n\r\n".encode(),
    "header that names a CGI variable": post(ADD2, "/wamp", "HTTPS: on", "Remote-Addr: ::1", "Proxy: x"),
    "body that announces nothing": head() + ADD2.encode(),
    "two requests": head(length=len(ADD2)) + ADD2.encode() + post(),
}


class HostileClient(Served):
    paths = PATHS
    workers_stay = True
    tolerated = ()  # of MALFORMED, what the web server makes a request of

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client.send(body=ADD2)

    def setUp(self):
        self.before = {pid: footprint(pid) for pid in self.server.worker_pids()}

    def tearDown(self):
        if self.workers_stay:
            self.assertEqual(self.server.worker_pids(), list(self.before), "a worker has ended")
        for path in self.scratch.path.glob("*.log"):
            self.assertNotRegex(path.read_text(errors="replace"), r"killed by signal|exit signal|terminated by signal", path.name)
        for pid, (descriptors, memory) in self.before.items():
            with contextlib.suppress(FileNotFoundError):  # mod_fcgid may have ended the process
                limit = descriptors + 16  # nginx keeps that many connections
                wait_until(lambda: footprint(pid)[0] <= limit, f"descriptors to be {limit} again", 10)
                self.assertLess(footprint(pid)[1], memory + 3 * MEMORY_SLACK)  # the allocator keeps memory of a few large answers

    def connect(self, data, seconds=10):
        sock = socket.create_connection(("127.0.0.1", self.server.port), seconds)
        self.addCleanup(sock.close)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            sock.sendall(data)
        return sock

    def read(self, sock):
        """Everything that arrives until the server closes, or nothing arrives for a while."""
        received = b""
        sock.settimeout(1)
        with contextlib.suppress(TimeoutError, ConnectionResetError):
            while part := sock.recv(65536):
                received += part
                if b"}" in part:
                    break
        return received

    def assert_others_are_served(self):
        started = time.monotonic()
        answer = self.client.send(body=ADD2)
        self.assertEqual((answer.status, answer.body), (200, b'{"args":[5]}'))
        self.assertLess(time.monotonic() - started, AT_ONCE)

    def test_half_requests_hold_nobody_up(self):
        half = [self.connect(data) for data in HALVES.values() for _ in range(OF_EACH_KIND)]
        for _ in range(10):
            self.assert_others_are_served()
        for sock in half:
            sock.shutdown(socket.SHUT_WR)
        self.assert_others_are_served()
        for sock in half:
            sock.close()
        self.assert_others_are_served()

    def test_connections_that_are_reset_hold_nobody_up(self):
        slow = post(call("com.example.sleep", 3))
        large = post(call("com.example.echo", "x" * 1_000_000))
        for data in (*HALVES.values(), large[:500_000], large, slow):
            for _ in range(4):
                sock = self.connect(data)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                sock.close()
        for _ in range(3):
            self.assert_others_are_served()

    def test_answers_that_nobody_takes_hold_nobody_up(self):
        large = post(call("com.example.echo", "x" * 4_000_000))
        for _ in range(4):
            self.connect(large)
        for _ in range(5):
            self.assert_others_are_served()
        self.doCleanups()

    def test_body_that_comes_slowly_is_served_all_the_same(self):
        body = call("com.example.add2", 2, 3)
        sock = self.connect(head("/wamp", len(body), "POST", "Connection: close"))
        for each in body:
            sock.sendall(each.encode())
            time.sleep(0.01)  # the client's slowness
            if each == ",":
                self.assert_others_are_served()
        self.assertIn(b'{"args":[5]}', self.read(sock))

    def test_malformed_requests_make_no_call_and_no_harm(self):
        before = self.calls()
        for name, data in MALFORMED.items():
            if name in self.tolerated:
                continue
            with self.subTest(name):
                self.assertNotIn(b'"args":[5]', self.read(self.connect(data)))
        self.assertEqual(self.calls(), before)
        self.assert_others_are_served()

    def test_odd_requests_make_no_harm(self):
        for name, data in ODD.items():
            with self.subTest(name):
                started = time.monotonic()
                self.read(self.connect(data))
                self.assertLess(time.monotonic() - started, AT_ONCE)
                self.assert_others_are_served()

    def calls(self):
        return json.loads(self.client.call("com.example.stats").body)["kwargs"]["calls_by_procedure"]["com.example.add2"]


class HttpThroughNginx(HostileClient, unittest.TestCase):
    server_class = Nginx


class HttpThroughApacheProxy(HostileClient, unittest.TestCase):
    server_class = ApacheProxyFcgi


class HttpThroughApacheFcgid(HostileClient, unittest.TestCase):
    server_class = ApacheFcgid
    workers_stay = False  # mod_fcgid starts further ones, and ends those whose request was aborted


class HttpThroughLighttpd(HostileClient, unittest.TestCase):
    server_class = Lighttpd

