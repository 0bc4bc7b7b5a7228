#!/usr/bin/env python3
"""Packs the portable program, with all that belongs to it, into wamp-fcgi-VERSION-linux-PROCESSOR.tar.xz.
usage: portable.py BUILD DEPS [FOLDER]   (needs BUILD/portable/wamp-fcgi; DEPS is where `make deps` has unpacked packages;
the archive goes to FOLDER, by default BUILD)

From the same sources and packages it makes the same bytes: the times are of SOURCE_DATE_EPOCH, the owners are root."""
import hashlib
import io
import lzma
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
HEADERS_ONLY = ("autobahn-cpp-dev", "libmsgpack-cxx-dev")  # the program has code of these, but no archive
MANUALS = ("man8/wamp-fcgi.8", "man5/wamp-fcgi-config.5")
LICENSES = """# Licences of what is in the program

wamp-fcgi itself is under the Boost Software License, see ../LICENSE. The program contains code of these Debian packages, whose
licences are in the file of each package's name:

{packages}

glibc is under the LGPL 2.1. Debian has the sources of each package under its name and version. To link the program with
another version of any of them, install it and run `make portable` in wamp-fcgi's sources.
"""


def run(*command, **more):
    return subprocess.run(command, check=True, capture_output=True, text=True, **more).stdout


def linked_packages(build, deps):
    """The packages of what the linker has used, as (name, version, file with its licence)."""
    used = set(re.findall(r"^LOAD (/\S+)", (build / "portable/map").read_text(), re.M))
    files = {os.path.realpath(name) for name in used if not pathlib.Path(name).is_relative_to(build)}
    names = set(HEADERS_ONLY)
    for file in sorted(files):
        if deps in pathlib.Path(file).parents:
            names.add(unpacked_owner(deps, file))
        else:
            names.update(line.split(":")[0] for line in run("dpkg", "--search", file).splitlines())
    return [licensed(name, deps) for name in sorted(names)]


def unpacked_owner(deps, file):
    """The package of a library such as libboost_json.a among the unpacked ones."""
    stem = re.match(r"lib([a-z_]+)", pathlib.Path(file).name)[1].replace("_", "-")
    found = sorted(path.name for path in (deps / "usr/share/doc").glob(f"lib{stem}*-dev"))
    if not found:
        raise SystemExit(f"portable: no package under {deps} has {file}")
    return found[0]


def licensed(name, deps):
    for root in (pathlib.Path("/"), deps):
        text = root / "usr/share/doc" / name / "copyright"
        if text.exists():
            version = run("dpkg-query", "--show", "--showformat=${Version}", name) if root == pathlib.Path("/") else \
                re.search(r"^Version: (.*)$", run("apt-cache", "show", "--no-all-versions", name), re.M)[1]
            return name, version, text
    raise SystemExit(f"portable: the package {name} has no copyright file")


def collect(build, deps, root):
    """Fills the folder with what is packed."""
    stage = root.with_name("stage")
    run("cmake", "--install", build, "--prefix", "/usr/local", "--component", "Unspecified",
        env={**os.environ, "DESTDIR": str(stage)})
    documents = stage / "usr/local/share/doc/wamp-fcgi"
    shutil.copytree(documents, root)
    shutil.copytree(stage / "usr/local/share/man", root / "man")
    shutil.copytree(stage / "usr/local/lib", root / "systemd")
    for unit in (root / "systemd/systemd/system").iterdir():
        unit.rename(root / "systemd" / unit.name)
    shutil.rmtree(root / "systemd/systemd")
    shutil.copy(stage / "usr/local/share/wamp-fcgi/config.schema.json", root / "examples")
    sample = root / "examples/config.json"
    sample.write_text(re.sub(r'"file:[^"]*/config.schema.json"', '"./config.schema.json"', sample.read_text()))
    run("strip", "--strip-all", "-o", root / "wamp-fcgi", build / "portable/wamp-fcgi")
    for manual in MANUALS:
        text = run("groff", "-mandoc", "-Tascii", "-rLL=100n", "-P-c", "-P-b", "-P-u", "-P-o", root / "man" / manual)
        (root / "doc" / f"{pathlib.Path(manual).name}.txt").write_text(text)
    (root / "licenses").mkdir()
    packages = linked_packages(build, deps)
    for name, _, text in packages:
        shutil.copy(text, root / "licenses" / name)
    (root / "licenses/README.md").write_text(LICENSES.format(
        packages="\n".join(f"- {name} {version}" for name, version, _ in packages)))
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(root)}\n" for path in files_of(root)]
    (root / "SHA256SUMS").write_text("".join(sums))


def files_of(root):
    return sorted(path for path in root.rglob("*") if path.is_file())


def pack(root, archive, time):
    tar_bytes = io.BytesIO()
    with tarfile.open(fileobj=tar_bytes, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path in [root, *sorted(root.rglob("*"))]:
            entry = tar.gettarinfo(path, arcname=str(path.relative_to(root.parent)))
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = "root"
            entry.mtime = time
            program = path.is_dir() or os.access(path, os.X_OK)
            entry.mode = 0o755 if program else 0o644
            if path.is_file():
                with path.open("rb") as content:
                    tar.addfile(entry, content)
            else:
                tar.addfile(entry)
    archive.write_bytes(lzma.compress(tar_bytes.getvalue(), preset=6))


def main(build, deps, folder=None):
    if not shutil.which("dpkg"):
        raise SystemExit("portable: needs Debian or a distribution made from it, for the licences of its packages")
    version = re.search(r"VERSION ([\d.]+)", (TOP / "CMakeLists.txt").read_text().split("project(")[1])[1]
    name = f"wamp-fcgi-{version}-linux-{platform.machine()}"
    archive = (folder or build) / f"{name}.tar.xz"
    with tempfile.TemporaryDirectory() as scratch:
        root = pathlib.Path(scratch, name)
        collect(build, deps, root)
        pack(root, archive, int(os.environ["SOURCE_DATE_EPOCH"]))
    print(f"portable: {hashlib.sha256(archive.read_bytes()).hexdigest()}  {archive}")


if __name__ == "__main__":
    main(*(pathlib.Path(argument).resolve() for argument in sys.argv[1:4]))
