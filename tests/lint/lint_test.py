#!/usr/bin/env python3
"""What `make lint` reports and accepts, in a temporary tree."""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True  # none in the source tree
import tidy

TOP = pathlib.Path(__file__).resolve().parents[2]
LINT = TOP / "tests/lint/lint.py"
TABLE = """
core         |                    |
bridge       | core               |                       | pure
fcgi         | core bridge        | boost/asio fcgi
fcgi/records | core               |                       | pure
fcgi/accept  | core fcgi fcgi/records | boost/asio
"""


class Lint(unittest.TestCase):
    def setUp(self):
        self.top = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        subprocess.run(["git", "init", "--quiet", self.top], check=True)
        self.write("tests/lint/allowed_includes.txt", TABLE)

    def write(self, name, text):
        path = self.top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        subprocess.run(["git", "-C", self.top, "add", name], check=True)

    def found(self):
        run = subprocess.run([LINT, self.top], capture_output=True, text=True, timeout=60)
        lines = [line for line in run.stdout.splitlines() if not line.startswith("lint: no ")]
        self.assertEqual(run.returncode, lines != ["lint: nothing found"], run.stderr)
        return lines

    def assert_passes(self, name, line):
        self.write(name, line + "\n")
        self.assertEqual(self.found(), ["lint: nothing found"])

    def assert_refused(self, name, line, why):
        self.write(name, line + "\n")
        self.assertEqual(self.found(), [f"{name}:1: {why}"])

    def test_module_may_include_what_its_line_names(self):
        self.assert_passes("src/fcgi/server.cpp", '#include "wampfcgi/bridge/bridge.hpp"')
        self.assert_passes("src/fcgi/server.cpp", "#include <boost/asio/post.hpp>")
        self.assert_refused("src/bridge/x.cpp", '#include "wampfcgi/fcgi/server.hpp"', "bridge must not include fcgi")
        self.assert_refused("src/bridge/x.cpp", "#include <fcgiapp.h>", "bridge must not include fcgi")

    def test_module_may_not_include_what_is_another_ones_own(self):
        self.assert_refused("src/fcgi/x.cpp", '#include "bridge/rendering.hpp"',
                            "fcgi must not include bridge/rendering.hpp, which is bridge's own")

    def test_file_in_no_room_may_include_every_room_of_its_module(self):
        self.assert_passes("src/fcgi/server.cpp", '#include "fcgi/records/scanner.hpp"')

    def test_room_may_include_the_rooms_that_its_line_names(self):
        self.assert_passes("src/fcgi/accept/x.cpp", '#include "fcgi/records/scanner.hpp"')
        self.assert_passes("src/fcgi/accept/x.cpp", '#include "fcgi/accept/y.hpp"')
        self.assert_passes("src/fcgi/accept/x.cpp", '#include "wampfcgi/fcgi/server.hpp"')
        self.assert_refused("src/fcgi/records/x.cpp", '#include "fcgi/accept/y.hpp"',
                            "fcgi/records must not include fcgi/accept")

    def test_room_may_not_include_what_only_its_module_may(self):
        self.assert_refused("src/fcgi/accept/x.cpp", '#include "wampfcgi/bridge/bridge.hpp"',
                            "fcgi/accept must not include bridge")
        self.assert_refused("src/fcgi/accept/x.cpp", '#include <fcgiapp.h>', "fcgi/accept must not include fcgi")

    def test_room_may_not_include_the_files_in_no_room_unless_its_line_names_the_module(self):
        self.assert_refused("src/fcgi/records/x.cpp", '#include "fcgi/server.hpp"', "fcgi/records must not include fcgi")

    def test_pure_files_may_not_include_the_operating_system(self):
        self.assert_refused("src/fcgi/records/x.cpp", "#include <sys/socket.h>",
                            "fcgi/records is pure and must not include the operating system's sys/socket.h")
        self.assert_refused("src/fcgi/records/x.cpp", "#include <boost/asio/post.hpp>",
                            "fcgi/records must not include boost/asio")
        self.assert_passes("src/fcgi/records/x.cpp", "#include <vector>")

    def test_room_of_a_module_with_rooms_needs_a_line(self):
        self.write("src/fcgi/cgi/x.cpp", "")
        self.assertEqual(self.found(), ["src/fcgi/cgi/x.cpp: the room fcgi/cgi is not in allowed_includes.txt"])

    def test_room_may_not_have_more_than_its_module(self):
        self.write("tests/lint/allowed_includes.txt", TABLE + "bridge/x | core fcgi | \n")
        self.assertEqual(self.found(), ["allowed_includes.txt: bridge/x may include what its module may not"])

    def test_include_is_never_relative(self):
        self.assert_refused("src/fcgi/records/x.cpp", '#include "y.hpp"',
                            '"y.hpp" is relative: write "fcgi/records/y.hpp"')

    def test_what_is_made_from_the_schema_is_up_to_date(self):
        made = ["etc/config.json", "etc/doc/configuration.md", "tests/fuzz/config.dict", "etc/wamp-fcgi-config.5"]
        script = [str(path.relative_to(TOP)) for path in (TOP / "etc/from_schema").glob("*.py")]
        for name in ("etc/config.schema.json", *script, *made):
            self.write(name, (TOP / name).read_text())
        self.assertEqual(self.found(), ["lint: nothing found"])

        schema = (TOP / "etc/config.schema.json").read_text()
        self.write("etc/config.schema.json", schema.replace('"max_streams"', '"most_streams"'))

        outdated = "not what etc/from_schema makes of etc/config.schema.json (make options)"
        self.assertCountEqual(self.found(), [f"{name}: {outdated}" for name in made])

    @unittest.skipUnless(shutil.which("shellcheck"), "no shellcheck here")
    def test_shell_scripts_are_checked(self):
        self.write("run", "#!/bin/sh\nrm $1\n")
        [mistake] = self.found()
        self.assertRegex(mistake, r"^run:2:4: .*SC2086")

    @unittest.skipUnless(shutil.which("pyflakes3"), "no pyflakes here")
    def test_python_is_checked_but_for_lines_that_say_noqa(self):
        self.write("x.py", "import os\nimport sys  # noqa: F401\n")
        self.assertEqual(self.found(), ["x.py:1:1: 'os' imported but unused"])

    def write_unit(self, *sources):
        """A build that compiles these sources as one."""
        self.write(".clang-tidy", "Checks: '-*,bugprone-use-after-move'\nWarningsAsErrors: '*'\nHeaderFilterRegex: '/src/'\n")
        unit = self.top / "build/unity.cxx"
        unit.parent.mkdir()
        unit.write_text("".join(f'#include "{self.top / source}"\n' for source in sources))
        (unit.parent / "compile_commands.json").write_text(json.dumps(
            [{"directory": str(self.top), "file": str(unit), "command": f"/usr/bin/c++ -DTAKEN=1 -o x.o -c {unit}"}]))

    @unittest.skipUnless(tidy.tool_named(), "no clang-tidy of the right release here")
    def test_what_clang_tidy_finds_is_refused_until_the_source_is_mended(self):
        moved = "#include <string>\nauto f(std::string s) {\n  auto t = std::move(s);\n  return t.size() + s.size();\n}\n"
        self.write("src/core/x.cpp", "int x = TAKEN;\n")
        self.write("src/core/y.cpp", moved)
        self.write_unit("src/core/x.cpp", "src/core/y.cpp")
        mistake = "src/core/y.cpp:4:21: 's' used after it was moved [bugprone-use-after-move]"

        self.assertEqual(self.found(), [mistake])
        self.assertEqual(self.found(), [mistake])  # as kept from before

        self.write("src/core/y.cpp", moved.replace(" + s.size()", ""))
        self.assertEqual(self.found(), ["lint: nothing found"])

    @unittest.skipUnless(tidy.tool_named(), "no clang-tidy of the right release here")
    def test_source_that_clang_tidy_cannot_read_is_a_mistake(self):
        self.write("src/core/x.cpp", "int x = ;\n")
        self.write_unit("src/core/x.cpp")

        self.assertEqual(self.found(), ["src/core/x.cpp:1:9: expected expression [clang-diagnostic-error]"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
