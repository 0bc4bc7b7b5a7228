"""Streams that answer calls, through the web servers with the unchanged samples: parts arrive when they are produced,
failures are reported before and after the head, and a client that disconnects or does not read ends the call."""
import contextlib
import json
import signal
import socket
import unittest

from integration.contract_base import ADD2
from integration.deployment import Served, main, service
from support.processes import wait_until
from support.servers import (ApacheCgi, ApacheFcgid, ApacheProxyFcgi, Lighttpd, LighttpdCgi, LighttpdPool,
                             Nginx)
from support.web import JSON_TYPE

EVENTS, LINES = "text/event-stream", "application/x-ndjson"
FOR_EVER = 1_000_000  # numbers to count
PATHS = {"/": service(), "impatient": service(call_timeout=1)}


def read_event(response):
    """The name, id and data of the next server-sent event; None at the end."""
    event = {}
    while line := response.readline().decode():
        if line == "\n" and event:
            return event["event"], int(event["id"]), json.loads(event["data"])
        name, _, value = line.rstrip("\n").partition(":")
        if name:
            event[name] = value.strip()
    return None


def rest_of(response):
    events = list(iter(lambda: read_event(response), None))
    response.read()  # so that the connection can be reused
    return events


class AnyServer(Served):
    """What holds for every web server, including plain CGI."""

    paths = PATHS

    def ask(self, connection, procedure, *args, accept=EVENTS, path="/"):
        """The response to a call, once its head has arrived."""
        body = json.dumps({"procedure": f"com.example.{procedure}", "args": args})
        connection.request("POST", self.client.url(path), body, {"Content-Type": JSON_TYPE, "Accept": accept})
        return connection.getresponse()

    @contextlib.contextmanager
    def stream(self, *call, **how):
        with contextlib.closing(self.client.connect()) as connection:
            yield self.ask(connection, *call, **how)

    def stats(self):
        return self.client.call("com.example.stats").json["kwargs"]

    def check_head(self, response, media):
        self.assertEqual(response.status, 200)
        self.assertEqual(response.headers["Content-Type"], media)
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertTrue(response.headers["X-Request-Id"])

    def test_pieces_arrive_as_they_are_made_and_a_client_that_leaves_ends_the_call(self):
        with self.stream("count", FOR_EVER, 0.1) as response:
            self.check_head(response, EVENTS)
            for number in (1, 2, 3):
                self.assertEqual(read_event(response), ("progress", number, {"args": [number]}))
            before = self.stats()["cancels"]
        wait_until(lambda: self.stats()["cancels"] > before, "CANCEL", seconds=30)

    def test_a_stream_ends_with_its_result(self):
        with self.stream("count", 2, 0.01) as response:
            self.assertEqual(rest_of(response), [("progress", 1, {"args": [1]}), ("progress", 2, {"args": [2]}),
                                                 ("result", 3, {"args": [2]})])
        with self.stream("count", 2, 0.01, accept=LINES) as response:
            self.check_head(response, LINES)
            self.assertEqual(response.read(), b'{"progress":{"args":[1]}}\n{"progress":{"args":[2]}}\n'
                                              b'{"result":{"args":[2]}}\n')

    def test_what_fails_before_the_head_is_an_ordinary_answer(self):
        with self.stream("fail", "com.example.error.no") as response:
            self.assertEqual(response.headers["Content-Type"], "application/json; charset=UTF-8")
            self.assertEqual(json.loads(response.read())["error"], "com.example.error.no")
        with self.stream("sleep", 60, path="impatient") as response:
            self.assertEqual(response.status, 504)

    def test_what_fails_behind_the_head_is_the_last_event(self):
        with self.stream("count_and_fail", 1) as response:
            self.assertEqual(rest_of(response), [
                ("progress", 1, {"args": [1]}),
                ("failure", 2, {"error": "com.example.error.failed", "args": [1], "kwargs": {}})])
        with self.stream("fault.progress_then_silence", path="impatient") as response:
            self.assertEqual(read_event(response)[0], "progress")
            name, number, data = read_event(response)
            self.assertEqual((name, number, data["error"]), ("failure", 2, "wampfcgi.error.call_timeout"))
            self.assertIsNone(read_event(response))


class Cgi(AnyServer):
    """The router sees of a call only its session, which ends with the program."""

    def test_pieces_arrive_as_they_are_made_and_a_client_that_leaves_ends_the_call(self):
        with self.stream("count", FOR_EVER, 0.1) as response:
            self.check_head(response, EVENTS)
            for number in (1, 2, 3):
                self.assertEqual(read_event(response), ("progress", number, {"args": [number]}))
        wait_until(lambda: self.stats()["open_connections"] == 1, "the end of the program", seconds=30)


class FastCgi(AnyServer):
    def test_a_connection_is_good_for_more_after_a_stream(self):
        with contextlib.closing(self.client.connect()) as connection:
            for _ in range(3):
                response = self.ask(connection, "count", 2)
                self.assertEqual(rest_of(response)[-1], ("result", 3, {"args": [2]}))
                response = self.ask(connection, "add2", 2, 3, accept="*/*")
                self.assertEqual(response.read(), b'{"args":[5]}')


class Pool(FastCgi):
    def test_a_client_that_does_not_read_ends_the_call_and_disturbs_nobody(self):
        before = self.stats()["cancels"]
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", self.server.port))
            body = json.dumps({"procedure": "com.example.count", "args": [FOR_EVER, 0.002, 20_000]})
            connection.sendall(f"POST /wamp HTTP/1.1\r\nHost: localhost\r\nContent-Type: {JSON_TYPE}\r\nAccept: {EVENTS}\r\n"
                               f"Content-Length: {len(body)}\r\n\r\n{body}".encode())
            wait_until(lambda: self.stats()["cancels"] > before, "CANCEL", seconds=30)
            self.assertEqual(self.client.send(body=ADD2).json, {"args": [5]})


class ThroughNginx(Pool, unittest.TestCase):
    server_class = Nginx

    def test_a_reload_lets_a_stream_finish_and_the_end_of_the_pool_tells_it_the_failure(self):
        pool = self.server.pool
        with self.stream("count", 5, 0.2) as response:
            read_event(response)
            pool.child.send_signal(signal.SIGHUP)
            self.assertEqual(rest_of(response)[-1], ("result", 6, {"args": [5]}))
        with self.stream("count", FOR_EVER, 0.2) as response:
            read_event(response)
            pool.stop()
            name, _, data = rest_of(response)[-1]
            self.assertEqual((name, data["error"]), ("failure", "wampfcgi.error.connection_lost"))
        pool.start()


class ThroughLighttpdPool(Pool, unittest.TestCase):
    server_class = LighttpdPool


class ThroughProxyFcgi(Pool, unittest.TestCase):
    server_class = ApacheProxyFcgi


class ThroughLighttpd(FastCgi, unittest.TestCase):
    server_class = Lighttpd


class ThroughFcgid(FastCgi, unittest.TestCase):
    server_class = ApacheFcgid


class ThroughApacheCgi(Cgi, unittest.TestCase):
    server_class = ApacheCgi


class ThroughLighttpdCgi(Cgi, unittest.TestCase):
    server_class = LighttpdCgi


if __name__ == "__main__":
    main()
