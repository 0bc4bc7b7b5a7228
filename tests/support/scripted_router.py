"""Owns a router whose every byte is decided by a test: it listens on loopback, speaks RawSocket or WebSocket like its
client, and passes each connection to a function of the test, in its own thread."""
import base64
import contextlib
import hashlib
import json
import socket
import struct
import threading

from support import msgpack_lite

HELLO, WELCOME, ABORT, CHALLENGE, AUTHENTICATE, GOODBYE, ERROR = 1, 2, 3, 4, 5, 6, 8
CALL, CANCEL, RESULT = 48, 49, 50
MESSAGE, PING, PONG = 0, 1, 2
TEXT, BINARY = 1, 2
DETAILS = {"authrole": "anonymous", "roles": {"dealer": {"features": {"call_canceling": True}}}}


class Session:
    """The router's end of a connection after the handshake. Reading raises OSError or EOFError at its end."""

    def __init__(self, sock, first):
        self.sock, self.is_websocket, self.is_json = sock, first != b"\x7f", False
        self.realm, self.taken = None, first

    def read(self, size):
        data, self.taken = self.taken[:size], self.taken[size:]
        while len(data) < size:
            part = self.sock.recv(min(size - len(data), 1 << 20))
            if not part:
                raise EOFError
            data += part
        return data

    def shake_hands(self, reply=None):
        """`reply` is sent instead of the expected one."""
        if self.is_websocket:
            return self.upgrade(reply)
        hello = self.read(4)
        self.is_json = hello[1] & 0x0F == 1
        self.sock.sendall(reply or bytes([0x7F, 0xF0 | hello[1] & 0x0F, 0, 0]))

    def upgrade(self, reply):
        text = b""
        while not text.endswith(b"\r\n\r\n"):
            text += self.read(1)
        fields = dict(line.split(": ", 1) for line in text.decode().strip().split("\r\n")[1:])
        protocol = fields["Sec-WebSocket-Protocol"]
        self.is_json = protocol.endswith("json")
        accept = hashlib.sha1((fields["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
        self.sock.sendall(reply or f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          f"Sec-WebSocket-Accept: {base64.b64encode(accept).decode()}\r\n"
                          f"Sec-WebSocket-Protocol: {protocol}\r\n\r\n".encode())

    def receive_frame(self):
        """(type or opcode, payload)"""
        if not self.is_websocket:
            head = self.read(4)
            return head[0], self.read(int.from_bytes(head[1:], "big"))
        first, size = self.read(2)
        size &= 0x7F
        if size >= 126:
            size = int.from_bytes(self.read(2 if size == 126 else 8), "big")
        mask, data = self.read(4), self.read(size)
        return first & 0x0F, bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))

    def receive(self):
        """The next message; skips other frames."""
        while True:
            kind, payload = self.receive_frame()
            if kind == (TEXT if self.is_json else BINARY) if self.is_websocket else kind == MESSAGE:
                return json.loads(payload) if self.is_json else msgpack_lite.unpack(payload)

    def pack(self, message):
        return json.dumps(message).encode() if self.is_json else msgpack_lite.pack(message)

    def frame(self, payload, kind=None, final=True, rest=0):
        """A frame as bytes; `kind` is RawSocket's type or WebSocket's opcode, `rest` are WebSocket's reserved bits."""
        if not self.is_websocket:
            return struct.pack("!I", (kind or MESSAGE) << 24 | len(payload)) + payload
        kind = (TEXT if self.is_json else BINARY) if kind is None else kind
        head = bytes([0x80 * final | rest << 4 | kind])
        if len(payload) < 126:
            return head + bytes([len(payload)]) + payload
        if len(payload) < 1 << 16:
            return head + b"\x7e" + struct.pack("!H", len(payload)) + payload
        return head + b"\x7f" + struct.pack("!Q", len(payload)) + payload

    def send_bytes(self, data):
        self.sock.sendall(data)

    def send_payload(self, payload):
        self.sock.sendall(self.frame(payload))

    def send(self, *messages):
        self.sock.sendall(b"".join(self.frame(self.pack(each)) for each in messages))

    def take_hello(self):
        self.realm = self.receive()[1]

    def welcome(self):
        self.send([WELCOME, 42, DETAILS])

    def answer(self, operation_id, value="survived"):
        self.send([RESULT, operation_id, {}, [value]])

    def until_closed(self):
        """Reads and discards until the connection is closed."""
        while self.sock.recv(1 << 16):
            pass


class ScriptedRouter:
    """Calls `serve` with each Session, before its handshake."""

    def __init__(self, serve):
        self.serve, self.threads, self.sockets, self.faults = serve, [], [], []
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listening.getsockname()[1]
        self.start_thread(self.accept)

    def start_thread(self, run, *args):
        thread = threading.Thread(target=run, args=args, daemon=True)
        self.threads.append(thread)
        thread.start()

    def accept(self):
        while True:
            try:
                sock, _ = self.listening.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.sockets.append(sock)
            self.start_thread(self.run, sock)

    def run(self, sock):
        with contextlib.suppress(OSError, EOFError), sock:
            try:
                self.serve(Session(sock, sock.recv(1)))
            except (OSError, EOFError):
                raise
            except Exception as fault:
                self.faults.append(fault)
                raise

    def disconnect(self):
        for sock in self.sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        self.sockets = []

    def stop(self):
        with contextlib.suppress(OSError):
            self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self.disconnect()
        for thread in self.threads:
            thread.join(10)
        if self.faults:
            raise self.faults[0]
