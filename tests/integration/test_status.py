"""The status of a pool (contract section 8): the service "status" through nginx, other tools reading its formats, and
`wamp-fcgi --status`."""
import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

from integration.contract_base import ADD2, SECRET, SIGNED  # noqa: E402
from integration.deployment import DeploymentTest, configuration, main, service, start_server  # noqa: E402
from support import browser, fastcgi_client as fastcgi, promtool  # noqa: E402
from support.build import PROGRAM, TOP  # noqa: E402
from support.processes import SERVER_USER, Scratch, is_running, wait_until  # noqa: E402
from support.servers import ApacheCgi, ApacheFcgid, DevRouter, LighttpdCgi, Nginx, WampFcgiPool  # noqa: E402
from support.web import Client, signed_query  # noqa: E402

STATUS = {"type": "status"}
PAGE_POLICY = re.compile(r"default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'; "
                         r"frame-ancestors 'none'")


def ask(*arguments):
    """The result of `wamp-fcgi --status`: exit status, standard output, standard error."""
    done = subprocess.run([PROGRAM, "--status", *map(str, arguments)], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def samples(text):
    """The samples by name and labels, as Prometheus reads them."""
    return {name: float(value) for name, value in re.findall(r"^(wampfcgi\S+?(?:{.*})?) (\S+)$", text, re.M)}


class Figures(unittest.TestCase):
    """The figures of a pool of two workers behind nginx, after some of everything."""

    @classmethod
    def setUpClass(cls):
        cls.scratch = Scratch()
        cls.addClassCleanup(cls.scratch.close)
        cls.router = DevRouter(cls.scratch).start()
        token = cls.scratch.folder("secrets") / "token"
        token.write_text("s3cret\n")
        token.chmod(0o640)
        if SERVER_USER:
            shutil.chown(token, SERVER_USER)
        cls.paths = {"/": service(), "signed": service(key="k", secret="s", timestamp_delta_limit=300),
                     "events": {"type": "events", "realm": "realm1", "role": "anonymous", "options": {"topics": ["com."]}},
                     "odd\"\\ name": service(), "status": STATUS,
                     "guarded": {"type": "status", "options": {"token_file": str(token)}},
                     "half-guarded": {"type": "status", "options": {"token_file": str(token), "token_for": "figures"}}}
        cls.server = start_server(cls.scratch, Nginx, configuration(cls.router.url, cls.paths))
        cls.client = Client(cls.server.port)
        cls.client.send(body=ADD2)
        cls.client.send(body="{")
        cls.client.call("com.example.none")

    def get(self, service="status", query="", method="GET", **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.send(method, service, query=query, headers=headers, content_type=None)

    def test_each_form_is_there_by_query_and_by_accept(self):
        for query, accept, media_type, start in (
                ("", "*/*", "text/plain; charset=UTF-8", b"wamp-fcgi "),
                ("text", "text/html", "text/plain; charset=UTF-8", b"wamp-fcgi "),
                ("", "application/json", "application/json; charset=UTF-8", b'{"version":'),
                ("html", "*/*", "text/html; charset=UTF-8", b"<!DOCTYPE html>"),
                ("", "text/html,*/*;q=0.8", "text/html; charset=UTF-8", b"<!DOCTYPE html>"),
                ("prometheus", "*/*", "text/plain; version=0.0.4; charset=utf-8", b"# HELP wampfcgi_"),
                ("", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5",
                 "application/openmetrics-text; version=1.0.0; charset=utf-8", b"# HELP wampfcgi_")):
            with self.subTest(query=query, accept=accept):
                answer = self.get(query=query, Accept=accept)
                self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, media_type))
                self.assertEqual(answer.headers["Cache-Control"], "no-store")
                self.assertTrue(answer.body.startswith(start), answer.body[:100])

    def test_the_page_has_a_policy_that_lets_it_do_nothing(self):
        self.assertRegex(self.get(query="html").headers["Content-Security-Policy"], PAGE_POLICY)

    def test_the_page_is_refreshed_when_asked_for(self):
        self.assertIn(b'<meta http-equiv="refresh" content="5">', self.get(query="html&refresh=5").body)
        refused = self.get(query="refresh=x")
        self.assertEqual((refused.status, refused.json["kwargs"]), (400, {"parameter": "refresh"}))

    def test_head_has_the_head_and_other_methods_are_refused(self):
        head = self.get(method="HEAD")
        self.assertEqual((head.status, head.body), (200, b""))
        refused = self.get(method="OPTIONS")
        self.assertEqual((refused.status, refused.headers["Allow"]), (405, "GET, HEAD"))

    def test_ping_and_ready(self):
        self.assertEqual([(self.get(path).status, self.get(path).body) for path in ("status/ping", "status/ready")],
                         [(200, b"pong"), (200, b"ready")])
        self.assertEqual(self.get("status/nothing").status, 404)

    def test_it_is_for_this_machine(self):
        for headers in ({"Host": "rebound.example"}, {"X_Forwarded_For": "127.0.0.1"}, {"Via": "1.1 proxy"}):
            for path in ("status", "status/ping", "status/ready"):
                self.assertEqual(self.get(path, **headers).error, "wampfcgi.error.address_denied")

    def test_a_token_lets_in_whoever_has_it(self):
        for path, without in (("guarded", 401), ("guarded/ping", 401), ("guarded/ready", 401), ("half-guarded", 401),
                              ("half-guarded/ping", 200), ("half-guarded/ready", 200)):
            with self.subTest(path):
                refused = self.get(path, Host="a.example")
                self.assertEqual(refused.status, without)
                if without == 401:
                    self.assertEqual((refused.error, refused.headers["WWW-Authenticate"]),
                                     ("wampfcgi.error.token_invalid", "Bearer"))
                self.assertEqual(self.get(path, Host="a.example", Authorization="Bearer s3cret").status, 200)
                self.assertEqual(self.get(path, Authorization="Bearer s3cre").status, without)

    @unittest.skipIf(promtool.missing(), promtool.missing())
    def test_promtool_has_nothing_to_complain_of(self):
        for query in ("prometheus", "prometheus&full"):
            said = promtool.promtool("check", "metrics", input=self.get(query=query).body.decode())
            self.assertEqual(said, (0, ""))

    def test_a_parser_of_openmetrics_reads_what_prometheus_text_has(self):
        try:
            from prometheus_client.openmetrics.parser import text_string_to_metric_families
            from prometheus_client.parser import text_string_to_metric_families as of_prometheus_text
        except ImportError:
            self.skipTest("no python3-prometheus-client here")
        for more in ("", "&full"):
            families = list(text_string_to_metric_families(self.get(query="openmetrics" + more).body.decode()))
            named = {(each.name, tuple(sorted(each.labels))) for family in families for each in family.samples}
            text = self.get(query="prometheus" + more).body.decode()
            others = {(each.name, tuple(sorted(each.labels))) for family in of_prometheus_text(text) for each in family.samples}
            self.assertEqual(named, others)
            self.assertIn("odd\"\\ name", {each.labels.get("service") for family in families for each in family.samples})

    def test_labels_are_those_of_the_configuration_and_of_fixed_lists(self):
        text = self.get(query="prometheus&full").body.decode()
        self.assertEqual(set(re.findall(r'(\w+)="', text)),
                         {"service", "status", "error", "realm", "role", "reason", "version", "le", "pid"})
        services = set(re.findall(r'service="((?:[^"\\]|\\.)*)"', text))
        self.assertEqual(services, {*(path.replace("\\", r"\\").replace('"', r"\"") for path in self.paths), "(none)"})

    def test_all_that_can_occur_is_there_before_it_has(self):
        seen = samples(self.get(query="prometheus").body.decode())
        for name in ('wampfcgi_requests_total{service="signed",status="401"}',
                     'wampfcgi_requests_refused_total{service="signed",error="request_replayed"}',
                     'wampfcgi_requests_refused_total{service="guarded",error="token_invalid"}',
                     'wampfcgi_wamp_errors_total{service="/",error="other"}',
                     'wampfcgi_events_delivered_total{service="events"}', "wampfcgi_reloads_total"):
            self.assertIn(name, seen)

    def test_every_metric_is_in_the_manual(self):
        manual = (TOP / "etc/doc/status.md").read_text()
        text = self.get(query="prometheus&full").body.decode()
        written = set(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))
        documented = set(re.findall(r"^\| `(\w+)`[^|]* \| (\w+) \|", manual, re.M))
        not_always = {(f"wampfcgi_{name}", "gauge") for name in (
            "last_reload_timestamp_seconds", "last_reload_successful", "listen_queue", "listen_queue_limit",
            "signatures_remembered", "signatures_remembered_limit", "worker_store_answers")}
        of_a_store = {(f"wampfcgi_{name}_total", "counter") for name in (
            "store_round_trips", "store_failures", "store_wait_seconds",
            "worker_store_round_trips", "worker_store_failures", "worker_store_wait_seconds")}
        self.assertEqual(written | not_always | of_a_store, documented)

    def test_no_header_of_a_client_asks_as_the_program_does(self):
        for name in ("WAMP_FCGI_STATUS", "WAMP-FCGI-STATUS", "Wamp-Fcgi-Status"):
            answer = self.client.send("GET", "nowhere", headers={name: "1"}, content_type=None)
            self.assertEqual((answer.status, answer.error), (404, "wampfcgi.error.not_found"))


@unittest.skipIf(browser.missing(), browser.missing())
class InABrowser(unittest.TestCase):
    evil = '<img/src=x/onerror=document.title="hit">'

    @classmethod
    def setUpClass(cls):
        cls.scratch = Scratch()
        cls.addClassCleanup(cls.scratch.close)
        router = DevRouter(cls.scratch).start()
        paths = {"/": service(), cls.evil: service(), "status": STATUS}
        server = start_server(cls.scratch, Nginx, configuration(router.url, paths))
        client = Client(server.port)
        client.send(body="{")
        wait_until(lambda: client.send("GET", "status/ready", content_type=None).status == 200, "the pool to be ready")
        cls.browser = browser.Browser(f"http://127.0.0.1:{server.port}/wamp/status", cls.scratch.path)
        cls.addClassCleanup(cls.browser.close)

    def test_it_looks_well(self):
        self.browser.check_looks(self, "status_looks_well")

    def test_names_are_shown_as_text(self):
        self.browser.run("status_shows_names_as_text", name=self.evil)

    def test_it_is_refreshed(self):
        self.browser.run("status_is_refreshed")


class CountingTest(DeploymentTest):
    def seen(self):
        return samples(self.client.send("GET", "status", query="prometheus", content_type=None).body.decode())

    def load(self, good, bad):
        with concurrent.futures.ThreadPoolExecutor(8) as clients:
            bodies = [ADD2] * good + ["{"] * bad
            answers = clients.map(lambda body: self.client.send(body=body).status, bodies)
            self.assertEqual(sorted(answers), [200] * good + [400] * bad)


class Counting(CountingTest):
    def deploy(self, workers=2, paths=None, router_up=True, **more):
        socket_path = self.scratch.folder("router") / "router.sock"
        self.router = DevRouter(self.scratch, socket=socket_path)
        if router_up:
            self.router.start()
        config = {**configuration(f"unix:{socket_path}", paths or {"/": service(), "status": STATUS}, mount=Nginx.mount),
                  "state_dir": str(self.scratch.folder("state") / "signatures"), **more}
        self.pool = WampFcgiPool(self.scratch, self.scratch.write("config.json", json.dumps(config)), workers).start()
        self.server = Nginx(self.scratch, self.pool).start()
        self.client = Client(self.server.port)

    def test_counts_are_exact_whatever_ends_workers(self):
        self.deploy(workers=4)
        pool = self.pool.worker_pids()
        self.load(60, 20)
        for victim in pool[:2]:
            os.kill(victim, signal.SIGKILL)
            wait_until(lambda: not is_running(victim) and len(self.pool.worker_pids()) == 4, "a worker in its place")
        self.load(30, 10)
        for reloads in (1, 2):
            self.pool.child.send_signal(signal.SIGHUP)
            wait_until(lambda: self.seen()["wampfcgi_reloads_total"] == reloads, "the reload")
        self.load(10, 5)

        seen = self.seen()
        self.assertEqual(seen['wampfcgi_requests_total{service="/",status="200"}'], 100)
        self.assertEqual(seen['wampfcgi_requests_total{service="/",status="400"}'], 35)
        self.assertEqual(seen['wampfcgi_requests_refused_total{service="/",error="body_not_json"}'], 35)
        self.assertEqual(seen['wampfcgi_request_duration_seconds_count{service="/"}'], 135)
        self.assertEqual(seen['wampfcgi_call_duration_seconds_count{service="/"}'], 100)
        self.assertEqual(seen['wampfcgi_received_bytes_total{service="/"}'], 100 * len(ADD2) + 35)
        self.assertEqual(seen['wampfcgi_workers_ended_total{reason="signal"}'], 2)
        wait_until(lambda: self.seen()['wampfcgi_workers_ended_total{reason="replaced"}'] == 8, "all to be replaced twice")
        self.assertEqual(self.seen()["wampfcgi_workers_started_total"], 14)
        self.assertEqual(seen["wampfcgi_last_reload_successful"], 1)
        self.assertEqual(seen["wampfcgi_workers_wanted"], 4)

    def test_what_is_remembered_stands_beside_the_capacity(self):
        self.deploy(paths={"/": service(**SIGNED, timestamp_delta_limit=300), "status": STATUS}, replay_capacity=2000)
        self.assertEqual(self.seen()["wampfcgi_signatures_remembered"], 0)
        for number in range(3):
            query = signed_query(SECRET, ADD2, nonce=str(number))
            self.assertEqual([self.client.send(body=ADD2, query=query).status for _ in range(2)], [200, 401])
        seen = self.seen()
        self.assertEqual(seen["wampfcgi_signatures_remembered"], 3)
        self.assertEqual(seen["wampfcgi_signatures_remembered_limit"], 2000)
        self.assertEqual(seen['wampfcgi_requests_refused_total{service="/",error="request_replayed"}'], 3)

    def full(self):
        """A pool of one worker with max_in_flight calls in flight."""
        self.deploy(workers=1, max_in_flight=2)
        background = concurrent.futures.ThreadPoolExecutor()
        self.addCleanup(background.shutdown)
        calls = [background.submit(self.client.call, "com.example.sleep", 600) for _ in range(2)]
        self.addCleanup(lambda: [call.cancel() for call in calls])
        self.addCleanup(self.pool.stop)
        wait_until(lambda: self.seen()['wampfcgi_calls_in_flight{service="/"}'] == 2, "the calls to be in flight")

    def test_a_pool_that_is_full_tells_so_and_is_ready(self):
        self.full()
        self.assertEqual(self.client.send(body=ADD2).error, "wampfcgi.error.overloaded")

        self.assertEqual(self.seen()["wampfcgi_calls_in_flight_limit"], 2)
        for path in ("ping", "ready"):
            self.assertEqual(self.client.send("GET", "status/" + path, content_type=None).status, 200)
        status, text, mistakes = ask(f"unix:{self.pool.address}")
        self.assertEqual((status, mistakes), (0, ""))
        self.assertRegex(text, r"(?m)^Calls in flight +2 of 2$")

    def test_without_a_router_it_says_what_is_missing(self):
        self.deploy(router_up=False)

        wait_until(lambda: self.seen()["wampfcgi_workers_ready"] == 2, "the workers to do without")
        ready = self.client.send("GET", "status/ready", content_type=None)
        missing = "sessions in realm realm1 with role anonymous: 0 of 2"
        self.assertEqual((ready.status, ready.body.decode()), (503, missing + "\n"))
        self.assertEqual(self.client.send("GET", "status/ping", content_type=None).body, b"pong")
        self.assertEqual(self.seen()["wampfcgi_ready"], 0)
        status, text, _ = ask("--json", f"unix:{self.pool.address}")
        self.assertEqual((status, json.loads(text)["missing"]), (1, [missing]))

        self.router.start()
        wait_until(lambda: self.client.send("GET", "status/ready", content_type=None).body == b"ready", "the sessions", 30)
        self.assertEqual(ask(f"unix:{self.pool.address}")[0], 0)


class WithoutSupervisor(CountingTest):
    """Programs started by a web server: each process has a file in the state folder."""

    def deploy(self, server_class):
        self.router = DevRouter(self.scratch).start()
        self.server = start_server(self.scratch, server_class,
                                   configuration(self.router.url, {"/": service(), "status": STATUS}))
        self.client = Client(self.server.port)
        return self.scratch.folder("state") / "signatures"

    def counted(self):
        seen = self.seen()
        return tuple(int(seen[f'wampfcgi_requests_total{{service="/",status="{status}"}}']) for status in (200, 400))

    def test_mod_fcgids_processes_are_counted_whatever_ends_them(self):
        folder = self.deploy(ApacheFcgid)
        self.load(40, 10)
        self.assertEqual(self.counted(), (40, 10))
        full = self.client.send("GET", "status", query="json&full", content_type=None).json
        pids = [worker["pid"] for worker in full["each_worker"]]
        self.assertGreater(len(pids), 1)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not any(map(is_running, pids)), "their end")
        wait_until(lambda: self.client.send(body=ADD2).status == 200, "others in their place")
        self.assertEqual(self.counted()[1], 10)
        self.assertGreater(self.counted()[0], 40)
        files = [each.name for each in folder.iterdir()]
        self.assertFalse([name for name in files for pid in pids if name.startswith(f"figures.process.{pid}.")], files)

    def test_each_cgi_program_adds_to_the_total(self):
        for server_class in (ApacheCgi, LighttpdCgi):
            with self.subTest(server_class.__name__):
                folder = self.deploy(server_class)
                self.load(10, 5)
                self.assertEqual(self.counted(), (10, 5))
                self.assertEqual(self.client.send("GET", "status/ready", content_type=None).body, b"ready")
                self.assertEqual(self.counted(), (10, 5))
                left = [each.name for each in folder.iterdir() if each.name.startswith("figures.process.")]
                self.assertLess(len(left), 3, "a file stays only where the web server has killed the program")
                self.server.stop()
                self.router.stop()
                shutil.rmtree(folder)


class CommandLine(DeploymentTest):
    def pool(self, over_tcp=False):
        router = DevRouter(self.scratch).start()
        path = self.scratch.write("config.json", json.dumps(configuration(router.url, {"/": service()})))
        pool = WampFcgiPool(self.scratch, path, over_tcp=over_tcp).start()
        address = f"127.0.0.1:{pool.address}" if over_tcp else f"unix:{pool.address}"
        wait_until(lambda: ask(address)[0] == 0, "the pool to be ready")
        return pool, address

    def test_a_pool_is_asked_without_web_server_and_without_a_status_service(self):
        _, address = self.pool()

        status, text, mistakes = ask(address)
        self.assertEqual((status, mistakes), (0, ""))
        self.assertRegex(text, r"^wamp-fcgi [\d.]+: ready, running for \d")
        status, text, _ = ask(address, "--json")
        self.assertEqual((status, json.loads(text)["workers"]["wanted"]), (0, 2))

    def test_a_pool_is_asked_over_tcp(self):
        _, address = self.pool(over_tcp=True)

        self.assertEqual(ask(address)[0], 0)

    def test_any_client_of_the_socket_may_ask_as_the_program_does(self):
        pool, _ = self.pool()

        variables = fastcgi.variables("/nowhere", method="GET", WAMP_FCGI_STATUS="json")
        answer = fastcgi.request(pool.address, fastcgi.begin() + fastcgi.params(variables) + fastcgi.stdin(b""))
        self.assertEqual((answer[0], json.loads(answer[2])["ready"]), (200, True))

    def refused(self, address, words):
        status, text, mistakes = ask(address)
        self.assertEqual((status, text), (2, ""))
        self.assertRegex(mistakes, rf'\Awamp-fcgi: cannot ask "[^"]*" for its status: {words}\n\Z')

    def test_where_no_pool_is_it_says_why(self):
        self.refused(f"unix:{self.scratch.path}/none.sock", "No such file or directory")
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
        self.refused(f"127.0.0.1:{port}", "Connection refused")

    def test_what_is_no_pool_is_told_apart(self):
        def answer_with(reply):
            with contextlib.suppress(OSError):
                connection, _ = other.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(reply)

        for reply, words in ((b"HTTP/1.1 400 Bad Request\r\n\r\n", "the program that listens there does not speak FastCGI"),
                             (fastcgi.record(fastcgi.STDOUT, b"Status: 404\r\n\r\n") + fastcgi.record(fastcgi.END_REQUEST, bytes(8)),
                              "the program that listens there reports no status: it is not wamp-fcgi, or too old"),
                             (b"", "it closed the connection without an answer")):
            with self.subTest(words), socket.create_server(("127.0.0.1", 0)) as other:
                thread = threading.Thread(target=answer_with, args=(reply,))
                thread.start()
                self.refused(f"127.0.0.1:{other.getsockname()[1]}", words)
                thread.join()

    def test_a_pool_that_is_stopped_is_waited_for_and_then_given_up(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            self.refused(f"127.0.0.1:{silent.getsockname()[1]}", "no answer in time")


if __name__ == "__main__":
    main()
