#!/usr/bin/env python3
"""Checks that the linked program and its modules are hardened as required.
usage: hardening_test.py WAMP-FCGI BUILD"""
import pathlib
import re
import subprocess
import sys
import unittest

PROGRAM = BUILD = None


def tool(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60,
                          env={"PATH": "/usr/sbin:/usr/bin:/bin", "LC_ALL": "C"}).stdout


def segments():
    """The flags of the program's segments, by type."""
    rows = re.findall(r"^  (\w+) +(?:0x[0-9a-f]+ +){5}([RWE ]{3})", tool("readelf", "-lW", PROGRAM), re.M)
    return {kind: flags.replace(" ", "") for kind, flags in rows}


def is_static():
    return "INTERP" not in segments()


def modules():
    """The objects of this project by archive, without those of libfcgi and Boost, which Debian has hardened."""
    return {path.name: tool("nm", path) for path in sorted(BUILD.glob("libwampfcgi_*.a"))}


class Hardening(unittest.TestCase):
    def test_program_is_loaded_at_any_address(self):
        self.assertRegex(tool("readelf", "-hW", PROGRAM), r"Type: +DYN ")
        self.assertRegex(tool("readelf", "-dW", PROGRAM), r"\(FLAGS_1\).*\bPIE\b")

    def test_relocations_are_read_only_from_the_start(self):
        self.assertEqual(segments().get("GNU_RELRO"), "R")
        if not is_static():  # then nothing is bound later
            self.assertRegex(tool("readelf", "-dW", PROGRAM), r"\(FLAGS\).*\bBIND_NOW\b")

    def test_stack_is_not_executable(self):
        self.assertEqual(segments().get("GNU_STACK"), "RW")

    def test_no_segment_is_writable_and_executable(self):
        self.assertEqual([kind for kind, flags in segments().items() if "W" in flags and "E" in flags], [])

    def test_libraries_come_from_the_system_only(self):
        self.assertNotRegex(tool("readelf", "-dW", PROGRAM), r"\((RPATH|RUNPATH)\)")

    def test_static_program_needs_no_library(self):
        if is_static():
            self.assertNotIn("(NEEDED)", tool("readelf", "-dW", PROGRAM))

    def test_every_module_has_stack_protectors(self):
        self.assertGreater(len(modules()), 5)
        for name, symbols in modules().items():
            self.assertIn("__stack_chk_fail", symbols, name)

    def test_every_module_calls_fortified_functions(self):
        for name, symbols in modules().items():
            self.assertRegex(symbols, r" U __\w+_chk\n", name)


if __name__ == "__main__":
    BUILD = pathlib.Path(sys.argv.pop(2)).resolve()
    PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main(verbosity=2)
