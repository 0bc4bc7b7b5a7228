"""Contract section 5: every refusal and failure, and the order of the checks."""
import concurrent.futures

from integration.contract_base import (ADD2, LIMIT, OTHER_PAGE, REFUSALS, SECRET, ContractBase, call,
                                       padded)
from support.processes import wait_until
from support.web import signed_query, timestamp


class RefusalCases(ContractBase):
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
        self.assertEqual(set(REFUSALS) - set(provocations), {"body_truncated"})  # integration.fastcgi tests that one
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
        def stats():
            return self.client.call("com.example.stats").json["kwargs"]

        before = stats()["cancels"]
        self.assert_refused(self.client.call("com.example.sleep", 20, service="impatient"), "call_timeout")
        wait_until(lambda: stats()["cancels"] == before + 1, "the router to be told")
        self.assertEqual(stats()["last_timeout_ms"], 1000)
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
