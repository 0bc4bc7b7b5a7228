"""Contract section 3, signed requests."""
import base64
import json
import pathlib
import urllib.parse

from integration.contract_base import ADD2, SECRET, ContractBase
from support.web import signed_query, timestamp

VECTORS = json.loads((pathlib.Path(__file__).parent / "signature_vectors.json").read_text())["rows"]

class SignatureCases(ContractBase):
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
                     base64.b64encode(right + b"\0").decode(), right.hex(), good["signature"] * 2,
                     good["signature"] + "=",
                     good["signature"][:-2], "A" * 1_000):
            with self.subTest(text[:60]):
                self.refused("signature_invalid", service="signed", body=ADD2, query={**good, "signature": text})

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
            "timestamp": ["yesterday", "2026-11-22T09:49:10", "2026-11-22T09:49:10+00:00", "2026-11-22 09:49:10Z",
            "2026-11-22T09:49Z",
                          "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-22T24:00:00Z",
                          "2026-11-22T09:60:00Z",
                          "2026-11-22T09:49:10.Z", "2026-11-22T09:49:10.1234567Z", "2026-11-22t09:49:10z", "1795340950",
                          "2026-11-22T09:49:10.1Z ", "-026-11-22T09:49:10Z"],
            "seq": ["1.5", "x", "0x10", "100000000000000000000", "1e3", " 1", "1 ", "+1", "-", "--1", "٣"],
            "nonce": ["1.5", "x", "-100000000000000000000", "99999999999999999999999", "1 ", ""],
        }
        for field, values in invalid.items():
            for value in values:
                with self.subTest(field, value=value):
                    query = signed_query(SECRET, ADD2, **{field: value})
                    answer = self.client.send(service="signed", body=ADD2, query=query)
                    self.assert_refused(answer, "parameter_invalid", parameter=field)
        for field, value in (("timestamp", "2011-10-14T16:59:51Z"), ("timestamp", "2011-10-14T16:59:51.1Z"),
                             ("timestamp", "2011-10-14T16:59:51.123456Z"), ("timestamp", "2024-02-29T23:59:59.9Z"),
                             ("seq", "0"), ("seq", "-1"), ("seq", "99999999999999999999"), ("nonce", "0"),
                             ("nonce", "9223372036854775807"), ("nonce", "-99999999999999999999")):
            with self.subTest(field, value=value):
                query = signed_query(SECRET, ADD2, **{field: value})
                self.assert_body(self.client.send(service="signed", body=ADD2, query=query), '{"args":[5]}')

    def test_unsigned_service_checks_timestamp_and_seq_where_present(self):
        self.assert_body(self.client.send(body=ADD2, query={"seq": "1", "timestamp": timestamp()}), '{"args":[5]}')
        for field, value in (("timestamp", "now"), ("seq", "first")):
            answer = self.client.send(body=ADD2, query={field: value})
            self.assert_refused(answer, "parameter_invalid", parameter=field)
        self.assert_body(self.client.send(service="recent", body=ADD2), '{"args":[5]}')
        self.assert_body(self.client.send(service="recent", body=ADD2, query={"timestamp": timestamp()}),
                         '{"args":[5]}')
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
