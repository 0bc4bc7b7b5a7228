#!/usr/bin/env python3
"""wamp-devrouter's transports and serializers, TLS, cryptosign, and what it does to connections on request."""
import json
import os
import pathlib
import select
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

import websocket_lite  # noqa: E402
from keys import SigningKey, make_certificate, tls_client  # noqa: E402
from router_case import RouterCase  # noqa: E402
from wamp_client import (  # noqa: E402
    ABORT, CALL, CHALLENGE, ERROR, HELLO, JSON, MESSAGE, MESSAGEPACK, PING, PONG, RESULT, WELCOME, Client, Closed, Devrouter,
    build_dir)

NUMBERS = (0, 1, -1, 2 ** 31, 2 ** 53 + 1, 2 ** 63 - 1, 2 ** 64 - 1, -2 ** 53 - 1, -2 ** 63, 0.0, -0.0, 0.1, 3.0, 1e21, 1e22,
           123456789012345680.0, 5e-324, 2.2250738585072011e-308, 1.7976931348623157e308, -1e-7, 8.41e21, 9007199254740993.0)
OTHERS = (None, True, False, "", "\"\\/\b\f\n\r\t\x01\x1f\x7f", "\u00e9\u20ac\U0001f600", "a\0b", b"", b"\0", b"\xff\xfe", bytes(range(256)),
          [], {}, {"": [[], {"a": [None]}]}, {"\"": 1, "\n": 2})


class Folder(unittest.TestCase):
    """A router of the class's own arguments and addresses, and a scratch folder."""

    listen = ("rs://127.0.0.1:0", "ws://127.0.0.1:0/ws")

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = scratch.name
        cls.router = Devrouter(*cls.arguments(), listen=cls.listen)
        cls.addClassCleanup(cls.router.stop)

    @classmethod
    def arguments(cls):
        return ()

    def client(self, url=None, **options):
        client = self.router.client(url, **options)
        self.addCleanup(client.sock.close)
        return client

    def joined(self, url=None, **options):
        client = self.client(url, **options)
        self.assertEqual(WELCOME, client.join()[0])
        return client

    def each(self):
        """A joined client for each listener and serializer."""
        for url in self.router.urls:
            for serializer in (MESSAGEPACK, JSON):
                with self.subTest(url=url, serializer=serializer):
                    yield self.joined(url, serializer=serializer)

    def check_abort(self, client, uri):
        answer = client.receive()
        self.assertEqual([ABORT, uri], [answer[0], answer[2]])
        client.expect_end()


class Transports(Folder):
    @classmethod
    def arguments(cls):
        cls.certificate, key = make_certificate(cls.folder, "router")
        cls.listen = ("rs://127.0.0.1:0", "rss://127.0.0.1:0", "ws://127.0.0.1:0/ws", "wss://127.0.0.1:0/some/path", "ws://[::1]:0",
                      f"unix:{cls.folder}/router.sock")
        return "--tls-cert", cls.certificate, "--tls-key", key

    def client(self, url=None, **options):
        secure = url and url.split(":")[0] in ("rss", "wss")
        return super().client(url, **({"tls": tls_client(self.certificate)} if secure else {}), **options)

    def test_the_printed_urls_name_scheme_port_and_path(self):
        patterns = (r"rs://127\.0\.0\.1:\d+", r"rss://127\.0\.0\.1:\d+", r"ws://127\.0\.0\.1:\d+/ws", r"wss://127\.0\.0\.1:\d+/some/path",
                    r"ws://\[::1\]:\d+/", "unix:/.*")
        for pattern, url in zip(patterns, self.router.urls, strict=True):
            self.assertRegex(url, f"^{pattern}$")

    def test_every_value_passes_every_transport_in_every_serializer(self):
        for client in self.each():
            answer = client.call("com.example.echo", *NUMBERS, *OTHERS, kwargs={"k": b"\1"})
            self.assertEqual([RESULT, 1, {}, [*NUMBERS, *OTHERS], {"k": b"\1"}], answer)
            self.assertEqual([repr(value) for value in NUMBERS], [repr(value) for value in answer[3][:len(NUMBERS)]])
            self.assertEqual([ERROR, CALL, 2, {}, "com.example.error.failed", ["it failed", 42], {"reason": "asked to"}],
                             client.call("com.example.fail"))

    def test_long_messages_pass(self):
        for client in self.each():
            text = "y\n" * 200000
            self.assertEqual([text], client.call("com.example.echo", text)[3])
            self.assertEqual([bytes(i % 256 for i in range(100000))], client.call("com.example.binary", 100000)[3])

    def test_many_calls_at_once(self):
        for client in self.each():
            for _ in range(300):
                client.start_call("com.example.big", 10000)
            self.assertEqual(list(range(1, 301)), [client.receive()[1] for _ in range(300)])

    def test_stats_tell_the_transport(self):
        for url in self.router.urls:
            for serializer, name in ((MESSAGEPACK, "msgpack"), (JSON, "json")):
                facts = self.joined(url, serializer=serializer).call("com.example.stats")[4]["transport"]
                self.assertEqual([url.split(":")[0].replace("unix", "rs"), name], [facts["scheme"], facts["serializer"]])

    def test_plain_text_at_a_tls_port_is_dropped(self):
        with self.assertRaises(Closed):
            self.client(self.router.urls[1].replace("rss", "rs"), handshake=b"GET / HTTP/1.1\r\n\r\n").read(1000)

    def test_an_untrusted_router_is_noticed_by_the_client(self):
        other, _ = make_certificate(self.folder, "other")
        with self.assertRaises(ssl.SSLCertVerificationError):
            Client(self.router.urls[1], tls=tls_client(other))
        self.assertEqual(WELCOME, self.client(self.router.urls[1]).join()[0])


class ClientCertificates(Folder):
    @classmethod
    def arguments(cls):
        cls.certificate, key = make_certificate(cls.folder, "router")
        cls.known, cls.unknown = make_certificate(cls.folder, "known"), make_certificate(cls.folder, "unknown")
        cls.listen = ("rss://127.0.0.1:0", "wss://127.0.0.1:0/ws")
        return "--tls-cert", cls.certificate, "--tls-key", key, "--tls-client-ca", cls.known[0]

    def test_only_clients_with_a_known_certificate_get_in(self):
        for url in self.router.urls:
            with self.subTest(url=url):
                self.joined(url, tls=tls_client(self.certificate, self.known))
                for own in (None, self.unknown):
                    with self.assertRaises((ssl.SSLError, Closed, ConnectionError)):
                        self.client(url, tls=tls_client(self.certificate, own))


class WebSocket(Folder):
    listen = ("ws://127.0.0.1:0/ws", "ws://127.0.0.1:0/ws?key=1")

    @classmethod
    def arguments(cls):
        return "--max-message", "65536"

    def check_refused(self, status, url, **options):
        with self.assertRaises(websocket_lite.Refused) as refusal:
            self.client(url, **options)
        self.assertEqual(status, refusal.exception.args[0])

    def test_another_path_is_404(self):
        for url in (self.router.url + "/", self.router.url[:-2], self.router.urls[1][:-1] + "2"):
            self.check_refused(404, url)

    def test_no_known_subprotocol_is_400(self):
        for offered in ((), ("wamp.2.cbor",), ("wamp.2.", "chat")):
            self.check_refused(400, self.router.url, handshake=offered)

    def test_the_first_known_subprotocol_is_taken(self):
        offered = ("wamp.2.cbor", "wamp.2.json", "wamp.2.msgpack")
        client = self.client(handshake=offered, serializer=JSON)
        self.assertEqual("wamp.2.json", client.web.protocol)
        self.assertEqual(WELCOME, client.join()[0])

    def test_query_and_host_are_told(self):
        client = self.joined(self.router.url + "?a=1&b=2")
        facts = client.call("com.example.stats")[4]["transport"]
        host = self.router.url.split("/")[2]
        self.assertEqual({"scheme": "ws", "serializer": "msgpack", "target": "/ws?a=1&b=2", "host": host}, facts)

    def test_a_ping_gets_its_pong_and_is_counted(self):
        client = self.joined()
        client.web.send_frame(websocket_lite.PING, b"any bytes")
        self.assertEqual((websocket_lite.PONG, b"any bytes"), client.receive_frame())
        self.assertLess(0, client.call("com.example.stats")[4]["pings"])

    def test_fragments_make_one_message(self):
        client = self.joined(serializer=JSON)
        whole = json.dumps([CALL, 1, {}, "com.example.add2", [1, 2]]).encode()
        client.web.send_frame(websocket_lite.TEXT, whole[:10], final=False)
        client.web.send_frame(0, whole[10:])
        self.assertEqual([RESULT, 1, {}, [3]], client.receive())

    def test_a_message_of_the_other_kind_ends_the_session(self):
        for serializer, kind in ((JSON, websocket_lite.BINARY), (MESSAGEPACK, websocket_lite.TEXT)):
            client = self.joined(serializer=serializer)
            client.web.send_frame(kind, b"[]")
            self.check_abort(client, "wamp.error.protocol_violation")

    def test_the_longest_message_passes_and_one_byte_more_closes_with_1009(self):
        for serializer in (MESSAGEPACK, JSON):
            client = self.joined(serializer=serializer)
            spare = len(client.pack([CALL, 1, {}, "com.example.echo", ["x" * 60000]])) - 60000
            self.assertEqual(RESULT, client.call("com.example.echo", "x" * (65536 - spare))[0])
            client.start_call("com.example.echo", "x" * (65536 - spare + 1))
            self.assertEqual(1009, client.expect_end())

    def test_a_session_ends_with_a_normal_close(self):
        client = self.joined()
        client.send([CALL, 7, {}, "com.example.add2"])
        self.assertEqual(ABORT, client.receive()[0])
        self.assertEqual(1000, client.expect_end())

    def test_what_is_no_websocket_is_refused(self):
        with Client(self.router.url.replace("ws:", "rs:"), handshake=b"GET /ws HTTP/1.1\r\nHost: x\r\n\r\n") as client:
            self.assertEqual(b"HTTP/1.1 426 ", client.handshake_reply + client.read(9))


class JsonText(Folder):
    def raw(self, url, text):
        client = self.joined(url, serializer=JSON)
        client.send_frame(MESSAGE, text.encode())
        return client

    def test_numbers_are_read_to_the_last_bit(self):
        numbers = ("0.1", "1e23", "-0.0", "1E2", "123456789.123456789", "2.2250738585072014e-308", "1e-400", "18446744073709551616",
                   "9007199254740993.0", "18446744073709551615", "-9223372036854775808", "-9223372036854775809",
                   "179769313486231570814527423731704356798070567525844996598917476803157260780028538760589558632766878171540e200")
        for url in self.router.urls:
            client = self.raw(url, f'[48,1,{{}},"com.example.echo",[{",".join(numbers)}]]')
            expected = [json.loads(number) for number in numbers]
            expected = [float(value) if abs(value) >= 2 ** 64 or value < -2 ** 63 else value for value in expected]
            self.assertEqual([repr(value) for value in expected], [repr(value) for value in client.receive()[3]])

    def test_a_double_stays_one(self):
        client = self.joined(serializer=JSON)
        client.start_call("com.example.echo", 3.0, 1e22)
        self.assertEqual(b'[50,1,{},[3.0,1e+22]]', client.receive_frame()[1])

    def test_text_that_only_looks_like_binary_stays_text(self):
        client = self.raw(None, '[48,1,{},"com.example.echo",["\\u0000A","\\u0000AAA!","\\u0000QUI=\\n","\\u0000QUJ=","\\u0000QUI="]]')
        self.assertEqual(b'[50,1,{},["\\u0000A","\\u0000AAA!","\\u0000QUI=\\u000a","\\u0000QUJ=","\\u0000QUI="]]',
                         client.receive_frame()[1])

    def test_what_is_no_json_ends_the_session(self):
        for text in ("", "[", "[48,1,{},\"com.example.add2\"]]", "\u00e9", "[48,1,{},\"com.example.echo\",[1e999]]", "{}", "nul",
                     "[48,1,{},\"com.example.echo\"," + "[" * 600 + "]" * 600 + "]"):
            with self.subTest(text=text[:60]):
                self.check_abort(self.raw(None, text), "wamp.error.protocol_violation")

    def test_what_json_does_not_have_is_sent_as_no_json(self):
        client = self.joined(serializer=JSON)
        for number, raw in enumerate(("91d40107", "91cb7ff8000000000000", "918101c0", "c1"), 1):
            client.start_call("com.example.raw", raw)
            with self.assertRaises(ValueError, msg=raw):
                client.receive()
        self.assertEqual([RESULT, 5, {}, [3]], client.call("com.example.add2", 1, 2))

    def test_a_result_longer_than_the_client_takes_is_an_error(self):
        client = self.client(handshake=b"\x7f\x01\0\0", serializer=JSON)
        client.join()
        self.assertEqual(RESULT, client.call("com.example.binary", 350)[0])
        self.assertEqual("wamp.error.payload_size_exceeded", client.call("com.example.binary", 400)[4])


class Serializers(unittest.TestCase):
    def test_what_is_not_offered_is_refused(self):
        for name, offered, other in (("msgpack", MESSAGEPACK, JSON), ("json", JSON, MESSAGEPACK)):
            with Devrouter("--serializers", name, listen=("127.0.0.1:0", "ws://127.0.0.1:0/")) as router:
                for url in router.urls:
                    router.joined(url=url, serializer=offered).sock.close()
                with router.client(serializer=other) as client:
                    self.assertEqual(b"\x7f\x10\0\0", client.handshake_reply)
                    client.expect_end()
                with self.assertRaises(websocket_lite.Refused):
                    router.client(router.urls[1], serializer=other)

    def test_drop_on_unsupported_closes_without_a_reply(self):
        with Devrouter("--serializers=msgpack", "--drop-on-unsupported") as router:
            with self.assertRaises(Closed) as end:
                router.client(serializer=JSON)
            self.assertEqual(b"", end.exception.args[0])


class Cryptosign(Folder):
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


class Silence(Folder):
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


class WebSocketFaults(Folder):
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


class Usage(unittest.TestCase):
    def test_bad_usage_is_exit_2(self):
        for arguments in (["--listen", "http://127.0.0.1:0/"], ["--listen", "rss://127.0.0.1:0"], ["--listen", "ws://127.0.0.1"],
                          ["--tls-cert", "x"], ["--serializers", "cbor"], ["--serializers", ""], ["--on-ping", "x"],
                          ["--idle-timeout", "0"], ["--idle-timeout", "1s"], ["--cryptosign", "joe:role:00"]):
            with self.subTest(arguments=arguments):
                done = subprocess.run([os.path.join(build_dir(), "wamp-devrouter"), *arguments], capture_output=True, text=True, timeout=10)
                self.assertEqual((2, ""), (done.returncode, done.stdout))

    def test_a_certificate_that_is_not_there_is_exit_1(self):
        done = subprocess.run([os.path.join(build_dir(), "wamp-devrouter"), "--tls-cert=/nonexistent", "--tls-key=/nonexistent"],
                              capture_output=True, text=True, timeout=10)
        self.assertEqual((1, ""), (done.returncode, done.stdout))


if __name__ == "__main__":
    unittest.main()
