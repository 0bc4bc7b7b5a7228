"""A hostile router: messages in the wrong order, of wrong types, with wrong ids; values that lie, never end or are
nested too deep. The affected call fails in time with the right error, other calls go on, and the worker survives
without growing."""
import struct

from integration.deployment import main
from integration.hostile_router_case import INVALID, LOST, SURVIVED, TIMED_OUT, HostileRouter
from support.build import SLOWDOWN
from support.msgpack_lite import Raw, pack
from support.processes import wait_until
from support.scripted_router import ABORT, AUTHENTICATE, CALL, CHALLENGE, DETAILS, ERROR, GOODBYE, HELLO, RESULT, WELCOME

LARGEST = (1 << 24) - 1
NONSENSE = (None, True, -1, 1.5, "x", [], {}, b"", 2**64 - 1, Raw(b"\xc7\x01\x05x"))


class Messages(HostileRouter):
    def test_order(self):
        self.check_messages([
            ("WELCOME again", lambda _: [[WELCOME, 43, DETAILS]], SURVIVED),
            ("WELCOME with another role", lambda _: [[WELCOME, 43, {"authrole": "root"}]], SURVIVED),
            ("CHALLENGE when joined", lambda _: [[CHALLENGE, "ticket", {}]], LOST),
            ("ABORT when joined", lambda _: [[ABORT, {}, "wamp.error.no_such_realm"]], LOST),
            ("GOODBYE twice", lambda _: [[GOODBYE, {}, "wamp.close.normal"]] * 2, LOST),
            ("what a client sends", lambda i: [[HELLO, "realm1", {}], [AUTHENTICATE, "x", {}], [CALL, i, {}, "a.b"],
                                               [49, i, {}], [16, 1, {}, "a.b"], [32, 1, {}, "a.b"], [64, 1, {}, "a.b"],
                                               [70, i, {}, ["x"]]], SURVIVED),
            ("what others are sent", lambda i: [[17, 1, 2], [33, 1, 2], [35, 1], [36, 1, 2, {}, ["x"]], [65, 1, 2], [67, 1],
                                                [68, i, 1, {}, ["x"]], [69, i, {}]], SURVIVED),
            ("codes that nobody knows", lambda i: [[0], [7, i], [51, i, {}], [99, i], [2**40, i], [2**64 - 1]], SURVIVED),
            ("RESULT twice", lambda i: [[RESULT, i, {}, ["survived"]]] * 2, SURVIVED),
            ("ERROR behind the RESULT", lambda i: [[RESULT, i, {}, ["survived"]], [ERROR, CALL, i, {}, "a.b"]], SURVIVED),
            ("RESULT behind the ERROR", lambda i: [[ERROR, CALL, i, {}, "a.b", ["survived"]], [RESULT, i, {}, ["x"]]], SURVIVED),
            ("progress that nobody asked for", lambda i: [[RESULT, i, {"progress": True}, [n]] for n in range(3)], SURVIVED),
            ("ERROR of another type", lambda i: [[ERROR, kind, i, {}, "a.b"] for kind in (0, 16, 32, 49, 50, 64, 68)], SURVIVED),
            ("a hundred thousand EVENTs", lambda _: [[36, 1, 2, {}, ["x"]]] * (100_000 // SLOWDOWN), SURVIVED),
        ])

    def test_ids(self):
        odd = (0, -1, 2**53 + 1, 2**64 - 1, 10**6, 1.0, "1", None, [1], b"1")
        self.check_messages([
            ("RESULT of no call", lambda _: [[RESULT, each, {}, ["wrong"]] for each in odd], SURVIVED),
            ("ERROR of no call", lambda _: [[ERROR, CALL, each, {}, "wrong"] for each in odd], SURVIVED),
            ("RESULT of an ended call", lambda i: [[RESULT, i - 1, {}, ["wrong"]]], SURVIVED),
            ("RESULT of a call to come", lambda i: [[RESULT, i + 1, {}, ["wrong"]]], SURVIVED),
        ])

    def test_each_call_gets_its_own_answer_whatever_the_order(self):
        held = []

        def hold(session, operation_id):
            held.append(operation_id)
            if len(held) == 3:
                for each in reversed(held):
                    session.send([RESULT, each, {}, [each]])

        self.evil["hold"] = hold
        calls = []
        for count in (1, 2, 3):
            calls.append(self.start_call("evil.hold"))
            wait_until(lambda: len(held) == count, "the call to come")
        self.assertEqual([each.result(30).json["args"] for each in calls], [[each] for each in held])

    def test_types(self):
        """Wrong types for each field: the answer is ignored or invalid, or the field does not matter."""
        results = [[RESULT, None, {}, ["survived"], {}], [ERROR, CALL, None, {}, "a.b", ["survived"], {}]]
        for right in results:
            at_id = right.index(None)
            for field in range(1, len(right)):
                for number, wrong in enumerate(NONSENSE):
                    def attack(session, operation_id, right=right, field=field, wrong=wrong):
                        message = [operation_id if each is None else each for each in right]
                        message[field] = wrong
                        session.send(message)
                        session.answer(operation_id)
                    expected = (SURVIVED,) if field <= at_id + 1 else (SURVIVED, INVALID)
                    self.check_quickly(attack, expected, (right[0], field, number))

    def check_quickly(self, attack, expected, what):
        self.evil["attack"] = attack
        outcome = self.start_call("evil.attack").result(60)
        self.assertIn((outcome.status, outcome.name), expected, (what, outcome))

    def test_messages_that_are_none(self):
        self.check_payloads([
            ("nothing", lambda _: b"", LOST), ("garbage", lambda _: b"\xc1" * 100, LOST),
            ("no list", lambda _: pack({"a": 1}), LOST), ("empty list", lambda _: pack([]), LOST),
            ("code that is a text", lambda i: pack(["50", i]), LOST),
            ("code that is negative", lambda i: pack([-50, i]), LOST),
            ("RESULT alone", lambda _: pack([RESULT]), SURVIVED),
            ("extra bytes after the message", lambda i: pack([RESULT, i, {}, []]) + b"x", INVALID),
            ("a thousand fields", lambda i: pack([RESULT, i, {}, [], {}, *range(1000)]), INVALID),
        ])

    def test_message_that_is_cut_anywhere(self):
        whole = pack([RESULT, 10**9, {"a": 1}, ["text", 1.5], {"k": [1, 2]}])
        ids = whole.index(struct.pack("!I", 10**9)) + 4
        for size in range(1, len(whole)):
            def attack(session, operation_id, size=size):
                message = whole.replace(b"\xce" + struct.pack("!I", 10**9), b"\xce" + struct.pack("!I", operation_id))
                session.send_payload(message[:size])
                session.answer(operation_id)
            if size >= ids:
                self.check_quickly(attack, (INVALID,), size)
            elif size in (1, 2, ids - 1):
                self.check(attack, LOST, SURVIVED, name=f"cut at {size}")

    def test_values_that_lie_about_their_size(self):
        def behind(operation_id, *values):
            return bytes([0x92 + len(values), RESULT]) + pack(operation_id) + b"\x80" + b"".join(values)

        huge = {"list": b"\xdd", "map": b"\xdf", "text": b"\xdb", "binary": b"\xc6", "extension": b"\xc9"}
        rows = [(f"{name} of 2^32", lambda i, mark=mark: behind(i, mark + b"\xff\xff\xff\xff\x01x"), INVALID)
                for name, mark in huge.items()]
        rows += [(f"{name} of 2^32 in the details", lambda i, mark=mark: bytes([0x94, RESULT]) + pack(i) + mark + b"\xff" * 5, INVALID)
                 for name, mark in huge.items()]
        rows += [("message of 2^32 fields", lambda i: b"\xdd\xff\xff\xff\xff\x32" + pack(i) + b"\x80\x90", INVALID)]
        self.check_payloads(rows)

    def test_depth_bombs(self):
        def behind(operation_id, value):
            return b"\x94\x32" + pack(operation_id) + b"\x80" + value

        for levels in (129, 1000, 100_000, 8_000_000):
            self.check_payloads([
                (f"{levels} lists", lambda i: behind(i, b"\x91" * levels + b"\xc0"), INVALID),
                (f"{levels} maps", lambda i: behind(i, b"\x91" + b"\x81\x00" * (levels // 2) + b"\xc0"), INVALID, SURVIVED),
                (f"{levels} lists without an end", lambda i: behind(i, b"\x91" * levels), INVALID),
                (f"{levels} lists in the details", lambda i: b"\x94\x32" + pack(i) + b"\x91" * levels + b"\xc0\x90", INVALID),
            ])

    def test_results_that_json_cannot_hold(self):
        self.check_messages([
            (name, lambda i, value=value: [[RESULT, i, {}, [value]]], INVALID) for name, value in
            (("text that is no UTF-8", Raw(b"\xa2\xc3\x28")), ("key that is no text", {1: 2}), ("extension", Raw(b"\xd4\x05x")),
             ("key that is a list", Raw(b"\x81\x90\x01")))])

    def test_result_as_long_as_can_be(self):
        def attack(session, operation_id):
            frame = b"\x94\x32" + pack(operation_id) + b"\x80\x91\xdb"
            size = LARGEST - len(frame) - 4
            session.send_payload(frame + struct.pack("!I", size) + b"x" * size)

        self.evil["attack"] = attack
        outcome = self.start_call("evil.attack").result(60)
        self.assertEqual(outcome.status, 200)
        self.assertGreater(len(outcome.body), LARGEST - 100)

    def test_results_that_grow_in_json(self):
        size = 1_000_000 // SLOWDOWN

        def attack(session, operation_id):
            session.send_payload(b"\x94\x32" + pack(operation_id) + b"\x80\x91\xdb" + struct.pack("!I", size) + bytes(size))

        self.evil["attack"] = attack
        outcomes = [each.result(60) for each in [self.start_call("evil.attack") for _ in range(4)]]
        self.assertEqual([(each.status, len(each.body)) for each in outcomes], [(200, size * 6 + len('{"args":[""]}'))] * 4)

    def test_router_that_never_answers(self):
        self.check(lambda session, operation_id: None, TIMED_OUT, name="silence")


class Json(HostileRouter):
    serializer = "json"

    def test_messages_that_are_none(self):
        def result(value):
            return lambda i: f"[50,{i},{{}},[{value}]]".encode()

        self.check_payloads([
            ("nothing", lambda _: b"", LOST), ("no JSON", lambda _: b"\xff\xfe[", LOST), ("no list", lambda _: b'{"a":1}', LOST),
            ("empty list", lambda _: b"[]", LOST), ("code that is a text", lambda i: f'["50",{i}]'.encode(), LOST),
            ("a hundred thousand lists", result("[" * 100_000 + "]" * 100_000), INVALID),
            ("eight million lists without an end", result("[" * 8_000_000), INVALID),
            ("a hundred thousand objects", result('{"a":' * 100_000 + "1" + "}" * 100_000), INVALID),
            ("lists in the details", lambda i: f"[50,{i},{'[' * 100_000}".encode(), INVALID),
            ("cut", lambda i: f'[50,{i},{{}},["x'.encode(), INVALID),
            ("a number of millions of digits", result("1" * 8_000_000), INVALID),
            ("a fraction of millions of digits", result("0." + "1" * 8_000_000), SURVIVED),
            ("an exponent of millions of digits", result("1e" + "1" * 8_000_000), INVALID),
            ("half a surrogate pair", result(r'"\ud800"'), INVALID), ("no UTF-8", lambda i: f'[50,{i},{{}},["'.encode() + b'\xff"]]', INVALID),
            ("text behind the message", lambda i: f"[50,{i},{{}}]x".encode(), INVALID),
            ("millions of members of one name", result("{" + ",".join(['"a":1'] * (2_000_000 // SLOWDOWN)) + "}"), SURVIVED),
        ])


if __name__ == "__main__":
    main()
