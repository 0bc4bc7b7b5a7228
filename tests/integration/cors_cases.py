"""Contract section 6: CORS."""
from integration.contract_base import ADD2, OTHER_PAGE, PAGE, ContractBase, call


class CorsCases(ContractBase):
    def test_own_page_needs_nothing(self):
        for client, scheme in ((self.client, "http"), (self.tls_client, "https")):
            with self.subTest(scheme):
                origin = f"{scheme}://127.0.0.1:{client.port}"
                self.assert_body(client.send(body=ADD2, headers={"Origin": origin}), '{"args":[5]}')

    def test_allowed_page_is_told_so_whatever_the_outcome(self):
        for origin in (PAGE, "HTTPS://app.example.com:443"):
            for body, status in ((ADD2, 200), ("{", 400), (call("com.example.nowhere"), 200),
                                 (call("com.example.raw", "91a1ff"), 502)):
                with self.subTest(origin, body=body):
                    answer = self.client.send(service="pages", body=body, headers={"Origin": origin})
                    self.assertEqual(answer.status, status)
                    self.assertEqual(answer.headers.get_all("Access-Control-Allow-Origin"), [origin])
                    self.assertIn("Origin", answer.headers.get("Vary", ""))

    def test_other_pages_are_denied(self):
        for origin in (OTHER_PAGE, "http://app.example.com", "https://app.example.com.evil.example",
                       "https://app.example.com:444",
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
