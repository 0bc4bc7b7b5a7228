"""Repeated signed requests, to several processes of wamp-fcgi behind a web server."""
import concurrent.futures
import json
import os
import signal

from integration.contract_base import ADD2, SECRET, SIGNED
from integration.deployment import configuration, service, start_server
from support.processes import wait_until
from support.servers import DevRouter
from support.web import Client, signed_query

AT_ONCE = 8


class ReplayCases:
    """Needs `server_class`; mix it into a DeploymentTest."""

    server_class = None

    def setUp(self):
        super().setUp()
        self.router = DevRouter(self.scratch).start()
        self.log = self.scratch.folder("log") / "wamp-fcgi.log"
        paths = {"/": service(), "signed": service(**SIGNED, timestamp_delta_limit=300),
                 "http": service(**SIGNED, timestamp_delta_limit=300, status_codes="http"),
                 "free": service(**SIGNED, timestamp_delta_limit=300, replay_protection=False)}
        config = {**configuration(self.router.url, paths),
                  "log": {"target": f"file:{self.log}", "format": "json", "access": True}}
        self.server = start_server(self.scratch, self.server_class, config)
        self.client = Client(self.server.port)

    def send(self, query, name="signed", body=ADD2):
        return self.client.send(service=name, body=body, query=query)

    def assert_called(self, answer):
        self.assertEqual((answer.status, answer.body), (200, b'{"args":[5]}'))

    def assert_replayed(self, answer):
        self.assertEqual((answer.status, answer.error), (401, "wampfcgi.error.request_replayed"))

    def calls(self):
        return self.client.call("com.example.stats").json["kwargs"]["calls_by_procedure"].get("com.example.add2", 0)

    def processes_that_refused(self):
        lines = map(json.loads, self.log.read_text().splitlines())
        return {line["pid"] for line in lines if line["message"].startswith("request refused: request_replayed")}

    def test_a_signed_request_is_called_once_whichever_process_gets_it(self):
        query = signed_query(SECRET, ADD2)
        self.assert_called(self.send(query))
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as many:
            def several_processes_have_refused_it():
                # A web server may start another process only when all of its processes are busy.
                busy = [many.submit(self.client.call, "com.example.sleep", 0.2) for _ in range(AT_ONCE // 2)]
                for answer in many.map(self.send, [query] * AT_ONCE):
                    self.assert_replayed(answer)
                self.assertEqual([each.result().status for each in busy], [200] * len(busy))
                return len(self.processes_that_refused()) > 1

            wait_until(several_processes_have_refused_it, "a second process to get the request", 60)
        self.assertEqual(self.calls(), 1)

    def test_of_a_signed_request_that_is_sent_many_times_at_once_one_is_called(self):
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as many:
            for turn in range(5):
                query = signed_query(SECRET, ADD2)
                statuses = [answer.status for answer in many.map(self.send, [query] * AT_ONCE)]
                self.assertEqual(sorted(statuses), [200] + [401] * (AT_ONCE - 1))
                self.assertEqual(self.calls(), turn + 1)

    def test_digits_moved_between_seq_and_nonce_make_no_other_request(self):
        query = signed_query(SECRET, ADD2, seq="12", nonce="34")
        self.assert_called(self.send(query))
        for seq, nonce in (("1", "234"), ("123", "4")):
            self.assert_replayed(self.send({**query, "seq": seq, "nonce": nonce}))
        self.assertEqual(self.calls(), 1)

    def test_another_spelling_of_the_signature_makes_no_other_request(self):
        query = signed_query(SECRET, ADD2)
        self.assert_called(self.send(query))
        for text in (query["signature"].rstrip("="), query["signature"].replace("-", "+").replace("_", "/")):
            self.assert_replayed(self.send({**query, "signature": text}))

    def test_services_of_one_limit_know_of_each_others_requests(self):
        query = signed_query(SECRET, ADD2)
        self.assert_called(self.send(query))
        self.assert_replayed(self.send(query, name="http"))

    def test_a_refused_signature_is_not_remembered(self):
        query = signed_query(SECRET, ADD2)
        wrong = {**query, "signature": signed_query("another secret", ADD2)["signature"]}
        for _ in range(3):
            self.assertEqual(self.send(wrong).error, "wampfcgi.error.signature_invalid")
            self.assertEqual(self.send(query, body=ADD2 + " ").error, "wampfcgi.error.signature_invalid")
        self.assert_called(self.send(query))

    def test_without_the_protection_a_request_may_come_again(self):
        query = signed_query(SECRET, ADD2)
        for _ in range(2):
            self.assert_called(self.send(query, name="free"))

    def test_what_processes_that_were_killed_had_accepted_stays_refused(self):
        queries = [signed_query(SECRET, ADD2) for _ in range(4)]
        for query in queries:
            self.assert_called(self.send(query))
        victims = self.server.worker_pids()
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not set(victims) & set(self.server.worker_pids()), "the processes to be gone")
        wait_until(lambda: self.client.send(body=ADD2).status == 200, "a process to serve again", 30)
        for query in queries:
            self.assert_replayed(self.send(query))
        self.assert_called(self.send(signed_query(SECRET, ADD2)))

    def test_the_files_are_those_of_the_processes_alone(self):
        self.assert_called(self.send(signed_query(SECRET, ADD2)))
        folder = self.scratch.path / "state/signatures"
        self.assertEqual(folder.stat().st_mode & 0o7777, 0o700)
        files = sorted(folder.iterdir())
        self.assertEqual([path.name for path in files], ["replay-300.0", "replay-300.1"])
        self.assertEqual({path.stat().st_mode & 0o7777 for path in files}, {0o600})
