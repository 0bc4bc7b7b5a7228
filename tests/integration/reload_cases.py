"""A pool under load: changed configurations, replaced and killed workers. No request may be lost, except those in a
killed worker."""
import concurrent.futures
import json
import os
import random
import signal
import time

from integration.deployment import configuration, service, start_server
from support.http_load import Load
from support.processes import is_running, wait_until
from support.servers import DevRouter
from support.web import Client

RELOADS = 12
ADD2 = json.dumps({"procedure": "com.example.add2", "args": [2, 3]})


class ReloadCases:
    """Needs `server_class`, a web server before a pool; mix it into a DeploymentTest."""

    server_class = None
    failures_of_a_kill = r"^50[023] "

    def deploy(self, **top_level):
        socket = self.scratch.folder("router") / "router.sock"
        self.router = DevRouter(self.scratch, socket=socket).start()
        self.config = {**configuration(f"unix:{socket}", {"/": service()}), **top_level}
        self.server = start_server(self.scratch, self.server_class, self.config)
        self.pool = self.server.pool
        self.client = Client(self.server.port)

    def configure(self, text):
        """Replaces the whole file, like an editor."""
        self.scratch.write("config.new", text).replace(self.scratch.path / "config.json")

    def configure_services(self, *names):
        config = {**self.config, "paths": {name: service() for name in names}}
        if self.server.mount:
            config["mount"] = self.server.mount
        self.configure(json.dumps(config))

    def count_in_log(self, text):
        return self.pool.log.read_text().count(text)

    def hang_up(self):
        """Sends SIGHUP, and waits until new workers serve."""
        before = self.count_in_log("new workers serve")
        os.kill(self.pool.pid, signal.SIGHUP)
        wait_until(lambda: self.count_in_log("new workers serve") > before, "the reload to be done")

    def test_reloads_under_load_cost_no_request_and_bring_the_new_configuration(self):
        self.deploy()
        first = self.pool.worker_pids()
        with Load(self.server.port) as load:
            for turn in range(RELOADS):
                self.configure_services("/", f"turn{turn}")
                self.hang_up()
                done = time.monotonic()
                self.assertEqual(self.client.send(service=f"turn{turn}", body=ADD2).status, 200)
                wait_until(lambda: time.monotonic() > done + 1, "the log to take one more line of the kind")
        self.assertEqual(load.failures, [])
        self.assertGreater(load.count, RELOADS * 20)
        self.assertFalse(set(first) & set(self.pool.worker_pids()))
        wait_until(lambda: len(self.pool.worker_pids()) == self.pool.workers, "the old workers to end")
        self.assertEqual(self.client.send(service="turn0", body=ADD2).status, 404)

    def test_reloads_faster_than_they_are_done_cost_no_request(self):
        self.deploy()
        with Load(self.server.port) as load:
            for _ in range(30):
                before = load.count
                os.kill(self.pool.pid, signal.SIGHUP)
                wait_until(lambda: load.count >= before + 10, "some calls")
            self.configure_services("/", "last")
            os.kill(self.pool.pid, signal.SIGHUP)
            wait_until(lambda: self.client.send(service="last", body=ADD2).status == 200, "the last reload")
        self.assertEqual(load.failures, [])

    def test_calls_longer_than_the_grace_survive_a_reload(self):
        self.deploy(shutdown_grace=0.1)
        first = self.pool.worker_pids()
        with concurrent.futures.ThreadPoolExecutor() as background:
            answers = [background.submit(self.client.call, "com.example.sleep", 2) for _ in range(8)]
            wait_until(lambda: self.sleeping() == 8, "the calls to be under way")
            self.hang_up()
            self.assertEqual(self.sleeping(), 8)
        self.assertEqual([each.result().json for each in answers], [{"args": [2]}] * 8)
        wait_until(lambda: not any(map(is_running, first)), "the old workers to end")

    def test_workers_that_drain_obey_the_end_of_the_pool(self):
        self.deploy(shutdown_grace=0.1)
        with concurrent.futures.ThreadPoolExecutor() as background:
            answer = background.submit(self.client.call, "com.example.sleep", 25)
            wait_until(lambda: self.sleeping() == 1, "the call to be under way")
            self.hang_up()
            self.assertEqual(self.pool.stop(), 0)
            self.assertEqual(answer.result().error, "wampfcgi.error.connection_lost")

    def sleeping(self):
        return self.client.call("com.example.stats").json["kwargs"]["calls_by_procedure"].get("com.example.sleep", 0)

    def test_faulty_configuration_is_reported_and_the_old_one_kept(self):
        self.deploy()
        workers = self.pool.worker_pids()
        self.configure('{"router": {"url": "rs://h"}, "paths": 5}')
        with Load(self.server.port, threads=2) as load:
            os.kill(self.pool.pid, signal.SIGHUP)
            wait_until(lambda: self.count_in_log("reload failed: the old configuration stays in use"), "the configuration to be refused")
        self.assertEqual(load.failures, [])
        self.assertEqual(self.pool.worker_pids(), workers)
        for path in ("router.url", "paths"):
            self.assertIn(path, self.pool.log.read_text())
        self.configure_services("/", "mended")
        self.hang_up()
        self.assertEqual(self.client.send(service="mended", body=ADD2).status, 200)

    def test_workers_are_replaced_after_max_requests_without_a_lost_request(self):
        self.deploy(max_requests=50)
        seen = set()

        def another_worker():
            seen.update(self.pool.worker_pids())
            return len(seen) >= 12

        with Load(self.server.port) as load:
            wait_until(another_worker, "ten workers to have been replaced", 30)
        self.assertEqual(load.failures, [])

    def test_pool_is_whole_within_a_second_after_workers_were_killed_under_load(self):
        self.deploy()
        wait_until(lambda: self.client.send(body=ADD2).status == 200, "the pool to work")
        with Load(self.server.port) as load:
            for _ in range(3):
                born = time.monotonic()
                wait_until(lambda: time.monotonic() > born + 1.1, "the workers to be a second old")
                victim = random.choice(self.pool.worker_pids())
                os.kill(victim, signal.SIGKILL)
                wait_until(lambda: not is_running(victim) and len(self.pool.worker_pids()) == self.pool.workers,
                           "the pool to be whole", 1)
        for failure in load.failures:
            self.assertRegex(failure, self.failures_of_a_kill)
        self.assertLessEqual(len(load.failures), 3 * len(load.threads))
        self.assertEqual(self.client.send(body=ADD2).status, 200)
