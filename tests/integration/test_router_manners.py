"""A router that is not hostile, but does what real ones do: it refuses a login, hangs, does not support CANCEL, or
writes numbers in its own way."""
import json
import socket
import threading

from integration.deployment import DeploymentTest, configuration, main
from support import fastcgi_client as fastcgi
from support.build import SLOWDOWN
from support.load import Background, make_call
from support.processes import wait_until
from support.scripted_router import ABORT, CALL, CANCEL, CHALLENGE, DETAILS, RESULT, WELCOME, ScriptedRouter
from support.servers import LastingRouter, WampFcgiPool

CALL_TIMEOUT = 0.5
PUBLISH, PUBLISHED = 16, 17


class Manners(DeploymentTest):
    def setUp(self):
        super().setUp()
        self.background = Background()
        self.background.__enter__()
        self.addCleanup(self.background.__exit__)

    def start_router(self, serve):
        router = ScriptedRouter(serve)
        self.addCleanup(router.stop)
        return f"rs://127.0.0.1:{router.port}"

    def deploy(self, *urls, connect_timeout=5, call_timeout=CALL_TIMEOUT, credentials=None, kind="caller", **router_settings):
        paths = {"/": {"type": kind, "realm": "realm1", "role": "anonymous", "options": {"call_timeout": call_timeout}}}
        config = configuration("", paths, connect_timeout=connect_timeout, credentials=credentials)
        del config["router"]["url"]
        config["router"].update(urls=urls, **router_settings)
        self.pool = WampFcgiPool(self.scratch, self.scratch.write("config.json", json.dumps(config)), 1).start()

    def call(self, procedure="a.b", args=("x",)):
        return self.background.start(make_call(self.pool.address, 30, procedure, list(args))).result(60)

    def assert_failed(self, outcome, status, name):
        self.assertEqual((outcome.status, outcome.name), (status, name), outcome)

    def wait_for_log(self, text):
        wait_until(lambda: text in self.pool.log.read_text(), f"the log to say {text!r}")


class Cancelling(Manners):
    def codes_after_a_time_out(self, details):
        """The codes of messages that a router with these details receives, from a call that it does not answer to the
        next call."""
        codes = []

        def serve(session):
            session.shake_hands()
            session.take_hello()
            session.send([WELCOME, 42, details])
            while True:
                message = session.receive()
                codes.append(message[0])
                if message[0] == CALL and message[3] != "silent":
                    session.answer(message[1])

        self.deploy(self.start_router(serve))
        self.assert_failed(self.call("silent"), 504, "call_timeout")
        self.assertEqual(self.call().status, 200)
        self.pool.stop()
        return codes[:3]

    def test_cancel_is_sent_to_a_router_that_announces_to_take_it(self):
        self.assertEqual(self.codes_after_a_time_out(DETAILS), [CALL, CANCEL, CALL])

    def test_cancel_is_not_sent_to_a_router_that_does_not(self):
        for features in ({}, {"call_canceling": False}):
            with self.subTest(features):
                details = {"authrole": "anonymous", "roles": {"dealer": {"features": features}}}
                self.assertEqual(self.codes_after_a_time_out(details)[:2], [CALL, CALL])

    def test_part_of_a_result_that_cannot_be_read_cancels_its_call(self):
        codes = []

        def serve(session):
            session.shake_hands()
            session.take_hello()
            session.send([WELCOME, 42, DETAILS])
            while True:
                message = session.receive()
                codes.append(message[0])
                if message[0] == CALL:
                    session.send([RESULT, message[1], {"progress": True}, "no list"])

        self.deploy(self.start_router(serve), call_timeout=30)
        body = b'{"procedure":"a.b"}'
        variables = fastcgi.variables(length=len(body), HTTP_ACCEPT="text/event-stream")
        status, _, _ = fastcgi.request(self.pool.address,
                                       fastcgi.begin() + fastcgi.params(variables) + fastcgi.stdin(body))
        self.assertEqual(status, 502)
        wait_until(lambda: codes == [CALL, CANCEL], f"CANCEL behind {codes}")


class RefusedLogins(Manners):
    connect_timeout = 60  # far more than a refusal may take

    def refuse(self, counted, uri="wamp.error.not_authorized"):
        def serve(session):
            session.shake_hands()
            session.take_hello()
            counted.append(uri)
            session.send([ABORT, {}, uri])
            session.until_closed()

        return self.start_router(serve)

    def test_refused_login_is_no_router_that_is_down(self):
        for uri in ("wamp.error.not_authorized", "wamp.error.no_such_realm", "wamp.error.no_such_role",
                    "wamp.error.authentication_failed"):
            with self.subTest(uri):
                logins = []
                self.deploy(self.refuse(logins, uri), connect_timeout=self.connect_timeout)
                self.wait_for_log(uri)
                for _ in range(20):
                    outcome = self.call()
                    self.assert_failed(outcome, 503, "router_unavailable")
                    self.assertLess(outcome.seconds, self.connect_timeout / 2)
                self.assertEqual(len(logins), 1)
                self.pool.stop()

    def test_wrong_secret(self):
        router = LastingRouter(self.scratch, "--ticket", "joe:anonymous:right", "--no-anonymous", "--log-calls").start()
        self.deploy(router.where, connect_timeout=self.connect_timeout,
                    credentials={"anonymous": {"authmethod": "ticket", "authid": "joe", "secret": "wrong"}})
        self.wait_for_log("authentication_failed")
        for _ in range(20):
            self.assert_failed(self.call(), 503, "router_unavailable")
        self.assertEqual(self.pool.log.read_text().count("cannot join"), 1)

    def test_challenge_of_a_connection_that_is_gone_is_not_answered_on_the_next_one(self):
        challenged = threading.Event()

        def serve(session):
            session.shake_hands()
            session.take_hello()
            session.send([CHALLENGE, "wampcra", {"challenge": "x", "salt": "y", "keylen": 32, "iterations": 1_000_000}])
            challenged.set()  # and closes the connection

        with socket.create_server(("127.0.0.1", 0)) as silent:  # the TLS handshake takes until connect_timeout
            self.deploy(self.start_router(serve), f"rss://127.0.0.1:{silent.getsockname()[1]}", connect_timeout=5 * SLOWDOWN,
                        credentials={"anonymous": {"authmethod": "wampcra", "authid": "joe", "secret": "s3cret"}})
            workers = self.pool.worker_pids()
            self.assertTrue(challenged.wait(30))
            self.wait_for_log("no connection in time")
            self.assertEqual(self.pool.worker_pids(), workers)
            self.assertNotIn("was killed", self.pool.log.read_text())

    def test_call_that_waits_is_answered_with_the_refusal(self):
        entered, go_on, logins = threading.Event(), threading.Event(), []
        self.addCleanup(go_on.set)

        def serve(session):
            session.shake_hands()
            session.take_hello()
            logins.append(1)
            entered.set()
            go_on.wait(60)
            session.send([ABORT, {}, "wamp.error.no_such_realm"])
            session.until_closed()

        self.deploy(self.start_router(serve), connect_timeout=self.connect_timeout)
        self.assertTrue(entered.wait(30))
        waiting = self.background.start(make_call(self.pool.address, 50))
        go_on.set()
        self.assert_failed(waiting.result(60), 503, "router_unavailable")
        self.assertEqual(len(logins), 1)

    def test_next_router_of_the_list_serves(self):
        logins = []
        good = LastingRouter(self.scratch).start()
        self.deploy(self.refuse(logins), good.where, connect_timeout=self.connect_timeout)
        self.assertTrue(self.call("com.example.echo").good)
        self.assertEqual(self.call("com.example.fault.drop").status, 502)
        self.assertEqual(self.call("com.example.add2", [2, 3]).json, {"args": [5]})
        self.assertEqual(len(logins), 1)

    def test_passing_trouble_is_tried_again_at_once(self):
        troubles = []

        def serve(session):
            session.shake_hands()
            session.take_hello()
            if len(troubles) < 3:
                troubles.append(1)
                return session.send([ABORT, {}, "wamp.error.authorization_failed"])
            session.welcome()
            while True:
                session.answer(session.receive()[1])

        self.deploy(self.start_router(serve), connect_timeout=self.connect_timeout)
        self.assertEqual(self.call().status, 200)


class Hanging(Manners):
    keepalive = 1

    def test_router_that_hangs_and_answers_no_ping_is_left_for_another_session(self):
        sessions = []

        def serve(session):
            session.shake_hands()
            session.take_hello()
            session.welcome()
            sessions.append(session)
            if len(sessions) == 1:
                return session.until_closed()
            while True:
                message = session.receive()
                if message[0] == CALL:
                    session.answer(message[1])

        self.deploy(self.start_router(serve), keepalive=self.keepalive)
        wait_until(lambda: self.call().status == 200, "a call to work", 20)
        self.assertIn("the router sent nothing while calls ran into call_timeout", self.pool.log.read_text())
        self.assertEqual(len(sessions), 2)

    def test_router_that_hangs_is_left_where_only_publications_run_into_their_time_out(self):
        sessions = []

        def serve(session):
            session.shake_hands()
            session.take_hello()
            session.welcome()
            sessions.append(session)
            if len(sessions) == 1:
                return session.until_closed()
            while True:
                message = session.receive()
                if message[0] == PUBLISH:
                    session.send([PUBLISHED, message[1], 7])

        self.deploy(self.start_router(serve), keepalive=self.keepalive, kind="publisher")
        body = b'{"topic":"a.b"}'
        data = fastcgi.begin() + fastcgi.params(fastcgi.variables(length=len(body))) + fastcgi.stdin(body)
        wait_until(lambda: fastcgi.request(self.pool.address, data)[0] == 200, "a publication to be accepted", 20)
        self.assertEqual(len(sessions), 2)

    def test_router_that_answers_other_calls_is_not_left(self):
        sessions = []

        def serve(session):
            session.shake_hands()
            session.take_hello()
            session.welcome()
            sessions.append(session)
            while True:
                message = session.receive()
                if message[0] == CALL and message[3] != "silent":
                    session.answer(message[1])

        self.deploy(self.start_router(serve), keepalive=self.keepalive)
        for _ in range(4):
            self.assert_failed(self.call("silent"), 504, "call_timeout")
            self.assertEqual(self.call().status, 200)
        self.assertEqual(len(sessions), 1)


class JsonFromRouters(Manners):
    def answered_by(self, text):
        """The outcome of a call answered by this JSON, in which ID stands for the request id."""

        def serve(session):
            session.shake_hands()
            session.take_hello()
            session.welcome()
            while True:
                message = session.receive()
                if message[0] == CALL:
                    session.send_payload(text.replace("ID", str(message[1])).encode())

        self.deploy(self.start_router(serve), serializer="json")
        outcome = self.call()
        self.pool.stop()
        return outcome

    def test_integer_beyond_64_bits_is_a_double(self):
        for literal, value in (("100000000000000000000", b"1e+20"), ("-9223372036854775809", b"-9223372036854775808.0"),
                               ("18446744073709551615", b"18446744073709551615")):
            with self.subTest(literal):
                outcome = self.answered_by(f"[{RESULT},ID,{{}},[{literal}]]")
                self.assertEqual((outcome.status, outcome.body), (200, b'{"args":[' + value + b"]}"))

    def test_client_has_to_say_what_it_means(self):
        self.deploy(self.start_router(lambda session: session.until_closed()))
        self.assert_failed(self.call(args=[10**20]), 400, "body_not_json")

    def test_log_says_what_cannot_be_read_and_where(self):
        for rest, why in (("[1,NaN]]", "byte 12: NaN is not JSON"), ("[1", "byte 11: incomplete JSON"),
                          ("[" * 200, "byte 137: it nests deeper than 128 levels"), ("[1e999]]", "byte 15: a double overflows")):
            with self.subTest(why):
                self.assert_failed(self.answered_by(f"[{RESULT},ID,{{}},{rest}"), 502, "result_invalid")
                self.assertIn(f"RESULT cannot be read: {why}", self.pool.log.read_text())


class LongArguments(Manners):
    """Arguments of 64 KiB and more are not copied into the message, or out of it."""

    LIMIT = 64 * 1024

    def test_arguments_of_any_length_pass_unchanged_over_every_transport(self):
        for scheme in ("rs", "ws"):
            for serializer in ("msgpack", "json"):
                with self.subTest(scheme=scheme, serializer=serializer):
                    self.deploy(LastingRouter(self.scratch, scheme=scheme).start().where, serializer=serializer, call_timeout=30)
                    self.echo_all()
                    self.pool.stop()

    def test_result_in_memory_of_its_own_passes_unchanged_over_every_transport(self):
        for scheme in ("rs", "ws"):
            for serializer in ("msgpack", "json"):
                with self.subTest(scheme=scheme, serializer=serializer):
                    self.deploy(LastingRouter(self.scratch, scheme=scheme).start().where, serializer=serializer, call_timeout=30)
                    for size in (2**20 - 100, 2**20, 2**20 + 100, 5_000_000, 1):
                        outcome = self.call("com.example.big", [size])
                        self.assertEqual((outcome.status, len(outcome.body)), (200, size + len('{"args":[""]}')))
                        self.assertEqual(len(set(outcome.json["args"][0])), 1)
                    self.pool.stop()

    def echo_all(self):
        for size in (self.LIMIT - 20, self.LIMIT - 5, self.LIMIT, 300_000):
            for args, kwargs in ((["a" * size], {}), ([], {"k": "b" * size}), (["a" * size, 1], {"k": 2}),
                                 ([1], {"k": "b" * size, "l": [2]}), (["a" * size], {"k": "b" * size})):
                outcome = self.background.start(make_call(self.pool.address, 30, "com.example.echo", args, kwargs)).result(60)
                expected = {name: value for name, value in (("args", args), ("kwargs", kwargs)) if value}
                self.assertEqual(outcome.status, 200, outcome.body[:100])
                self.assertTrue(outcome.json == expected, (size, outcome.body[:100]))


class WrongPorts(Manners):
    def test_websocket_at_a_rawsocket_port_and_the_other_way_round(self):
        for scheme, path, other, hint in (("rs", "", "ws", "a RawSocket port needs rs:// or rss://"), ("ws", "/ws", "rs", "RawSocket")):
            with self.subTest(scheme):
                router = LastingRouter(self.scratch, scheme=scheme, path=path).start()
                self.deploy(f"{other}://127.0.0.1:{router.port}", connect_timeout=1)
                self.wait_for_log(hint)
                self.pool.stop()
                router.stop()

    def test_server_that_answers_by_http(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            def answer():
                sock, _ = server.accept()
                with sock:
                    sock.recv(4)
                    sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

            thread = threading.Thread(target=answer, daemon=True)
            thread.start()
            self.deploy(f"rs://127.0.0.1:{server.getsockname()[1]}", connect_timeout=1)
            self.wait_for_log("a WebSocket port needs ws:// or wss://")
            self.pool.stop()
            thread.join(10 * SLOWDOWN)


if __name__ == "__main__":
    main()
