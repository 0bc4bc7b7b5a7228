"""What `make deps-check` installs and shows, on a machine whose apt, npm and sudo only write down what is asked of them."""
import os
import pathlib
import shutil
import subprocess
import unittest

from support.processes import Scratch

SCRIPT = pathlib.Path(__file__).resolve().parents[1] / "support/install-deps.sh"
TOOLS = "sh sed grep mkdir rm cp cmp dirname cat tail head env touch".split()
APT = r"""
case "$*" in
    *-s*install\ npm*) echo "Inst node-semver (7.3 Debian)"; echo "Inst libssl3 [3.0] (3.1 Debian)"; echo "Inst npm (9.2 Debian)" ;;
    *Status-Fd=3*)
        echo "Unpacking g++"
        [ -z "$FAILS" ] || { echo "E: no space left" >&2; exit 100; }
        for percent in 0.5 7.0 49.9 100.0; do echo "dlstatus:1:$percent:Retrieving" >&3; done
        for percent in 0.5 7.0 49.9; do echo "pmstatus:g++:$percent:Unpacking" >&3; done ;;
    *download*) while [ "$1" != download ]; do shift; done; shift; for each in "$@"; do echo > "${each}_1_all.deb"; done ;;
esac
"""
DPKG = """
case $1 in
    --compare-versions) exit 0 ;;
    -x) case $2 in *npm_1*) mkdir -p "$3/usr/share/nodejs/npm/bin" ;; esac ;;
esac
"""
NPM = r"""
mkdir -p node_modules
while read -r line; do
    case $line in *integrity*) echo "npm http fetch GET 200 https://registry.invalid/x.tgz 3ms (cache miss)" ;; esac
done <package-lock.json
"""


class Deps(unittest.TestCase):
    def setUp(self):
        self.scratch = self.enterContext(Scratch())
        self.folder = self.scratch.folder("bin")
        for tool in TOOLS:
            (self.folder / tool).symlink_to(shutil.which(tool))
        self.fake("id", "echo 1000")
        # Of what it is asked to do as root, only what is played here.
        self.fake("sudo", 'shift 2; case "$1" in sh | apt-get) exec "$@" ;; tee) cat >/dev/null ;; esac')
        self.fake("apt-get", APT)
        self.fake("apt-cache", "echo Version: 1.83.0")
        self.fake("dpkg", DPKG)
        self.fake("dpkg-query", "exit 1")
        self.fake("npm", NPM)

    def fake(self, name, does):
        file = self.folder / name
        file.write_text(f'#!/bin/sh\necho "{name} $*" >>"{self.scratch.path}/asked"\n{does}\n')
        file.chmod(0o755)

    def run_script(self, **environment):
        run = subprocess.run([SCRIPT, self.scratch.path / "deps", "tests"], capture_output=True, text=True, timeout=60,
                             env={"PATH": str(self.folder), **environment}, stdin=subprocess.DEVNULL)
        self.asked = (self.scratch.path / "asked").read_text().splitlines()
        return run

    def shown(self, run):
        return [line.removeprefix("deps: ") for line in run.stdout.splitlines() if "%" in line]

    def test_how_far_it_is_is_shown_in_few_lines(self):
        run = self.run_script()

        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertEqual(self.shown(run), [
            *(f"packages fetched: {percent} %" for percent in (0, 40, 100)),
            *(f"packages installed: {percent} %" for percent in (0, 40)),
            *(f"npm packages fetched: {percent} %" for percent in (0, 20, 40, 60, 80, 100))])
        self.assertNotIn("Unpacking g++", run.stdout)

    def test_packages_that_cannot_be_installed_end_it_with_what_apt_said(self):
        run = self.run_script(FAILS="yes")

        self.assertNotEqual(run.returncode, 0)
        self.assertIn("Unpacking g++\nE: no space left\n", run.stdout)
        self.assertNotIn("everything is there", run.stdout)

    def test_a_web_server_that_the_distribution_does_not_have_is_left_out(self):
        self.run_script()
        self.assertRegex(self.installed(), r" haproxy caddy h2o\b")

        self.fake("apt-cache", 'case "$*" in *h2o) exit 100 ;; *) echo Version: 1.83.0 ;; esac')
        run = self.run_script()
        self.assertEqual((run.returncode, run.stderr), (0, "deps: no package h2o here, going on without it\n"))
        self.assertRegex(self.installed(), r" haproxy caddy(?! h2o)")

    def test_of_two_stores_and_two_releases_of_clang_that_is_installed_which_fits(self):
        self.run_script()
        self.assertRegex(self.installed(), r" valkey-server .* clang-format-14 clang-tidy-14\b")

        self.fake("apt-cache", 'case "$*" in *valkey*) exit 100 ;; *clang*) echo Version: 1:14.0-55 ;; *) echo Version: 1.74 ;; esac')
        self.run_script()
        self.assertRegex(self.installed(), r" redis-server .* clang-format clang-tidy\b")

    def installed(self):
        """The last command that installs packages."""
        return [line for line in self.asked if line.startswith("apt-get") and "Status-Fd=3" in line][-1]

    def test_npm_of_the_machine_is_used(self):
        self.run_script()

        self.assertTrue([line for line in self.asked if line.startswith("npm ci --ignore-scripts")], self.asked)
        self.assertFalse([line for line in self.asked if " download " in line], self.asked)

    def test_npm_is_unpacked_and_not_installed_where_there_is_none(self):
        (self.folder / "npm").unlink()
        self.fake("node", f'[ -d "$NODE_PATH/npm" ] || exit 1\n{NPM}')

        run = self.run_script()

        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertIn("everything is there", run.stdout)
        self.assertNotIn(" npm", self.installed())
        [downloaded] = [line for line in self.asked if " download " in line]
        self.assertTrue(downloaded.endswith(" download node-semver npm"), downloaded)
        self.assertFalse(os.path.exists(self.scratch.path / "deps/.npm"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
