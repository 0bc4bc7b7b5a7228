"""Owns which build is tested, and what to expect of it."""
import os
import pathlib
import re

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("WAMPFCGI_BUILD", TOP / "build")).resolve()
CACHE = BUILD / "CMakeCache.txt"  # missing when a test starts something without naming a build
SANITIZED = CACHE.exists() and bool(re.search("^WAMPFCGI_SANITIZE:[A-Z]+=.", CACHE.read_text(), re.M))
# True for the build that users have: optimised, and nothing else.
RELEASED = not SANITIZED and CACHE.exists() and bool(re.search("^CMAKE_BUILD_TYPE:[A-Z]+=(Release)?$", CACHE.read_text(), re.M))
# How much slower the programs may be with a sanitizer and without optimisation. Time limits are multiplied by it. Where
# the amount of work takes the time, the amount is divided by it.
SLOWDOWN = int(os.environ.get("WAMPFCGI_SLOWDOWN", 5 if SANITIZED else 1))
# The tested program, such as the portable one, whose tests need what the build has besides.
PROGRAM = pathlib.Path(os.environ.get("WAMPFCGI_PROGRAM", BUILD / "wamp-fcgi")).resolve()
# Nothing can be preloaded into a program that has its libraries in it.
STATIC = PROGRAM.exists() and b"ld-linux" not in PROGRAM.read_bytes()[:4096]
