"""Owns which build is under test, and what to expect of it."""
import os
import pathlib
import re

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("WAMPFCGI_BUILD", TOP / "build")).resolve()
CACHE = BUILD / "CMakeCache.txt"  # not there for what a test starts without telling it which build
SANITIZED = CACHE.exists() and bool(re.search("^WAMPFCGI_SANITIZE:[A-Z]+=.", CACHE.read_text(), re.M))
# How much longer the programs may take with a sanitizer and without optimisation. What is to be done in time has so many
# times the time; where the amount is what takes it, there is so many times less to do.
SLOWDOWN = 5 if SANITIZED else 1
