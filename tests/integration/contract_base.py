"""The deployment for the contract cases, and the comparison of answers with the contract."""
import json

from integration.deployment import configuration, service, start_server
from support.processes import Scratch
from support.servers import DevRouter
from support.web import Client

SECRET = "kkjH68GiuUZ"
SIGNED = {"key": "myapp1", "secret": SECRET}
LIMIT = 200
ADD2 = '{"procedure":"com.example.add2","args":[2,3]}'
PAGE, OTHER_PAGE = "https://app.example.com", "https://elsewhere.example"

# Options by the service's name. Each service exists twice, the second with "http-" before its name and "status_codes":
# "http".
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

# The statuses with "crossbar" and with "http" (contract section 5).
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
    """Lists nested `levels` deep."""
    return "[" * levels + "]" * levels


class ContractBase:
    """Needs `server_class`, and settings for what a server does by itself."""

    server_class = None
    odd_method_status = 405  # for a method unknown to HTTP
    most_chunked_bytes = 5_000_000

    @classmethod
    def setUpClass(cls):
        cls.scratch = Scratch()
        cls.addClassCleanup(cls.scratch.close)
        cls.router = DevRouter(cls.scratch).start()
        cls.server = start_server(cls.scratch, cls.server_class, configuration(cls.router.url, all_services()))
        cls.client = Client(cls.server.port)

    @property
    def tls_client(self):
        return Client(self.server.tls_port, tls=not self.server.name.startswith("lighttpd"))

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
        self.assertRegex(found["args"][0], r"^[A-Z][A-Za-z0-9 ,;:/.-]+\.$")
        self.assertEqual(len(found["args"]), 1)
        self.assertEqual(answer.body, json.dumps(found, separators=(",", ":")).encode())
        self.assert_own_headers(answer)

    def refused(self, name, **request):
        self.assert_refused(self.client.send(**request), name)

    def calls_of(self, procedure):
        stats = self.client.call("com.example.stats").json["kwargs"]
        return stats["calls_by_procedure"].get(procedure, 0)
