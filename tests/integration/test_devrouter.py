#!/usr/bin/env python3
"""wamp-devrouter on the wire and on the command line: logins, the protocol, the process."""
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

from router_case import RouterCase  # noqa: E402
from wamp_client import (  # noqa: E402
    ABORT, CALL, CANCEL, CHALLENGE, ERROR, GOODBYE, HELLO, MESSAGE, PING, PONG, RESULT, WELCOME, Client, Closed, Devrouter,
    build_dir)

SECRETS = ("--ticket", "joe:frontend:tick:et", "--wampcra", "joe:backend:secret2", "--wampcra-salted", "sam:backend:salty")


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
        for sent, reply in ((b"\x7f\xf3\0\0", b"\x7f\x10\0\0"), (b"\x7f\xf0\0\0", b"\x7f\x10\0\0"),
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


class Process(unittest.TestCase):
    def run_router(self, *arguments):
        return subprocess.run([os.path.join(build_dir(), "wamp-devrouter"), *arguments], capture_output=True, text=True, timeout=10)

    def test_help_says_what_it_is_not(self):
        done = self.run_router("--help")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        for word in ("no production router", "Crossbar.io", "nexus", "Bondy", "CppWAMP"):
            self.assertIn(word, done.stdout)

    def test_help_names_every_procedure_and_topic(self):
        text = self.run_router("--help").stdout
        sources = pathlib.Path(__file__).resolve().parent.parent / "devrouter"
        names = {name for path in sources.glob("*.cpp") for name in re.findall(r'\{"com\.example\.([\w.]+)",', path.read_text())}
        self.assertLess(20, len(names))
        for name in names:
            self.assertRegex(text, rf"(?<![\w.]){re.escape(name)}(?![\w.])")

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
