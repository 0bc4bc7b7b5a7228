"""The examples of the documents: the configuration, commands and programs run unchanged against real servers. A block
after <!-- example: NAME --> is run, and its output is compared with the block after <!-- output: NAME -->."""
import re
import shutil
import subprocess

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
        text = replace_once(text, '"signed": {', block("example", "link-service") + ',\n"signed": {')
        state = self.scratch.folder("state") / "signatures"
        text = replace_once(text, '"mount": "/wamp",', f'"mount": "/wamp", "state_dir": "{state}",')
        self.server = Lighttpd(self.scratch, self.scratch.write("config.json", text)).start()

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


if __name__ == "__main__":
    main()
