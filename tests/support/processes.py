"""Owns the real processes of a test or the demo: their scratch folder, logs, start and guaranteed end."""
import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from support.build import SLOWDOWN

AS_ROOT = os.geteuid() == 0
# Web servers started by root give up root; the files that they use belong to this user.
SERVER_USER = "www-data" if AS_ROOT else None
SANITIZER_REPORT = re.compile(r"(ERROR|WARNING|FATAL): \w+Sanitizer|: runtime error: |LeakSanitizer has encountered a fatal error")
SANITIZER_FRAME = re.compile(r"^ +#\d+ 0x[0-9a-f]+ +\((/\S+)\+(0x[0-9a-f]+)\).*$", re.M)
SANITIZER_STATUS = 86  # exit status of a program with a report (sanitizer_options.cpp)


class NotReady(Exception):
    """A process did not become ready, or did not end, in time."""


def wait_until(condition, what, seconds=15):
    """Polls `condition` until it is true; raises NotReady when that takes too long."""
    seconds *= SLOWDOWN
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise NotReady(f"waited {seconds} s for {what}")
        time.sleep(0.01)
    return value


GIVEN_PORTS = set()


def free_port():
    """A free loopback port, another one each time: the system may offer the same one again."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in GIVEN_PORTS:
            GIVEN_PORTS.add(port)
            return port


def can_connect(address):
    """True when something listens on a Unix socket or a loopback port."""
    family = socket.AF_INET if isinstance(address, int) else socket.AF_UNIX
    with socket.socket(family) as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", address) if isinstance(address, int) else str(address)) == 0


def session_members(session):
    """The pids of a session's live processes; zombies do not count."""
    members = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                fields = pathlib.Path("/proc", entry, "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) == session and fields[0] != "Z":
                    members.append(int(entry))
    return members


def is_running(pid):
    with contextlib.suppress(OSError):
        return pathlib.Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def users_of(folder):
    """The pids of live processes whose command line or environment contains a folder, whoever started them."""
    needle, found = os.fsencode(str(folder)), []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) != os.getpid():
            with contextlib.suppress(OSError):
                proc = pathlib.Path("/proc", entry)
                if needle in (proc / "cmdline").read_bytes() or needle in (proc / "environ").read_bytes():
                    found.append(int(entry))
    return found


def clean_environment(**more):
    def is_kept(name):
        return name in ("PATH", "LANG", "TZ") or name.endswith("SAN_OPTIONS")

    return {**{name: value for name, value in os.environ.items() if is_kept(name)}, **more}


def with_names(report):
    """A sanitizer's report with function and line for each frame."""
    frames = [f"{program} {offset}" for program, offset in SANITIZER_FRAME.findall(report)]
    command = ["llvm-symbolizer", "--no-inlines", "--pretty-print", "--demangle"]
    names = iter(subprocess.run(command, input="\n".join(frames), capture_output=True, text=True).stdout.split("\n\n")
                 if frames and shutil.which(command[0]) else ())
    return SANITIZER_FRAME.sub(lambda frame: f"    {next(names, frame[0]).strip()}", report)


class Scratch:
    """A temporary folder, readable for the web servers' user, and everything that runs in it."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="wamp-fcgi-"))
        self.path.chmod(0o755)
        self.running = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def write(self, name, text):
        path = self.path / name
        path.write_text(text)
        path.chmod(0o644)
        return path

    def folder(self, name):
        """A folder that the web servers' user may write to."""
        path = self.path / name
        path.mkdir(exist_ok=True)
        if SERVER_USER:
            shutil.chown(path, SERVER_USER, SERVER_USER)
        return path

    def program(self, path):
        """A copy of a program that the web servers' user can access, wherever the build is."""
        copy = self.folder("bin") / pathlib.Path(path).name
        if not copy.exists():
            shutil.copy(path, copy)
        return copy

    def logs(self, lines=30):
        parts = []
        for path in sorted(self.path.glob("*.log")):
            tail = path.read_text(errors="replace").splitlines()[-lines:]
            parts.append("\n".join([f"--- {path.name}", *tail]))
        return "\n".join(parts)

    def sanitizer_reports(self, lines=100):
        """The reports of programs built with sanitizers in all logs: the first of each, shortened."""
        parts = []
        for path in sorted(self.path.rglob("*.log")):
            if found := SANITIZER_REPORT.search(text := path.read_text(errors="replace")):
                report = text[text.rfind("\n", 0, found.start()) + 1:].splitlines()[:lines]
                parts.append(f"sanitizer's report in {path.name}:\n{with_names(chr(10).join(report))}")
        return parts

    def close(self):
        """Ends everything, last started first. Fails when anything is left, or a sanitizer has reported something."""
        failures = []
        for process in reversed(self.running.copy()):
            try:
                process.stop()
            except NotReady as failure:
                failures.append(str(failure))
        for pid in users_of(self.path):
            failures.append(f"process {pid} was left over")
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        logs = self.logs() if failures else ""
        failures += self.sanitizer_reports()
        shutil.rmtree(self.path, ignore_errors=True)
        if failures:
            raise NotReady("\n".join([*failures, logs]))


class Process:
    """One program in its own session. Subclasses define the command, and when it is ready."""

    name = "process"
    user = None
    prefix = ()  # a command that starts the program, for example with limits
    environment = {}

    def __init__(self, scratch):
        self.scratch = scratch
        self.child = None
        self.logged_before = 0
        taken = len(list(scratch.path.glob(f"{self.name}*.log")))
        self.log = scratch.write(f"{self.name}{taken or ''}.log", "")

    def command(self):
        """Writes the program's files with newly chosen ports, and returns its command line."""
        raise NotImplementedError

    def is_ready(self):
        raise NotImplementedError

    def start(self):
        for _ in range(5):
            self.launch()
            wait_until(lambda: self.ended() or self.is_ready(), f"{self.name} to start\n{self.log.read_text()}")
            if not self.ended():
                return self
            self.stop()
            if "in use" not in self.log.read_text().lower():
                break
        raise NotReady(f"{self.name} ended at once\n{self.log.read_text(errors='replace')}")

    def launch(self):
        # Ends the program if the test itself is killed.
        command = ["setpriv", "--pdeathsig", "TERM", "--", *map(str, (*self.prefix, *self.command()))]
        self.logged_before = self.log.stat().st_size
        identity = {"user": self.user, "group": self.user, "extra_groups": []} if self.user else {}
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen(command, cwd=self.scratch.path, env=clean_environment(**self.environment),
                                          stdin=self.standard_input(), stdout=log, stderr=self.standard_error(log),
                                          start_new_session=True, **identity)
        self.scratch.running.append(self)

    def standard_input(self):
        return subprocess.DEVNULL

    def standard_error(self, log):
        return log

    def said(self):
        """The log since the last start."""
        return self.log.read_bytes()[self.logged_before:].decode(errors="replace")

    @property
    def pid(self):
        return self.child.pid

    def ended(self):
        return self.child.poll() is not None

    def children(self):
        return [pid for pid in session_members(self.pid) if pid != self.pid]

    def stop(self, with_signal=signal.SIGTERM, seconds=15):
        """Ends the program and returns its exit code; fails when it or a process that it started stays."""
        if self not in self.scratch.running:
            return self.child.returncode
        self.scratch.running.remove(self)
        if not self.ended():
            self.child.send_signal(with_signal)
        try:
            code = self.child.wait(seconds)
            wait_until(lambda: not session_members(self.pid), f"everything that {self.name} started to end", seconds)
            return code
        except (subprocess.TimeoutExpired, NotReady) as failure:
            raise NotReady(f"{self.name} did not end: {failure}\n{self.log.read_text(errors='replace')}") from None
        finally:
            for pid in session_members(self.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.child.wait()
