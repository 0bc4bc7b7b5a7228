"""Owns the browser of the tests: Debian's Chromium, driven by a script with playwright-core (tests/browser)."""
import json
import os
import pathlib
import select
import shutil
import subprocess

from support.build import BUILD, SANITIZED, SLOWDOWN, TOP
from support.peers import MODULES

WAIT_SECONDS = 10 * SLOWDOWN
CASE_SECONDS = 60 * SLOWDOWN


def missing():
    """Why the tests are skipped for lack of a browser. Never when `make check-anywhere` runs them."""
    if "WAMPFCGI_ANYWHERE" in os.environ:
        return None
    if SANITIZED:
        return "a browser shows the same with a sanitizer, and takes minutes"
    if not shutil.which("chromium"):
        return "there is no chromium (make check-anywhere brings it)"
    if not shutil.which("node") or not (MODULES / "playwright-core").is_dir():
        return "there is no node with playwright-core (make deps-check)"
    return None


class Browser:
    def __init__(self, url, folder):
        pictures = BUILD / "console"
        pictures.mkdir(exist_ok=True)
        home = pathlib.Path(folder) / "browser"
        home.mkdir()
        environment = {**os.environ, "NODE_PATH": str(MODULES), "HOME": str(home), "TMPDIR": str(home)}
        self.errors = open(home / "errors.log", "w+")
        self.process = subprocess.Popen(
            ["node", TOP / "tests/browser/driver.js", shutil.which("chromium"), url, pictures,
             str(WAIT_SECONDS)], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, env=environment)

    def run(self, case, **given):
        """Returns the case's results; raises AssertionError if it failed."""
        self.process.stdin.write(json.dumps({"case": case, **given}) + "\n")
        self.process.stdin.flush()
        ready, _, _ = select.select([self.process.stdout], [], [], CASE_SECONDS)
        line = self.process.stdout.readline() if ready else ""
        found = json.loads(line) if line else {"error": f"the browser said nothing more:\n{self.said()}"}
        if "error" in found:
            raise AssertionError(found["error"])
        return found

    def check_looks(self, test, case):
        """Runs the case on a narrow and a wide page, in the light and the dark scheme, which must differ."""
        grounds = {}
        for width in (360, 1440):
            for scheme in ("light", "dark"):
                with test.subTest(width=width, scheme=scheme):
                    context = {"viewport": {"width": width, "height": 900}, "colorScheme": scheme}
                    grounds[scheme] = self.run(case, picture=f"{width}-{scheme}", context=context)["ground"]
        test.assertNotEqual(grounds["light"], grounds["dark"])

    def said(self):
        self.errors.seek(0)
        return self.errors.read()[-2000:]

    def close(self):
        """Closes the program, and with it the browser."""
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.errors.close()
