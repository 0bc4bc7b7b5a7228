"""Owns what is measured: wamp-fcgi and the yardsticks behind each web server, with the same sample configuration."""
import contextlib
import json

from integration.deployment import configuration, service
from support.processes import Process, Scratch, wait_until
from support.servers import (BUILD, ApacheFcgid, ApacheProxyFcgi, Lighttpd, LighttpdCgi, Nginx, PoolBehind, WampFcgiPool,
                             replace_once, runs)
from support.web import Client

WORKERS = 2
FCGID_PROCESSES = 4
KEPT_CONNECTIONS = 300  # more than the load has: a yardstick needs a thread for each
KEY, SECRET = "myapp1", "kkjH68GiuUZ"


class InstantRouter(Process):
    """bench-router on a loopback port or a Unix socket."""

    name = "router"

    def __init__(self, scratch, socket=None):
        super().__init__(scratch)
        self.socket, self.url = socket, None

    def command(self):
        return [BUILD / "bench-router", *([self.socket] if self.socket else [])]

    def is_ready(self):
        said = self.log.read_text()
        if not said.endswith("\n"):
            return False
        self.url = said.split()[1]
        if self.socket:
            self.socket.chmod(0o666)
        return True


def write_configuration(scratch, router_url):
    """Writes wamp-fcgi's configuration: an open service, one for signed requests, and one for publications."""
    paths = {"/": service(), "signed": service(key=KEY, secret=SECRET, timestamp_delta_limit=3600,
                                           replay_protection=False),  # requests are signed once and sent often
             "publish": {**service(), "type": "publisher"}}
    config = configuration(router_url, paths, mount="/wamp", connect_timeout=5)
    return scratch.write("config.json", json.dumps(config))


YARDSTICK = BUILD / "bench-yardstick"
ASKING_YARDSTICK = BUILD / "bench-asking-yardstick"
STATIC = BUILD / "portable" / "wamp-fcgi"  # which `make portable` builds


class YardstickPool(WampFcgiPool):
    """A yardstick with as many processes as wamp-fcgi has workers; for kept connections, with a thread for each."""

    name = "yardstick"

    def __init__(self, scratch, config, program, threads):
        super().__init__(scratch, config, WORKERS)
        self.program, self.threads = program, threads

    def command(self):
        return [*super().command(), "--threads", self.threads]


class Fcgid(ApacheFcgid):
    def sample_text(self):
        text = replace_once(super().sample_text(), '<Files "wamp-fcgi">', f'<Files "{self.program.name}">')
        return replace_once(text, "    MaxProcesses 12 ", f"    MaxProcesses {FCGID_PROCESSES} ")


class NginxClosing(Nginx):
    """Without FCGI_KEEP_CONN."""

    def sample_text(self):
        text = replace_once(super().sample_text(), "fastcgi_keep_conn on;", "fastcgi_keep_conn off;")
        return replace_once(text, "    keepalive 256; ", "    # ")


class ProxyFcgiClosing(ApacheProxyFcgi):
    """Without FCGI_KEEP_CONN."""

    def sample_text(self):
        return replace_once(super().sample_text(), " enablereuse=on flushpackets", " enablereuse=off flushpackets")


# By name in the table: the web server, and the numbers of connections of the load.
SET_UPS = {
    "lighttpd": (Lighttpd, (1, 32, 256)),
    "nginx": (NginxClosing, (1, 32, 256)),
    "nginx keep": (Nginx, (1, 32, 256)),
    "mod_proxy_fcgi": (ProxyFcgiClosing, (1, 32, 256)),
    "mod_proxy_fcgi keep": (ApacheProxyFcgi, (1, 32, 256)),
    "mod_fcgid": (Fcgid, (1, FCGID_PROCESSES)),
    "CGI": (LighttpdCgi, ()),  # a process for each request: only the time to the first answer is meaningful
}


class Subject:
    """A running web server with the measured program behind it."""

    def __init__(self, server, pool=None):
        self.server, self.pool = server, pool

    @property
    def port(self):
        return self.server.port

    def pids(self):
        """All processes of the program, including a pool's supervisor."""
        if self.pool:
            return [pid for pid in (self.pool.pid, *self.pool.children()) if runs(pid, self.pool.program.name)]
        return self.server.worker_pids()

    def worker_pids(self):
        return self.server.worker_pids()


def make(scratch, set_up, router_url, other=None):
    """Prepares a set-up without starting it. `other` is a program in place of wamp-fcgi."""
    server_class = SET_UPS[set_up][0]
    config = write_configuration(scratch, router_url)
    if not issubclass(server_class, PoolBehind):
        server = server_class(scratch, config)
        server.program = other or server.program
        return Subject(server)
    if other in (YARDSTICK, ASKING_YARDSTICK):
        pool = YardstickPool(scratch, config, other, KEPT_CONNECTIONS if set_up.endswith("keep") else 1)
    else:
        pool = WampFcgiPool(scratch, config, WORKERS)
        pool.program = other or pool.program
    return Subject(server_class(scratch, pool.start()), pool)


@contextlib.contextmanager
def subject(set_up, router_url, other=None):
    """The web server of a set-up, with wamp-fcgi or another program behind it."""
    with Scratch() as scratch:
        made = make(scratch, set_up, router_url, other)
        made.server.start()
        client = Client(made.port)
        wait_until(lambda: client.call("com.example.add2", 2, 3).status == 200, f"{set_up} to answer")
        yield made


@contextlib.contextmanager
def side_by_side(set_up, router_url, **programs):
    """The subjects of a set-up by name, each with one of `programs`; None is wamp-fcgi."""
    with contextlib.ExitStack() as stack:
        yield {name: stack.enter_context(subject(set_up, router_url, program)) for name, program in programs.items()}
