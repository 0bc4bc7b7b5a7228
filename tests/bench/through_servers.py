"""Owns the measurements through web servers: throughput, processor time and latency, signed requests, large bodies."""
import contextlib
import statistics

from bench import deployments
from bench.goals import Row, at_least, at_most, ratio_row
from bench.load import ADD2, NEWS, Requests, by_turns, median, ratios, run_wrk
from support.process_figures import PeakWatch, forget_peak, is_quiet, peak_resident_bytes, resident_bytes
from support.processes import wait_until

KIB, MIB = 1024, 1024 * 1024
EMPTY_ECHO = '{"procedure":"com.example.echo","args":[""]}'
EMPTY_ANSWER = '{"args":[""]}'


def rows_of(set_up, connections, runs):
    ours, theirs = runs["ours"], runs["yardstick"]
    for_fcgid = set_up == "mod_fcgid"
    goals = {}
    if connections == (deployments.FCGID_PROCESSES if for_fcgid else 32):
        goals = {"rate": at_least(0.95 if for_fcgid else 0.90)}
    if connections == 32:
        goals["processor_us"] = at_most(1.30)
    if connections == 1:
        goals["p50_us"] = at_most(1.5)
    names = {"rate": "requests/s", "processor_us": "processor us/request", "p50_us": "p50 us", "p99_us": "p99 us"}
    for what, name in names.items():
        yield ratio_row(set_up, f"{name}, {connections} conn.", median(ours, what), median(theirs, what),
                        ratios(ours, theirs, what), goal=goals.get(what))
    failed, failed_there = (sum(each.failed for each in these) for these in (ours, theirs))
    if failed or failed_there:
        yield Row(set_up, f"failed requests, {connections} conn.", failed, "", failed, failed_there, goal=at_most(0))


def small_requests(scratch, set_up, router_url, plan):
    """Requests of 45 bytes: yardstick and wamp-fcgi at each number of connections; signed and unsigned ones at 32."""
    plain, signed = Requests(scratch, "plain"), Requests(scratch, "signed", signed=True)
    rates = {"ours": {}, "yardstick": {}}
    with deployments.both(set_up, router_url, plan.yardstick) as subjects:
        warm_up(subjects, plain)
        for connections in filter(plan.connections.__contains__, deployments.SET_UPS[set_up][1]):
            pairs = {who: (subject, plain) for who, subject in subjects.items()}
            is_main = connections in (32, deployments.FCGID_PROCESSES)
            if is_main:
                pairs["signed"] = (subjects["ours"], signed)
            runs = by_turns(pairs, plan.rounds, connections, plan.seconds)
            for who, of_connections in rates.items():
                of_connections[connections] = [each.rate for each in runs[who]]
            yield from rows_of(set_up, connections, runs)
            if is_main:
                yield signed_row(set_up, connections, runs)
    if {32, 256} <= rates["ours"].keys():
        values = {who: [many / few for many, few in zip(each[256], each[32])] for who, each in rates.items()}
        yield ratio_row(set_up, "requests/s, 256 / 32 conn.", statistics.median(values["ours"]),
                        statistics.median(values["yardstick"]), values["ours"], goal=at_least(0.95))


def warm_up(subjects, requests):
    """Makes mod_fcgid start its processes, which it does one by one on demand."""
    for subject in subjects.values():
        run_wrk(subject, requests, deployments.FCGID_PROCESSES, 1)


def signed_row(set_up, connections, runs):
    values = ratios(runs["signed"], runs["ours"], "processor_us")
    return ratio_row(set_up, f"signed / unsigned, processor us, {connections} conn.", median(runs["signed"], "processor_us"),
                     median(runs["ours"], "processor_us"), values, goal=at_most(1.15))


def publications(scratch, set_up, router_url, plan):
    """Publications of 45 bytes compared with calls of the same size."""
    calls = Requests(scratch, "calls")
    with deployments.subject(set_up, router_url) as subject:
        warm_up({"ours": subject}, calls)
        runs = by_turns({"calls": (subject, calls),
                         "publications": (subject, Requests(scratch, "news", NEWS, path="/wamp/publish"))},
                        plan.rounds, 32, plan.seconds)
    for what, name, goal in (("rate", "requests/s", at_least(1.0)), ("processor_us", "processor us/request", at_most(1.0))):
        yield ratio_row(set_up, f"publications / calls, {name}, 32 conn.", median(runs["publications"], what),
                        median(runs["calls"], what), ratios(runs["publications"], runs["calls"], what), goal=goal)
    failed = sum(each.failed for each in runs["publications"])
    yield Row(set_up, "publications that failed", failed, goal=at_most(0))


def requests_of(scratch, direction, size):
    text = "x" * size
    if direction == "in":
        return Requests(scratch, f"in-{size}", ADD2.replace("[2,3]", f'["{text}"]'))
    if direction == "out":
        return Requests(scratch, f"out-{size}", f'{{"procedure":"com.example.big","args":[{size}]}}',
                        size + len(EMPTY_ANSWER))
    return Requests(scratch, f"echo-{size}", EMPTY_ECHO.replace('""', f'"{text}"'), size + len(EMPTY_ANSWER))


def named(size):
    return f"{size // MIB} MiB" if size >= MIB else f"{size // KIB} KiB"


def bodies(scratch, set_up, router_url, plan):
    """Large request bodies, large responses, and both."""
    with deployments.both(set_up, router_url, plan.yardstick) as subjects:
        warm_up(subjects, Requests(scratch, "plain"))
        for size in plan.sizes:
            connections = 1 if size >= MIB else deployments.FCGID_PROCESSES
            for direction in plan.directions:
                requests = requests_of(scratch, direction, size)
                pairs = {who: (subject, requests) for who, subject in subjects.items()}
                yield from body_rows(set_up, size, direction,
                                     by_turns(pairs, plan.body_rounds, connections, plan.seconds))


def body_rows(set_up, size, direction, runs):
    ours, theirs = runs["ours"], runs["yardstick"]
    for what, name in (("rate", "requests/s"), ("processor_us", "processor us/request")):
        yield ratio_row(set_up, f"{named(size)} {direction}, {name}", median(ours, what), median(theirs, what),
                        ratios(ours, theirs, what))
    if direction == "echo" and size == 8 * MIB:
        rates = [each.rate * size / 1e6 for each in ours]
        yield Row(set_up, "8 MiB echo", statistics.median(rates), "MB/s", spread=(min(rates), max(rates)),
                  goal=at_least(150))


def echo_memory(scratch, set_up, router_url):
    """The peak memory of a worker that echoes 8 MiB, one request at a time, above its idle memory; in units of the
    body."""
    requests = requests_of(scratch, "echo", 8 * MIB)
    with deployments.subject(set_up, router_url) as subject:
        workers = subject.worker_pids()
        idle = {pid: resident_bytes(pid) for pid in workers}
        for pid in workers:
            forget_peak(pid)
        with contextlib.ExitStack() as stack:
            watches = [stack.enter_context(PeakWatch(pid)) for pid in workers]
            run_wrk(subject, requests, 1, 2)
            wait_until(lambda: is_quiet(workers, 1.5), "the workers to have nothing to do")
        figures = {"peak resident over idle": max(peak_resident_bytes(pid) - idle[pid] for pid in workers),
                   "the same with memory files": max(watch.peak_bytes - idle[watch.pid] for watch in watches),
                   "resident over idle afterwards": max(resident_bytes(pid) - idle[pid] for pid in workers)}
    for name, figure in figures.items():
        yield Row(set_up, f"8 MiB echo, {name}", figure / (8 * MIB), "bodies",
                  goal=at_most(3) if name.startswith("peak") else None)
