"""The Debian package under a real systemd: boots a clean Debian in which systemd is the first process, and runs
systemd_cases.py there. Ends with the machine; nothing of it stays. Needs root, and what booted_machine.py needs."""
import json
import os
import shutil
import sys

from integration.deployment import DeploymentTest, main
from support.booted_machine import kind_of_machine
from support.certificates import Authority
from support.clean_root import CleanRoot, NotHere
from support.guest import FIRST, NEXT, PACKAGES, configuration
from support.package import make_package
from support.processes import wait_until
from support.servers import BUILD, TOP

PACKAGES_INSIDE = ("systemd-sysv", "dbus", "python3", "procps", "logrotate", "redis-server")
RESULTS = "/opt/results"
SECONDS = 900
UNITS = {
    "devrouter.service": """
[Service]
Type=exec
RuntimeDirectory=devrouter
UMask=0000
ExecStart=/opt/bin/wamp-devrouter --listen unix:/run/devrouter/router.sock --listen rs://127.0.0.1:8081 \
--listen ws://127.0.0.1:8082/ws --listen rss://127.0.0.1:8083 --listen wss://127.0.0.1:8084/ws \
--tls-cert /opt/tls/router.crt --tls-key /opt/tls/router.key --ticket joe:backend:tickets-secret
[Install]
WantedBy=multi-user.target
""",
    # Debian's default target comes after multi-user.target, and so does this.
    "cases.service": f"""
[Unit]
After=multi-user.target
SuccessAction=poweroff-force
FailureAction=poweroff-force
[Service]
Type=oneshot
WorkingDirectory=/opt/wamp-fcgi/tests
Environment=LC_ALL=C.UTF-8 WAMPFCGI_SLOWDOWN=SLOWDOWN
ExecStart=/usr/bin/python3 -B -m integration.systemd_cases CASES
ExecStopPost=/bin/sync
StandardOutput=file:{RESULTS}
StandardError=inherit
TimeoutStartSec=infinity
[Install]
WantedBy=graphical.target
"""}


class Systemd(DeploymentTest):
    def setUp(self):
        if "WAMPFCGI_ANYWHERE" not in os.environ:
            self.skipTest("takes minutes: part of make check-anywhere")
        super().setUp()
        try:
            self.kind = kind_of_machine()
            self.root = CleanRoot(self.scratch)
        except NotHere as reason:
            self.skipTest(f"no machine with systemd here: {reason}")

    def prepare(self):
        """Installs everything that the machine needs, because its network is only its own loopback."""
        packages = self.root.path / PACKAGES.relative_to("/")
        packages.mkdir(parents=True)
        for version in (FIRST, NEXT):
            shutil.copy(make_package(self.scratch.path / version, version=version), packages)
        policy = self.root.path / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        self.root.run("apt-get", "--quiet", "--yes", "--no-install-recommends", "install", *PACKAGES_INSIDE,
                      *self.kind.packages, f"{PACKAGES}/{next(packages.glob(f'*_{FIRST}-*')).name}")
        policy.unlink()
        self.root.run("systemctl", "disable", "--quiet", "redis-server.service")
        self.copy_tests()
        self.configure()

    def copy_tests(self):
        opt = self.root.path / "opt"
        for name in ("tests/support", "tests/integration"):
            shutil.copytree(TOP / name, opt / "wamp-fcgi" / name, ignore=shutil.ignore_patterns("__pycache__"))
        (opt / "bin").mkdir()
        shutil.copy(BUILD / "wamp-devrouter", opt / "bin")
        (opt / "tls").mkdir()
        Authority(opt / "tls", "authority").issue("router")
        for name, text in UNITS.items():
            path = self.root.path / "etc/systemd/system" / name
            text = text.lstrip().replace("=SLOWDOWN", f"={self.kind.slowdown}")
            path.write_text(text.replace("CASES", os.environ.get("WAMPFCGI_CASES", "")))
            self.root.run("systemctl", "enable", "--quiet", name)

    def configure(self):
        path = self.root.path / "etc/wamp-fcgi/config.json"
        path.write_text(json.dumps(configuration()))
        path.chmod(0o640)
        self.root.run("chgrp", "wamp-fcgi", "/etc/wamp-fcgi/config.json")

    def test_package_passes_all_cases_in_a_machine_with_systemd(self):
        self.prepare()
        machine = self.kind(self.scratch, self.root)
        machine.launch()
        try:
            wait_until(machine.ended, "the machine to power off", SECONDS * self.kind.slowdown)
        finally:
            machine.stop()
        results = machine.read(RESULTS) or machine.said()
        print(f"\n{self.kind.__name__}:\n{results}", file=sys.stderr)
        self.assertRegex(results, r"\nOK\n*\Z")


if __name__ == "__main__":
    main()
