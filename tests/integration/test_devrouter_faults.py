#!/usr/bin/env python3
"""Every fault of wamp-devrouter does what it promises."""
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

import msgpack_lite  # noqa: E402
from router_case import RouterCase  # noqa: E402
from wamp_client import (  # noqa: E402
    ABORT, CALL, ERROR, EVENT, GOODBYE, MESSAGE, PING, PONG, RESULT, SUBSCRIBED, UNSUBSCRIBED, WELCOME, Closed, Devrouter)


class Faults(RouterCase):
    def fault(self, name, *args):
        client = self.joined()
        client.start_call("com.example.fault." + name, *args)
        return client

    def check_survives(self, client):
        self.assertEqual([RESULT, 1, {}, ["survived"]], client.receive())
        self.assertEqual([RESULT, 2, {}, [3]], client.call("com.example.add2", 1, 2))

    def test_drop(self):
        self.fault("drop").expect_end()

    def test_drop_mid_frame(self):
        client = self.fault("drop_mid_frame")
        head = client.read(4)
        length = int.from_bytes(head[1:], "big")
        with self.assertRaises(Closed) as end:
            client.read(length)
        self.assertEqual(length // 2, len(end.exception.args[0]))

    def test_late_answers_a_cancelled_call_again(self):
        client = self.fault("late", 0.5)
        client.cancel(1, "killnowait")
        self.assertEqual([ERROR, CALL, 1, {}, "wamp.error.canceled"], client.receive())
        self.assertEqual([RESULT, 1, {}, [0.5]], client.receive())

    def test_late_is_waited_for_in_mode_kill(self):
        client = self.fault("late", 0.5)
        client.cancel(1, "kill")
        self.assertEqual([RESULT, 1, {}, [0.5]], client.receive())

    def test_silent_answers_neither_the_call_nor_its_cancel(self):
        client = self.fault("silent")
        client.cancel(1)
        self.assertEqual([RESULT, 2, {}, [3]], client.call("com.example.add2", 1, 2))

    def test_garbage(self):
        client = self.fault("garbage")
        kind, payload = client.receive_frame()
        self.assertEqual(MESSAGE, kind)
        with self.assertRaises(ValueError):
            msgpack_lite.unpack(payload)
        self.check_survives(client)

    def test_wrong_type(self):
        client = self.fault("wrong_type")
        for odd in ([], [50], [50, "x"], [99, 1], {"a": 1}, [50, 1, {}, "no list"]):
            self.assertEqual(odd, client.receive())
        self.check_survives(client)

    def test_unknown_id(self):
        client = self.fault("unknown_id")
        self.assertEqual([RESULT, 1000001], client.receive()[:2])
        self.assertEqual([ERROR, CALL, 1000002], client.receive()[:3])
        self.check_survives(client)

    def test_twice(self):
        client = self.fault("twice")
        self.assertEqual([RESULT, 1, {}, ["survived"]], client.receive())
        self.check_survives(client)

    def test_goodbye_waits_for_the_reply(self):
        client = self.fault("goodbye")
        self.assertEqual([GOODBYE, {}, "wamp.close.system_shutdown"], client.receive())
        client.start_call("com.example.add2", 1, 2)
        client.send_frame(PING, b"")
        self.assertEqual((PONG, b""), client.receive_frame())
        client.send([GOODBYE, {}, "wamp.close.goodbye_and_out"])
        client.expect_end()

    def test_abort(self):
        self.check_abort(self.fault("abort"), "wamp.error.system_failure")

    def test_oversized_announces_the_most_and_stops(self):
        client = self.fault("oversized")
        self.assertEqual(b"\0\xff\xff\xff", client.read(4))
        client.start_call("com.example.add2", 1, 2)
        client.sock.settimeout(0.2)
        received = bytearray()
        with self.assertRaises(TimeoutError):
            while part := client.sock.recv(100):
                received += part
        self.assertTrue(0 < len(received) < 100)
        self.assertEqual(1, self.stats()["calls_by_procedure"].get("com.example.fault.oversized"))

    def test_reserved_frame(self):
        client = self.fault("reserved_frame")
        self.assertEqual(3, client.receive_frame()[0])
        self.check_survives(client)

    def test_deaf_delays_what_is_sent_meanwhile(self):
        start = time.monotonic()
        client = self.fault("deaf", 0.5)
        self.assertEqual([RESULT, 1, {}, [0.5]], client.receive())
        self.assertEqual([RESULT, 2, {}, [3]], client.call("com.example.add2", 1, 2))
        self.assertGreaterEqual(time.monotonic() - start, 0.5)

    def test_refuse_logins_lasts_as_long_as_asked(self):
        with Devrouter() as router, router.joined() as first:
            self.assertEqual([RESULT, 1, {}, [1]], first.call("com.example.fault.refuse_logins", 1))
            answers = []
            while not answers or answers[-1][0] != WELCOME:
                self.assertLess(len(answers), 100000)
                with router.client() as client:
                    answers.append(client.join())
            self.assertEqual([ABORT, "wamp.error.authorization_failed"], answers[0][0:3:2])
            self.assertEqual([RESULT, 2, {}, [3]], first.call("com.example.add2", 1, 2))


class ProgressFaults(RouterCase):
    def fault(self, name, *args, **options):
        client = self.joined()
        client.start_call("com.example.fault." + name, *args, options=options)
        return client

    def test_after_result(self):
        client = self.fault("progress_after_result", receive_progress=True)
        for details, text in (({"progress": True}, "before"), ({}, "survived"), ({"progress": True}, "after")):
            self.assertEqual([RESULT, 1, details, [text]], client.receive())

    def test_unasked(self):
        client = self.fault("progress_unasked")
        self.assertEqual([RESULT, 1, {"progress": True}, ["unasked"]], client.receive())
        self.assertEqual([RESULT, 1, {}, ["survived"]], client.receive())

    def test_then_silence(self):
        client = self.fault("progress_then_silence", receive_progress=True)
        self.assertEqual([RESULT, 1, {"progress": True}, ["the last"]], client.receive())
        client.cancel(1)
        self.assertEqual([RESULT, 2, {}, [3]], client.call("com.example.add2", 1, 2))

    def test_then_drop(self):
        client = self.fault("progress_then_drop", receive_progress=True)
        self.assertEqual([RESULT, 1, {"progress": True}, ["the last"]], client.receive())
        client.expect_end()

    def test_wrong_type(self):
        client = self.fault("progress_wrong_type", receive_progress=True)
        for details, args in (({"progress": "yes"}, []), ({"progress": 1}, []), ({"progress": True}, "no list"), ({}, ["survived"])):
            self.assertEqual([RESULT, 1, details, args], client.receive())

    def test_count_on_does_not_listen_to_cancel(self):
        client = self.fault("count_on", 6, 0.05, receive_progress=True)
        client.cancel(1)
        self.assertEqual([ERROR, CALL, 1, {}, "wamp.error.canceled"], client.receive())
        self.assertEqual([[number] for number in (1, 2, 3, 4, 5, 6, 6)], [client.receive()[3] for _ in range(7)])


class EventFaults(RouterCase):
    def subscriber(self, topic="com.example.topic", **options):
        client = self.joined()
        answer = client.subscribe(topic, **options)
        self.assertEqual(SUBSCRIBED, answer[0])
        return client, answer[2]

    def start(self, name):
        """Applies the fault to two subscribers, one with a pattern; returns both, each with its subscription's id."""
        both = [self.subscriber(), self.subscriber("com.example.", match="prefix")]
        self.answer = self.joined().call("com.example.fault." + name, "com.example.topic")
        return both

    def check_survives(self, client, subscription):
        self.assertEqual([EVENT, subscription, ["survived"]], self.essence(client.receive()))

    def essence(self, event):
        return [event[0], event[1], event[4]]

    def test_unknown_id(self):
        for client, subscription in self.start("event_unknown_id"):
            self.assertEqual([EVENT, subscription ^ 1, ["odd"]], self.essence(client.receive()))
            self.check_survives(client, subscription)
        self.assertEqual([RESULT, 1, {}, ["survived"]], self.answer)

    def test_wrong_type(self):
        for client, subscription in self.start("event_wrong_type"):
            for odd in ([EVENT], [EVENT, subscription], [EVENT, subscription, 1], [EVENT, "x", 1, {}], [EVENT, subscription, "x", {}],
                        [EVENT, subscription, 1, {}, "no list"], [EVENT, subscription, 1, {}, [], "no map"]):
                self.assertEqual(odd, client.receive())
            self.check_survives(client, subscription)

    def test_garbage(self):
        for client, subscription in self.start("event_garbage"):
            with self.assertRaises(ValueError):
                client.receive()
            self.check_survives(client, subscription)

    def test_twice(self):
        for client, subscription in self.start("event_twice"):
            first = client.receive()
            self.assertEqual([EVENT, subscription, ["odd"]], self.essence(first))
            self.assertEqual(first, client.receive())
            self.check_survives(client, subscription)

    def test_drop(self):
        for client, _ in self.start("event_drop"):
            client.expect_end()

    def test_goodbye(self):
        for client, _ in self.start("event_goodbye"):
            self.assertEqual([GOODBYE, {}, "wamp.close.system_shutdown"], client.receive())
            client.send([GOODBYE, {}, "wamp.close.goodbye_and_out"])
            client.expect_end()

    def test_revoke(self):
        for client, subscription in self.start("event_revoke"):
            self.assertEqual([UNSUBSCRIBED, 0, {"subscription": subscription, "reason": "wamp.error.not_authorized"}], client.receive())
            self.assertEqual("wamp.error.no_such_subscription", client.unsubscribe(subscription)[4])

    def test_a_caller_may_be_among_the_subscribers(self):
        for name in ("event_drop", "event_goodbye"):
            client, _ = self.subscriber()
            client.start_call("com.example.fault." + name, "com.example.topic")
            if name == "event_goodbye":
                self.assertEqual([GOODBYE, {}, "wamp.close.system_shutdown"], client.receive())
                client.send([GOODBYE, {}, "wamp.close.goodbye_and_out"])
            client.expect_end()


if __name__ == "__main__":
    unittest.main()
