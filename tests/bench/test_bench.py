"""The measuring itself works: a run of seconds through one web server, and the resulting figures."""
import html.parser
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from bench import counts, deployments, drawing, run, whole_worker
from bench.deployments import ASKING_YARDSTICK, SET_UPS, YARDSTICK, InstantRouter
from bench.goals import Row, at_least, at_most, table
from integration.deployment import DeploymentTest, main
from support.scripted_router import ScriptedRouter
from support.servers import WorkerOnFd0


@unittest.skipUnless(shutil.which("wrk"), "there is no wrk (make deps-bench)")
class Smoke(DeploymentTest):
    def test_run_measures_all_three_programs(self):
        output = self.scratch.path / "bench.json"
        command = [sys.executable, "-B", "-m", "bench.run", "--smoke", "--only", "lighttpd", "--parts",
                   "small,slow,publications,streams"]
        ended = subprocess.run([*command, "--output", output], capture_output=True, text=True, timeout=120)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        rows = {row["what"]: row for row in json.loads(output.read_text())["rows"]}
        for what in ("requests/s", "processor us/request", "p50 us", "p99 us"):
            for yardstick in ("", ", yardstick asks"):
                row = rows[f"{what}, 32 conn.{yardstick}"]
                self.assertGreater(row["ours"], 0, row)
                self.assertGreater(row["yardstick"], 0, row)
        self.assertFalse([what for what in rows if what.startswith("failed")])
        self.assertEqual(rows["5000 calls of 2 s, not answered"]["value"], 0)
        self.assertGreaterEqual(rows["5000 calls of 2 s, until all are answered"]["value"], 2)
        for what in ("publications that failed", "2000 events at 5000/s to 10 clients, not delivered",
                     "2000 events at 5000/s to 10 clients, out of order, missing or twice"):
            self.assertEqual(rows[what]["value"], 0, what)
        self.assertGreater(rows["200 streams, an event, until the last has it"]["value"], 0)
        page = output.with_suffix(".html").read_text()
        self.assertIn("There is no run before", page)
        self.assertEqual(page.count("<tr id="), len(rows))


class AskingWorker(WorkerOnFd0):
    program = ASKING_YARDSTICK

    def is_ready(self):
        return True  # its socket listens from the start


class Yardsticks(DeploymentTest):
    def test_both_answer_behind_every_web_server(self):
        router = InstantRouter(self.scratch).start()
        for set_up, (_, connections) in SET_UPS.items():
            for program in (YARDSTICK, ASKING_YARDSTICK) if connections else (YARDSTICK,):
                with self.subTest(set_up=set_up, program=program.name):
                    with deployments.subject(set_up, router.url, program):
                        pass  # which has waited for an answer

    def test_asking_one_connects_to_a_socket(self):
        router = InstantRouter(self.scratch, self.scratch.folder("router") / "router.sock").start()
        config = deployments.write_configuration(self.scratch, router.url)
        self.assertEqual(AskingWorker(self.scratch, config).start().send("{}")[2], b'{"args":[5]}')

    def test_asking_one_answers_what_the_router_says(self):
        said = []

        def serve(session):
            session.shake_hands()
            session.take_hello()
            session.welcome()
            while call := session.receive():
                said.append(call)
                session.answer(call[1], 6 + call[1])

        router = ScriptedRouter(serve)
        self.addCleanup(router.stop)
        config = deployments.write_configuration(self.scratch, f"rs://127.0.0.1:{router.port}")

        worker = AskingWorker(self.scratch, config).start()
        answers = [worker.send("{}")[2] for _ in range(3)]

        self.assertEqual(answers, [b'{"args":[7]}', b'{"args":[8]}', b'{"args":[9]}'])
        self.assertEqual(said, [[48, number, {}, "com.example.add2", [2, 3]] for number in (1, 2, 3)])


class Figures(unittest.TestCase):
    def test_goal_is_met_up_to_its_limit(self):
        for goal, met, missed in ((at_most(1.3), 1.3, 1.31), (at_least(0.9), 0.9, 0.89)):
            self.assertEqual(Row("nginx", "requests/s", met, goal=goal).verdict(), "met")
            self.assertEqual(Row("nginx", "requests/s", missed, goal=goal).verdict(), "NOT MET")

    def test_table_shows_value_spread_and_goal(self):
        shown = table([Row("nginx", "requests/s", 0.5, "x", 10, 20, (0.4, 0.6), at_least(0.9))])
        self.assertEqual(shown.splitlines()[1].split(),
                         "nginx requests/s 10 20 0.50 x 0.40..0.60 >= 0.9 NOT MET".split())

    def test_instructions_may_grow_by_five_per_cent(self):
        self.assertEqual(counts.grown({"call": 1000}, {"call": 1050}), [])
        self.assertEqual(counts.grown({"call": 1000}, {"call": 1051}), ["call"])

    def test_instructions_that_were_not_recorded_have_grown(self):
        self.assertEqual(counts.grown({}, {"call": 1}), ["call"])

    def test_callgrind_counts_allocations_by_their_callers(self):
        said = ("fn=(1) main\ncfn=(2) malloc\ncalls=3 0 \n+4 120\nfn=(5) f\ncfn=(2)\ncalls=2 0 \n+4 80\n"
                "cfn=(7) realloc\ncalls=1 0 \n+9 20\ncfn=(9) free\ncalls=6 0 \n+4 60\n\ntotals: 4711\n")
        self.assertEqual(whole_worker.in_callgrind_output(said), {"instructions": 4711, "allocations": 6})

    def test_strace_counts_system_calls(self):
        said = "syscall          calls\n-------------- ---------\nepoll_wait            20\nclose                  2\n" \
               "-------------- ---------\ntotal                 22\n"
        self.assertEqual(whole_worker.in_strace_output(said), {"system calls": 22})

    def test_other_compiler_makes_instructions_incomparable(self):
        self.assertEqual(counts.not_comparable({"compiler": "a"}, {"compiler": "a"}), [])
        self.assertEqual(counts.not_comparable({"compiler": "a"}, {"compiler": "b"}),
                         ["compiler is 'b', recorded with 'a'"])


class OpenTags(html.parser.HTMLParser):
    """Fails when an element of a page does not end where it should."""

    def __init__(self, page):
        super().__init__()
        self.open = []
        self.feed(page)
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag


class Page(unittest.TestCase):
    RUN = {"plan": "full", "when": "2026-11-27 01:00"}
    GOOD = Row("nginx", "requests/s", 1.4, "x", 14, 10, (1.2, 1.6), at_least(1.3))
    BAD = Row("nginx", "p50 us", 1.5, "x", 15, 10, (1, 2), at_most(1.2))
    BARE = Row("CGI", "some <size> & such", 3, "MB")

    def page(self, *rows, before=None):
        page = drawing.page(rows, self.RUN, before)
        OpenTags(page)
        return page

    def test_names_are_escaped(self):
        page = self.page(self.BARE)
        self.assertIn("some &lt;size&gt; &amp; such", page)
        self.assertNotIn("<size>", page)

    def test_goals_are_told_in_words(self):
        page = self.page(self.GOOD, self.BAD, self.BARE)
        self.assertIn("Goals met: 1, not met: 1.", page)
        self.assertIn("&gt;= 1.3<br><strong>met</strong>", page)
        self.assertIn("&lt;= 1.2<br><strong>NOT MET</strong>", page)
        self.assertIn('<li><a href="#row-1">nginx: p50 us</a>: 1.50 x, goal &lt;= 1.2</li>', page)

    def test_row_without_goal_has_no_mark_for_one(self):
        self.assertNotIn('class="limit"', drawing.drawing(self.BARE))
        self.assertIn('class="limit"', drawing.drawing(self.GOOD))

    def test_scale_ends_at_the_largest_mark(self):
        shown = drawing.drawing(Row("nginx", "", 1, "s", goal=at_most(2)), 4)
        self.assertEqual(re.findall(r'class="(\w+)" (?:x="0.00%" width|x1)="([\d.]+%)"', shown),
                         [("bar", "24.51%"), ("old", "98.04%"), ("limit", "49.02%")])

    def test_values_below_zero_are_left_of_it(self):
        shown = drawing.drawing(Row("CGI", "", -1, "ms", 1, 2, (-1, 1)))
        self.assertIn('<rect class="bar" x="0.00%" width="49.02%"', shown)

    def test_nothing_but_zeros_is_drawn(self):
        self.page(Row("nginx", "failed", 0, goal=at_most(0)), before={"rows": [{"set_up": "nginx", "what": "failed", "value": 0}]})

    def test_run_before_is_beside_this_one(self):
        before = {**self.RUN, "plan": "quick", "rows": [{"set_up": "nginx", "what": "requests/s", "value": 2.8}]}
        page = self.page(self.GOOD, self.BAD, before=before)
        self.assertIn("The run before: quick, 2026-11-27 01:00.", page)
        self.assertIn("<td>2.80 (-50%)</td>", page)
        self.assertIn("<td>not measured</td>", page)

    def test_without_a_run_before_the_page_says_so(self):
        page = self.page(self.GOOD)
        self.assertIn("There is no run before to compare with.", page)
        self.assertNotIn('class="old"', page.partition("<table>")[2])
        self.assertNotIn("not measured", page)

    def test_run_before_is_what_the_last_one_wrote(self):
        with tempfile.TemporaryDirectory() as folder:
            output = pathlib.Path(folder, "bench.json")
            self.assertIsNone(run.run_before(output))
            run.write(output, [self.GOOD], self.RUN, None)
            self.assertIn("1.40 (+0%)", self.page(self.GOOD, before=run.run_before(output)))


if __name__ == "__main__":
    main()
