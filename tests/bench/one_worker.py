"""Owns measurements of single processes: many slow calls at once, idle memory, and the time from exec to the first
answer."""
import json
import statistics
import subprocess
import time

from bench import deployments
from bench.goals import Row, at_most
from bench.load import Requests, by_turns
from support.process_figures import forget_peak, is_quiet, peak_resident_bytes, proportional_bytes, threads
from support.processes import Scratch, wait_until
from support.servers import BUILD, WampFcgiPool
from support.web import Client

SLOW_CALLS, SLOW_SECONDS = 5000, 2
FIRST_ANSWER_MS_OVER_YARDSTICK, CGI_MS_OVER_YARDSTICK = 15, 1.0


def slow_calls(scratch, router_url):
    """Calls of a procedure that takes 2 s, all at once, in one worker."""
    pool = WampFcgiPool(scratch, deployments.write_configuration(scratch, router_url), workers=1).start()
    [worker] = pool.worker_pids()
    forget_peak(worker)
    body = json.dumps({"procedure": "com.example.sleep", "args": [SLOW_SECONDS]})
    flood = subprocess.Popen([BUILD / "bench-flood", pool.address, str(SLOW_CALLS), body], stdout=subprocess.PIPE, text=True)
    most_threads = threads(worker)
    while flood.poll() is None:
        most_threads = max(most_threads, threads(worker))
        time.sleep(0.05)
    said = json.loads(flood.stdout.read())
    what = f"{SLOW_CALLS} calls of {SLOW_SECONDS} s"
    yield Row("one worker", f"{what}, not answered", SLOW_CALLS - said["answered"], goal=at_most(0))
    yield Row("one worker", f"{what}, until all are answered", said["seconds"], "s", goal=at_most(3.5))
    yield Row("one worker", f"{what}, peak resident", peak_resident_bytes(worker) / 1e6, "MB", goal=at_most(100))
    yield Row("one worker", f"{what}, threads", most_threads, goal=at_most(8))


def idle_memory(set_up, router_url):
    """The largest worker, idle after a few requests; also of the static program, if it is built."""
    for name, program in (("", None), (", static program", deployments.STATIC)):
        if program and not program.exists():
            continue
        with deployments.subject(set_up, router_url, program) as subject:
            client = Client(subject.port)
            for _ in range(50):
                client.call("com.example.add2", 2, 3)
            # After a second without requests, a worker gives memory back and uses no more processor time.
            wait_until(lambda: is_quiet(subject.worker_pids()), "the workers to be idle")
            largest = max(proportional_bytes(pid) for pid in subject.worker_pids())
        yield Row(set_up, f"idle worker, proportional set size{name}", largest / 1e6, "MB", goal=at_most(3))


def first_answer_ms(router_url, other=None):
    """The time to the first answer through a mod_fcgid that has no process yet."""
    with Scratch() as scratch:
        server = deployments.make(scratch, "mod_fcgid", router_url, other).server.start()
        client = Client(server.port)
        wait_until(lambda: client.send(url="/nothing").status == 403, "Apache to answer")
        began = time.monotonic()
        answer = client.call("com.example.add2", 2, 3)
        took = 1e3 * (time.monotonic() - began)
    if answer.json != {"args": [5]}:
        raise RuntimeError(f"answer {answer}")
    return took


def first_answer(router_url, plan):
    """The time from the request for which mod_fcgid starts a process to its answer, relative to the yardstick."""
    pairs = [[first_answer_ms(router_url, other) for other in (None, plan.yardstick)] for _ in range(plan.starts)]
    yield over_yardstick("mod_fcgid", "first answer of a new process", *zip(*pairs), FIRST_ANSWER_MS_OVER_YARDSTICK)


def cgi_answer(scratch, router_url, plan):
    """The time of a CGI request, which starts a process: the static program, if it is built."""
    requests, static = Requests(scratch, "plain"), deployments.STATIC.exists()
    programs = {"yardstick": plan.yardstick, "ours": deployments.STATIC if static else None}
    with deployments.side_by_side("CGI", router_url, **programs) as subjects:
        runs = by_turns({who: (subject, requests) for who, subject in subjects.items()}, plan.rounds, 1, plan.seconds)
    p50_ms = ([each.p50_us / 1e3 for each in runs[who]] for who in ("ours", "yardstick"))
    yield over_yardstick("CGI", f"answer, p50, {'static' if static else 'usual'} program", *p50_ms, CGI_MS_OVER_YARDSTICK)


def over_yardstick(set_up, what, ours, theirs, limit):
    over = [one - other for one, other in zip(ours, theirs)]
    return Row(set_up, f"{what}, over the yardstick's", statistics.median(over), "ms", statistics.median(ours),
               statistics.median(theirs), (min(over), max(over)), at_most(limit))
