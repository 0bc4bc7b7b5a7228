"""Repeated signed requests, through the web servers; and what the program needs to remember them."""
import concurrent.futures
import fcntl
import json
import os
import shutil
import signal
import subprocess
from urllib.parse import urlencode

from integration.contract_base import ADD2, SECRET, SIGNED
from integration.deployment import DeploymentTest, configuration, main, service
from integration.replay_cases import ReplayCases
from support import fastcgi_client as fastcgi
from support.processes import clean_environment, wait_until
from support.servers import (PROGRAM, ApacheCgi, ApacheFcgid, ApacheProxyFcgi, DevRouter, Lighttpd, LighttpdCgi, Nginx,
                             WampFcgiPool)
from support.web import signed_query


class ThroughNginx(ReplayCases, DeploymentTest):
    server_class = Nginx

    def test_a_restart_and_a_reload_of_the_pool_forget_nothing(self):
        pool = self.server.pool
        query = signed_query(SECRET, ADD2)
        self.assert_called(self.send(query))

        os.kill(pool.pid, signal.SIGHUP)
        wait_until(lambda: "new workers serve" in self.log.read_text(), "the reload to be done")
        self.assert_replayed(self.send(query))

        self.assertEqual(pool.stop(), 0)
        pool.start()
        self.assert_replayed(self.send(query))
        self.assert_called(self.send(signed_query(SECRET, ADD2)))


class ThroughApacheProxy(ReplayCases, DeploymentTest):
    server_class = ApacheProxyFcgi


class ThroughApacheFcgid(ReplayCases, DeploymentTest):
    server_class = ApacheFcgid


class ThroughLighttpd(ReplayCases, DeploymentTest):
    server_class = Lighttpd


class ThroughApacheCgi(ReplayCases, DeploymentTest):
    server_class = ApacheCgi


class ThroughLighttpdCgi(ReplayCases, DeploymentTest):
    server_class = LighttpdCgi


class Pool(WampFcgiPool):
    """A pool with additional environment variables."""

    def __init__(self, scratch, config, **environment):
        super().__init__(scratch, config)
        self.environment = environment

    def command(self):
        return ["env", *(f"{name}={value}" for name, value in self.environment.items()), *super().command()]


class StateFolder(DeploymentTest):
    def setUp(self):
        super().setUp()
        self.router = DevRouter(self.scratch).start()
        self.options = {}
        self.folder = self.scratch.folder("state") / "signatures"

    def configure(self, state_dir=True, limit=300, keys=None, **top_level):
        options = {"keys": keys} if keys else SIGNED
        paths = {"/": service(**options, timestamp_delta_limit=limit, **self.options), "free": service()}
        config = {**configuration(self.router.url, paths), **top_level}
        if state_dir:
            config["state_dir"] = str(self.folder)
        return self.scratch.write("config.json", json.dumps(config))

    def run_program(self, *arguments, **environment):
        return subprocess.run([PROGRAM, *map(str, arguments)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=20, env=clean_environment(**environment))

    def run_pool(self):
        path = self.scratch.folder("run") / "refused.sock"
        run = self.run_program("--config", self.configure(), "--listen", f"unix:{path}")
        self.assertFalse(path.exists())
        return run

    def ask(self, pool, query=None, **variables):
        fields = fastcgi.variables(length=len(ADD2), QUERY_STRING="&".join(
            f"{name}={value}" for name, value in (query or signed_query(SECRET, ADD2)).items()), **variables)
        data = fastcgi.begin() + fastcgi.params(fields) + fastcgi.stdin(ADD2.encode())
        return fastcgi.request(pool.address, data)[0]

    def test_a_pool_says_how_many_requests_are_remembered_and_where(self):
        pool = WampFcgiPool(self.scratch, self.configure()).start()
        line = f"notice: up to 1000000 signed requests in 600 s are remembered in {self.folder}\n"
        self.assertEqual(pool.log.read_text().count(line), 1, pool.log.read_text())

    def test_a_folder_that_others_can_read_is_refused_by_every_mode(self):
        self.folder.mkdir()
        self.folder.chmod(0o755)
        complaint = f"replay_protection: {self.folder}: expected mode 0700, got 0755\n"
        run = self.run_pool()
        self.assertEqual((run.returncode, run.stderr), (1, "error: " + complaint))
        run = self.run_program(GATEWAY_INTERFACE="CGI/1.1", REQUEST_METHOD="POST",
                               WAMP_FCGI_CONFIG=str(self.configure()))
        self.assertEqual((run.returncode, run.stdout, run.stderr), (1, "", "error: cannot go on: " + complaint))

    def test_a_folder_that_cannot_be_made_is_refused(self):
        self.folder = self.folder / "deep"
        run = self.run_pool()
        self.assertEqual((run.returncode, run.stderr), (1, f"error: replay_protection: {self.folder}: cannot be "
                                                           "created: No such file or directory\n"))

    def test_nothing_is_made_where_nothing_is_to_be_remembered(self):
        for self.options, limit in (({"replay_protection": False}, 300), ({}, 0)):
            pool = WampFcgiPool(self.scratch, self.configure(limit=limit)).start()
            self.assertEqual(self.ask(pool), 200)
            self.assertEqual(pool.stop(), 0)
            self.assertFalse(self.folder.exists())

    def test_an_unfit_folder_at_a_reload_keeps_the_old_configuration(self):
        pool = WampFcgiPool(self.scratch, self.configure()).start()
        self.assertEqual(self.ask(pool), 200)
        self.folder = self.scratch.folder("open")
        self.folder.chmod(0o777)
        self.configure()
        os.kill(pool.pid, signal.SIGHUP)
        wait_until(lambda: "reload failed: the old configuration stays in use" in pool.log.read_text(), "the reload to be refused")
        self.assertIn(f"error: replay_protection: {self.folder}: expected mode 0700, got 0777\n", pool.log.read_text())
        self.assertEqual(self.ask(pool), 200)

    def test_the_folder_of_systemd_is_taken_where_the_configuration_names_none(self):
        pool = Pool(self.scratch, self.configure(state_dir=False), STATE_DIRECTORY=self.folder).start()
        self.assertEqual(self.ask(pool), 200)
        self.assertTrue((self.folder / "replay-300.0").exists())

    def test_a_pool_that_starts_behind_the_removal_of_the_folder_accepts_nothing_again(self):
        first = WampFcgiPool(self.scratch, self.configure()).start()
        query = signed_query(SECRET, ADD2)
        self.assertEqual(self.ask(first, query), 200)
        shutil.rmtree(self.folder)
        second = WampFcgiPool(self.scratch, self.configure(), over_tcp=True).start()
        self.assertEqual(self.ask(second, query), 503)
        self.assertIn("was removed while in use by another process", second.log.read_text())
        self.assertIn(self.ask(first, query), (401, 503))

    def test_while_a_process_is_stopped_with_the_lock_only_signed_requests_wait(self):
        pool = WampFcgiPool(self.scratch, self.configure(), workers=1).start()
        self.assertEqual(self.ask(pool), 200)
        files = [path.open("r+b") for path in self.folder.iterdir()]
        for each in files:
            fcntl.flock(each, fcntl.LOCK_EX)
        query = signed_query(SECRET, ADD2)
        with concurrent.futures.ThreadPoolExecutor(8) as many:
            signed = [many.submit(self.ask, pool, signed_query(SECRET, ADD2)) for _ in range(4)]
            # If a waiting request blocked others, each would delay them by a second.
            while not all(each.done() for each in signed):
                self.assertEqual(self.ask(pool, {}, PATH_INFO="/free"), 200)
            self.assertEqual([each.result() for each in signed], [503] * 4)
        self.assertIn("is locked by another process", pool.log.read_text())
        for each in files:
            each.close()
        self.assertEqual(self.ask(pool, query), 200)

    def test_a_cgi_program_waits_for_the_lock_no_longer_than_a_second(self):
        variables = fastcgi.variables(length=len(ADD2), QUERY_STRING=urlencode(signed_query(SECRET, ADD2)))
        environment = clean_environment(WAMP_FCGI_CONFIG=str(self.configure()), **variables)

        def run():
            return subprocess.run([PROGRAM], input=ADD2, capture_output=True, text=True, timeout=20,
                                  env=environment)

        self.run_program(GATEWAY_INTERFACE="CGI/1.1", REQUEST_METHOD="GET", WAMP_FCGI_CONFIG=str(self.configure()))
        files = [path.open("r+b") for path in self.folder.iterdir()]
        for each in files:
            fcntl.flock(each, fcntl.LOCK_EX)
        refused = run()
        self.assertIn("Status: 503 ", refused.stdout)
        self.assertIn("is locked by another process", refused.stderr)
        for each in files:
            each.close()
        self.assertIn('{"args":[5]}', run().stdout)

    def test_a_key_that_may_call_nothing_takes_no_room_of_others(self):
        keys = {"myapp1": {"secret": SECRET}, "other": {"secret": "another", "procedures": ["com.example.none"]}}
        pool = WampFcgiPool(self.scratch, self.configure(keys=keys, replay_capacity=1024), workers=1).start()
        statuses = [self.ask(pool, signed_query("another", ADD2, key="other")) for _ in range(514)]
        self.assertEqual(statuses, [403] * 512 + [503] * 2)
        self.assertEqual(self.ask(pool), 200)

    def test_a_worker_that_may_write_no_more_refuses_and_stays(self):
        class Limited(WampFcgiPool):
            def command(self):
                return ["prlimit", "--fsize=100000", "--", *super().command()]

        pool = Limited(self.scratch, self.configure()).start()
        workers = pool.worker_pids()
        self.assertEqual([self.ask(pool) for _ in range(3)], [503] * 3)
        self.assertEqual(pool.worker_pids(), workers)
        self.assertIn("cannot be resized: File too large", pool.log.read_text())


if __name__ == "__main__":
    main()
