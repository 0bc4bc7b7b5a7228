"""Owns Prometheus' promtool, for the tests that show it what it is to read."""
import os
import shutil
import subprocess

from support.build import TOP

PROMTOOL = shutil.which("promtool") or shutil.which(TOP / "build/deps/usr/bin/promtool")


def missing():
    """Why the tests that need it are skipped. Never where they are run anywhere."""
    if PROMTOOL or "WAMPFCGI_ANYWHERE" in os.environ:
        return None
    return "there is no promtool (make check-anywhere brings it)"


def promtool(*arguments, **how):
    """Exit status, and all that it says."""
    done = subprocess.run([PROMTOOL, *map(str, arguments)], capture_output=True, text=True, timeout=60, **how)
    return done.returncode, done.stdout + done.stderr
