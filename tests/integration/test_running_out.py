"""Requests when the machine runs out of descriptors, memory, disk or threads. Each gets a clear answer, or the worker
ends properly and another replaces it; nothing hangs or spins."""
import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time
import unittest

from integration.deployment import DeploymentTest, configuration, main, service
from integration.hostile_case import Connection
from support.build import SANITIZED, STATIC
from support import fastcgi_client as fastcgi
from support.failing_malloc import Orders
from support.load import UNANSWERED, Background, make_call
from support.processes import AS_ROOT, SERVER_USER, clean_environment, wait_until
from support.servers import PROGRAM, LastingRouter, Nginx, WampFcgiPool, WorkerOnFd0
from support.web import Client, signed_query

SECRET = "kkjH68GiuUZ"
PATHS = {"/": service(), "signed": service(key="myapp1", secret=SECRET)}
FEW_DESCRIPTORS = 64
LIMIT = 20  # seconds until everything must have an answer
REFUSALS = (500, 502, 503, 504)
# The messages for a failed allocation that is not of a request's size; the second for one of Asio's.
OUT_OF_MEMORY = r"error: (out of memory|cannot go on: std::bad_alloc)\n"
# libfcgi aborts the process when it gets no memory (an assert() in Malloc() of fcgiapp.c). Without memory for the
# assertion's text, glibc prints only this.
LIBFCGI_DEFECT = r"fcgiapp\.c:\d+: Malloc: Assertion|^Unexpected error\.$"


class FewDescriptors(WampFcgiPool):
    prefix = ("prlimit", f"--nofile={FEW_DESCRIPTORS}:{FEW_DESCRIPTORS}", "--")


def processor_seconds(pid):
    fields = pathlib.Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def address_space(pid):
    text = pathlib.Path("/proc", str(pid), "status").read_text()
    return 1024 * next(int(line.split()[1]) for line in text.splitlines() if line.startswith("VmSize"))


def call_body(procedure, *args):
    return json.dumps({"procedure": procedure, "args": args})


class RunningOut(DeploymentTest):
    def setUp(self):
        super().setUp()
        self.router = LastingRouter(self.scratch).start()

    def configure(self, url=None, **more):
        config = {**configuration(url or self.router.where, PATHS), **more}
        return self.scratch.write("config.json", json.dumps(config))

    def start_worker(self, **more):
        self.worker = WorkerOnFd0(self.scratch, self.configure(**more)).start()
        self.assert_serves()
        return self.worker

    def assert_serves(self):
        self.assertEqual(self.worker.send(call_body("com.example.add2", 2, 3))[::2], (200, b'{"args":[5]}'))

    def limit(self, what, size):
        """Sets a soft limit of the worker: bytes, or "unlimited". Needs the worker's own user."""
        identity = {"user": SERVER_USER, "group": SERVER_USER, "extra_groups": []} if AS_ROOT else {}
        subprocess.run(["prlimit", "--pid", str(self.worker.pid), f"--{what}={size}:"], check=True, **identity)


class Descriptors(RunningOut):
    def start_pool(self):
        self.background = Background()
        self.background.__enter__()
        self.addCleanup(self.background.__exit__)
        self.pool = FewDescriptors(self.scratch, self.configure(), workers=1).start()
        wait_until(lambda: self.call().good, "a first good answer")
        [self.worker] = self.pool.worker_pids()

    def call(self):
        return self.background.start(make_call(self.pool.address, LIMIT)).result(2 * LIMIT)

    def test_flood_of_calls_pauses_accepting_and_leaves_room_for_the_session(self):
        self.start_pool()
        body = call_body("com.example.sleep", 60).encode()
        request = fastcgi.begin() + fastcgi.params(fastcgi.variables(length=len(body))) + fastcgi.stdin(body)
        with contextlib.ExitStack() as flood:
            for _ in range(4 * FEW_DESCRIPTORS):
                connection = flood.enter_context(socket.socket(socket.AF_UNIX))
                connection.connect(str(self.pool.address))
                connection.sendall(request)
            wait_until(lambda: "accepting is paused: " in self.pool.log.read_text(), "the pause")

            before, since = processor_seconds(self.worker), time.monotonic()
            wait_until(lambda: time.monotonic() > since + 2, "two seconds to pass")
            self.assertLess(processor_seconds(self.worker) - before, 0.1 * (time.monotonic() - since))
            self.router.stop()
            self.router.start()
            wait_until(lambda: "WELCOME" in self.router.said(), "the worker to join again", LIMIT)
        wait_until(lambda: self.call().good, "a good answer again")
        self.assertEqual(self.pool.worker_pids(), [self.worker])

    def test_every_client_behind_nginx_has_an_answer(self):
        self.start_pool()
        server = Nginx(self.scratch, self.pool).start()
        statuses = []

        def make_calls():
            client = Client(server.port, seconds=3 * LIMIT)
            for size in (10, 100_000):
                statuses.append(client.call("com.example.sleep", 0.2, "x" * size).status)

        clients = [threading.Thread(target=make_calls) for _ in range(3 * FEW_DESCRIPTORS)]
        for each in clients:
            each.start()
        for each in clients:
            each.join(4 * LIMIT)

        self.assertEqual(len(statuses), 2 * len(clients))
        self.assertLessEqual(set(statuses), {200, *REFUSALS})
        self.assertIn(200, statuses)
        self.assertTrue(self.call().good)
        self.assertEqual(self.pool.worker_pids(), [self.worker])


class Memory(RunningOut):
    def outcome(self, body, **variables):
        """The status and body of the answer; no status when the connection was closed without one."""
        try:
            status, _, answer = self.worker.send(body, **variables)
            return status, answer
        except (OSError, EOFError):
            return UNANSWERED, b""

    def outcome_in_pieces(self, body, **variables):
        """The same for a request with so many variables, in pieces, that libfcgi parses them."""
        many = {f"HTTP_{name}": "x" * 40_000 for name in "XY"}
        whole = fastcgi.begin() + fastcgi.params(fastcgi.variables(length=len(body), **variables, **many))
        with Connection(self.worker.address, LIMIT) as client:
            client.send(whole[:100])
            wait_until(lambda: client.unread() == 0, "the first piece to be read")
            client.send(whole[100:] + fastcgi.stdin(body.encode()))
            return client.answer() or (UNANSWERED, b"")

    def assert_refused_or_ended_in_order(self, status, answer):
        """Returns whether the worker still runs. A request without an answer must be due to its end."""
        if status != UNANSWERED:
            self.assertIn(status, REFUSALS)
            self.assertRegex(answer, rb'^\{"error":"wampfcgi\.error\.\w+","args":\["[^"]+"\],"kwargs":\{\}\}$')
        if status == UNANSWERED and "connection closed: no" not in self.worker.said():
            wait_until(self.worker.ended, "the worker to end", LIMIT)
        if not self.worker.ended():
            return True
        self.assert_ended_in_order()
        return False

    def assert_ended_in_order(self):
        wait_until(self.worker.ended, "the worker to end", LIMIT)
        if self.worker.child.returncode == -signal.SIGABRT:
            self.assertRegex(self.worker.said(), re.compile(LIBFCGI_DEFECT, re.M))
        else:
            self.assertEqual(self.worker.child.returncode, 1, self.worker.said())
            self.assertRegex(self.worker.said(), OUT_OF_MEMORY)

    @unittest.skipIf(SANITIZED, "a sanitizer's shadow memory is beyond every limit of the address space")
    def test_bodies_beyond_the_address_space_are_refused(self):
        self.start_worker()
        refused = 0
        for megabytes in (1, 2, 4, 8, 15, 30, 60, 120):
            body = call_body("com.example.echo", "x" * megabytes * 1_000_000)
            with self.subTest(megabytes=megabytes):
                self.limit("as", address_space(self.worker.pid) + 24_000_000)
                status, answer = self.outcome(body)
                there = True
                if status == 200:
                    self.assertEqual(len(json.loads(answer)["args"][0]), megabytes * 1_000_000)
                elif status != 413:  # from the router
                    refused += 1
                    there = self.assert_refused_or_ended_in_order(status, answer)
                if there:
                    self.limit("as", "unlimited")
                else:
                    self.worker.stop()
                    self.worker.start()
                self.assert_serves()
        self.assertGreater(refused, 1)

    def sweep(self, name, make_request, right_answer, for_good, outcome=None):
        """Makes the same request until each of its allocations has failed once."""
        orders, good, ends, failed = self.orders, 0, 0, 1
        while failed:
            body, variables = make_request()
            with self.subTest(name, for_good=for_good, good=good):
                orders.give(good, for_good, self.worker.pid)
                status, answer = (outcome or self.outcome)(body, **variables)
                failed = orders.take_back()
                if status != 200 or answer != right_answer:
                    if not self.assert_refused_or_ended_in_order(status, answer):
                        ends += 1
                try:
                    self.assert_serves()
                except (OSError, EOFError):  # it may have run out of memory after a good answer
                    self.assert_ended_in_order()
            if self.worker.ended():
                self.worker.stop()
                self.worker.start()
                self.assert_serves()
            good += 1
        print(f"({name}{', for good' if for_good else ''}: {good} allocations, {ends} ends) ", end="", flush=True)
        self.assertGreater(good, 8)

    @unittest.skipIf(SANITIZED, "sanitizers have an allocator of their own")
    @unittest.skipIf(STATIC, "nothing can be preloaded into a static program")
    def test_no_allocation_that_fails_in_a_worker_is_more_than_a_refusal_or_an_orderly_end(self):
        self.orders = Orders(self.scratch)
        self.worker = WorkerOnFd0(self.scratch, self.configure())
        self.worker.environment = self.orders.environment
        self.worker.start()
        self.assert_serves()
        nonces = iter(range(10**9))

        def signed():
            body = call_body("com.example.echo", "signed")
            query = signed_query(SECRET, body, nonce=str(next(nonces)))
            return body, {"PATH_INFO": "/signed", "QUERY_STRING": "&".join(map("=".join, query.items()))}

        def large():
            return call_body("com.example.echo", "x" * 100_000), {}

        for for_good in (False, True):
            self.sweep("signed call", signed, b'{"args":["signed"]}', for_good)
            self.sweep("large call", large, b'{"args":["%s"]}' % (b"x" * 100_000), for_good)
            self.sweep("call in pieces", signed, b'{"args":["signed"]}', for_good, self.outcome_in_pieces)

    @unittest.skipIf(SANITIZED, "sanitizers have an allocator of their own")
    @unittest.skipIf(STATIC, "nothing can be preloaded into a static program")
    def test_no_allocation_that_fails_in_a_cgi_process_is_more_than_a_refusal_or_an_orderly_end(self):
        orders, body = Orders(self.scratch), call_body("com.example.add2", 2, 3)
        environment = {"GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "POST", "SCRIPT_NAME": "/wamp",
                       "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body)),
                       "WAMP_FCGI_CONFIG": str(self.configure()), **orders.environment}

        def run(good, for_good):
            orders.give(good, for_good)
            ended = subprocess.run([PROGRAM], env=clean_environment(**environment), input=body.encode(),
                                   capture_output=True, cwd=self.scratch.path, timeout=LIMIT)
            return ended, orders.take_back()

        total = self.allocations_of(run)
        for good in sorted({*range(0, total, max(1, total // 150)), total - 1}):
            for for_good in (False, True):
                ended, failed = run(good, for_good)
                with self.subTest(good=good, of=total, for_good=for_good):
                    self.assertTrue(failed)
                    head, _, answer = ended.stdout.partition(b"\r\n\r\n")
                    if ended.returncode == 0:
                        self.assertRegex(answer, rb'^\{"(args":\[5\]\}|error":"wampfcgi\.error\.)')
                        self.assertRegex(head, rb"^Status: (200 OK\r\n|5\d\d )")
                        self.assertEqual(head.startswith(b"Status: 200"), b"error" not in answer)
                    else:
                        self.assertEqual(ended.returncode, 1, ended)
                        self.assertRegex(ended.stderr, OUT_OF_MEMORY.encode())

    @staticmethod
    def allocations_of(run):
        """The number of allocations in a run, found by bisection."""
        fails, passes = 0, 1
        while run(passes, False)[1]:
            passes *= 2
        while passes - fails > 1:
            middle = (fails + passes) // 2
            fails, passes = (middle, passes) if run(middle, False)[1] else (fails, middle)
        return passes


class Disk(RunningOut):
    def test_log_file_that_takes_no_more_disturbs_no_answer_and_is_told_once(self):
        log = self.scratch.folder("logs") / "log"
        self.start_worker(log={"target": f"file:{log}", "access": True})
        self.limit("fsize", log.stat().st_size)
        for _ in range(20):
            self.assert_serves()
        self.assertRegex(self.worker.said(), rf"^\S+ \[\d+\] error: cannot write the log file {log}: "
                                             r"File too large; lines are lost\n$")

    def test_log_goes_on_when_there_is_room_again_and_says_what_was_lost(self):
        log = self.scratch.folder("logs") / "log"
        self.start_worker(log={"target": f"file:{log}", "access": True, "timestamps": False})
        written = log.read_text().splitlines()
        self.limit("fsize", log.stat().st_size)
        for _ in range(3):
            self.assert_serves()
        self.assertEqual(log.read_text().splitlines(), written)
        self.limit("fsize", "unlimited")
        self.assert_serves()
        lines = log.read_text().splitlines()[len(written):]
        self.assertEqual([line[:32] for line in lines], ["warning: 3 log lines were lost: ", "info: request time=" + lines[1][19:32]])

    def test_request_that_cannot_be_kept_ends_only_its_own_connection(self):
        self.start_worker()
        self.limit("fsize", 0)
        with Connection(self.worker.address) as client:
            head = fastcgi.begin() + fastcgi.params(fastcgi.variables(HTTP_X="x" * 80_000))
            client.send(head[:-1])
            wait_until(lambda: client.unread() == 0, "the worker to read it")
            client.send(head[-1:])
            self.assertEqual(client.until_closed(), [])
        self.assert_serves()


class Threads(RunningOut):
    @unittest.skipIf(SERVER_USER is None and os.geteuid() == 0, "the limit does not hold for root")
    @unittest.skipIf(SANITIZED, "sanitizers start threads of their own")
    def test_name_that_takes_a_thread_to_look_up_is_a_reason_not_to_join(self):
        config = self.configure(url=f"rs://localhost:{self.router.port}")
        body = call_body("com.example.add2", 2, 3)
        environment = {"GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "POST", "SCRIPT_NAME": "/wamp",
                       "CONTENT_TYPE": "application/json", "WAMP_FCGI_CONFIG": str(config)}
        identity = {"user": SERVER_USER, "group": SERVER_USER, "extra_groups": []} if AS_ROOT else {}
        ended = subprocess.run(["prlimit", "--nproc=1:1", "--", self.scratch.program(PROGRAM)],
                               env=clean_environment(**environment), input=body.encode(), capture_output=True,
                               cwd=self.scratch.path, timeout=LIMIT, **identity)
        self.assertEqual(ended.returncode, 0, ended)
        self.assertIn(b"wampfcgi.error.router_unavailable", ended.stdout)
        self.assertIn(b"cannot join: looking up the host name: Resource temporarily unavailable", ended.stderr)


if __name__ == "__main__":
    main()
