#!/usr/bin/env python3
"""wamp-devrouter's transports, serializers and TLS."""
import json
import os
import pathlib
import ssl
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

import websocket_lite  # noqa: E402
from keys import make_certificate, tls_client  # noqa: E402
from router_case import TransportCase  # noqa: E402
from wamp_client import (  # noqa: E402
    ABORT, CALL, ERROR, JSON, MESSAGE, MESSAGEPACK, RESULT, WELCOME, Client, Closed, Devrouter, build_dir)

NUMBERS = (0, 1, -1, 2 ** 31, 2 ** 53 + 1, 2 ** 63 - 1, 2 ** 64 - 1, -2 ** 53 - 1, -2 ** 63, 0.0, -0.0, 0.1, 3.0, 1e21, 1e22,
           123456789012345680.0, 5e-324, 2.2250738585072011e-308, 1.7976931348623157e308, -1e-7, 8.41e21, 9007199254740993.0)
OTHERS = (None, True, False, "", "\"\\/\b\f\n\r\t\x01\x1f\x7f", "\u00e9\u20ac\U0001f600", "a\0b", b"", b"\0", b"\xff\xfe", bytes(range(256)),
          [], {}, {"": [[], {"a": [None]}]}, {"\"": 1, "\n": 2})


class Transports(TransportCase):
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


class ClientCertificates(TransportCase):
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


class WebSocket(TransportCase):
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


class JsonText(TransportCase):
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
        client = self.client(handshake=b"\x7f\x11\0\0", serializer=JSON)
        client.join()
        self.assertEqual(RESULT, client.call("com.example.binary", 700)[0])
        self.assertEqual("wamp.error.payload_size_exceeded", client.call("com.example.binary", 800)[4])


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
