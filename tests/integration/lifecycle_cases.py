"""Failures of the router, the network or a worker, through a web server. Each test has its own deployment, with the
router at a Unix socket that stays the same over restarts."""
import concurrent.futures
import json
import os
import signal
import time

from integration.contract_base import ADD2
from integration.deployment import configuration, service, start_server
from support.processes import is_running, wait_until
from support.servers import DevRouter
from support.web import Client

CONNECT_TIMEOUT = 2
FAULTS_THAT_ANSWER = ("unknown_id", "twice")
FAULTS_THAT_MAY_COST_THE_CONNECTION = ("wrong_type", "garbage", "reserved_frame", "goodbye", "abort", "drop",
                                       "drop_mid_frame")


class LifecycleCases:
    """Needs `server_class`; mix it into a DeploymentTest."""

    server_class = None

    def setUp(self):
        self.background = concurrent.futures.ThreadPoolExecutor()
        self.addCleanup(self.background.shutdown)  # after everything that could make a call wait has ended
        super().setUp()

    def deploy(self, *router_options, paths=None, credentials=None, router_up=True):
        socket = self.scratch.folder("router") / "router.sock"
        self.router = DevRouter(self.scratch, *router_options, socket=socket)
        if router_up:
            self.router.start()
        config = configuration(f"unix:{socket}", paths or {"/": service(), "impatient": service(call_timeout=1)},
                               connect_timeout=CONNECT_TIMEOUT, credentials=credentials)
        self.server = start_server(self.scratch, self.server_class, config)
        self.client = Client(self.server.port)

    def restart_router(self):
        self.router.stop()
        self.router.start()

    def assert_works(self, service="/"):
        answer = self.client.send(service=service, body=ADD2)
        self.assertEqual((answer.status, answer.body), (200, b'{"args":[5]}'))

    def assert_works_soon(self):
        """A worker that waits for the router retries after 10 seconds at most."""
        wait_until(lambda: self.client.send(body=ADD2).status == 200, "a call to work again", 25)

    def assert_failed(self, answer, status, name):
        self.assertEqual((answer.status, answer.error), (status, f"wampfcgi.error.{name}"))

    def stats(self):
        return self.client.call("com.example.stats").json["kwargs"]

    def count_of(self, procedure):
        """How often the router received a call of it."""
        return self.stats()["calls_by_procedure"].get(procedure, 0)

    def calls_under_way(self, seconds, count=1):
        """Starts calls that sleep, and returns the futures of their answers once the router has them all."""
        answers = [self.background.submit(self.client.call, "com.example.sleep", seconds) for _ in range(count)]
        wait_until(lambda: self.count_of("com.example.sleep") == count, "the calls to be under way")
        return answers

    def log_text(self):
        return self.scratch.logs(lines=100_000)

    # The router.

    def test_router_that_is_down_is_waited_for_and_then_reported(self):
        self.deploy(router_up=False)
        started = time.monotonic()
        answer = self.client.send(body=ADD2)
        waited = time.monotonic() - started
        self.assert_failed(answer, 503, "router_unavailable")
        self.assertEqual(answer.headers["Retry-After"], "1")
        self.assertGreater(waited, CONNECT_TIMEOUT / 2)
        self.assertLess(waited, CONNECT_TIMEOUT + 10)

    def test_router_that_starts_later_is_found(self):
        self.deploy(router_up=False)
        self.assertEqual(self.client.send(body=ADD2).status, 503)
        workers = self.server.worker_pids()
        self.router.start()
        self.assert_works_soon()
        self.assertLessEqual(set(workers), set(self.server.worker_pids()))

    def test_request_that_waits_is_served_when_the_router_comes(self):
        self.deploy(router_up=False)
        answer = self.background.submit(self.client.send, body=ADD2)
        self.router.start()
        self.assertEqual(answer.result(30).status, 200)

    def test_router_restart_is_survived_by_the_same_workers(self):
        self.deploy()
        self.assert_works()
        workers = self.server.worker_pids()
        self.restart_router()
        self.assert_works_soon()
        self.assertEqual(self.server.worker_pids(), workers)

    def test_calls_under_way_end_when_the_router_goes(self):
        self.deploy()
        answers = self.calls_under_way(60, count=3)
        started = time.monotonic()
        self.router.stop(signal.SIGKILL)
        for answer in answers:
            self.assert_failed(answer.result(30), 502, "connection_lost")
        self.assertLess(time.monotonic() - started, 10)

    def test_faults_of_the_router_end_no_worker(self):
        self.deploy()
        self.assert_works()
        workers = self.server.worker_pids()
        for fault in FAULTS_THAT_ANSWER:
            with self.subTest(fault):
                answer = self.client.call(f"com.example.fault.{fault}", service="impatient")
                self.assertEqual(answer.json, {"args": ["survived"]})
                self.assert_works()
        for fault in FAULTS_THAT_MAY_COST_THE_CONNECTION:
            with self.subTest(fault):
                procedure = f"com.example.fault.{fault}"
                answer = self.client.call(procedure, service="impatient")
                self.assertIn(answer.status, (200, 502, 504))
                self.assert_works_soon()
                self.assertEqual(self.count_of(procedure), 1)
        self.assertEqual(self.server.worker_pids(), workers)

    def test_router_that_stops_within_a_message_is_given_up(self):
        self.deploy()
        self.assert_works()
        workers = self.server.worker_pids()
        self.assert_failed(self.client.call("com.example.fault.oversized", service="impatient"), 504, "call_timeout")
        self.assert_works_soon()
        self.assertEqual(self.server.worker_pids(), workers)

    def test_calls_that_get_no_answer_or_a_late_one_time_out(self):
        self.deploy()
        for fault, args in (("silent", ()), ("late", (1.5,)), ("late", (1.1,))):
            with self.subTest(fault, args=args):
                before = self.stats()["cancels"]
                answer = self.client.call(f"com.example.fault.{fault}", *args, service="impatient")
                self.assert_failed(answer, 504, "call_timeout")
                self.assertEqual(self.stats()["cancels"], before + 1)
        # The late results arrive during this call, and must not be taken for its answer.
        self.assertEqual(self.client.call("com.example.sleep", 1.0).json, {"args": [1.0]})
        self.assert_works()

    def test_router_that_stops_reading_costs_no_more_than_the_time_out(self):
        self.deploy()
        self.assertEqual(self.client.call("com.example.fault.deaf", 2).status, 200)
        answer = self.client.send(service="impatient", body=ADD2)
        self.assertIn(answer.status, (200, 504))
        self.assert_works_soon()

    def test_router_that_refuses_logins_for_a_while_is_tried_again(self):
        self.deploy()
        self.assertEqual(self.client.call("com.example.fault.refuse_logins", 1).status, 200)
        self.assertEqual(self.client.call("com.example.fault.drop").status, 502)
        self.assert_works_soon()

    def test_router_that_takes_short_messages_only(self):
        self.deploy("--max-message", "4096")
        self.assert_works()
        self.assert_failed(self.client.call("com.example.echo", "x" * 5000), 413, "body_too_large")
        self.assertEqual(self.client.call("com.example.echo", "x" * 3000).json, {"args": ["x" * 3000]})

    # Logins.

    def test_every_authmethod_logs_in_with_its_role(self):
        logins = {"frontend": ("ticket", "joe", "s3cret-ticket"), "backend": ("wampcra", "ann", "s3cret-cra"),
                  "salty": ("wampcra", "sam", "s3cret-salted")}
        self.deploy("--ticket", "joe:frontend:s3cret-ticket", "--wampcra", "ann:backend:s3cret-cra",
                    "--wampcra-salted", "sam:salty:s3cret-salted",
                    paths={"/": service(), **{role: service(role=role) for role in logins}},
                    credentials={role: {"authmethod": method, "authid": authid, "secret": secret}
                                 for role, (method, authid, secret) in logins.items()})
        self.assertEqual(self.stats()["authrole"], "anonymous")
        for role in logins:
            with self.subTest(role):
                self.assertEqual(self.client.call("com.example.stats", service=role).json["kwargs"]["authrole"], role)
        self.assertNotIn("s3cret", self.log_text())

    def test_wrong_secret_closes_only_its_service_and_is_not_logged(self):
        self.deploy("--ticket", "joe:frontend:right", "--wampcra", "ann:backend:right",
                    paths={"/": service(), "ticket": service(role="frontend"), "cra": service(role="backend")},
                    credentials={"frontend": {"authmethod": "ticket", "authid": "joe", "secret": "wr0ng-one"},
                                 "backend": {"authmethod": "wampcra", "authid": "ann", "secret": "wr0ng-two"}})
        for name in ("ticket", "cra"):
            with self.subTest(name):
                self.assert_failed(self.client.send(service=name, body=ADD2), 503, "router_unavailable")
                self.assert_works()
        self.assertNotIn("wr0ng", self.log_text())

    def test_another_role_than_configured_is_not_served_and_named_in_the_log(self):
        self.deploy("--anonymous-role", "visitor-role", paths={"/": service(), "visitor": service(role="visitor-role")})
        self.assert_failed(self.client.send(body=ADD2), 503, "router_unavailable")
        self.assert_works("visitor")
        self.assertRegex(self.log_text(), "visitor-role")

    def test_realm_that_is_not_there_is_not_served(self):
        self.deploy(paths={"/": service(), "other": {"type": "caller", "realm": "realm2", "role": "anonymous"}})
        self.assert_failed(self.client.send(service="other", body=ADD2), 503, "router_unavailable")
        self.assert_works()

    # The log.

    def test_log_has_the_outcome_but_no_secret_signature_or_payload(self):
        self.deploy(paths={"/": service(debug=True), "signed": service(debug=True, key="k", secret="s3cret-key")})
        query = {"key": "k", "timestamp": "2026-11-22T09:49:10Z", "seq": "1", "nonce": "2", "signature": "c2lnbmF0dXJl"}
        self.assertEqual(self.client.send(service="signed", body=ADD2, query=query).status, 401)
        self.assertEqual(self.client.call("com.example.fail", "com.x", ["s3cret-error"]).status, 200)
        self.assertEqual(self.client.call("com.example.echo", "s3cret-payload\n forged: line").status, 200)
        self.assertEqual(self.client.call("com.example.fail", "com.forged\nnotice: line").status, 200)
        wait_until(lambda: "com.example.echo" in self.log_text(), "the calls to be logged")
        log = self.log_text()
        self.assertNotIn("s3cret", log)
        self.assertNotIn("c2lnbmF0dXJl", log)
        self.assertNotRegex(log, r"(?m)^notice: line")

    # Workers.

    def test_killed_worker_is_replaced(self):
        self.deploy()
        self.assert_works()
        victims = self.server.worker_pids()
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not any(map(is_running, victims)), "the workers to be gone")
        self.assert_works_soon()
        self.assertFalse(set(victims) & set(self.server.worker_pids()))

    def test_worker_that_dies_during_a_call_does_not_have_it_sent_again(self):
        self.deploy()
        self.assert_works()
        [answer] = self.calls_under_way(60)
        for pid in self.server.worker_pids():
            os.kill(pid, signal.SIGKILL)
        self.assertGreaterEqual(answer.result(30).status, 500)
        self.assert_works_soon()
        self.assertEqual(self.count_of("com.example.sleep"), 1)

    def test_everything_ends_with_the_server_even_during_a_call(self):
        self.deploy()
        self.calls_under_way(60)
        self.server.stop()
        self.router.stop()

    def test_new_configuration_is_read_at_a_restart(self):
        self.deploy()
        self.server.stop()
        config = configuration(self.router.url, {"new": service()})
        if self.server.mount:
            config["mount"] = self.server.mount
        self.scratch.write("config.json", json.dumps(config))
        if hasattr(self.server, "pool"):
            self.server.pool.stop()
            self.server.pool.start()
        self.server.start()
        self.client = Client(self.server.port)
        self.assert_works("new")
        self.assertEqual(self.client.send(body=ADD2).status, 404)
