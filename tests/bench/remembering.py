"""Owns measurements of replay protection and rate limits behind nginx: a shared store against files, and rate limits
against none."""
import contextlib
import json
import statistics
import time
import urllib.parse

from bench.deployments import KEY, SECRET, WORKERS, Subject
from bench.goals import Row, at_least, at_most, ratio_row
from bench.load import ADD2, Requests, by_turns, median, ratios, run_wrk
from integration.deployment import configuration, service
from support.processes import Scratch, wait_until
from support.servers import Nginx, WampFcgiPool
from support.stores import Connection, Store, missing
from support.web import Client, signed_query

SET_UP = "nginx keep"
MOST_A_SECOND = 80_000  # requests signed before a run: more than are sent, or some would be sent again
ROUND_TRIPS = 2000


class SignedOnce:
    """Like bench.load.Requests, but no request is sent twice."""

    def __init__(self, scratch, count, body=ADD2):
        self.body = scratch.write("once.body", body)
        paths = ("/wamp/signed?" + urllib.parse.urlencode(signed_query(SECRET, body, key=KEY)) for _ in range(count))
        self.paths = scratch.write("once.paths", "\n".join(paths) + "\n")


@contextlib.contextmanager
def pool_behind_nginx(router_url, **top):
    paths = {"/": service(), "limited": service(rate_limit={"requests": 1_000_000, "seconds": 1}),
             "signed": service(key=KEY, secret=SECRET, timestamp_delta_limit=600)}
    with Scratch() as scratch:
        config = {**configuration(router_url, paths, mount="/wamp", connect_timeout=5), **top,
                  "replay_capacity": 10_000_000, "state_dir": str(scratch.folder("state") / "state")}
        pool = WampFcgiPool(scratch, scratch.write("config.json", json.dumps(config)), WORKERS)
        made = Subject(Nginx(scratch, pool.start()).start(), pool)
        client = Client(made.port)
        wait_until(lambda: client.send(service="limited", body=ADD2).status == 200, "the pool to answer")
        yield made


def signed_by_turns(scratch, subjects, plan, connections):
    runs = {name: [] for name in subjects}
    for turn in range(plan.rounds):
        for name in list(subjects) if turn % 2 == 0 else list(reversed(subjects)):
            requests = SignedOnce(scratch, MOST_A_SECOND * plan.seconds)
            runs[name].append(run_wrk(subjects[name], requests, connections, plan.seconds))
    return runs


def round_trip_us(store):
    """The time for one command on an open connection."""
    took = []
    with Connection(store.port) as connection:
        for number in range(ROUND_TRIPS):
            began = time.perf_counter()
            connection.ask("SET", f"bench:{number}", "", "NX", "PX", 60_000)
            took.append(1e6 * (time.perf_counter() - began))
    return statistics.median(took)


def replays(scratch, router_url, plan):
    """Signed requests, each sent once: remembered in a store on this machine, and in files."""
    if missing():
        return
    store = Store(scratch, "--appendonly", "no").start()
    with pool_behind_nginx(router_url) as files, pool_behind_nginx(router_url, store={"url": store.url}) as shared:
        subjects = {"files": files, "store": shared}
        runs = signed_by_turns(scratch, subjects, plan, 32)
        yield ratio_row(SET_UP, "signed, replays in a store / in files, requests/s, 32 conn.", median(runs["store"], "rate"),
                        median(runs["files"], "rate"), ratios(runs["store"], runs["files"], "rate"), goal=at_least(0.85))
        refused = sum(each.failed for name in runs for each in runs[name])
        yield Row(SET_UP, "signed, replays in a store or in files, refused", refused, goal=at_most(0))
        runs = signed_by_turns(scratch, subjects, plan, 1)
        more = statistics.median(one.p50_us - other.p50_us for one, other in zip(runs["store"], runs["files"]))
        trip = round_trip_us(store)
        yield Row(SET_UP, "signed, replays in a store, p50 over files, 1 conn.", more, "us", goal=at_most(round(trip) + 50))
        yield Row(SET_UP, "round trip to that store, p50", trip, "us")


def rates(scratch, router_url, plan):
    """Requests to a service with a rate_limit that is never reached, against one without."""
    plain, limited = Requests(scratch, "plain"), Requests(scratch, "limited", path="/wamp/limited")
    with pool_behind_nginx(router_url) as subject:
        runs = by_turns({"limited": (subject, limited), "plain": (subject, plain)}, plan.rounds, 32, plan.seconds)
    for what, unit in (("rate", "requests/s"), ("processor_us", "processor us")):
        yield ratio_row(SET_UP, f"rate_limit / none, {unit}, 32 conn.", median(runs["limited"], what),
                        median(runs["plain"], what), ratios(runs["limited"], runs["plain"], what))
