#!/usr/bin/env python3
"""Holds every #include against allowed_includes.txt, and the formatting against .clang-format where that is installed."""
import pathlib
import re
import shutil
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
top = here.parent.parent
libraries = {"boost/asio", "boost/json", "boost/system", "boost/thread", "boost/beast", "openssl", "msgpack", "autobahn", "fcgi"}


def rules():
    table = {}
    for line in (here / "allowed_includes.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            module, modules, libs = (part.split() for part in line.split("|"))
            table[module[0]] = (set(modules) | {module[0]}, set(libs))
    return table


def library_of(header):
    for library in libraries:
        if header == library or re.match(re.escape(library) + r"[./]", header):
            return library
    if header.startswith("fcgi"):
        return "fcgi"
    return header.split("/")[0] + "/" + header.split("/")[1].split(".")[0] if header.startswith("boost/") else None


def include_mistakes():
    table = rules()
    for root in ("include/wampfcgi", "src"):
        for path in sorted((top / root).glob("*/**/*.[ch]pp")):
            module = path.relative_to(top / root).parts[0]
            modules, libs = table[module]
            for number, line in enumerate(path.read_text().splitlines(), 1):
                where = f"{path.relative_to(top)}:{number}"
                own = re.match(r'#include "(?:wampfcgi/)?(\w+)/', line)
                if own and own[1] not in modules:
                    yield f"{where}: {module} must not include {own[1]}"
                foreign = re.match(r"#include <([^>]+)>", line)
                library = library_of(foreign[1]) if foreign else None
                if library and library not in libs:
                    yield f"{where}: {module} must not include {library}"
                if module != "process" and re.search(r"\b(fork|setuid|setgid)\(", line):
                    yield f"{where}: only process forks and changes users"


def format_mistakes():
    if not shutil.which("clang-format"):
        print("lint: no clang-format here, formatting not looked at")
        return
    files = subprocess.run(["git", "ls-files", "*.cpp", "*.hpp"], cwd=top, capture_output=True, text=True, check=True)
    names = files.stdout.split()
    run = subprocess.run(["clang-format", "--dry-run", *names], cwd=top, capture_output=True, text=True)
    for name in sorted({line.split(":")[0] for line in run.stderr.splitlines() if "warning:" in line}):
        yield f"{name}: not formatted (make format)"


mistakes = [*include_mistakes(), *format_mistakes()]
print("\n".join(mistakes) if mistakes else "lint: nothing found")
sys.exit(1 if mistakes else 0)
