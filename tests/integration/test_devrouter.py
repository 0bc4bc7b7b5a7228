#!/usr/bin/env python3
"""wamp-devrouter on the wire: logins, the built-in procedures, and that every fault does what it says."""
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

import msgpack_lite  # noqa: E402
from wamp_client import (ABORT, CALL, CANCEL, CHALLENGE, ERROR, GOODBYE, HELLO, MESSAGE, PING, PONG, RESULT, WELCOME,  # noqa: E402
                         Client, Closed, Devrouter, build_dir)

SECRETS = ("--ticket", "joe:frontend:tick:et", "--wampcra", "joe:backend:secret2", "--wampcra-salted", "sam:backend:salty")


class RouterCase(unittest.TestCase):
    arguments = ()

    @classmethod
    def setUpClass(cls):
        cls.router = Devrouter(*cls.arguments)
        cls.addClassCleanup(cls.router.stop)

    def joined(self, **options):
        client = self.router.joined(**options)
        self.addCleanup(client.sock.close)
        return client

    def client(self, **options):
        client = self.router.client(**options)
        self.addCleanup(client.sock.close)
        return client

    def check_abort(self, client, uri):
        answer = client.receive()
        self.assertEqual([ABORT, uri], [answer[0], answer[2]])
        client.expect_end()

    def stats(self):
        with self.router.joined() as client:
            return client.call("com.example.stats")[4]


class Logins(RouterCase):
    arguments = SECRETS + ("--realm", "realm1", "--realm", "realm2", "--anonymous-role", "guest")

    def join(self, **options):
        client = self.client()
        return client, client.join(**options)

    def check_refused(self, uri, **options):
        client, answer = self.join(**options)
        self.assertEqual([ABORT, uri], [answer[0], answer[2]])
        client.expect_end()

    def test_each_method_gives_the_role_of_its_principal(self):
        for authid, method, secret, role in (("joe", "ticket", "tick:et", "frontend"), ("joe", "wampcra", "secret2", "backend"),
                                             ("sam", "wampcra", "salty", "backend")):
            with self.subTest(authid=authid, method=method):
                _, answer = self.join(authid=authid, methods=[method], secret=secret, authrole="guest")
                self.assertEqual(WELCOME, answer[0])
                details = answer[2]
                self.assertEqual([authid, role, method, "static", "realm1"],
                                 [details[key] for key in ("authid", "authrole", "authmethod", "authprovider", "realm")])
                self.assertTrue(details["roles"]["dealer"]["features"]["call_canceling"])
                self.assertTrue(1 <= answer[1] <= 1 << 53)

    def test_anonymous_joins_with_and_without_an_authid(self):
        for options in ({}, {"methods": []}, {"methods": ["anonymous"], "authid": "joe"}, {"methods": ["nonsense", "anonymous"]}):
            with self.subTest(**options):
                _, answer = self.join(realm="realm2", **options)
                self.assertEqual([WELCOME, "guest", "anonymous", "realm2"],
                                 [answer[0], answer[2]["authrole"], answer[2]["authmethod"], answer[2]["realm"]])
                self.assertNotEqual("joe", answer[2]["authid"])

    def test_the_first_offered_method_that_is_configured_is_taken(self):
        _, answer = self.join(authid="sam", methods=["ticket", "wampcra", "anonymous"], secret="salty")
        self.assertEqual("wampcra", answer[2]["authmethod"])

    def test_a_wrong_secret_is_refused(self):
        for authid, method in (("joe", "ticket"), ("joe", "wampcra"), ("sam", "wampcra")):
            with self.subTest(authid=authid, method=method):
                self.check_refused("wamp.error.authentication_failed", authid=authid, methods=[method], secret="wrong")

    def test_what_is_unknown_is_refused(self):
        self.check_refused("wamp.error.no_such_realm", realm="realm3")
        self.check_refused("wamp.error.authentication_failed", authid="eve", methods=["ticket"], secret="x")
        self.check_refused("wamp.error.no_matching_auth_method", authid="joe", methods=["scram"])
        self.check_refused("wamp.error.no_such_role", authrole="emperor")

    def test_no_anonymous_refuses_anonymous(self):
        with Devrouter("--no-anonymous", *SECRETS) as router, router.client() as client:
            self.assertEqual("wamp.error.no_matching_auth_method", client.join()[2])

    def test_a_salted_challenge_carries_what_is_needed_to_derive_the_key(self):
        client = self.client()
        client.send([HELLO, "realm1", {"roles": {"caller": {}}, "authid": "sam", "authmethods": ["wampcra"]}])
        answer = client.receive()
        self.assertEqual([CHALLENGE, "wampcra", 1000, 32], [*answer[:2], answer[2]["iterations"], answer[2]["keylen"]])
        self.assertTrue(answer[2]["salt"])


class Protocol(RouterCase):
    arguments = ("--max-message", "65536")

    def test_the_handshake_announces_the_limit(self):
        self.assertEqual(b"\x7f\x72\0\0", self.client().handshake_reply)

    def test_another_serializer_or_reserved_bits_get_the_handshake_error(self):
        for sent, reply in ((b"\x7f\xf1\0\0", b"\x7f\x10\0\0"), (b"\x7f\xf0\0\0", b"\x7f\x10\0\0"),
                            (b"\x7f\xf2\0\1", b"\x7f\x30\0\0")):
            with self.subTest(sent=sent):
                client = self.client(handshake=sent)
                self.assertEqual(reply, client.handshake_reply)
                client.expect_end()

    def test_what_is_no_rawsocket_is_dropped(self):
        with self.assertRaises(Closed):
            self.client(handshake=b"GET ")

    def test_ping_gets_its_pong(self):
        client = self.joined()
        pings = self.stats()["pings"]
        client.send_frame(PING, b"any bytes")
        self.assertEqual((PONG, b"any bytes"), client.receive_frame())
        self.assertEqual(pings + 1, self.stats()["pings"])

    def test_a_frame_beyond_the_limit_ends_the_connection(self):
        client = self.joined()
        client.sock.sendall(b"\0\1\0\1")
        client.expect_end()

    def test_a_reserved_frame_ends_the_connection(self):
        client = self.joined()
        client.send_frame(3, b"")
        client.expect_end()

    def test_violations_end_the_session(self):
        joined = (
            [HELLO, "realm1", {"roles": {"caller": {}}}], [CALL, 2, {}, "com.example.add2"], [CALL, 0, {}, "com.example.add2"],
            [CALL, 1, {}], [CALL, "1", {}, "com.example.add2"], [CALL, 1, {}, "com.example.add2", {}],
            [CALL, 1, {}, "com.example.add2", [], []], [CANCEL, 1, {}], [70, 1, {}], [5, "", {}], [99], [], {}, "text", [CALL])
        for message in joined:
            with self.subTest(message=message):
                client = self.joined()
                client.send(message)
                self.check_abort(client, "wamp.error.protocol_violation")
        for message in ([CALL, 1, {}, "com.example.add2"], [HELLO, "realm1", {}], [HELLO, "realm1"], [GOODBYE, {}, "x"]):
            with self.subTest(before_hello=message):
                client = self.client()
                client.send(message)
                self.check_abort(client, "wamp.error.protocol_violation")

    def test_bytes_that_are_no_messagepack_end_the_session(self):
        for payload in (b"", b"\xc1", b"\x94\x30\x01\x80", b"\x90\x00"):
            with self.subTest(payload=payload):
                client = self.joined()
                client.send_frame(MESSAGE, payload)
                self.check_abort(client, "wamp.error.protocol_violation")

    def test_goodbye_is_answered_and_another_session_may_follow(self):
        client = self.joined()
        client.send([GOODBYE, {}, "wamp.close.close_realm"])
        self.assertEqual([GOODBYE, {}, "wamp.close.goodbye_and_out"], client.receive())
        self.assertEqual(WELCOME, client.join()[0])
        self.assertEqual([RESULT, 1, {}, [3]], client.call("com.example.add2", 1, 2))

    def test_callees_publishers_and_subscribers_are_not_authorized(self):
        client = self.joined()
        client.send([64, 1, {}, "com.example.mine"])
        self.assertEqual([ERROR, 64, 1, {}, "wamp.error.not_authorized"], client.receive()[:5])
        client.send([16, 2, {}, "com.example.topic"])
        client.send([16, 3, {"acknowledge": True}, "com.example.topic"])
        self.assertEqual([ERROR, 16, 3, {}, "wamp.error.not_authorized"], client.receive()[:5])


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

    def test_thousands_of_sleeps_end_in_order_of_their_time(self):
        client = self.joined()
        for _ in range(3000):
            client.start_call("com.example.sleep", 0.2)
        self.assertEqual([RESULT, 3001, {}, [0]], client.call("com.example.sleep", 0))
        self.assertEqual(set(range(1, 3001)), {client.receive()[1] for _ in range(3000)})

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
        client = self.fault("late", 0.1)
        client.cancel(1, "killnowait")
        self.assertEqual([ERROR, CALL, 1, {}, "wamp.error.canceled"], client.receive())
        self.assertEqual([RESULT, 1, {}, [0.1]], client.receive())

    def test_late_is_waited_for_in_mode_kill(self):
        client = self.fault("late", 0.1)
        client.cancel(1, "kill")
        self.assertEqual([RESULT, 1, {}, [0.1]], client.receive())

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
        client = self.fault("deaf", 0.5)
        self.assertEqual([RESULT, 1, {}, [0.5]], client.receive())
        client.start_call("com.example.add2", 1, 2)
        client.sock.settimeout(0.1)
        with self.assertRaises(TimeoutError):
            client.receive()
        client.sock.settimeout(10)
        self.assertEqual([RESULT, 2, {}, [3]], client.receive())

    def test_refuse_logins_lasts_as_long_as_asked(self):
        with Devrouter() as router, router.joined() as first:
            self.assertEqual([RESULT, 1, {}, [0.3]], first.call("com.example.fault.refuse_logins", 0.3))
            answers = []
            while not answers or answers[-1][0] != WELCOME:
                self.assertLess(len(answers), 100000)
                with router.client() as client:
                    answers.append(client.join())
            self.assertEqual([ABORT, "wamp.error.authorization_failed"], answers[0][0:3:2])
            self.assertEqual([RESULT, 2, {}, [3]], first.call("com.example.add2", 1, 2))


class Process(unittest.TestCase):
    def run_router(self, *arguments):
        return subprocess.run([os.path.join(build_dir(), "wamp-devrouter"), *arguments], capture_output=True, text=True, timeout=10)

    def test_help_says_what_it_is_not(self):
        done = self.run_router("--help")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        for word in ("no production router", "Crossbar.io", "nexus", "Bondy", "CppWAMP"):
            self.assertIn(word, done.stdout)

    def test_bad_usage_is_exit_2(self):
        for arguments in (["--nope"], ["--listen"], ["--listen", "8081"], ["--listen", "unix:relative"], ["--max-message", "1000"],
                          ["--ticket", "joe:role"], ["--ticket", "joe::x"], ["--no-anonymous=1"], ["extra"]):
            with self.subTest(arguments=arguments):
                done = self.run_router(*arguments)
                self.assertEqual((2, ""), (done.returncode, done.stdout))
                self.assertTrue(done.stderr.startswith("wamp-devrouter: "))

    def test_it_listens_on_everything_at_once_and_removes_its_unix_socket(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "router.sock")
            router = Devrouter(listen=("127.0.0.1:0", "[::1]:0", "unix:" + path))
            try:
                self.assertRegex(router.urls[1], r"^rs://\[::1\]:\d+$")
                self.assertEqual("unix:" + path, router.urls[2])
                for url in router.urls:
                    with Client(url) as client:
                        self.assertEqual(WELCOME, client.join()[0])
            finally:
                self.assertEqual(0, router.stop())
            self.assertFalse(os.path.exists(path))

    def test_a_restart_takes_the_same_port_and_a_socket_left_behind(self):
        with tempfile.TemporaryDirectory() as folder:
            first = Devrouter(listen=("127.0.0.1:0", f"unix:{folder}/router.sock"))
            client = first.joined()
            first.process.send_signal(signal.SIGKILL)
            first.stop()
            with Devrouter(listen=(first.url[len("rs://"):], first.urls[1])) as second, second.joined():
                self.assertEqual(first.urls, second.urls)
            client.sock.close()

    def test_a_taken_port_is_exit_1(self):
        with Devrouter() as router:
            done = self.run_router("--listen", router.url[len("rs://"):])
            self.assertEqual(1, done.returncode)

    def test_log_calls_shows_messages_but_no_secret(self):
        with tempfile.TemporaryFile("w+") as log:
            with Devrouter("--log-calls", "--ticket", "joe:frontend:hidden", stderr=log) as router, router.client() as client:
                client.join(authid="joe", methods=["ticket"], secret="hidden")
                client.call("com.example.add2", 1, 2)
            log.seek(0)
            text = log.read()
        self.assertIn('connection 1 <- CALL, 24 bytes: [48,1,{},"com.example.add2",[1,2]]', text)
        self.assertIn("connection 1 -> RESULT, 6 bytes: [50,1,{},[3]]", text)
        self.assertNotIn("hidden", text)


if __name__ == "__main__":
    unittest.main()
