"""Contract section 4: the answers for a RESULT or an ERROR, and that nothing is lost in between."""
import base64

from integration.contract_base import ADD2, ContractBase, call, echo, nested

WAMP_ERRORS_IN_HTTP = {
    "wamp.error.no_such_procedure": 404, "wamp.error.not_authorized": 403, "wamp.error.authorization_failed": 403,
    "wamp.error.invalid_argument": 400, "wamp.error.invalid_uri": 400, "wamp.error.no_eligible_callee": 502,
    "wamp.error.canceled": 504, "wamp.error.timeout": 504, "com.example.error.failed": 500,
    "wamp.error.runtime_error": 500,
}


def significant_digits(number):
    return number.lower().partition("e")[0].replace(".", "").replace("-", "").strip("0")


class AnswerCases(ContractBase):
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
        for number in ("18446744073709551616", "-9223372036854775809", "123456789012345678901234567890", "1e400",
                       "-1e400",
                       "1" + "0" * 400):
            for body in (echo(number), f'{{"procedure":"com.example.echo","kwargs":{{"n":{number}}}}}'):
                with self.subTest(body[:80]):
                    self.refused("body_not_json", body=body)

    def test_doubles_pass_in_shortest_form(self):
        for number in (1.5, 0.1, -0.1, 1e300, 5e-324, 1.7976931348623157e308, 2.5e-8, 123456.789, 1 / 3,
                       9007199254740993.0,
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
        for text in ("", "Grüße ☃ 😀", "\"\\/\b\f\n\r\t", "\u0001\u001f\u007f\u2028", "a\u0000b", "\ufffe\uffff",
                     "</script>"):
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
        # add2 accepts numbers only; fail requires a string for its URI, and a binary value is not one.
        self.assertEqual(self.client.call("com.example.fail", "\0AAEC").error, "wamp.error.invalid_argument")

    def test_not_a_number_and_infinity_become_null(self):
        for packed in ("91cb7ff8000000000000", "91cb7ff0000000000000", "91cbfff0000000000000", "91ca7fc00000",
                       "91ca7f800000"):
            with self.subTest(packed):
                self.assert_body(self.client.call("com.example.raw", packed), '{"args":[null]}')

    def test_every_form_of_messagepack_is_read(self):
        for packed, expected in {
            "91cfffffffffffffffff": [2**64 - 1], "91d38000000000000000": [-2**63], "91d0ff": [-1], "91cd0001": [1],
            "91ca3fc00000": [1.5], "91d900": [""], "91db0000000161": ["a"], "dc0001c0": [None], "dd00000001c2": [False],
            "91de0001a16101": [{"a": 1}], "91df00000001a16101": [{"a": 1}], "9181a16191c3": [{"a": [True]}],
        }.items():
            with self.subTest(packed):
                self.assertEqual(self.client.call("com.example.raw", packed).json, {"args": expected})

    def test_results_that_json_cannot_hold(self):
        for packed in ("91a1ff", "91a2c328", "91a3eda080", "91d40100", "91d6ff00000000", "91810102", "9181c001",
                       "91c7010100",
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
        standard = '"args":["it failed",42],"kwargs":{"reason":"asked to"}'
        for args, expected in (
            ([], '{"error":"com.example.error.failed",' + standard + "}"),
            (["com.x.y", [1, [2]], {"a": {"b": None}}], '{"error":"com.x.y","args":[1,[2]],"kwargs":{"a":{"b":null}}}'),
            (["com.x.y", None, None], '{"error":"com.x.y","args":[],"kwargs":{}}'),
            (["com.x.y", ["a"], None], '{"error":"com.x.y","args":["a"],"kwargs":{}}'),
            (["com.x.y", [], {"b": 2}], '{"error":"com.x.y","args":[],"kwargs":{"b":2}}'),
            (["wampfcgi.error.not_found"], '{"error":"wampfcgi.error.not_found",' + standard + "}"),
        ):
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
