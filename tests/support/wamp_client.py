"""A raw WAMP client over RawSocket and WebSocket: sends valid and invalid messages, and returns what arrives. Every
wait has a deadline, after which it raises TimeoutError."""
import base64
import hashlib
import hmac
import json
import os
import socket
import struct
import subprocess
import threading
import urllib.parse

import msgpack_lite
import websocket_lite

HELLO, WELCOME, ABORT, CHALLENGE, AUTHENTICATE, GOODBYE, ERROR = 1, 2, 3, 4, 5, 6, 8
PUBLISH, PUBLISHED, SUBSCRIBE, SUBSCRIBED, UNSUBSCRIBE, UNSUBSCRIBED, EVENT = 16, 17, 32, 33, 34, 35, 36
CALL, CANCEL, RESULT = 48, 49, 50
REGISTER, REGISTERED, UNREGISTER, UNREGISTERED, INVOCATION, INTERRUPT, YIELD = 64, 65, 66, 67, 68, 69, 70
MESSAGE, PING, PONG = 0, 1, 2
JSON, MESSAGEPACK = 1, 2


class Closed(Exception):
    """The peer has closed the connection."""


def connect(url, timeout=10, tls=None):
    """A socket to rs://HOST:PORT, unix:/PATH and so on; `tls` is an ssl.SSLContext for rss:// and wss://."""
    if url.startswith("unix:"):
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(timeout)
        sock.connect(url[len("unix:"):])
        return sock
    parts = urllib.parse.urlsplit(url)
    sock = socket.create_connection((parts.hostname, parts.port), timeout)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if tls is None:
        return sock
    try:
        return tls.wrap_socket(sock, server_hostname=parts.hostname)
    except BaseException:
        sock.close()
        raise


def pack_json(message):
    return json.dumps(message, default=lambda data: "\0" + base64.b64encode(data).decode()).encode()


def unpack_json(data):
    return _with_binary(json.loads(data))


def _with_binary(value):
    if isinstance(value, str) and value.startswith("\0"):
        return base64.b64decode(value[1:], validate=True)
    if isinstance(value, list):
        return [_with_binary(item) for item in value]
    if isinstance(value, dict):
        return {key: _with_binary(item) for key, item in value.items()}
    return value


class Client:
    """One connection. `timeout` is the deadline of each wait, in seconds."""

    def __init__(self, url, timeout=10, handshake=None, serializer=MESSAGEPACK, tls=None):
        self.pack, self.unpack = (pack_json, unpack_json) if serializer == JSON else (msgpack_lite.pack, msgpack_lite.unpack)
        self.next_id = 1
        self.sock = connect(url, timeout, tls)
        try:
            self.shake_hands(url, serializer, handshake)
        except BaseException:
            self.sock.close()
            raise

    def shake_hands(self, url, serializer, handshake):
        self.sock.sendall(bytes([0x7F, 0xF0 | serializer, 0, 0]) if handshake is None else handshake)
        self.handshake_reply = self.read(4)

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
        self.send_frame(MESSAGE, self.pack(message))

    def receive_frame(self):
        """(type, payload)"""
        head = self.read(4)
        return head[0], self.read(int.from_bytes(head[1:], "big"))

    def receive(self):
        kind, payload = self.receive_frame()
        if kind != MESSAGE:
            raise ValueError(f"a frame of type {kind}")
        return self.unpack(payload)

    def expect_end(self):
        """Waits for the end of the connection; nothing may come before it."""
        try:
            kind, payload = self.receive_frame()
        except Closed as end:
            if end.args[0]:
                raise AssertionError(f"half a frame: {end.args[0]!r}") from None
            return
        raise AssertionError(f"a frame of type {kind} instead of the end: {payload[:80]!r}")

    def join(self, realm="realm1", authid=None, secret=None, methods=None, **details):
        """Sends HELLO, answers a CHALLENGE, and returns the router's final message: WELCOME or ABORT."""
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

    def request(self, kind, *rest):
        """Sends a request with the next id, without waiting; returns the id."""
        request_id, self.next_id = self.next_id, self.next_id + 1
        self.send([kind, request_id, *rest])
        return request_id

    def start_call(self, procedure, *args, kwargs=None, options=None):
        """Sends a CALL, without waiting; returns its id."""
        return self.request(CALL, options or {}, procedure, *payload(args, kwargs))

    def call(self, procedure, *args, kwargs=None, options=None):
        """Sends a CALL and returns the next message."""
        self.start_call(procedure, *args, kwargs=kwargs, options=options)
        return self.receive()

    def subscribe(self, topic, **options):
        """Sends a SUBSCRIBE and returns the next message."""
        self.request(SUBSCRIBE, options, topic)
        return self.receive()

    def unsubscribe(self, subscription):
        """Sends an UNSUBSCRIBE and returns the next message."""
        self.request(UNSUBSCRIBE, subscription)
        return self.receive()

    def start_publish(self, topic, *args, kwargs=None, **options):
        """Sends a PUBLISH, without waiting; returns its id."""
        return self.request(PUBLISH, options, topic, *payload(args, kwargs))

    def publish(self, topic, *args, kwargs=None, **options):
        """Sends a PUBLISH with acknowledge, and returns the next message."""
        self.start_publish(topic, *args, kwargs=kwargs, acknowledge=True, **options)
        return self.receive()

    def cancel(self, operation_id, mode=None):
        self.send([CANCEL, operation_id, {"mode": mode} if mode else {}])


class WebSocketClient(Client):
    """The same over ws:// or wss://; `handshake` is the offered subprotocols if they differ from the default."""

    def shake_hands(self, url, serializer, handshake):
        parts = urllib.parse.urlsplit(url)
        target = parts.path + ("?" + parts.query if parts.query else "")
        offered = ("wamp.2.json" if serializer == JSON else "wamp.2.msgpack",) if handshake is None else handshake
        self.kind = websocket_lite.TEXT if serializer == JSON else websocket_lite.BINARY
        self.web = websocket_lite.WebSocket(self.sock, self.read, parts.netloc, target, offered)

    def send_frame(self, kind, payload):
        self.web.send_frame(self.kind if kind == MESSAGE else kind, payload)

    def receive_frame(self):
        kind, payload = self.web.receive_frame()
        return (MESSAGE if kind == self.kind else kind), payload

    def expect_end(self):
        """Waits for WebSocket's close or the connection's end; nothing may come before it. Returns the status."""
        try:
            kind, payload = self.receive_frame()
        except Closed as end:
            if end.args[0]:
                raise AssertionError(f"half a frame: {end.args[0]!r}") from None
            return None
        if kind != websocket_lite.CLOSE:
            raise AssertionError(f"a frame of type {kind} instead of the end: {payload[:80]!r}")
        return int.from_bytes(payload[:2], "big")


def payload(args, kwargs):
    """The last elements of a message with these arguments."""
    if kwargs is not None:
        return [list(args), kwargs]
    return [list(args)] if args else []


def sign(method, extra, secret):
    if callable(secret):
        return secret(extra)
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
        """Sends TERM, waits, and returns the exit status."""
        self.process.terminate()
        try:
            return self.process.wait(self.timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            self.process.stdout.close()

    def client(self, url=None, **options):
        url = url or self.url
        return (WebSocketClient if url.startswith("ws") else Client)(url, **options)

    def joined(self, **options):
        """A client that has joined realm1 anonymously."""
        client = self.client(**options)
        welcome = client.join()
        if welcome[0] != WELCOME:
            client.sock.close()
            raise RuntimeError(f"no WELCOME: {welcome}")
        return client
