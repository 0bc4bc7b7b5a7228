"""Owns a DNS server for a test's own network namespace: it listens on port 53 of loopback, and knows one name, which has
the address 127.0.0.1 (RFC 1035).
usage: python3 -B -m support.name_server NAME"""
import socket
import struct
import sys

ADDRESS, INTERNET = 1, 1  # type and class
RESPONSE, NO_SUCH_NAME = 0x8180, 3


def answer(query, name):
    """The response to a query with one question."""
    end = query.index(0, 12)
    wanted = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    kind, _ = struct.unpack("!HH", query[end + 1:end + 5])
    known = query[12:end].lower() == wanted
    records = [(0xC00C, ADDRESS, INTERNET, 60, 4, bytes([127, 0, 0, 1]))] if known and kind == ADDRESS else []
    head = struct.pack("!HHHHHH", *struct.unpack("!H", query[:2]), RESPONSE | (0 if known else NO_SUCH_NAME), 1, len(records), 0, 0)
    return head + query[12:end + 5] + b"".join(struct.pack("!HHHIH4s", *record) for record in records)


def main(name):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 53))
        while True:
            query, client = server.recvfrom(512)
            server.sendto(answer(query, name), client)


if __name__ == "__main__":
    main(sys.argv[1])
