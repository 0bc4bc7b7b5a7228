"""What `make check-debian13` shows of a bare system and leaves behind, with namespaces that only say what would run in them."""
import subprocess
import sys
import unittest

from support.build import TOP
from support.processes import AS_ROOT, Scratch

UNSHARE = """#!/bin/sh
for last; do :; done
echo "ran $last"
[ "$last" != "make check JOBS=3" ] || [ ! -e "${0%unshare}fails" ] || { printf '%s\\n' '50% tests passed, 1 tests failed out of 2' '    unit.core (Failed)'; exit 8; }
"""
APT_GET = "#!/bin/sh\n" + "\n".join(
    f"echo 'Debian|{release}|main|http://mirror.invalid/{folder}'" for release, folder in (
        ("bookworm-updates", "debian"), ("bookworm", "debian"), ("bookworm-security", "debian-security")))

# What runs inside gets a PATH of its own, in which the namespaces are looked up too.
WITH_THESE = """
import os
from support import check_debian, clean_root
check_debian.PATH = clean_root.PATH = os.environ["PATH"]
check_debian.main("trixie", "3")
"""


class CheckDebian(unittest.TestCase):
    def setUp(self):
        self.scratch = self.enterContext(Scratch())
        self.folder, self.build = self.scratch.folder("bin"), self.scratch.folder("build")
        self.fake("unshare", UNSHARE)
        self.fake("debootstrap", "#!/bin/sh")

    def fake(self, name, script):
        (self.folder / name).write_text(script)
        (self.folder / name).chmod(0o755)

    def run_python(self, *arguments, **environment):
        return subprocess.run([sys.executable, "-B", *arguments], cwd=TOP / "tests", capture_output=True, text=True, timeout=120,
                              env={"PATH": f"{self.folder}:/usr/sbin:/usr/bin:/sbin:/bin", "WAMPFCGI_BUILD": str(self.build),
                                   **environment})

    def check(self, **environment):
        system = self.scratch.folder("system")
        for name in ("etc/apt/apt.conf.d", "etc/dpkg", "srv"):
            (system / name).mkdir(parents=True, exist_ok=True)
        subprocess.run(["tar", "--create", "--file", self.build / "trixie-minbase.tar", "--directory", system, "."], check=True)
        return self.run_python("-c", WITH_THESE, **environment)

    @unittest.skipUnless(AS_ROOT and (TOP / ".git").exists(), "needs root and a checkout")
    def test_what_fails_is_named_after_the_summary_and_the_system_is_removed(self):
        for failed in (None, "failed on Debian trixie: make check JOBS=3\n"):
            with self.subTest(failed=failed):
                if failed:
                    self.scratch.write("bin/fails", "")
                run = self.check()

                self.assertEqual((run.returncode, run.stderr), (1, failed) if failed else (0, ""), run.stdout)
                shown = [line.removeprefix("ran ") for line in run.stdout.splitlines() if line.startswith("ran make")]
                self.assertEqual(shown, ["make demo ONCE=1 JOBS=3", "make check JOBS=3", "make package JOBS=3"])
                if failed:
                    self.assertTrue(run.stdout.endswith("trixie: 50% tests passed, 1 tests failed out of 2\n    unit.core (Failed)\n"))
                self.assertEqual([path.name for path in self.build.iterdir()], ["trixie-minbase.tar"])

    @unittest.skipUnless(AS_ROOT and (TOP / ".git").exists(), "needs root and a checkout")
    def test_the_system_is_kept_on_request_with_a_clone_of_the_last_commit(self):
        run = self.check(KEEP="1")

        self.assertEqual(run.returncode, 0, run.stderr)
        root = self.build / "trixie-checked/root"
        self.assertIn(f"kept: {root}\n", run.stdout)
        last = [subprocess.run(["git", "-C", folder, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout
                for folder in (TOP, root / "srv/wamp-fcgi")]
        self.assertEqual(last[0], last[1])

    def test_without_namespaces_it_says_so(self):
        self.fake("unshare", "#!/bin/sh\nexit 1")

        run = self.run_python("-m", "support.check_debian", "trixie")

        self.assertEqual((run.returncode, run.stderr), (1, "check on Debian trixie: needs root, and mount namespaces\n"))

    def test_another_release_comes_from_the_mirror_of_this_one(self):
        self.fake("apt-get", APT_GET)
        script = "from support import clean_root as c; c.distribution = lambda: ('debian', 'bookworm'); print(*c.repositories('trixie'), sep='\\n')"

        run = self.run_python("-c", script)

        self.assertEqual(run.stdout, "deb http://mirror.invalid/debian trixie main\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)
