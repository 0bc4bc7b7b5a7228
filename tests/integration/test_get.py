"""Services with a fixed procedure, called by GET and HEAD (contract sections 2 to 6): links, signed links, caches, and
EventSource's behaviour."""
import base64
import contextlib
import hashlib
import hmac
import json
import pathlib
import sys
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

from integration.contract_base import PAGE, SECRET, SIGNED  # noqa: E402
from integration.deployment import Served, main, service  # noqa: E402
from support.servers import ApacheCgi, ApacheFcgid, ApacheProxyFcgi, Lighttpd, Nginx, replace_once  # noqa: E402
from support.web import Client, timestamp  # noqa: E402
from wamp_client import INVOCATION, REGISTERED, WELCOME, YIELD, Client as WampClient  # noqa: E402

VECTORS = json.loads((pathlib.Path(__file__).parent / "signature_vectors.json").read_text())["links"]
ECHO = {"procedure": "com.example.echo", "methods": ["GET"]}
CALLS = "com.example.echo"

PATHS = {
    "/": service(),
    "echo": service(**ECHO),
    "any": service(**{**ECHO, "methods": ["GET", "POST", "PUT"]}),
    "posts": service(procedure="com.example.echo"),
    "fails": service(**{**ECHO, "procedure": "com.example.fail"}, max_age=60),
    "signed": service(**ECHO, **SIGNED, timestamp_delta_limit=300),
    "signed-for-ever": service(**ECHO, **SIGNED),
    "told": service(**ECHO, forward={"agent": "HTTP_USER_AGENT"}),
    "kept": service(**ECHO, max_age=60),
    "public": service(**ECHO, max_age=60, cache="public"),
    "pages": service(**ECHO, max_age=60, allowed_origins=[PAGE]),
    "watch": service(**{**ECHO, "procedure": "com.callee.watch"}, allowed_origins=[PAGE]),
}


def link_query(*parameters, secret=SECRET, **fields):
    """The query of a signed link, as pairs: its own parameters, then the five signing parameters (contract section
    3)."""
    fields = {"key": "myapp1", "timestamp": timestamp(), "seq": "1", "nonce": "42", **fields}
    text = "".join(fields.values()) + "?" + "".join(f"{name}\0{value}\0" for name, value in parameters)
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
    return [*parameters, *fields.items(), ("signature", base64.urlsafe_b64encode(digest).decode())]


class AnyServer(Served):
    """What holds for every web server."""

    paths = PATHS

    def get(self, service, query="", method="GET", headers=None, **how):
        query = query if isinstance(query, str) else urllib.parse.urlencode(list(query))
        return self.client.send(method, service, query=query, headers=headers, content_type=None, **how)

    def calls(self):
        """How often the services have called their procedure."""
        counts = self.client.call("com.example.stats").json["kwargs"]["calls_by_procedure"]
        return counts.get(CALLS, 0)

    def assert_refused(self, answer, status, name, parameter=None):
        self.assertEqual((answer.status, answer.json["error"]), (status, f"wampfcgi.error.{name}"))
        self.assertEqual(answer.json["kwargs"], {"parameter": parameter} if parameter else {})
        self.assertEqual(answer.headers["Cache-Control"], "no-store")

    def test_the_query_is_the_keyword_arguments(self):
        for query, kwargs in (("text=red+apples&tag=a&tag=b", {"text": "red apples", "tag": ["a", "b"]}),
                              ("gr%C3%B6%C3%9Fe=%E2%98%83&n=1&empty=&bare", {"größe": "☃", "n": "1", "empty": "", "bare": ""}),
                              ("key=k&seq=1&nonce=x&signature=s&a=1", {"a": "1"})):
            with self.subTest(query):
                answer = self.get("echo", query)
                self.assertEqual((answer.status, answer.json), (200, {"kwargs": kwargs}))
                self.assertEqual(answer.headers["Cache-Control"], "no-store")
                self.assertNotIn("ETag", answer.headers)
        self.assertEqual(self.get("echo").json, {"args": [None]})

    def test_queries_that_are_no_arguments(self):
        before = self.calls()
        for query, parameter in (("user=%00", "user"), ("user=%ff", "user"), ("%3Cb%3E=%ff", "query")):
            with self.subTest(query):
                self.check_invalid(self.get("echo", query), parameter)
        self.assert_refused(self.get("echo", "_http=1"), 400, "arguments_invalid")
        self.assertEqual(self.calls(), before)

    def check_invalid(self, answer, parameter):
        self.assert_refused(answer, 400, "parameter_invalid", parameter)

    def test_a_get_is_told_about(self):
        answer = self.get("told", "a=1", headers={"User-Agent": "curl/8"})
        self.assertEqual(answer.json, {"kwargs": {"a": "1", "_http": {"agent": "curl/8"}}})

    def test_a_body_that_comes_with_a_get_does_not_count(self):
        for body in (b"x", b"x" * 300_000):
            with self.subTest(size=len(body)):
                answer = self.get("echo", "a=1", body=body, headers={"Content-Type": "text/html"})
                self.assertEqual((answer.status, answer.body), (200, b'{"kwargs":{"a":"1"}}'))

    def test_head_makes_the_call_and_gets_the_head_alone(self):
        before = self.calls()
        with contextlib.closing(self.client.connect()) as connection:
            for path, text in (("kept", b'{"kwargs":{"a":"1"}}'), ("echo", b'{"kwargs":{"a":"1"}}')):
                connection.request("HEAD", self.client.url(path) + "?a=1")
                head = connection.getresponse()
                self.assertEqual((head.status, head.read()), (200, b""))
                self.assertEqual(head.headers["Content-Type"], "application/json; charset=UTF-8")
                connection.request("GET", self.client.url(path) + "?a=1")
                got = connection.getresponse()
                self.assertEqual(got.read(), text)
                self.assertEqual(head.headers["ETag"], got.headers["ETag"])
                self.assertIn(head.headers["Content-Length"], (None, got.headers["Content-Length"]))
        self.assertEqual(self.calls(), before + 4)
        self.assertEqual(self.get("posts", method="HEAD").status, 405)

    def test_methods_are_those_of_the_service(self):
        for path, allowed in (("echo", "GET, HEAD, OPTIONS"), ("any", "GET, HEAD, POST, PUT, OPTIONS"),
                              ("posts", "POST, PUT, OPTIONS"), ("/", "POST, PUT, OPTIONS")):
            for method in ("GET", "POST", "PUT", "DELETE"):
                with self.subTest(path, method=method):
                    answer = self.client.send(method, path, "" if method == "GET" else '{"procedure":"com.example.echo"}')
                    self.assertEqual(answer.status, 200 if method in allowed else 405)
                    if method not in allowed:
                        self.assertEqual(answer.headers["Allow"], allowed)
                        self.assertEqual(answer.json["error"], "wampfcgi.error.method_not_allowed")
            self.assertEqual(self.client.send("OPTIONS", path).headers["Allow"], allowed)

    def test_a_body_may_leave_the_procedure_out_and_name_no_other(self):
        self.assertEqual(self.client.send(service="posts", body='{"args":[1]}').json, {"args": [1]})
        self.assertEqual(self.client.send(service="any", body='{"procedure":"com.example.echo"}').status, 200)
        self.assert_refused(self.client.call("com.example.add2", 2, 3, service="posts"), 403, "procedure_denied")

    def test_a_signed_link_works_again_and_again_by_get_and_head(self):
        query = link_query(("user", "42"), ("name", "Grüße ☃&=+"), ("user", "43"))
        for _ in range(2):
            self.assertEqual(self.get("signed", query).json, {"kwargs": {"user": ["42", "43"], "name": "Grüße ☃&=+"}})
            self.assertEqual(self.get("signed", query, "HEAD").status, 200)
        self.assertEqual(self.get("signed", reversed(link_query(("user", "42")))).status, 200)

    def test_signature_vectors_of_links(self):
        for row in VECTORS:
            with self.subTest(row["name"]):
                fields = urllib.parse.urlencode({name: row[name] for name in ("key", "timestamp", "seq", "nonce")})
                query = f"{row['query']}&{fields}&signature={row['signature_urlsafe']}"
                self.assertEqual(self.get("signed-for-ever", query).status, 200)
                self.assert_refused(self.get("signed-for-ever", query + "&x"), 401, "signature_invalid")

    def test_every_part_of_a_signed_link_counts(self):
        good = link_query(("user", "42"), ("lang", "de"))
        before = self.calls()
        changes = [[*good, ("more", "")], good[1:], [good[1], good[0], *good[2:]], [("user", "43"), *good[1:]],
                   [("users", "42"), *good[1:]], [good[0], *good], [("userlang", "42de"), *good[2:]],
                   [("", ""), *good], [good[0], ("lang", "de "), *good[2:]]]
        changes += [[(name, value if name != field else other) for name, value in good]
                    for field, other in (("timestamp", timestamp(1)), ("seq", "2"), ("nonce", "43"))]
        for changed in changes:
            with self.subTest(changed):
                self.assert_refused(self.get("signed", changed), 401, "signature_invalid")
        self.assert_refused(self.get("signed", link_query(("a", "1"), timestamp=timestamp(-302))), 400, "request_expired")
        self.assert_refused(self.get("signed", link_query(("a", "1"), key="other")), 401, "key_unknown")
        self.assert_refused(self.get("signed", "a=1"), 400, "signature_parameter_missing", "key")
        self.assertEqual(self.calls(), before)
        self.assertEqual(self.get("signed", [*good, ("key", "x"), ("signature", "x")]).status, 200)

    def test_a_result_is_kept_and_told_to_be_the_same(self):
        first = self.get("kept", "a=1")
        self.assertEqual(first.headers.get_all("Cache-Control"), ["private, max-age=60"])
        self.assertEqual(first.headers.get_all("Vary"), ["Accept"])
        tag = first.headers["ETag"]
        self.assertRegex(tag, r'^"[\w+/]{24}"$')
        for known in (tag, "W/" + tag, f'"x", {tag}', "*", tag[:-1] + '-gzip"'):
            for method in ("GET", "HEAD"):
                with self.subTest(known, method=method):
                    again = self.get("kept", "a=1", method, headers={"If-None-Match": known})
                    self.assertEqual((again.status, again.body), (304, b""))
                    self.assertEqual((again.headers["Cache-Control"], again.headers["Vary"]),
                                     ("private, max-age=60", "Accept"))
                    self.assertEqual(again.headers["ETag"], tag)
        for changed in ("a=2", "b=1", ""):
            self.assertEqual(self.get("kept", changed, headers={"If-None-Match": tag}).status, 200)
        self.assertEqual(self.get("public").headers["Cache-Control"], "public, max-age=60")
        for headers in ({}, {"Origin": PAGE}):
            varies = ",".join(self.get("pages", headers=headers).headers.get_all("Vary"))
            self.assertEqual(varies.replace(" ", ""), "Accept,Origin")

    def test_errors_are_not_kept(self):
        for known in ({}, {"If-None-Match": "*"}):
            answer = self.get("fails", headers=known)
            self.assertEqual((answer.status, answer.json["error"]), (200, "com.example.error.failed"))
            self.assertEqual(answer.headers["Cache-Control"], "no-store")
            self.assertNotIn("ETag", answer.headers)
        self.assert_refused(self.get("kept", "_http", headers={"If-None-Match": "*"}), 400, "arguments_invalid")

    def test_an_image_of_another_site_calls_nothing_and_a_link_that_is_followed_does(self):
        def fetched(service, mode, **headers):
            return self.get(service, headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": mode, **headers})
        before = self.calls()
        self.assert_refused(fetched("echo", "no-cors"), 403, "origin_denied")
        self.assert_refused(fetched("pages", "no-cors"), 403, "origin_denied")
        self.assertEqual(self.calls(), before)
        self.assertEqual(fetched("echo", "navigate").status, 200)
        self.assertEqual(fetched("pages", "cors", Origin=PAGE).headers["Access-Control-Allow-Origin"], PAGE)

    def test_the_preflight_lists_get(self):
        answer = self.client.send("OPTIONS", "pages", headers={"Origin": PAGE, "Access-Control-Request-Method": "GET"})
        self.assertEqual(answer.headers["Access-Control-Allow-Methods"], "GET, HEAD, OPTIONS")

    def callee(self):
        session = WampClient(self.router.url)
        self.addCleanup(session.sock.close)
        features = {"progressive_call_results": True, "call_canceling": True}
        self.assertEqual(session.join(roles={"callee": {"features": features}})[0], WELCOME)
        session.send([64, 1, {}, "com.callee.watch"])
        self.assertEqual(session.receive()[0], REGISTERED)
        return session

    def test_event_source_gets_its_stream_by_get_and_ends_when_it_asks_again(self):
        callee = self.callee()
        headers = {"Accept": "text/event-stream", "Cache-Control": "no-cache", "Origin": PAGE,
                   "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}
        with contextlib.closing(self.client.connect()) as connection:
            connection.request("GET", self.client.url("watch") + "?room=1", headers=headers)
            invocation = callee.receive()
            self.assertEqual((invocation[0], invocation[3].get("receive_progress"), invocation[5]),
                             (INVOCATION, True, {"room": "1"}))
            callee.send([YIELD, invocation[1], {"progress": True}, ["one"]])
            response = connection.getresponse()
            self.assertEqual((response.status, response.headers["Content-Type"]), (200, "text/event-stream"))
            self.assertEqual(response.headers["Access-Control-Allow-Origin"], PAGE)
            callee.send([YIELD, invocation[1], {}, ["two"]])
            self.assertEqual(response.read(), b'event: progress\nid: 1\ndata: {"args":["one"]}\n\n'
                                              b'event: result\nid: 2\ndata: {"args":["two"]}\n\n')
        callee.sock.close()  # a further call would now fail
        again = self.get("watch", "room=1", headers={**headers, "Last-Event-ID": "2"})
        self.assertEqual((again.status, again.body), (204, b""))


class ThroughNginx(AnyServer, unittest.TestCase):
    server_class = Nginx


class ThroughLighttpd(AnyServer, unittest.TestCase):
    """lighttpd itself refuses a URL with invalid UTF-8 or a zero byte, and a GET with a body."""

    server_class = Lighttpd

    def check_invalid(self, answer, parameter):
        self.assertEqual(answer.status, 400)

    def test_a_body_that_comes_with_a_get_does_not_count(self):
        self.assertEqual(self.get("echo", "a=1", body=b"x").status, 400)


class ThroughProxyFcgi(AnyServer, unittest.TestCase):
    server_class = ApacheProxyFcgi


class ThroughFcgid(AnyServer, unittest.TestCase):
    server_class = ApacheFcgid


class ThroughApacheCgi(AnyServer, unittest.TestCase):
    server_class = ApacheCgi


class CachingNginx(Nginx):
    """nginx with a cache, as in the README."""

    def sample_text(self):
        cache = f"fastcgi_cache_path {self.scratch.folder('cache')} keys_zone=answers:1m;\n"
        return cache + replace_once(super().sample_text(), "        fastcgi_keep_conn on;\n", """
        fastcgi_keep_conn on;
        fastcgi_cache answers;
        fastcgi_cache_key $request_method$host$request_uri;
        add_header X-Cache $upstream_cache_status;
""")


class ThroughCachingNginx(Served, unittest.TestCase):
    server_class = CachingNginx
    paths = PATHS

    def get(self, service, query, method="GET", **headers):
        return self.client.send(method, service, query=query, headers=headers, content_type=None)

    def test_public_results_are_kept_and_nothing_else(self):
        text = b'{"kwargs":{"a":"1"}}'
        head = self.get("public", "a=1", "HEAD")
        self.assertEqual((head.status, head.headers["X-Cache"]), (200, "MISS"))
        first, second = self.get("public", "a=1"), self.get("public", "a=1")
        self.assertEqual([(answer.headers["X-Cache"], answer.body) for answer in (first, second)],
                         [("MISS", text), ("HIT", text)])
        self.assertEqual(second.headers["ETag"], first.headers["ETag"])
        same = self.get("public", "a=1", **{"If-None-Match": first.headers["ETag"]})
        self.assertEqual((same.status, same.headers["X-Cache"]), (304, "HIT"))
        other = self.get("public", "a=1", Accept="application/x-ndjson")
        self.assertEqual((other.headers["X-Cache"], other.body), ("MISS", b'{"result":{"kwargs":{"a":"1"}}}\n'))
        for path in ("kept", "echo", "fails"):
            for _ in range(2):
                self.assertNotEqual(self.get(path, "a=1").headers["X-Cache"], "HIT", path)


class DeflatingApache(ApacheProxyFcgi):
    modules = (*ApacheProxyFcgi.modules, "filter", "deflate")

    def more(self):
        return "AddOutputFilterByType DEFLATE application/json"


class ThroughDeflatingApache(Served, unittest.TestCase):
    server_class = DeflatingApache
    paths = PATHS

    def test_a_client_has_a_compressed_answer_by_its_own_tag(self):
        def get(**headers):
            headers = {"Accept-Encoding": "gzip", **headers}
            return Client(self.server.port).send("GET", "kept", query="a=" + "1" * 1000, headers=headers, content_type=None)
        first = get()
        self.assertEqual(first.headers["Content-Encoding"], "gzip")
        self.assertTrue(first.headers["ETag"].endswith('-gzip"'))
        self.assertEqual(get(**{"If-None-Match": first.headers["ETag"]}).status, 304)


if __name__ == "__main__":
    main()
