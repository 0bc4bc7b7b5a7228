"""Counts what a request costs: instructions on the path from body to CALL and from RESULT to response (path.cpp), and
instructions, memory allocations and system calls of a whole worker (whole_worker.py). Counts are repeatable, unlike
times. From tests/:
    python3 -B -m bench.counts check|record
`check` fails when a figure is more than 5 % over the one in counts.json. The figures depend on the compiler and
the libraries: if these differ from the recorded ones, nothing is compared."""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from bench import whole_worker
from bench.goals import Row, at_most
from support.servers import BUILD

RECORDED = pathlib.Path(__file__).resolve().with_name("counts.json")
KINDS = {"small": "45 bytes", "signed": "45 bytes, signed", "limited": "45 bytes, limited", "large": "4 KiB"}
FEW, MANY = 1000, 2000
MAY_GROW = 0.05
GOALS = {"instructions, 45 bytes: whole worker": 16000, "instructions, 45 bytes, signed: whole worker": 24000,
         "allocations, 45 bytes: whole worker": 12, "system calls, 45 bytes, a connection each: whole worker": 8,
         "system calls, 45 bytes, kept connection: whole worker": 6}


def count(kind, requests, way):
    """The instructions of a whole run."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", BUILD / "bench-path", kind,
                   str(requests), way]
        run = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(re.search(r"Collected : (\d+)", run.stderr)[1])


def a_request(kind, way):
    """The instructions per request, without those executed once in a run."""
    return round((count(kind, MANY, way) - count(kind, FEW, way)) / (MANY - FEW))


def measure():
    figures = {}
    for number, (kind, name) in enumerate(KINDS.items(), 1):
        print(f"counting instructions, {number} of {len(KINDS)}: {name}", file=sys.stderr, flush=True)
        call = a_request(kind, "call")
        figures[f"instructions, {name}: body to CALL"] = call
        if kind in ("small", "large"):
            figures[f"instructions, {name}: RESULT to response"] = a_request(kind, "whole") - call
    print("counting what a whole worker does", file=sys.stderr, flush=True)
    return {**figures, **whole_worker.figures()}


def first_line(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]


def made_with():
    """What the figures depend on: compiler and options, C library and OpenSSL, valgrind, and the processor's
    features."""
    cache = dict(re.findall(r"^(CMAKE_\w+|WAMPFCGI_SANITIZE):\w+=(.*)$", (BUILD / "CMakeCache.txt").read_text(), re.M))
    return {"compiler": first_line(cache["CMAKE_CXX_COMPILER"], "--version"),
            "options": f"{cache['CMAKE_BUILD_TYPE'] or 'Release'} {cache['CMAKE_CXX_FLAGS']} {cache['WAMPFCGI_SANITIZE']}".strip(),
            "libc": first_line("ldd", "--version"), "openssl": first_line("openssl", "version"),
            "valgrind": first_line("valgrind", "--version"),
            "avx2": " avx2 " in pathlib.Path("/proc/cpuinfo").read_text()}


def rows():
    if not (shutil.which("valgrind") and shutil.which("strace")):
        return
    recorded = json.loads(RECORDED.read_text())["figures"]
    for name, figure in measure().items():
        yield Row("counted", name, figure, yardstick=recorded.get(name), goal=at_most(GOALS[name]) if name in GOALS else None)


def not_comparable(recorded, here):
    """What differed when the figures were recorded."""
    return [f"{name} is {here[name]!r}, recorded with {value!r}" for name, value in recorded.items() if here[name] != value]


def grown(recorded, measured):
    """The names of figures that have grown too much, or were not recorded."""
    return [name for name, figure in measured.items() if figure > recorded.get(name, 0) * (1 + MAY_GROW)]


def check():
    """Returns why the check fails; None when it passes."""
    if missing := [name for name in ("valgrind", "strace") if not shutil.which(name)]:
        return f"bench-check: no {' and no '.join(missing)} here (make deps-bench)"
    recorded = json.loads(RECORDED.read_text())
    if others := not_comparable(recorded["made_with"], made_with()):
        print("\n".join(f"bench-check: {line}" for line in others))
        print("bench-check: nothing compared; `make bench-record` records the figures of this machine")
        return None
    measured = measure()
    for name, figure in measured.items():
        print(f"bench-check: {name}: {figure}, {recorded['figures'].get(name)} recorded")
    if too_many := grown(recorded["figures"], measured):
        return f"bench-check: grown by more than {MAY_GROW:.0%}: {', '.join(too_many)}"
    return None


def record():
    figures = {"made_with": made_with(), "figures": measure()}
    RECORDED.write_text(json.dumps(figures, indent=4) + "\n")
    print(RECORDED.read_text(), end="")


if __name__ == "__main__":
    if sys.argv[1:] not in (["check"], ["record"]):
        sys.exit(__doc__)
    sys.exit(check() if sys.argv[1] == "check" else record())
