"""The service "events" (contract section 7) through the web servers with the unchanged samples: events arrive when they
are published, a lost session is a gap, and only a client that does not read is disconnected."""
import base64
import datetime
import hashlib
import hmac
import json
import signal
import socket
import unittest
import urllib.parse

from integration.deployment import Served, configuration, main, start_server
from support.processes import Scratch, wait_until
from support.servers import ApacheCgi, ApacheProxyFcgi, LastingRouter, Lighttpd, LighttpdPool, Nginx
from support.web import Client, timestamp

TOPIC = "com.example.news"
SECRET = "kkjH68GiuUZ"


def events(*topics, **options):
    return {"type": "events", "realm": "realm1", "role": "anonymous",
            "options": {"topics": [*(topics or ("com.example.",))], **options}}


SIGNING = {"key": "myapp1", "secret": SECRET, "timestamp_delta_limit": 300}
PATHS = {
    "/": {"type": "caller", "realm": "realm1", "role": "anonymous"},
    "events": events(call_timeout=2, max_streams_per_address=0, allowed_origins=["https://app.example.com"]),
    "signed": events(TOPIC, "com.example.orders.", **SIGNING),
    "brief": events(max_stream_seconds=1),
    "few": events(max_streams_per_address=2),
    "beating": events(heartbeat=1),
    "publish": {"type": "publisher", "realm": "realm1", "role": "anonymous"},
}


def query_of(*topics, **others):
    return urllib.parse.urlencode([*(("topic", each) for each in topics), *others.items()])


def signed_link(query, secret=SECRET, key="myapp1", when=None):
    """The signed query, as a page gets it from its server."""
    fields = {"key": key, "timestamp": when or timestamp(), "seq": "1", "nonce": "23"}
    others = "".join(f"{name}\0{value}\0" for name, value in urllib.parse.parse_qsl(query, keep_blank_values=True))
    signed = hmac.new(secret.encode(), ("".join(fields.values()) + "?" + others).encode(), hashlib.sha256).digest()
    fields["signature"] = base64.urlsafe_b64encode(signed).decode()
    return f"{query}&{urllib.parse.urlencode(fields)}"


class Stream:
    """A client of a stream: reads its blocks, each ended by an empty line."""

    def __init__(self, client, query, path="events", headers=None):
        self.connection = client.connect()
        self.connection.request("GET", f"{client.url(path)}?{query}", headers={"Accept": "text/event-stream",
                                                                              **(headers or {})})
        self.response = self.connection.getresponse()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.response.close()
        self.connection.close()

    def block(self):
        """The lines up to the next empty one; None at the end."""
        lines = []
        while line := self.response.readline().decode():
            if line == "\n":
                return lines
            lines.append(line.rstrip("\n"))
        return None

    def event(self):
        """The fields of the next block that is not only a comment; None at the end."""
        while (lines := self.block()) is not None:
            fields = dict(line.split(": ", 1) for line in lines if not line.startswith(":"))
            if fields:
                return fields
        return None

    def begin(self):
        """Reads the beginning of a stream."""
        first = self.block()
        assert first and first[0].startswith("retry: ") and first[1] == ":", first
        return self

    def rest(self):
        return list(iter(self.event, None))


class EventCases(Served):
    paths = PATHS

    def listen(self, *topics, path="events", headers=None, **others):
        """A stream that has begun."""
        stream = self.ask(query_of(*(topics or (TOPIC,)), **others), path=path, headers=headers)
        self.assertEqual(stream.response.status, 200)
        return stream.begin()

    def ask(self, query, path="events", headers=None):
        stream = Stream(self.client, query, path, headers)
        self.addCleanup(stream.close)
        return stream

    def publish(self, topic=TOPIC, *args, **kwargs):
        """Publishes through the service "publish" of the same realm and role. Returns the publication's id."""
        answer = self.client.send(service="publish", body=json.dumps({"topic": topic, "args": args, "kwargs": kwargs}))
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json["id"]

    def stats(self):
        return self.client.call("com.example.stats").json["kwargs"]

    def assert_refused(self, stream, status, name):
        self.assertEqual((stream.response.status, json.loads(stream.response.read())["error"]),
                         (status, f"wampfcgi.error.{name}"))

    def assert_error(self, stream, uri):
        self.assertEqual((stream.response.status, json.loads(stream.response.read())["error"]), (200, uri))


class AnyPool(EventCases):
    def test_events_arrive_as_they_are_published(self):
        stream = self.ask(query_of(TOPIC), headers={"Origin": "https://app.example.com"})
        headers = stream.response.headers
        self.assertEqual(stream.response.status, 200)
        self.assertEqual(headers["Content-Type"], "text/event-stream")
        self.assertEqual(headers["Cache-Control"], "no-store")
        self.assertEqual(headers["Access-Control-Allow-Origin"], "https://app.example.com")
        self.assertTrue(headers["X-Request-Id"])
        retry, comment = stream.block()
        self.assertTrue(2000 <= int(retry.removeprefix("retry: ")) <= 6000)
        self.assertEqual(comment, ":")
        for number in range(3):
            published = self.publish(TOPIC, number, "ä\n", big=9007199254740993)
            event = stream.event()
            self.assertEqual(list(event), ["id", "data"])
            self.assertEqual(event["id"], str(published))
            self.assertEqual(json.loads(event["data"]), {"topic": TOPIC, "args": [number, "ä\n"],
                                                         "kwargs": {"big": 9007199254740993}})

    def test_an_event_without_arguments_has_empty_ones(self):
        stream = self.listen()
        self.publish()
        self.assertEqual(json.loads(stream.event()["data"]), {"topic": TOPIC, "args": [], "kwargs": {}})

    def test_patterns_bring_the_topics_that_they_match_each_event_once(self):
        prefix = self.listen("com.example.orders.", "com.example.orders.n", match="prefix")
        wildcard = self.listen("com.example.orders..x", match="wildcard")
        for topic in ("com.example.ordersnew", "com.example.orders.new.x", "com.example.orders.old.y"):
            self.publish(topic)
        self.publish("com.example.orders.end.x")
        end = "com.example.orders.end.x"
        self.assertEqual([json.loads(prefix.event()["data"])["topic"] for _ in range(3)],
                         ["com.example.orders.new.x", "com.example.orders.old.y", end])
        self.assertEqual([json.loads(wildcard.event()["data"])["topic"] for _ in range(2)],
                         ["com.example.orders.new.x", end])

    def test_a_client_that_leaves_gives_its_place_to_another(self):
        streams = [self.listen(path="few") for _ in range(2)]
        place_of = lambda: self.ask(query_of(TOPIC), path="few")
        wait_until(lambda: self.all_workers_refuse(place_of), "both places of each worker are taken")
        for each in streams:
            each.close()
        wait_until(lambda: self.one_is_taken(place_of), "a place that is free again", seconds=30)

    def all_workers_refuse(self, ask):
        stream = ask()
        return stream.response.status == 503

    def one_is_taken(self, ask):
        self.publish()  # other servers notice at the next write that a client has gone
        stream = ask()
        taken = stream.response.status == 200
        stream.close()
        return taken

    def test_silence_is_broken_by_comments(self):
        stream = self.listen(path="beating")
        self.assertEqual(stream.response.readline(), b":\n")

    def test_a_stream_ends_after_max_stream_seconds_and_the_next_begins_with_a_gap(self):
        stream = self.listen(path="brief")
        published = self.publish()
        self.assertEqual([each["id"] for each in stream.rest()], [str(published)])
        again = self.listen(headers={"Last-Event-ID": str(published)})
        self.assertEqual(again.event(), {"event": "gap", "data": "{}"})

    def test_a_client_that_does_not_read_is_closed_alone(self):
        stream = self.listen("com.example.flood")
        with socket.socket() as slow:
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.connect(("127.0.0.1", self.server.port))
            slow.sendall(f"GET {self.client.url('events')}?topic=com.example.flood HTTP/1.1\r\nHost: localhost\r\n\r\n"
                         .encode())
            slow.recv(100)
            for number in range(60):
                self.publish("com.example.flood", number, "x" * 200_000)
                self.assertEqual(json.loads(stream.event()["data"])["args"][0], number)
            if self.server_class is Nginx:
                wait_until(lambda: "the client does not read its stream" in self.scratch.logs(), "its end")


class ThroughNginx(AnyPool, unittest.TestCase):
    server_class = Nginx

    def test_one_subscription_serves_all_clients_of_a_worker(self):
        before = self.stats()["subscribes"]
        streams = [self.listen("com.example.shared") for _ in range(20)]
        self.assertLessEqual(self.stats()["subscribes"] - before, len(self.server.pool.worker_pids()))
        published = str(self.publish("com.example.shared"))
        self.assertEqual([each.event()["id"] for each in streams], [published] * 20)

    def test_requests_that_are_no_good(self):
        for query, status, name in (("", 400, "topic_missing"), ("topic=", 400, "topic_invalid"),
                                    ("topic=com.example.a&match=some", 400, "parameter_invalid"),
                                    ("topic=com.elsewhere", 403, "topic_denied"),
                                    ("topic=com.&match=prefix", 403, "topic_denied"),
                                    (query_of(*(f"com.example.t{i}" for i in range(33))), 400, "parameter_invalid")):
            with self.subTest(query):
                self.assert_refused(self.ask(query), status, name)
        for method in ("HEAD", "POST", "PUT"):
            answer = self.client.send(method, "events", query=query_of(TOPIC))
            self.assertEqual((answer.status, answer.headers["Allow"]), (405, "GET, OPTIONS"))
        answer = self.client.send("OPTIONS", "events", headers={"Origin": "https://app.example.com",
                                                               "Access-Control-Request-Method": "GET"})
        self.assertEqual((answer.status, answer.headers["Access-Control-Allow-Methods"]), (200, "GET, OPTIONS"))
        self.assert_refused(self.ask(query_of(TOPIC), headers={"Origin": "https://evil.example"}), 403, "origin_denied")

    def test_links_are_signed_part_by_part(self):
        query = query_of(TOPIC, "com.example.orders.a")
        link = signed_link(query)
        for _ in range(2):  # EventSource repeats it
            with self.ask(link, path="signed") as stream:
                self.assertEqual(stream.response.status, 200)
        for changed, status, name in (
                (link.replace("news", "orders.b"), 401, "signature_invalid"),
                (link + "&match=prefix", 401, "signature_invalid"),
                (query, 400, "signature_parameter_missing"),
                (signed_link(query, secret="other"), 401, "signature_invalid"),
                (signed_link(query, key="other"), 401, "key_unknown"),
                (signed_link(query, when="2020-01-01T00:00:00Z"), 400, "request_expired"),
                (signed_link(query_of("com.example.other")), 403, "topic_denied")):
            with self.subTest(changed):
                self.assert_refused(self.ask(changed, path="signed"), status, name)

    def test_what_the_broker_refuses_or_leaves_unanswered(self):
        self.assert_error(self.ask(query_of("com.example.ok", "com.example.denied.x")), "wamp.error.not_authorized")
        self.assert_refused(self.ask(query_of("com.example.fault.silent")), 504, "call_timeout")
        self.assert_refused(self.ask(query_of("com.example.fault.wrong_type")), 502, "result_invalid")
        for fault in ("late.100", "twice", "unknown_id"):
            with self.subTest(fault):
                self.listen(f"com.example.fault.{fault}")


class Lost(unittest.TestCase):
    """Sessions and workers that end during streams."""

    def setUp(self):
        self.scratch = Scratch()
        self.addCleanup(self.scratch.close)
        self.router = LastingRouter(self.scratch).start()

    ask, listen, publish = EventCases.ask, EventCases.listen, EventCases.publish
    assert_refused, assert_error = EventCases.assert_refused, EventCases.assert_error

    def serve(self, server_class=Nginx, **top):
        self.server = start_server(self.scratch, server_class, {**configuration(self.router.where, PATHS), **top})
        self.client = Client(self.server.port)

    def test_a_router_that_comes_back_is_a_gap_and_the_streams_go_on(self):
        self.serve()
        streams = [self.listen(), self.listen("com.example.a", "com.example.b")]
        self.router.stop()
        self.router.start()
        for each in streams:
            self.assertEqual(each.event(), {"event": "gap", "data": "{}"})
        published = [str(self.publish()), str(self.publish("com.example.b"))]
        self.assertEqual([each.event()["id"] for each in streams], published)

    def test_there_is_no_stream_without_a_session(self):
        self.serve()
        self.router.stop()
        self.assert_refused(self.ask(query_of(TOPIC)), 503, "router_unavailable")
        self.router.start()
        wait_until(lambda: self.ask(query_of(TOPIC)).response.status == 200, "a stream", seconds=30)

    def test_faults_of_the_broker_are_gaps_or_ends(self):
        self.serve()
        for fault, expected in (("event_unknown_id", []), ("event_twice", []), ("event_wrong_type", None),
                                ("event_drop", None), ("event_goodbye", None)):
            with self.subTest(fault):
                stream = self.listen(f"com.example.{fault}")
                self.client.call(f"com.example.fault.{fault}", f"com.example.{fault}")
                if expected is None:
                    self.assertEqual(stream.event(), {"event": "gap", "data": "{}"})
                wait_until(lambda: self.client.call("com.example.publish", f"com.example.{fault}", ["last"]).status == 200,
                           "a publication")
                while json.loads(stream.event()["data"]).get("args") != ["last"]:
                    pass
        stream = self.listen("com.example.revoked")
        self.client.call("com.example.fault.event_revoke", "com.example.revoked")
        last = stream.rest()[-1]
        self.assertEqual(last["event"], "failure")
        self.assertIn("error", json.loads(last["data"]))

    def test_streams_end_in_order_at_a_reload_and_at_the_end(self):
        self.serve(shutdown_grace=2)
        streams = [self.listen() for _ in range(4)]
        self.server.pool.child.send_signal(signal.SIGHUP)
        self.assertEqual([each.rest() for each in streams], [[]] * 4)
        streams = [self.listen() for _ in range(4)]
        self.server.pool.stop()
        self.assertEqual([each.rest() for each in streams], [[]] * 4)

    def test_a_stream_ends_with_its_key(self):
        when = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=3)
        paths = {"events": events(TOPIC, keys={"app1": {"secret": SECRET, "topics": [TOPIC],
                                                        "not_after": when.strftime("%Y-%m-%dT%H:%M:%SZ")}})}
        self.server = start_server(self.scratch, Nginx, configuration(self.router.where, paths))
        self.client = Client(self.server.port)
        stream = self.ask(signed_link(query_of(TOPIC), key="app1")).begin()
        self.assertEqual(stream.rest(), [])
        self.assert_refused(self.ask(signed_link(query_of(TOPIC), key="app1")), 401, "key_unknown")

    def test_a_worker_that_a_web_server_starts_serves_streams_and_a_plain_cgi_program_does_not(self):
        self.serve(Lighttpd)
        with self.listen() as stream:
            published = str(self.publish())
            self.assertEqual(stream.event()["id"], published)
        self.serve(ApacheCgi)
        self.assert_refused(self.ask(query_of(TOPIC)), 501, "streams_unsupported")


class ThroughLighttpdPool(AnyPool, unittest.TestCase):
    server_class = LighttpdPool


class ThroughProxyFcgi(AnyPool, unittest.TestCase):
    server_class = ApacheProxyFcgi


if __name__ == "__main__":
    main()
