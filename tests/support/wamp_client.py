"""A raw WAMP client over RawSocket with MessagePack: it sends what it is told, right or wrong, and shows what comes.
Every wait has a deadline; past it a TimeoutError is raised."""
import base64
import hashlib
import hmac
import os
import socket
import struct
import subprocess
import threading

import msgpack_lite

HELLO, WELCOME, ABORT, CHALLENGE, AUTHENTICATE, GOODBYE, ERROR = 1, 2, 3, 4, 5, 6, 8
CALL, CANCEL, RESULT = 48, 49, 50
MESSAGE, PING, PONG = 0, 1, 2
MESSAGEPACK = 2


class Closed(Exception):
    """The peer has ended the connection."""


def connect(url, timeout=10):
    """A socket to rs://HOST:PORT or unix:/PATH."""
    if url.startswith("unix:"):
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(timeout)
        sock.connect(url[len("unix:"):])
        return sock
    host, port = url.split("//")[1].rsplit(":", 1)
    sock = socket.create_connection((host.strip("[]"), int(port)), timeout)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


class Client:
    """One connection. `timeout` is the deadline of each wait, in seconds."""

    def __init__(self, url, timeout=10, handshake=bytes([0x7F, 0xF0 | MESSAGEPACK, 0, 0])):
        self.sock = connect(url, timeout)
        self.next_id = 1
        try:
            self.sock.sendall(handshake)
            self.handshake_reply = self.read(4)
        except BaseException:
            self.sock.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def read(self, size):
        data = bytearray()
        while len(data) < size:
            try:
                part = self.sock.recv(min(size - len(data), 1 << 20))
            except ConnectionResetError:
                part = b""
            if not part:
                raise Closed(bytes(data))
            data += part
        return bytes(data)

    def send_frame(self, kind, payload):
        self.sock.sendall(bytes([kind]) + struct.pack(">I", len(payload))[1:] + payload)

    def send(self, message):
        self.send_frame(MESSAGE, msgpack_lite.pack(message))

    def receive_frame(self):
        """(type, payload)"""
        head = self.read(4)
        return head[0], self.read(int.from_bytes(head[1:], "big"))

    def receive(self):
        kind, payload = self.receive_frame()
        if kind != MESSAGE:
            raise ValueError(f"a frame of type {kind}")
        return msgpack_lite.unpack(payload)

    def expect_end(self):
        """Waits for the end of the connection, with nothing before it."""
        try:
            kind, payload = self.receive_frame()
        except Closed as end:
            if end.args[0]:
                raise AssertionError(f"half a frame: {end.args[0]!r}") from None
            return
        raise AssertionError(f"a frame of type {kind} instead of the end: {payload[:80]!r}")

    def join(self, realm="realm1", authid=None, secret=None, methods=None, **details):
        """Sends HELLO, answers a CHALLENGE, and gives the router's last word: WELCOME or ABORT."""
        details.setdefault("roles", {"caller": {"features": {"call_canceling": True, "call_timeout": True}}})
        if authid is not None:
            details["authid"] = authid
        if methods is not None:
            details["authmethods"] = methods
        self.send([HELLO, realm, details])
        answer = self.receive()
        if answer[0] == CHALLENGE:
            self.send([AUTHENTICATE, sign(answer[1], answer[2], secret), {}])
            answer = self.receive()
        self.next_id = 1
        return answer

    def start_call(self, procedure, *args, kwargs=None, options=None):
        """Sends a CALL, without waiting; gives its id."""
        call_id, self.next_id = self.next_id, self.next_id + 1
        message = [CALL, call_id, options or {}, procedure]
        if args or kwargs is not None:
            message.append(list(args))
        if kwargs is not None:
            message.append(kwargs)
        self.send(message)
        return call_id

    def call(self, procedure, *args, kwargs=None, options=None):
        """Sends a CALL and gives the next message."""
        self.start_call(procedure, *args, kwargs=kwargs, options=options)
        return self.receive()

    def cancel(self, call_id, mode=None):
        self.send([CANCEL, call_id, {"mode": mode} if mode else {}])


def sign(method, extra, secret):
    if method == "ticket":
        return secret
    key = secret.encode()
    if "salt" in extra:
        derived = hashlib.pbkdf2_hmac("sha256", key, extra["salt"].encode(), extra["iterations"], extra["keylen"])
        key = base64.b64encode(derived)
    return base64.b64encode(hmac.new(key, extra["challenge"].encode(), hashlib.sha256).digest()).decode()


def build_dir():
    here = os.path.dirname(os.path.abspath(__file__))
    return os.environ.get("WAMPFCGI_BUILD") or os.path.join(here, "..", "..", "build")


class Devrouter:
    """A running wamp-devrouter; `urls` are its listeners', in order. Ends with the with-block."""

    def __init__(self, *arguments, listen=("127.0.0.1:0",), timeout=10, stderr=None):
        command = [os.path.join(build_dir(), "wamp-devrouter"), *arguments]
        for address in listen:
            command += ["--listen", address]
        self.timeout = timeout
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True)
        watchdog = threading.Timer(timeout, self.process.kill)
        watchdog.start()
        lines = [self.process.stdout.readline() for _ in listen]
        watchdog.cancel()
        if not all(line.startswith("listening ") for line in lines):
            self.stop()
            raise RuntimeError(f"wamp-devrouter does not listen: {lines}")
        self.urls = [line.split()[1] for line in lines]
        self.url = self.urls[0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Sends TERM, waits, gives the exit status."""
        self.process.terminate()
        try:
            return self.process.wait(self.timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            self.process.stdout.close()

    def client(self, **options):
        return Client(self.url, **options)

    def joined(self, **options):
        """A client that has joined realm1 anonymously."""
        client = self.client(**options)
        welcome = client.join()
        if welcome[0] != WELCOME:
            client.sock.close()
            raise RuntimeError(f"no WELCOME: {welcome}")
        return client
