"""The program's command line: checking a configuration, and refusing to start with a faulty one."""
import json
import os
import re
import subprocess
import unittest

from integration.deployment import DeploymentTest, configuration, main, service
from support.build import STATIC
from support.processes import AS_ROOT, SERVER_USER, clean_environment, free_port, wait_until
from support.servers import PROGRAM, TOP, DevRouter, WampFcgiPool

GOOD = json.dumps(configuration("rs://127.0.0.1:8081", {"/": service()}), indent=1)

ROUTER = '"router": {"url": "rs://h:1"}'
SERVICE = '"type": "caller", "realm": "r", "role": "a"'
PATHS = f'"paths": {{"/": {{{SERVICE}}}}}'


def with_option(text):
    """A file whose service "call" has these options, in line 3."""
    return f'{{{ROUTER},\n "paths": {{"call": {{{SERVICE},\n "options": {{{text}}}}}}}}}'


# A name, the faulty file, and the required parts of its message: the line, the path, and the value found.
FAULTY = (
    ("no JSON", "{\n", [":1:"]),
    ("empty", "", [":1:"]),
    ("list", "[]", [":1:", "object"]),
    ("unknown key", f'{{\n {ROUTER},\n {PATHS},\n "rooter": 1\n}}', [":4:", "rooter"]),
    ("no router", f"{{{PATHS}}}", ["router"]),
    ("no paths", f"{{{ROUTER}}}", ["paths"]),
    ("wrong type", f'{{\n "router": {{\n  "url": 5\n }},\n {PATHS}}}', [":3:", "router.url", "5"]),
    ("bad URL", f'{{"router": {{"url": "http://h:1"}},\n {PATHS}}}', [":1:", "router.url", "http://h:1"]),
    ("out of range", f'{{"router": {{"url": "rs://h:1",\n "connect_timeout": 0}},\n {PATHS}}}',
     [":2:", "router.connect_timeout", "0"]),
    ("no realm", f'{{{ROUTER},\n "paths": {{\n  "call": {{"type": "caller", "role": "a"}}}}}}', [":3:", "paths.call",
    "realm"]),
    ("key without secret", with_option('"key": "k"'), [":3:", "secret"]),
    ("bad network", with_option('"require_ip": ["127.0.0.1",\n "10.0.0.256"]'),
     [":4:", "paths.call.options.require_ip[1]", "10.0.0.256"]),
    ("no boolean", with_option('"require_tls": "yes"'), [":3:", "paths.call.options.require_tls", "yes"]),
    ("no choice", with_option('"status_codes": "htttp"'), [":3:", "paths.call.options.status_codes", "htttp"]),
)


class CommandLine(DeploymentTest):
    def run_program(self, *arguments, **environment):
        return subprocess.run([PROGRAM, *map(str, arguments)], env=clean_environment(**environment),
                              cwd=self.scratch.path, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=20)

    def test_good_configuration_is_reported_good(self):
        path = self.scratch.write("good.json", GOOD)
        for run in (self.run_program("--check-config", path), self.run_program("--config", path, "--check-config"),
                    self.run_program("--check-config", WAMP_FCGI_CONFIG=str(path))):
            self.assertEqual(run.returncode, 0, run.stderr)

    def test_faulty_configurations_are_reported_with_place_and_finding(self):
        for name, text, needles in FAULTY:
            with self.subTest(name):
                path = self.scratch.write("faulty.json", text)
                run = self.run_program("--check-config", path)
                self.assertEqual(run.returncode, 1, run.stderr)
                for needle in (str(path), *needles):
                    self.assertIn(needle, run.stdout + run.stderr)

    def test_every_mistake_is_reported(self):
        path = self.scratch.write("faulty.json", """{
            "router": {"url": "rs://h", "serialiser": "json"},
            "paths": {"/": {"type": "caler", "realm": "a..b", "role": 1},
                      "call": {"type": "caller", "realm": "r", "role": "a", "options": {"call_timeout": -1}}}
        }""")
        report = self.run_program("--check-config", path)
        for needle in ("router.url", "serialiser", "caler", "a..b", "role", "call_timeout"):
            with self.subTest(needle):
                self.assertIn(needle, report.stdout + report.stderr)

    def test_no_message_shows_a_secret(self):
        path = self.scratch.write("faulty.json", """{
            "router": {"url": "rs://h:1",
                       "credentials": {"a": {"authmethod": "ticket", "authid": "b", "secret": ["s3cret"]}}},
            "paths": {"/": {"type": "caller", "realm": "r", "role": "a",
                            "options": {"secret": "s3cret", "secret_file": "x"}}}
        }""")
        report = self.run_program("--check-config", path)
        self.assertEqual(report.returncode, 1)
        self.assertNotIn("s3cret", report.stdout + report.stderr)

    def test_comments_and_trailing_commas_are_accepted(self):
        path = self.scratch.write("good.json", "// a\n/* b */" + GOOD.replace("\n}", ",\n}"))
        self.assertEqual(self.run_program("--check-config", path).returncode, 0)

    def test_file_that_is_not_there_is_reported(self):
        run = self.run_program("--check-config", self.scratch.path / "nowhere.json")
        self.assertEqual(run.returncode, 1)
        self.assertIn("nowhere.json", run.stdout + run.stderr)

    def test_pool_does_not_start_with_a_faulty_file(self):
        path = self.scratch.write("faulty.json", '{"router": {}}')
        run = self.run_program("--config", path, "--listen", f"127.0.0.1:{free_port()}", "--workers", 2)
        self.assertEqual(run.returncode, 78)
        self.assertIn(str(path), run.stderr)

    def test_pool_does_not_take_an_address_in_use(self):
        path = self.scratch.write("good.json", GOOD)
        run = self.run_program("--config", path, "--listen", "unix:/nonexistent/folder/x.sock")
        self.assertEqual(run.returncode, 1)
        self.assertIn("/nonexistent/folder/x.sock", run.stderr)

    def test_secret_that_others_can_read_is_a_warning_of_check_and_start(self):
        config = configuration("rs://127.0.0.1:8081", {"/": service(key="k", secret="s3cret")})
        path = self.scratch.write("config.json", json.dumps(config))
        path.chmod(0o644)
        warning = f"warning: {path}: the file contains a secret, and other users can read it (chmod o= FILE)\n"
        check = self.run_program("--check-config", path)
        self.assertEqual((check.returncode, check.stderr), (0, warning))
        pool = WampFcgiPool(self.scratch, path).start()
        self.assertIn(warning, pool.log.read_text())

    def test_configuration_that_others_can_write_is_refused(self):
        path = self.scratch.write("config.json", GOOD)
        path.chmod(0o646)
        mistake = f"error: {path}: other users can write this file (chmod o-w FILE)\n"
        check = self.run_program("--check-config", path)
        self.assertEqual((check.returncode, check.stderr), (1, mistake))

    def test_places_that_cannot_be_used_are_mistakes_and_none_is_made(self):
        folder = self.scratch.path
        (folder / "link").symlink_to(folder / "elsewhere")
        (folder / "open").mkdir()
        (folder / "open").chmod(0o755)
        signed = {"/": service(key="k", secret="s", timestamp_delta_limit=60)}
        hint = f"notice: checked as user {os.geteuid()}; add --user USER to check as the user that the program will run as\n"
        for more, mistake in (
                ({"log": {"target": f"file:{folder}/a/b.log"}},
                 f'{folder}/a/b.log: cannot be created: the folder does not exist (mkdir -p "{folder}/a")'),
                ({"log": {"target": f"file:{folder}/link"}},
                 f"cannot open the log file {folder}/link: it is a symbolic link"),
                ({"state_dir": f"{folder}/a/b"}, f"replay_protection: {folder}/a/b: cannot be created: the folder does"
                                                 f' not exist (mkdir -p "{folder}/a")'),
                ({"state_dir": f"{folder}/open"},
                 f"replay_protection: {folder}/open: expected mode 0700, got 0755")):
            with self.subTest(more):
                path = self.scratch.write("config.json", json.dumps({**configuration("rs://h:1", signed), **more}))
                path.chmod(0o600)
                run = self.run_program("--check-config", path)
                self.assertEqual((run.returncode, run.stderr), (1, f"error: {mistake}\n{hint}"))
        good = {"log": {"target": f"file:{folder}/new.log"}, "state_dir": f"{folder}/new"}
        path = self.scratch.write("config.json", json.dumps({**configuration("rs://h:1", signed), **good}))
        self.assertEqual(self.run_program("--check-config", path).returncode, 0)
        self.assertEqual([name for name in ("elsewhere", "new.log", "new") if (folder / name).exists()], [])

    @unittest.skipUnless(AS_ROOT, "only root can become somebody else")
    def test_places_are_looked_at_as_the_user_who_is_named(self):
        folder = self.scratch.path / "of-root"
        folder.mkdir()
        config = {**configuration("rs://h:1", {"/": service()}), "log": {"target": f"file:{folder}/x.log"}}
        path = self.scratch.write("config.json", json.dumps(config))
        os.chown(folder, 0, 0)
        self.assertEqual(self.run_program("--check-config", path).returncode, 0)
        run = self.run_program("--check-config", path, "--user", SERVER_USER)
        self.assertEqual(run.returncode, 1)
        self.assertIn(f"error: {folder}/x.log: cannot be created: Permission denied\n", run.stderr)

    def test_sessions_are_tried_where_that_is_wanted(self):
        router = DevRouter(self.scratch, "--log-calls").start()
        paths = {"/": service(), "a": service(), "other": service("backend")}
        good = configuration(router.url, {"/": service(), "a": service()}, connect_timeout=1)
        path = self.scratch.write("good.json", json.dumps(good))

        run = self.run_program("--check-config", path, "--router")
        self.assertEqual((run.returncode, run.stdout.splitlines()[1:]),
                         (0, ['session realm="realm1" role="anonymous": joined, the router gave the role "anonymous"']), run.stderr)
        wait_until(lambda: "<- GOODBYE" in router.log.read_text(), "the router to be told of the end")
        self.assertEqual(router.log.read_text().count("<- HELLO"), 1)

        path = self.scratch.write("bad.json", json.dumps({**good, "paths": paths}))
        run = self.run_program("--check-config", path, "--router")
        self.assertEqual(run.returncode, 1)
        self.assertIn('session realm="realm1" role="anonymous": joined', run.stdout)
        self.assertIn('error: session realm="realm1" role="backend": not joined\n', run.stderr)
        self.assertIn('authrole', run.stderr)

    def test_router_that_is_not_there_is_found_out_where_that_is_wanted(self):
        config = configuration(f"rs://127.0.0.1:{free_port()}", {"/": service()}, connect_timeout=1)
        path = self.scratch.write("config.json", json.dumps(config))
        self.assertEqual(self.run_program("--check-config", path).returncode, 0)
        run = self.run_program("--check-config", path, "--router")
        self.assertEqual(run.returncode, 1)
        self.assertIn("cannot join: connecting: Connection refused", run.stderr)

    def test_wrong_usage_is_one_line_that_says_what_is_wrong_and_a_hint(self):
        for arguments, mistake in (
                ((), "--listen is missing, and neither a web server nor systemd started the program"),
                (("--frobnicate",), 'unknown option "--frobnicate"'),
                (("--listen",), "--listen needs an address: unix:PATH, HOST:PORT or [IPV6]:PORT"),
                (("--workers", "2"), "--workers needs --listen, or a socket from systemd"),
                (("x",), 'unexpected argument "x"')):
            with self.subTest(arguments):
                run = self.run_program(*arguments)
                self.assertEqual((run.returncode, run.stdout, run.stderr),
                                 (2, "", f"wamp-fcgi: {mistake}\nUsage: see wamp-fcgi --help\n"))

    def test_help_names_the_options(self):
        for option in ("--help", "-h"):
            run = self.run_program(option)
            self.assertEqual((run.returncode, run.stderr), (0, ""))
            self.assertIn("--check-config", run.stdout)

    @unittest.skipUnless(AS_ROOT, "root can read everything, and only root can become somebody else")
    def test_file_that_may_not_be_read_is_reported_with_the_user_who_may_not(self):
        path = self.scratch.write("secret.json", GOOD)
        path.chmod(0o600)
        os.chown(path, 0, 0)
        run = subprocess.run([self.scratch.program(PROGRAM), "--check-config", path], user=SERVER_USER,
                             group=SERVER_USER, extra_groups=(), env=clean_environment(), capture_output=True, text=True,
                             timeout=20)
        self.assertEqual((run.returncode, run.stderr),
                         (1, f"error: {path}: cannot be read: Permission denied as user {SERVER_USER}\n"))

    def test_version_says_those_of_the_program_and_of_every_library(self):
        run = self.run_program("--version")
        version = re.search(r"project\(wamp-fcgi VERSION (\S+)", (TOP / "CMakeLists.txt").read_text())[1]
        patterns = [rf"wamp-fcgi {re.escape(version)}", r"OpenSSL 3\.\d+\.\d+ \(built with 3\.\d+\.\d+\)",
                    r"Boost 1\.\d+\.\d+", r"msgpack-cxx \d+\.\d+\.\d+",
                    r"Autobahn\|Cpp \(its headers name no version\)",
                    r"libfcgi (\d+\.\d+\.\d+|\(its headers name no version\))",
                    *([r"portable, with glibc 2\.\d+"] if STATIC else [])]
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertEqual(len(run.stdout.splitlines()), len(patterns), run.stdout)
        for line, pattern in zip(run.stdout.splitlines(), patterns):
            self.assertRegex(line, f"^{pattern}$")


if __name__ == "__main__":
    main()
