"""wamp-fcgi's messages as read by Autobahn for Python: a small RawSocket router parses every message with Autobahn's
strict parser, checks logins with Autobahn's own functions, and answers with messages built by Autobahn. Also,
wamp-devrouter as seen by Autobahn's clients."""
import asyncio
import base64
import binascii
import hashlib
import json
import re
import subprocess
import sys

import txaio

txaio.use_twisted()  # required by Autobahn before it is imported; with Twisted, finished results are available at once

from autobahn.wamp import auth, cryptosign, message, role, types
from autobahn.wamp.serializer import JsonSerializer, MsgPackSerializer

from integration.deployment import REALM, DeploymentTest, configuration, main, service
from support.load import Background, make_call
from support.processes import wait_until
from support.servers import TOP, DevRouter, WampFcgiPool

CALL_TIMEOUT = 1
PATHS = {"/": service(), "impatient": service(call_timeout=CALL_TIMEOUT)}
FRONTEND = {"/": service(role="frontend")}
MESSAGE, MAGIC, LONGEST = 0, 0x7F, 0xF0
CHALLENGE = '{"nonce":"LHRTC9zeOIrt_9U3","authid":"ann","timestamp":"2026-11-22T11:36:25.448Z","session":3251278072152162}'
SALTING = {"salt": "salt-of-ann", "iterations": 1000, "keylen": 32}
KEY = bytes(range(32))


def salted_key(secret, salt, iterations, keylen):
    """Autobahn 23.1's own derive_key fails with cryptography 43: it passes a class where an object is required."""
    return base64.b64encode(hashlib.pbkdf2_hmac("sha256", secret.encode(), salt.encode(), iterations, keylen))


class Router:
    """Gives each connection a session with `authrole`, after a login if there is a challenge."""

    def __init__(self, serializer, authrole="anonymous", challenge=None, is_right=None, refusal=None):
        self.serializer, self.authrole = serializer, authrole
        self.challenge, self.is_right, self.refusal = challenge, is_right, refusal
        self.received, self.faults, self.writers = [], [], []

    async def start(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        self.url = f"rs://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"

    async def stop(self):
        self.server.close()
        for each in self.writers:
            each.close()

    async def serve(self, reader, writer):
        self.writers.append(writer)
        try:
            await self.shake_hands(reader, writer)
            while True:
                head = await reader.readexactly(4)
                payload = await reader.readexactly(int.from_bytes(head[1:], "big"))
                if head[0] == MESSAGE:
                    self.take(writer, payload)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        except Exception as fault:  # whatever Autobahn rejects, for the test to report
            self.faults.append(fault)
        finally:
            writer.close()

    async def shake_hands(self, reader, writer):
        magic, wish, *reserved = await reader.readexactly(4)
        if (magic, wish & 0x0F, reserved) != (MAGIC, self.serializer.RAWSOCKET_SERIALIZER_ID, [0, 0]):
            raise ValueError(f"handshake {magic:x} {wish:x} {reserved}")
        writer.write(bytes([MAGIC, LONGEST | self.serializer.RAWSOCKET_SERIALIZER_ID, 0, 0]))

    def take(self, writer, payload):
        [received] = self.serializer.unserialize(payload)
        self.received.append(received)
        for answer in self.answers_to(received):
            self.send(writer, answer)

    def send(self, writer, answer):
        payload, _ = self.serializer.serialize(answer)
        writer.write(bytes([MESSAGE]) + len(payload).to_bytes(3, "big") + payload)

    def send_to_all(self, answer):
        for each in self.writers:
            self.send(each, answer)

    def answers_to(self, received):
        if isinstance(received, message.Hello):
            return [self.refusal or self.challenge or self.welcome()]
        if isinstance(received, message.Authenticate):
            return [self.welcome() if self.is_right(received.signature) else message.Abort("wamp.error.authentication_failed")]
        if isinstance(received, message.Call):
            return self.answers_to_call(received)
        if isinstance(received, message.Cancel):
            return [message.Error(message.Call.MESSAGE_TYPE, received.request, "wamp.error.canceled")]
        if isinstance(received, message.Goodbye):
            return [] if received.reason == message.Goodbye.DEFAULT_REASON else [message.Goodbye("wamp.close.goodbye_and_out")]
        raise ValueError(f"unexpected {received}")

    def answers_to_call(self, call):
        if call.procedure == "com.example.echo":
            return [message.Result(call.request, args=call.args, kwargs=call.kwargs)]
        if call.procedure == "com.example.fail":
            uri, args, kwargs = call.args
            return [message.Error(message.Call.MESSAGE_TYPE, call.request, uri, args=args, kwargs=kwargs)]
        return []

    def welcome(self):
        dealer = role.RoleDealerFeatures(call_canceling=True, call_timeout=True, caller_identification=True)
        return message.Welcome(1234567890123456, {"dealer": dealer, "broker": role.RoleBrokerFeatures()}, realm=REALM,
                               authid="somebody", authrole=self.authrole, authmethod="anonymous")

    def calls(self):
        return [each for each in self.received if isinstance(each, message.Call)]

    def last(self, kind):
        found = [each for each in self.received if isinstance(each, kind)]
        return found[-1] if found else None


class AutobahnTest(DeploymentTest):
    serializer_class = MsgPackSerializer
    serializer_name = "msgpack"

    def setUp(self):
        super().setUp()
        self.background = Background()
        self.background.__enter__()
        self.addCleanup(self.background.__exit__)

    def deploy(self, paths=PATHS, credentials=None, **router):
        self.router = Router(self.serializer_class(), **router)
        self.in_loop(self.router.start())
        self.addCleanup(lambda: self.in_loop(self.router.stop()))
        config = configuration(self.router.url, paths, credentials=credentials)
        config["router"]["serializer"] = self.serializer_name
        self.pool = WampFcgiPool(self.scratch, self.scratch.write("config.json", json.dumps(config)), 1).start()

    def tearDown(self):
        if hasattr(self, "router"):
            self.assertEqual(self.router.faults, [])

    def in_loop(self, coroutine):
        return self.background.start(coroutine).result(30)

    def call(self, procedure, *args, kwargs=None, service=None):
        return self.in_loop(make_call(self.pool.address, 20, procedure, list(args), kwargs, f"/{service}" if service else ""))

    def assert_answer(self, outcome, body, status=200):
        self.assertEqual((outcome.status, outcome.json), (status, body))

    def assert_works(self):
        self.assert_answer(self.call("com.example.echo", "it works"), {"args": ["it works"]})


class Messages:
    """Tests for each serializer; needs an AutobahnTest."""

    def test_hello_names_realm_role_and_features(self):
        self.deploy()
        self.assert_works()
        hello = self.router.last(message.Hello)
        self.assertEqual((hello.realm, list(hello.roles), hello.authmethods), (REALM, ["caller"], ["anonymous"]))
        features = hello.roles["caller"]
        self.assertTrue(features.call_timeout and features.call_canceling and features.caller_identification)

    def test_calls_carry_arguments_timeout_and_ids_without_gaps(self):
        self.deploy()
        self.assert_works()
        self.call("com.example.echo", 1, [2], kwargs={"three": 3}, service="impatient")
        self.call("com.example.echo")
        first, second, third = self.router.calls()
        self.assertEqual([first.request, second.request, third.request], [1, 2, 3])
        self.assertEqual((second.args, second.kwargs, second.timeout), ([1, [2]], {"three": 3}, 1000 * CALL_TIMEOUT))
        self.assertEqual((third.args or [], third.kwargs or {}, third.timeout), ([], {}, 30_000))

    def test_values_pass_unchanged_both_ways(self):
        self.deploy()
        for value in (None, True, False, 0, -1, 127, 128, -33, 2**31, 2**63 - 1, -2**63, 2**64 - 1, 0.1, 1.5e300, 5e-324, "",
                      "ä€😀\"\\\n\0", "x" * 70_000, [], {}, [[[]]], {"a": {"b": [1, None]}}, list(range(70_000))):
            with self.subTest(repr(value)[:40]):
                self.assert_answer(self.call("com.example.echo", value), {"args": [value]})
                [received] = self.router.calls()[-1].args
                self.assertEqual((received, type(received)), (value, type(value)))

    def test_binary_passes_unchanged_both_ways(self):
        self.deploy()
        for data in (b"", b"\0", bytes(range(256)), b"x" * 70_000):
            with self.subTest(data[:10]):
                text = "\0" + base64.b64encode(data).decode()
                self.assert_answer(self.call("com.example.echo", text, {"in": text}), {"args": [text, {"in": text}]})
                self.assertEqual(self.router.calls()[-1].args, [data, {"in": data}])

    def test_results_with_and_without_arguments(self):
        self.deploy()
        self.assert_answer(self.call("com.example.echo"), {"args": [None]})
        self.assert_answer(self.call("com.example.echo", kwargs={"a": 1}), {"kwargs": {"a": 1}})
        self.assert_answer(self.call("com.example.echo", 1, kwargs={"a": b"".decode()}), {"args": [1], "kwargs": {"a": ""}})

    def test_errors_keep_uri_arguments_and_kwargs(self):
        self.deploy()
        for args, kwargs in (([], {}), ([1, "two", [3]], {}), ([], {"a": {"b": 1}}), (["x"], {"y": None})):
            with self.subTest(args=args, kwargs=kwargs):
                error = {"error": "com.example.error.odd", "args": args, "kwargs": kwargs}
                self.assert_answer(self.call("com.example.fail", "com.example.error.odd", args, kwargs), error)

    def test_call_that_times_out_is_cancelled(self):
        self.deploy()
        outcome = self.call("com.example.silent", service="impatient")
        self.assertEqual((outcome.status, outcome.name), (504, "call_timeout"))
        cancel = wait_until(lambda: self.router.last(message.Cancel), "the call to be cancelled")
        self.assertEqual((cancel.request, cancel.mode), (self.router.calls()[-1].request, "killnowait"))
        self.assert_works()

    def test_goodbye_is_said_at_the_end(self):
        self.deploy()
        self.assert_works()
        self.assertEqual(self.pool.stop(), 0)
        self.assertTrue(self.router.last(message.Goodbye).reason.startswith("wamp.close."))

    def test_goodbye_of_the_router_is_answered_and_the_session_joined_again(self):
        self.deploy()
        self.assert_works()
        self.background.loop.call_soon_threadsafe(self.router.send_to_all, message.Goodbye("wamp.close.system_shutdown"))
        wait_until(lambda: self.router.last(message.Goodbye), "the answer to GOODBYE")
        self.assertEqual(self.router.last(message.Goodbye).reason, "wamp.close.goodbye_and_out")
        self.assert_works()

    def test_abort_is_logged(self):
        self.deploy(refusal=message.Abort("wamp.error.no_such_realm", "no such realm here"))
        outcome = self.call("com.example.echo")
        self.assertEqual((outcome.status, outcome.name), (503, "router_unavailable"))
        self.assertRegex(self.pool.log.read_text(), '"wamp.error.no_such_realm" "no such realm here"')

    # Logins.

    def deploy_login(self, method, secret, extra, is_right):
        self.deploy(FRONTEND, {"frontend": {"authmethod": method, "authid": "ann", "secret": secret}}, authrole="frontend",
                    challenge=message.Challenge(method, extra), is_right=is_right)

    def assert_logged_in(self, method):
        self.assert_works()
        hello = self.router.last(message.Hello)
        self.assertEqual((hello.authid, hello.authmethods), ("ann", [method]))

    def test_ticket(self):
        self.deploy_login("ticket", "s3cret", {}, lambda signature: signature == "s3cret")
        self.assert_logged_in("ticket")

    def test_wampcra(self):
        expected = auth.compute_wcs(b"s3cret", CHALLENGE.encode()).decode()
        self.deploy_login("wampcra", "s3cret", {"challenge": CHALLENGE}, lambda signature: signature == expected)
        self.assert_logged_in("wampcra")

    def test_wampcra_with_a_salted_key(self):
        expected = auth.compute_wcs(salted_key("s3cret", **SALTING), CHALLENGE.encode()).decode()
        self.deploy_login("wampcra", "s3cret", {"challenge": CHALLENGE, **SALTING}, lambda signature: signature == expected)
        self.assert_logged_in("wampcra")

    def test_wampcra_with_a_wrong_secret_is_refused(self):
        expected = auth.compute_wcs(b"s3cret", CHALLENGE.encode()).decode()
        self.deploy_login("wampcra", "wrong", {"challenge": CHALLENGE}, lambda signature: signature == expected)
        self.assertEqual(self.call("com.example.echo").status, 503)

    def test_cryptosign(self):
        key = cryptosign.CryptosignKey.from_bytes(KEY)
        challenge = binascii.hexlify(bytes(range(100, 132))).decode()
        signed = types.Challenge("cryptosign", {"challenge": challenge})
        expected = []
        key.sign_challenge(signed).addCallback(expected.append)
        self.deploy_login("cryptosign", KEY.hex(), {"challenge": challenge}, lambda signature: [signature] == expected)
        self.assert_logged_in("cryptosign")
        self.assertEqual(self.router.last(message.Hello).authextra["pubkey"], key.public_key())


class MessagesInMsgPack(Messages, AutobahnTest):
    pass


class MessagesInJson(Messages, AutobahnTest):
    serializer_class = JsonSerializer
    serializer_name = "json"


class ClientsOfDevrouter(DeploymentTest):
    def test_publish_subscribe_progress_and_callees(self):
        router = DevRouter(self.scratch, "--listen", "ws://127.0.0.1:0/ws").start()
        [url] = wait_until(lambda: re.findall(r"^listening (ws://\S+)$", router.said(), re.M), "the router to listen for WebSocket")

        done = subprocess.run([sys.executable, "-B", TOP / "tests/peers/autobahn_peer.py", url], capture_output=True, text=True, timeout=60)

        self.assertEqual(done.returncode, 0, done.stderr)
        event = ["com.example.topic", [1], {"two": 2}]
        self.assertEqual(json.loads(done.stdout), {
            "same publication": [True] * 3, "events": [event] * 3, "own": ["own"], "denied": "wamp.error.not_authorized",
            "not to subscribe": "wamp.error.not_authorized", "result": "done", "progress": [3, 2, 1, 1, 2], "without": "done", "count": 2})


if __name__ == "__main__":
    main()
