"""Owns real Valkey or Redis servers and Sentinels for a test, each in its own folder, and queries to them."""
import contextlib
import shutil
import signal
import socket

from support.processes import Process, free_port, wait_until

PROGRAM = next(filter(None, map(shutil.which, ("valkey-server", "redis-server"))), None)


def missing():
    """Why there can be no store; empty when there can."""
    return "" if PROGRAM else "no Valkey and no Redis here"


class ErrorReply(Exception):
    pass


class Connection:
    """Speaks RESP2, one command at a time."""

    def __init__(self, port, *login):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.file = self.socket.makefile("rb")
        if login:
            self.ask("AUTH", *login)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()

    def ask(self, *arguments):
        parts = [str(each).encode() for each in arguments]
        self.socket.sendall(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(each), each) for each in parts))
        return self.reply()

    def reply(self):
        line = self.file.readline()
        if not line.endswith(b"\r\n"):
            raise EOFError(line)
        kind, rest = line[:1], line[1:-2].decode()
        if kind == b"-":
            raise ErrorReply(rest)
        if kind == b"+":
            return rest
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return None if rest == "-1" else self.file.read(int(rest) + 2)[:-2].decode(errors="replace")
        return [self.reply() for _ in range(int(rest))]


class Store(Process):
    """A server that keeps its data when it is killed, and always uses the same port."""

    name = "store"

    def __init__(self, scratch, *options, login=()):
        super().__init__(scratch)
        self.options, self.login, self.port = options, login, free_port()
        self.folder = scratch.path / f"store-{self.port}"
        self.folder.mkdir()

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"

    def command(self):
        return [PROGRAM, "--port", self.port, "--bind", "127.0.0.1", "--dir", self.folder, "--save", "", "--appendonly", "yes",
                "--repl-diskless-sync-delay", "0", *self.options]

    def is_ready(self):
        with contextlib.suppress(OSError, EOFError, ErrorReply):
            return self.ask("PING") == "PONG"
        return False

    def ask(self, *command):
        with Connection(self.port, *self.login) as connection:
            return connection.ask(*command)

    def clients(self):
        """wamp-fcgi's connections, in the server's list."""
        return [line for line in self.ask("CLIENT", "LIST").splitlines() if " name=wamp-fcgi " in line]

    def stop(self, with_signal=signal.SIGKILL, seconds=15):
        """Kills it by default: at some moments the server refuses a request to end, and stays."""
        return super().stop(with_signal, seconds)

    def forget(self):
        """Deletes its data."""
        shutil.rmtree(self.folder)
        self.folder.mkdir()

    @contextlib.contextmanager
    def frozen(self):
        """Stops the process: it is there, but does not answer."""
        self.child.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.child.send_signal(signal.SIGCONT)


class Sentinel(Process):
    """A Sentinel that decides alone, and quickly detects the loss of its master."""

    name = "sentinel"

    def __init__(self, scratch, master):
        super().__init__(scratch)
        self.master, self.port = master, free_port()

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"

    def command(self):
        # Sentinel writes its findings into its configuration.
        path = self.scratch.write(f"sentinel-{self.port}.conf", "\n".join((
            f"port {self.port}", "bind 127.0.0.1", f"dir {self.scratch.path}",
            f"sentinel monitor mymaster 127.0.0.1 {self.master.port} 1",
            "sentinel down-after-milliseconds mymaster 300", "sentinel failover-timeout mymaster 2000", "")))
        return [PROGRAM, path, "--sentinel"]

    def is_ready(self):
        with contextlib.suppress(OSError, EOFError, ErrorReply):
            return bool(self.ask("SENTINEL", "get-master-addr-by-name", "mymaster"))
        return False

    def ask(self, *command):
        with Connection(self.port) as connection:
            return connection.ask(*command)

    def master_port(self):
        return int(self.ask("SENTINEL", "get-master-addr-by-name", "mymaster")[1])

    def wait_for_replica(self, replica):
        """Waits until it knows the replica and the replica is in sync, because only then can it be promoted."""
        def is_known():
            listed = self.ask("SENTINEL", "replicas", "mymaster")
            facts = [dict(zip(each[::2], each[1::2])) for each in listed]
            return any(each["port"] == str(replica.port) and each["master-link-status"] == "ok" for each in facts)

        wait_until(is_known, "the Sentinel to know the replica")
