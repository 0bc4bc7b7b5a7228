#!/usr/bin/env python3
"""The built-in procedures of wamp-devrouter."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

import msgpack_lite  # noqa: E402
from router_case import RouterCase  # noqa: E402
from wamp_client import CALL, ERROR, EVENT, MESSAGE, RESULT, SUBSCRIBED, Devrouter  # noqa: E402


class Procedures(RouterCase):
    def test_add2(self):
        client = self.joined()
        for args, total in (((2, 3), 5), ((-5, 3), -2), ((1.5, 2), 3.5), ((1.0, 2.0), 3.0), ((2 ** 63, -1), 2 ** 63 - 1),
                            ((2 ** 63, 2 ** 63 - 1), 2 ** 64 - 1), ((-2 ** 62, -2 ** 62), -2 ** 63)):
            with self.subTest(args=args):
                answer = client.call("com.example.add2", *args)
                self.assertEqual([RESULT, {}, [total]], [answer[0], *answer[2:]])
                self.assertIs(type(total), type(answer[3][0]))
        for args in ((), (1,), (1, 2, 3), ("1", 2), (True, 1), (None, 1), ([1], 1), (2 ** 64 - 1, 1)):
            with self.subTest(args=args):
                self.assertEqual([ERROR, "wamp.error.invalid_argument"], client.call("com.example.add2", *args)[0:5:4])

    def test_echo_returns_the_very_bytes(self):
        client = self.joined()
        odd = b"\x9a\xcd\x00\x01\xca\x3f\x80\x00\x00\xd9\x01a\xa2\xff\xfe\xc4\x01\x00\xd4\x05\x07\x81\x01\xc0\xcb\x7f\xf8\0\0\0\0\0\0\xdc\x00\x01\xc3\xff"
        for number, tail in enumerate((b"", odd, b"\x90\x80", b"\x90", odd + b"\x82\xa1a\x01\xa1a\xcd\x00\x02"), 1):
            with self.subTest(tail=tail):
                count = {b"": 4, odd: 5, b"\x90": 5}.get(tail, 6)
                client.send_frame(MESSAGE, bytes([0x90 | count, CALL, number, 0x80]) + msgpack_lite.pack("com.example.echo") + tail)
                self.assertEqual((MESSAGE, bytes([0x90 | count - 1, RESULT, number, 0x80]) + tail), client.receive_frame())

    def test_unknown_and_invalid_procedures(self):
        client = self.joined()
        self.assertEqual([ERROR, CALL, 1, {}, "wamp.error.no_such_procedure",
                          ["no callee registered for procedure <com.example.nope>"]], client.call("com.example.nope"))
        for name in ("", "com..example", "com.example.", ".com", "com ex", "com#ex"):
            self.assertEqual("wamp.error.invalid_uri", client.call(name)[4], name)

    def test_fail(self):
        client = self.joined()
        default = ["com.example.error.failed", ["it failed", 42], {"reason": "asked to"}]
        for args, answer in (((), default), (("a.b",), ["a.b", *default[1:]]), (("a.b", [1], {"k": 2}), ["a.b", [1], {"k": 2}]),
                             (("a.b", None, None), ["a.b"]), (("a.b", [1], None), ["a.b", [1]]),
                             ((None, None, {"k": 2}), [default[0], [], {"k": 2}])):
            with self.subTest(args=args):
                self.assertEqual(answer, client.call("com.example.fail", *args)[4:])
        self.assertEqual("wamp.error.invalid_argument", client.call("com.example.fail", "a.b", 1)[4])

    def test_payload_shapes(self):
        client = self.joined()
        for name, args, answer in (("nothing", (), []), ("kwargs_only", (), [[], {"a": 1}]), ("big", (70000,), [["x" * 70000]]),
                                   ("big", (0,), [[""]]), ("binary", (300,), [[bytes(i % 256 for i in range(300))]]),
                                   ("raw", ("9301c0a161",), [[1, None, "a"]]), ("raw_kwargs", ("81a16101",), [[], {"a": 1}])):
            with self.subTest(name=name, args=args):
                self.assertEqual(answer, client.call("com.example." + name, *args)[3:])
        for name, argument in (("raw", "9"), ("raw", "zz"), ("raw", ""), ("big", -1), ("binary", 1 << 26), ("sleep", -1), ("sleep", "x")):
            with self.subTest(name=name, argument=argument):
                self.assertEqual("wamp.error.invalid_argument", client.call("com.example." + name, argument)[4])

    def test_a_result_longer_than_the_client_takes_is_an_error(self):
        client = self.client(handshake=b"\x7f\x02\0\0")
        client.join()
        self.assertEqual(RESULT, client.call("com.example.big", 490)[0])
        self.assertEqual("wamp.error.payload_size_exceeded", client.call("com.example.big", 512)[4])

    def test_the_longest_messages_pass(self):
        client = self.joined()
        text = "y" * (0xFFFFFF - 40)
        self.assertEqual([text], client.call("com.example.echo", text)[3])
        self.assertEqual(0xFFFFFF - 40, len(client.call("com.example.big", 0xFFFFFF - 40)[3][0]))

    def test_cancel_ends_a_call_at_once_in_every_mode(self):
        client = self.joined()
        for mode in (None, "killnowait", "kill", "skip"):
            with self.subTest(mode=mode):
                operation_id = client.start_call("com.example.sleep", 3600)
                client.cancel(operation_id, mode)
                self.assertEqual([ERROR, CALL, operation_id, {}, "wamp.error.canceled"], client.receive())
                client.cancel(operation_id, mode)  # an ended call: no answer
        self.assertEqual([RESULT, 5, {}, [1]], client.call("com.example.echo", 1))

    def test_thousands_of_pending_calls_hold_up_nothing(self):
        client = self.joined()
        for _ in range(3000):
            client.start_call("com.example.sleep", 3600)
        self.assertEqual([RESULT, 3001, {}, [0]], client.call("com.example.sleep", 0))
        for operation_id in range(1, 3001):
            client.cancel(operation_id)
        self.assertEqual(list(range(1, 3001)), [client.receive()[2] for _ in range(3000)])

    def test_stats(self):
        before = self.stats()
        client = self.joined()
        client.call("com.example.add2", 1, 2)
        client.call("com.example.add2", 1)
        client.cancel(client.start_call("com.example.sleep", 3600, options={"timeout": 1500, "disclose_me": True}))
        client.receive()
        after = client.call("com.example.stats")
        self.assertEqual([RESULT, 4, {}, []], after[:4])
        grown = {key: after[4][key] - before[key] for key in ("calls", "results", "errors", "cancels", "sessions", "connections")}
        self.assertEqual({"calls": 3, "results": 1, "errors": 2, "cancels": 1, "sessions": 1, "connections": 1}, grown)
        self.assertEqual([1500, {"timeout": 1500, "disclose_me": True}, "anonymous", "realm1"],
                         [after[4][key] for key in ("last_timeout_ms", "last_call_options", "authrole", "realm")])
        self.assertIn("caller", after[4]["hello_details"]["roles"])
        self.assertEqual(2, after[4]["calls_by_procedure"]["com.example.add2"] - before["calls_by_procedure"].get("com.example.add2", 0))

    def test_timeout_is_enforced_only_when_asked(self):
        client = self.joined()
        self.assertEqual([0.05], client.call("com.example.sleep", 0.05, options={"timeout": 1})[3])
        with Devrouter("--enforce-timeout") as strict, strict.joined() as other:
            for name, args in (("sleep", (3600,)), ("fault.silent", ())):
                answer = other.call("com.example." + name, *args, options={"timeout": 1})
                self.assertEqual("wamp.error.timeout", answer[4], name)


PROGRESS = {"receive_progress": True}


class Progress(RouterCase):
    def check_counts(self, client, call_id, last, text=None):
        for number in range(1, last + 1):
            expected = [number] if text is None else [number, text]
            self.assertEqual([RESULT, call_id, {"progress": True}, expected], client.receive())

    def test_count_sends_progressive_results_to_who_asks_for_them(self):
        client = self.joined()
        for args, last, text in (((3,), 3, None), ((200,), 200, None), ((2, 0.02), 2, None), ((2, 0, 5), 2, "xxxxx"), ((0,), 0, None)):
            with self.subTest(args=args):
                call_id = client.start_call("com.example.count", *args, options=PROGRESS)
                self.check_counts(client, call_id, last, text)
                self.assertEqual([RESULT, call_id, {}, [last]], client.receive())

    def test_count_sends_only_the_last_to_who_does_not(self):
        client = self.joined()
        for options in (None, {"receive_progress": False}):
            self.assertEqual([RESULT, {}, [200]], [part for at, part in enumerate(client.call("com.example.count", 200, options=options)) if at != 1])

    def test_count_and_fail_ends_with_an_error(self):
        client = self.joined()
        client.start_call("com.example.count_and_fail", 2, options=PROGRESS)
        self.check_counts(client, 1, 2)
        self.assertEqual([ERROR, CALL, 1, {}, "com.example.error.failed", [2]], client.receive())

    def test_cancel_stops_counting(self):
        client = self.joined()
        client.start_call("com.example.count", 1000, 0.02, options=PROGRESS)
        self.check_counts(client, 1, 2)
        client.cancel(1)
        answer = client.receive()
        while answer[0] == RESULT:
            answer = client.receive()
        self.assertEqual([ERROR, CALL, 1, {}, "wamp.error.canceled"], answer)
        self.assertEqual([RESULT, 2, {}, [0.1]], client.call("com.example.sleep", 0.1))

    def test_a_timeout_is_for_the_time_between_two_results(self):
        with Devrouter("--enforce-timeout") as router, router.joined() as client:
            client.start_call("com.example.count", 8, 0.1, options={**PROGRESS, "timeout": 500})
            self.check_counts(client, 1, 8)
            self.assertEqual([RESULT, 1, {}, [8]], client.receive())

    def test_what_is_no_count_is_refused(self):
        client = self.joined()
        for args in ((), ("x",), (-1,), (1000001,), (1, -1), (1, "x"), (1, 0, 1 << 21), (1, 0, 0, 0)):
            with self.subTest(args=args):
                self.assertEqual("wamp.error.invalid_argument", client.call("com.example.count", *args)[4])
        client.start_call("com.example.count", 1, options={"receive_progress": 1})
        self.check_abort(client, "wamp.error.protocol_violation")

    def test_it_is_announced(self):
        self.assertTrue(self.client().join()[2]["roles"]["dealer"]["features"]["progressive_call_results"])


class Publishing(RouterCase):
    def subscriber(self, topic="com.example.topic"):
        client = self.joined()
        self.assertEqual(SUBSCRIBED, client.subscribe(topic)[0])
        return client

    def test_publish_reaches_all_subscribers_and_the_caller(self):
        caller, other = self.subscriber(), self.subscriber()
        for args in (([1], {"a": 2}), ([1],), ()):
            caller.start_call("com.example.publish", "com.example.topic", *args)
            event, result = caller.receive(), caller.receive()
            self.assertEqual([EVENT, result[3][0], {}, *args], [event[0], *event[2:]])
            self.assertEqual(event, other.receive())

    def test_publish_many_counts_its_events(self):
        for args, text in (((2500,), []), ((3, 4), ["xxxx"]), ((50, 0, 1000), [])):
            with self.subTest(args=args):
                client = self.subscriber()
                caller = self.joined()
                caller.start_call("com.example.publish_many", "com.example.topic", *args)
                for number in range(1, args[0] + 1):
                    self.assertEqual([EVENT, [number, *text]], client.receive()[::4])
                self.assertEqual([RESULT, 1, {}, [args[0]]], caller.receive())

    def test_cancel_stops_publish_many(self):
        client = self.joined()
        client.start_call("com.example.publish_many", "com.example.topic", 100000, 0, 1)
        client.cancel(1)
        self.assertEqual([ERROR, CALL, 1, {}, "wamp.error.canceled"], client.receive())

    def test_what_cannot_be_published_is_refused(self):
        client = self.joined()
        for name, args in (("publish", ()), ("publish", ("com..x",)), ("publish", ("com.x", 1)), ("publish", ("com.x", [], [])),
                           ("publish_many", ("com.x",)), ("publish_many", ("com.x", -1)), ("publish_many", ("com.x", 1, 1 << 21))):
            with self.subTest(name=name, args=args):
                self.assertEqual("wamp.error.invalid_argument", client.call("com.example." + name, *args)[4])


if __name__ == "__main__":
    unittest.main()
