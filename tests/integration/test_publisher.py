"""The service "publisher" (contract section 7): what a POST publishes, and the answers to its client."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

from integration.contract_base import SECRET, SIGNED  # noqa: E402
from integration.deployment import Served, main  # noqa: E402
from support.servers import ApacheFcgid, LighttpdCgi, Nginx  # noqa: E402
from support.web import signed_query  # noqa: E402
from wamp_client import EVENT, WELCOME, Client as WampClient  # noqa: E402

TOPIC = "com.example.news"


def publisher(**options):
    return {"type": "publisher", "realm": "realm1", "role": "anonymous", "options": options}


PATHS = {
    "/": publisher(call_timeout=20),
    "http": publisher(status_codes="http", success_status=202, topics=["com.example."], call_timeout=1),
    "signed": publisher(**SIGNED, timestamp_delta_limit=300),
    "caller": {"type": "caller", "realm": "realm1", "role": "anonymous"},
}


class PublisherCases(Served):
    paths = PATHS

    def subscriber(self, topic=TOPIC, **options):
        client = WampClient(self.router.url)
        self.addCleanup(client.sock.close)
        welcome = client.join()
        self.assertEqual(welcome[0], WELCOME)
        client.session_id = welcome[1]
        client.subscribe(topic, **options)
        return client

    def publish(self, topic=TOPIC, service="/", **body):
        return self.client.send(service=service, body=json.dumps({"topic": topic, **body}))

    def assert_refused(self, answer, status, name):
        self.assertEqual((answer.status, answer.json["error"]), (status, f"wampfcgi.error.{name}"))

    def test_an_event_arrives_with_the_id_that_the_client_is_told(self):
        subscriber = self.subscriber()
        answer = self.publish(args=[1, "two"], kwargs={"three": 9007199254740993})
        self.assertEqual(answer.status, 200)
        self.assertEqual(list(answer.json), ["id"])
        self.assertEqual(answer.headers.get_all("Content-Type"), ["application/json; charset=UTF-8"])
        event = subscriber.receive()
        self.assertEqual([event[0], event[2], *event[4:]],
                         [EVENT, answer.json["id"], [1, "two"], {"three": 9007199254740993}])

    def test_what_php_and_other_clients_leave_empty(self):
        subscriber = self.subscriber()
        for body in ({}, {"args": [], "kwargs": []}, {"args": {}, "kwargs": {}, "options": []}, {"options": None}):
            with self.subTest(body):
                self.assertEqual(self.publish(**body).status, 200)
                event = subscriber.receive()
                self.assertFalse(any(event[4:]))

    def test_options_say_who_gets_the_event(self):
        subscriber, other = self.subscriber(), self.subscriber()
        mine = subscriber.session_id
        self.assertEqual(self.publish(args=["not for one"], options={"exclude": mine}).status, 200)
        self.assertEqual(self.publish(args=["for one"], options={"eligible": [mine]}).status, 200)
        self.assertEqual(other.receive()[4], ["not for one"])
        self.assertEqual(subscriber.receive()[4], ["for one"])

    def test_refusals_of_the_service(self):
        for body, status, name in (({"topic": "a..b"}, 400, "topic_invalid"), ({"procedure": "a.b"}, 400, "topic_missing"),
                                   ({"topic": TOPIC, "options": {"exclude_me": 1}}, 400, "options_invalid"),
                                   ({"topic": TOPIC, "options": 1}, 400, "options_invalid"),
                                   ({"topic": TOPIC, "args": 1}, 400, "arguments_invalid")):
            with self.subTest(body):
                self.assert_refused(self.client.send(body=json.dumps(body)), status, name)
        self.assert_refused(self.publish("com.elsewhere", service="http"), 403, "topic_denied")
        self.assert_refused(self.client.send(method="GET"), 405, "method_not_allowed")

    def test_an_error_of_the_broker_is_the_answer(self):
        for service, status in (("/", 200), ("http", 403)):
            answer = self.publish("com.example.denied.x", service=service)
            self.assertEqual((answer.status, answer.json["error"]), (status, "wamp.error.not_authorized"))

    def test_old_clients_get_the_status_that_they_insist_on(self):
        answer = self.publish(service="http")
        self.assertEqual((answer.status, list(answer.json)), (202, ["id"]))

    def test_a_publication_that_is_never_acknowledged_ends_with_call_timeout(self):
        self.assert_refused(self.publish("com.example.fault.silent", service="http"), 504, "call_timeout")

    def test_a_session_that_breaks_behind_the_publication_is_told_and_nothing_is_sent_twice(self):
        subscriber = self.subscriber("com.example.fault.", match="prefix")
        answer = self.publish("com.example.fault.drop", args=["once"])
        self.assert_refused(answer, 502, "connection_lost")
        self.assertEqual(subscriber.receive()[4], ["once"])
        self.assertEqual(self.publish().status, 200)
        self.assertEqual(subscriber.call("com.example.add2", 1, 2)[3], [3])  # no other EVENT came before

    def test_a_signed_publication_is_made_once(self):
        body = json.dumps({"topic": TOPIC, "options": {"forward_for": [{"session": 1, "authid": "a", "authrole": "b"}]}})
        query = signed_query(SECRET, body)
        self.assertEqual(self.client.send(service="signed", body=body, query=query).status, 200)
        self.assert_refused(self.client.send(service="signed", body=body, query=query), 401, "request_replayed")
        self.assert_refused(self.publish(service="signed"), 400, "signature_parameter_missing")

    def test_a_caller_beside_it_has_the_same_session(self):
        answer = self.client.call("com.example.add2", 2, 3, service="caller")
        self.assertEqual(answer.json, {"args": [5]})


class ThroughNginx(PublisherCases, unittest.TestCase):
    server_class = Nginx


class ThroughApacheFcgid(PublisherCases, unittest.TestCase):
    server_class = ApacheFcgid


class ThroughLighttpdCgi(PublisherCases, unittest.TestCase):
    server_class = LighttpdCgi


if __name__ == "__main__":
    main()
