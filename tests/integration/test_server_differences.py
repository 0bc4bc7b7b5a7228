"""Differences between the web servers, as described in README.md and the samples: clients that disconnect during a
call, and connections to wamp-fcgi. The contract's cases show the others."""
import concurrent.futures
import contextlib
import json
import pathlib
import unittest

from integration.contract_base import ADD2
from integration.deployment import configuration, main, service, start_server
from support.processes import Scratch, wait_until
from support.servers import ApacheFcgid, ApacheProxyFcgi, DevRouter, Lighttpd, LighttpdPool, Nginx
from support.web import Client

SLEEP_SECONDS = 2


def kept_connections(socket):
    """The number of connections to a Unix socket, counted at the accepting side."""
    lines = pathlib.Path("/proc/net/unix").read_text().splitlines()
    return sum(line.endswith(f" {socket}") and line.split()[5] == "03" for line in lines)


def outcome(lines):
    """The status of the call that sleeps, once it has one; the line of an aborted call has no procedure."""
    return next((line["status"] for line in lines
                 if line.get("procedure") == "com.example.sleep" or line.get("status") == 499), None)


class Differences(unittest.TestCase):
    def deploy(self, server_class):
        """Returns a function that reads wamp-fcgi's log, which has a line for each request."""
        self.scratch = Scratch()
        self.addCleanup(self.scratch.close)
        log = self.scratch.folder("logs") / "wamp-fcgi.json"
        router = DevRouter(self.scratch).start()
        config = configuration(router.url, {"/": service()})
        config["log"] = {"target": f"file:{log}", "format": "json", "access": True}
        self.server = start_server(self.scratch, server_class, config)
        self.client = Client(self.server.port)
        self.client.send(body=ADD2)
        return lambda: [json.loads(line) for line in log.read_text().splitlines()]

    def outcome_of_a_call_whose_client_goes(self, server_class):
        log = self.deploy(server_class)
        connection = self.client.connect()
        with contextlib.closing(connection):
            body = json.dumps({"procedure": "com.example.sleep", "args": [SLEEP_SECONDS]})
            connection.request("POST", "/wamp", body, {"Content-Type": "application/json"})
            wait_until(lambda: self.calls_of_sleep() == 1, "the call to be under way")
        return wait_until(lambda: outcome(log()), "its end")

    def calls_of_sleep(self):
        return self.client.call("com.example.stats").json["kwargs"]["calls_by_procedure"].get("com.example.sleep")

    def test_call_is_given_up_where_the_server_tells_that_the_client_went(self):
        self.assertEqual(self.outcome_of_a_call_whose_client_goes(Nginx), 499)

    def test_call_goes_on_where_the_server_does_not_tell(self):
        for server_class in (ApacheFcgid, ApacheProxyFcgi, Lighttpd, LighttpdPool):
            with self.subTest(server_class.__name__):
                self.assertEqual(self.outcome_of_a_call_whose_client_goes(server_class), 200)

    def test_connections_are_kept_as_the_samples_say(self):
        for server_class, kept in ((Nginx, True), (ApacheProxyFcgi, True), (LighttpdPool, False)):
            with self.subTest(server_class.__name__):
                self.deploy(server_class)
                for _ in range(3):
                    self.assertEqual(self.client.send(body=ADD2).status, 200)
                    wait_until(lambda: (kept_connections(self.server.pool.address) > 0) == kept, "what is kept")

    def test_nginx_keeps_as_many_connections_as_it_had_requests_at_once(self):
        self.deploy(Nginx)
        with concurrent.futures.ThreadPoolExecutor(40) as threads:
            answers = list(threads.map(lambda _: self.client.call("com.example.sleep", SLEEP_SECONDS), range(40)))
        self.assertEqual({answer.status for answer in answers}, {200})
        wait_until(lambda: kept_connections(self.server.pool.address) > 30, "the connections to be kept")

    def test_nginx_keeps_usual_bodies_and_answers_in_memory(self):
        self.deploy(Nginx)
        for size, to_file in ((100_000, False), (300_000, True)):
            with self.subTest(size):
                text = "x" * size
                self.assertEqual(self.client.call("com.example.echo", text).json, {"args": [text]})
                said = self.server.log.read_text()
                self.assertEqual("request body is buffered to a temporary file" in said, to_file)
                if not to_file:
                    self.assertNotIn("buffered to a temporary file", said)


if __name__ == "__main__":
    main()
