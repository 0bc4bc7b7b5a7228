#!/usr/bin/env python3
"""The built-in procedures of wamp-devrouter."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

import msgpack_lite  # noqa: E402
from router_case import RouterCase  # noqa: E402
from wamp_client import CALL, ERROR, MESSAGE, RESULT, Devrouter  # noqa: E402


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
                call_id = client.start_call("com.example.sleep", 3600)
                client.cancel(call_id, mode)
                self.assertEqual([ERROR, CALL, call_id, {}, "wamp.error.canceled"], client.receive())
                client.cancel(call_id, mode)  # an ended call: no answer
        self.assertEqual([RESULT, 5, {}, [1]], client.call("com.example.echo", 1))

    def test_thousands_of_pending_calls_hold_up_nothing(self):
        client = self.joined()
        for _ in range(3000):
            client.start_call("com.example.sleep", 3600)
        self.assertEqual([RESULT, 3001, {}, [0]], client.call("com.example.sleep", 0))
        for call_id in range(1, 3001):
            client.cancel(call_id)
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


if __name__ == "__main__":
    unittest.main()
