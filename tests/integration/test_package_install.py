"""The life of the Debian package in a clean Debian: installed with its dependencies, configured, started as by its
unit, called, stopped, reinstalled, removed, purged."""
import re
import shlex
import shutil
import signal

from integration.deployment import DeploymentTest, main
from support import fastcgi_client as fastcgi
from support.clean_root import CleanRoot, NotHere
from support.package import make_package
from support.processes import Process, can_connect
from support.servers import TOP, DevRouter, replace_once

UNITS = "usr/lib/systemd/system"
SAMPLE = "usr/share/doc/wamp-fcgi/examples/config.json"
CONFIG = "etc/wamp-fcgi/config.json"


class InstalledPool(Process):
    """The installed service, started as by systemd, with the command, user and socket of its units."""

    name = "installed"

    def __init__(self, scratch, root):
        super().__init__(scratch)
        self.root = root
        self.address = root.path / self.setting("socket", "ListenStream").lstrip("/")
        self.address.parent.mkdir()

    def setting(self, kind, name):
        unit = (self.root.path / UNITS / f"wamp-fcgi.{kind}").read_text()
        return re.search(rf"^{name}=(.*)$", unit, re.M)[1]

    def command(self):
        who = f"{self.setting('service', 'User')}:{self.setting('service', 'Group')}"
        return ["env", f"PYTHONPATH={TOP}/tests", "python3", "-B", "-m", "support.systemd", self.address,
                shutil.which("chroot"), f"--userspec={who}", self.root.path,
                *shlex.split(self.setting("service", "ExecStart"))]

    def is_ready(self):
        return len(self.children()) >= 2 and can_connect(self.address)


class PackageInstall(DeploymentTest):
    def setUp(self):
        super().setUp()
        try:
            self.root = CleanRoot(self.scratch)
        except NotHere as reason:
            self.skipTest(f"no clean Debian to install the package in: {reason}")
        package = make_package(self.scratch.path / "package")
        shutil.copy(package, self.root.path / "tmp/wamp-fcgi.deb")

    def install(self, *packages):
        self.root.run("apt-get", "--quiet", "--yes", "--no-install-recommends", "--reinstall", "install",
                      *(packages or ("/tmp/wamp-fcgi.deb",)))

    def purge(self):
        self.root.run("apt-get", "--quiet", "--yes", "purge", "wamp-fcgi")

    def configure(self, router):
        """Points the installed sample to a router, like an administrator."""
        sample = (self.root.path / SAMPLE).read_text()
        path = self.root.path / CONFIG
        path.write_text(replace_once(sample, '"url": "rs://127.0.0.1:8081"', f'"url": "{router.url}"'))
        path.chmod(0o640)
        self.root.run("chgrp", "wamp-fcgi", f"/{CONFIG}")

    def assert_prepared(self):
        """The user exists and may read the folder, no other user may; nothing is configured; the units are enabled."""
        folder = self.root.path / "etc/wamp-fcgi"
        status = folder.stat()
        self.assertEqual((status.st_uid, status.st_gid, status.st_mode & 0o7777),
                         (0, self.root.id_of("group", "wamp-fcgi"), 0o750))
        self.assertEqual(list(folder.iterdir()), [])
        self.assertIsNotNone(self.root.id_of("passwd", "wamp-fcgi"))
        for target, unit in (("sockets.target", "wamp-fcgi.socket"), ("multi-user.target", "wamp-fcgi.service")):
            self.assertTrue((self.root.path / f"etc/systemd/system/{target}.wants/{unit}").is_symlink(), unit)

    def assert_answers(self, address):
        body = b'{"procedure": "com.example.add2", "args": [2, 3]}'
        request = fastcgi.begin() + fastcgi.params(fastcgi.variables(length=len(body))) + fastcgi.stdin(body)
        status, _, answer = fastcgi.request(address, request)
        self.assertEqual((status, answer), (200, b'{"args":[5]}'))

    def assert_keeps_choices_when_installed_again(self):
        self.root.run("chgrp", "www-data", "/etc/wamp-fcgi")
        enabled = self.root.path / "etc/systemd/system/multi-user.target.wants/wamp-fcgi.service"
        enabled.unlink()  # like systemctl disable
        before = (self.root.path / CONFIG).read_text()
        self.install()
        self.assertEqual((self.root.path / "etc/wamp-fcgi").stat().st_gid, self.root.id_of("group", "www-data"))
        self.assertEqual((self.root.path / CONFIG).read_text(), before)
        self.assertFalse(enabled.is_symlink())

    def test_package_installs_starts_answers_stops_and_leaves_nothing(self):
        self.install()
        self.assert_prepared()
        self.assertIn("wamp-fcgi ", self.root.run("wamp-fcgi", "--version").stdout)

        self.configure(DevRouter(self.scratch).start())
        self.root.run("setpriv", "--reuid=wamp-fcgi", "--regid=wamp-fcgi", "--clear-groups",
                      "wamp-fcgi", "--check-config")
        pool = InstalledPool(self.scratch, self.root).start()
        self.assert_answers(pool.address)
        self.assertEqual(pool.stop(signal.SIGTERM), 0)

        self.assert_keeps_choices_when_installed_again()
        user = self.root.id_of("passwd", "wamp-fcgi")
        self.root.run("apt-get", "--quiet", "--yes", "remove", "wamp-fcgi")
        self.assertTrue((self.root.path / CONFIG).exists())
        self.assertFalse((self.root.path / "usr/bin/wamp-fcgi").exists())

        (self.root.path / "tmp/wamp-fcgi.deb").unlink()
        for folder in ("/var/log/wamp-fcgi", "/var/lib/wamp-fcgi"):  # like systemd
            self.root.run("install", "--directory", "--owner=wamp-fcgi", folder)
        self.purge()
        self.assert_nothing_left(user)

    def assert_nothing_left(self, user):
        self.assertEqual([str(path) for path in self.root.traces("wamp-fcgi", user)], [])
        self.assertEqual([self.root.id_of(database, "wamp-fcgi") for database in ("passwd", "group")], [None, None])

    def test_user_and_folder_of_the_socket_are_made_by_systemd_where_it_is(self):
        if not self.root.has_proc:
            self.skipTest("no /proc in the root, which systemd-tmpfiles needs")
        self.install("systemd-standalone-sysusers", "systemd-standalone-tmpfiles")
        self.install()
        self.assert_prepared()
        user = self.root.id_of("passwd", "wamp-fcgi")
        self.assertEqual((self.root.path / "run/wamp-fcgi").stat().st_uid, user)

        (self.root.path / "tmp/wamp-fcgi.deb").unlink()
        self.purge()
        self.assert_nothing_left(user)


if __name__ == "__main__":
    main()
