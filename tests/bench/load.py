"""Owns the load: bodies and paths of requests, and runs of wrk against one subject or against several by turns."""
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
SIGNED_PATHS = 500  # used in turn: no two requests one after the other are the same
ADD2 = '{"procedure":"com.example.add2","args":[2,3]}'  # 45 bytes
NEWS = '{"topic":"com.example.some.news","args":[2,3]}'  # as many


@dataclasses.dataclass
class Run:
    requests: int
    seconds: float
    p50_us: int
    p99_us: int
    closed: int  # connections that the web server closed on a client that would have kept them
    failed: int
    processor_us: float  # a request, of the program's processes only

    @property
    def rate(self):
        return self.requests / self.seconds


class Requests:
    """What is sent, in files for wrk. `answer_bytes` tells the yardstick how long its answer is to be."""

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
    # wrk counts in whole seconds.
    command = ["wrk", "--threads", "1", "--connections", connections, "--duration", f"{seconds}s", "--timeout", "20s",
               "--script", HERE / "load.lua", f"http://127.0.0.1:{subject.port}/", "--", requests.body, requests.paths]
    ended = subprocess.run([*map(str, command)], capture_output=True, text=True, check=True, timeout=seconds + 60)
    used = processor_seconds(subject.pids()) - before
    said = json.loads(ended.stdout.splitlines()[-1])
    return Run(**said, processor_us=1e6 * used / max(said["requests"], 1))


def by_turns(subjects, rounds, connections, seconds):
    """Runs of each of several (subject, requests) by name: one after the other, again and again, so that whatever else the
    machine does hits all of them."""
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
    """Of each pair of runs that followed each other."""
    return [getattr(one, what) / max(getattr(other, what), 1e-9) for one, other in zip(ours, theirs)]
