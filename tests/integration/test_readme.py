"""The examples of the documents: the configuration, commands and programs run unchanged against real servers. A block
after <!-- example: NAME --> is run, and its output is compared with the block after <!-- output: NAME -->."""
import json
import re
import shutil
import subprocess
import urllib.error
import urllib.request

from integration.deployment import DeploymentTest, main
from support.readme import block
from support.servers import DevRouter, Lighttpd, replace_once


# The command for an example, by the end of its name.
LANGUAGES = {"python": ["python3", "-B", "-c"], "php": ["php", "-r"], "javascript": ["node", "-e"]}
SHELL = ["sh", "-eu", "-c"]


class Examples(DeploymentTest):
    def setUp(self):
        super().setUp()
        router = DevRouter(self.scratch).start()
        text = replace_once(block("example", "config"), "rs://127.0.0.1:8081", router.url)
        for service in ("link-service", "events-service"):
            text = replace_once(text, '"signed": {', block("example", service) + ',\n"signed": {')
        state = self.scratch.folder("state") / "signatures"
        text = replace_once(text, '"mount": "/wamp",', f'"mount": "/wamp", "state_dir": "{state}",')
        self.server = Lighttpd(self.scratch, self.scratch.write("config.json", text)).start()

    def events_link(self, name, timestamp=None):
        """What an example prints, as it stands there or with another timestamp."""
        script = block("example", name)
        if timestamp:
            script, count = re.subn(r"^(\$?timestamp = ).*$", rf'\g<1>"{timestamp}";', script, flags=re.M)
            self.assertEqual(count, 1)
        run = subprocess.run([*LANGUAGES[name.rpartition("-")[2]], script], capture_output=True, text=True, timeout=30)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        return f"http://127.0.0.1:{self.server.port}{run.stdout.strip()}"

    def refusal_of(self, link):
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(link, timeout=30)
        with refused.exception as answer:
            return answer.code, json.load(answer)["error"]

    def run_example(self, name, **variables):
        script = replace_once(block("example", name), "http://localhost/", f"http://127.0.0.1:{self.server.port}/")
        for variable, value in variables.items():
            script, count = re.subn(rf"^{variable}=.*$", f"{variable}='{value}'", script, flags=re.M)
            self.assertEqual(count, 1)
        how = LANGUAGES.get(name.rpartition("-")[2], SHELL)
        run = subprocess.run([*how, script], capture_output=True, text=True, timeout=30)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        return run.stdout

    def test_first_call_prints_what_is_promised(self):
        self.assertEqual(self.run_example("call"), block("output", "call").rstrip("\n"))

    def test_signed_call_prints_what_is_promised(self):
        for name in ("signed", *(f"signed-{language}" for language in LANGUAGES)):
            with self.subTest(name):
                if not shutil.which(LANGUAGES.get(name.rpartition("-")[2], SHELL)[0]):
                    self.skipTest("it is not here (make deps-check)")
                self.assertEqual(self.run_example(name).strip(), block("output", "call").strip())

    def test_signed_call_with_another_secret_is_refused(self):
        self.assertIn("wampfcgi.error.signature_invalid", self.run_example("signed", secret="wrong"))

    def test_signed_call_of_another_time_is_refused(self):
        self.assertIn("wampfcgi.error.request_expired", self.run_example("signed", timestamp="2011-10-14T16:59:51Z"))

    def test_link_prints_what_is_promised(self):
        for name in ("link", "link-python"):
            with self.subTest(name):
                self.assertEqual(self.run_example(name).strip(), block("output", "link").strip())

    def test_link_of_another_secret_or_time_is_refused(self):
        self.assertIn("wampfcgi.error.signature_invalid", self.run_example("link", secret="wrong"))
        self.assertIn("wampfcgi.error.request_expired", self.run_example("link", timestamp="2011-10-14T16:59:51Z"))

    def test_link_to_events_opens_a_stream_until_it_expires(self):
        for name in ("events-link-php", "events-link-python"):
            with self.subTest(name):
                if not shutil.which(LANGUAGES[name.rpartition("-")[2]][0]):
                    self.skipTest("it is not here (make deps-check)")
                with urllib.request.urlopen(self.events_link(name), timeout=30) as stream:
                    self.assertEqual(stream.headers["Content-Type"], "text/event-stream")
                    self.assertRegex(stream.readline(), rb"^retry: \d+$")
                expired = self.events_link(name, timestamp="2011-10-14T16:59:51Z")
                self.assertEqual(self.refusal_of(expired), (400, "wampfcgi.error.request_expired"))

    def test_link_to_events_is_of_one_topic(self):
        changed = replace_once(self.events_link("events-link-python"), "com.example.news", "com.example.newspaper")

        self.assertEqual(self.refusal_of(changed), (401, "wampfcgi.error.signature_invalid"))


if __name__ == "__main__":
    main()
