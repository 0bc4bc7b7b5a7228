"""The service "webhook" (contract section 7): what GitHub, GitLab, Stripe, Slack and others send arrives at subscribers
if it is genuine. The requests are made here as in the senders' documentation."""
import base64
import hmac
import json
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

from integration.deployment import Served, main  # noqa: E402
from support.processes import wait_until  # noqa: E402
from support.servers import ApacheProxyFcgi, Lighttpd, LighttpdCgi, Nginx  # noqa: E402
from wamp_client import EVENT, WELCOME, Client as WampClient  # noqa: E402

TOPIC = "com.example.hook"
SECRET = "kkjH68GiuUZ"
PUSH = '{"ref":"refs/heads/main","zen":"☃"}'


def webhook(topic=TOPIC, **options):
    return {"type": "webhook", "realm": "realm1", "role": "anonymous", "options": {"topic": topic, "call_timeout": 20, **options}}


def verified(**how):
    return webhook(verify={"secret": SECRET, **how})


PATHS = {
    "/": webhook(),
    "github": webhook(github_secret=SECRET),
    "gitlab": verified(header="X-Gitlab-Token", algorithm="token"),
    "slack": verified(header="X-Slack-Signature", prefix="v0=", signed="v0:{header:X-Slack-Request-Timestamp}:{body}",
                      timestamp_header="X-Slack-Request-Timestamp", max_age=300),
    "stripe": verified(header="Stripe-Signature", signed="{timestamp}.{body}", parts={"timestamp": "t", "signature": "v1"},
                       max_age=300),
    "shop": verified(header="X-Shop-Hmac", algorithm="sha512", encoding="base64"),
    "asked": webhook(headers=["cookie", "X-Hub-Signature"], post_body_limit=100, success_response="taken"),
    "denied": webhook("com.example.denied.hook", error_response="try again"),
    "silent": webhook("com.example.fault.silent", call_timeout=0.5),
    "drop": webhook("com.example.fault.drop"),
    "nowhere": {**webhook(), "role": "nobody-gives-this-role"},
}


def mac(text, algorithm="sha256", secret=SECRET):
    return hmac.new(secret.encode(), text.encode(), algorithm)


class WebhookCase(Served):
    paths = PATHS

    def setUp(self):
        self.subscriber = WampClient(self.router.url)
        self.addCleanup(self.subscriber.sock.close)
        self.assertEqual(self.subscriber.join()[0], WELCOME)
        self.subscriber.subscribe(TOPIC)

    def send(self, service, headers, body, method="POST"):
        """The status, headers and body of the answer to raw bytes."""
        body = body if isinstance(body, bytes) else body.encode()
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
        head = (f"{method} {self.client.url(service)} HTTP/1.1\r\nHost: 127.0.0.1:{self.server.port}\r\n{lines}"
                f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n")
        head, _, answer = self.client.raw(head.encode("latin-1") + body).partition(b"\r\n\r\n")
        status, *lines = head.decode().split("\r\n")
        return int(status.split()[1]), {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}, answer

    def assert_published(self, answer, body, **headers):
        """The client is told, and the subscriber gets the body and these headers; the server may add others."""
        self.assertEqual((answer[0], answer[2]), (202, b"OK"))
        self.assertEqual(answer[1]["content-type"], "text/plain; charset=UTF-8")
        self.assertEqual((answer[1]["cache-control"], answer[1]["x-content-type-options"]), ("no-store", "nosniff"))
        event = self.subscriber.receive()
        self.assertEqual((event[0], len(event[4:])), (EVENT, 1))
        [argument] = event[4]
        self.assertEqual(set(argument), {"headers", "body"})
        self.assertEqual(argument["body"], body)
        for name, values in headers.items():
            self.assertEqual(argument["headers"].get(name.replace("_", "-")), values, name)
        return argument["headers"]

    def assert_refused(self, answer, status, name):
        self.assertEqual((answer[0], json.loads(answer[2])["error"]), (status, f"wampfcgi.error.{name}"))
        self.assertEqual(answer[1]["content-type"], "application/json; charset=UTF-8")

    def assert_nothing_came(self):
        """No EVENT has come before the answer to a later call of the subscriber."""
        self.assertEqual(self.subscriber.call("com.example.add2", 1, 2)[3], [3])


class Everywhere(WebhookCase):
    """Cases that depend on how a web server handles headers and body."""

    def test_what_github_sends_arrives(self):
        headers = [("User-Agent", "GitHub-Hookshot/044aadd"), ("Accept", "*/*"), ("Content-Type", "application/json"),
                   ("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958"), ("X-GitHub-Event", "push"),
                   ("X-Hub-Signature", f"sha1={mac(PUSH, 'sha1').hexdigest()}"),
                   ("X-Hub-Signature-256", f"sha256={mac(PUSH).hexdigest()}")]
        published = self.assert_published(
            self.send("github", headers, PUSH), PUSH, X_Github_Event=["push"], Content_Type=["application/json"],
            X_Github_Delivery=["72d3162e-cc78-11e3-81ab-4c9367dc0958"], User_Agent=["GitHub-Hookshot/044aadd"],
            Content_Length=[str(len(PUSH.encode()))])
        self.assertFalse([name for name in published if "Signature" in name])
        self.assert_refused(self.send("github", headers, PUSH + " "), 401, "signature_invalid")
        self.assert_nothing_came()

    def test_headers_with_secrets_do_not_arrive_and_any_content_type_does(self):
        headers = [("Cookie", "a=b"), ("Authorization", "Basic am9lOnMzY3JldA=="), ("X-Api-Key", "s3cret"), ("X-Secret", "s3cret"),
                   ("X-Gitlab-Token", "s3cret"), ("X-Plain", "caf\xe9"), ("Content-Type", "application/x-www-form-urlencoded")]
        published = self.assert_published(self.send("/", headers, "payload=%7B%7D", method="PUT"), "payload=%7B%7D",
                                          X_Plain=["café"], Content_Type=["application/x-www-form-urlencoded"])
        self.assertNotIn("s3cret", json.dumps(published))
        self.assertFalse({"Cookie", "Authorization"} & set(published))


class ThroughNginx(Everywhere, unittest.TestCase):
    server_class = Nginx


class ThroughLighttpd(Everywhere, unittest.TestCase):
    server_class = Lighttpd


class ThroughApacheProxyFcgi(Everywhere, unittest.TestCase):
    server_class = ApacheProxyFcgi


class AsPlainCgi(Everywhere, unittest.TestCase):
    server_class = LighttpdCgi


class Senders(WebhookCase, unittest.TestCase):
    server_class = Nginx

    def test_github_without_the_newer_signature_is_known_by_the_older_one(self):
        older = ("X-Hub-Signature", f"sha1={mac(PUSH, 'sha1').hexdigest()}")
        form = ("Content-Type", "application/x-www-form-urlencoded")
        self.assert_published(self.send("github", [older, form], PUSH), PUSH, Content_Type=[form[1]])
        wrong = ("X-Hub-Signature-256", f"sha256={mac(PUSH, secret='other').hexdigest()}")
        self.assert_refused(self.send("github", [older, wrong], PUSH), 401, "signature_invalid")
        self.assert_refused(self.send("github", [], PUSH), 401, "signature_invalid")
        self.assert_nothing_came()

    def test_gitlab_sends_the_secret_itself(self):
        event = ("X-Gitlab-Event", "Push Hook")
        published = self.assert_published(self.send("gitlab", [("X-Gitlab-Token", SECRET), event], PUSH), PUSH,
                                          X_Gitlab_Event=["Push Hook"])
        self.assertNotIn("X-Gitlab-Token", published)
        for headers in ([], [("X-Gitlab-Token", SECRET[:-1])], [("X-Gitlab-Token", SECRET.lower())]):
            self.assert_refused(self.send("gitlab", headers, PUSH), 401, "signature_invalid")
        self.assert_nothing_came()

    def slack(self, body, age):
        timestamp = str(int(time.time()) - age)
        return self.send("slack", [("X-Slack-Request-Timestamp", timestamp), ("X-Slack-Retry-Num", "1"),
                                   ("Content-Type", "application/x-www-form-urlencoded"),
                                   ("X-Slack-Signature", f"v0={mac(f'v0:{timestamp}:{body}').hexdigest()}")], body)

    def test_slack_signs_its_timestamp_with_the_body(self):
        body = "token=x&command=%2Fweather&text=94070"
        published = self.assert_published(self.slack(body, age=100), body, X_Slack_Retry_Num=["1"])
        self.assertFalse({"X-Slack-Signature", "X-Slack-Request-Timestamp"} & set(published))
        self.assert_refused(self.slack(body, age=400), 400, "request_expired")
        self.assert_refused(self.slack(body, age=-400), 400, "request_expired")
        self.assert_nothing_came()

    def stripe(self, body, *secrets, age=0):
        timestamp = int(time.time()) - age
        signatures = "".join(f",v1={mac(f'{timestamp}.{body}', secret=each).hexdigest()}" for each in secrets)
        return self.send("stripe", [("Content-Type", "application/json; charset=utf-8"),
                                    ("Stripe-Signature", f"t={timestamp}{signatures},v0={'6' * 64}")], body)

    def test_stripe_signs_with_each_of_its_secrets(self):
        body = '{\n  "id": "evt_1",\n  "object": "event"\n}'
        published = self.assert_published(self.stripe(body, "rolled", SECRET), body,
                                          Content_Type=["application/json; charset=utf-8"])
        self.assertNotIn("Stripe-Signature", published)
        self.assert_refused(self.stripe(body, "rolled"), 401, "signature_invalid")
        self.assert_refused(self.stripe(body), 401, "signature_invalid")
        self.assert_refused(self.stripe(body, SECRET, age=400), 400, "request_expired")
        self.assert_nothing_came()

    def test_a_longer_hmac_in_base64(self):
        signature = base64.b64encode(mac(PUSH, "sha512").digest()).decode()
        self.assert_published(self.send("shop", [("X-Shop-Hmac", signature)], PUSH), PUSH)
        self.assert_refused(self.send("shop", [("X-Shop-Hmac", signature.lower())], PUSH), 401, "signature_invalid")
        self.assert_nothing_came()

    def test_headers_that_are_asked_for_arrive_and_answers_are_as_configured(self):
        status, _, text = self.send("asked", [("Cookie", "a=b"), ("X-Hub-Signature", "sha1=00"), ("X-Hub-Token", "t")], "x" * 100)
        self.assertEqual((status, text), (202, b"taken"))
        [argument] = self.subscriber.receive()[4]
        self.assertEqual((argument["headers"]["Cookie"], argument["headers"]["X-Hub-Signature"]), (["a=b"], ["sha1=00"]))
        self.assertNotIn("X-Hub-Token", argument["headers"])
        self.assert_refused(self.send("asked", [], "x" * 101), 413, "body_too_large")

    def test_what_is_refused_is_not_published(self):
        self.assert_refused(self.send("/", [], b"caf\xe9"), 400, "body_not_utf8")
        self.assert_refused(self.send("/", [], b"\0AQID"), 400, "body_not_utf8")
        self.assert_refused(self.send("/", [("Origin", "https://elsewhere.example")], PUSH), 403, "origin_denied")
        for method in ("GET", "DELETE", "OPTIONS"):
            answer = self.send("/", [], "", method=method)
            self.assert_refused(answer, 405, "method_not_allowed")
            self.assertEqual(answer[1]["allow"], "POST, PUT")
        self.assert_nothing_came()

    def assert_failed(self, service, text, logged):
        status, headers, body = self.send(service, [], PUSH)
        self.assertEqual((status, body, headers["content-type"]), (500, text, "text/plain; charset=UTF-8"))
        line = f"id={headers['x-request-id']} "
        wait_until(lambda: any(line in each and logged in each for each in self.log_lines()), f"the log to say {logged}")

    def log_lines(self):
        return self.server.pool.log.read_text().splitlines()

    def test_what_fails_later_is_one_answer_and_the_log_says_why(self):
        self.assert_failed("denied", b"try again", 'warning: call ended with "wamp.error.not_authorized"')
        self.assert_failed("silent", b"NOT OK", "call_timeout")
        self.assert_failed("drop", b"NOT OK", "connection_lost")
        self.assert_failed("nowhere", b"NOT OK", "router_unavailable")
        self.assertFalse([line for line in self.log_lines() if SECRET in line or "refs/heads" in line])


if __name__ == "__main__":
    main()
