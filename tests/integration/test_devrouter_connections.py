#!/usr/bin/env python3
"""wamp-devrouter's cryptosign login, pings, time limit on silence, and WebSocket's own faults."""
import pathlib
import select
import socket
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

import websocket_lite  # noqa: E402
from keys import SigningKey  # noqa: E402
from router_case import RouterCase, TransportCase  # noqa: E402
from wamp_client import (  # noqa: E402
    ABORT, CHALLENGE, HELLO, JSON, MESSAGEPACK, PING, PONG, RESULT, WELCOME, Closed, Devrouter)


class Cryptosign(TransportCase):
    @classmethod
    def arguments(cls):
        cls.key, cls.other = SigningKey(cls.folder), SigningKey(cls.folder, "other")
        return "--no-anonymous", "--cryptosign", f"joe:backend:{cls.key.public_hex}", "--cryptosign", f"sam:frontend:{cls.other.public_hex}"

    def log_in(self, key, answer, authid="joe", **options):
        client = self.client(**options)
        return client, client.join(authid=authid, methods=["cryptosign"], secret=answer, authextra={"pubkey": key.public_hex})

    def test_the_right_key_logs_in(self):
        for url in self.router.urls:
            for serializer in (MESSAGEPACK, JSON):
                client, answer = self.log_in(self.key, self.key.answer, url=url, serializer=serializer)
                self.assertEqual([WELCOME, "joe", "backend", "cryptosign"],
                                 [answer[0], *(answer[2][name] for name in ("authid", "authrole", "authmethod"))])
                self.assertEqual({"pubkey": self.key.public_hex}, client.call("com.example.stats")[4]["hello_details"]["authextra"])

    def test_the_key_alone_tells_who_it_is(self):
        self.assertEqual("frontend", self.log_in(self.other, self.other.answer, authid=None)[1][2]["authrole"])

    def test_the_challenge_is_64_digits_each_time_others(self):
        seen = set()
        for _ in range(2):
            client = self.client()
            client.send([HELLO, "realm1", {"roles": {"caller": {}}, "authid": "joe", "authmethods": ["cryptosign"],
                                           "authextra": {"pubkey": self.key.public_hex.upper()}}])
            answer = client.receive()
            self.assertEqual([CHALLENGE, "cryptosign", None], [*answer[:2], answer[2]["channel_binding"]])
            self.assertRegex(answer[2]["challenge"], "^[0-9a-f]{64}$")
            seen.add(answer[2]["challenge"])
        self.assertEqual(2, len(seen))

    def test_a_wrong_answer_is_refused(self):
        def answer(extra):
            return self.key.answer(extra)
        wrong = (self.other.answer, lambda extra: answer(extra)[:128], lambda extra: "0" * 192, lambda extra: "",
                 lambda extra: answer(extra)[:-1] + "g", lambda extra: answer({"challenge": "00" * 32}), lambda extra: answer(extra) + "00",
                 lambda extra: self.key.sign(extra["challenge"].encode()).hex() + extra["challenge"])
        for number, secret in enumerate(wrong):
            with self.subTest(number=number):
                client, reply = self.log_in(self.key, secret)
                self.assertEqual([ABORT, "wamp.error.authentication_failed"], [reply[0], reply[2]])
                client.expect_end()

    def test_an_unknown_key_or_the_key_of_another_is_refused(self):
        for extra in ({}, {"pubkey": "00" * 32}, {"pubkey": self.other.public_hex}, {"pubkey": ""}, {"pubkey": 1}, None):
            with self.subTest(extra=extra):
                answer = self.client().join(authid="joe", methods=["cryptosign"], secret=self.key.answer, authextra=extra)
                self.assertEqual([ABORT, "wamp.error.authentication_failed"], [answer[0], answer[2]])


class Pings(RouterCase):
    def check_pings(self, client, ping, pong, count=3):
        before = self.stats()["pongs"]
        client.start_call("com.example.fault.ping", count)
        payloads = []
        for _ in range(count):
            kind, payload = client.receive_frame()
            self.assertEqual(ping, kind)
            payloads.append(payload)
            client.send_frame(pong, payload)
        self.assertEqual(count, len(set(payloads)))
        self.assertEqual([RESULT, 1, {}, [count]], client.receive())
        self.assertEqual(before + count, client.call("com.example.stats")[4]["pongs"])

    def test_rawsocket_pings_are_sent_and_their_pongs_counted(self):
        self.check_pings(self.joined(), PING, PONG)

    def test_websocket_pings_are_sent_and_their_pongs_counted(self):
        with Devrouter(listen=("ws://127.0.0.1:0/ws",)) as self.router, self.router.joined() as client:
            self.check_pings(client, websocket_lite.PING, websocket_lite.PONG)

    def test_on_ping_ignore(self):
        with Devrouter("--on-ping", "ignore") as router, router.joined() as client:
            client.send_frame(PING, b"")
            self.assertEqual([RESULT, 1, {}, [3]], client.call("com.example.add2", 1, 2))
            self.assertEqual(1, client.call("com.example.stats")[4]["pings"])

    def test_on_ping_drop(self):
        with Devrouter("--on-ping=drop") as router, router.joined() as client, router.joined() as other:
            client.send_frame(PING, b"")
            client.expect_end()
            self.assertEqual(1, other.call("com.example.stats")[4]["pings"])


class Silence(TransportCase):
    def test_accept_silently_says_nothing_whatever_comes(self):
        listen = ("127.0.0.1:0", "ws://127.0.0.1:0/", f"unix:{self.folder}/silent.sock")
        with Devrouter("--accept-silently", listen=listen) as router:
            for url in router.urls:
                with self.assertRaises(TimeoutError, msg=url):
                    router.client(url, timeout=0.2)

    def test_silent_after_welcome_answers_no_message_but_ping(self):
        with Devrouter("--silent-after-welcome") as router, router.joined() as client:
            client.start_call("com.example.add2", 1, 2)
            client.send([6, {}, "wamp.close.close_realm"])
            client.send_frame(PING, b"there?")
            self.assertEqual((PONG, b"there?"), client.receive_frame())

    def test_idle_timeout_ends_a_silent_session_only(self):
        with Devrouter("--idle-timeout", "0.4", listen=self.listen) as router:
            for url in router.urls:
                silent, other = router.joined(url=url), router.joined()
                with self.subTest(url=url), silent, other:
                    ends = time.monotonic() + 1
                    while time.monotonic() < ends:
                        other.send_frame(PING, b"")
                        self.assertEqual(PONG, other.receive_frame()[0])
                        self.assertFalse(select.select([other.sock], [], [], 0.05)[0])
                    self.check_abort(silent, "wamp.close.killed")

    def test_idle_timeout_ends_a_connection_that_never_begins(self):
        with Devrouter("--idle-timeout", "0.1", listen=self.listen) as router:
            for url in router.urls:
                host, port = url.split("/")[2].split(":")
                with self.subTest(url=url), socket.create_connection((host, int(port)), 10) as sock:
                    self.assertEqual(b"", sock.recv(1))


class WebSocketFaults(TransportCase):
    listen = ("ws://127.0.0.1:0/ws",)

    def fault(self, name, *args, serializer=MESSAGEPACK):
        client = self.joined(serializer=serializer)
        client.start_call("com.example.fault." + name, *args)
        return client

    def each_fault(self, name, *args):
        for serializer in (MESSAGEPACK, JSON):
            with self.subTest(serializer=serializer):
                yield self.fault(name, *args, serializer=serializer)

    def test_drop(self):
        for client in self.each_fault("drop"):
            self.assertIsNone(client.expect_end())

    def test_drop_mid_frame(self):
        for client in self.each_fault("drop_mid_frame"):
            _, length = client.web.receive_head()
            with self.assertRaises(Closed) as end:
                client.read(length)
            self.assertEqual(length // 2, len(end.exception.args[0]))

    def test_oversized_announces_the_most_and_stops(self):
        for client in self.each_fault("oversized"):
            self.assertEqual(2 ** 63 - 1, client.web.receive_head()[1])
            client.sock.settimeout(0.2)
            with self.assertRaises(TimeoutError):
                client.read(1000)

    def test_reserved_frame(self):
        for client in self.each_fault("reserved_frame"):
            self.assertEqual(3, client.receive_frame()[0])
            self.assertEqual([RESULT, 1, {}, ["survived"]], client.receive())

    def test_garbage(self):
        for client in self.each_fault("garbage"):
            with self.assertRaises(ValueError):
                client.receive()
            self.assertEqual([RESULT, 1, {}, ["survived"]], client.receive())

    def test_deaf_delays_pongs_as_well(self):
        start = time.monotonic()
        client = self.fault("deaf", 0.4)
        self.assertEqual([RESULT, 1, {}, [0.4]], client.receive())
        client.web.send_frame(websocket_lite.PING, b"")
        self.assertEqual((websocket_lite.PONG, b""), client.receive_frame())
        self.assertGreaterEqual(time.monotonic() - start, 0.4)

    def test_goodbye_and_abort(self):
        for client in self.each_fault("goodbye"):
            self.assertEqual([6, {}, "wamp.close.system_shutdown"], client.receive())
            client.send([6, {}, "wamp.close.goodbye_and_out"])
            self.assertEqual(1000, client.expect_end())
        for client in self.each_fault("abort"):
            self.check_abort(client, "wamp.error.system_failure")


if __name__ == "__main__":
    unittest.main()
