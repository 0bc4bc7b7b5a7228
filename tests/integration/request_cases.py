"""Contract section 3, and section 4 about bodies: the service for a request, methods, and lengths."""
import json

from integration.contract_base import ADD2, LIMIT, PAGE, SECRET, ContractBase, call, echo, padded


class RequestCases(ContractBase):
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
        for path in ("/unknown", "/x/plain", "/plain/", "/plain/x", "/Plain", "/plai", "/plainx", "/plain;x", "/a",
                     "/b", "/x/",
                     "/wamp", "/wamp/plain", "/plain%20", "/%2Aplain", "/a/b/c", "/http/plain"):
            with self.subTest(path):
                self.refused("not_found", url="/wamp" + path, body=ADD2)

    def test_nothing_beside_the_mount_reaches_a_service(self):
        for url in ("/wampx", "/wampx/plain", "/wampplain", "/x/wamp/plain", "/plain", "/", "/wamp.json",
                    "/Wamp/plain"):
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
                             'application/json; charset="utf-8"', 'application/json; charset="UTF8"', "", None):
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
        self.refused("content_type_unsupported", service="pages", body=ADD2, content_type=None,
                     headers={"Origin": PAGE})

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
                           ("{'procedure':'a'}", "body_not_json"), ("nul", "body_not_json"), ('{"a":NaN}',
                           "body_not_json"),
                           ('{"a":Infinity}', "body_not_json"), ('{"a":01}', "body_not_json"), ('{"a":+1}',
                           "body_not_json"),
                           ('{"a":"\t"}', "body_not_json"), ('{"a":"\\x"}', "body_not_json"),
                           ("[]", "body_not_object"), ("null", "body_not_object"), ("1", "body_not_object"),
                           ('"text"', "body_not_object"), ("true", "body_not_object"),
                           ("{}", "procedure_missing"), ('{"args":1}', "procedure_missing"),
                           ('{"Procedure":"com.example.add2"}', "procedure_missing"),
                           ('{"procedure":"com.example.add2","args":{"a":1}}', "arguments_invalid"),
                           ('{"procedure":"com.example.add2","args":"x"}', "arguments_invalid"),
                           ('{"procedure":"com.example.add2","args":1}', "arguments_invalid"),
                           ('{"procedure":"com.example.add2","kwargs":[{"a":1}]}', "arguments_invalid"),
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
        for text in (b"\xff", b"\xc3", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80",
                     b"\xe2\x82"):
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
        for rest in ("", ',"args":null', ',"kwargs":null', ',"args":null,"kwargs":null', ',"args":[]', ',"kwargs":{}', ',"args":{},"kwargs":[]',
                     ',"args":[],"kwargs":{}'):
            with self.subTest(rest):
                self.assert_body(self.client.send(body=f'{{"procedure":"com.example.echo"{rest}}}'), '{"args":[null]}')

    def test_allowed_procedures(self):
        self.assert_body(self.client.send(service="listed", body=ADD2), '{"args":[5]}')
        self.assert_body(self.client.call("com.example.fault.unknown_id", service="listed"), '{"args":["survived"]}')
        self.assertEqual(self.client.call("com.other.x", service="listed").error, "wamp.error.no_such_procedure")
        for procedure in ("com.example.echo", "com.example.add2x", "com.example.add2.x", "com.example.fault",
                          "com.other",
                          "com.otherx", "com.example.Add2"):
            with self.subTest(procedure):
                self.refused("procedure_denied", service="listed", body=call(procedure))

    def test_body_limit_holds_at_the_byte(self):
        for chunked in (False, True):
            with self.subTest(chunked=chunked):
                answer = self.client.send(service="limited", body=padded(LIMIT), chunked=chunked)
                self.assert_body(answer, '{"args":[5]}')
                before = self.calls_of("com.example.add2")
                self.refused("body_too_large", service="limited", body=padded(LIMIT + 1), chunked=chunked)
                large = padded(self.most_chunked_bytes if chunked else 5_000_000)
                self.refused("body_too_large", service="limited", body=large, chunked=chunked)
                self.assertEqual(self.calls_of("com.example.add2"), before)

    def test_chunked_body_without_content_length_is_read_whole(self):
        self.assert_body(self.client.send(body=ADD2, chunked=True), '{"args":[5]}')
        text = "y" * min(300_000, self.most_chunked_bytes)
        self.assertEqual(self.client.send(body=echo(f'"{text}"'), chunked=True).json, {"args": [text]})

    def test_body_that_ends_early_is_never_forwarded(self):
        body = b'{"procedure":"com.example.kwargs_only"}'
        before = self.calls_of("com.example.kwargs_only")
        head = "POST /wamp HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n"
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
