"""A soak: mixed load of all kinds, valid and invalid, through all web servers at once, while router and store are
restarted, configurations are reloaded and processes are killed. In the end every request must have an answer, no call
may have arrived twice, every error must be explained by a disturbance, and the surviving processes must have their
initial memory and descriptors.

By hand, from tests/: python3 -B -m soak.run --seconds 600"""
import argparse
import collections
import contextlib
import json
import random
import signal
import sys

from integration.deployment import configuration
from soak.disturbances import Disturbances
from soak.figures import PAGES, Figures
from soak.requests import ABORTED, DISTURBED, LOST, PATHS, Clients, arrivals
from support import stores
from support.processes import Scratch, wait_until
from support.build import SANITIZED
from support.servers import (ApacheFcgid, ApacheProxyFcgi, LastingRouter, Lighttpd, LighttpdCgi, Nginx,
                             WampFcgiPool)
from support.web import Client

CONNECT_TIMEOUT = 2
PATIENCE = 60  # seconds that a client waits for an answer
THREADS = {"nginx": 4, "apache-proxy": 3, "lighttpd": 4, "apache-fcgid": 3, "lighttpd-cgi": 1}


class Soak:
    """Everything that runs. Two web servers use the pool; each of the others has its own processes."""

    def __init__(self, enter):
        self.scratch = enter(Scratch())
        self.router = LastingRouter(self.scratch).start()
        # The pool uses a store for signatures if possible, the others files.
        self.store = None if stores.missing() else stores.Store(self.scratch).start()
        shared = {"store": {"url": self.store.url}} if self.store else {}
        self.pool = WampFcgiPool(self.scratch, self.configure("pool.json", max_requests=2000, **shared)).start()
        config = self.configure("config.json")
        # A folder for each: two of the same kind would write the same files.
        self.fcgid = ApacheFcgid(enter(Scratch()), config).start()
        self.lighttpd = Lighttpd(enter(Scratch()), config).start()
        cgi = LighttpdCgi(enter(Scratch()), config).start()
        proxy = ApacheProxyFcgi(enter(Scratch()), self.pool).start()
        self.servers = [Nginx(self.scratch, self.pool).start(), proxy, self.lighttpd, self.fcgid, cgi]
        for each in self.servers:
            client = Client(each.port, seconds=PATIENCE)
            wait_until(lambda: client.call("com.example.echo", 0).status == 200, f"a good answer from {each.name}")

    def configure(self, name, **more):
        # A configuration with "mount" works under every web server.
        config = {**configuration(self.router.where, PATHS, "/wamp", CONNECT_TIMEOUT), **more,
                  "state_dir": str(self.scratch.folder("shared") / "state")}
        return self.scratch.write(name, json.dumps(config))

    def lasting(self):
        """The processes that no disturbance ends, by pid."""
        return {self.pool.pid: "supervisor of the pool",
                **{pid: "worker under lighttpd" for pid in self.lighttpd.worker_pids()}}

    def run(self, seconds):
        """Returns outcomes, disturbances and figures."""
        figures = Figures(self.lasting())
        clients = [Clients(each, THREADS[each.name], PATIENCE) for each in self.servers]
        disturbances = Disturbances(self, min(20, seconds / 10))
        try:
            disturbances.run(seconds)
        finally:
            outcomes = [outcome for each in clients for outcome in each.stop()]
            figures.stop()
        return outcomes, disturbances.done, list(figures.rows())


def unexplained(outcomes, disturbances):
    """Wrong outcomes during which no disturbance affected their web server."""
    wrong = [each for each in outcomes if not each.right]
    return [each for each in wrong
            if each.status not in DISTURBED or not any(disturbance.explains(each) for disturbance in disturbances)]


def problems(outcomes, disturbances, came, rows):
    found = [f"{each.kind.name} through {each.server} from {each.begun:.2f} to {each.ended:.2f}: {each.status} {each.body}"
             for each in unexplained(outcomes, disturbances)]
    for each in outcomes:
        if came[each.token] not in each.arrivals_allowed():
            found.append(f"{each.kind.name} through {each.server}, answered with {each.status}, came {came[each.token]} times")
    for name, early, late, _, before, after in rows:
        if after > before:
            found.append(f"{name}: {after} descriptors at the end, {before} at the start")
        if not SANITIZED and late > early + max(PAGES, early / 10):
            found.append(f"{name}: {late:.0f} KiB of memory at the end, {early:.0f} KiB before")
    return found


def summary(seconds, outcomes, disturbances, came, rows):
    answered = [each for each in outcomes if each.status not in (ABORTED, LOST)]
    aborted = sum(each.status == ABORTED for each in outcomes)
    calls = {each.token for each in outcomes if max(each.kind.arrivals)}
    yield f"{len(outcomes)} requests in {seconds:.0f} s: {len(answered)} answered, {aborted} aborted by their clients, " \
          f"{len(outcomes) - len(answered) - aborted} lost"
    for what, key in (("web server", lambda each: each.server), ("kind", lambda each: each.kind.name),
                      ("answer", lambda each: str(each.status))):
        counts = collections.Counter(map(key, outcomes))
        yield f"by {what}: " + ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
    yield f"right: {sum(each.right for each in outcomes)}; with a 5xx that a disturbance explains: " \
          f"{len(outcomes) - sum(each.right for each in outcomes) - len(unexplained(outcomes, disturbances))}; " \
          f"wrong: {len(unexplained(outcomes, disturbances))}"
    yield f"calls that came to the router: {sum(came[token] for token in calls)}; " \
          f"sent twice: {sum(came[token] > 1 for token in calls)}"
    counts = collections.Counter(each.name for each in disturbances)
    yield f"{len(disturbances)} disturbances: " + ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
    for name, early, late, slope, before, after in rows:
        yield f"{name}: memory {early:.0f} KiB, then {late:.0f} KiB ({slope:+.0f} KiB a minute); descriptors {before}, then {after}"


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=600)
    options.add_argument("--seed", type=int, default=random.randrange(10**6), help="for the same mixture again")
    given = options.parse_args()
    random.seed(given.seed)
    print(f"soak of {given.seconds:.0f} s, seed {given.seed}", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))
    with contextlib.ExitStack() as stack:
        soak = Soak(stack.enter_context)
        outcomes, disturbances, rows = soak.run(given.seconds)
        came = arrivals(soak.router.log.read_text(errors="replace"))
        print("\n".join(summary(given.seconds, outcomes, disturbances, came, rows)))
        found = problems(outcomes, disturbances, came, rows)
        for each in found[:50]:
            print(f"PROBLEM: {each}")
        if found:
            for each in disturbances:
                print(f"{each.name} from {each.begun:.2f} to {each.ended:.2f}")
            print(soak.scratch.logs())
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
