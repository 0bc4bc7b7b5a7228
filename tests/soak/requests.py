"""Owns the requests of a soak: their kinds, the correct answers, and the clients. Each call has a token, a unique
number by which the router's log shows how often it arrived."""
import collections
import contextlib
import dataclasses
import http.client
import itertools
import json
import random
import re
import socket
import threading
import time

from integration.deployment import service
from support.web import Answer, Client, signed_query

SECRET = "kkjH68GiuUZ"
PATHS = {
    "/": service(),
    "signed": service(key="myapp1", secret=SECRET, timestamp_delta_limit=300),
    "impatient": service(call_timeout=1),
    "small": service(post_body_limit=200),
    "nobody": service(require_ip=[]),
}
ABORTED, LOST, CUT = "aborted by the client", "lost", "cut short"
# Answers when a process or the router has gone. An answer whose header was sent can only be cut.
DISTURBED = (500, 502, 503, 504, CUT)
SLEEPS_FROM, TOKENS_A_SECOND = 0.05, 10**6  # a sleeping call has its token in the seconds; the router logs six digits

tokens = itertools.count(1)


@dataclasses.dataclass
class Outcome:
    kind: object
    server: str
    token: int
    begun: float
    ended: float
    status: object  # of the answer, or ABORTED, LOST or CUT
    body: bytes = b""

    @property
    def right(self):
        return self.status == self.kind.status and self.kind.shown.replace("%d", str(self.token)).encode() in self.body

    def arrivals_allowed(self):
        """How often the call may have arrived at the router."""
        if self.right:
            return self.kind.arrivals
        if b"router_unavailable" in self.body or b"overloaded" in self.body:
            return (0,)
        return (0, 1) if max(self.kind.arrivals) else (0,)


@dataclasses.dataclass
class Kind:
    """`make` sends a request with a token and returns its answer, or None if it does not wait. `status` and `shown`
    describe the correct answer; %d in `shown` is the token. `arrivals` is how often its call may then have arrived."""
    name: str
    share: int
    make: object
    status: object = 200
    shown: str = ""
    arrivals: tuple = (1,)


def body_of(token, procedure="com.example.echo", *more):
    return json.dumps({"procedure": procedure, "args": [token, *more]})


def echo(client, token):
    return client.send(body=body_of(token))


def large(client, token):
    return client.send(body=body_of(token, "com.example.echo", "x" * random.choice((20_000, 200_000, 2_000_000))))


def signed(client, token):
    body = body_of(token)
    return client.send(service="signed", body=body, query=signed_query(SECRET, body, nonce=str(token)))


def replayed(client, token):
    """The answer to the second of two equal requests; to the first if that was never accepted."""
    body = body_of(token)
    query = signed_query(SECRET, body, nonce=str(token))
    first = client.send(service="signed", body=body, query=query)
    return first if first.status in DISTURBED else client.send(service="signed", body=body, query=query)


def forged(client, token):
    body = body_of(token)
    return client.send(service="signed", body=body, query=signed_query("guessed", body, nonce=str(token)))


def sleep(client, token):
    return client.send(body=body_of(round(SLEEPS_FROM + token / TOKENS_A_SECOND, 6), "com.example.sleep"))


def timing_out(client, token):
    return client.send(service="impatient", body=body_of(token, "com.example.fault.silent"))


def unknown(client, token):
    return client.send(body=body_of(token, "com.example.no_such_procedure"))


def malformed(client, token):
    return client.send(body=body_of(token)[:-1])


def too_large(client, token):
    return client.send(service="small", body=body_of(token, "com.example.echo", "x" * 300))


def denied(client, token):
    return client.send(service="nobody", body=body_of(token))


def nowhere(client, token):
    return client.send(service="nowhere", body=body_of(token))


def got(client, _token):
    return client.send(method="GET")


@contextlib.contextmanager
def begun(client, body):
    """A connection on which the head of a request was sent."""
    with socket.create_connection(("127.0.0.1", client.port), client.seconds) as connection:
        connection.sendall(f"POST {client.url('/')} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                           f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode())
        yield connection


def slow(client, token):
    """Sends the body in pieces."""
    body = body_of(token).encode()
    with begun(client, body) as connection:
        for start in range(0, len(body), 10):
            time.sleep(0.02)
            connection.sendall(body[start:start + 10])
        response = http.client.HTTPResponse(connection, method="POST")
        response.begin()
        return Answer(response.status, response.headers, response.read())


def cut_short(client, token):
    body = body_of(token).encode()
    with begun(client, body) as connection:
        connection.sendall(body[:20])


def gone(client, token):
    """Closes during the call, before it, or after it."""
    body = body_of(round(SLEEPS_FROM + token / TOKENS_A_SECOND, 6), "com.example.sleep").encode()
    with begun(client, body) as connection:
        connection.sendall(body)
        time.sleep(random.choice((0, 0.002, 0.02)))


KINDS = (
    Kind("small call", 40, echo, shown='{"args":[%d]}'),
    Kind("signed call", 20, signed, shown='{"args":[%d]}'),
    Kind("large call", 5, large, shown='{"args":[%d,"xxx'),
    Kind("call that takes a while", 6, sleep),
    Kind("slow body", 4, slow, shown='{"args":[%d]}'),
    Kind("call that times out", 1, timing_out, 504, "call_timeout"),
    Kind("unknown procedure", 4, unknown, shown='{"error":"wamp.error.no_such_procedure"'),
    Kind("replayed request", 3, replayed, 401, "request_replayed"),
    Kind("forged signature", 3, forged, 401, "signature_invalid", arrivals=(0,)),
    Kind("malformed body", 3, malformed, 400, "body_not_json", arrivals=(0,)),
    Kind("body over the limit", 3, too_large, 413, "body_too_large", arrivals=(0,)),
    Kind("denied address", 2, denied, 400, "address_denied", arrivals=(0,)),
    Kind("unknown path", 2, nowhere, 404, "not_found", arrivals=(0,)),
    Kind("GET", 2, got, 405, "method_not_allowed", arrivals=(0,)),
    Kind("body cut short", 2, cut_short, ABORTED, arrivals=(0,)),
    Kind("client gone during the call", 2, gone, ABORTED, arrivals=(0, 1)),
)


class Clients:
    """Threads that send consecutive requests to a web server until told to stop."""

    def __init__(self, server, threads, seconds):
        self.server, self.seconds, self.over = server, seconds, threading.Event()
        self.outcomes = []
        self.threads = [threading.Thread(target=self.run) for _ in range(threads)]
        for each in self.threads:
            each.start()

    def run(self):
        client = Client(self.server.port, seconds=self.seconds)
        shares = [each.share for each in KINDS]
        while not self.over.is_set():
            [kind] = random.choices(KINDS, shares)
            self.outcomes.append(self.make(client, kind))
            time.sleep(random.uniform(0, 0.02))

    def make(self, client, kind):
        token, since = next(tokens), time.monotonic()
        outcome = Outcome(kind, self.server.name, token, since, since, LOST)
        try:
            answer = kind.make(client, token)
            outcome.status, outcome.body = (answer.status, answer.body[:300]) if answer else (ABORTED, b"")
        except http.client.IncompleteRead as failure:
            outcome.status, outcome.body = CUT, repr(failure).encode()
        except (OSError, http.client.HTTPException) as failure:
            outcome.body = repr(failure).encode()
            if kind.status == ABORTED:
                outcome.status = ABORTED
        outcome.ended = time.monotonic()
        return outcome

    def stop(self):
        self.over.set()
        for each in self.threads:
            each.join(3 * self.seconds)
            if each.is_alive():
                raise TimeoutError(f"a request to {self.server.name} has no answer and no end")
        return self.outcomes


def arrivals(router_log):
    """How often each token arrived at a router that runs with --log-calls."""
    counts = collections.Counter()
    for procedure, first in re.findall(r'<- CALL, .*?"com\.example\.([\w.]+)", ?\[([\d.]+)', router_log):
        counts[round((float(first) - SLEEPS_FROM) * TOKENS_A_SECOND) if procedure == "sleep" else int(first)] += 1
    return counts
