"""run_tests.sh, which runs the tests for `make check`: its report about tests that do not pass at once."""
import subprocess
import unittest

from integration.deployment import main
from support.processes import Scratch
from support.servers import TOP


class SecondTries(unittest.TestCase):
    def run_tests(self, **scripts):
        """The exit status and output of a run of tests, each a shell script with its name."""
        scratch = Scratch()
        self.addCleanup(scratch.close)
        tests = "".join(f'add_test({name} "sh" "-c" "cd {scratch.path}; {script}")\n' for name, script in scripts.items())
        scratch.write("CTestTestfile.cmake", tests)
        run = subprocess.run([TOP / "tests/support/run_tests.sh", scratch.path, "2"], capture_output=True, text=True,
                             timeout=60)
        return run.returncode, run.stdout

    def test_test_that_passes_only_at_the_second_try_is_named_at_the_end(self):
        status, output = self.run_tests(steady="true", shaky="test -e tried || { touch tried; exit 1; }", last="true")
        self.assertEqual(status, 0, output)
        self.assertTrue(output.endswith("Passed only at the second try:\n    shaky\n"), output)

    def test_test_that_fails_twice_fails_the_run_and_is_not_named_as_passed(self):
        status, output = self.run_tests(broken="false")
        self.assertNotEqual(status, 0)
        self.assertIn("broken (Failed)", output)
        self.assertNotIn("second try", output)

    def test_nothing_is_said_where_all_pass_at_once(self):
        status, output = self.run_tests(steady="true")
        self.assertEqual(status, 0)
        self.assertNotIn("second try", output)


if __name__ == "__main__":
    main()
