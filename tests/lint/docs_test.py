#!/usr/bin/env python3
"""Compares the documents (README.md, SECURITY.md, CHANGELOG.md, the pages of etc/doc) and the manual pages with the
program and the tables in the sources.
usage: docs_test.py WAMP-FCGI"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
PAGES = {path: path.read_text() for path in (TOP / "README.md", *sorted((TOP / "etc/doc").glob("*.md")))}
DOCUMENTS = "".join(PAGES.values())
MANUAL = (TOP / "etc/wamp-fcgi.8").read_text()
CONFIG_MANUAL = (TOP / "etc/wamp-fcgi-config.5").read_text()
PROGRAM = None

# etc/doc/configuration.md shows the messages for this file.
FAULTY = """{
    "router": {"url": "rs://127.0.0.1:8081",
        "connect_timeout": 0,
        "serialiser": "json"
    },
    "paths": {
        "signed": {
            "type": "caller", "realm": "realm1", "role": "anonymous",
            "options": {
                "require_ip": ["10.0.0.0/8", "10.0.0.256"]
            }
        }
    }
}
"""


def run_program(*arguments, folder=None):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=30, cwd=folder)


def section(title):
    """The text under a heading, up to the next heading of the same or a higher level."""
    for text in PAGES.values():
        if found := re.search(rf"^(#+) {re.escape(title)}$", text, re.M):
            rest = text[found.end():]
            end = re.search(rf"^#{{1,{len(found[1])}}} ", without_code_blocks(rest), re.M)
            return without_code_blocks(rest)[:end.start()] if end else rest
    raise ValueError(f"no page has a heading {title!r}")


def rows(text):
    """The cells of each table row in a text, without rows of dashes."""
    for line in text.splitlines():
        if line.startswith("|") and not line.startswith("|-"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def in_code(text):
    return re.findall(r"`([^`]+)`", text)


def anchor_of(heading):
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def without_code_blocks(text):
    return re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)


class Options(unittest.TestCase):
    def test_help_manual_and_documents_have_the_same_options(self):
        in_help = set(re.findall(r"--[a-z-]+", run_program("--help").stdout))
        in_manual = {f"--{name}" for name in re.findall(r"Fl Fl ([a-z-]+)", MANUAL)}
        in_documents = {code.split()[0] for cells in rows(section("Command line")) for code in in_code(cells[0])}
        self.assertEqual(in_manual, in_help)
        self.assertEqual(in_documents, in_help)

    def test_documents_name_no_other_option_of_the_program(self):
        in_help = set(re.findall(r"--[a-z-]+", run_program("--help").stdout))
        for line in DOCUMENTS.splitlines():
            for command in re.findall(r"wamp-fcgi( --[a-z][^`|&]*)", line):
                self.assertLessEqual(set(re.findall(r"--[a-z-]+", command)), in_help, line)

    def test_places_of_the_configuration_are_everywhere(self):
        for place in ("WAMP_FCGI_CONFIG", "~/.config/wamp-fcgi/config.json", "/etc/wamp-fcgi/config.json"):
            for name, text in (("--help", run_program("--help").stdout), ("manual", MANUAL), ("documents", DOCUMENTS)):
                self.assertIn(place, text, name)

    def test_places_of_the_configuration_are_in_its_manual(self):
        for place in ("WAMP_FCGI_CONFIG", "~/.config/wamp-fcgi/config.json", "/etc/wamp-fcgi/config.json"):
            self.assertIn(place, CONFIG_MANUAL)


class Manuals(unittest.TestCase):
    pages = (TOP / "etc/wamp-fcgi.8", TOP / "etc/wamp-fcgi-config.5")

    def test_are_shown_without_warnings(self):
        if not shutil.which("man"):
            self.skipTest("no man here")
        for page in self.pages:
            shown = subprocess.run(["man", "--warnings", "-l", page], capture_output=True, text=True)
            self.assertEqual((page.name, shown.returncode, shown.stderr), (page.name, 0, ""))

    def test_are_formatted_without_warnings(self):
        if not shutil.which("groff"):
            self.skipTest("no groff here")
        for page in self.pages:
            shown = subprocess.run(["groff", "-ww", "-mandoc", "-Tutf8", page], capture_output=True, text=True)
            self.assertEqual((page.name, shown.returncode, shown.stderr), (page.name, 0, ""))


class Security(unittest.TestCase):
    def test_every_claim_names_tests_that_there_are(self):
        sources = "".join(path.read_text() for folder in ("unit", "integration", "fuzz", "lint")
                          for path in (TOP / "tests" / folder).rglob("*") if path.suffix in (".cpp", ".py", ".txt"))
        names = [code for code in in_code((TOP / "SECURITY.md").read_text()) if re.fullmatch(r"\w+(_\w+){3,}", code)]
        self.assertGreater(len(names), 40)
        for name in names:
            self.assertRegex(sources, rf"(def |TEST_CASE\(){name}\b", name)


class Changelog(unittest.TestCase):
    kinds = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")  # from keepachangelog.com, in its order

    def setUp(self):
        self.text = (TOP / "CHANGELOG.md").read_text()
        self.releases = re.findall(r"^## (.*)$", self.text, re.M)

    def test_newest_release_is_the_version_of_the_project(self):
        version = re.search(r"^project\(wamp-fcgi VERSION (\S+)", (TOP / "CMakeLists.txt").read_text(), re.M)[1]
        self.assertEqual(self.releases[0], "[Unreleased]")
        self.assertRegex(self.releases[1], rf"^\[{re.escape(version)}\] - ")
        self.assertEqual(run_program("--version").stdout.split()[:2], ["wamp-fcgi", version])

    def test_releases_have_a_version_and_a_date_and_the_newest_comes_first(self):
        found = [re.fullmatch(r"\[(\d+)\.(\d+)\.(\d+)\] - (\d{4}-\d\d-\d\d)", release) for release in self.releases[1:]]
        self.assertNotIn(None, found, self.releases)
        order = [([int(part) for part in match.groups()[:3]], match[4]) for match in found]
        self.assertEqual(order, sorted(order, reverse=True))

    def test_sections_are_those_of_keep_a_changelog(self):
        for release in re.split(r"^## ", self.text, flags=re.M)[1:]:
            sections = re.findall(r"^### (.*)$", release, re.M)
            self.assertEqual(sections, [kind for kind in self.kinds if kind in sections], release.splitlines()[0])

    def test_every_line_of_a_release_is_a_heading_or_of_a_bullet(self):
        for line in self.text[self.text.index("## ["):].splitlines():
            self.assertRegex(line, r"^(|## \[.*|### .*|- .*|  \S.*)$")


class Configuration(unittest.TestCase):
    def test_manual_has_the_example_of_the_readme(self):
        def without_space(text):
            return re.sub(r"\s", "", text)

        literal = re.search(r"^\.Bd -literal.*?\n(.*?)^\.Ed", CONFIG_MANUAL, re.M | re.S)[1]
        example = re.search(r"<!-- example: config -->\n```json\n(.*?)^```", DOCUMENTS, re.M | re.S)[1]
        self.assertEqual(without_space(literal), without_space(example))

    def test_messages_are_those_of_the_program(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "config.json").write_text(FAULTY)
            run = run_program("--check-config", "config.json", folder=folder)
        self.assertEqual(run.returncode, 1)
        self.assertEqual(run.stderr.splitlines(), re.findall(r"^    (error: config.json:.*)$", PAGES[TOP / "etc/doc/configuration.md"], re.M))


class Answers(unittest.TestCase):
    def setUp(self):
        table = (TOP / "src/core/errc.cpp").read_text()
        self.errors = re.findall(r'\{(\w+), "\1", (\d+), (\d+),.*?log_level::(\w+)\}', table, re.S)

    def test_documents_have_every_error_with_both_statuses(self):
        documented = [(in_code(cells[0])[0], cells[1], cells[2]) for cells in rows(section("Refusals and failures"))
                      if in_code(cells[0])]
        self.assertGreater(len(self.errors), 20)
        self.assertEqual(documented, [(name, crossbar, http) for name, crossbar, http, _ in self.errors])

    def test_documents_have_the_statuses_of_wamp_errors(self):
        table = re.findall(r'\{"(wamp\.error\.\w+)", (\d+)\}', (TOP / "include/wampfcgi/bridge/meter.hpp").read_text())
        documented = [(uri, cells[1]) for cells in rows(section("Results and errors")) for uri in in_code(cells[0])
                      if uri.startswith("wamp.error.")]
        self.assertGreater(len(table), 8)
        self.assertEqual(sorted(documented), sorted(table))

    def test_documents_say_which_refusals_are_logged(self):
        sentence = re.search(r"an administrator should know of them: (.*?)everything", section("The log"), re.S)[1]
        loud = {name for name, _, status, level in self.errors if level != "info" and int(status) < 500}
        self.assertEqual(set(in_code(sentence)), loud)
        for name, _, status, level in self.errors:
            if int(status) >= 500:
                self.assertNotEqual(level, "info", name)


class Links(unittest.TestCase):
    pages = (*PAGES, TOP / "SECURITY.md", TOP / "src/README.md", TOP / "tests/README.md", TOP / ".github/CONTRIBUTING.md")

    def anchors_of(self, page):
        return [anchor_of(heading) for heading in re.findall(r"^#+ (.*)$", without_code_blocks(page.read_text()), re.M)]

    def test_links_lead_somewhere(self):
        for page in self.pages:
            anchors = self.anchors_of(page)
            self.assertEqual(len(anchors), len(set(anchors)), page)
            for target in re.findall(r"\]\(([^)\s]+)\)", without_code_blocks(page.read_text())):
                path, _, anchor = target.partition("#")
                if re.match("https?:", target):
                    continue
                there = (page.parent / path).resolve() if path else page
                self.assertTrue(there.exists(), (page, target))
                if anchor:
                    self.assertIn(anchor, self.anchors_of(there), (page, target))

    def test_readme_can_be_read_in_one_sitting(self):
        self.assertLessEqual(len((TOP / "README.md").read_text().splitlines()), 300)

    def test_every_page_is_named_in_the_readme(self):
        for page in PAGES:
            self.assertIn(page.name, PAGES[TOP / "README.md"] + "README.md")


if __name__ == "__main__":
    PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main(verbosity=2)
