#!/usr/bin/env python3
"""Checks every #include against allowed_includes.txt, the files made from the configuration's schema against it, the
shell and Python files with shellcheck and pyflakes, the formatting with clang-format, and the sources of the program with
clang-tidy, as BUILD (build) compiles them. Skips tools that are not installed.
usage: lint.py [TOP]"""
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True  # none in the source tree
import tidy

here = pathlib.Path(__file__).resolve().parent
top = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else here.parent.parent
libraries = {"boost/asio", "boost/json", "boost/system", "boost/thread", "boost/beast", "openssl", "msgpack", "autobahn", "fcgi", "hiredis"}
still_relative = {"replay"}  # modules with includes not written out yet


class Rule:
    """What the files of a module, or of a room (a folder in a module), may include."""

    def __init__(self, line):
        owner, targets, libs, *traits = ([word for word in part.split()] for part in line.split("|"))
        self.owner, self.targets, self.libraries = owner[0], {*targets, owner[0]}, set(libs)
        self.pure = ["pure"] in traits


def rules():
    lines = (top / "tests/lint/allowed_includes.txt").read_text().splitlines()
    table = [Rule(line) for line in lines if line.strip() and not line.startswith("#")]
    return {rule.owner: rule for rule in table}


def library_of(header):
    for library in libraries:
        if header == library or re.match(re.escape(library) + r"[./]", header):
            return library
    if header.startswith("fcgi"):
        return "fcgi"
    return header.split("/")[0] + "/" + header.split("/")[1].split(".")[0] if header.startswith("boost/") else None


class Place:
    """The module of a file, and its room if it is in one ("fcgi/records", else "fcgi")."""

    def __init__(self, path):
        folders = path.split("/")[:-1]
        self.module, self.room = folders[0], "/".join(folders[:2])


def own_include_mistake(place, target, rule):
    """Why a file may not include another one of the project, or None. `target` is the text in the quotes."""
    other = Place(target.removeprefix("wampfcgi/"))
    if other.module != place.module and not target.startswith("wampfcgi/"):
        return f"{place.module} must not include {target}, which is {other.module}'s own"
    # If its room has a rule, a file may include only the rooms of its own module that the rule names.
    wanted = other.room if other.module == place.module and rule.owner != place.module else other.module
    return None if wanted in rule.targets else f"{rule.owner} must not include {wanted}"


def rule_mistakes(table):
    for rule in table.values():
        module = table.get(rule.owner.split("/")[0])
        beyond = {target for target in rule.targets if "/" not in target} - (module.targets if module else set())
        if beyond or not rule.libraries <= module.libraries:
            yield f"allowed_includes.txt: {rule.owner} may include what its module may not"


def include_mistakes():
    table = rules()
    yield from rule_mistakes(table)
    with_rooms = {owner.split("/")[0] for owner in table if "/" in owner}
    for root in ("include/wampfcgi", "src"):
        for path in sorted((top / root).glob("*/**/*.[ch]pp")):
            place = Place(str(path.relative_to(top / root)))
            rule = table.get(place.room) or table[place.module]
            if place.room != place.module and place.module in with_rooms and place.room not in table:
                yield f"{path.relative_to(top)}: the room {place.room} is not in allowed_includes.txt"
            for number, line in enumerate(path.read_text().splitlines(), 1):
                for mistake in line_mistakes(line, place, rule):
                    yield f"{path.relative_to(top)}:{number}: {mistake}"


def line_mistakes(line, place, rule):
    if own := re.match(r'#include "([^"]+)"', line):
        if "/" not in own[1] and place.module not in still_relative:
            yield f'"{own[1]}" is relative: write "{place.room}/{own[1]}"'
        elif "/" in own[1] and (mistake := own_include_mistake(place, own[1], rule)):
            yield mistake
    if foreign := re.match(r"#include <([^>]+)>", line):
        library = library_of(foreign[1])
        if library and library not in rule.libraries:
            yield f"{rule.owner} must not include {library}"
        if rule.pure and not library and foreign[1].endswith(".h"):
            yield f"{rule.owner} is pure and must not include the operating system's {foreign[1]}"
    if place.module != "process" and re.search(r"\b(fork|setuid|setgid)\(", line):
        yield "only process forks and changes users"


def tracked(*patterns):
    files = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=top, capture_output=True, text=True, check=True)
    return [name for name in files.stdout.split("\0") if name and (top / name).exists()]


def is_there(tool):
    if shutil.which(tool):
        return True
    print(f"lint: no {tool} here, not looked at what it looks at")
    return False


def format_mistakes():
    formatter = tidy.tool_named("clang-format")
    if not formatter:
        print(f"lint: no clang-format {tidy.RELEASE} here: formatting is checked with that release only, skipped")
        return
    run = subprocess.run([formatter, "--dry-run", *tracked("*.cpp", "*.hpp")], cwd=top, capture_output=True, text=True)
    for name in sorted({line.split(":")[0] for line in run.stderr.splitlines() if "warning:" in line}):
        yield f"{name}: not formatted (make format)"


def shell_scripts():
    for name in tracked(":!tests/fuzz/seeds", ":!tests/fuzz/crashes"):
        with open(top / name, "rb") as file:
            if re.match(rb"#!.*\bsh$|#!.*\bbash$", file.readline().strip()):
                yield name


def shell_mistakes():
    if not is_there("shellcheck"):
        return
    run = subprocess.run(["shellcheck", "--format=gcc", *shell_scripts()], cwd=top, capture_output=True, text=True)
    yield from run.stdout.splitlines()


def python_mistakes():
    """Ignores lines with `noqa`."""
    if not is_there("pyflakes3"):
        return
    run = subprocess.run(["pyflakes3", *tracked("*.py")], cwd=top, capture_output=True, text=True)
    for mistake in (run.stdout + run.stderr).splitlines():
        found = re.match(r"([^:]+):(\d+):", mistake)
        if not found or "# noqa" not in (top / found[1]).read_text().splitlines()[int(found[2]) - 1]:
            yield mistake


def schema_mistakes():
    script = top / "etc/from_schema"
    if script.exists():
        run = subprocess.run(["python3", "-B", script, "--check"], capture_output=True, text=True)
        yield from (run.stdout + run.stderr).splitlines()


def tidy_mistakes():
    try:
        yield from tidy.mistakes(top, top / os.environ.get("BUILD", "build"), with_slow=False)
    except tidy.NotHere as reason:
        print(f"lint: {reason}")


mistakes = [*schema_mistakes(), *include_mistakes(), *shell_mistakes(), *python_mistakes(), *format_mistakes(), *tidy_mistakes()]
print("\n".join(mistakes) if mistakes else "lint: nothing found")
sys.exit(1 if mistakes else 0)
