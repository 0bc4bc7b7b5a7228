"""Counts what a whole worker does for a request, from the web server's bytes to the answer: instructions and memory
allocations under callgrind, system calls under strace. The worker runs alone, and a client sends one request after
another as lighttpd would; a router that costs nothing answers."""
import collections
import os
import re
import signal
import socket
import urllib.parse

from bench.deployments import KEY, SECRET, InstantRouter, write_configuration
from bench.load import ADD2
from support import fastcgi_client as fastcgi
from support.processes import Scratch
from support.servers import WorkerOnFd0
from support.web import signed_query

ALLOCATING = ("malloc", "calloc", "realloc", "memalign", "aligned_alloc", "posix_memalign")
FEW, MANY = 300, 900  # requests of two runs, whose difference has no start and no end in it


def variables(path_info="", query=""):
    """What lighttpd 1.4.69 sends for a POST of ADD2."""
    uri = f"/wamp{path_info}" + (f"?{query}" if query else "")
    return {"CONTENT_LENGTH": str(len(ADD2)), "QUERY_STRING": query, "REQUEST_URI": uri, "REDIRECT_STATUS": "200",
            "SCRIPT_NAME": "/wamp", "PATH_INFO": path_info, "SCRIPT_FILENAME": "/var/www/html/wamp",
            "DOCUMENT_ROOT": "/var/www/html", "REQUEST_METHOD": "POST", "SERVER_PROTOCOL": "HTTP/1.1",
            "SERVER_SOFTWARE": "lighttpd/1.4.69", "GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_SCHEME": "http",
            "SERVER_PORT": "8080", "SERVER_ADDR": "127.0.0.1", "SERVER_NAME": "127.0.0.1", "REMOTE_ADDR": "127.0.0.1",
            "REMOTE_PORT": "55266", "HTTP_HOST": "127.0.0.1:8080", "HTTP_ACCEPT_ENCODING": "identity",
            "HTTP_CONTENT_LENGTH": str(len(ADD2)), "CONTENT_TYPE": "application/json"}


def short_params(values):
    """CGI variables with lengths as short as possible, as web servers write them."""
    content = b""
    for name, value in values.items():
        for text in (name, value):
            content += bytes([len(text)]) if len(text) < 128 else (len(text) | 1 << 31).to_bytes(4, "big")
        content += (name + value).encode()
    return fastcgi.record(fastcgi.PARAMS, content) + fastcgi.record(fastcgi.PARAMS)


def request(kept, signed):
    given = variables("/signed", urllib.parse.urlencode(signed_query(SECRET, ADD2, key=KEY, nonce="1"))) if signed else variables()
    return fastcgi.begin(keep=kept) + short_params(given) + fastcgi.stdin(ADD2.encode())


class Client:
    """Sends requests one after another, on one connection or on a new one for each."""

    def __init__(self, address, kept):
        self.address, self.kept, self.connection = address, kept, None

    def ask(self, bytes_of_request):
        if not self.connection:
            self.connection = socket.socket(socket.AF_UNIX)
            self.connection.settimeout(30)
            self.connection.connect(str(self.address))
        self.connection.sendall(bytes_of_request)
        got = b""
        end = fastcgi.record(fastcgi.END_REQUEST, bytes(8))
        while not got.endswith(end):
            piece = self.connection.recv(65536)
            if not piece:
                raise ConnectionError(f"the worker answered {got!r}")
            got += piece
        if b'{"args":[5]}' not in got:
            raise RuntimeError(f"the worker answered {got!r}")
        if not self.kept:
            self.connection.close()
            self.connection = None


class CountedWorker(WorkerOnFd0):
    def __init__(self, scratch, config, tool):
        super().__init__(scratch, config)
        self.output = scratch.folder("counts") / "counts"
        self.prefix = {"callgrind": ["valgrind", "--tool=callgrind", f"--callgrind-out-file={self.output}"],
                       "strace": ["strace", "-qq", "-c", "-U", "name,calls", "-o", self.output]}[tool]

    def end(self):
        """Ends the worker itself: a tool that is ended leaves it behind."""
        os.kill(self.children()[0] if self.children() else self.pid, signal.SIGTERM)
        self.child.wait(15)
        self.stop()


def run(tool, count, kept, signed):
    """The text that the tool has written about a worker which answered `count` requests."""
    with Scratch() as scratch:
        router = InstantRouter(scratch).start()
        worker = CountedWorker(scratch, write_configuration(scratch, router.url), tool).start()
        client = Client(worker.address, kept)
        bytes_of_request = request(kept, signed)
        for _ in range(count):
            client.ask(bytes_of_request)
        worker.end()
        return worker.output.read_text()


def in_callgrind_output(text):
    """Instructions and allocations. callgrind names a function once, and refers to it by its number after that."""
    names = {number: name.partition("'")[0] for number, name in re.findall(r"^c?fn=\((\d+)\) (\S+)", text, re.M)}
    calls = collections.Counter()
    for number, count in re.findall(r"^cfn=\((\d+)\)(?: .*)?\ncalls=(\d+)", text, re.M):
        calls[names[number]] += int(count)
    return {"instructions": int(re.search(r"^(?:totals|summary): (\d+)", text, re.M)[1]),
            "allocations": sum(calls[name] for name in ALLOCATING)}


def in_strace_output(text):
    return {"system calls": int(re.search(r"^total +(\d+)$", text, re.M)[1])}


READERS = {"callgrind": in_callgrind_output, "strace": in_strace_output}


def a_request(tool, kept, signed):
    """The counts of one request, without those of the worker's start and end."""
    few, many = (READERS[tool](run(tool, count, kept, signed)) for count in (FEW, MANY))
    return {what: (many[what] - few[what]) / (MANY - FEW) for what in few}


def figures():
    """All counts of one request, by name. System calls depend on the connection, the others on the signature."""
    counted = {}
    for name, signed in (("45 bytes", False), ("45 bytes, signed", True)):
        for what, value in a_request("callgrind", kept=False, signed=signed).items():
            counted[f"{what}, {name}: whole worker"] = round(value, None if what == "instructions" else 1)
    for name, kept in (("a connection each", False), ("kept connection", True)):
        for what, value in a_request("strace", kept=kept, signed=False).items():
            counted[f"{what}, 45 bytes, {name}: whole worker"] = round(value, 1)
    return counted
