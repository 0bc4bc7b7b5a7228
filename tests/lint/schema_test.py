#!/usr/bin/env python3
"""Compares etc/config.schema.json with the parser of the configuration.

The test asks the parser through wamp-fcgi --check-config: its messages about an unknown key, null and a missing value
reveal every key, range and word it knows. In addition, both judge all texts that the unit tests of config/ parse.
usage: schema_test.py WAMP-FCGI TEST_CONFIG CMAKE BUILD-FOLDER"""
import copy
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

import jsonschema

TOP = pathlib.Path(__file__).resolve().parents[2]
SCHEMA = json.loads((TOP / "etc/config.schema.json").read_text())
SAMPLE = (TOP / "etc/config.json").read_text()
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)
PROGRAM = TEST_CONFIG = CMAKE = BUILD = None

# What the parser refuses and a schema cannot express, in the parser's words.
BEYOND_A_SCHEMA = {
    "a key that is given twice": r"expected the key once",
    "a name in two places": r"expected a key that is not in keys as well",
    "a path in two places": r"expected a path that no other service has",
    "a file that is not there": r"expected a file that can be read",
    "1.0 for an integer": r"expected an integer in .*, got -?[0-9]+(\.0+|[eE][0-9]+)$",
    "the depth and the numbers of authextra": r"in authextra, got more$|from -2\^63 to 2\^64-1 or a double",
    "an IPv6 address that does not add up": r'(IPv4 or IPv6 address or network|in brackets), got "[^"]*:[^"]*:',
    "bytes, where they are more than characters": r"a path of at most 107 bytes, got",
}
NO_JSON = r"^(expected (JSON|UTF-8|the end of the file|at most 32 nested)|expected .* got the end of the file$)"

# The required content of a file and its objects, so that other keys are examined; "x" is any name.
GOOD = {"router": {"url": "rs://h:1"}, "paths": {"x": {"type": "caller", "realm": "r", "role": "f"}}}
LEAST = {("router", "credentials", "x"): {"authmethod": "cryptosign"}, ("store",): {"url": "redis://h"}}
NO_GOOD_STRING = "\x01 ?#/"


def plain_json(text):
    """JSON without comments and trailing commas."""
    text = text.removeprefix("\ufeff")
    string = r'("(?:\\.|[^"\\])*")'
    text = re.sub(string + r"|//[^\n]*|/\*.*?\*/", lambda found: found[1] or " ", text, flags=re.S)
    return re.sub(string + r"|,(?=\s*[}\]])", lambda found: found[1] or "", text)


def mistakes_in(text):
    """The messages of --check-config, as pairs of path and text; a mistake about the whole file has no path."""
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "f").write_text(text, newline="")
        run = subprocess.run([PROGRAM, "--check-config", "f"], cwd=folder, capture_output=True, text=True, timeout=30)
    found = re.findall(r"^error: f:\d+: (?:(\S+): )?(.*)$", run.stderr, re.M)
    lines = [line for line in run.stderr.splitlines() if not line.startswith(("warning: ", "notice: "))]
    places = [line for line in lines if re.match("error: (replay_protection: )?/", line)]
    if places and len(places) == len(lines):
        return []  # what is missing on this machine, which a schema cannot know
    if len(found) != len(lines) or (run.returncode == 0) == bool(found):
        raise AssertionError(f"not understood: {run}")
    return found


def with_value(path, value):
    """A valid file except for the value at a path, which is a tuple of keys and, for a list's item, 0."""
    made = copy.deepcopy(GOOD)
    at = made
    for depth, key in enumerate(path[:-1], 1):
        if path[depth] == 0:
            at[key] = [value]
            return made
        at = at.setdefault(key, copy.deepcopy(LEAST.get(path[:depth], {})))
    at[path[-1]] = value
    return made


def written(path):
    return ".".join("[0]" if key == 0 else key for key in path).replace(".[", "[")


def expected_at(path, value):
    """What the parser expects at a path instead of a value; None if it accepts the value."""
    for where, text in mistakes_in(json.dumps(with_value(path, value))):
        found = re.match(r"(unknown key)|expected (.*?)(?: \(.*\))?, got ", text)
        if where == written(path):
            return found[1] or found[2]
    return None


def keys_known_at(path):
    """The keys that an object may have; None if any name is allowed."""
    for where, text in mistakes_in(json.dumps(with_value((*path, "x"), None))):
        if where == written((*path, "x")) and text.startswith("unknown key"):
            return re.search(r"one of (.*), got ", text)[1].split(", ")
    return None


def resolved(schema):
    """Follows references. For a service or paths with nested services, returns the service."""
    while "$ref" in schema or "else" in schema:
        schema = SCHEMA["definitions"][schema["$ref"].removeprefix("#/definitions/")] if "$ref" in schema else schema["else"]
    return schema


class Walk(unittest.TestCase):
    """From the top level down: the schema must say the same about each place as the parser."""

    def test_the_schema_has_what_the_parser_knows_and_nothing_else(self):
        for service in resolved({"$ref": "#/definitions/service"})["allOf"]:
            self.service_type = service["if"]["properties"]["type"]["const"]
            unlike_others = service["then"]["properties"]
            self.not_its_keys = {key for key, value in unlike_others.items() if value is False}
            self.its_options = unlike_others["options"]["propertyNames"]["enum"]
            self.seen = 0
            least = {key: value for key, value in GOOD["paths"]["x"].items() if key not in self.not_its_keys}
            if self.service_type == "webhook":
                least["options"] = {"topic": "a.b"}
            with (self.subTest(service=self.service_type),
                  unittest.mock.patch.dict(GOOD["paths"], x={**least, "type": self.service_type})):
                self.look_at_object((), SCHEMA)
                self.assertGreater(self.seen, 35)

    def properties_of(self, path, schema):
        if path == ("paths", "x", "options"):
            return {key: schema["properties"][key] for key in self.its_options}
        absent = self.not_its_keys if path == ("paths", "x") else ()
        return {key: value for key, value in schema["properties"].items() if key not in absent}

    def look_at_object(self, path, schema):
        self.assertEqual(schema["type"], "object")
        known = keys_known_at(path)
        if known is not None:
            self.assertCountEqual(self.properties_of(path, schema), known, written(path))
            self.assertIs(schema["additionalProperties"], False, written(path))
            for key in known:
                self.look_at((*path, key), resolved(schema["properties"][key]))
        elif expected_at((*path, "x"), None) is not None:
            self.assertNotIn("properties", schema, written(path))
            self.look_at((*path, "x"), resolved(schema["additionalProperties"]))
        else:
            self.assertNotIn("additionalProperties", schema, f"{written(path)} takes anything")

    def look_at(self, path, schema):
        self.seen += 1
        expected = expected_at(path, None)
        integer = re.fullmatch(r"(an integer|a number) in ([\d.]+)\.\.(\d+)", expected)
        with self.subTest(path=written(path)):
            if integer:
                shape = ({"an integer": "integer", "a number": "number"}[integer[1]], float(integer[2]), int(integer[3]))
                self.assertEqual((schema["type"], schema["minimum"], schema["maximum"]), shape)
            elif expected == "an object":
                self.look_at_object(path, schema)
            elif expected.startswith("a list of "):
                self.assertEqual(schema["type"], "array")
                self.look_at((*path, 0), resolved(schema["items"]))
            elif expected == "a string":
                self.look_at_string(path, schema)
            elif re.fullmatch(r"\d+ or \d+", expected):
                self.assertEqual(schema["enum"], [int(number) for number in expected.split(" or ")])
            elif re.fullmatch(r'"\w+"(, "\w+")*( or "\w+")?', expected):
                self.assertEqual(schema["enum"], re.findall(r'"(\w+)"', expected))
            else:
                self.assertEqual((expected, schema["type"]), ("true or false", "boolean"))

    def look_at_string(self, path, schema):
        self.assertEqual(schema["type"], "string")
        expected = expected_at(path, NO_GOOD_STRING)
        if "pattern" in schema:
            self.assertEqual(schema["patternErrorMessage"], f"expected {expected}")
            self.assertIsNone(re.search(schema["pattern"], ""))
        elif expected_at(path, "") is None:
            self.assertNotIn("minLength", schema)
        else:
            self.assertEqual(schema["minLength"], 1)
            self.assertTrue(expected is None or "hexadecimal" in expected, "a pattern is missing")


class Agreement(unittest.TestCase):
    """The schema refuses exactly what the parser refuses, except for what no schema can express."""

    def check(self, text, used):
        found = mistakes_in(text)
        if any(re.match(NO_JSON, message) and not where for where, message in found):
            return None
        errors = [error.message for error in VALIDATOR.iter_errors(json.loads(plain_json(text)))]
        with self.subTest(text=text):
            if errors:
                self.assertTrue(found, errors)
            for _, message in [] if errors else found:
                beyond = [name for name, pattern in BEYOND_A_SCHEMA.items() if re.search(pattern, message)]
                self.assertTrue(beyond, message)
                used.update(beyond)
        return not found

    def test_the_texts_of_the_unit_tests_are_judged_alike(self):
        verdicts, used = [], set()
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([TEST_CONFIG], capture_output=True, env={**os.environ, "WAMPFCGI_CORPUS": folder})
            for text in {path.read_bytes() for path in pathlib.Path(folder).iterdir()}:
                try:
                    verdicts.append(self.check(text.decode(), used))
                except UnicodeDecodeError:
                    verdicts.append(None)
        self.assertGreater(verdicts.count(True), 30)
        self.assertGreater(verdicts.count(False), 100)
        self.assertEqual(used, set(BEYOND_A_SCHEMA))

    def test_what_is_missing_or_one_step_out_of_its_range_is_judged_alike(self):
        for path, schema in self.places((), SCHEMA):
            edges = [schema[edge] + step for edge in ("minimum", "maximum") if edge in schema for step in (-1, 0, 1)]
            for value in [None, True, 0, "", "x", NO_GOOD_STRING, [], [None], {}, *edges]:
                self.check(json.dumps(with_value(path, value)), set())

    def places(self, path, schema):
        for key, member in schema.get("properties", {}).items():
            yield (*path, key), resolved(member)
            yield from self.places((*path, key), resolved(member))
        if isinstance(schema.get("additionalProperties"), dict):
            yield from self.places((*path, "x"), resolved(schema["additionalProperties"]))
        if "items" in schema:
            yield (*path, 0), resolved(schema["items"])


class Schema(unittest.TestCase):
    def test_it_is_a_schema_of_the_draft_that_it_names(self):
        self.assertEqual(SCHEMA["$schema"], jsonschema.Draft7Validator.META_SCHEMA["$schema"])
        jsonschema.Draft7Validator.check_schema(SCHEMA)

    def test_every_key_is_described_and_every_example_and_default_is_valid(self):
        self.examples = 0
        self.look_through(SCHEMA)
        self.look_through(SCHEMA["definitions"]["nested_paths"])
        self.assertGreater(self.examples, 60)

    def look_through(self, schema):
        self.assertTrue(schema["description"], schema)
        for value in [*schema.get("examples", []), *([schema["default"]] if "default" in schema else [])]:
            self.examples += 1
            jsonschema.Draft7Validator({**schema, "definitions": SCHEMA["definitions"]}).validate(value)
        for member in schema.get("properties", {}).values():
            self.look_through(resolved(member))
        if isinstance(schema.get("additionalProperties"), dict):
            self.look_through(resolved(schema["additionalProperties"]))


class Sample(unittest.TestCase):
    def setUp(self):
        self.live = json.loads(plain_json(SAMPLE))

    def test_it_names_the_schema(self):
        self.assertTrue((TOP / "etc" / self.live["$schema"]).samefile(TOP / "etc/config.schema.json"))

    def test_the_installed_one_names_the_installed_schema_wherever_it_is_copied(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([CMAKE, "--install", BUILD, "--prefix", "/opt/somewhere"], check=True, capture_output=True,
                           env={**os.environ, "DESTDIR": folder})
            prefix = pathlib.Path(folder) / "opt/somewhere"
            installed = (prefix / "share/doc/wamp-fcgi/examples/config.json").read_text()
            self.assertEqual(json.loads(plain_json(installed))["$schema"],
                             "file:///opt/somewhere/share/wamp-fcgi/config.schema.json")
            self.assertEqual(json.loads((prefix / "share/wamp-fcgi/config.schema.json").read_text()), SCHEMA)
            self.assertEqual(mistakes_in(installed), [])


if __name__ == "__main__":
    BUILD = pathlib.Path(sys.argv.pop()).resolve()
    CMAKE = sys.argv.pop()
    TEST_CONFIG = pathlib.Path(sys.argv.pop()).resolve()
    PROGRAM = pathlib.Path(sys.argv.pop()).resolve()
    unittest.main(verbosity=2)
