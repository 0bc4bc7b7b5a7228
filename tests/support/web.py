"""Owns the HTTP client of the tests: one request for each connection, the answer unchanged."""
import base64
import contextlib
import dataclasses
import datetime
import hashlib
import hmac
import http.client
import json
import secrets
import socket
import ssl
import urllib.parse

JSON_TYPE = "application/json"


@dataclasses.dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        """The URI of the error in the body, or None."""
        return self.json.get("error")


class Client:
    """Talks to the program at /wamp of a web server on loopback."""

    def __init__(self, port, tls=False, prefix="/wamp", seconds=60):
        self.port, self.tls, self.prefix, self.seconds = port, tls, prefix, seconds

    def url(self, service):
        return self.prefix if service == "/" else f"{self.prefix}/{urllib.parse.quote(service)}"

    def connect(self):
        if self.tls:
            context = ssl._create_unverified_context()
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=self.seconds, context=context)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.seconds)

    def send(self, method="POST", service="/", body=b"", headers=None, query=None, content_type=JSON_TYPE, url=None,
             chunked=False):
        """`query` is a mapping, or text sent unchanged; `url` overrides the service's; headers may have any names."""
        headers = dict(headers or {})
        if content_type is not None:
            headers["Content-Type"] = content_type
        target = url or self.url(service)
        if query:
            target += "?" + (query if isinstance(query, str) else urllib.parse.urlencode(query))
        body = body.encode() if isinstance(body, str) else body
        connection = self.connect()
        try:
            # A server may answer before it has read the whole body, and then stop reading.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, target, iter([body]) if chunked else body, headers, encode_chunked=chunked)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def call(self, procedure, *args, service="/", kwargs=None, **how):
        body = {"procedure": procedure, "args": list(args)}
        if kwargs is not None:
            body["kwargs"] = kwargs
        return self.send(service=service, body=json.dumps(body), **how)

    def raw(self, data, then_end_of_stream=False):
        """Sends bytes unchanged, and returns everything received until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), self.seconds) as connection:
            connection.sendall(data)
            if then_end_of_stream:
                connection.shutdown(socket.SHUT_WR)
            received = b""
            while part := connection.recv(65536):
                received += part
            return received


def timestamp(offset_seconds=0):
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=offset_seconds)
    return now.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def signature(secret, fields, body):
    """The bytes of the signature over a request's parameters and body (contract section 3)."""
    text = "".join(fields[name] for name in ("key", "timestamp", "seq", "nonce"))
    body = body.encode() if isinstance(body, str) else body
    return hmac.new(secret.encode(), text.encode() + body, hashlib.sha256).digest()


def signed_query(secret, body, **fields):
    """The query parameters of a new signed request; `fields` may override key, timestamp, seq and nonce."""
    fields = {"key": "myapp1", "timestamp": timestamp(), "seq": "1", "nonce": str(secrets.randbelow(2**53)), **fields}
    return {**fields, "signature": base64.urlsafe_b64encode(signature(secret, fields, body)).decode()}
