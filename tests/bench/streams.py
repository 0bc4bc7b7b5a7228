"""Owns measurements of streams behind nginx, with one worker: many clients of one topic, few clients with many events,
progressive results, and a client that does not read."""
import contextlib
import http.client
import json
import socket
import statistics
import subprocess
import threading
import time

from bench.goals import Row, at_least, at_most
from bench.load import Requests, run_wrk
from support.process_figures import processor_seconds, proportional_bytes, resident_bytes, threads
from support.processes import wait_until
from support.servers import BUILD, DevRouter, Nginx, WampFcgiPool
from support.web import JSON_TYPE, Client

TOPIC = "com.example.news"
EVENTS = f"/wamp/events?topic={TOPIC}"
RATE = 5000
PROGRESS = 1000


class RoomyNginx(Nginx):
    """nginx for ten thousand clients and as many connections to the pool, evenly distributed over its processes."""

    processes, descriptors, connections, listen_options = 4, 10_000, 9900, " reuseport"


class OneWorker:
    """nginx before a pool of one worker, with wamp-devrouter."""

    def __init__(self, scratch):
        self.router = DevRouter(scratch).start()
        where = {"realm": "realm1", "role": "anonymous"}
        config = {"mount": "/wamp", "router": {"url": self.router.url}, "paths": {
            "/": {"type": "caller", **where, "options": {"call_timeout": 0}},
            "events": {"type": "events", **where, "options": {"topics": [TOPIC], "max_streams_per_address": 0}}}}
        self.pool = WampFcgiPool(scratch, scratch.write("config.json", json.dumps(config)), workers=1).start()
        self.server = RoomyNginx(scratch, self.pool).start()
        self.client = Client(self.server.port, seconds=300)
        wait_until(lambda: self.client.call("com.example.add2", 2, 3).status == 200, "nginx to answer")
        [self.worker] = self.pool.worker_pids()

    @property
    def port(self):
        return self.server.port

    def pids(self):
        return [self.worker]

    def publish_many(self, count, size=0, rate=None):
        answer = self.client.call("com.example.publish_many", TOPIC, count, size, *([rate] if rate else []))
        if answer.json != {"args": [count]}:
            raise RuntimeError(f"answer {answer}")


class Listeners:
    """bench-listeners, once all its streams have begun."""

    def __init__(self, port, count):
        self.child = subprocess.Popen([BUILD / "bench-listeners", str(port), str(count), EVENTS], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True)
        self.seconds = json.loads(self.child.stdout.readline())["seconds"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.stdin.close()
        self.child.wait()

    def report(self):
        self.child.stdin.write("\n")
        self.child.stdin.flush()
        return json.loads(self.child.stdout.readline())

    def until(self, events, seconds=60):
        """Waits for a number of events, or until no more arrive for a while. Returns what has arrived."""
        total = {"events": 0, "missing": 0, "again": 0, "ended": 0, "first": 0, "last": time.monotonic()}
        until = time.monotonic() + seconds
        while total["events"] < events and time.monotonic() < until:
            time.sleep(0.02)
            more = self.report()
            if more["events"]:
                total["first"], total["last"] = total["first"] or more["first"], more["last"]
                until = time.monotonic() + seconds
            for name in ("events", "missing", "again", "ended"):
                total[name] += more[name]
        return total


def many_listeners(scratch, plan):
    """One worker with thousands of streams, and an event for all of them."""
    one = OneWorker(scratch)
    count, name = plan.listeners, f"{plan.listeners} streams"
    before = resident_bytes(one.worker)
    with Listeners(one.port, count) as listeners:
        yield Row("nginx", f"{name}, until all are open", listeners.seconds, "s")
        resident = resident_bytes(one.worker)
        yield Row("nginx", f"{name}, resident over idle, a stream", (resident - before) / count / 1e3, "KB", goal=at_most(6))
        yield Row("nginx", f"{name}, proportional set size of the worker", proportional_bytes(one.worker) / 1e6, "MB",
                  goal=at_most(100))
        yield Row("nginx", f"{name}, threads", threads(one.worker), goal=at_most(1))
        took, used = [], []
        for _ in range(plan.rounds):
            listeners.report()
            before, began = processor_seconds([one.worker]), time.monotonic()
            one.client.call("com.example.publish", TOPIC, [1])
            came = listeners.until(count)
            used.append(1e6 * (processor_seconds([one.worker]) - before) / count)
            took.append(came["last"] - began)
            if came["events"] != count:
                raise RuntimeError(f"{count} streams had {came}")
        yield Row("nginx", f"{name}, an event, until the last has it", statistics.median(took), "s",
                  spread=(min(took), max(took)), goal=at_most(1))
        yield Row("nginx", f"{name}, an event, processor time a stream", statistics.median(used), "us",
                  spread=(min(used), max(used)), goal=at_most(20))


def few_listeners(scratch, plan):
    """Ten clients: events at a steady rate, and as fast as they can be read."""
    one = OneWorker(scratch)
    with Listeners(one.port, 10) as listeners:
        publisher = threading.Thread(target=one.publish_many, args=(plan.events, 0, RATE))
        publisher.start()
        came = listeners.until(10 * plan.events)
        publisher.join()
        what = f"{plan.events} events at {RATE}/s to 10 clients"
        yield Row("nginx", f"{what}, not delivered", 10 * plan.events - came["events"], goal=at_most(0))
        yield Row("nginx", f"{what}, out of order, missing or twice", came["missing"] + came["again"], goal=at_most(0))
        rates = []
        for _ in range(plan.rounds):
            listeners.report()
            publisher = threading.Thread(target=one.publish_many, args=(plan.events // 10, 0, 4 * RATE))
            publisher.start()
            came = listeners.until(plan.events, seconds=5)
            publisher.join()
            if came["events"] == plan.events:
                rates.append(came["events"] / (came["last"] - came["first"]))
    yield Row("nginx", "events to 10 clients, runs in which all came", len(rates), goal=at_least(plan.rounds))
    if rates:
        yield Row("nginx", "events to 10 clients, deliveries/s", statistics.median(rates), spread=(min(rates), max(rates)),
                  goal=at_least(50_000))


def progressive_results(scratch, plan):
    """From the request to the last line of its stream."""
    one = OneWorker(scratch)
    rates = []
    body = json.dumps({"procedure": "com.example.count", "args": [PROGRESS]})
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", one.port, timeout=60)) as connection:
        for _ in range(10 * plan.rounds):
            began = time.monotonic()
            connection.request("POST", "/wamp", body, {"Content-Type": JSON_TYPE, "Accept": "application/x-ndjson"})
            lines = connection.getresponse().read().count(b"\n")
            rates.append(lines / (time.monotonic() - began))
            if lines != PROGRESS + 1:
                raise RuntimeError(f"{lines} lines")
    yield Row("nginx", f"{PROGRESS} progressive results to one client, messages/s", statistics.median(rates),
              spread=(min(rates), max(rates)), goal=at_least(50_000))


class SlowClient:
    """Requests a stream without reading it, again whenever it is closed."""

    def __init__(self, port):
        self.port, self.is_over = port, threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.thread.join()

    def run(self):
        while not self.is_over.is_set():
            with socket.socket() as connection:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                connection.connect(("127.0.0.1", self.port))
                connection.sendall(f"GET {EVENTS} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                self.is_over.wait(0.5)


def slow_listener(scratch, plan):
    """Calls beside a stream of large events that another client reads, with and without a client that does not read."""
    one = OneWorker(scratch)
    calls = Requests(scratch, "calls")
    with Listeners(one.port, 1) as listeners:
        seconds = plan.rounds * 2 * plan.seconds
        publisher = threading.Thread(target=one.publish_many, args=(500 * (seconds + 2), 4000, 500))
        publisher.start()
        p99 = {"beside": [], "alone": []}
        for _ in range(plan.rounds):
            p99["alone"].append(run_wrk(one, calls, 4, plan.seconds).p99_us)
            with SlowClient(one.port):
                p99["beside"].append(run_wrk(one, calls, 4, plan.seconds).p99_us)
        publisher.join()
        came = listeners.report()
    values = [one / other for one, other in zip(p99["beside"], p99["alone"])]
    yield Row("nginx", "p99 of calls beside a client that does not read / without", statistics.median(values), "x",
              statistics.median(p99["beside"]), statistics.median(p99["alone"]), (min(values), max(values)), at_most(1.2))
    yield Row("nginx", "events missing for the other client meanwhile", came["missing"] + came["ended"], goal=at_most(0))
