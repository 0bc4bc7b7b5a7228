"""A small WebSocket client (RFC 6455) for the tests: sends frames as told, and returns those that arrive."""
import base64
import hashlib
import os
import struct

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Refused(Exception):
    """The server did not switch protocols; the argument is the HTTP status."""


class WebSocket:
    """Runs over a connected socket with a time-out, TLS or not. `read` is a function that returns a number of bytes."""

    def __init__(self, sock, read, host, target, protocols=(), headers=()):
        self.sock, self.read = sock, read
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {target} HTTP/1.1", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade",
                 f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", *headers]
        if protocols:
            lines.append("Sec-WebSocket-Protocol: " + ", ".join(protocols))
        sock.sendall("\r\n".join([*lines, "", ""]).encode())
        status, self.headers = self._read_response()
        if status != 101:
            raise Refused(status)
        accept = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
        if self.headers["sec-websocket-accept"] != base64.b64encode(accept).decode():
            raise ValueError("a wrong Sec-WebSocket-Accept")
        self.protocol = self.headers.get("sec-websocket-protocol")

    def _read_response(self):
        text = b""
        while not text.endswith(b"\r\n\r\n"):
            text += self.read(1)
        first, *lines = text.decode("latin-1").strip().split("\r\n")
        fields = (line.split(":", 1) for line in lines)
        return int(first.split()[1]), {name.lower(): value.strip() for name, value in fields}

    def send_frame(self, opcode, payload, final=True):
        size = len(payload)
        head = bytes([(0x80 if final else 0) | opcode])
        if size < 126:
            head += bytes([0x80 | size])
        else:
            head += b"\xfe" + struct.pack(">H", size) if size < 1 << 16 else b"\xff" + struct.pack(">Q", size)
        mask = os.urandom(4)
        whole = int.from_bytes(payload, "big") ^ int.from_bytes((mask * (size // 4 + 1))[:size], "big")
        self.sock.sendall(head + mask + whole.to_bytes(size, "big"))

    def receive_head(self):
        """(first byte, length)"""
        first, size = self.read(2)
        if size & 0x80:
            raise ValueError("a server does not mask")
        if size >= 126:
            size = int.from_bytes(self.read(2 if size == 126 else 8), "big")
        return first, size

    def receive_frame(self):
        """(opcode, payload); servers here do not fragment."""
        first, size = self.receive_head()
        if not first & 0x80:
            raise ValueError("a fragment")
        return first & 0x7F, self.read(size)
