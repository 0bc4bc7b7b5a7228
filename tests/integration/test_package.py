"""The Debian package: lintian's report, its content, and that it is reproducible."""
import pathlib
import re
import shutil
import subprocess
import unittest

from integration.deployment import main
from support.package import make_package
from support.processes import Scratch

EPOCH = 1700000000


def output_of(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


@unittest.skipUnless(shutil.which("dpkg-shlibdeps"), "dpkg-dev is not installed (make deps-check)")
class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = Scratch()
        cls.addClassCleanup(scratch.close)
        cls.folder = scratch.path
        cls.package = make_package(scratch.path / "first", EPOCH)

    def field(self, name):
        return output_of("dpkg-deb", "--field", self.package, name).strip()

    def content(self):
        """The mode, owner and size of every file and folder, by path."""
        rows = (line.split(maxsplit=5) for line in output_of("dpkg-deb", "--contents", self.package).splitlines())
        return {row[5].removeprefix("./"): row[:3] for row in rows}

    def unpacked(self):
        folder = self.folder / "unpacked"
        if not folder.exists():
            output_of("dpkg-deb", "--raw-extract", self.package, folder)
        return folder

    @unittest.skipUnless(shutil.which("lintian"), "lintian is not installed (make deps-check)")
    def test_lintian_finds_no_errors_and_no_warnings(self):
        run = subprocess.run(["lintian", "--fail-on", "error,warning", "--tag-display-limit", "0", self.package],
                             capture_output=True, text=True, timeout=300)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_two_packages_of_one_build_are_the_same(self):
        again = make_package(self.folder / "second", EPOCH)
        self.assertEqual(again.name, self.package.name)
        self.assertEqual(again.read_bytes(), self.package.read_bytes())

    def test_libraries_that_the_program_is_linked_with_are_needed(self):
        for package in ("libc6", "libssl3", "libstdc++6"):
            self.assertRegex(self.field("Depends"), rf"\b{re.escape(package)}\w* \(>= ")

    def test_everything_is_root_s_and_nobody_else_can_write(self):
        for path, (mode, owner, _) in self.content().items():
            wanted = "drwxr-xr-x" if path.endswith("/") else "-rwxr-xr-x" if "/bin/" in path else "-rw-r--r--"
            self.assertEqual((path, mode, owner), (path, wanted, "root/root"))

    def test_documents_are_where_debian_has_them(self):
        files = self.content()
        for path in ("man/man8/wamp-fcgi.8.gz", "man/man5/wamp-fcgi-config.5.gz", "doc/wamp-fcgi/copyright",
                     "doc/wamp-fcgi/changelog.gz", "doc/wamp-fcgi/changelog.Debian.gz",
                     "doc/wamp-fcgi/examples/config.json", "doc/wamp-fcgi/examples/shared-hosting/caller.fcgi",
                     "wamp-fcgi/config.schema.json"):
            self.assertIn(f"usr/share/{path}", files)

    def test_units_and_users_are_where_systemd_has_them(self):
        files = self.content()
        for path in ("systemd/system/wamp-fcgi.service", "systemd/system/wamp-fcgi.socket",
                     "systemd/system/wamp-fcgi-failed.target", "sysusers.d/wamp-fcgi.conf",
                     "tmpfiles.d/wamp-fcgi.conf"):
            self.assertIn(f"usr/lib/{path}", files)

    def test_unit_and_samples_name_the_installed_program(self):
        usr = self.unpacked() / "usr"
        self.assertIn("\nExecStart=/usr/bin/wamp-fcgi ", (usr / "lib/systemd/system/wamp-fcgi.service").read_text())
        for sample in filter(pathlib.Path.is_file, (usr / "share/doc/wamp-fcgi/examples").rglob("*")):
            self.assertNotIn("/usr/local", sample.read_text(), sample.name)

    def test_nothing_is_installed_in_etc(self):
        self.assertEqual([path for path in self.content() if path.startswith("etc")], [])

    def test_program_is_stripped(self):
        sections = output_of("readelf", "--section-headers", "--wide", self.unpacked() / "usr/bin/wamp-fcgi")
        self.assertNotIn(" .symtab ", sections)
        self.assertIn(" .text ", sections)


if __name__ == "__main__":
    main()
