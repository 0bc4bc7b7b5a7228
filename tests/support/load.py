"""Owns calls made like a web server's, straight to wamp-fcgi's socket: one, or many without a pause, with their
outcomes. A call's first argument, unless given, is a unique number, so that a router's log shows whether the call
arrived twice."""
import asyncio
import collections
import contextlib
import dataclasses
import itertools
import json
import re
import threading
import time

from support import fastcgi_client as fastcgi

UNANSWERED = 0
numbers = itertools.count(1)


@dataclasses.dataclass
class Outcome:
    argument: object  # the first one
    begun: float
    ended: float
    status: int  # UNANSWERED: no answer in time, or the connection was closed without one
    body: bytes

    @property
    def seconds(self):
        return self.ended - self.begun

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def name(self):
        """The refusal's name without the common prefix; None for a call's outcome."""
        prefix, _, name = self.json.get("error", "").rpartition(".")
        return name if prefix == "wampfcgi.error" else None

    @property
    def good(self):
        return self.status == 200 and self.json == {"args": [self.argument]}


def request_bytes(procedure, args, kwargs=None, path=""):
    body = json.dumps({"procedure": procedure, "args": args, **({"kwargs": kwargs} if kwargs else {})}).encode()
    return fastcgi.begin() + fastcgi.params(fastcgi.variables(path, length=len(body))) + fastcgi.stdin(body)


async def make_call(address, limit, procedure="com.example.echo", args=None, kwargs=None, path=""):
    """Waits up to `limit` seconds for the answer."""
    args = [next(numbers)] if args is None else args
    begun, status, body = time.monotonic(), UNANSWERED, b"{}"
    data = request_bytes(procedure, args, kwargs, path)
    with contextlib.suppress(asyncio.TimeoutError, OSError, asyncio.IncompleteReadError):
        status, _, body = await asyncio.wait_for(fastcgi.exchange(address, data), limit)
    return Outcome(args[0] if args else None, begun, time.monotonic(), status, body)


class Background:
    """An event loop in its own thread, for calls during which a test does something else."""

    def __enter__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()

    def start(self, coroutine):
        """Returns a future for the coroutine's result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop)


class Load:
    """Clients that make consecutive calls until told to stop. Every other call takes a tenth of a second, so that some
    are always in flight."""

    def __init__(self, background, address, clients, limit):
        self.background, self.address, self.limit = background, address, limit
        self.outcomes, self.stopping = [], False
        self.clients = [background.start(self.keep_calling()) for _ in range(clients)]

    async def keep_calling(self):
        while not self.stopping:
            self.outcomes.append(await make_call(self.address, self.limit))
            seconds = round(0.1 + next(numbers) / 10**6, 6)  # as many digits as the router logs
            self.outcomes.append(await make_call(self.address, self.limit, "com.example.sleep", [seconds]))

    def stop(self):
        self.stopping = True
        for each in self.clients:
            each.result(self.limit + 10)
        return self.outcomes

    def first_good_after(self, moment):
        """When the first good call ended of those that ended after a moment; None if there is none yet."""
        return min((each.ended for each in list(self.outcomes) if each.ended > moment and each.good), default=None)


def arrivals(router_log):
    """How often each number arrived, as an argument of echo or sleep, at a router that runs with --log-calls."""
    found = re.findall(r'<- CALL, .*"com\.example\.(?:echo|sleep)", ?\[([\d.]+)\]', router_log)
    return collections.Counter(map(float, found))
