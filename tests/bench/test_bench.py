"""The measuring itself works: a run of seconds through one web server, and the resulting figures."""
import json
import shutil
import subprocess
import sys
import unittest

from bench import counts, deployments, whole_worker
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


if __name__ == "__main__":
    main()
