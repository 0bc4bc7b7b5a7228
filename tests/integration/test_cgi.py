"""wamp-fcgi as a plain CGI program: the contract through web servers that start it for each request, and the duties of
such a program."""
import contextlib
import json
import signal
import subprocess
import unittest

from integration.contract_base import ADD2
from integration.contract_cases import ContractCases
from integration.deployment import DeploymentTest, configuration, main, service
from support.processes import SANITIZER_STATUS, clean_environment, free_port, wait_until
from support.servers import PROGRAM, ApacheCgi, DevRouter, LighttpdCgi


class ContractApache(ContractCases, unittest.TestCase):
    server_class = ApacheCgi

    def test_query_that_the_server_passes_as_arguments_is_ignored(self):
        for query in ("x", "a+b", "--version", "--check-config+/etc/passwd", "a%20b+c;d", "a++b"):
            with self.subTest(query):
                self.assert_body(self.client.send(query=query, body=ADD2), '{"args":[5]}')


class ContractLighttpd(ContractCases, unittest.TestCase):
    server_class = LighttpdCgi
    odd_method_status = 501  # from lighttpd itself


class CgiProgram(DeploymentTest):
    """The program as started by a web server, but without one."""

    def setUp(self):
        super().setUp()
        self.router = DevRouter(self.scratch, "--log-calls").start()
        self.use({"/": service(), "small": service(post_body_limit=50), "other": service(role="other")})

    def use(self, paths, router_url=None):
        config = configuration(router_url or self.router.url, paths, connect_timeout=1)
        self.config = self.scratch.write("config.json", json.dumps(config))

    def start(self, *arguments, **variables):
        environment = {"GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "POST", "SCRIPT_NAME": "/wamp",
                       "CONTENT_TYPE": "application/json", "WAMP_FCGI_CONFIG": str(self.config), **variables}
        child = subprocess.Popen([PROGRAM, *arguments], env=clean_environment(**environment),
                                 cwd=self.scratch.path, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE)
        self.addCleanup(self.end, child)
        return child

    def end(self, child):
        child.kill()
        self.assertNotEqual(child.wait(), SANITIZER_STATUS, "a sanitizer has reported something")
        for pipe in (child.stdin, child.stdout, child.stderr):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()

    def run_program(self, body, *arguments, **variables):
        """The exit status, HTTP status, header lines, body, and log."""
        child = self.start(*arguments, **variables)
        output, log = child.communicate(body.encode(), timeout=20)
        head, _, answer = output.decode().partition("\r\n\r\n")
        lines = head.split("\r\n")
        return child.returncode, lines[0].removeprefix("Status: "), lines[1:], answer, log.decode()

    def test_call_is_answered_with_a_status_and_its_length(self):
        code, status, headers, answer, _ = self.run_program(ADD2, CONTENT_LENGTH=str(len(ADD2)))
        self.assertEqual((code, status, answer), (0, "200 OK", '{"args":[5]}'))
        self.assertIn("Content-Length: 12", headers)

    def test_body_without_a_length_is_read_to_its_end(self):
        for variables in ({}, {"CONTENT_LENGTH": ""}, {"CONTENT_LENGTH": "-1"}):
            with self.subTest(variables):
                _, status, _, answer, _ = self.run_program(ADD2, **variables)
                self.assertEqual((status, answer), ("200 OK", '{"args":[5]}'))

    def test_no_more_than_was_announced_is_waited_for(self):
        child = self.start(CONTENT_LENGTH=str(len(ADD2)))
        child.stdin.write(ADD2.encode())
        child.stdin.flush()  # stays open
        self.assertEqual(child.wait(20), 0)
        self.assertTrue(child.stdout.read().endswith(b'{"args":[5]}'))

    def test_body_that_ends_early_is_never_forwarded(self):
        _, status, _, answer, _ = self.run_program(ADD2, CONTENT_LENGTH=str(len(ADD2) + 1))
        self.assertEqual(status, "400 Bad Request")
        self.assertIn("wampfcgi.error.body_truncated", answer)
        self.assertNotIn("add2", self.router.log.read_text())

    def test_reading_stops_once_the_limit_is_passed(self):
        for variables in ({}, {"CONTENT_LENGTH": "-1"}):
            with self.subTest(variables):
                child = self.start(PATH_INFO="/small", **variables)
                child.stdin.write(b" " * 51)
                child.stdin.flush()  # stays open
                self.assertEqual(child.wait(20), 0)
                self.assertIn(b"wampfcgi.error.body_too_large", child.stdout.read())

    def test_only_the_service_in_question_joins_a_session_and_leaves_it(self):
        self.run_program(ADD2)
        log = self.router.log.read_text()
        self.assertEqual(log.count("HELLO"), 1, log)
        wait_until(lambda: "GOODBYE" in self.router.log.read_text(), "the router to be told of the end")

    def test_refused_request_does_not_reach_the_router(self):
        before = self.router.log.read_text()
        _, status, _, _, _ = self.run_program("{}")
        self.assertEqual((status, self.router.log.read_text()), ("400 Bad Request", before))

    def test_router_that_is_down_is_answered_with_503(self):
        self.use({"/": service()}, f"rs://127.0.0.1:{free_port()}")
        code, status, headers, answer, log = self.run_program(ADD2)
        self.assertEqual((code, status), (0, "503 Service Unavailable"))
        self.assertIn("Retry-After: 1", headers)
        self.assertIn("wampfcgi.error.router_unavailable", answer)
        self.assertIn("cannot join: connecting: Connection refused", log)

    def test_router_socket_in_a_tmp_that_is_perhaps_private_is_named_so(self):
        hint = "; a unit with PrivateTmp=yes has a /tmp of its own: put the socket below /run"
        missing = "cannot join: connecting: No such file or directory"
        for folder, variables, expected in (("/tmp", {"INVOCATION_ID": "0"}, hint), ("/var/tmp", {"INVOCATION_ID": "0"}, hint),
                                            ("/tmp", {}, ""), ("/run", {"INVOCATION_ID": "0"}, "")):
            with self.subTest((folder, variables)):
                self.use({"/": service()}, f"unix:{folder}/no-such-folder/router.sock")
                log = self.run_program(ADD2, **variables)[-1]
                self.assertIn(f"{missing}{expected} realm=", log)

    def test_faulty_configuration_ends_without_an_answer_and_is_logged(self):
        self.config = self.scratch.write("config.json", '{"router": {}}')
        code, status, _, answer, log = self.run_program(ADD2)
        self.assertEqual((code, status, answer), (78, "", ""))
        self.assertIn(f"error: {self.config}:1: router.url: expected", log)

    def test_program_that_is_ended_gives_its_call_up_and_says_goodbye(self):
        config = json.loads(self.config.read_text())
        self.scratch.write("config.json", json.dumps({**config, "log": {"access": True}}))
        child = self.start()
        child.stdin.write(b'{"procedure":"com.example.sleep","args":[20]}')
        child.stdin.close()
        wait_until(lambda: "com.example.sleep" in self.router.log.read_text(), "the call to be made")

        child.send_signal(signal.SIGTERM)

        self.assertEqual(child.wait(20), 1)
        self.assertEqual(child.stdout.read(), b"")
        self.assertRegex(child.stderr.read().decode(), r'info: request .* procedure="com.example.sleep" status=499 ')
        for message in ("CANCEL", "GOODBYE"):
            wait_until(lambda: f"<- {message}" in self.router.log.read_text(), "the router to be told")

    def test_answer_that_nobody_takes_is_a_failure(self):
        child = self.start(CONTENT_LENGTH=str(len(ADD2)))
        child.stdout.close()
        child.stdin.write(ADD2.encode())
        child.stdin.flush()
        self.assertEqual(child.wait(20), 1)

    def test_query_that_became_arguments_is_no_command(self):
        for query, *arguments in (("--version", "--version"), ("x", "x"), ("-h", "-h"),
                                  ("--listen+unix:/tmp/x", "--listen", "unix:/tmp/x"), ("a;b++c", "a\\;b", "", "c")):
            with self.subTest(query):
                code, status, _, answer, log = self.run_program(ADD2, *arguments, QUERY_STRING=query)
                self.assertEqual((code, status, answer, log), (0, "200 OK", '{"args":[5]}', ""))

    def test_no_query_names_the_configuration(self):
        code, status, _, answer, log = self.run_program(ADD2, "--config", self.config, WAMP_FCGI_CONFIG="",
                                                        QUERY_STRING=f"--config+{self.config}")
        self.assertEqual((code, status, answer), (2, "", ""))
        self.assertEqual(log, "wamp-fcgi: refusing options that came from the client's query\nUsage: see wamp-fcgi --help\n")

    def test_large_values_pass_both_ways(self):
        text = "x" * 3_000_000
        body = json.dumps({"procedure": "com.example.echo", "args": [text]})
        _, status, _, answer, _ = self.run_program(body, CONTENT_LENGTH=str(len(body)))
        self.assertEqual(status, "200 OK")
        self.assertEqual(json.loads(answer)["args"], [text])


if __name__ == "__main__":
    main()
