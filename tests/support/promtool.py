"""Owns Prometheus' promtool, for tests of what Prometheus reads."""
import os
import shutil
import subprocess

from support.build import TOP

PROMTOOL = shutil.which("promtool") or shutil.which(TOP / "build/deps/usr/bin/promtool")


def missing():
    """Why tests that need it are skipped. Never when `make check-anywhere` runs them."""
    if PROMTOOL or "WAMPFCGI_ANYWHERE" in os.environ:
        return None
    return "there is no promtool (make check-anywhere brings it)"


def promtool(*arguments, **how):
    """Returns exit status and complete output."""
    done = subprocess.run([PROMTOOL, *map(str, arguments)], capture_output=True, text=True, timeout=60, **how)
    return done.returncode, done.stdout + done.stderr
