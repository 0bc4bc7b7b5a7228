"""Requests exactly as real clients and servers send them, each named after its origin: through nginx with the sample's
configuration, and directly over FastCGI for those of other web servers."""
import base64
import datetime
import hashlib
import hmac
import json
import unittest
import urllib.parse

from integration.contract_base import ADD2, PAGE, SECRET, SIGNED
from integration.deployment import Served, main, service
from support import fastcgi_client as fastcgi
from support.servers import Nginx, replace_once
from support.web import Client

FIVE = b'{"args":[5]}'
LIMIT = 200
SUBDOMAINS = "https://*.example.com"
PATHS = {
    "/": service(),
    "signed": service(**SIGNED, timestamp_delta_limit=300),
    "limited": service(post_body_limit=LIMIT),
    "told": service(forward={"user": "REMOTE_USER", "certificate": "SSL_CLIENT_S_DN"}),
    "pages": service(allowed_origins=[PAGE, SUBDOMAINS]),
    "pasted": {"type": "path", "id": "webservice-1", "paths": {
        "/": {**service(), "id": "webservice-2"}, "v1": service(),
        "more": {"type": "path", "paths": {"v2": service()}}}},
}
PHP_INT_MAX = 2**63 - 1


class NginxOfDebian(Nginx):
    """With Debian's HTTP_HOST from fastcgi_params: the host without its port."""

    def sample_text(self):
        line = "        fastcgi_param SERVER_PORT $server_port;\n"
        return replace_once(super().sample_text(), line, line + "        fastcgi_param HTTP_HOST $host;\n")


class FieldCase(Served, unittest.TestCase):
    server_class = Nginx
    paths = PATHS

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tls_client = Client(cls.server.tls_port, tls=True)

    def raw(self, target, headers, body):
        """The status line and body of the answer to raw bytes."""
        body = body.encode()
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        received = self.client.raw(f"POST {target} HTTP/1.1\r\nHost: 127.0.0.1:{self.server.port}\r\n{head}"
                                   f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
        head, _, answer = received.partition(b"\r\n\r\n")
        return head.split()[1].decode(), answer

    def fastcgi(self, body, sent=None, **variables):
        """The status and body of the pool's answer to another web server's request."""
        stream = fastcgi.params(fastcgi.variables(**variables)) + (sent or fastcgi.stdin(body.encode()))
        status, _, answer = fastcgi.request(self.server.pool.address, fastcgi.begin() + stream)
        return status, answer


class SigningClients(FieldCase):
    """Each client with its form of timestamp, numbers and signature."""

    def signed(self, timestamp, seq, nonce, quote=urllib.parse.quote, **headers):
        """A call with a signature over the query's fields."""
        fields = {"key": "myapp1", "timestamp": timestamp, "seq": str(seq), "nonce": str(nonce)}
        digest = hmac.new(SECRET.encode(), "".join(fields.values()).encode() + ADD2.encode(), hashlib.sha256).digest()
        fields["signature"] = base64.urlsafe_b64encode(digest).decode()
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in fields.items())
        return self.raw(f"/wamp/signed?{query}", {"Content-Type": "application/json", **headers}, ADD2)

    @staticmethod
    def now(digits):
        """With `digits` digits of a second."""
        time, _, fraction = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f").partition(".")
        return time + (f".{fraction[:digits]}" if digits else "") + "Z"

    def test_crossbarhttp_of_python_counts_seq_and_draws_nonces_up_to_2_to_the_53(self):
        for seq, digits in ((1, 6), (2, 0), (3, 6)):
            with self.subTest(seq=seq):
                self.assertEqual(self.signed(self.now(digits), seq, 2**53), ("200", FIVE))

    def test_crossbar_http_of_ruby_sends_milliseconds(self):
        self.assertEqual(self.signed(self.now(3), 1, 4711), ("200", FIVE))

    def test_crossbarhttpbridge_of_php_draws_nonces_of_up_to_63_bits(self):
        for nonce in (2**53 + 1, PHP_INT_MAX - 1, PHP_INT_MAX):
            with self.subTest(nonce):
                self.assertEqual(self.signed(self.now(6), 1, nonce, quote=urllib.parse.quote_plus), ("200", FIVE))

    def test_clients_with_numbers_of_64_bits_with_and_without_a_sign(self):
        for number in (-2**63, -1, 2**64 - 1, 10**20 - 1, -10**20 + 1):
            with self.subTest(number):
                self.assertEqual(self.signed(self.now(6), number, number), ("200", FIVE))
        for number in (10**20, -10**20, "--1", "-", "1-"):
            with self.subTest(number):
                status, answer = self.signed(self.now(6), 1, number)
                self.assertEqual(status, "400")
                self.assertEqual(json.loads(answer)["kwargs"], {"parameter": "nonce"})


class PlainClients(FieldCase):
    def test_curl_of_crossbars_shell_and_sql_examples(self):
        self.assertEqual(self.raw("/wamp", {"User-Agent": "curl/7.88.1", "Accept": "*/*",
                                            "Content-Type": "application/json"}, ADD2), ("200", FIVE))

    def test_yii2_crossbar_http_sends_a_list_with_an_object_for_keyword_arguments(self):
        body = '{"procedure":"com.example.add2","args":[2,3],"kwargs":[{"a":1}]}'
        status, answer = self.raw("/wamp", {"Content-Type": "application/json"}, body)
        self.assertEqual((status, json.loads(answer)["error"]), ("400", "wampfcgi.error.arguments_invalid"))

    def test_clients_of_rest_frameworks_send_other_parameters_beside_the_charset(self):
        for content_type in ("application/json; charset=utf-8; other=x", "application/json;odata=verbose",
                             'application/json; profile="https://example.com/a;charset=latin1"; charset="UTF-8"',
                             "application/json;IEEE754Compatible=true;charset=utf8"):
            with self.subTest(content_type):
                self.assertEqual(self.raw("/wamp", {"Content-Type": content_type}, ADD2), ("200", FIVE))
        for content_type in ("application/json; other=x; charset=latin1", 'application/json; other="x; charset=utf-8'):
            with self.subTest(content_type):
                status, answer = self.raw("/wamp", {"Content-Type": content_type}, ADD2)
                self.assertEqual((status, json.loads(answer)["error"]),
                                 ("400", "wampfcgi.error.content_type_unsupported"))


class Browsers(FieldCase):
    def preflight(self, origin, wanted):
        headers = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": wanted}
        return self.client.send("OPTIONS", service="pages", body=None, content_type=None, headers=headers)

    def test_page_may_send_what_fetch_and_eventsource_polyfills_send(self):
        answer = self.preflight(PAGE, "cache-control,content-type,last-event-id")
        self.assertEqual(answer.headers["Access-Control-Allow-Headers"], "content-type, last-event-id, cache-control")

    def test_page_may_read_what_it_needs_to_try_again(self):
        for answer in (self.client.send(service="pages", body=ADD2, headers={"Origin": PAGE}),
                       self.client.send(service="pages", body="{", headers={"Origin": PAGE}),
                       self.preflight(PAGE, "content-type")):
            self.assertEqual(answer.headers["Access-Control-Expose-Headers"],
                             "X-Request-Id, Retry-After, RateLimit, RateLimit-Policy, ETag")
            self.assertEqual(answer.headers.get_all("Vary"), ["Origin"])

    def test_own_page_is_told_nothing_about_origins(self):
        own = f"http://127.0.0.1:{self.server.port}"
        answer = self.client.send(service="pages", body=ADD2, headers={"Origin": own})
        self.assertEqual(answer.body, FIVE)
        self.assertEqual([name for name in answer.headers if name.startswith("Access-Control-")], [])

    def test_pages_of_subdomains_may_call_without_credentials(self):
        for origin in ("https://www.example.com", "https://a.b.c.example.com"):
            for answer in (self.client.send(service="pages", body=ADD2, headers={"Origin": origin}),
                           self.preflight(origin, "content-type")):
                self.assertEqual((answer.status, answer.headers["Access-Control-Allow-Origin"]), (200, origin))
                self.assertNotIn("Access-Control-Allow-Credentials", answer.headers)
        listed = self.client.send(service="pages", body=ADD2, headers={"Origin": PAGE})
        self.assertEqual(listed.headers["Access-Control-Allow-Credentials"], "true")
        for origin in ("https://example.com", "http://www.example.com", "https://www.example.com:8443",
                       "https://wwwexample.com", "https://www.example.com.evil.example", "https://.example.com"):
            with self.subTest(origin):
                answer = self.client.send(service="pages", body=ADD2, headers={"Origin": origin})
                self.assertEqual((answer.status, answer.error), (403, "wampfcgi.error.origin_denied"))


class ConfigurationOfCrossbar(FieldCase):
    def test_services_of_a_nested_path_are_below_it_and_nowhere_else(self):
        for url in ("/wamp/pasted", "/wamp/pasted/v1", "/wamp/pasted/more/v2"):
            with self.subTest(url):
                self.assertEqual(self.raw(url, {"Content-Type": "application/json"}, ADD2), ("200", FIVE))
        for url in ("/wamp/pasted/", "/wamp/pasted/more", "/wamp/pasted/v2", "/wamp/v1", "/wamp/pasted/v1/v1"):
            with self.subTest(url):
                status, answer = self.raw(url, {"Content-Type": "application/json"}, ADD2)
                self.assertEqual((status, json.loads(answer)["error"]), ("404", "wampfcgi.error.not_found"))


class BehindDebiansNginx(FieldCase):
    server_class = NginxOfDebian

    def denied(self, client, origin):
        answer = client.send(body=ADD2, headers={"Origin": origin})
        self.assertEqual((answer.status, answer.error), (403, "wampfcgi.error.origin_denied"))

    def test_own_page_on_another_port_than_80_may_call(self):
        for client, scheme in ((self.client, "http"), (self.tls_client, "https")):
            with self.subTest(scheme):
                answer = client.send(body=ADD2, headers={"Origin": f"{scheme}://127.0.0.1:{client.port}"})
                self.assertEqual((answer.status, answer.body), (200, FIVE))

    def test_page_on_a_third_port_is_denied(self):
        for client, scheme in ((self.client, "http"), (self.tls_client, "https")):
            with self.subTest(scheme):
                self.denied(client, f"{scheme}://127.0.0.1:{client.port ^ 1}")


class BehindCaddy(FieldCase):
    """Caddy 2.6 as a FastCGI client: a chunked body, and no user logged in."""

    # Caddy sends all of these except the path and the service, besides the request's headers.
    def caddy(self, path_info, **more):
        return {"path_info": path_info, "REMOTE_USER": "", "AUTH_TYPE": "", "REMOTE_IDENT": "", "SERVER_PORT": "443",
                "SERVER_SOFTWARE": "Caddy/v2.6.2", "HTTPS": "on", "CONTENT_LENGTH": "-1", **more}

    def test_chunked_body_is_read_to_its_end(self):
        self.assertEqual(self.fastcgi(ADD2, **self.caddy("")), (200, FIVE))
        pieces = b"".join(fastcgi.record(fastcgi.STDIN, ADD2[i:i + 7].encode()) for i in range(0, len(ADD2), 7))
        self.assertEqual(self.fastcgi(ADD2, sent=pieces + fastcgi.record(fastcgi.STDIN), **self.caddy("")), (200, FIVE))

    def test_chunked_body_of_the_limit_is_taken_and_one_byte_more_refused(self):
        self.assertEqual(self.fastcgi(ADD2.ljust(LIMIT), **self.caddy("/limited")), (200, FIVE))
        status, answer = self.fastcgi(ADD2.ljust(LIMIT + 1), **self.caddy("/limited"))
        self.assertEqual((status, json.loads(answer)["error"]), (413, "wampfcgi.error.body_too_large"))

    def test_chunked_body_past_the_limit_is_refused_before_its_end(self):
        unfinished = fastcgi.stdin(ADD2.ljust(LIMIT + 1).encode(), end=False)
        status, answer = self.fastcgi(ADD2, sent=unfinished, **self.caddy("/limited"))
        self.assertEqual((status, json.loads(answer)["error"]), (413, "wampfcgi.error.body_too_large"))

    def test_user_who_has_not_logged_in_is_none(self):
        body = '{"procedure":"com.example.echo","args":[]}'
        told = {"path_info": "/told", "length": len(body)}
        for user, subject in (("", ""), (None, None)):
            status, answer = self.fastcgi(body, REMOTE_USER=user, SSL_CLIENT_S_DN=subject, **told)
            self.assertEqual((status, json.loads(answer)["kwargs"]["_http"]), (200, {"user": None, "certificate": None}))
        status, answer = self.fastcgi(body, REMOTE_USER="joe", SSL_CLIENT_S_DN="CN=joe", **told)
        self.assertEqual(json.loads(answer)["kwargs"]["_http"], {"user": "joe", "certificate": "CN=joe"})


if __name__ == "__main__":
    main()
