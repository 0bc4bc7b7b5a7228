"""Owns the measurements through web servers: throughput, processor time and latency, signed requests, large bodies."""
import collections
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


NAMES = {"rate": "requests/s", "processor_us": "processor us/request", "p50_us": "p50 us", "p99_us": "p99 us"}
GOALS_AT_32 = {"lighttpd": (1.25, 0.70), "nginx": (1.30, 0.70), "mod_proxy_fcgi": (1.05, 0.95)}


def goals_of(set_up, connections, yardstick):
    """The goals of the ratios to one of the yardsticks; another program sets none."""
    if yardstick == deployments.YARDSTICK and connections == 32:
        rate, processor = GOALS_AT_32[set_up.removesuffix(" keep")]
        return {"rate": at_least(rate), "processor_us": at_most(processor)}
    goals = {}
    if yardstick == deployments.ASKING_YARDSTICK:
        if set_up == "mod_fcgid":
            goals = {"rate": at_least(0.95), "processor_us": at_most(1.10)}
        if connections == 1:
            goals["p50_us"] = at_most(1.0)
    return goals


def rows_of(set_up, connections, runs, others):
    """The ratios to each of `others`, programs by the names of their runs."""
    ours = runs["ours"]
    for who, program in others.items():
        theirs, goals = runs[who], goals_of(set_up, connections, program)
        where = f"{connections} conn.{', yardstick asks' if who == 'asking' else ''}"
        for what, name in NAMES.items():
            yield ratio_row(set_up, f"{name}, {where}", median(ours, what), median(theirs, what),
                            ratios(ours, theirs, what), goal=goals.get(what))
        failed, failed_there = (sum(each.failed for each in these) for these in (ours, theirs))
        if failed or failed_there:
            yield Row(set_up, f"failed requests, {where}", failed, "", failed, failed_there, goal=at_most(0))


def small_requests(scratch, set_up, router_url, plan):
    """Requests of 45 bytes: yardsticks and wamp-fcgi at each number of connections; signed and unsigned ones at 32."""
    plain, signed = Requests(scratch, "plain"), Requests(scratch, "signed", signed=True)
    rates = {"ours": {}, "yardstick": {}}
    others = {name: program for name, program in (("yardstick", plan.yardstick), ("asking", plan.asking)) if program}
    rounds = plan.fcgid_rounds if set_up == "mod_fcgid" else plan.rounds
    with deployments.side_by_side(set_up, router_url, **others, ours=None) as subjects:
        warm_up(subjects, plain)
        for connections in filter(plan.connections.__contains__, deployments.SET_UPS[set_up][1]):
            pairs = {who: (subject, plain) for who, subject in subjects.items()}
            is_main = connections in (32, deployments.FCGID_PROCESSES)
            if is_main:
                pairs["signed"] = (subjects["ours"], signed)
            runs = by_turns(pairs, rounds, connections, plan.seconds)
            for who, of_connections in rates.items():
                of_connections[connections] = [each.rate for each in runs[who]]
            yield from rows_of(set_up, connections, runs, others)
            if is_main:
                yield signed_row(set_up, connections, runs)
        if {32, 256} <= rates["ours"].keys():
            values = {who: [many / few for many, few in zip(each[256], each[32])] for who, each in rates.items()}
            yield ratio_row(set_up, "requests/s, 256 / 32 conn.", statistics.median(values["ours"]),
                            statistics.median(values["yardstick"]), values["ours"], goal=at_least(0.95))
            yield row_of_server_alone(scratch, set_up, subjects["ours"], plan)


def row_of_server_alone(scratch, set_up, subject, plan):
    """The limit of the web server: the same ratio with a path that it answers itself."""
    alone = {"alone": (subject, Requests(scratch, "alone", path="/nothing"))}
    few, many = ([run.rate for run in by_turns(alone, plan.body_rounds, connections, plan.seconds)["alone"]]
                 for connections in (32, 256))
    values = [later / before for before, later in zip(few, many)]
    return Row(set_up, "requests/s of the server alone, 256 / 32 conn.", statistics.median(values), "x",
               spread=(min(values), max(values)))


def warm_up(subjects, requests):
    """Makes mod_fcgid start its processes, which it does one by one on demand."""
    for subject in subjects.values():
        run_wrk(subject, requests, deployments.FCGID_PROCESSES, 1)


def signed_row(set_up, connections, runs):
    values = ratios(runs["signed"], runs["ours"], "processor_us")
    return ratio_row(set_up, f"signed / unsigned, processor us, {connections} conn.", median(runs["signed"], "processor_us"),
                     median(runs["ours"], "processor_us"), values, goal=at_most(1.10))


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
    with deployments.side_by_side(set_up, router_url, yardstick=plan.yardstick, ours=None) as subjects:
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
                  goal=at_least(300))


def echo_memory(scratch, set_up, router_url, plan):
    """The peak memory of a worker that echoes 8 MiB, one request at a time, above its idle memory; in units of the
    body. The largest of several runs."""
    requests = requests_of(scratch, "echo", 8 * MIB)
    figures = collections.defaultdict(list)
    with deployments.subject(set_up, router_url) as subject:
        workers = subject.worker_pids()
        idle = {pid: resident_bytes(pid) for pid in workers}
        for _ in range(plan.body_rounds):
            for pid in workers:
                forget_peak(pid)
            with contextlib.ExitStack() as stack:
                watches = [stack.enter_context(PeakWatch(pid)) for pid in workers]
                run_wrk(subject, requests, 1, 2)
                wait_until(lambda: is_quiet(workers, 1.5), "the workers to have nothing to do")
            figures["peak resident over idle"].append(max(peak_resident_bytes(pid) - idle[pid] for pid in workers))
            figures["the same with memory files"].append(max(watch.peak_bytes - idle[watch.pid] for watch in watches))
            figures["resident over idle afterwards"].append(max(resident_bytes(pid) - idle[pid] for pid in workers))
    for name, bytes_of_runs in figures.items():
        values = [each / (8 * MIB) for each in bytes_of_runs]
        yield Row(set_up, f"8 MiB echo, {name}", max(values), "bodies", spread=(min(values), max(values)),
                  goal=at_most(2.2) if name.startswith("peak") else None)
