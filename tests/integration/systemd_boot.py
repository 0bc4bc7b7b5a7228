"""The units under a booted systemd: the effect of a faulty configuration on reload, start and restart, with a client
waiting at the socket. Not part of the tests, because it needs root, systemd-nspawn, and a root in which the program
runs:
    debootstrap --include=systemd-sysv,dbus,procps,socat,libssl3,libfcgi0ldbl bookworm ROOT
    make install DESTDIR=ROOT PREFIX=/usr/local
    cd tests && python3 -B -m integration.systemd_boot ROOT"""
import pathlib
import subprocess
import sys
import unittest

from support.processes import wait_until

ROOT = None
SERVICE, SOCKET = "wamp-fcgi.service", "wamp-fcgi.socket"
GOOD = '{"router": {"url": "rs://127.0.0.1:9", "connect_timeout": 1}, "paths": {"/": {"type": "caller", "realm": "r", "role": "f"}}}'
CLIENT = ("socat", "-t8", "-", "UNIX-CONNECT:/run/wamp-fcgi/wamp-fcgi.sock")


class Booted(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.machine = subprocess.Popen(["systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit",
                                        "--private-network", "-D", ROOT], stdin=subprocess.DEVNULL,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.addClassCleanup(cls.machine.wait)
        cls.addClassCleanup(lambda: cls.inside("systemctl", "poweroff"))
        cls.leader = wait_until(cls.find_leader, "systemd to be started")
        wait_until(lambda: cls.inside("systemctl", "is-active", "multi-user.target").stdout == "active\n", "the boot")
        cls.inside("systemd-sysusers")
        cls.inside("systemctl", "daemon-reload")

    @classmethod
    def find_leader(cls):
        children = pathlib.Path(f"/proc/{cls.machine.pid}/task/{cls.machine.pid}/children").read_text().split()
        return next((pid for pid in children if pathlib.Path("/proc", pid, "comm").read_text() == "systemd\n"), None)

    @classmethod
    def inside(cls, *command, seconds=60):
        return subprocess.run(["nsenter", "-t", cls.leader, "-a", *command], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=seconds)

    def systemctl(self, *arguments):
        return self.inside("systemctl", *arguments).returncode

    def write(self, text):
        folder = pathlib.Path(ROOT, "etc/wamp-fcgi")
        folder.mkdir(exist_ok=True)
        (folder / "config.json").write_text(text)

    def state(self, unit):
        return self.inside("systemctl", "show", "--property=ActiveState", "--value", unit).stdout.strip()

    def starts(self):
        """How often the service was started."""
        log = self.inside("journalctl", "--boot", "--output=cat", "--unit", SERVICE).stdout
        return log.count("Starting wamp-fcgi.service")

    def setUp(self):
        self.write(GOOD)
        self.inside("rm", "-f", "/run/stop-clients")
        self.assertEqual(self.systemctl("restart", SOCKET, SERVICE), 0)

    def assert_running(self):
        self.assertEqual((self.state(SERVICE), self.state(SOCKET)), ("active", "active"))

    def assert_failed_for_good(self, starts):
        wait_until(lambda: self.state(SERVICE) == "failed" and self.state(SOCKET) == "inactive",
                   "the service to fail and the socket to be closed")
        self.assertEqual(self.starts(), starts)

    def assert_starts_again(self):
        self.write(GOOD)
        self.assertEqual(self.systemctl("start", SERVICE), 0)
        self.assert_running()

    def test_reload_with_a_good_file_works(self):
        self.assertEqual(self.systemctl("reload", SERVICE), 0)
        self.assert_running()

    def test_reload_with_a_faulty_file_fails_and_the_service_stays(self):
        before = self.starts()
        self.write("{")
        self.assertNotEqual(self.systemctl("reload", SERVICE), 0)
        self.assert_running()
        self.assertEqual(self.starts(), before)

    def test_restarts_with_a_faulty_file_fail_once_each_and_a_mended_one_starts_at_once(self):
        before = self.starts()
        self.write("{")
        for _ in range(8):
            self.assertNotEqual(self.systemctl("restart", SERVICE), 0)
        self.assert_failed_for_good(before + 8)
        self.assert_starts_again()

    def test_client_that_waits_at_the_socket_starts_a_faulty_service_once(self):
        self.assertEqual(self.systemctl("stop", SERVICE), 0)
        before = self.starts()
        self.write("{")
        self.inside(*CLIENT)
        self.assert_failed_for_good(before + 1)
        self.assert_starts_again()

    def test_clients_at_a_restart_with_a_faulty_file_do_not_start_it_again(self):
        before = self.starts()
        self.write("{")
        clients = subprocess.Popen(["nsenter", "-t", self.leader, "-a", "sh", "-c",
                                    f"while ! test -e /run/stop-clients; do {' '.join(CLIENT)} </dev/null; done"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(clients.wait)
        self.addCleanup(lambda: self.inside("touch", "/run/stop-clients"))
        self.assertNotEqual(self.systemctl("restart", SERVICE), 0)
        self.assert_failed_for_good(before + 1)
        self.assert_starts_again()


if __name__ == "__main__":
    ROOT = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main(verbosity=2)
