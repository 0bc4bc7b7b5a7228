"""The package's life under a running systemd: at boot, first installation, upgrade, removal, purge. Part of
systemd_cases.py."""
import pathlib
import unittest

from support.guest import (ADDRESS, CONFIG, FIRST, NEXT, SERVICE, SOCKET, GuestTest, Load, call, configuration,
                           configure, install, installed_version, run, show, state, succeeds, supervisor, systemctl)
from support.processes import wait_until

NOT_OURS = ("/proc", "/sys", "/dev", "/opt", "/var/lib/dpkg", "/var/lib/apt", "/var/cache", "/var/log/apt",
            "/var/log/journal", "/run/log")
FAILED_UNITS = ("list-units", "--failed", "--quiet", "--plain", "wamp-fcgi*")
boot = {}


def record_boot():
    """Notes what the boot alone has started, before any test changes it."""
    boot.update({unit: state(unit) for unit in (SERVICE, SOCKET)}, version=installed_version(),
                folder=ADDRESS.parent.owner(), answer=call("add2", 2, 3), failed=systemctl(*FAILED_UNITS))


class AtBoot(unittest.TestCase):
    """The root had the package installed and configured before its systemd ran for the first time."""

    def test_units_start_at_boot_and_answer(self):
        self.assertEqual((boot["version"], boot[SERVICE], boot[SOCKET]), (FIRST, "active", "active"))
        self.assertEqual(boot["answer"], (200, '{"args":[5]}'))

    def test_nothing_fails_at_boot(self):
        self.assertEqual(boot["failed"], "")

    def test_user_and_folder_of_the_socket_are_there(self):
        self.assertEqual(boot["folder"], "wamp-fcgi")


class Package(GuestTest):
    def purge(self):
        run("apt-get", "--quiet", "--yes", "purge", "wamp-fcgi")

    def traces(self, owner):
        """Files that have the package's name, or belong to its user or group."""
        pruned = " -o ".join(f"-path {path}" for path in NOT_OURS)
        wanted = f"-name *wamp-fcgi* -o -uid {owner} -o -gid {owner}"
        return run("find", "/", *f"( {pruned} ) -prune -o ( {wanted} ) -print".split()).stdout.split()

    def test_first_installation_starts_nothing_until_it_is_configured(self):
        self.purge()
        install(FIRST)
        for unit in (SERVICE, SOCKET):
            self.assertEqual((systemctl("is-enabled", unit), state(unit)), ("enabled", "inactive"))
        self.assertEqual(systemctl(*FAILED_UNITS), "")
        configure(configuration())
        run("wamp-fcgi", "--check-config", "--user", "wamp-fcgi")
        systemctl("start", SOCKET, SERVICE)
        self.assert_running()
        self.assert_answers()

    def test_upgrade_under_load_loses_nothing_and_keeps_the_configuration(self):
        text, first = CONFIG.read_text(), supervisor()
        with Load() as load:
            install(NEXT)
            load.wait_for_more()
        self.assertEqual(load.failures, [])
        self.assertEqual((installed_version(), CONFIG.read_text()), (NEXT, text))
        self.assert_running()
        self.assertNotEqual(supervisor(), first)
        self.assertEqual(pathlib.Path("/proc", str(supervisor()), "exe").readlink(), pathlib.Path("/usr/bin/wamp-fcgi"))
        self.assertEqual(show("NeedDaemonReload"), "no")

    def test_upgrade_leaves_units_off_that_were_disabled_and_stopped(self):
        systemctl("disable", "--now", "--quiet", SOCKET, SERVICE)
        install(NEXT)
        for unit in (SERVICE, SOCKET):
            self.assertEqual((systemctl("is-enabled", unit, check=False), state(unit)), ("disabled", "inactive"))

    def test_upgrade_with_a_faulty_configuration_succeeds_and_says_so(self):
        configure("{")
        install(NEXT)
        self.assertEqual((installed_version(), state()), (NEXT, "failed"))
        self.assertTrue(self.journal.has("config.json:1: "))

    def test_removal_stops_everything_and_keeps_configuration_and_enablement(self):
        run("apt-get", "--quiet", "--yes", "remove", "wamp-fcgi")
        self.assertEqual(run("pgrep", "-x", "wamp-fcgi", check=False).stdout, "")
        self.assertTrue(CONFIG.exists())
        self.assertFalse(ADDRESS.exists())
        install(FIRST)
        wait_until(lambda: (state(), state(SOCKET)) == ("active", "active"), "the service to be back")
        self.assert_answers()

    def test_purge_leaves_nothing(self):
        owner = run("id", "-u", "wamp-fcgi").stdout.strip()
        self.purge()
        self.assertEqual(self.traces(owner), [])
        self.assertFalse(succeeds("getent", "passwd", "wamp-fcgi") or succeeds("getent", "group", "wamp-fcgi"))
        self.assertEqual(systemctl("list-units", "--all", "--quiet", "--plain", "wamp-fcgi*"), "")
        self.assertEqual(show("LoadState"), "not-found")
