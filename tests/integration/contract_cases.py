"""The contract, sections 3 to 6, through a web server. Each runner mixes these cases into a test of its server."""
import base64
import concurrent.futures
import json
import pathlib
import urllib.parse

from integration.deployment import configuration, service, start_server
from support.processes import Scratch
from support.servers import DevRouter
from support.web import Client, signature, signed_query, timestamp

SECRET = "kkjH68GiuUZ"
VECTORS = json.loads((pathlib.Path(__file__).parent / "signature_vectors.json").read_text())["rows"]
SIGNED = {"key": "myapp1", "secret": SECRET}
LIMIT = 200
ADD2 = '{"procedure":"com.example.add2","args":[2,3]}'
PAGE, OTHER_PAGE = "https://app.example.com", "https://elsewhere.example"

# By name: role and options. Each is there twice, with "status_codes": "http" under "http-" and its name.
SERVICES = {
    "plain": {},
    "tls": {"require_tls": True},
    "nobody": {"require_ip": []},
    "not-here": {"require_ip": ["10.0.0.0/8", "2001:db8::/32"]},
    "here": {"require_ip": ["192.168.1.1/255.255.255.0", "127.3.4.5/8"]},
    "limited": {"post_body_limit": LIMIT},
    "signed": SIGNED,
    "recent": {"timestamp_delta_limit": 300},
    "signed-recent": {**SIGNED, "timestamp_delta_limit": 300},
    "listed": {"procedures": ["com.example.add2", "com.example.fault.", "com.other.*"]},
    "impatient": {"call_timeout": 1},
    "pages": {"allowed_origins": [PAGE]},
    "any-page": {"allowed_origins": ["*"]},
    "strict": {**SIGNED, "require_tls": True, "require_ip": [], "post_body_limit": 10},
    "strict-but-tls": {**SIGNED, "require_ip": [], "post_body_limit": 10},
    "strict-but-address": {**SIGNED, "post_body_limit": 10},
    "strict-signature": {**SIGNED, "timestamp_delta_limit": 300, "procedures": ["com.example.add2"]},
    "a/b": {},
    "größe": {},
}

# Statuses with "crossbar" and with "http" (contract section 5).
REFUSALS = {
    "not_found": (404, 404), "method_not_allowed": (405, 405), "tls_required": (400, 403), "address_denied": (400, 403),
    "origin_denied": (403, 403), "content_type_unsupported": (400, 415), "body_too_large": (413, 413),
    "body_truncated": (400, 400), "signature_parameter_missing": (400, 401), "parameter_invalid": (400, 400),
    "request_expired": (400, 401), "key_unknown": (401, 401), "signature_invalid": (401, 401),
    "body_not_utf8": (400, 400), "body_not_json": (400, 400), "body_not_object": (400, 400),
    "procedure_missing": (400, 400), "procedure_invalid": (400, 400), "arguments_invalid": (400, 400),
    "procedure_denied": (403, 403), "router_unavailable": (503, 503), "connection_lost": (502, 502),
    "call_timeout": (504, 504), "result_invalid": (502, 502),
}

WAMP_ERRORS_IN_HTTP = {
    "wamp.error.no_such_procedure": 404, "wamp.error.not_authorized": 403, "wamp.error.authorization_failed": 403,
    "wamp.error.invalid_argument": 400, "wamp.error.invalid_uri": 400, "wamp.error.no_eligible_callee": 502,
    "wamp.error.canceled": 504, "wamp.error.timeout": 504, "com.example.error.failed": 500, "wamp.error.runtime_error": 500,
}


def all_services():
    paths = {"/": service(), "http": service(status_codes="http")}
    for name, options in SERVICES.items():
        paths[name] = service(**options)
        paths[f"http-{name}"] = service(**options, status_codes="http")
    for key, secret, name in (("größe", "Schlüssel", "signed-utf8"), ("k", "s", "signed-short")):
        paths[name] = service(key=key, secret=secret)
    for name, style in (("other-role", "crossbar"), ("http-other-role", "http")):
        paths[name] = service(role="somebody-else", status_codes=style)
    return paths


def call(procedure, *args):
    return json.dumps({"procedure": procedure, "args": args})


def echo(json_text):
    return f'{{"procedure":"com.example.echo","args":[{json_text}]}}'


def padded(length):
    return ADD2.ljust(length)


def nested(levels):
    """So many lists, one in another."""
    return "[" * levels + "]" * levels


class ContractCases:
    """Needs `server_class` and, where a server does something by itself, what it does."""

    server_class = None
    odd_method_status = 405  # for a method that HTTP does not know

    @classmethod
    def setUpClass(cls):
        cls.scratch = Scratch()
        cls.addClassCleanup(cls.scratch.close)
        cls.router = DevRouter(cls.scratch).start()
        cls.server = start_server(cls.scratch, cls.server_class, configuration(cls.router.url, all_services()))
        cls.client = Client(cls.server.port)

    @property
    def tls_client(self):
        return Client(self.server.tls_port, tls=self.server.name != "lighttpd")

    # What an answer is held against.

    def assert_own_headers(self, answer):
        self.assertEqual(answer.headers.get_all("Content-Type"), ["application/json; charset=UTF-8"])
        self.assertEqual(answer.headers.get_all("Cache-Control"), ["no-store"])
        self.assertEqual(answer.headers.get_all("X-Content-Type-Options"), ["nosniff"])
        self.assertEqual(answer.headers.get_all("Content-Length"), [str(len(answer.body))])

    def assert_body(self, answer, text):
        self.assertEqual((answer.status, answer.body.decode()), (200, text))

    def assert_refused(self, answer, name, style="crossbar", parameter=None):
        expected = REFUSALS[name][style == "http"]
        self.assertEqual(answer.status, expected, f"{name} was expected, got {answer.body[:300]}")
        found = answer.json
        self.assertEqual(list(found), ["error", "args", "kwargs"])
        self.assertEqual(found["error"], f"wampfcgi.error.{name}")
        self.assertEqual(found["kwargs"], {"parameter": parameter} if parameter else {})
        self.assertRegex(found["args"][0], r"^[A-Z][A-Za-z0-9 ,/.-]+\.$")
        self.assertEqual(len(found["args"]), 1)
        self.assertEqual(answer.body, json.dumps(found, separators=(",", ":")).encode())
        self.assert_own_headers(answer)

    def refused(self, name, **request):
        self.assert_refused(self.client.send(**request), name)

    def calls_of(self, procedure):
        stats = self.client.call("com.example.stats").json["kwargs"]
        return stats["calls_by_procedure"].get(procedure, 0)

    # Section 3: which service, and how.

    def test_mounted_path_alone_and_with_slash_is_the_root_service(self):
        for url in ("/wamp", "/wamp/"):
            with self.subTest(url):
                self.assert_body(self.client.send(url=url, body=ADD2), '{"args":[5]}')

    def test_key_with_several_segments_is_a_service(self):
        self.assert_body(self.client.send(url="/wamp/a/b", body=ADD2), '{"args":[5]}')

    def test_escaped_path_is_the_same_path(self):
        self.assert_body(self.client.send(url="/wamp/%68ere", body=ADD2), '{"args":[5]}')
        self.assert_body(self.client.send(service="größe", body=ADD2), '{"args":[5]}')

    def test_path_matches_exactly_and_whole(self):
        for path in ("/unknown", "/x/plain", "/plain/", "/plain/x", "/Plain", "/plai", "/plainx", "/plain;x", "/a", "/b", "/x/",
                     "/wamp", "/wamp/plain", "/plain%20", "/%2Aplain", "/a/b/c", "/http/plain"):
            with self.subTest(path):
                self.refused("not_found", url="/wamp" + path, body=ADD2)

    def test_nothing_beside_the_mount_reaches_a_service(self):
        for url in ("/wampx", "/wampx/plain", "/wampplain", "/x/wamp/plain", "/plain", "/", "/wamp.json", "/Wamp/plain"):
            with self.subTest(url):
                answer = self.client.send(url=url, body=ADD2)
                self.assertIn(answer.status, (403, 404, 405))
                self.assertNotIn(b"wampfcgi", answer.body)

    def test_configuration_is_never_served(self):
        for url in ("/wamp/config.json", "/config.json", "/wamp/../config.json"):
            with self.subTest(url):
                answer = self.client.send("GET", url=url, content_type=None)
                self.assertGreaterEqual(answer.status, 400)
                self.assertNotIn(SECRET.encode(), answer.body)

    def test_post_and_put_make_calls(self):
        for method in ("POST", "PUT"):
            with self.subTest(method):
                self.assert_body(self.client.send(method, body=ADD2), '{"args":[5]}')

    def test_other_methods_are_refused_and_told_what_is_allowed(self):
        for method in ("GET", "DELETE", "PATCH"):
            with self.subTest(method):
                answer = self.client.send(method, body=None, content_type=None)
                self.assert_refused(answer, "method_not_allowed")
                self.assertEqual(answer.headers["Allow"], "POST, PUT, OPTIONS")
        answer = self.client.send("HEAD", body=None, content_type=None)
        self.assertEqual((answer.status, answer.headers["Allow"], answer.body), (405, "POST, PUT, OPTIONS", b""))
        self.assertEqual(self.client.send("PROVOKE", body=None).status, self.odd_method_status)

    def test_method_is_refused_on_a_path_that_is_there_only(self):
        self.refused("not_found", method="GET", service="unknown", body=None)

    def test_json_content_types_are_accepted(self):
        for content_type in ("application/json", "APPLICATION/JSON", "Application/Json; Charset=UTF-8",
                             "application/json;charset=utf-8", "application/json; charset=utf8",
                             'application/json; charset="utf-8"', 'application/json; charset="UTF8"', None):
            with self.subTest(content_type):
                self.assert_body(self.client.send(body=ADD2, content_type=content_type), '{"args":[5]}')

    def test_other_content_types_are_refused(self):
        for content_type in ("text/plain", "application/x-www-form-urlencoded", "application/jsonx", "text/json",
                             "application/json; charset=iso-8859-1", "application/json; charset=utf-16",
                             'application/json; charset="utf-8', "multipart/form-data; boundary=application/json",
                             "text/plain; application/json", "application/json, text/plain"):
            with self.subTest(content_type):
                self.refused("content_type_unsupported", body=ADD2, content_type=content_type)

    def test_page_must_name_the_content_type(self):
        self.refused("content_type_unsupported", service="pages", body=ADD2, content_type=None, headers={"Origin": PAGE})

    def test_require_tls_goes_by_how_the_client_came(self):
        self.refused("tls_required", service="tls", body=ADD2)
        self.refused("tls_required", service="tls", body=ADD2, headers={"X-Forwarded-Proto": "https", "HTTPS": "on"})
        self.assert_body(self.tls_client.send(service="tls", body=ADD2), '{"args":[5]}')

    def test_require_ip_goes_by_the_address_the_server_saw(self):
        self.assert_body(self.client.send(service="here", body=ADD2), '{"args":[5]}')
        for name in ("nobody", "not-here"):
            for header in ("X-Forwarded-For", "X-Real-IP", "Client-IP", "Forwarded"):
                with self.subTest(name, header=header):
                    value = "for=10.0.0.1" if header == "Forwarded" else "10.0.0.1"
                    self.refused("address_denied", service=name, body=ADD2, headers={header: value})

    def test_shape_of_the_body(self):
        for body, name in (("", "body_not_json"), ("{", "body_not_json"), ('{"procedure":"a"} x', "body_not_json"),
                           ("{} {}", "body_not_json"), ('{"a":1,}', "body_not_json"), ("// x\n{}", "body_not_json"),
                           ("{'procedure':'a'}", "body_not_json"), ("nul", "body_not_json"), ('{"a":NaN}', "body_not_json"),
                           ('{"a":Infinity}', "body_not_json"), ('{"a":01}', "body_not_json"), ('{"a":+1}', "body_not_json"),
                           ('{"a":"\t"}', "body_not_json"), ('{"a":"\\x"}', "body_not_json"),
                           ("[]", "body_not_object"), ("null", "body_not_object"), ("1", "body_not_object"),
                           ('"text"', "body_not_object"), ("true", "body_not_object"),
                           ("{}", "procedure_missing"), ('{"args":1}', "procedure_missing"),
                           ('{"Procedure":"com.example.add2"}', "procedure_missing"),
                           ('{"procedure":"com.example.add2","args":{}}', "arguments_invalid"),
                           ('{"procedure":"com.example.add2","args":"x"}', "arguments_invalid"),
                           ('{"procedure":"com.example.add2","args":1}', "arguments_invalid"),
                           ('{"procedure":"com.example.add2","kwargs":[]}', "arguments_invalid"),
                           ('{"procedure":"com.example.add2","kwargs":false}', "arguments_invalid")):
            with self.subTest(body):
                self.refused(name, body=body)

    def test_procedure_is_a_loose_uri(self):
        for procedure in ("", ".", "a.", ".a", "a..b", "a b", "a#b", "a\tb", "a\nb", " a"):
            with self.subTest(procedure):
                self.refused("procedure_invalid", body=json.dumps({"procedure": procedure}))
        for procedure in ("a", "com.example.größe", "a-b.c_d.0"):
            with self.subTest(procedure):
                self.assertEqual(self.client.call(procedure).error, "wamp.error.no_such_procedure")
        self.refused("procedure_invalid", body='{"procedure":7}')

    def test_body_that_is_not_utf8_is_refused(self):
        for text in (b"\xff", b"\xc3", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80", b"\xe2\x82"):
            with self.subTest(text.hex()):
                self.refused("body_not_utf8", body=b'{"procedure":"com.example.echo","args":["' + text + b'"]}')

    def test_unknown_members_are_ignored_and_of_doubles_the_last_counts(self):
        for body, expected in (('{"x":1,"procedure":"com.example.echo","args":[1],"options":{"timeout":1}}', "[1]"),
                               ('{"procedure":"com.example.echo","args":[1],"args":[2]}', "[2]"),
                               ('{"procedure":"a","procedure":"com.example.echo","args":[3]}', "[3]"),
                               ('{"procedure":"com.example.echo","args":"wrong","args":[4]}', "[4]"),
                               (' \r\n\t{"args" : [5] , "procedure" : "com.example.echo"}\n', "[5]"),
                               ('{"\\u0070rocedure":"com.example.echo","args":[6]}', "[6]")):
            with self.subTest(body):
                self.assert_body(self.client.send(body=body), f'{{"args":{expected}}}')

    def test_args_and_kwargs_may_be_absent_or_null(self):
        for rest in ("", ',"args":null', ',"kwargs":null', ',"args":null,"kwargs":null', ',"args":[]', ',"kwargs":{}',
                     ',"args":[],"kwargs":{}'):
            with self.subTest(rest):
                self.assert_body(self.client.send(body=f'{{"procedure":"com.example.echo"{rest}}}'), '{"args":[null]}')

    def test_allowed_procedures(self):
        self.assert_body(self.client.send(service="listed", body=ADD2), '{"args":[5]}')
        self.assert_body(self.client.call("com.example.fault.unknown_id", service="listed"), '{"args":["survived"]}')
        self.assertEqual(self.client.call("com.other.x", service="listed").error, "wamp.error.no_such_procedure")
        for procedure in ("com.example.echo", "com.example.add2x", "com.example.add2.x", "com.example.fault", "com.other",
                          "com.otherx", "com.example.Add2"):
            with self.subTest(procedure):
                self.refused("procedure_denied", service="listed", body=call(procedure))

    # Lengths.

    def test_body_limit_holds_at_the_byte(self):
        for chunked in (False, True):
            with self.subTest(chunked=chunked):
                answer = self.client.send(service="limited", body=padded(LIMIT), chunked=chunked)
                self.assert_body(answer, '{"args":[5]}')
                before = self.calls_of("com.example.add2")
                self.refused("body_too_large", service="limited", body=padded(LIMIT + 1), chunked=chunked)
                self.refused("body_too_large", service="limited", body=padded(5_000_000), chunked=chunked)
                self.assertEqual(self.calls_of("com.example.add2"), before)

    def test_chunked_body_without_content_length_is_read_whole(self):
        self.assert_body(self.client.send(body=ADD2, chunked=True), '{"args":[5]}')
        text = "y" * 300_000
        self.assertEqual(self.client.send(body=echo(f'"{text}"'), chunked=True).json, {"args": [text]})

    def test_body_that_ends_early_is_never_forwarded(self):
        body = b'{"procedure":"com.example.kwargs_only"}'
        before = self.calls_of("com.example.kwargs_only")
        head = f"POST /wamp HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n"
        for rest in (f"Content-Length: {len(body) + 10}\r\n\r\n".encode() + body,
                     f"Transfer-Encoding: chunked\r\n\r\n{len(body):x}\r\n".encode() + body + b"\r\n",
                     f"Transfer-Encoding: chunked\r\n\r\n{len(body) + 10:x}\r\n".encode() + body):
            with self.subTest(rest):
                received = self.client.raw(head.encode() + rest, then_end_of_stream=True)
                self.assertNotIn(b" 200 ", received[:20])
        self.assertEqual(self.calls_of("com.example.kwargs_only"), before)

    def test_huge_bodies(self):
        for size in (131_073, 8 << 20, (16 << 20) - 1_000):
            with self.subTest(size):
                text = "z" * size
                answer = self.client.send(body=echo(f'"{text}"'))
                self.assertEqual((answer.status, len(answer.body)), (200, size + len('{"args":[""]}')))
                self.assertEqual(answer.json["args"], [text])
                self.assert_own_headers(answer)

    def test_more_than_the_router_takes_in_one_message_is_too_large(self):
        for size in (16 << 20, 17 << 20):
            with self.subTest(size):
                self.refused("body_too_large", body=echo(f'"{"z" * size}"'))
        self.assert_body(self.client.send(body=ADD2), '{"args":[5]}')

    # Signed requests.

    def test_signature_vectors(self):
        services = {"myapp1": "signed", "größe": "signed-utf8", "k": "signed-short"}
        for row in VECTORS:
            fields = {name: row[name] for name in ("key", "timestamp", "seq", "nonce")}
            others = urllib.parse.urlencode(fields)
            for form in (row["signature_urlsafe"], row["signature_urlsafe"].rstrip("="), row["signature_standard"],
                         row["signature_standard"].rstrip("=")):
                for query in (urllib.parse.urlencode({**fields, "signature": form}), f"{others}&signature={form}"):
                    with self.subTest(row["name"], query=query):
                        answer = self.client.send(service=services[row["key"]], body=row["body"], query=query)
                        self.assert_signature_accepted(answer, row["body"])

    def assert_signature_accepted(self, answer, body):
        if body in ("", "{}"):
            self.assert_refused(answer, "procedure_missing" if body else "body_not_json")
        else:
            self.assertEqual(answer.status, 200, answer.body)

    def test_every_signed_field_is_covered_by_the_signature(self):
        good = signed_query(SECRET, ADD2, seq="12", nonce="34")
        self.assert_body(self.client.send(service="signed", body=ADD2, query=good), '{"args":[5]}')
        before = self.calls_of("com.example.add2")
        for field, value in (("timestamp", timestamp(1)), ("seq", "13"), ("nonce", "35")):
            with self.subTest(field):
                self.refused("signature_invalid", service="signed", body=ADD2, query={**good, field: value})
        self.refused("signature_invalid", service="signed", body=ADD2 + " ", query=good)
        self.refused("key_unknown", service="signed", body=ADD2, query={**good, "key": "myapp2"})
        self.refused("key_unknown", service="signed", body=ADD2, query={**good, "key": ""})
        self.refused("signature_invalid", service="signed", body=ADD2, query=signed_query("another secret", ADD2))
        self.assertEqual(self.calls_of("com.example.add2"), before)

    def test_wrong_signatures_of_every_form_are_refused(self):
        good = signed_query(SECRET, ADD2)
        right = base64.urlsafe_b64decode(good["signature"])
        flipped = bytes([right[0] ^ 1]) + right[1:]
        for text in ("", "=", "x", "!" * 43, base64.b64encode(flipped).decode(), base64.b64encode(right[:31]).decode(),
                     base64.b64encode(right + b"\0").decode(), right.hex(), good["signature"] * 2, good["signature"] + "=",
                     good["signature"][:-2], "A" * 100_000 if self.long_urls else "A" * 1_000):
            with self.subTest(text[:60]):
                self.refused("signature_invalid", service="signed", body=ADD2, query={**good, "signature": text})

    long_urls = False

    def test_every_missing_parameter_is_named(self):
        good = signed_query(SECRET, ADD2)
        for name in good:
            with self.subTest(name):
                query = {key: value for key, value in good.items() if key != name}
                answer = self.client.send(service="signed", body=ADD2, query=query)
                self.assert_refused(answer, "signature_parameter_missing", parameter=name)

    def test_of_a_parameter_given_twice_the_first_counts(self):
        good = urllib.parse.urlencode(signed_query(SECRET, ADD2))
        twice = good + "&signature=x&key=y&seq=z&nonce=0&timestamp=never"
        self.assert_body(self.client.send(service="signed", body=ADD2, query=twice), '{"args":[5]}')
        self.refused("signature_invalid", service="signed", body=ADD2, query="signature=x&" + good)

    def test_order_and_company_of_the_parameters_do_not_matter(self):
        pairs = list(signed_query(SECRET, ADD2).items())
        query = urllib.parse.urlencode([("a", "1"), *reversed(pairs), ("b", "ü&=")])
        self.assert_body(self.client.send(service="signed", body=ADD2, query=query), '{"args":[5]}')

    def test_form_of_timestamp_seq_and_nonce(self):
        invalid = {
            "timestamp": ["yesterday", "2026-11-22T09:49:10", "2026-11-22T09:49:10+00:00", "2026-11-22 09:49:10Z", "2026-11-22T09:49Z",
                          "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T09:60:00Z",
                          "2026-11-22T09:49:10.Z", "2026-11-22T09:49:10.1234567Z", "2026-11-22t09:49:10z", "1795340950",
                          "2026-11-22T09:49:10.1Z ", "-026-11-22T09:49:10Z"],
            "seq": ["-1", "1.5", "x", "0x10", "9007199254740993", "18446744073709551616", "1e3", " 1", "1 ", "+1", "٣"],
            "nonce": ["-1", "1.5", "x", "9007199254740993", "99999999999999999999999", "1 "],
        }
        for field, values in invalid.items():
            for value in values:
                with self.subTest(field, value=value):
                    query = signed_query(SECRET, ADD2, **{field: value})
                    answer = self.client.send(service="signed", body=ADD2, query=query)
                    self.assert_refused(answer, "parameter_invalid", parameter=field)
        for field, value in (("timestamp", "2011-10-14T16:59:51Z"), ("timestamp", "2011-10-14T16:59:51.1Z"),
                             ("timestamp", "2011-10-14T16:59:51.123456Z"), ("timestamp", "2024-02-29T23:59:59.9Z"),
                             ("seq", "0"), ("seq", "9007199254740992"), ("nonce", "0"), ("nonce", "9007199254740992")):
            with self.subTest(field, value=value):
                query = signed_query(SECRET, ADD2, **{field: value})
                self.assert_body(self.client.send(service="signed", body=ADD2, query=query), '{"args":[5]}')

    def test_unsigned_service_checks_timestamp_and_seq_where_present(self):
        self.assert_body(self.client.send(body=ADD2, query={"seq": "1", "timestamp": timestamp()}), '{"args":[5]}')
        for field, value in (("timestamp", "now"), ("seq", "first")):
            answer = self.client.send(body=ADD2, query={field: value})
            self.assert_refused(answer, "parameter_invalid", parameter=field)
        self.assert_body(self.client.send(service="recent", body=ADD2), '{"args":[5]}')
        self.assert_body(self.client.send(service="recent", body=ADD2, query={"timestamp": timestamp()}), '{"args":[5]}')
        self.refused("request_expired", service="recent", body=ADD2, query={"timestamp": timestamp(-400)})

    def test_request_expires_either_way(self):
        for offset in (0, -280, 280):
            with self.subTest(offset):
                query = signed_query(SECRET, ADD2, timestamp=timestamp(offset))
                self.assert_body(self.client.send(service="signed-recent", body=ADD2, query=query), '{"args":[5]}')
        for offset in (-302, 320, -86_400, 86_400):
            with self.subTest(offset):
                query = signed_query(SECRET, ADD2, timestamp=timestamp(offset))
                self.refused("request_expired", service="signed-recent", body=ADD2, query=query)
        for vector_time in ("1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):
            query = signed_query(SECRET, ADD2, timestamp=vector_time)
            self.refused("request_expired", service="signed-recent", body=ADD2, query=query)

    def test_order_of_the_checks(self):
        fields = {"key": "wrong", "timestamp": "2011-10-14T16:59:51Z", "seq": "x", "nonce": "2", "signature": "x"}
        evil = {"Origin": OTHER_PAGE}
        bad_text, no_json = b'{"procedure":"\xff"', '{"procedure"'
        wrong_args, wrong_procedure = '{"procedure":"com.example.echo","args":1}', '{"procedure":"com.example.echo"}'

        def step(expected, service, body=bad_text, client=self.client, parameter=None, **request):
            with self.subTest(expected):
                answer = client.send(service=service, body=body, **request)
                self.assert_refused(answer, expected, parameter=parameter)

        step("not_found", "unknown", method="PATCH", headers=evil, content_type="text/plain")
        step("method_not_allowed", "strict", method="PATCH", headers=evil, content_type="text/plain")
        step("tls_required", "strict", headers=evil, content_type="text/plain")
        step("address_denied", "strict", client=self.tls_client, headers=evil, content_type="text/plain")
        step("address_denied", "strict-but-tls", headers=evil, content_type="text/plain")
        step("origin_denied", "strict-but-address", headers=evil, content_type="text/plain")
        step("content_type_unsupported", "strict-but-address", content_type="text/plain")
        step("body_too_large", "strict-but-address")

        name = "strict-signature"
        without_nonce = {key: value for key, value in fields.items() if key != "nonce"}
        step("signature_parameter_missing", name, query=without_nonce, parameter="nonce")
        step("parameter_invalid", name, query=fields, parameter="seq")
        step("request_expired", name, query={**fields, "seq": "1"})
        step("key_unknown", name, query={**fields, "seq": "1", "timestamp": timestamp()})
        step("signature_invalid", name, query={**fields, "seq": "1", "timestamp": timestamp(), "key": "myapp1"})
        step("body_not_utf8", name, query=signed_query(SECRET, bad_text))
        step("body_not_json", name, body=no_json, query=signed_query(SECRET, no_json))
        step("body_not_object", name, body="[]", query=signed_query(SECRET, "[]"))
        step("arguments_invalid", name, body=wrong_args, query=signed_query(SECRET, wrong_args))
        step("procedure_denied", name, body=wrong_procedure, query=signed_query(SECRET, wrong_procedure))

    # Section 4: the answer.

    def test_result_body_and_headers(self):
        answer = self.client.send(body=ADD2)
        self.assert_body(answer, '{"args":[5]}')
        self.assert_own_headers(answer)
        self.assertNotIn("Access-Control-Allow-Origin", answer.headers)

    def test_forms_of_a_result(self):
        for body, expected in ((call("com.example.nothing"), '{"args":[null]}'),
                               (call("com.example.kwargs_only"), '{"kwargs":{"a":1}}'),
                               (call("com.example.sleep", 0), '{"args":[0]}'),
                               ('{"procedure":"com.example.echo","args":[1,"b"],"kwargs":{"c":[2]}}',
                                '{"args":[1,"b"],"kwargs":{"c":[2]}}'),
                               ('{"procedure":"com.example.echo","kwargs":{"c":null}}', '{"kwargs":{"c":null}}'),
                               (echo("null"), '{"args":[null]}'), (echo("[]"), '{"args":[[]]}'),
                               (echo("{}"), '{"args":[{}]}'), (echo("true,false"), '{"args":[true,false]}')):
            with self.subTest(body):
                self.assert_body(self.client.send(body=body), expected)

    def test_integers_of_64_bits_pass_unchanged(self):
        for number in ("0", "-1", "127", "128", "-128", "-129", "4294967296", "9007199254740993", "9223372036854775807",
                       "9223372036854775808", "18446744073709551615", "-9223372036854775808"):
            with self.subTest(number):
                self.assert_body(self.client.send(body=echo(number)), f'{{"args":[{number}]}}')
        self.assert_body(self.client.send(body=call("com.example.add2", 2**63 - 1, 2**63)),
                         '{"args":[18446744073709551615]}')

    def test_numbers_beyond_are_refused(self):
        for number in ("18446744073709551616", "-9223372036854775809", "123456789012345678901234567890", "1e400", "-1e400",
                       "1" + "0" * 400):
            for body in (echo(number), f'{{"procedure":"com.example.echo","kwargs":{{"n":{number}}}}}'):
                with self.subTest(body[:80]):
                    self.refused("body_not_json", body=body)

    def test_doubles_pass_in_shortest_form(self):
        for number in (1.5, 0.1, -0.1, 1e300, 5e-324, 1.7976931348623157e308, 2.5e-8, 123456.789, 1 / 3, 9007199254740993.0,
                       0.30000000000000004, 1e21):
            with self.subTest(number):
                text = self.client.send(body=echo(repr(number))).body.decode()
                self.assertEqual(float(text[9:-2]), number)
                self.assertEqual(significant_digits(text[9:-2]), significant_digits(repr(number)))

    def test_doubles_stay_doubles(self):
        for text in ("1.0", "-0.0", "1e3", "100000000000000000000.0"):
            with self.subTest(text):
                found = self.client.send(body=echo(text)).json["args"][0]
                self.assertIsInstance(found, float)
                self.assertEqual(repr(found), repr(float(text)))

    def test_strings_pass_unchanged(self):
        for text in ("", "Grüße ☃ 😀", "\"\\/\b\f\n\r\t", "\u0001\u001f\u007f\u2028", "a\u0000b", "\ufffe\uffff", "</script>"):
            with self.subTest(text):
                self.assertEqual(self.client.call("com.example.echo", text, kwargs={text: text}).json,
                                 {"args": [text], "kwargs": {text: text}})
        escaped = self.client.send(body=echo(r'"\ud83d\ude00\u00e9\/"'))
        self.assertEqual(escaped.json, {"args": ["😀é/"]})

    def test_unpaired_surrogates_are_refused(self):
        for escape in (r'"\ud800"', r'"\udc00"', r'"\ud800x"', r'"\ud800\u0041"', r'"\udc00\ud800"', r'{"\ud800":1}'):
            with self.subTest(escape):
                self.refused("body_not_json", body=echo(escape))

    def test_binary_values(self):
        everything = bytes(range(256))
        self.assertEqual(self.client.call("com.example.binary", 256).json,
                         {"args": ["\0" + base64.b64encode(everything).decode()]})
        self.assertEqual(self.client.call("com.example.raw", "91c403000102").json, {"args": ["\0AAEC"]})
        self.assertEqual(self.client.call("com.example.raw", "91c400").json, {"args": ["\0"]})
        for text in ("\0AAEC", "\0", "\0 no base64", "\0AA=C", "\0AAE"):
            with self.subTest(text):
                self.assertEqual(self.client.call("com.example.echo", text).json, {"args": [text]})
        # add2 takes numbers only; fail takes a string for its URI, and a binary value is none.
        self.assertEqual(self.client.call("com.example.fail", "\0AAEC").error, "wamp.error.invalid_argument")

    def test_not_a_number_and_infinity_become_null(self):
        for packed in ("91cb7ff8000000000000", "91cb7ff0000000000000", "91cbfff0000000000000", "91ca7fc00000", "91ca7f800000"):
            with self.subTest(packed):
                self.assert_body(self.client.call("com.example.raw", packed), '{"args":[null]}')

    def test_every_form_of_messagepack_is_read(self):
        for packed, expected in (("91cfffffffffffffffff", [2**64 - 1]), ("91d38000000000000000", [-2**63]), ("91ca3fc00000", [1.5]),
                                 ("91d900", [""]), ("91db0000000161", ["a"]), ("dc0001c0", [None]), ("dd00000001c2", [False]),
                                 ("91de0001a16101", [{"a": 1}]), ("91df00000001a16101", [{"a": 1}]), ("91d0ff", [-1]),
                                 ("91cd0001", [1]), ("9181a16191c3", [{"a": [True]}])):
            with self.subTest(packed):
                self.assertEqual(self.client.call("com.example.raw", packed).json, {"args": expected})

    def test_results_that_json_cannot_hold(self):
        for packed in ("91a1ff", "91a2c328", "91a3eda080", "91d40100", "91d6ff00000000", "91810102", "9181c001", "91c7010100",
                       "9181c4016101", "9181a1ff01"):
            with self.subTest(packed):
                self.assert_refused(self.client.call("com.example.raw", packed), "result_invalid")
        for packed in ("81a161a1ff", "81a161d40100", "81a161810102"):
            with self.subTest(packed):
                self.assert_refused(self.client.call("com.example.raw_kwargs", packed), "result_invalid")

    def test_depth_is_limited_at_the_level(self):
        # The object and its args are two levels.
        deepest = nested(126)
        self.assert_body(self.client.send(body=echo(deepest)), f'{{"args":[{deepest}]}}')
        self.refused("body_not_json", body=echo(nested(127)))
        self.refused("body_not_json", body=echo(nested(100_000)))
        self.refused("body_not_json", body="[" * 100_000)
        self.assertEqual(self.client.call("com.example.raw", "91" * 126 + "90").status, 200)
        self.assert_refused(self.client.call("com.example.raw", "91" * 127 + "90"), "result_invalid")
        self.assert_refused(self.client.call("com.example.raw", "91" * 20_000 + "90"), "result_invalid")

    def test_error_carries_its_full_payload(self):
        for args, expected in (([], '{"error":"com.example.error.failed","args":["it failed",42],"kwargs":{"reason":"asked to"}}'),
                               (["com.myapp.error.x", [1, [2]], {"a": {"b": None}}],
                                '{"error":"com.myapp.error.x","args":[1,[2]],"kwargs":{"a":{"b":null}}}'),
                               (["com.myapp.error.x", None, None], '{"error":"com.myapp.error.x","args":[],"kwargs":{}}'),
                               (["com.myapp.error.x", ["a"], None], '{"error":"com.myapp.error.x","args":["a"],"kwargs":{}}'),
                               (["com.myapp.error.x", [], {"b": 2}], '{"error":"com.myapp.error.x","args":[],"kwargs":{"b":2}}'),
                               (["wampfcgi.error.not_found"],
                                '{"error":"wampfcgi.error.not_found","args":["it failed",42],"kwargs":{"reason":"asked to"}}')):
            with self.subTest(args):
                answer = self.client.call("com.example.fail", *args)
                self.assert_body(answer, expected)
                self.assert_own_headers(answer)

    def test_unknown_procedure_is_an_error_of_the_router(self):
        answer = self.client.call("com.example.nowhere")
        self.assertEqual((answer.status, answer.error), (200, "wamp.error.no_such_procedure"))
        self.assertEqual(list(answer.json), ["error", "args", "kwargs"])

    def test_wamp_errors_have_statuses_with_http_only(self):
        for uri, status in WAMP_ERRORS_IN_HTTP.items():
            with self.subTest(uri):
                as_crossbar = self.client.call("com.example.fail", uri)
                as_http = self.client.call("com.example.fail", uri, service="http")
                self.assertEqual((as_crossbar.status, as_http.status), (200, status))
                self.assertEqual(as_http.body, as_crossbar.body)
                self.assert_own_headers(as_http)
        self.assertEqual(self.client.call("com.example.nowhere", service="http").status, 404)
        self.assert_body(self.client.send(service="http", body=ADD2), '{"args":[5]}')

    # Section 5: refusals and failures.

    def test_every_refusal_has_its_status_in_both_styles(self):
        signed = signed_query(SECRET, ADD2)
        provocations = {
            "not_found": {"service": "unknown"},
            "method_not_allowed": {"method": "DELETE"},
            "tls_required": {"service": "tls"},
            "address_denied": {"service": "nobody"},
            "origin_denied": {"headers": {"Origin": OTHER_PAGE}},
            "content_type_unsupported": {"content_type": "text/plain"},
            "body_too_large": {"service": "limited", "body": padded(LIMIT + 1)},
            "signature_parameter_missing": {"service": "signed", "parameter": "key"},
            "parameter_invalid": {"query": {"timestamp": "now"}, "parameter": "timestamp"},
            "request_expired": {"service": "recent", "query": {"timestamp": timestamp(-400)}},
            "key_unknown": {"service": "signed", "query": {**signed, "key": "other"}},
            "signature_invalid": {"service": "signed", "query": {**signed, "nonce": "9"}},
            "body_not_utf8": {"body": b'{"procedure":"\xff"}'},
            "body_not_json": {"body": "{"},
            "body_not_object": {"body": "[]"},
            "procedure_missing": {"body": "{}"},
            "procedure_invalid": {"body": '{"procedure":"a..b"}'},
            "arguments_invalid": {"body": '{"procedure":"a","args":1}'},
            "procedure_denied": {"service": "listed", "body": call("com.example.echo")},
            "router_unavailable": {"service": "other-role"},
            "connection_lost": {"body": call("com.example.fault.drop")},
            "call_timeout": {"service": "impatient", "body": call("com.example.sleep", 20)},
            "result_invalid": {"body": call("com.example.raw", "91a1ff")},
        }
        self.assertEqual(set(REFUSALS) - set(provocations), {"body_truncated"})  # that one: integration.fastcgi
        for name, provocation in provocations.items():
            for style in ("crossbar", "http"):
                with self.subTest(name, style=style):
                    request = {"service": "plain", "body": ADD2, **provocation}
                    parameter = request.pop("parameter", None)
                    if style == "http":
                        request["service"] = f"http-{request['service']}"
                    self.assert_refused(self.client.send(**request), name, style, parameter)

    def test_unavailable_service_says_when_to_come_back(self):
        answer = self.client.send(service="other-role", body=ADD2)
        self.assert_refused(answer, "router_unavailable")
        self.assertEqual(answer.headers["Retry-After"], "1")

    def test_timed_out_call_is_cancelled_and_the_next_one_is_fine(self):
        before = self.client.call("com.example.stats").json["kwargs"]["cancels"]
        self.assert_refused(self.client.call("com.example.sleep", 20, service="impatient"), "call_timeout")
        stats = self.client.call("com.example.stats").json["kwargs"]
        self.assertEqual(stats["cancels"], before + 1)
        self.assertEqual(stats["last_timeout_ms"], 1000)
        self.assert_body(self.client.send(service="impatient", body=ADD2), '{"args":[5]}')

    def test_lost_connection_is_answered_once_and_the_call_came_once(self):
        for fault in ("com.example.fault.drop", "com.example.fault.drop_mid_frame"):
            for method in ("POST", "PUT"):
                with self.subTest(fault, method=method):
                    before = self.calls_of(fault)
                    self.refused("connection_lost", method=method, body=call(fault))
                    self.assertEqual(self.calls_of(fault), before + 1)

    def test_no_text_of_the_router_reaches_a_client_in_a_failure(self):
        for answer in (self.client.call("com.example.fault.goodbye"), self.client.call("com.example.fault.abort")):
            self.assert_refused(answer, "connection_lost")

    def test_calls_at_once_get_their_own_answers(self):
        def one(number):
            return self.client.call("com.example.add2", number, number).json["args"]

        with concurrent.futures.ThreadPoolExecutor(8) as threads:
            self.assertEqual(list(threads.map(one, range(64))), [[2 * number] for number in range(64)])

    # Section 6: CORS.

    def test_own_page_needs_nothing(self):
        for client, scheme in ((self.client, "http"), (self.tls_client, "https")):
            with self.subTest(scheme):
                origin = f"{scheme}://127.0.0.1:{client.port}"
                self.assert_body(client.send(body=ADD2, headers={"Origin": origin}), '{"args":[5]}')

    def test_allowed_page_is_told_so_whatever_the_outcome(self):
        for origin in (PAGE, "HTTPS://app.example.com:443"):
            for body, status in ((ADD2, 200), ("{", 400), (call("com.example.nowhere"), 200), (call("com.example.raw", "91a1ff"), 502)):
                with self.subTest(origin, body=body):
                    answer = self.client.send(service="pages", body=body, headers={"Origin": origin})
                    self.assertEqual(answer.status, status)
                    self.assertEqual(answer.headers.get_all("Access-Control-Allow-Origin"), [origin])
                    self.assertIn("Origin", answer.headers.get("Vary", ""))

    def test_other_pages_are_denied(self):
        for origin in (OTHER_PAGE, "http://app.example.com", "https://app.example.com.evil.example", "https://app.example.com:444",
                       "https://sub.app.example.com", "null", "app.example.com", "https://app.example.com/"):
            with self.subTest(origin):
                answer = self.client.send(service="pages", body=ADD2, headers={"Origin": origin})
                self.assert_refused(answer, "origin_denied")
                self.assertNotIn("Access-Control-Allow-Origin", answer.headers)
                preflight = self.preflight("pages", origin)
                self.assertEqual(preflight.status, 403)
                self.assertNotIn("Access-Control-Allow-Origin", preflight.headers)

    def test_any_page_may_call_where_the_star_is_but_without_credentials(self):
        for origin in (OTHER_PAGE, "null", PAGE):
            with self.subTest(origin):
                answer = self.client.send(service="any-page", body=ADD2, headers={"Origin": origin})
                self.assert_body(answer, '{"args":[5]}')
                self.assertIn(answer.headers["Access-Control-Allow-Origin"], (origin, "*"))
                self.assertNotIn("Access-Control-Allow-Credentials", answer.headers)
                self.assertNotIn("Access-Control-Allow-Credentials", self.preflight("any-page", origin).headers)

    def preflight(self, service, origin):
        headers = {"Origin": origin, "Access-Control-Request-Method": "POST",
                   "Access-Control-Request-Headers": "content-type"}
        return self.client.send("OPTIONS", service=service, body=None, content_type=None, headers=headers)

    def test_preflight_of_an_allowed_page(self):
        answer = self.preflight("pages", PAGE)
        self.assertIn(answer.status, (200, 204))
        self.assertEqual(answer.body, b"")
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"], PAGE)
        self.assertIn("Origin", answer.headers["Vary"])
        self.assertIn("POST", answer.headers["Access-Control-Allow-Methods"])
        self.assertIn("content-type", answer.headers["Access-Control-Allow-Headers"].lower())
        self.assertGreater(int(answer.headers["Access-Control-Max-Age"]), 0)

    def test_options_without_origin_is_answered(self):
        answer = self.client.send("OPTIONS", body=None, content_type=None)
        self.assertIn(answer.status, (200, 204))
        self.assertEqual(answer.headers["Allow"], "POST, PUT, OPTIONS")

    def test_preflight_of_a_signed_service_needs_no_signature(self):
        self.assertIn(self.client.send("OPTIONS", service="signed", body=None, content_type=None).status, (200, 204))


def significant_digits(number):
    return number.lower().partition("e")[0].replace(".", "").replace("-", "").strip("0")
