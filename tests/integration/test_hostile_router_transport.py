"""A hostile router: handshakes and logins that never finish, frames that lie, never end or never stop. Calls fail in
time with the right error, other calls go on, and the worker survives without growing."""
import json
import struct
import time

from integration.deployment import DeploymentTest, configuration, main
from integration.fault_case import MEMORY_SLACK, footprint
from integration.hostile_router_case import (CONNECT_TIMEOUT, LOST, SLACK, SURVIVED, TIMED_OUT, UNAVAILABLE,
                                             HostileRouter, service)
from support.load import Background, make_call
from support.msgpack_lite import Raw, pack
from support.processes import Scratch, wait_until
from support.scripted_router import (ABORT, CHALLENGE, DETAILS, GOODBYE, HELLO, PING, RESULT, WELCOME, ScriptedRouter, Session)
from support.servers import WampFcgiPool

LARGEST = (1 << 24) - 1


class Frames(HostileRouter):
    def test_reserved_types(self):
        for kind in (3, 4, 7, 8, 0x80, 0xFF):
            self.check(lambda session, operation_id: session.send_bytes(session.frame(pack([RESULT, operation_id, {}]), kind)), LOST,
                       name=f"type {kind}")

    def test_byte_at_a_time(self):
        def attack(session, operation_id):
            for each in session.frame(session.pack([RESULT, operation_id, {}, ["survived"]])):
                session.send_bytes(bytes([each]))
                time.sleep(0.002)  # so that it is read separately

        self.check(attack, SURVIVED)

    def test_frame_that_announces_more_than_comes_ends_the_session_though_bytes_still_come(self):
        def attack(session, operation_id):
            session.send_bytes(b"\0\xff\xff\xff")
            while True:
                session.send_bytes(b"\0")
                time.sleep(0.1)  # the sender's slowness

        self.check(attack, TIMED_OUT)
        wait_until(lambda: "sends it too slowly" in self.pool.log.read_text(), "the session to end", 10)

    def test_pings_by_the_thousand(self):
        def attack(session, operation_id):
            for _ in range(100):
                session.send_bytes(session.frame(b"x" * 50, PING) * 1000)
            session.answer(operation_id)

        self.check(attack, SURVIVED)

    def test_pings_whose_answers_are_not_read_fill_no_memory_without_end(self):
        def attack(session, operation_id):
            for _ in range(20):
                session.send_bytes(session.frame(bytes(LARGEST), PING))
            session.answer(operation_id)

        self.check(attack, SURVIVED)
        self.assertLess(footprint(self.worker)[1], self.before[1] + (64 + 2 * 16) * 1024 + 4 * MEMORY_SLACK)
        self.router.disconnect()

    def test_pongs_that_nobody_asked_for(self):
        def attack(session, operation_id):
            session.send_bytes(session.frame(b"x", 2) * 10_000)
            session.answer(operation_id)

        self.check(attack, SURVIVED)


def saying(*messages):
    def join(session):
        session.send(*messages)
        session.until_closed()
    return join


def repeating(*messages):
    def join(session):
        data = b"".join(session.frame(session.pack(each)) for each in messages)
        while True:
            session.send_bytes(data)
    return join


def making_noise(session):
    while True:
        session.send_bytes(b"\xff" * 100_000)


class Logins(HostileRouter):
    """WAMP-CRA logins in a realm for each way to fail, all at the same time."""

    credentials = {"anonymous": {"authmethod": "wampcra", "authid": "joe", "secret": "s3cret"}}
    extra = {"challenge": "x", "salt": "y", "keylen": 32, "iterations": 1000}
    joins = {
        "RESULT first": saying([RESULT, 1, {}, ["x"]]), "EVENT first": saying([36, 1, 2, {}]),
        "GOODBYE first": saying(*[[GOODBYE, {}, "wamp.close.normal"]] * 2), "ABORT": saying([ABORT, {}, "a.b"]),
        "HELLO back": saying([HELLO, "realm1", {}]), "another role": saying([WELCOME, 1, {"authrole": "root"}]),
        "GOODBYE behind WELCOME": saying([WELCOME, 1, DETAILS], [GOODBYE, {}, "a.b"]),
        "silence": saying(), "end": lambda session: None, "noise": making_noise,
        "EVENTs without end": repeating(*[[36, 1, 2, {}, ["x"]]] * 1000),
        "CHALLENGEs without end": repeating(*[[CHALLENGE, "wampcra", {**extra, "iterations": 1_000_000}]] * 100),
        "unknown method": saying([CHALLENGE, "telepathy", extra]), "ticket instead": saying([CHALLENGE, "ticket", {}]),
        "iterations without end": saying([CHALLENGE, "wampcra", {**extra, "iterations": 2**62}]),
        "key without end": saying([CHALLENGE, "wampcra", {**extra, "keylen": 2**40}]),
        "iterations below zero": saying([CHALLENGE, "wampcra", {**extra, "iterations": -1}]),
        "nothing to sign": saying([CHALLENGE, "wampcra", {}]),
        "a megabyte to sign": saying([CHALLENGE, "wampcra", {"challenge": "x" * 2**20}]),
        **{f"wrong type {number}": saying(message) for number, message in enumerate((
            [WELCOME], [WELCOME, 1], [WELCOME, "1", DETAILS], [WELCOME, -1, DETAILS], [WELCOME, 1, "x"],
            [WELCOME, 1, Raw(b"\x91" * 100_000 + b"\xc0")], [WELCOME, 1, {"authrole": ["anonymous"]}],
            [WELCOME, 1, {**DETAILS, "x": b"x" * 10**7}], [CHALLENGE], [CHALLENGE, 1, {}], [CHALLENGE, "wampcra", None],
            [ABORT], [ABORT, 1, 2], [GOODBYE, "x", {}]))},
    }
    realms = {f"evil.number{number}": name for number, name in enumerate(joins)}

    @classmethod
    def services(cls):
        return {**super().services(), **{realm: service(realm) for realm in cls.realms}}

    @classmethod
    def welcome(cls, session):
        if name := cls.realms.get(session.realm):
            return cls.joins[name](session)
        super().welcome(session)

    def test_session_that_gets_nowhere_is_in_nobodys_way(self):
        calls = {name: self.start_call("good", f"/{realm}") for realm, name in self.realms.items()}
        self.assert_others_go_on()
        for name, started in calls.items():
            with self.subTest(name):
                outcome = started.result(60)
                self.assertIn((outcome.status, outcome.name), (UNAVAILABLE, LOST), outcome)
                self.assertLess(outcome.seconds, CONNECT_TIMEOUT + SLACK)
        self.assert_others_go_on()
        log = self.pool.log.read_text()
        self.assertIn("CHALLENGE out of turn", log)
        self.assertNotIn("s3cret", log)


class Handshakes(DeploymentTest):
    """None gets as far as HELLO; all at the same time, each with its own worker."""

    @staticmethod
    def replying(reply):
        def serve(session):
            session.shake_hands(reply)
            session.until_closed()
        return serve

    def check(self, scheme, serves):
        pools = []
        for serve in serves:
            router = ScriptedRouter(serve)
            self.addCleanup(router.stop)
            url = f"{scheme}://127.0.0.1:{router.port}" + ("/ws" if scheme == "ws" else "")
            scratch = Scratch()
            self.addCleanup(scratch.close)
            config = scratch.write("config.json", json.dumps(configuration(url, {"/": service()}, connect_timeout=1)))
            pools.append(WampFcgiPool(scratch, config, workers=1).start())
        before = [footprint(*pool.worker_pids()) for pool in pools]
        with Background() as background:
            calls = [background.start(make_call(pool.address, 30, "good")) for pool in pools]
            outcomes = [each.result(60) for each in calls]
        for number, (pool, outcome, (_, memory)) in enumerate(zip(pools, outcomes, before)):
            with self.subTest(number):
                self.assertEqual((outcome.status, outcome.name), UNAVAILABLE)
                self.assertLess(outcome.seconds, 1 + SLACK)
                self.assertLess(footprint(*pool.worker_pids())[1], memory + MEMORY_SLACK)
                self.assertNotIn("ended", pool.log.read_text())

    def test_rawsocket(self):
        replies = (b"HTTP", b"\x7f\x00\0\0", b"\x7f\x10\0\0", b"\x7f\xf0\0\0", b"\x7f\xf1\0\0", b"\x7f\xf2\1\0",
                   b"\x7f\x02\0\0", b"\xff" * 100_000, b"\x7f")
        self.check("rs", [self.replying(each) for each in replies])

    def test_websocket(self):
        switch = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"

        def endless_headers(session):
            session.shake_hands(switch)
            while True:
                session.send_bytes(b"X-More: " + b"x" * 10_000 + b"\r\n")

        replies = (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
                   b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n", switch + b"\r\n",
                   switch + b"Sec-WebSocket-Accept: wrong\r\n\r\n", b"\x7f\xf2\0\0", b"\0" * 100_000)
        self.check("ws", [*(self.replying(each) for each in replies), endless_headers])


class WebSocketFrames(HostileRouter):
    scheme = "ws"

    def test_fragments(self):
        def in_pieces(session, operation_id):
            message = session.pack([RESULT, operation_id, {}, ["survived"]])
            parts = [message[i:i + 1] for i in range(len(message))]
            session.send_bytes(session.frame(parts[0], final=False) + session.frame(b"ping", 9) +
                               b"".join(session.frame(each, 0, final=False) for each in parts[1:]) +
                               session.frame(b"", 0, final=False) * 1000 + session.frame(b"", 0))

        def without_start(session, operation_id):
            session.send_bytes(session.frame(session.pack([RESULT, operation_id, {}, ["wrong"]]), 0))

        def within_another(session, operation_id):
            session.send_bytes(session.frame(b"x", final=False) + session.frame(session.pack([RESULT, operation_id, {}, ["wrong"]])))

        self.check(in_pieces, SURVIVED)
        self.check(without_start, LOST)
        self.check(within_another, LOST)

    def test_frames_that_are_wrong(self):
        def frames(session, operation_id):
            good = session.pack([RESULT, operation_id, {}, ["wrong"]])
            masked = session.frame(good)
            return {
                "masked": masked[:1] + bytes([masked[1] | 0x80]) + b"\0\0\0\0" + good,
                "reserved bits": session.frame(good, rest=4), "reserved opcode": session.frame(good, 3),
                "reserved control opcode": session.frame(b"", 11), "long ping": session.frame(bytes(126), 9),
                "ping in fragments": session.frame(b"x", 9, final=False),
                "2^63 bytes": b"\x82\x7f" + b"\x80" + bytes(7) + good, "2^62 bytes": b"\x82\x7f" + b"\x40" + bytes(7) + good,
                "17 MiB": session.frame(bytes(17 * 2**20)), "17 MiB in fragments": session.frame(bytes(2**20), final=False) +
                session.frame(bytes(2**20), 0, final=False) * 16,
                "length in more bytes than it needs": b"\x82\x7e\0" + bytes([len(good)]) + good,
                "close": session.frame(struct.pack("!H", 1000), 8), "close for an error": session.frame(struct.pack("!H", 1002) + b"x", 8),
                "close without code": session.frame(b"", 8), "close of one byte": session.frame(b"\x03", 8),
                "close with a reserved code": session.frame(struct.pack("!H", 1006), 8),
                "close with a text that is no UTF-8": session.frame(struct.pack("!H", 1000) + b"\xff", 8),
                "text that is no UTF-8": session.frame(b"\x94\x32\xff", 1),
            }

        def attack_by(name):
            return lambda session, operation_id: session.send_bytes(frames(session, operation_id)[name])

        for name in frames(Session(None, b"G"), 1):
            self.check(attack_by(name), LOST, name=name)

    def test_message_whose_end_does_not_come_ends_the_session_though_bytes_still_come(self):
        def attack(session, operation_id):
            session.send_bytes(session.frame(b"\x94", final=False))
            while True:
                session.send_bytes(session.frame(b"x", 0, final=False))
                time.sleep(0.1)  # the sender's slowness

        self.check(attack, TIMED_OUT)
        wait_until(lambda: "sends it too slowly" in self.pool.log.read_text(), "the session to end", 10)

    def test_pings_by_the_thousand(self):
        def attack(session, operation_id):
            session.send_bytes(session.frame(b"x" * 100, 9) * 20_000)
            session.answer(operation_id)

        self.check(attack, SURVIVED)

    def test_byte_at_a_time(self):
        Frames.test_byte_at_a_time(self)


if __name__ == "__main__":
    main()
