"""Owns a TCP proxy on loopback that disturbs connections on request: cuts them after a number of bytes, stalls, delays,
passes single bytes, closes one half. Each direction has its own rule, which counts from when it is set."""
import contextlib
import dataclasses
import select
import socket
import struct
import threading
import time

TO_ROUTER, TO_WORKER = "to router", "to worker"
RESET = struct.pack("ii", 1, 0)  # SO_LINGER of 0 seconds: closing sends RST


@dataclasses.dataclass
class Rule:
    """How one direction passes bytes."""
    piece: int = 65536       # most bytes at once
    delay: float = 0         # seconds before each piece
    cut_after: int = None  # bytes until the connection is closed on both sides
    stall_after: int = None  # bytes until no more pass
    passed: int = 0  # bytes since the rule was set

    def left(self, end):
        return self.piece if end is None else end - self.passed

    def room(self):
        """How many bytes may pass now."""
        return min(self.piece, self.left(self.cut_after), self.left(self.stall_after))


class Connection:
    """The two sockets of one connection, and a thread for each direction."""

    def __init__(self, proxy, from_worker, to_router):
        self.proxy = proxy
        self.sockets = {TO_ROUTER: to_router, TO_WORKER: from_worker}  # by the destination of bytes
        self.halves = list(self.sockets)  # directions that have not ended
        self.open = threading.Event()
        self.open.set()
        for where, source in ((TO_ROUTER, from_worker), (TO_WORKER, to_router)):
            proxy.start_thread(self.pump, where, source, self.sockets[where])

    def pump(self, where, source, sink):
        try:
            while self.pass_piece(where, source, sink):
                pass
        except OSError:
            self.end()
        self.halves.remove(where)
        if not self.halves:
            self.open.clear()
            for each in self.sockets.values():
                each.close()

    def pass_piece(self, where, source, sink):
        """Returns False when nothing more may pass. The end of the stream is passed on too."""
        select.select([source], [], [])
        rule = self.proxy.rules[where]  # read it when there is something to pass, because it may have changed
        room = rule.room()
        if room <= 0 and room == rule.left(rule.cut_after):
            self.end()
        elif room <= 0:
            self.proxy.wait_for_another(rule, where)
        elif data := source.recv(room):
            time.sleep(rule.delay)
            sink.sendall(data)
            rule.passed += len(data)
        elif self.open.is_set():
            sink.shutdown(socket.SHUT_WR)
            return False
        return self.open.is_set()

    def close_half(self, where):
        """Ends the stream to that side, which may go on sending."""
        self.sockets[where].shutdown(socket.SHUT_WR)

    def end(self, by_reset=False):
        """Ends the connection on both sides: after the bytes passed, or by RST. The last thread closes the sockets."""
        self.open.clear()
        for each in self.sockets.values():
            with contextlib.suppress(OSError):
                if by_reset:
                    each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                each.shutdown(socket.SHUT_RD if by_reset else socket.SHUT_RDWR)  # wakes the reading thread


class Proxy:
    """Listens on a free loopback port, and connects to `target`, a loopback port."""

    def __init__(self, target):
        self.target = target
        self.rules = {TO_ROUTER: Rule(), TO_WORKER: Rule()}
        self.rule_set = threading.Condition()
        self.threads, self.connections, self.stopping = [], [], False
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listening.getsockname()[1]
        self.url = f"rs://127.0.0.1:{self.port}"
        self.start_thread(self.accept)

    def start_thread(self, run, *args):
        thread = threading.Thread(target=run, args=args, daemon=True)
        self.threads.append(thread)
        thread.start()

    def accept(self):
        while not self.stopping:
            with contextlib.suppress(OSError):
                from_worker, _ = self.listening.accept()
                self.connect(from_worker)

    def connect(self, from_worker):
        try:
            to_router = socket.create_connection(("127.0.0.1", self.target), 5)
        except OSError:
            from_worker.close()
            return
        for each in (from_worker, to_router):
            each.settimeout(None)
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connections.append(Connection(self, from_worker, to_router))

    def set(self, where, **rule):
        """Sets a new rule for the direction; omitted limits do not apply."""
        with self.rule_set:
            self.rules[where] = Rule(**rule)
            self.rule_set.notify_all()

    def wait_for_another(self, rule, where):
        """Waits a moment for the rule to change."""
        with self.rule_set:
            if self.rules[where] is rule:
                self.rule_set.wait(0.05)

    def live(self):
        """The connections not cut, oldest first."""
        return [each for each in self.connections if each.open.is_set()]

    def cut_all(self, by_reset=False):
        for each in self.live():
            each.end(by_reset)

    def stop(self):
        self.stopping = True
        with contextlib.suppress(OSError):
            self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self.cut_all()
        for thread in self.threads:
            thread.join(10)
            if thread.is_alive():
                raise TimeoutError("a thread of the proxy did not end")
