"""Routers behind an HTTP proxy, which is Apache with mod_proxy_connect. Only the proxy knows the router's name."""
import json
import os
import pathlib
import signal
import socket
import subprocess

from integration.deployment import DeploymentTest, configuration, main, service
from integration.test_tls import PoolWithHosts, can_replace_hosts
from support.build import PROGRAM
from support.certificates import Authority
from support.load import Background, make_call
from support.processes import SERVER_USER, Process, free_port, wait_until
from support.servers import DevRouter, LastingRouter, WampFcgiPool, program_named

NAME = "router.test"  # RFC 6761: a name that belongs to nobody
PATHS = {"/": service()}
SCHEMES = {"rs": "", "rss": "", "ws": "/ws", "wss": "/ws"}  # each with the path of its URLs


class ForwardProxy(Process):
    """Apache, which sees another /etc/hosts than wamp-fcgi, and tunnels to one port."""

    name = "forward-proxy"

    def __init__(self, scratch, to_port):
        super().__init__(scratch)
        self.to_port, self.port = to_port, free_port()
        self.access = scratch.path / "access.log"

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def command(self):
        folder = pathlib.Path("/usr/lib/apache2/modules")
        modules = ("mpm_event", "authz_core", "proxy", "proxy_connect")
        hosts = self.scratch.write("hosts", f"127.0.0.1 localhost {NAME}\n")
        config = self.scratch.write("forward-proxy.conf", "".join(
            f"LoadModule {name}_module {folder}/mod_{name}.so\n" for name in modules) + f"""
ServerRoot {self.scratch.path}
DefaultRuntimeDir {self.scratch.folder("proxy-run")}
ServerName 127.0.0.1
Listen 127.0.0.1:{self.port}
PidFile {self.scratch.path}/forward-proxy.pid
ErrorLog {self.log}
CustomLog {self.access} "%r %>s"
User {SERVER_USER}
Group {SERVER_USER}
ProxyRequests On
AllowCONNECT {self.to_port}
""")
        return [*PoolWithHosts.in_namespace, hosts, program_named("apache2"), "-DFOREGROUND", "-f", config]

    def is_ready(self):
        return "resuming normal operations" in self.said()

    def cut(self):
        """Ends at once; with SIGTERM, Apache would wait for its tunnels."""
        os.killpg(self.pid, signal.SIGKILL)
        self.stop()

    def tunnels(self):
        """The lines of tunnels that have ended."""
        return self.access.read_text().splitlines() if self.access.exists() else []


class BehindAProxy(DeploymentTest):
    def setUp(self):
        super().setUp()
        self.background = Background()
        self.background.__enter__()
        self.addCleanup(self.background.__exit__)

    def configured(self, proxy, *urls, connect_timeout=5, **more):
        config = configuration("", PATHS, connect_timeout=connect_timeout)
        del config["router"]["url"]
        config["router"].update(urls=urls, proxy=proxy, **more)
        return self.scratch.write("config.json", json.dumps(config))

    def deploy(self, *what, **how):
        self.pool = WampFcgiPool(self.scratch, self.configured(*what, **how), 1).start()

    def call(self, *what):
        return self.background.start(make_call(self.pool.address, 20, *what)).result(30)

    def assert_works(self):
        outcome = self.call()
        self.assertTrue(outcome.good, (outcome, self.pool.log.read_text()))

    def assert_unavailable(self, why):
        outcome = self.call()
        self.assertEqual((outcome.status, outcome.name), (503, "router_unavailable"))
        wait_until(lambda: why in self.pool.log.read_text(), f"the log to say {why!r}", 5)


class Apache(BehindAProxy):
    @classmethod
    def setUpClass(cls):
        if not can_replace_hosts():
            cls.skipTest(cls, "only root can give the proxy, and nobody else, a name for the router")

    def start(self, scheme, certificate_for=f"DNS:{NAME}"):
        self.authority = Authority(self.scratch.path, f"authority-{scheme}")
        made = self.authority.issue(f"router-{scheme}", hosts=certificate_for)
        tls = ("--tls-cert", made.file, "--tls-key", made.key) if scheme in ("rss", "wss") else ()
        self.router = LastingRouter(self.scratch, *tls, scheme=scheme, path=SCHEMES[scheme]).start()
        self.proxy = ForwardProxy(self.scratch, self.router.port).start()
        return self.router.at(NAME)

    def test_calls_pass_it_with_every_transport(self):
        for scheme in SCHEMES:
            with self.subTest(scheme):
                url = self.start(scheme)
                self.deploy(self.proxy.url, url, tls={"ca_file": str(self.authority.file)})
                self.assert_works()
                long = "ä" * 500_000
                self.assertEqual(self.call("com.example.echo", [long]).json, {"args": [long]})
                self.assertEqual(self.pool.stop(), 0)
                line = f"CONNECT {NAME}:{self.router.port} HTTP/1.1 200"
                wait_until(lambda: self.proxy.tunnels() == [line], "the proxy to log the only tunnel", 5)
                self.proxy.cut()
                self.router.stop()
                self.proxy.access.unlink()

    def test_the_router_is_verified_by_its_own_name(self):
        url = self.start("wss", certificate_for="IP:127.0.0.1,DNS:localhost")
        self.deploy(self.proxy.url, url, tls={"ca_file": str(self.authority.file)}, connect_timeout=1)
        self.assert_unavailable("the router's certificate is refused: hostname mismatch")
        self.assertNotIn("CALL", self.router.log.read_text())

    def test_a_refusal_is_said_with_the_status(self):
        self.start("rs")
        self.deploy(self.proxy.url, f"rs://{NAME}:{free_port()}", connect_timeout=1)
        self.assert_unavailable('the proxy refused the tunnel with HTTP status 403 "Proxy Error"')

    def test_a_session_is_made_again_through_it(self):
        url = self.start("rs")
        self.deploy(self.proxy.url, url)
        self.assert_works()
        self.proxy.cut()
        self.proxy.start()
        wait_until(lambda: self.call().good, "a call to work", 5)
        self.assertEqual(self.pool.stop(), 0)

    def test_the_router_is_checked_through_it(self):
        url = self.start("rs")
        run = subprocess.run([PROGRAM, "--check-config", self.configured(self.proxy.url, url), "--router"],
                             capture_output=True, text=True, timeout=60)
        self.assertEqual(run.returncode, 0, run)


class OtherProxies(BehindAProxy):
    def test_a_proxy_that_is_down_is_named(self):
        self.deploy(f"http://127.0.0.1:{free_port()}", "rs://127.0.0.1:1", connect_timeout=1)
        self.assert_unavailable("connecting to the proxy: Connection refused")

    def test_a_silent_proxy_takes_connect_timeout(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            self.deploy(f"http://127.0.0.1:{silent.getsockname()[1]}", "rs://127.0.0.1:1", connect_timeout=1)
            self.assert_unavailable("no connection in time")
            self.assertEqual(self.pool.stop(), 0)

    def test_a_unix_socket_needs_no_proxy(self):
        router = DevRouter(self.scratch, socket=self.scratch.folder("run") / "router.sock").start()
        self.deploy(f"http://127.0.0.1:{free_port()}", "rs://127.0.0.1:1", f"unix:{router.socket}")
        self.assert_works()


if __name__ == "__main__":
    main()
