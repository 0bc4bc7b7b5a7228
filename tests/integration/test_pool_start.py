"""The start of a pool: who may connect to its socket, which user it becomes, and its protocol with systemd; and a
worker started by a web server."""
import grp
import json
import os
import pathlib
import pwd
import signal
import socket
import subprocess
import unittest

from integration.deployment import DeploymentTest, configuration, main, service
from support import fastcgi_client as fastcgi
from support.build import SANITIZED
from support.processes import AS_ROOT, SERVER_USER, clean_environment, wait_until
from support.servers import PROGRAM, DevRouter, WampFcgiPool, WorkerOnFd0
from support.systemd import Notifications

HERE = pathlib.Path(__file__).resolve().parents[1]
needs_root = unittest.skipUnless(AS_ROOT, "only root can become somebody else")


class Pool(WampFcgiPool):
    """A pool with further options, or on a socket passed as descriptor 3."""

    user = None

    def __init__(self, scratch, config, *options, socket_passed=False, environment=None, **how):
        super().__init__(scratch, config, **how)
        self.options, self.socket_passed, self.environment = options, socket_passed, environment or {}

    def command(self):
        command = [*super().command(), *self.options]
        if self.socket_passed:
            listen = command.index("--listen")
            command = ["python3", "-B", HERE / "support/systemd.py", self.address, *command[:listen],
                       *command[listen + 2:]]
        return ["env", f"PYTHONPATH={HERE}", *(f"{name}={value}" for name, value in self.environment.items()), *command]


class PoolStart(DeploymentTest):
    def setUp(self):
        super().setUp()
        self.router = DevRouter(self.scratch).start()
        self.config = self.scratch.write("config.json", json.dumps(configuration(self.router.url, {"/": service()})))

    def start(self, *options, **how):
        return Pool(self.scratch, self.config, *options, **how).start()

    def run_pool(self, *options):
        """Runs a pool that is expected to exit."""
        path = self.scratch.folder("run") / "refused.sock"
        return subprocess.run([PROGRAM, "--config", self.config, "--listen", f"unix:{path}", *options],
                              env=clean_environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=20)

    def assert_works(self, pool):
        self.assert_works_at(pool.address)

    def assert_works_at(self, address):
        body = b'{"procedure": "com.example.add2", "args": [2, 3]}'
        request = fastcgi.begin() + fastcgi.params(fastcgi.variables(length=len(body))) + fastcgi.stdin(body)
        status, _, answer = fastcgi.request(address, request)
        self.assertEqual((status, answer), (200, b'{"args":[5]}'))

    def identities(self, pid):
        """The users, groups and supplementary groups of a process."""
        status = pathlib.Path("/proc", str(pid), "status").read_text().splitlines()
        fields = dict(line.split(":", 1) for line in status)
        return [set(map(int, fields[name].split())) for name in ("Uid", "Gid", "Groups")]

    # The socket.

    def test_socket_has_the_mode_that_is_wanted(self):
        for options, mode in (((), 0o660), (("--socket-mode", "0666"), 0o666), (("--socket-mode=600",), 0o600)):
            with self.subTest(options):
                pool = self.start(*options)
                self.assertEqual(pool.address.stat().st_mode & 0o7777, mode)
                pool.stop()

    @needs_root
    def test_socket_has_the_owner_and_the_group_that_are_wanted(self):
        pool = self.start("--socket-owner", "nobody", "--socket-group", "www-data")
        found = pool.address.stat()
        self.assertEqual((found.st_uid, found.st_gid),
                         (pwd.getpwnam("nobody").pw_uid, grp.getgrnam("www-data").gr_gid))
        self.assert_works(pool)

    def test_users_that_do_not_exist_are_refused_and_leave_no_socket(self):
        for option in ("--socket-owner", "--socket-group", "--user", "--group"):
            with self.subTest(option):
                run = self.run_pool(option, "no-such-name")
                self.assertEqual(run.returncode, 1)
                self.assertIn('"no-such-name"', run.stderr)
                self.assertFalse((self.scratch.path / "run/refused.sock").exists())

    # The user.

    @needs_root
    def test_root_becomes_the_user_after_reading_what_only_root_can(self):
        self.config.chmod(0o600)
        pool = self.start("--user", "www-data")
        user = pwd.getpwnam("www-data")
        for pid in (pool.pid, *pool.worker_pids()):
            self.assertEqual(self.identities(pid), [{user.pw_uid}, {user.pw_gid},
                                                    set(os.getgrouplist("www-data", user.pw_gid))])
        self.assert_works(pool)

    @needs_root
    def test_group_may_be_another_than_the_users(self):
        pool = self.start("--user", "www-data", "--group", "nogroup")
        group = grp.getgrnam("nogroup").gr_gid
        for pid in (pool.pid, *pool.worker_pids()):
            self.assertEqual(self.identities(pid)[1], {group})

    @needs_root
    def test_workers_that_run_as_root_are_a_warning(self):
        warning = "warning: workers run as root (add --user USER)"
        for user, options, is_warned_of in ((None, (), True), (None, ("--user", "www-data"), False),
                                            (None, ("--user", "root"), False), (SERVER_USER, (), False)):
            with self.subTest((user, options)):
                pool = Pool(self.scratch, self.config, *options)
                pool.user = user
                pool.start()
                self.assertEqual(warning in pool.log.read_text(), is_warned_of)
                pool.stop()

    # systemd.

    def test_pool_runs_on_a_socket_of_systemd_and_leaves_it_there(self):
        pool = self.start(socket_passed=True)
        self.assert_works(pool)
        self.assertEqual(pool.stop(), 0)
        self.assertTrue(pool.address.exists())

    def test_systemd_is_told_of_start_reload_life_and_end(self):
        for name in (self.scratch.path / "notify.sock", f"@wamp-fcgi-test-{os.getpid()}"):
            with self.subTest(name):
                manager = Notifications(name)
                self.addCleanup(manager.close)
                pool = self.start(environment={"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "200000"})
                manager.wait_for("READY=1", "WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1")
                os.kill(pool.pid, signal.SIGHUP)
                seen = manager.wait_for("RELOADING=1", "READY=1")
                self.assertTrue(any(state.startswith("MONOTONIC_USEC=") for state in seen), seen)
                self.assertEqual(pool.stop(), 0)
                manager.wait_for("STOPPING=1")

    def test_systemd_is_told_what_goes_on(self):
        manager = Notifications(self.scratch.path / "notify.sock")
        self.addCleanup(manager.close)
        pool = self.start(environment={"NOTIFY_SOCKET": manager.name})
        self.assert_works(pool)
        line = wait_until(lambda: next((each for each in manager.receive() if each.startswith("STATUS=")), None),
                          "a line about what goes on")
        self.assertRegex(line, r"^STATUS=\d+\.\d requests/s, 0 calls in flight, (\d) of \1 sessions up$")

    def test_systemd_is_told_that_a_reload_with_a_faulty_file_is_over(self):
        manager = Notifications(self.scratch.path / "notify.sock")
        self.addCleanup(manager.close)
        pool = self.start(environment={"NOTIFY_SOCKET": manager.name})
        manager.wait_for("READY=1")
        self.scratch.write("config.json", "{")
        os.kill(pool.pid, signal.SIGHUP)
        manager.wait_for("RELOADING=1", "READY=1")
        self.assertIn("reload failed: the old configuration stays in use", pool.log.read_text())
        self.assert_works(pool)

    # A worker that a web server has started.

    @unittest.skipIf(SANITIZED, "a leak checker looks into its own process")
    def test_others_of_the_same_user_cannot_look_into_a_worker_of_a_web_server(self):
        worker = WorkerOnFd0(self.scratch, self.config).start()
        identity = {"user": SERVER_USER, "group": SERVER_USER, "extra_groups": []} if AS_ROOT else {}
        for name in ("environ", "mem", "maps"):
            run = subprocess.run(["head", "-c0", f"/proc/{worker.pid}/{name}"], capture_output=True, text=True, **identity)
            self.assertIn("Permission denied", run.stderr)

    def test_worker_on_descriptor_0_ignores_sighup_and_ends_after_max_requests(self):
        config = {**configuration(self.router.url, {"/": service()}), "max_requests": 3}
        self.config.write_text(json.dumps(config))
        path = self.scratch.path / "worker.sock"
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(path))
            listening.listen()
            worker = subprocess.Popen([PROGRAM, "--config", self.config], stdin=listening,
                                      env=clean_environment())
        self.addCleanup(lambda: worker.poll() is None and worker.kill())
        for signal_number in (signal.SIGHUP, signal.SIGUSR1, None):
            self.assert_works_at(path)
            if signal_number:
                worker.send_signal(signal_number)
        self.assertEqual(worker.wait(15), 0)


if __name__ == "__main__":
    main()
