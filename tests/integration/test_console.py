"""The console: who may see its page, and what is sent with it, through nginx and lighttpd (contract section 8); and the
page itself in a real browser."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

from integration.contract_base import SECRET, SIGNED  # noqa: E402
from integration.deployment import DeploymentTest, Served, configuration, main, service  # noqa: E402
from support import fastcgi_client as fastcgi  # noqa: E402
from support.browser import Browser, missing  # noqa: E402
from support.build import PROGRAM  # noqa: E402
from support.processes import wait_until  # noqa: E402
from support.servers import LighttpdPool, Nginx, WampFcgiPool  # noqa: E402
from wamp_client import REGISTER, REGISTERED, WELCOME, Client as WampClient  # noqa: E402

VECTORS = json.loads((pathlib.Path(__file__).parent / "signature_vectors.json").read_text())
REGISTERED_NAME = 'com.evil.<img/src=x/onerror=document.title="hit">'
RECENT = {**SIGNED, "timestamp_delta_limit": 300}


def of_type(kind, **options):
    return {**service(**options), "type": kind}


PATHS = {
    "/": service(),
    "listed": service(procedures=["com.example.add2", "wamp.registration.", "com.evil."], status_codes="http"),
    "signed": service(**RECENT),
    "link": service(procedure="com.example.echo", methods=["GET", "POST"]),
    "signed-link": service(procedure="com.example.echo", methods=["GET"], **RECENT),
    "publish": of_type("publisher"),
    "events": of_type("events", topics=["com.news."]),
    "signed-events": of_type("events", topics=["com.news."], **RECENT),
    "hook": of_type("webhook", topic="com.news.hook", require_ip=[]),
    "console": {"type": "console"},
    "a b/console": {"type": "console"},
    "open": {"type": "console", "options": {"require_ip": ["127.0.0.0/8"]}},
    "nobody": {"type": "console", "options": {"require_ip": []}},
}
OPTIONS = ["/ · caller", "listed · caller", "signed · caller, signed", "link · caller", "signed-link · caller, signed",
           "publish · publisher", "events · events", "signed-events · events, signed"]


class AnyServer(Served):
    paths = PATHS
    forwarded = ("127.0.0.1", "")

    def get(self, path="console", method="GET", query=None, **headers):
        return self.client.send(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()},
                                query=query, content_type=None)

    def assert_denied(self, answer):
        self.assertEqual((answer.status, answer.json["error"]), (400, "wampfcgi.error.address_denied"))

    def test_the_page_comes_with_a_policy_that_lets_it_ask_its_own_server_alone(self):
        page = self.get()
        self.assertEqual((page.status, page.headers["Content-Type"]), (200, "text/html; charset=UTF-8"))
        digest = r"'sha256-[A-Za-z0-9+/]{43}='"
        self.assertRegex(page.headers["Content-Security-Policy"],
                         f"^default-src 'none'; connect-src 'self'; script-src {digest}; style-src {digest}; base-uri 'none'; "
                         "form-action 'none'; frame-ancestors 'none'$")
        self.assertEqual([page.headers[name] for name in ("X-Content-Type-Options", "Referrer-Policy", "Cache-Control")],
                         ["nosniff", "no-referrer", "no-store"])
        self.assertNotRegex(page.body.decode(), r"https?://|src=|@import|url\(")

    def test_head_has_the_headers_of_get(self):
        page, head = self.get(), self.get(method="HEAD")
        self.assertEqual((head.status, head.body), (200, b""))
        for name in ("Content-Type", "Content-Length", "Content-Security-Policy"):
            self.assertEqual(head.headers[name], page.headers[name])

    def test_other_methods_are_refused(self):
        for method in ("POST", "PUT", "OPTIONS", "DELETE"):
            with self.subTest(method):
                refused = self.get(method=method)
                self.assertEqual((refused.status, refused.headers["Allow"]), (405, "GET, HEAD"))

    def test_it_lists_what_a_browser_can_use_and_no_secret(self):
        listed = self.get(query="services")
        self.assertEqual(listed.headers["Content-Type"], "application/json; charset=UTF-8")
        self.assertEqual([each["path"] for each in listed.json["services"]], [each.split(" ")[0] for each in OPTIONS])
        by_path = {each["path"]: each for each in listed.json["services"]}
        self.assertEqual(by_path["listed"]["procedures"], ["com.example.add2", "wamp.registration.", "com.evil."])
        self.assertEqual((by_path["link"]["procedure"], by_path["link"]["methods"]), ("com.example.echo", ["POST", "GET"]))
        self.assertEqual([by_path[path]["signed"] for path in ("/", "signed")], [False, True])
        self.assertNotIn(SECRET.encode(), listed.body)
        self.assertNotIn(SIGNED["key"].encode(), listed.body)

    def test_without_require_ip_neither_a_rebound_name_nor_a_proxy_gets_in(self):
        for host in ("localhost", "LOCALHOST:8080", "app.localhost", "127.0.0.1", "[::1]:80"):
            with self.subTest(host):
                self.assertEqual(self.get(Host=host).status, 200)
        for host in ("evil.example", "192.0.2.1", "localhost.evil.example"):
            with self.subTest(host):
                self.assert_denied(self.get(Host=host))
        for name in ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"):
            for value in self.forwarded:
                with self.subTest(name, value=value):
                    self.assert_denied(self.get(**{name: value}))

    def test_with_require_ip_its_list_alone_decides(self):
        self.assertEqual(self.get("open", Host="intranet.example", Via="1.1 proxy").status, 200)
        self.assert_denied(self.get("nobody"))
        self.assert_denied(self.get("nobody", **{"X-Forwarded-For": "127.0.0.1"}))

    def test_pages_of_other_sites_do_not_read_it(self):
        for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}):
            with self.subTest(headers):
                self.assertEqual(self.get(query="services", **headers).json["error"], "wampfcgi.error.origin_denied")


class WithoutASession(DeploymentTest):
    """A configuration with only a console, and a router that is down."""

    def setUp(self):
        super().setUp()
        config = {**configuration("rs://127.0.0.1:1", {"console": {"type": "console"}}, connect_timeout=60)}
        self.config = self.scratch.write("config.json", json.dumps(config))

    def test_a_pool_with_a_console_alone_is_ready_at_once_and_ends_when_it_is_told_to(self):
        pool = WampFcgiPool(self.scratch, self.config, workers=1).start()
        asked = fastcgi.begin() + fastcgi.params(fastcgi.variables("/console", "GET")) + fastcgi.stdin(b"")
        status, headers, _ = fastcgi.request(pool.address, asked)
        self.assertEqual((status, headers["Content-Type"]), (200, "text/html; charset=UTF-8"))
        self.assertEqual(len(pool.worker_pids()), 1)
        os.kill(pool.pid, signal.SIGHUP)
        wait_until(lambda: "new workers serve" in pool.said(), "the reload to be done")
        self.assertEqual(pool.stop(), 0)
        self.assertNotIn("session", pool.said())

    def test_there_is_no_session_to_try(self):
        tried = subprocess.run([PROGRAM, "--check-config", self.config, "--router"], capture_output=True, text=True,
                               timeout=30)
        self.assertEqual((tried.returncode, tried.stdout), (0, f"{self.config}: no mistakes found\n"))


class UnderNginx(AnyServer, unittest.TestCase):
    server_class = Nginx


class UnderLighttpd(AnyServer, unittest.TestCase):
    server_class = LighttpdPool
    forwarded = ("127.0.0.1",)  # lighttpd drops empty headers


@unittest.skipIf(missing(), missing())
class InABrowser(Served, unittest.TestCase):
    server_class = Nginx
    paths = PATHS

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.url = f"http://127.0.0.1:{cls.server.port}/wamp/console"
        cls.browser = Browser(cls.url, cls.scratch.path)
        cls.addClassCleanup(cls.browser.close)

    def copied(self, **given):
        """The copied texts, by language."""
        return self.browser.run("copies", **given)["texts"]

    def run_in(self, program, text):
        run = subprocess.run(program, input=text.replace("YOUR SECRET", SECRET), text=True, capture_output=True, timeout=20,
                             cwd=self.scratch.path)
        self.assertEqual((run.returncode, run.stderr), (0, ""), text)
        return run.stdout

    def test_copied_requests_can_be_run(self):
        odd = "[\"it's \\\\ \\\"$HOME\\\" ☃\", 9007199254740993]"
        for given, expected in (
                ({"service": "/", "procedure": "com.example.echo", "args": odd}, {"args": json.loads(odd)}),
                ({"service": "signed", "procedure": "com.example.echo", "args": odd, "key": "myapp1"}, {"args": json.loads(odd)}),
                ({"service": "link", "kwargs": '{"a": "b c", "ü": ["1", "%41\\\\"]}', "method": "GET"},
                 {"kwargs": {"a": "b c", "ü": ["1", "%41\\"]}}),
                ({"service": "signed-link", "kwargs": '{"a": "b c", "ü": ["1", "%41\\\\"]}', "key": "myapp1"},
                 {"kwargs": {"a": "b c", "ü": ["1", "%41\\"]}})):
            texts = self.copied(**given)
            for language, program in (("curl", ["sh"]), ("Python", [sys.executable]), ("PHP", ["php"]), ("JavaScript", ["node"])):
                with self.subTest(service=given["service"], language=language):
                    self.assertEqual(json.loads(self.run_in(program, texts[language])), expected, texts[language])

    def test_requests_for_streams_of_events_can_be_copied(self):
        texts = self.copied(service="events", topic="com.news.a")
        self.assertEqual(texts["curl"],
                         f"curl -sSN -H 'Accept: text/event-stream' \\\n    '{self.url.replace('console', 'events')}?topic=com.news.a'\n")
        self.assertIn("EventSource", texts["JavaScript"])

    def test_it_lists_the_services(self):
        self.browser.run("lists_the_services", services=OPTIONS)

    def test_it_makes_the_signatures_of_the_vectors(self):
        rows = [{**row, "content": row["body"]} for row in VECTORS["rows"]]
        self.browser.run("makes_the_signatures_of_the_vectors", rows=rows, links=VECTORS["links"])

    def test_it_reads_and_writes_json_as_it_is(self):
        valid = ["0", "-0", "1.0", "1E+2", "-1e-7", "18446744073709551615", "true", "null", '""', r'"\u0000AQID"', '"é☃😀"', r'"\"\\\n"',
                 "[]", "{}", "[[],{}]", '{"a":1,"a":2}', '{"":[1,"]",{"b":"}"}]}']
        invalid = ["", " ", "01", "1.", ".5", "+1", "-", "1e", "tru", "truex", "NaN", "'a'", '"a', '"\n"', r'"\x"', "[", "[1", "[1,]", "[,]", "{",
                   '{"a"}', '{"a":}', '{"a":1,}', "{a:1}", "1 2", "[1]]", "[" * 300]
        self.browser.run("reads_and_writes_json_as_it_is", valid=valid, invalid=invalid)

    def test_registered_procedures_complete_and_are_text(self):
        with WampClient(self.router.url) as callee:
            self.assertEqual(callee.join(roles={"callee": {"features": {}}})[0], WELCOME)
            callee.request(REGISTER, {}, REGISTERED_NAME)
            self.assertEqual(callee.receive()[0], REGISTERED)
            self.browser.run("completes_procedures", registered=REGISTERED_NAME)

    def test_it_looks_well(self):
        self.browser.check_looks(self, "looks_well")

    def test_it_calls(self):
        self.browser.run("calls")

    def test_it_asks_below_its_mount_wherever_it_is(self):
        self.browser.run("asks_below_its_mount_wherever_it_is")

    def test_it_keeps_integers_of_64_bits_and_binary_values(self):
        self.browser.run("keeps_integers_of_64_bits_and_binary_values")

    def test_it_explains_errors(self):
        self.browser.run("explains_errors")

    def test_it_checks_json_while_it_is_typed(self):
        self.browser.run("checks_json_while_it_is_typed")

    def test_it_formats_what_was_typed(self):
        self.browser.run("formats_what_was_typed")

    def test_it_signs_and_calls(self):
        self.browser.run("signs_and_calls")

    def test_it_signs_without_webcrypto(self):
        self.browser.run("signs_without_webcrypto")

    def test_it_streams_a_call(self):
        self.browser.run("streams_a_call")

    def test_it_stops_a_stream(self):
        self.browser.run("stops_a_stream")

    def test_it_shows_events_and_publishes(self):
        self.browser.run("shows_events_and_publishes")

    def test_it_signs_a_stream_of_events(self):
        self.browser.run("signs_a_stream_of_events")

    def test_it_gets(self):
        self.browser.run("gets")

    def test_it_shows_all_as_text(self):
        self.browser.run("shows_all_as_text")

    def test_it_takes_a_request_of_the_history_up_again(self):
        self.browser.run("takes_a_request_of_the_history_up_again")

    def test_it_is_usable_by_keyboard_alone(self):
        self.browser.run("is_usable_by_keyboard_alone")


if __name__ == "__main__":
    main()
