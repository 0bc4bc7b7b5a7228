#!/usr/bin/env python3
"""Checks the script of the console's page for type errors (TypeScript reads the types in comments) and against the
linter's rules, and the page against its Content-Security-Policy and its promises. Lints the scripts of the browser
tests too. Needs Node.js with the packages of tests/peers (make deps-check)."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
MODULES = TOP / "build/deps/peers/node_modules"
PAGE = (TOP / "etc/console/console.html").read_text()
SKIPPED = 77


def script():
    """The page's script with its line numbers in the page."""
    before, rest = PAGE.split("<script>")
    return "\n" * before.count("\n") + rest.split("</script>")[0]


def run(tool, *arguments):
    return subprocess.run(["node", MODULES / tool, *map(str, arguments)], capture_output=True, text=True, cwd=TOP, timeout=120)


class Script(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name) / "console.html.js"
        self.file.write_text(script())

    def check_passes(self, done):
        self.assertEqual(done.returncode, 0, f"{done.stdout}{done.stderr}")

    def test_its_types_are_right(self):
        options = ["--allowJs", "--checkJs", "--noEmit", "--strict", "--target", "es2022", "--lib",
                   "es2023,dom,dom.iterable,dom.asynciterable", "--moduleDetection", "force",
                   "--noUnusedLocals", "--noUnusedParameters", "--noImplicitReturns"]
        self.check_passes(run("typescript/bin/tsc", *options, self.file))

    def test_it_and_the_scripts_of_the_tests_pass_the_linter(self):
        for what in (self.file, TOP / "tests/browser"):
            self.check_passes(run("@biomejs/biome/bin/biome", "lint", "--error-on-warnings", f"--config-path={TOP}/tests/lint", what))

    def test_it_puts_nothing_in_but_text(self):
        self.assertNotRegex(script(), r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|DOMParser|srcdoc")


class Page(unittest.TestCase):
    def test_it_is_one_file_with_one_script_and_one_style_and_none_in_attributes(self):
        self.assertEqual([PAGE.count(f"<{tag}>") for tag in ("script", "style")], [1, 1])
        markup = PAGE.split("<body>")[1].split("<script>")[0]
        self.assertEqual(re.findall(r'\s(?:style|on\w+|src|href|action)=', markup), [])
        self.assertEqual(re.findall(r"<(?:link|img|base|iframe|object)\b", PAGE), [])

    def test_nothing_in_it_is_from_elsewhere(self):
        self.assertNotRegex(PAGE, r"https?://|@import|\burl\(")


if __name__ == "__main__":
    if not shutil.which("node") or not (MODULES / "typescript").is_dir():
        print("there is no Node.js with the packages of tests/peers (make deps-check): not looked at")
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
