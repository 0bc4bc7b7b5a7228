"""Owns a test's view from inside a machine that booted_machine.py has started: systemd, the journal, the installed
package, the service's configuration, and requests at its socket."""
import concurrent.futures
import contextlib
import json
import pathlib
import socket
import subprocess
import threading
import time
import unittest

from support import fastcgi_client as fastcgi
from support.build import SLOWDOWN
from support.processes import wait_until

PACKAGES = pathlib.Path("/opt/packages")
FIRST, NEXT = "9.0.0", "9.1.0"  # versions of the packages there
CONFIG = pathlib.Path("/etc/wamp-fcgi/config.json")
SECRET_FILE = CONFIG.with_name("backend.secret")
CHANGES = pathlib.Path("/etc/systemd/system/wamp-fcgi.service.d/tests.conf")
ADDRESS = pathlib.Path("/run/wamp-fcgi/wamp-fcgi.sock")
SERVICE, SOCKET, FAILED = "wamp-fcgi.service", "wamp-fcgi.socket", "wamp-fcgi-failed.target"
ROUTER = "devrouter.service"
UNIX_ROUTER = "unix:/run/devrouter/router.sock"
REALM = "realm1"


def run(*command, check=True, seconds=120):
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          timeout=seconds * SLOWDOWN)
    if check and done.returncode:
        raise AssertionError(f"{command} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def systemctl(*arguments, **how):
    return run("systemctl", *arguments, **how).stdout.strip()


def succeeds(*command):
    return run(*command, check=False).returncode == 0


def show(name, unit=SERVICE):
    """A property of a unit."""
    return systemctl("show", f"--property={name}", "--value", unit)


def state(unit=SERVICE):
    return show("ActiveState", unit)


def processes():
    """The service's processes."""
    file = pathlib.Path("/sys/fs/cgroup", show("ControlGroup").lstrip("/"), "cgroup.procs")
    return sorted(map(int, file.read_text().split())) if file.exists() and show("ControlGroup") else []


def supervisor():
    return int(show("MainPID"))


def workers():
    return [pid for pid in processes() if pid != supervisor()]


class Journal:
    """The lines since a moment. By time: journalctl takes the first line that matches for the one at the cursor."""

    def __init__(self):
        self.since = f"@{time.time():.6f}"

    def lines(self, *options):
        run("journalctl", "--sync")
        return run("journalctl", "--quiet", "--output=cat", f"--since={self.since}", *options).stdout.splitlines()

    def of_service(self, *options):
        return self.lines(f"--unit={SERVICE}", *options)

    def count(self, text):
        return sum(text in line for line in self.of_service())

    def has(self, text):
        return self.count(text) > 0


def service(role="anonymous", **options):
    return {"type": "caller", "realm": REALM, "role": role, "options": options}


def configuration(url=UNIX_ROUTER, paths=None, credentials=None, **top_level):
    router = {"url": url, **({"credentials": credentials} if credentials else {})}
    return {"router": router, "paths": {"/": service(), "status": {"type": "status"}, **(paths or {})}, **top_level}


def write_secretly(path, text):
    """Writes a file as the manual wants it."""
    path.write_text(text)
    path.chmod(0o640)
    run("chgrp", "wamp-fcgi", path)


def configure(config):
    write_secretly(CONFIG, config if isinstance(config, str) else json.dumps(config))


def install(version, *options):
    run("apt-get", "--quiet", "--yes", "--allow-downgrades", *options, "install",
        next(PACKAGES.glob(f"wamp-fcgi_{version}-*.deb")))


def installed_version():
    found = run("dpkg-query", "-W", "-f=${db:Status-Status} ${Version}", "wamp-fcgi", check=False).stdout
    return found.removeprefix("installed ").partition("-")[0] if found.startswith("installed ") else None


def encoded(body, path="", **variables):
    return (fastcgi.begin() + fastcgi.params(fastcgi.variables(path, length=len(body), **variables)) +
            fastcgi.stdin(body))


def call(procedure, *args, path="", seconds=60, **variables):
    """The status and body of the answer to a call at the service's socket."""
    body = json.dumps({"procedure": f"com.example.{procedure}", "args": args}).encode()
    status, _, answer = fastcgi.request(ADDRESS, encoded(body, path, **variables), seconds)
    return status, answer.decode()


def get(path, query=""):
    status, _, answer = fastcgi.request(ADDRESS, encoded(b"", path, REQUEST_METHOD="GET", QUERY_STRING=query))
    return status, answer.decode()


def calls_of(procedure):
    """How often the router received a call of it."""
    return json.loads(call("stats")[1])["kwargs"]["calls_by_procedure"].get(f"com.example.{procedure}", 0)


class Load:
    """Threads that make calls until told to end. A context manager; `failures` and `count` are its results."""

    def __init__(self, threads=4):
        self.over, self.count, self.failures = threading.Event(), 0, []
        self.pool = concurrent.futures.ThreadPoolExecutor(threads)
        self.running = threads

    def __enter__(self):
        for _ in range(self.running):
            self.pool.submit(self.work)
        self.wait_for_more()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.pool.shutdown()

    def work(self):
        while not self.over.is_set():
            try:
                answer = call("add2", 2, 3)
            except Exception as failure:
                answer = repr(failure)
            self.count += 1
            if answer != (200, '{"args":[5]}'):
                self.failures.append(answer)

    def wait_for_more(self, calls=50):
        before = self.count
        wait_until(lambda: self.count >= before + calls, "some calls", 60)


class Stream:
    """A stream of progressive results whose client reads only what a test asks for."""

    def __init__(self, procedure, *args):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(str(ADDRESS))
        body = json.dumps({"procedure": f"com.example.{procedure}", "args": args}).encode()
        self.socket.sendall(encoded(body, HTTP_ACCEPT="text/event-stream"))
        self.text = b""

    def wait_for(self, text):
        while text.encode() not in self.text:
            piece = self.socket.recv(65536)
            if not piece:
                raise EOFError(self.text)
            self.text += piece

    def rest(self):
        with contextlib.closing(self.socket):
            while piece := self.socket.recv(65536):
                self.text += piece
        return self.text.decode(errors="replace")


class GuestTest(unittest.TestCase):
    """A test that begins with the first package, installed, configured and running."""

    def setUp(self):
        if installed_version() != FIRST:
            install(FIRST)
        self.change_unit(None)
        systemctl("restart", ROUTER)
        configure(configuration())
        systemctl("enable", "--quiet", SOCKET, SERVICE)
        systemctl("restart", SOCKET, SERVICE)
        self.journal = Journal()
        self.background = concurrent.futures.ThreadPoolExecutor()
        self.addCleanup(self.background.shutdown)

    def change_unit(self, text):
        """Like `systemctl edit`; None takes the changes back."""
        if text:
            CHANGES.parent.mkdir(exist_ok=True)
            CHANGES.write_text(text)
        elif CHANGES.exists():
            CHANGES.unlink()
        else:
            return
        systemctl("daemon-reload")

    def restart_with(self, config):
        configure(config)
        systemctl("restart", SERVICE)

    def assert_answers(self, **how):
        self.assertEqual(call("add2", 2, 3, **how), (200, '{"args":[5]}'))

    def assert_running(self):
        self.assertEqual((state(SERVICE), state(SOCKET)), ("active", "active"))

    def calls_in_flight(self, seconds, count=1):
        """Starts calls that take so long, and returns the futures of their answers once the router has them all."""
        before = calls_of("sleep")
        answers = [self.background.submit(call, "sleep", seconds) for _ in range(count)]
        wait_until(lambda: calls_of("sleep") == before + count, "the calls to be in flight")
        return answers


class WithJournal(unittest.TextTestResult):
    """Appends the end of the service's journal to the report of a failed test."""

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.append_journal(self.failures, test)

    def addError(self, test, err):
        super().addError(test, err)
        self.append_journal(self.errors, test)

    @staticmethod
    def append_journal(reports, test):
        tail = run("journalctl", "--quiet", "--no-hostname", "--lines=40", "--output=short-precise", check=False).stdout
        reports[-1] = (test, f"{reports[-1][1]}\n{tail}")


def main():
    unittest.main(testRunner=unittest.TextTestRunner(resultclass=WithJournal, verbosity=2))
