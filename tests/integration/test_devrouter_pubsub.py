#!/usr/bin/env python3
"""wamp-devrouter as a broker: subscriptions, publications, which events a session receives, and topics that break the
rules."""
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

import msgpack_lite  # noqa: E402
from router_case import RouterCase  # noqa: E402
from wamp_client import (  # noqa: E402
    ERROR, EVENT, GOODBYE, JSON, MESSAGE, PUBLISH, PUBLISHED, RESULT, SUBSCRIBE, SUBSCRIBED, UNSUBSCRIBE, UNSUBSCRIBED,
    WELCOME, Devrouter)

TOPIC = "com.example.topic"


def shape(error):
    """The parts of an ERROR that do not change between requests."""
    return [error[0], error[1], error[4]]


class PubSubCase(RouterCase):
    def subscriber(self, *topics, **options):
        client = self.joined()
        client.subscriptions = [self.check_subscribed(client.subscribe(topic, **options)) for topic in topics]
        return client

    def check_subscribed(self, answer):
        self.assertEqual(SUBSCRIBED, answer[0])
        self.assertTrue(1 <= answer[2] <= 1 << 53)
        return answer[2]

    def check_nothing_came(self, client):
        self.assertEqual([RESULT, [3]], client.call("com.example.add2", 1, 2)[::3])


class Broker(PubSubCase):
    def test_welcome_announces_the_broker(self):
        features = self.client().join()[2]["roles"]["broker"]["features"]
        self.assertEqual({"publisher_identification", "publisher_exclusion", "event_retention", "subscriber_blackwhite_listing",
                          "pattern_based_subscription", "subscription_revocation"}, {name for name, is_there in features.items() if is_there})

    def test_an_event_goes_to_every_subscriber_but_the_publisher(self):
        subscribers = [self.subscriber(TOPIC) for _ in range(3)]
        publisher = self.subscriber(TOPIC)
        self.assertEqual(1, len({client.subscriptions[0] for client in (*subscribers, publisher)}))
        answer = publisher.publish(TOPIC, 1, "two", kwargs={"three": 3})
        self.assertEqual([PUBLISHED, 2], answer[:2])
        self.assertTrue(1 <= answer[2] <= 1 << 53)
        for client in subscribers:
            self.assertEqual([EVENT, client.subscriptions[0], answer[2], {}, [1, "two"], {"three": 3}], client.receive())
        self.check_nothing_came(publisher)

    def test_a_publication_is_acknowledged_only_when_asked(self):
        subscriber, publisher = self.subscriber(TOPIC), self.joined()
        publisher.start_publish(TOPIC)
        publisher.start_publish(TOPIC, acknowledge=False)
        self.check_nothing_came(publisher)
        self.assertEqual([4, 4], [len(subscriber.receive()) for _ in range(2)])

    def test_payloads_arrive_as_the_bytes_that_were_sent(self):
        subscriber, publisher = self.subscriber(TOPIC), self.joined()
        odd = b"\x93\xcd\x00\x01\xd9\x01a\xa2\xff\xfe"
        for number, (sent, came) in enumerate(((b"", b""), (odd, odd), (b"\x90", b"\x90"), (odd + b"\x80", odd + b"\x80")), 1):
            with self.subTest(sent=sent):
                count = 4 + (1 if sent else 0) + (1 if sent.endswith(b"\x80") else 0)
                publisher.send_frame(MESSAGE, bytes([0x90 | count, PUBLISH, number, 0x80]) + msgpack_lite.pack(TOPIC) + sent)
                kind, payload = subscriber.receive_frame()
                self.assertEqual((MESSAGE, 0x90 | count), (kind, payload[0]))
                self.assertTrue(payload.endswith(b"\x80" + came))

    def test_events_cross_serializers(self):
        subscriber, publisher = self.joined(serializer=JSON), self.joined()
        subscription = self.check_subscribed(subscriber.subscribe(TOPIC))
        answer = publisher.publish(TOPIC, b"\0\1", 2 ** 63)
        self.assertEqual([EVENT, subscription, answer[2], {}, [b"\0\1", 2 ** 63]], subscriber.receive())

    def test_exclude_me_false_brings_the_event_after_published(self):
        client = self.subscriber(TOPIC)
        answer = client.publish(TOPIC, "own", exclude_me=False)
        self.assertEqual(PUBLISHED, answer[0])
        self.assertEqual([EVENT, client.subscriptions[0], answer[2], {}, ["own"]], client.receive())

    def test_subscribing_twice_is_one_subscription(self):
        client = self.subscriber(TOPIC, TOPIC)
        self.assertEqual(client.subscriptions[0], client.subscriptions[1])
        self.joined().publish(TOPIC, 1)
        self.assertEqual(EVENT, client.receive()[0])
        self.check_nothing_came(client)
        self.assertEqual([UNSUBSCRIBED, 4], client.unsubscribe(client.subscriptions[0]))

    def test_no_event_after_unsubscribed(self):
        client, other = self.subscriber(TOPIC), self.subscriber(TOPIC)
        self.assertEqual([UNSUBSCRIBED, 2], client.unsubscribe(client.subscriptions[0]))
        self.joined().publish(TOPIC, 1)
        self.assertEqual(EVENT, other.receive()[0])
        self.check_nothing_came(client)

    def test_unsubscribe_of_what_is_not_ones_own_is_an_error(self):
        client, other = self.joined(), self.subscriber(TOPIC)
        for number, subscription in enumerate((1, other.subscriptions[0]), 1):
            self.assertEqual([ERROR, UNSUBSCRIBE, number, {}, "wamp.error.no_such_subscription"], client.unsubscribe(subscription)[:5])

    def test_realms_are_apart_and_a_session_that_ends_leaves_nothing(self):
        with Devrouter("--realm", "realm1", "--realm", "realm2") as router, router.client() as here, router.client() as there:
            here.join("realm1")
            there.join("realm2")
            self.check_subscribed(here.subscribe(TOPIC))
            there.publish(TOPIC)
            self.check_nothing_came(here)
            here.send([GOODBYE, {}, "wamp.close.close_realm"])
            self.assertEqual(GOODBYE, here.receive()[0])
            self.assertEqual(WELCOME, here.join("realm1")[0])
            with router.joined() as publisher:
                self.assertEqual(PUBLISHED, publisher.publish(TOPIC)[0])
                self.assertEqual({}, publisher.call("com.example.stats")[4]["subscribers"])
            self.check_nothing_came(here)

    def test_what_breaks_the_protocol_ends_the_session(self):
        for message in ([PUBLISH, 1, {}], [PUBLISH, 2, {}, TOPIC], [PUBLISH, 1, [], TOPIC], [PUBLISH, 1, {}, 7], [PUBLISH, 1, {}, TOPIC, {}],
                        [PUBLISH, 1, {}, TOPIC, [], []], [PUBLISH, 1, {"acknowledge": 1}, TOPIC], [PUBLISH, 1, {"exclude": 1}, TOPIC],
                        [PUBLISH, 1, {"eligible": ["x"]}, TOPIC], [PUBLISH, 1, {"exclude_authid": [1]}, TOPIC],
                        [PUBLISH, 1, {"retain": "yes"}, TOPIC], [SUBSCRIBE, 1, {}], [SUBSCRIBE, 1, {"match": "regex"}, TOPIC],
                        [SUBSCRIBE, 1, {"match": 1}, TOPIC], [SUBSCRIBE, 1, {"get_retained": 1}, TOPIC], [UNSUBSCRIBE, 1, "x"],
                        [UNSUBSCRIBE, 1]):
            with self.subTest(message=message):
                client = self.joined()
                client.send(message)
                self.check_abort(client, "wamp.error.protocol_violation")

    def test_stats_tell_of_publications_and_subscriptions(self):
        with Devrouter() as router, router.joined() as client, router.joined() as other:
            client.subscribe("com.example.a")
            other.subscribe("com.example.a")
            client.unsubscribe(client.subscribe("com.example.", match="prefix")[2])
            other.publish("com.example.a", exclude_me=False, forward_for=[{"session": 1}])
            stats = other.receive() and other.call("com.example.stats")[4]
        self.assertEqual([1, 2, 3, 1, 2, {"exact com.example.a": 2}],
                         [stats[name] for name in ("publications", "events", "subscribes", "unsubscribes", "subscriptions", "subscribers")])
        self.assertEqual({"acknowledge": True, "exclude_me": False, "forward_for": [{"session": 1}]}, stats["last_publish_options"])


class Patterns(PubSubCase):
    def check_matches(self, match, pattern, matching, others):
        subscriber, publisher = self.subscriber(pattern, match=match), self.joined()
        for topic in (*others, *matching):
            publisher.start_publish(topic, topic)
        for topic in matching:
            event = subscriber.receive()
            self.assertEqual([EVENT, subscriber.subscriptions[0], {"topic": topic}, [topic]], [*event[:2], *event[3:]])

    def test_prefix_matches_by_characters(self):
        self.check_matches("prefix", "com.my.emerg", ("com.my.emerg", "com.my.emergency.11", "com.my.emerg.x"), ("com.my.emer", "xcom.my.emerg"))
        self.check_matches("prefix", "com.my.", ("com.my.a", "com.my.b.c"), ("com.my", "com.mya"))
        self.check_matches("prefix", "", ("a", "com.example"), ())

    def test_wildcard_matches_whole_components(self):
        self.check_matches("wildcard", "com.my..event", ("com.my.foo.event", "com.my.a12.event"),
                           ("com.my.foo.event.bar", "com.my.foo.user", "com.my2.foo.event", "com.my.event"))
        self.check_matches("wildcard", ".my.", ("com.my.x",), ("com.my", "com.my.x.y", "my.x"))
        self.check_matches("wildcard", "com.my", ("com.my",), ("com.my.x",))

    def test_an_event_comes_once_for_each_subscription_with_one_publication_id(self):
        client = self.joined()
        ids = {self.check_subscribed(client.subscribe(topic, match=match))
               for topic, match in ((TOPIC, "exact"), (TOPIC, "prefix"), (TOPIC, "wildcard"), ("com..topic", "wildcard"))}
        answer = self.joined().publish(TOPIC)
        events = [client.receive() for _ in range(4)]
        self.assertEqual((ids, {answer[2]}), ({event[1] for event in events}, {event[2] for event in events}))
        self.assertEqual(1, [event[3] for event in events].count({}))

    def test_topics_that_are_no_uris_are_refused(self):
        client = self.joined()
        for topic in ("", "com..topic", "com.", ".com", "com topic", "com#topic"):
            self.assertEqual([ERROR, PUBLISH, "wamp.error.invalid_uri"], shape(client.publish(topic)), topic)
            self.assertEqual("wamp.error.invalid_uri", client.subscribe(topic)[4], topic)
        self.assertEqual("wamp.error.invalid_uri", client.publish("wamp.session.on_join")[4])
        for topic, match in (("com..x", "prefix"), (".com", "prefix"), ("com x", "prefix"), ("com. .x", "wildcard"), ("com.#", "wildcard")):
            self.assertEqual("wamp.error.invalid_uri", client.subscribe(topic, match=match)[4], topic)
        client.start_publish("com..topic")
        self.check_nothing_came(client)

    def test_denied_topics_are_not_authorized(self):
        client = self.joined()
        for topic in ("com.example.denied", "com.example.denied.too"):
            self.assertEqual([ERROR, PUBLISH, "wamp.error.not_authorized"], shape(client.publish(topic)))
            self.assertEqual([ERROR, SUBSCRIBE, "wamp.error.not_authorized"], shape(client.subscribe(topic)))
        self.assertEqual("wamp.error.not_authorized", client.subscribe("com.example.denied.", match="prefix")[4])


class Receivers(PubSubCase):
    arguments = ("--ticket", "joe:frontend:x", "--ticket", "ann:backend:y")

    def logged_in(self, authid=None, secret=None):
        client = self.client()
        welcome = client.join(authid=authid, secret=secret, methods=["ticket" if authid else "anonymous"])
        client.session_id = welcome[1]
        self.check_subscribed(client.subscribe(TOPIC))
        return client

    def setUp(self):
        self.clients = {"joe": self.logged_in("joe", "x"), "ann": self.logged_in("ann", "y"), "nobody": self.logged_in()}

    def check_receivers(self, expected, **options):
        answer = self.publisher.publish(TOPIC, **options)
        self.assertEqual(PUBLISHED, answer[0])
        for name, client in self.clients.items():
            if name in expected:
                self.assertEqual([EVENT, answer[2], {}], [*client.receive()[0:4:2], {}], name)
            self.check_nothing_came(client)

    def test_blacklists_and_whitelists(self):
        self.publisher = self.joined()
        joe, ann = (self.clients[name].session_id for name in ("joe", "ann"))
        for expected, options in (
                ("joe ann nobody", {}), ("ann nobody", {"exclude": [joe, 1]}), ("joe nobody", {"exclude_authid": ["ann", "x"]}),
                ("ann nobody", {"exclude_authrole": ["frontend"]}), ("joe", {"eligible": [joe]}), ("ann", {"eligible_authid": ["ann"]}),
                ("joe ann", {"eligible_authrole": ["backend", "frontend"]}), ("", {"eligible": []}),
                ("ann", {"eligible": [joe, ann], "exclude": [joe]}), ("", {"eligible_authid": ["joe"], "eligible_authrole": ["backend"]}),
                ("joe ann nobody", {"exclude": [], "exclude_authid": [], "exclude_authrole": []})):
            with self.subTest(**options):
                self.check_receivers(expected.split(), **options)

    def test_eligible_does_not_bring_back_the_publisher(self):
        joe = self.clients["joe"]
        joe.publish(TOPIC, eligible=[joe.session_id])
        self.check_nothing_came(joe)
        joe.publish(TOPIC, eligible=[joe.session_id], exclude_me=False)
        self.assertEqual(EVENT, joe.receive()[0])

    def test_a_publisher_is_named_only_where_it_wants_to_be(self):
        joe, ann = self.clients["joe"], self.clients["ann"]
        joe.publish(TOPIC, disclose_me=True)
        joe.publish(TOPIC)
        self.assertEqual([{"publisher": joe.session_id, "publisher_authid": "joe", "publisher_authrole": "frontend"}, {}],
                         [ann.receive()[3] for _ in range(2)])

    def test_the_latest_retained_event_comes_to_who_asks_for_it_and_may_get_it(self):
        publisher, topic = self.joined(), "com.example.retained"
        publisher.publish(topic, "old", retain=True)
        answer = publisher.publish(topic, "open", retain=True)
        publisher.publish(topic, "not kept")
        publisher.publish(topic, "for joe", retain=True, eligible_authid=["joe"])
        for name, expected in (("ann", "open"), ("joe", "for joe")):
            subscribed = self.clients[name].subscribe(topic, get_retained=True)
            event = self.clients[name].receive()
            self.assertEqual([EVENT, subscribed[2], {"retained": True}, [expected]], [*event[:2], *event[3:]])
            self.assertEqual(name == "ann", event[2] == answer[2])
        self.clients["nobody"].subscribe(topic)
        self.clients["nobody"].subscribe("com.example.re", match="prefix", get_retained=True)
        self.check_nothing_came(self.clients["nobody"])


class TopicFaults(PubSubCase):
    """The same faults for PUBLISH and SUBSCRIBE."""

    def both(self, name):
        for kind, right in ((PUBLISH, PUBLISHED), (SUBSCRIBE, SUBSCRIBED)):
            with self.subTest(name=name, kind=kind):
                client = self.joined()
                client.request(kind, {"acknowledge": True} if kind == PUBLISH else {}, "com.example.fault." + name)
                yield kind, right, client

    def test_silent(self):
        for _, _, client in self.both("silent"):
            self.check_nothing_came(client)

    def test_a_silent_topic_still_has_its_events(self):
        subscriber = self.joined()
        subscriber.request(SUBSCRIBE, {}, "com.example.fault.silent")
        self.check_nothing_came(subscriber)
        self.joined().start_publish("com.example.fault.silent", 1, acknowledge=True)
        self.assertEqual([EVENT, [1]], subscriber.receive()[::4])

    def test_late(self):
        for kind, right, client in self.both("late.200"):
            start = time.monotonic()
            self.check_nothing_came(client)
            self.assertEqual([right, 1], client.receive()[:2])
            self.assertLess(0.1, time.monotonic() - start)
        for _, right, client in self.both("late.soon"):
            self.assertEqual([right, 1], client.receive()[:2])

    def test_twice(self):
        for _, right, client in self.both("twice"):
            self.assertEqual([right, right], [client.receive()[0] for _ in range(2)])

    def test_unknown_id(self):
        for kind, right, client in self.both("unknown_id"):
            self.assertEqual([right, 1000001, 1], client.receive())
            self.assertEqual([ERROR, kind, 1000002, {}, "com.example.error.whose"], client.receive())
            self.assertEqual([right, 1], client.receive()[:2])

    def test_wrong_type(self):
        for _, right, client in self.both("wrong_type"):
            self.assertEqual([[right], [right, 1], [right, "x", 1], [right, 1, "x"]], [client.receive() for _ in range(4)])
            self.assertEqual([right, 1], client.receive()[:2])

    def test_drop(self):
        for _, _, client in self.both("drop"):
            client.expect_end()


if __name__ == "__main__":
    unittest.main()
