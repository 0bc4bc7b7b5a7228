"""Bytes on the FastCGI socket that are not FastCGI, lie, come in the wrong order, or are sent by few web servers
only."""
import json
import socket
import struct
import time

from integration.contract_base import ADD2, call, echo
from integration.fault_case import MEMORY_SLACK, footprint
from integration.hostile_case import AT_ONCE, GOOD, GOOD_VARIABLES, HostileTest, whole
from support import fastcgi_client as fastcgi
from support.fastcgi_client import ABORT_REQUEST, BEGIN_REQUEST, END_REQUEST, PARAMS, STDIN, STDOUT, begin, record, stdin
from support.processes import wait_until

GET_VALUES, GET_VALUES_RESULT, UNKNOWN_TYPE = 9, 10, 11
COMPLETE, CANNOT_MULTIPLEX, UNKNOWN_ROLE = 0, 1, 3


def pairs(*texts):
    """Encodes variables for FastCGI, with correct lengths."""
    return b"".join(struct.pack("!II", len(name) | 1 << 31, len(value) | 1 << 31) + name + value for name, value in texts)


def good_but(more):
    """A good request with additional bytes among its variables."""
    variables = GOOD_VARIABLES[8:-8] + more
    pieces = [record(PARAMS, variables[i:i + 65000]) for i in range(0, len(variables), 65000)]
    return begin() + b"".join(pieces) + record(PARAMS) + stdin(ADD2.encode())


def begin_as(role, keep=False, request_id=1):
    return record(BEGIN_REQUEST, struct.pack("!HB5x", role, keep), request_id)


class Records(HostileTest):
    def records_for(self, data):
        with self.connect() as client:
            client.send(data)
            return client.until_closed()

    def test_what_no_web_server_sends_closes_the_connection_without_an_answer_and_is_logged(self):
        wrong = "a FastCGI record that is not allowed there"
        rows = [
            ("another protocol", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "a FastCGI record of an unknown version"),
            ("version 0", b"\0" + GOOD[1:], "a FastCGI record of an unknown version"),
            ("version 2", b"\2" + GOOD[1:], "a FastCGI record of an unknown version"),
            ("noise", b"\xff" * 100_000, "a FastCGI record of an unknown version"),
            ("another version later", begin() + b"\2" + GOOD_VARIABLES[1:], "a FastCGI record of an unknown version"),
            ("begin of no bytes", record(BEGIN_REQUEST), "a BEGIN_REQUEST record of the wrong length"),
            ("begin of 64 KiB", record(BEGIN_REQUEST, b"\0\1" + bytes(65533)),
             "a BEGIN_REQUEST record of the wrong length"),
            ("request that begins twice", begin() + begin(), "a second BEGIN_REQUEST for one request"),
            ("body first", begin() + stdin(ADD2.encode()), wrong),
            ("variables behind the body", begin() + GOOD_VARIABLES + record(STDIN, b"x") + GOOD_VARIABLES, wrong),
            ("variables that end twice", begin() + GOOD_VARIABLES + record(PARAMS), wrong),
            ("output", begin() + record(STDOUT, b"x"), wrong),
            ("end of a request", begin() + record(END_REQUEST, bytes(8)), wrong),
            ("data", begin() + GOOD_VARIABLES + record(8, b"x"), wrong),
            ("type 0", begin() + record(0), wrong),
            ("type 12", begin() + record(12), wrong),
            ("type 255", begin() + record(255, bytes(65535)), wrong),
            ("long management record", record(GET_VALUES, bytes(65535), 0), "a management record of more than 1 KiB"),
            ("zero byte in PATH_INFO", good_but(pairs((b"PATH_INFO", b"/limited\0x"))), "a zero byte in a CGI variable"),
            ("zero byte at the end", good_but(pairs((b"HTTPS", b"on\0"))), "a zero byte in a CGI variable"),
            ("zero byte in a name", good_but(pairs((b"HTTPS\0", b"on"))), "a zero byte in a CGI variable"),
            ("equals sign in a name", good_but(pairs((b"HTTPS=on", b""))), "an equals sign in the name of a CGI variable"),
            ("no name", good_but(pairs((b"", b"x"))), "a CGI variable without a name"),
            ("name of 2 GiB", good_but(b"\xff\xff\xff\xff\1N"), "a CGI variable with an impossible length"),
            ("value of 2 GiB", good_but(b"\1\xff\xff\xff\xffN"), "a CGI variable with an impossible length"),
            ("both of 2 GiB", good_but(b"\xff" * 8), "a CGI variable with an impossible length"),
            ("value longer than all", good_but(b"\1\x80\0\x10\0N"), "CGI variables that end in the middle of one"),
            ("half a length", good_but(b"\x80\0"), "CGI variables that end in the middle of one"),
            ("a length alone", good_but(b"\5"), "CGI variables that end in the middle of one"),
            ("too many variables", good_but(pairs(*[(b"N", b"v" * 1000)] * 260)), "more than 256 KiB of CGI variables"),
        ]
        for name, data, why in rows:
            with self.subTest(name):
                self.assertEqual(self.records_for(data), [])
                wait_until(lambda: why in self.logged() or "last message repeated" in self.logged(), f"the log to say {why!r}", 3)
                self.assert_others_are_served()

    def test_request_that_ends_at_any_byte_is_never_answered_nor_in_the_way(self):
        for size in [*range(0, 60), *range(60, len(GOOD), 23)]:
            with self.connect() as client:
                client.send(GOOD[:size])
                client.sock.shutdown(socket.SHUT_WR)
                self.assertEqual(client.until_closed(), [], size)
        self.assert_others_are_served()

    def test_connection_reset_at_any_stage_is_not_in_the_way(self):
        slow = whole(call("com.example.sleep", 5))
        for data in (b"", b"\1", begin(), begin() + GOOD_VARIABLES[:30], begin() + GOOD_VARIABLES,
                     begin() + GOOD_VARIABLES + stdin(b"{", end=False), GOOD, slow,
                     whole(echo(json.dumps("x" * 3_000_000)))):
            for _ in range(20):
                with self.connect() as client:
                    client.send(data)
            self.assert_others_are_served()

    def test_other_roles_are_refused(self):
        for role in (0, 2, 3, 4, 65535):
            with self.subTest(role):
                end = (END_REQUEST, 7, struct.pack("!IB3x", 0, UNKNOWN_ROLE))
                self.assertEqual(self.records_for(begin_as(role, request_id=7)), [end])
                with self.connect() as client:
                    client.send(begin_as(role, keep=True, request_id=7) + fastcgi.params({"A": "b"}, 7) + stdin(b"x", 7))
                    self.assertEqual(client.record(), end)
                    client.send(whole(ADD2, keep=True))
                    self.assertEqual(client.answer(), (200, b'{"args":[5]}'))

    def test_management_records_are_answered_before_within_and_between_requests(self):
        asked = record(GET_VALUES, b"\x0f\0FCGI_MPXS_CONNS\x0d\0FCGI_MAX_REQS\3\0FOO", 0)
        with self.connect() as client:
            for before, after in ((b"", b""), (begin(keep=True), GOOD_VARIABLES + stdin(ADD2.encode())), (b"", b"")):
                client.send(before + asked)
                kind, request_id, content = client.record()
                self.assertEqual((kind, request_id), (GET_VALUES_RESULT, 0))
                self.assertRegex(content, rb"^\x0f\x01FCGI_MPXS_CONNS0\x0d[\x01-\x06]FCGI_MAX_REQS[1-9]\d*$")
                client.send(record(123, b"?", 0))
                self.assertEqual(client.record(), (UNKNOWN_TYPE, 0, bytes([123]) + bytes(7)))
                if after:
                    client.send(after)
                    self.assertEqual(client.answer(), (200, b'{"args":[5]}'))

    def test_flood_of_management_records_whose_answers_nobody_reads_is_ended(self):
        with self.connect() as client:
            flood = record(123, b"", 0) * 8000
            wait_until(lambda: not client.send(flood), "the connection to be closed")
        self.assert_others_are_served()

    def test_second_request_at_the_same_time_is_told_that_there_is_one(self):
        other = begin(request_id=2) + fastcgi.params(fastcgi.variables(length=2), 2) + stdin(b"{}", 2)
        variables = GOOD_VARIABLES[8:-8]
        rows = ((begin(), GOOD_VARIABLES), (begin() + GOOD_VARIABLES, b""),
                (begin() + record(PARAMS, variables[:20]), record(PARAMS, variables[20:]) + record(PARAMS)))
        for before, behind in rows:
            with self.connect() as client:
                client.send(before + other + behind + stdin(ADD2.encode()))
                self.assertEqual(client.record(), (END_REQUEST, 2, struct.pack("!IB3x", 0, CANNOT_MULTIPLEX)))
                self.assertEqual(client.answer(), (200, b'{"args":[5]}'))

    def test_records_of_requests_that_are_not_active_are_ignored(self):
        stray = record(STDIN, b"x" * 60_000, 9) + record(ABORT_REQUEST, b"", 3) + record(77, b"x", 300)
        data = stray + begin() + stray + GOOD_VARIABLES + stray + record(STDIN, ADD2.encode()) + stray + record(STDIN)
        with self.connect() as client:
            client.send(data)
            self.assertEqual(client.answer(), (200, b'{"args":[5]}'))

    def test_requests_that_are_sent_ahead_are_answered_one_after_the_other(self):
        slow, quick = call("com.example.sleep", 0.5), call("com.example.add2", 20, 3)
        for ids in ((1, 1, 1), (1, 2, 3), (65535, 1, 256)):
            with self.connect() as client:
                client.send(b"".join(whole(body, each, keep=True) for each, body in zip(ids, (slow, quick, ADD2))))
                self.assertEqual([client.answer()[1] for _ in ids], [b'{"args":[0.5]}', b'{"args":[23]}', b'{"args":[5]}'])

    def test_abort_before_the_call_ends_the_request_and_nothing_else(self):
        end = (END_REQUEST, 1, struct.pack("!IB3x", 0, COMPLETE))
        kept = begin(keep=True)
        for before in (kept, kept + GOOD_VARIABLES, kept + GOOD_VARIABLES + stdin(b"{", end=False)):
            with self.connect() as client:
                client.send(before + record(ABORT_REQUEST))
                self.assertEqual(client.record(), end)
                client.send(whole(ADD2, keep=True))
                self.assertEqual(client.answer(), (200, b'{"args":[5]}'))
            self.assertEqual(self.records_for(begin() + record(ABORT_REQUEST)), [end])

    def test_abort_during_the_call_gives_it_up(self):
        before = self.cancels()
        with self.connect() as client:
            client.send(whole(call("com.example.sleep", 20)) + record(ABORT_REQUEST))
            self.assertEqual(client.until_closed(), [])
        wait_until(lambda: self.cancels() == before + 1, "the call to be cancelled")

    def cancels(self):
        with self.connect() as client:
            client.send(whole(call("com.example.stats")))
            return json.loads(client.answer()[1])["kwargs"]["cancels"]

    def test_request_that_comes_a_byte_at_a_time_is_answered(self):
        with self.connect() as client:
            for each in GOOD:
                client.send(bytes([each]))
            self.assertEqual(client.answer(), (200, b'{"args":[5]}'))

    def test_padding_empty_records_and_records_of_full_length(self):
        body = call("com.example.echo", "x" * 200_000).encode()
        padded = b"".join(struct.pack("!BBHHBB", 1, STDIN, 1, len(body[i:i + 65535]), 255, 0) + body[i:i + 65535] + bytes(255)
                          for i in range(0, len(body), 65535))
        with self.connect() as client:
            client.send(begin() + fastcgi.params(fastcgi.variables(length=len(body))) + padded + record(STDIN))
            self.assertEqual(client.answer()[0], 200)
        tiny = b"".join(record(STDIN, body[i:i + 1]) for i in range(len(body[:20_000])))
        with self.connect() as client:
            client.send(begin() + fastcgi.params(fastcgi.variables(length=20_000)) + tiny + record(STDIN))
            self.assertEqual(client.answer()[0], 400)
        self.assert_others_are_served()

    def test_thousands_of_variables_cost_no_time(self):
        for count, size in ((5_000, 30), (25_000, 0)):
            more = b"".join(struct.pack("!BB", 5, size) + b"N%04x" % (number % 65536) + b"v" * size for number in range(count))
            with self.subTest(count), self.connect() as client:
                started = time.monotonic()
                client.send(good_but(more))
                self.assertEqual(client.answer(), (200, b'{"args":[5]}'))
                self.assertLess(time.monotonic() - started, AT_ONCE)

    def test_thousands_of_query_parameters_cost_no_time(self):
        for query in ("&" * 200_000, "a=b&" * 50_000, "=" * 200_000, "%" * 200_000, "timestamp=1&" * 15_000):
            with self.connect() as client:
                started = time.monotonic()
                client.send(begin() + fastcgi.params(fastcgi.variables(length=len(ADD2)))[:-8])
                variables = pairs((b"QUERY_STRING", query.encode()))
                client.send(b"".join(record(PARAMS, variables[i:i + 60_000]) for i in range(0, len(variables), 60_000)))
                client.send(record(PARAMS) + stdin(ADD2.encode()))
                self.assertIn(client.answer()[0], (200, 400))
                self.assertLess(time.monotonic() - started, AT_ONCE)

    def test_endless_body_after_an_early_answer_is_not_kept_nor_in_the_way(self):
        with self.connect() as client:
            client.send(begin(keep=True) + fastcgi.params(fastcgi.variables("/limited")) + stdin(b" " * 1000, end=False))
            self.assertEqual(client.answer()[0], 413)
            piece = stdin(b" " * 1_000_000, end=False)
            for _ in range(50):
                client.send(piece)
            self.assertLess(footprint(self.worker)[1], self.before[1] + MEMORY_SLACK)
            self.assert_others_are_served()
            client.send(record(STDIN) + whole(ADD2, keep=True))
            self.assertEqual(client.answer(), (200, b'{"args":[5]}'))
