"""`make install`: which files it installs where, and that they refer to the installed program."""
import json
import os
import pathlib
import re
import shutil
import subprocess

from integration.deployment import DeploymentTest, main
from support.servers import BUILD, TOP

INSTALLED = {
    "bin/wamp-fcgi",
    "lib/systemd/system/wamp-fcgi-failed.target",
    "lib/systemd/system/wamp-fcgi.service",
    "lib/systemd/system/wamp-fcgi.socket",
    "lib/sysusers.d/wamp-fcgi.conf",
    "lib/tmpfiles.d/wamp-fcgi.conf",
    "share/doc/wamp-fcgi/CHANGELOG.md",
    "share/doc/wamp-fcgi/LICENSE",
    "share/doc/wamp-fcgi/README.md",
    "share/doc/wamp-fcgi/SECURITY.md",
    *(f"share/doc/wamp-fcgi/doc/{page.name}" for page in (TOP / "etc/doc").glob("*.md")),
    "share/man/man5/wamp-fcgi-config.5",
    "share/man/man8/wamp-fcgi.8",
    "share/wamp-fcgi/config.schema.json",
}
NO_SAMPLES = ("*.5", "*.8", "*.service", "*.socket", "*.target", "*.schema.json", "*.d/*")


def samples():
    etc = TOP / "etc"
    files = (path.relative_to(etc) for path in etc.rglob("*") if path.is_file())
    others = ("packaging", "doc", "console", "from_schema")
    names = {str(path) for path in files if path.parts[0] not in others and not any(map(path.match, NO_SAMPLES))}
    return {f"share/doc/wamp-fcgi/examples/{name}" for name in names | {"apache-example.conf"}}


class Install(DeploymentTest):
    def install(self, prefix, root="", target="install"):
        subprocess.run(["make", "--silent", "-C", TOP, target, f"BUILD={BUILD}", f"PREFIX={prefix}",
                        f"DESTDIR={root}"], check=True, capture_output=True, timeout=120,
                       env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")})
        return pathlib.Path(f"{root}{prefix}")

    def test_uninstall_removes_what_was_installed_and_nothing_else(self):
        folder = self.install("/usr/local", self.scratch.path / "root")
        for name in ("bin/other", "share/doc/other/README.md", "lib/sysusers.d/other.conf"):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).touch()
        self.install("/usr/local", self.scratch.path / "root", target="uninstall")
        files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        self.assertEqual(files, {"bin/other", "share/doc/other/README.md", "lib/sysusers.d/other.conf"})
        self.assertEqual(list(folder.rglob("*wamp-fcgi*")), [])

    def test_files_are_where_they_are_looked_for(self):
        folder = self.install("/usr/local", self.scratch.path / "root")
        files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        self.assertEqual(files, INSTALLED | samples())
        self.assertEqual([path for path in self.scratch.path.glob("root/*") if path.name != "usr"], [])

    def test_links_of_the_installed_documents_lead_somewhere(self):
        folder = self.install("/usr/local", self.scratch.path / "root") / "share/doc/wamp-fcgi"
        for page in (folder / "README.md", folder / "SECURITY.md", *folder.glob("doc/*.md")):
            for target in re.findall(r"\]\(([^)#\s]+)", re.sub(r"^```.*?^```", "", page.read_text(), flags=re.S | re.M)):
                if not target.startswith("http"):
                    self.assertTrue((page.parent / target).exists(), (page.name, target))

    def test_installed_program_runs(self):
        folder = self.install(self.scratch.path / "prefix")
        run = subprocess.run([folder / "bin/wamp-fcgi", "--version"], capture_output=True, text=True, timeout=30)
        self.assertRegex(run.stdout, r"^wamp-fcgi \d")

    def test_unit_and_samples_name_the_program_below_the_prefix_and_not_below_destdir(self):
        folder = self.install("/opt/wamp", self.scratch.path / "root")
        texts = {name: (folder / name).read_text() for name in samples() | {"lib/systemd/system/wamp-fcgi.service"}}
        named = {name for name, text in texts.items() if re.search(r"[\s\"=]/opt/wamp/bin/wamp-fcgi\b", text)}
        self.assertLessEqual({"lib/systemd/system/wamp-fcgi.service", "share/doc/wamp-fcgi/examples/lighttpd.conf",
                              "share/doc/wamp-fcgi/examples/apache-example.conf"}, named)
        for name, text in texts.items():
            self.assertNotIn("/usr/local", text, name)
            self.assertNotIn(str(self.scratch.path), text, name)

    def test_sample_names_the_schema_where_it_is(self):
        folder = self.install(self.scratch.path / "prefix")
        text = (folder / "share/doc/wamp-fcgi/examples/config.json").read_text()
        schema = re.search(r'"\$schema": "file://([^"]*)"', text)[1]
        self.assertIn("$schema", json.loads(pathlib.Path(schema).read_text()))

    def test_systemd_accepts_the_units(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("no systemd-analyze here")
        folder = self.install(self.scratch.path / "prefix") / "lib/systemd/system"
        run = subprocess.run(["systemd-analyze", "verify", "--man=no", folder / "wamp-fcgi.service",
                              folder / "wamp-fcgi.socket", folder / "wamp-fcgi-failed.target"], capture_output=True, text=True, timeout=60)
        self.assertEqual((run.returncode, run.stdout + run.stderr), (0, ""))

    def test_systemd_accepts_the_user(self):
        if not shutil.which("systemd-sysusers"):
            self.skipTest("no systemd-sysusers here")
        file = self.install(self.scratch.path / "prefix") / "lib/sysusers.d/wamp-fcgi.conf"
        run = subprocess.run(["systemd-sysusers", "--dry-run", file], capture_output=True, text=True, timeout=60)
        self.assertEqual(run.returncode, 0, run.stderr)


if __name__ == "__main__":
    main()
