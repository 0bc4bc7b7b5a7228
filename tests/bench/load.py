"""Owns the load: bodies and paths of requests, and runs of wrk against one subject or several in turn."""
import dataclasses
import json
import pathlib
import statistics
import subprocess
import urllib.parse

from bench.deployments import KEY, SECRET
from support.process_figures import processor_seconds
from support.web import signed_query

HERE = pathlib.Path(__file__).resolve().parent
SIGNED_PATHS = 500  # used in turn: consecutive requests differ
ADD2 = '{"procedure":"com.example.add2","args":[2,3]}'  # 45 bytes
NEWS = '{"topic":"com.example.some.news","args":[2,3]}'  # the same length


@dataclasses.dataclass
class Run:
    requests: int
    seconds: float
    p50_us: int
    p99_us: int
    closed: int  # by the web server, although the client would have kept them
    failed: int
    processor_us: float  # per request, of the program's processes only

    @property
    def rate(self):
        return self.requests / self.seconds


class Requests:
    """The requests to send, in files for wrk. `answer_bytes` tells the yardstick the length of its answer."""

    def __init__(self, scratch, name, body=ADD2, answer_bytes=None, signed=False, path="/wamp"):
        self.body = scratch.write(f"{name}.body", body)
        query = f"?answer={answer_bytes}" if answer_bytes else ""
        paths = [f"{path}{query}"]
        if signed:
            paths = ["/wamp/signed?" + urllib.parse.urlencode(signed_query(SECRET, body, key=KEY, nonce=str(nonce)))
                     for nonce in range(SIGNED_PATHS)]
        self.paths = scratch.write(f"{name}.paths", "\n".join(paths) + "\n")


def run_wrk(subject, requests, connections, seconds):
    before = processor_seconds(subject.pids())
    # wrk accepts whole seconds only.
    command = ["wrk", "--threads", "1", "--connections", connections, "--duration", f"{seconds}s", "--timeout", "20s",
               "--script", HERE / "load.lua", f"http://127.0.0.1:{subject.port}/", "--", requests.body, requests.paths]
    ended = subprocess.run([*map(str, command)], capture_output=True, text=True, check=True, timeout=seconds + 60)
    used = processor_seconds(subject.pids()) - before
    said = json.loads(ended.stdout.splitlines()[-1])
    return Run(**said, processor_us=1e6 * used / max(said["requests"], 1))


def by_turns(subjects, rounds, connections, seconds):
    """Runs for each of several (subject, requests), by name. They alternate again and again, so that other load on the
    machine affects all of them."""
    runs = {name: [] for name in subjects}
    for turn in range(rounds):
        names = list(subjects) if turn % 2 == 0 else list(reversed(subjects))
        for name in names:
            subject, requests = subjects[name]
            runs[name].append(run_wrk(subject, requests, connections, seconds))
    return runs


def median(runs, what):
    return statistics.median(getattr(each, what) for each in runs)


def ratios(ours, theirs, what):
    """The ratios of paired runs, which were made in the same turn."""
    return [getattr(one, what) / max(getattr(other, what), 1e-9) for one, other in zip(ours, theirs)]
