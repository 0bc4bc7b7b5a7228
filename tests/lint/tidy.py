#!/usr/bin/env python3
"""Runs clang-tidy over the sources of the program, several at a time, as BUILD compiles them. Findings are kept under
BUILD/tidy, so that only what has changed is looked at again.
usage: tidy.py BUILD [FILE...]      (FILE: only this one, below src, by itself)"""
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

RELEASE = "14"  # Debian 12's; others find other things, and the build treats warnings as errors for known compilers only
INCLUDED = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
FINDING = re.compile(r"(.+?:\d+:\d+): (?:warning|error): (.* \[[\w.-]+)(?:,-warnings-as-errors)?\]$", re.M)
SLOW = ("boost/beast", "autobahn/")  # what includes these takes as long as all others together; lint.py leaves it to `make tidy`


class NotHere(Exception):
    """There is nothing that clang-tidy could be run with, or for."""


class Unit:
    """One compilation and its flags: of a source, or of a file of the build that includes several."""

    def __init__(self, top, file, flags):
        self.top, self.file, self.flags = top, pathlib.Path(file), flags
        self.texts = {}
        self.read(self.file)
        self.sources = [path for path in self.texts if path.suffix == ".cpp" and path.is_relative_to(top / "src")]
        self.slow = any(header in text for text in self.texts.values() for header in SLOW)

    def read(self, path):
        """Collects the text of this file and of the project's files that it includes."""
        self.texts[path] = path.read_text()
        for name in INCLUDED.findall(self.texts[path]):
            for folder in (self.top / "include", self.top / "src"):
                if (folder / name).is_file() and folder / name not in self.texts:
                    self.read(folder / name)

    def key(self):
        known = [(self.top / ".clang-tidy").read_text(), self.flags, *sorted(map(str, self.texts)), *sorted(self.texts.values())]
        return hashlib.sha256(json.dumps(known).encode()).hexdigest()

    def run(self):
        command = [tool_named(), "--quiet", f"--config-file={self.top}/.clang-tidy", self.file, "--", *self.flags]
        ran = subprocess.run(command, cwd=self.top, capture_output=True, text=True)
        found = [f"{os.path.relpath(place, self.top)}: {what}]" for place, what in FINDING.findall(ran.stdout)]
        if ran.returncode and not found:
            raise RuntimeError(f"clang-tidy ended with {ran.returncode} for {self.file}: {(ran.stderr or ran.stdout)[-500:]}")
        return found


def flags_of(command):
    """Drops the compiler, its input and its output. Hides the name of a precompiled header from the driver, which would
    take g++'s compiled form of it."""
    words = shlex.split(command)
    words = words[next(at for at, word in enumerate(words) if word.startswith("-")):]
    flags, rest = [], iter(words)
    for word in rest:
        if word in ("-o", "-MF", "-MT"):
            next(rest)
        elif word == "-include":
            flags += ["-Xclang", "-include", "-Xclang", next(rest)]
        elif word.startswith("-") and word not in ("-c", "-MD", "-Winvalid-pch"):
            flags.append(word)
        elif flags and flags[-1] in ("-isystem", "-I"):
            flags.append(word)
    return flags


def units(top, build):
    commands = build / "compile_commands.json"
    if not commands.exists():
        raise NotHere(f"no compile_commands.json in {build}, clang-tidy not run (make)")
    made = (Unit(top, each["file"], flags_of(each["command"])) for each in json.loads(commands.read_text())
            if pathlib.Path(each["file"]).exists() and "/tests/" not in each["file"])
    return [each for each in made if each.sources]


@functools.cache
def tool_named(tool="clang-tidy"):
    """The tool's command in the release that is known here, or None."""
    for command in (tool, f"{tool}-{RELEASE}"):
        if shutil.which(command) and f"version {RELEASE}." in subprocess.run([command, "--version"], capture_output=True, text=True).stdout:
            return command
    return None


def show(done, count):
    if sys.stderr.isatty():
        print(f"\r\033[Klint: clang-tidy {done * 100 // count} %" + ("\r\033[K" if done == count else ""), end="", file=sys.stderr, flush=True)
    elif done == count or done % 8 == 0:
        print(f"lint: clang-tidy: {done} of {count}", file=sys.stderr, flush=True)


def mistakes(top, build, files=(), with_slow=True):
    """What clang-tidy finds, a line each. Raises NotHere."""
    if not tool_named():
        raise NotHere(f"no clang-tidy {RELEASE} here: sources are checked with that release only, skipped")
    looked_at = units(top, build)
    if files:
        wanted = [path.resolve() for path in map(pathlib.Path, files)]
        looked_at = [Unit(top, path, each.flags) for each in looked_at for path in wanted if path in each.sources]
        if unknown := {*wanted} - {each.file for each in looked_at}:
            raise NotHere(f"{build} compiles no {unknown.pop()}")
    elif not with_slow:
        looked_at = [each for each in looked_at if not each.slow]
    kept = build / "tidy"
    kept.mkdir(exist_ok=True)
    answers = {each: kept / each.key() for each in looked_at}
    fresh = [each for each in looked_at if not answers[each].exists()]
    fresh.sort(key=lambda each: not each.slow)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        running = {pool.submit(each.run): each for each in fresh}
        for done, future in enumerate(concurrent.futures.as_completed(running), 1):
            answers[running[future]].write_text(json.dumps(future.result()))
            show(done, len(fresh))
    found = {line: None for each in looked_at for line in json.loads(answers[each].read_text())}
    return list(found)


if __name__ == "__main__":
    try:
        lines = mistakes(pathlib.Path(__file__).resolve().parents[2], pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:])
    except NotHere as reason:
        sys.exit(f"tidy: {reason}")
    print("\n".join(lines) or "tidy: nothing found")
    sys.exit(1 if lines else 0)
