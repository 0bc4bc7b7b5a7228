"""What only a FastCGI client can send: truncated streams, odd variables, kept connections, and a thousand calls at
once."""
import asyncio
import contextlib
import json
import os
import pathlib
import socket
import time
import unittest

from integration.contract_base import ADD2, call, echo
from integration.deployment import DeploymentTest, configuration, main, service
from support.build import SANITIZED
from support import fastcgi_client as fastcgi
from support.process_figures import forget_peak, is_quiet, peak_resident_bytes, resident_bytes, status_number
from support.processes import Scratch, wait_until
from support.servers import DevRouter, WampFcgiPool

CALLS_AT_ONCE = 1000
PATHS = {
    "/": service(),
    "http": service(status_codes="http"),
    "nobody": service(require_ip=[]),
    "here": service(require_ip=["127.0.0.1", "2001:db8::/32"]),
    "limited": service(post_body_limit=10),
    "tls": service(require_tls=True),
    "pages": service(allowed_origins=["https://app.example.com"]),
}


def whole(body, keep=False, **variables):
    """A request with its complete body."""
    body = body.encode() if isinstance(body, str) else body
    variables = fastcgi.variables(length=len(body), **variables)
    return fastcgi.begin(keep) + fastcgi.params(variables) + fastcgi.stdin(body)


class FastCgi(DeploymentTest):
    """One worker on a Unix socket."""

    @classmethod
    def setUpClass(cls):
        cls.shared = Scratch()
        cls.addClassCleanup(cls.shared.close)
        cls.router = DevRouter(cls.shared).start()
        config = cls.shared.write("config.json", json.dumps(configuration(cls.router.url, PATHS)))
        cls.pool = WampFcgiPool(cls.shared, config, workers=1).start()

    def setUp(self):
        self.scratch = self.shared
        self.workers = self.pool.worker_pids()

    def tearDown(self):
        self.assertEqual(self.pool.worker_pids(), self.workers, "a worker was replaced")

    def post(self, body, announced=None, path_info="", sent=None, **more):
        """`announced` is CONTENT_LENGTH, "" for none; `sent` the records of the body."""
        body = body.encode() if isinstance(body, str) else body
        length = {None: len(body), "": None}.get(announced, announced)
        variables = fastcgi.variables(path_info, length=length, **more)
        sent = fastcgi.stdin(body) if sent is None else sent
        return fastcgi.request(self.pool.address, fastcgi.begin() + fastcgi.params(variables) + sent)

    def assert_answer(self, answer, status, name=None):
        self.assertEqual(answer[0], status, answer)
        if name:
            self.assertEqual(json.loads(answer[2])["error"], f"wampfcgi.error.{name}")

    def calls_of(self, procedure):
        return self.stats()["calls_by_procedure"].get(procedure, 0)

    def stats(self):
        return json.loads(self.post(call("com.example.stats"))[2])["kwargs"]

    def test_call(self):
        status, headers, body = self.post(ADD2)
        self.assertEqual((status, body), (200, b'{"args":[5]}'))
        self.assertEqual(headers["Content-Length"], "12")

    def test_body_shorter_than_announced_is_refused_and_not_forwarded(self):
        before = self.calls_of("com.example.add2")
        for path in ("", "/http"):
            for announced in (len(ADD2) + 1, 10**6):
                with self.subTest(path, announced=announced):
                    self.assert_answer(self.post(ADD2, announced, path), 400, "body_truncated")
        self.assertEqual(self.calls_of("com.example.add2"), before)

    def test_body_longer_than_announced_is_never_taken_for_another(self):
        before = self.calls_of("com.example.add2")
        answer = self.post(ADD2 + "xxxx", len(ADD2))
        self.assertIn(answer[0], (200, 400))
        self.assertLessEqual(self.calls_of("com.example.add2"), before + 1)

    def test_length_that_is_no_number_is_refused(self):
        for announced in ("-2", "x", "1e3", "0x20", "99999999999999999999999"):
            with self.subTest(announced):
                self.assertIn(self.post(ADD2, announced)[0], (400, 413))

    def test_without_announced_length_the_stream_is_read_to_its_end(self):
        self.assertEqual(self.post(ADD2, "")[2], b'{"args":[5]}')
        text = "x" * 300_000
        self.assertEqual(json.loads(self.post(echo(f'"{text}"'), "")[2]), {"args": [text]})

    @unittest.skipIf(SANITIZED, "a sanitizer's memory is not the program's")
    def test_echo_of_a_large_body_costs_little_more_than_twice_its_memory(self):
        text = b"x" * 8_000_000
        body = echo('"@"').encode().replace(b"@", text)
        self.assert_answer(self.post(ADD2), 200)
        [worker] = self.workers
        wait_until(lambda: is_quiet([worker], 0.1), "the worker to have nothing to do")
        idle = resident_bytes(worker)
        for _ in range(3):
            forget_peak(worker)
            answer = self.post(body)
            self.assertEqual(answer[2], b'{"args":["' + text + b'"]}')
            self.assertLessEqual(peak_resident_bytes(worker) - idle, 2.5 * len(body))
        wait_until(lambda: resident_bytes(worker) - idle <= 3_000_000, "the worker to give memory back")

    def test_reading_stops_once_the_limit_is_passed(self):
        endless = fastcgi.stdin(b" " * 1_000_000, end=False)
        self.assert_answer(self.post("", "", "/limited", sent=endless), 413, "body_too_large")

    def test_what_needs_no_body_is_decided_before_it_is_read(self):
        for path, name, more in (("/unknown", "not_found", {}), ("/nobody", "address_denied", {}),
                                 ("/tls", "tls_required", {}), ("", "method_not_allowed", {"method": "PATCH"}),
                                 ("", "origin_denied", {"HTTP_ORIGIN": "https://x.example"}),
                                 ("", "content_type_unsupported", {"CONTENT_TYPE": "text/plain"}),
                                 ("/limited", "body_too_large", {})):
            with self.subTest(name):
                answer = self.post("", 5000, path, sent=b"", **more)
                self.assert_answer(answer, answer[0], name)

    def test_path_info_matches_exactly(self):
        for path in ("here", "//here", "/here/", "/ here", "/./here", "/../here", "/x/../here", "//", "/%68ere"):
            with self.subTest(path):
                self.assert_answer(self.post(ADD2, path_info=path), 404, "not_found")
        for path in ("", "/", "/here"):
            with self.subTest(path):
                self.assert_answer(self.post(ADD2, path_info=path), 200)

    def test_absent_path_info_is_the_root_service(self):
        self.assert_answer(self.post(ADD2, PATH_INFO=None), 200)

    def test_addresses(self):
        for address in ("127.0.0.1", "::ffff:127.0.0.1", "2001:db8::1", "2001:DB8:0:0::2"):
            with self.subTest(address):
                self.assert_answer(self.post(ADD2, path_info="/here", REMOTE_ADDR=address), 200)
        for address in ("127.0.0.2", "::1", "2001:db9::1", "", None, "unix:", "localhost", "127.0.0.1, 10.0.0.1",
                        "127.0.0.01"):
            with self.subTest(address):
                self.assert_answer(self.post(ADD2, path_info="/here", REMOTE_ADDR=address), 400, "address_denied")

    def test_https_variable(self):
        for value in ("on", "ON", "1"):
            with self.subTest(value):
                self.assert_answer(self.post(ADD2, path_info="/tls", HTTPS=value), 200)
        for value in ("off", "0", "", None, "no"):
            with self.subTest(value):
                self.assert_answer(self.post(ADD2, path_info="/tls", HTTPS=value), 400, "tls_required")

    def test_empty_content_type_counts_as_absent(self):
        self.assert_answer(self.post(ADD2, CONTENT_TYPE=""), 200)
        page = {"HTTP_ORIGIN": "https://app.example.com", "path_info": "/pages"}
        self.assert_answer(self.post(ADD2, CONTENT_TYPE="", **page), 400, "content_type_unsupported")

    def test_kept_connection_serves_one_request_after_the_other(self):
        async def many():
            reader, writer = await fastcgi.connect(self.pool.address)
            answers = []
            for number in range(50):
                writer.write(whole(call("com.example.add2", number, 1), keep=True))
                answers.append(json.loads((await fastcgi.read_answer(reader))[2])["args"])
            writer.close()
            return answers

        self.assertEqual(asyncio.run(asyncio.wait_for(many(), 30)), [[number + 1] for number in range(50)])

    def test_kept_connection_stays_after_a_refusal_that_came_before_the_body(self):
        # FastCGI 1.0, 3.5: the web server closes; otherwise its next request, already on the way, would be lost.
        async def two():
            reader, writer = await fastcgi.connect(self.pool.address)
            writer.write(fastcgi.begin(keep=True) + fastcgi.params(fastcgi.variables("/unknown", length=100_000)))
            refused = await fastcgi.read_answer(reader)
            writer.write(fastcgi.stdin(b" " * 100_000))
            writer.write(whole(ADD2, keep=True))
            answer = await fastcgi.read_answer(reader)
            writer.close()
            return refused, answer

        refused, answer = asyncio.run(asyncio.wait_for(two(), 30))
        self.assert_answer(refused, 404)
        self.assertEqual(answer[2], b'{"args":[5]}')

    def test_next_request_in_two_reads_is_served_after_a_refusal_that_came_before_the_body(self):
        for first_bytes in (1, 7, 8, 9, 15):
            with self.subTest(first_bytes), socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(10)
                connection.connect(str(self.pool.address))
                head = fastcgi.begin(True, 1) + fastcgi.params(fastcgi.variables("/unknown", length=10), 1)
                connection.sendall(head)
                refused = fastcgi.read_records(connection)
                connection.sendall(fastcgi.stdin(b" " * 10, 1))
                following = (fastcgi.begin(True, 2) + fastcgi.params(fastcgi.variables(length=len(ADD2)), 2) +
                             fastcgi.stdin(ADD2.encode(), 2))
                connection.sendall(following[:first_bytes])
                wait_until(lambda: fastcgi.unread_bytes(connection) == 0, "the worker to read it")
                connection.sendall(following[first_bytes:])
                answered = fastcgi.read_records(connection)
                self.assertEqual({request_id for _, request_id, _ in refused}, {1})
                self.assertEqual({request_id for _, request_id, _ in answered}, {2})
                self.assertTrue(answered[0][2].endswith(b'{"args":[5]}'), answered)

    def test_connection_is_closed_unless_it_is_to_be_kept(self):
        async def until_closed():
            reader, writer = await fastcgi.connect(self.pool.address)
            writer.write(whole(ADD2))
            await fastcgi.read_answer(reader)
            rest = await reader.read()
            writer.close()
            return rest

        self.assertEqual(asyncio.run(asyncio.wait_for(until_closed(), 10)), b"")

    def test_idle_connections_hold_nobody_up(self):
        async def with_idle_ones():
            idle = [await fastcgi.connect(self.pool.address) for _ in range(200)]
            for reader, writer in idle[:100]:
                writer.write(whole(ADD2, keep=True))
                await fastcgi.read_answer(reader)
            answer = await fastcgi.exchange(self.pool.address, whole(ADD2))
            for _, writer in idle:
                writer.close()
            return answer

        self.assertEqual(asyncio.run(asyncio.wait_for(with_idle_ones(), 30))[2], b'{"args":[5]}')

    def test_stalled_requests_hold_nobody_up(self):
        async def with_stalled_ones():
            stalled = [await fastcgi.connect(self.pool.address) for _ in range(50)]
            part = fastcgi.params(fastcgi.variables(length=1000)) + fastcgi.stdin(b"{", end=False)
            for _, writer in stalled:
                writer.write(fastcgi.begin() + part)
            answer = await fastcgi.exchange(self.pool.address, whole(ADD2))
            for _, writer in stalled:
                writer.close()
            return answer

        self.assertEqual(asyncio.run(asyncio.wait_for(with_stalled_ones(), 30))[2], b'{"args":[5]}')

    def test_bytes_that_are_no_fastcgi_end_no_worker(self):
        async def throw(data):
            reader, writer = await fastcgi.connect(self.pool.address)
            with contextlib.suppress(ConnectionError):
                writer.write(data)
                writer.write_eof()
                await asyncio.wait_for(reader.read(), 5)
            writer.close()

        good = fastcgi.params(fastcgi.variables(length=len(ADD2)))
        for data in (b"", b"\0", b"GET / HTTP/1.1\r\n\r\n", os.urandom(4000), b"\xff" * 4000, fastcgi.record(99,
                     b"x" * 100),
                     fastcgi.begin()[:5], fastcgi.begin(), fastcgi.begin() + good[:20], fastcgi.begin() + good,
                     fastcgi.begin() + fastcgi.record(fastcgi.PARAMS, b"\xff" * 8) + good,
                     fastcgi.begin() + good + fastcgi.record(fastcgi.ABORT_REQUEST), fastcgi.record(fastcgi.STDIN,
                     b"x")):
            with self.subTest(data[:24].hex()):
                asyncio.run(throw(data))
                self.assert_answer(self.post(ADD2), 200)

    def test_call_whose_client_went_away_is_cancelled(self):
        before = self.stats()
        count = before["calls_by_procedure"].get("com.example.sleep", 0)
        with socket.socket(socket.AF_UNIX) as leaving:
            leaving.connect(str(self.pool.address))
            leaving.sendall(whole(call("com.example.sleep", 20)))
            wait_until(lambda: self.calls_of("com.example.sleep") == count + 1, "the call to be under way")
        wait_until(lambda: self.stats()["cancels"] == before["cancels"] + 1, "the call to be cancelled")

    @contextlib.contextmanager
    def sleeping_on_a_kept_connection(self, seconds):
        """A connection with a call under way, after one that took long enough for the worker to watch its client."""
        count = self.calls_of("com.example.sleep") + 1
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(30)
            connection.connect(str(self.pool.address))
            connection.sendall(whole(call("com.example.sleep", 0.5), keep=True))
            fastcgi.read_records(connection)
            connection.sendall(whole(call("com.example.sleep", seconds), keep=True))
            wait_until(lambda: self.calls_of("com.example.sleep") == count + 1, "the call to be under way")
            yield connection

    def test_call_is_cancelled_whose_client_closed_a_kept_connection(self):
        cancels = self.stats()["cancels"]
        with self.sleeping_on_a_kept_connection(20):
            pass
        wait_until(lambda: self.stats()["cancels"] == cancels + 1, "the call to be cancelled")

    def test_next_request_that_comes_during_a_call_uses_no_processor_and_is_answered(self):
        with self.sleeping_on_a_kept_connection(1.5) as connection:
            ticks_before = self.processor_ticks()
            connection.sendall(whole(ADD2, keep=True))
            slept = fastcgi.read_records(connection)
            self.assertLessEqual(self.processor_ticks() - ticks_before, 15)
            following = fastcgi.read_records(connection)
        self.assertTrue(slept[0][2].endswith(b'{"args":[1.5]}'), slept)
        self.assertTrue(following[0][2].endswith(b'{"args":[5]}'), following)

    def test_a_thousand_calls_at_once_in_one_worker(self):
        async def one(number):
            data = whole(call("com.example.sleep", 1 + number / 10**6))
            return json.loads((await fastcgi.exchange(self.pool.address, data))[2])["args"]

        async def all_of_them():
            return await asyncio.gather(*(one(number) for number in range(CALLS_AT_ONCE)))

        started = time.monotonic()
        answers = asyncio.run(asyncio.wait_for(all_of_them(), 60))
        print(f"{CALLS_AT_ONCE} calls of a second at once: {time.monotonic() - started:.2f} s ", end="", flush=True)
        self.assertEqual(answers, [[1 + number / 10**6] for number in range(CALLS_AT_ONCE)])

    def test_idle_worker_uses_no_processor(self):
        ticks_before = self.processor_ticks()
        started = time.monotonic()
        wait_until(lambda: time.monotonic() - started > 1, "a second to pass")
        self.assertLessEqual(self.processor_ticks() - ticks_before, 10)

    def processor_ticks(self):
        fields = pathlib.Path("/proc", str(self.workers[0]), "stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])


class Overload(DeploymentTest):
    def test_calls_past_the_limit_are_refused_and_told_to_come_back(self):
        router = DevRouter(self.scratch).start()
        config = {**configuration(router.url, PATHS), "max_in_flight": 2}
        pool = WampFcgiPool(self.scratch, self.scratch.write("config.json", json.dumps(config)), workers=1).start()
        data = whole(call("com.example.sleep", 1))

        async def three():
            return await asyncio.gather(*(fastcgi.exchange(pool.address, data) for _ in range(3)))

        answers = sorted(asyncio.run(asyncio.wait_for(three(), 30)), key=lambda answer: answer[0])
        self.assertEqual([answer[0] for answer in answers], [200, 200, 503])
        self.assertEqual(json.loads(answers[2][2])["error"], "wampfcgi.error.overloaded")
        self.assertIn("Retry-After", answers[2][1])
        self.assertEqual(fastcgi.request(pool.address, data)[0], 200)


class OverTcp(DeploymentTest):
    def test_pool_on_a_port_serves(self):
        router = DevRouter(self.scratch).start()
        config = self.scratch.write("config.json", json.dumps(configuration(router.url, PATHS)))
        pool = WampFcgiPool(self.scratch, config, over_tcp=True).start()
        self.assertEqual(fastcgi.request(pool.address, whole(ADD2))[2], b'{"args":[5]}')
        self.assertEqual(pool.stop(), 0)


class TwoWorkers(DeploymentTest):
    """Two idle workers on a Unix socket."""

    def setUp(self):
        self.scratch = Scratch()
        self.addCleanup(self.scratch.close)
        router = DevRouter(self.scratch).start()
        config = self.scratch.write("config.json", json.dumps(configuration(router.url, PATHS)))
        self.pool = WampFcgiPool(self.scratch, config, workers=2).start()
        self.workers = self.pool.worker_pids()
        for _ in range(4):  # they join at the first call
            self.assertEqual(fastcgi.request(self.pool.address, whole(ADD2))[0], 200)

    def wait_for_quiet(self):
        wait_until(lambda: is_quiet(self.workers, 0.05), "the workers to have nothing to do")

    def test_connection_wakes_one_idle_worker_only(self):
        wakes = {pid: [] for pid in self.workers}
        for _ in range(20):
            self.wait_for_quiet()
            before = {pid: status_number(pid, "voluntary_ctxt_switches") for pid in self.workers}
            self.assertEqual(fastcgi.request(self.pool.address, whole(ADD2))[0], 200)
            for pid in self.workers:
                wakes[pid].append(status_number(pid, "voluntary_ctxt_switches") - before[pid])
        idle = sum(1 for each in zip(*wakes.values()) if min(each) == 0)
        self.assertGreaterEqual(idle, 15, wakes)

    def test_connections_that_are_kept_are_shared_out(self):
        with contextlib.ExitStack() as stack:
            for _ in range(20):
                self.wait_for_quiet()
                connection = stack.enter_context(socket.socket(socket.AF_UNIX))
                connection.connect(str(self.pool.address))
                connection.sendall(whole(ADD2, keep=True))
                self.assertIn(b'{"args":[5]}', connection.recv(65536))
            counts = [len(list(pathlib.Path("/proc", str(pid), "fd").iterdir())) for pid in self.workers]
        self.assertLessEqual(max(counts) - min(counts), 10, counts)


class Scheduling(DeploymentTest):
    def setUp(self):
        super().setUp()
        router = DevRouter(self.scratch).start()
        config = self.scratch.write("config.json", json.dumps(configuration(router.url, PATHS)))
        self.pool = WampFcgiPool(self.scratch, config, workers=1).start()

    def policy(self):
        return os.sched_getscheduler(self.pool.worker_pids()[0])

    def test_a_worker_with_one_connection_at_a_time_keeps_its_policy(self):
        for _ in range(5):
            self.assertEqual(fastcgi.request(self.pool.address, whole(ADD2))[0], 200)
        self.assertEqual(self.policy(), os.SCHED_OTHER)

    def test_a_worker_with_connections_at_once_interrupts_nobody(self):
        with contextlib.ExitStack() as stack:
            for _ in range(2):
                stack.enter_context(socket.socket(socket.AF_UNIX)).connect(str(self.pool.address))
            wait_until(lambda: self.policy() == os.SCHED_BATCH, "the worker to run in batches")


if __name__ == "__main__":
    main()
