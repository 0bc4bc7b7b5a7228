"""Measures wamp-fcgi against two yardsticks, prints a table with the goals, and writes it as JSON and as a page. One
yardstick is the least responder, with a constant answer; the other one asks the router too. The page also shows the run
before, which is in the file that is overwritten. From tests/:
    python3 -B -m bench.run [--quick | --smoke] [--only SET-UP]... [--parts PART,...] [--output FILE]
With --against PROGRAM, another wamp-fcgi replaces the yardsticks, to compare before and after a change. Compared values
are measured alternately in the same run, so only ratios are meaningful on another machine."""
import argparse
import contextlib
import dataclasses
import datetime
import json
import pathlib
import shutil
import signal
import sys

from bench import counts, drawing, one_worker, remembering, streams, through_servers
from bench.deployments import ASKING_YARDSTICK, FCGID_PROCESSES, SET_UPS, YARDSTICK, InstantRouter
from bench.goals import table
from bench.through_servers import KIB, MIB
from support.processes import Scratch
from support.servers import BUILD

PARTS = ("small", "bodies", "memory", "slow", "first", "publications", "remembering", "streams", "counts")
BODY_SET_UPS = ("lighttpd", "nginx keep", "mod_proxy_fcgi keep", "mod_fcgid")


@dataclasses.dataclass
class Plan:
    rounds: int = 5
    fcgid_rounds: int = 9  # few connections: the runs differ more
    seconds: int = 1
    connections: tuple = (1, FCGID_PROCESSES, 32, 256)
    body_rounds: int = 3
    sizes: tuple = (4 * KIB, 256 * KIB, 8 * MIB)
    directions: tuple = ("in", "out", "echo")
    starts: int = 9
    listeners: int = 10_000
    events: int = 100_000
    yardstick: pathlib.Path = YARDSTICK
    asking: pathlib.Path | None = ASKING_YARDSTICK


PLANS = {
    "full": Plan(seconds=2),
    "quick": Plan(rounds=2, fcgid_rounds=3, body_rounds=1, directions=("echo",), starts=3, events=20_000),
    "smoke": Plan(rounds=1, fcgid_rounds=1, connections=(32,), body_rounds=1, sizes=(4 * KIB,), directions=("echo",),
                  starts=1, listeners=200, events=2000),
}


def measurements(set_ups, parts, plan):
    """The measurements to make, as functions of a scratch folder and a router's URL."""
    for name in set_ups:
        if "small" in parts and SET_UPS[name][1]:
            yield lambda scratch, router, name=name: through_servers.small_requests(scratch, name, router, plan)
        if "bodies" in parts and name in BODY_SET_UPS:
            yield lambda scratch, router, name=name: through_servers.bodies(scratch, name, router, plan)
        if "memory" in parts and name in BODY_SET_UPS:
            yield lambda scratch, router, name=name: one_worker.idle_memory(name, router)
            yield lambda scratch, router, name=name: through_servers.echo_memory(scratch, name, router, plan)
    if "slow" in parts:
        yield one_worker.slow_calls
    if "first" in parts and "mod_fcgid" in set_ups:
        yield lambda scratch, router: one_worker.first_answer(router, plan)
    if "first" in parts and "CGI" in set_ups:
        yield lambda scratch, router: one_worker.cgi_answer(scratch, router, plan)
    if "publications" in parts:
        yield lambda scratch, router: through_servers.publications(scratch, "nginx keep", router, plan)
    if "remembering" in parts:
        yield lambda scratch, router: remembering.replays(scratch, router, plan)
        yield lambda scratch, router: remembering.rates(scratch, router, plan)
    if "streams" in parts:
        yield lambda scratch, router: streams.many_listeners(scratch, plan)
        yield lambda scratch, router: streams.few_listeners(scratch, plan)
        yield lambda scratch, router: streams.progressive_results(scratch, plan)
        yield lambda scratch, router: streams.slow_listener(scratch, plan)
    if "counts" in parts:
        yield lambda scratch, router: counts.rows()


def measure(rows, set_ups, parts, plan, over_unix):
    planned = list(measurements(set_ups, parts, plan))
    for number, measurement in enumerate(planned):
        print(f"[{number / len(planned):4.0%}] measurement {number + 1} of {len(planned)}", file=sys.stderr, flush=True)
        with Scratch() as scratch:
            socket = scratch.folder("router") / "router.sock" if over_unix else None
            router = InstantRouter(scratch, socket).start()
            for row in measurement(scratch, router.url):
                rows.append(row)
                print(f"{row.set_up}: {row.what}: {row.value:.3g} {row.unit}", file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few minutes instead of about 25")
    parser.add_argument("--smoke", action="store_true", help="seconds: only whether everything runs")
    parser.add_argument("--only", action="append", choices=SET_UPS, help="only this set-up; may be given again")
    parser.add_argument("--parts", default=",".join(PARTS), help=f"some of {','.join(PARTS)}")
    parser.add_argument("--router-socket", action="store_true", help="the router at a Unix socket instead of TCP")
    parser.add_argument("--against", type=pathlib.Path, metavar="PROGRAM", help="a program named wamp-fcgi")
    parser.add_argument("--output", type=pathlib.Path, default=BUILD / "bench.json")
    return parser.parse_args()


def run_before(output):
    """What the last run has written, or None."""
    with contextlib.suppress(OSError, ValueError):
        return json.loads(output.read_text())
    return None


def write(output, rows, run, before):
    output.write_text(json.dumps({**run, "rows": [row.for_json() for row in rows]}, indent=1) + "\n")
    output.with_suffix(".html").write_text(drawing.page(rows, run, before))


def main():
    given = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))
    if not shutil.which("wrk"):
        sys.exit("bench: no wrk here (make deps-bench)")
    name = "smoke" if given.smoke else "quick" if given.quick else "full"
    plan = PLANS[name]
    if given.against:
        plan = dataclasses.replace(plan, yardstick=given.against.resolve(), asking=None)
    rows, run, before = [], {"plan": name, "when": f"{datetime.datetime.now():%Y-%m-%d %H:%M}"}, run_before(given.output)
    try:
        measure(rows, given.only or tuple(SET_UPS), given.parts.split(","), plan, given.router_socket)
    finally:
        print(table(rows))
        write(given.output, rows, run, before)
        print(f"written to {given.output} and {given.output.with_suffix('.html')}")


if __name__ == "__main__":
    main()
