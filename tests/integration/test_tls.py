"""Routers over TLS: valid and invalid certificates, names and addresses. Every refusal has a log line with its
reason."""
import json
import os
import shutil
import signal
import socket
import subprocess

from integration.deployment import DeploymentTest, configuration, main, service
from support.build import PROGRAM
from support.certificates import Authority, self_signed
from support.load import Background, make_call
from support.processes import AS_ROOT, SERVER_USER, Scratch, wait_until
from support.servers import LastingRouter, WampFcgiPool

RECOVERY_BOUND = 5
PATHS = {"/": service()}


TWO_ADDRESSES = "router.test"  # RFC 6761: a name that belongs to nobody
HOSTS = f"127.0.0.1 localhost {TWO_ADDRESSES}\n::1 {TWO_ADDRESSES}\n"


class PoolWithHosts(WampFcgiPool):
    """Sees another /etc/hosts than the machine's, in its own mount namespace."""

    user = None  # mounting needs root
    in_namespace = ["unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"']

    def command(self):
        return [*self.in_namespace, self.scratch.write("hosts", HOSTS), *super().command()]


class PoolOfRoot(WampFcgiPool):
    """Started by root, which switches the user."""

    user = None

    def command(self):
        return [*super().command(), "--user", SERVER_USER]


def can_replace_hosts():
    return AS_ROOT and subprocess.run([*PoolWithHosts.in_namespace, "/dev/null", "true"], capture_output=True).returncode == 0


def has_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        return True
    except OSError:
        return False


class RouterTest(DeploymentTest):
    def setUp(self):
        super().setUp()
        self.background = Background()
        self.background.__enter__()
        self.addCleanup(self.background.__exit__)

    pool_class = WampFcgiPool

    def deploy(self, url, connect_timeout=5, **tls):
        config = configuration(url, PATHS, connect_timeout=connect_timeout)
        if tls:
            config["router"]["tls"] = {name: str(path) for name, path in tls.items()}
        taken = len(list(self.scratch.path.glob("config*.json")))
        self.pool = self.pool_class(self.scratch, self.scratch.write(f"config{taken}.json", json.dumps(config)), 1).start()

    def call(self, *what, **how):
        return self.background.start(make_call(self.pool.address, 20, *what, **how)).result(30)

    def assert_works(self):
        outcome = self.call()
        self.assertTrue(outcome.good, (outcome, self.pool.log.read_text()))

    def assert_works_soon(self):
        wait_until(lambda: self.call().good, "a call to work", RECOVERY_BOUND)

    def assert_unavailable(self, why):
        outcome = self.call()
        self.assertEqual((outcome.status, outcome.name), (503, "router_unavailable"))
        wait_until(lambda: why in self.pool.log.read_text(), f"the log to say {why!r}", 5)


class Tls:
    """For each kind of URL: `scheme` and the part after the port; needs a RouterTest."""

    scheme, path = None, ""

    @classmethod
    def setUpClass(cls):
        cls.made = Scratch()
        cls.addClassCleanup(cls.made.close)
        cls.authority = Authority(cls.made.path, "authority")
        cls.good = cls.authority.issue("good")

    def start_router(self, certificate, *options, host="127.0.0.1"):
        self.router = LastingRouter(self.scratch, "--tls-cert", certificate.file, "--tls-key", certificate.key, *options,
                                    scheme=self.scheme, host=host, path=self.path)
        return self.router.start()

    def test_good_certificate(self):
        self.start_router(self.good)
        self.deploy(self.router.where, ca_file=self.authority.file)
        self.assert_works()
        long = "ä" * 500_000
        self.assertEqual(self.call("com.example.echo", [long]).json, {"args": [long]})
        calls = [self.background.start(make_call(self.pool.address, 20)) for _ in range(100)]
        self.assertTrue(all(each.result(30).good for each in calls))
        self.assertEqual(self.pool.stop(), 0)

    def test_host_by_name(self):
        self.start_router(self.authority.issue("named", hosts="DNS:localhost"))
        self.deploy(self.router.at("localhost"), ca_file=self.authority.file)
        self.assert_works()

    def test_host_by_ipv6_address(self):
        if not has_ipv6():
            self.skipTest("no IPv6 on loopback here")
        self.start_router(self.good, host="[::1]")
        self.deploy(self.router.where, ca_file=self.authority.file)
        self.assert_works()

    def test_certificates_that_are_refused_are_each_named_in_the_log(self):
        stranger = Authority(self.made.path, f"stranger-{self.scheme}")
        made = self.made.path
        for case, certificate, host, why in (
                ("expired", self.authority.issue("expired", days=0), "127.0.0.1", "certificate has expired"),
                ("self-signed", self_signed(made, "self-signed"), "127.0.0.1", "self-signed certificate"),
                ("other address", self.authority.issue("address", hosts="IP:127.0.0.2"), "127.0.0.1", "IP address mismatch"),
                ("other name", self.authority.issue("name", hosts="DNS:example.com"), "localhost", "hostname mismatch"),
                ("address as a name", self.authority.issue("mixed", hosts="DNS:127.0.0.1"), "127.0.0.1", "IP address mismatch"),
                ("unknown authority", stranger.issue("strange"), "127.0.0.1", "unable to get local issuer certificate")):
            with self.subTest(case):
                self.start_router(certificate)
                self.deploy(self.router.at(host), ca_file=self.authority.file, connect_timeout=1)
                self.assert_unavailable(why)
                self.pool.stop()
                self.router.stop()

    def test_authority_of_the_test_is_unknown_to_the_system(self):
        self.start_router(self.good)
        self.deploy(self.router.where, connect_timeout=1)
        self.assert_unavailable("the router's certificate is refused")

    def test_client_certificate(self):
        clients = Authority(self.made.path, f"clients-{self.scheme}")
        mine = clients.issue("client")
        others = self_signed(self.made.path, "other-client")
        self.start_router(self.good, "--tls-client-ca", clients.file)

        self.deploy(self.router.where, ca_file=self.authority.file, certificate_file=mine.file, key_file=mine.key)
        self.assert_works()
        self.pool.stop()

        for more, why in (({}, "certificate required"),
                          ({"certificate_file": others.file, "key_file": others.key}, "unknown ca")):
            with self.subTest(why):
                self.deploy(self.router.where, ca_file=self.authority.file, **more, connect_timeout=1)
                self.assert_unavailable(why)  # in the router's words, because it refuses
                self.pool.stop()

    def test_certificate_that_is_replaced_is_taken_without_a_restart(self):
        served = self.authority.issue("served", days=0)
        self.start_router(served)
        self.deploy(self.router.where, ca_file=self.authority.file, connect_timeout=1)
        self.assert_unavailable("certificate has expired")
        workers = self.pool.worker_pids()

        served.replace_by(self.good)
        self.restart_router()
        self.assert_works_soon()
        self.assertEqual(self.pool.worker_pids(), workers)

    def test_authority_that_is_replaced_is_taken_at_a_reload(self):
        trusted, successor = (Authority(self.made.path, f"{name}-{self.scheme}") for name in ("trusted", "successor"))
        served = trusted.issue("served")
        self.start_router(served)
        self.deploy(self.router.where, ca_file=trusted.file, connect_timeout=1)
        self.assert_works()

        served.replace_by(successor.issue("served-later"))
        self.restart_router()
        self.assert_unavailable("unable to get local issuer certificate")
        trusted.replace_by(successor)
        os.kill(self.pool.pid, signal.SIGHUP)
        self.assert_works_soon()

    def test_common_name_is_no_host_name(self):
        self.start_router(self.authority.issue("localhost", hosts="email:router@example.com"))
        self.deploy(self.router.at("localhost"), ca_file=self.authority.file, connect_timeout=1)
        self.assert_unavailable("hostname mismatch")
        self.pool.stop()
        self.deploy(self.router.at("127.0.0.1"), ca_file=self.authority.file, connect_timeout=1)
        self.assert_unavailable("IP address mismatch")

    def test_authorities_may_be_a_bundle(self):
        bundle = self.scratch.path / "bundle.pem"
        stranger = Authority(self.made.path, f"bundled-{self.scheme}")
        bundle.write_bytes(b"# strangers\n" + stranger.file.read_bytes() + b"\n# ours\n" + self.authority.file.read_bytes())
        bundle.chmod(0o644)
        self.start_router(self.good)
        self.deploy(self.router.where, ca_file=bundle)
        self.assert_works()

    def test_files_that_only_root_can_read_are_read_before_root_is_given_up(self):
        if not AS_ROOT:
            self.skipTest("only root has what others cannot read")
        clients = Authority(self.made.path, f"private-{self.scheme}")
        mine = clients.issue("private")
        for path in (mine.file, mine.key, self.authority.file):
            self.addCleanup(path.chmod, path.stat().st_mode & 0o777)
            path.chmod(0o600)
            shutil.chown(path, "root", "root")
        self.start_router(self.good, "--tls-client-ca", clients.file)
        self.pool_class = PoolOfRoot
        self.deploy(self.router.where, ca_file=self.authority.file, certificate_file=mine.file, key_file=mine.key)
        self.assert_works()

    def restart_router(self):
        self.router.stop(signal.SIGKILL)
        self.router.start()

    def test_router_without_tls_is_refused(self):
        self.router = LastingRouter(self.scratch).start()
        self.deploy(f"{self.scheme}://127.0.0.1:{self.router.port}{self.path}", ca_file=self.authority.file, connect_timeout=1)
        self.assert_unavailable("TLS handshake")
        self.assertNotIn("CALL", self.router.log.read_text())


class CheckedFiles(DeploymentTest):
    def check(self, **tls):
        config = configuration("rss://127.0.0.1:1", PATHS)
        config["router"]["tls"] = {name: str(path) for name, path in tls.items()}
        path = self.scratch.write("config.json", json.dumps(config))
        run = subprocess.run([PROGRAM, "--check-config", path], capture_output=True, text=True, timeout=60)
        return run.returncode, run.stderr

    def test_files_are_looked_into_when_the_configuration_is_checked(self):
        mine, others = self_signed(self.scratch.path, "mine"), self_signed(self.scratch.path, "others")
        text = self.scratch.write("text", "no PEM")
        self.assertEqual(self.check(ca_file=mine.file, certificate_file=mine.file, key_file=mine.key)[0], 0)
        for tls, why in (({"ca_file": self.scratch.path / "none"}, "tls.ca_file: expected a file that can be read"),
                         ({"ca_file": text}, "tls.ca_file: expected certificates in PEM"),
                         ({"certificate_file": text, "key_file": mine.key}, "tls.certificate_file: expected certificates"),
                         ({"certificate_file": mine.file, "key_file": mine.file}, "tls.key_file: expected a"),
                         ({"certificate_file": mine.file, "key_file": others.key},
                          "tls.key_file: expected the private key of the first certificate in certificate_file")):
            with self.subTest(why):
                status, said = self.check(**tls)
                self.assertEqual(status, 1)
                self.assertIn(why, said)


class RawSocketTls(Tls, RouterTest):
    scheme = "rss"


class WebSocketTls(Tls, RouterTest):
    scheme, path = "wss", "/ws"


class Addresses(RouterTest):
    def test_every_address_of_a_name_is_tried(self):
        if not (has_ipv6() and can_replace_hosts()):
            self.skipTest("no name can be given two addresses here: that takes root, a mount namespace and IPv6")
        self.pool_class = PoolWithHosts
        for scheme, path in (("rs", ""), ("ws", "/ws")):
            for host in ("127.0.0.1", "[::1]"):
                with self.subTest(scheme, host=host):
                    router = LastingRouter(self.scratch, scheme=scheme, host=host, path=path).start()
                    self.deploy(router.at(TWO_ADDRESSES))
                    self.assert_works()
                    self.pool.stop()
                    router.stop()

    def test_ipv6_address(self):
        if not has_ipv6():
            self.skipTest("no IPv6 on loopback here")
        for scheme, path in (("rs", ""), ("ws", "/ws")):
            with self.subTest(scheme):
                router = LastingRouter(self.scratch, scheme=scheme, host="[::1]", path=path).start()
                self.deploy(router.where)
                self.assert_works()
                self.pool.stop()


if __name__ == "__main__":
    main()
