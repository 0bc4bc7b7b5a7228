"""Owns running the real programs: the development router, a pool of wamp-fcgi, and the web servers, with this project's
sample configurations unchanged except for paths, ports and users."""
import os
import pathlib
import re
import signal
import socket
import subprocess

from support import fastcgi_client as fastcgi
from support.build import BUILD, PROGRAM, TOP
from support.processes import AS_ROOT, SERVER_USER, Process, can_connect, free_port, session_members


def replace_once(text, old, new):
    """Fails when a sample configuration no longer contains the text to replace."""
    if text.count(old) != 1:
        raise ValueError(f"expected to find once: {old}")
    return text.replace(old, new)


def find_program(name):
    return next((folder / name for folder in map(pathlib.Path, ("/usr/sbin", "/usr/local/sbin", "/usr/bin"))
                 if (folder / name).exists()), None)


def program_named(name):
    found = find_program(name)
    if not found:
        raise FileNotFoundError(f"{name} is not installed (make deps)")
    return found


def missing(server_class):
    """Why the tests of a web server that not every distribution has are skipped, or None."""
    return None if find_program(server_class.name) else f"there is no {server_class.name} here (make deps-check)"


def self_signed_certificate(scratch):
    """The paths of a certificate for 127.0.0.1 and of its key."""
    certificate, key = scratch.path / "tls.crt", scratch.path / "tls.key"
    if not certificate.exists():
        key_type = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        subprocess.run(["openssl", "req", "-x509", *key_type, "-days", "2", "-subj", "/CN=127.0.0.1", "-keyout", key,
                        "-out", certificate], check=True, capture_output=True)
    return certificate, key


class DevRouter(Process):
    """wamp-devrouter on a free loopback port, or always on the same Unix socket."""

    name = "devrouter"

    def __init__(self, scratch, *options, socket=None):
        super().__init__(scratch)
        self.options, self.socket, self.url = options, socket, None

    def command(self):
        self.url = None
        listen = f"unix:{self.socket}" if self.socket else "127.0.0.1:0"
        return [BUILD / "wamp-devrouter", "--listen", listen, *self.options]

    def is_ready(self):
        found = re.search(r"^listening (\S+)$", self.said(), re.M)
        self.url = found and found[1]
        return found and (not self.socket or self.let_servers_connect())

    def let_servers_connect(self):
        self.socket.chmod(0o666)
        return True


class LastingRouter(DevRouter):
    """A router that restarts on the same port, and logs every call."""

    def __init__(self, scratch, *options, scheme="rs", host="127.0.0.1", path=""):
        super().__init__(scratch, "--log-calls", *options)
        self.scheme, self.host, self.path, self.port = scheme, host, path, free_port()

    def at(self, host):
        """Its URL with another host name."""
        return f"{self.scheme}://{host}:{self.port}{self.path}"

    @property
    def where(self):
        return self.at(self.host)

    def command(self):
        command = super().command()
        command[command.index("--listen") + 1] = self.where
        return command


class WampFcgiPool(Process):
    """wamp-fcgi as a supervisor with workers, on a Unix socket or a loopback port."""

    name = "wamp-fcgi"
    user = SERVER_USER
    program = PROGRAM

    def __init__(self, scratch, config, workers=2, over_tcp=False):
        super().__init__(scratch)
        self.config, self.workers, self.over_tcp = config, workers, over_tcp
        self.address = None

    def command(self):
        if self.over_tcp:
            self.address = free_port()
            listen = f"127.0.0.1:{self.address}"
        else:
            self.address = self.scratch.folder("run") / "wamp-fcgi.sock"
            listen = f"unix:{self.address}"
        return [self.scratch.program(self.program), "--config", self.config, "--listen", listen,
                "--workers", self.workers]

    def is_ready(self):
        return len(self.children()) >= self.workers and can_connect(self.address)

    def worker_pids(self):
        return sorted(self.children())


class WorkerOnFd0(Process):
    """One worker with a listening socket as descriptor 0, as started by a web server."""

    name = "worker"
    user = SERVER_USER
    program = PROGRAM

    def __init__(self, scratch, config):
        super().__init__(scratch)
        self.config = config
        self.address = scratch.folder("run") / "worker.sock"
        self.listener = None

    def command(self):
        return [self.scratch.program(self.program), "--config", self.config]

    def standard_input(self):
        return self.listener

    def launch(self):
        self.address.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as self.listener:
            self.listener.bind(str(self.address))
            self.address.chmod(0o666)
            self.listener.listen(1024)
            super().launch()

    def is_ready(self):
        return self.send("{}")[0] == 400

    def send(self, body, **variables):
        variables = fastcgi.variables(length=len(body), **variables)
        return fastcgi.request(self.address, fastcgi.begin() + fastcgi.params(variables) + fastcgi.stdin(body.encode()))


class WebServer(Process):
    """A web server with wamp-fcgi at /wamp; `port` speaks HTTP, `tls_port` (if any) HTTPS."""

    program = PROGRAM
    sample = None  # sample configuration of this project
    mount = None  # the mount in wamp-fcgi's configuration
    port = tls_port = None

    def __init__(self, scratch, config):
        super().__init__(scratch)
        self.config = config

    def is_ready(self):
        return can_connect(self.port)

    def worker_pids(self):
        """The pids of the wamp-fcgi processes behind this server."""
        return sorted(pid for pid in session_members(self.pid) if runs(pid, self.program.name))

    def sample_text(self):
        return (TOP / self.sample).read_text()


def runs(pid, program_name):
    try:
        command = pathlib.Path("/proc", str(pid), "cmdline").read_bytes().split(b"\0")[0]
        return command.rpartition(b"/")[2] == os.fsencode(program_name)
    except OSError:
        return False


class Lighttpd(WebServer):
    """lighttpd, which starts wamp-fcgi itself. A port sets HTTPS in place of TLS, which is a separate package."""

    name = "lighttpd"
    user = SERVER_USER
    sample = "etc/lighttpd.conf"
    wanted_port = None

    def __init__(self, scratch, config, port=None):
        super().__init__(scratch, config)
        self.wanted_port = port

    def values(self):
        """The values of the sample's variables."""
        return {"program": self.scratch.program(self.program), "config": self.config,
                "socket": self.scratch.folder("run") / "lighttpd.sock"}

    def command(self):
        self.port, self.tls_port = self.wanted_port or free_port(), free_port()
        sample = self.sample_text()
        for variable, value in self.values().items():
            line = re.search(rf'^var\.wamp_{variable} = ".*"$', sample, re.M)[0]
            sample = replace_once(sample, line, f'var.wamp_{variable} = "{value}"')
        self.scratch.write("50-wamp-fcgi.conf", sample)
        main = self.scratch.write("lighttpd.conf", f"""
server.document-root = "{self.scratch.folder('www')}"
server.bind = "127.0.0.1"
server.port = {self.port}
server.upload-dirs = ( "{self.scratch.folder('tmp')}" )
server.errorlog = "{self.log}"
server.breakagelog = "{self.log}"
server.modules = ( "mod_access", "mod_setenv" )
$SERVER["socket"] == "127.0.0.1:{self.tls_port}" {{ setenv.set-environment = ( "HTTPS" => "on" ) }}
include "{self.scratch.path}/50-wamp-fcgi.conf"
""")
        self.log.chmod(0o666)  # lighttpd reopens it by name
        return [program_named("lighttpd"), "-D", "-f", main]


class Apache(WebServer):
    """Apache with the modules for a sample, as in Debian's apache2-bin."""

    name = "apache"
    modules = ()

    def defines(self):
        raise NotImplementedError

    def command(self):
        self.port, self.tls_port = free_port(), free_port()
        certificate, key = self_signed_certificate(self.scratch)
        folder = pathlib.Path("/usr/lib/apache2/modules")
        modules = ("mpm_event", "authz_core", "authz_host", "env", "setenvif", "alias", "socache_shmcb", "ssl",
                   *self.modules)
        lines = [f"LoadModule {name}_module {folder}/mod_{name}.so" for name in modules]
        lines += [f"Define {name} {value}" for name, value in self.defines().items()]
        user = f"User {SERVER_USER}\nGroup {SERVER_USER}" if AS_ROOT else ""
        main = self.scratch.write("apache.conf", "\n".join(lines) + f"""
ServerRoot {self.scratch.path}
DefaultRuntimeDir {self.scratch.folder("run")}
ServerName 127.0.0.1
Listen 127.0.0.1:{self.port}
Listen 127.0.0.1:{self.tls_port} https
PidFile {self.scratch.path}/apache.pid
ErrorLog {self.log}
DocumentRoot {self.scratch.folder("www")}
GracefulShutdownTimeout 5
{user}
<Directory />
    Require all denied
</Directory>
{self.more()}
Include {self.scratch.write("wamp-fcgi.conf", self.sample_text())}
<VirtualHost 127.0.0.1:{self.tls_port}>
    SSLEngine on
    SSLCertificateFile {certificate}
    SSLCertificateKeyFile {key}
</VirtualHost>
""")
        return [program_named("apache2"), "-DFOREGROUND", "-f", main]

    def more(self):
        return ""

    def is_ready(self):
        """Waits until it handles signals, which is after it listens. A SIGTERM in between would leave mod_fcgid's
        process manager running."""
        return "resuming normal operations" in self.said()


class ApacheFcgid(Apache):
    """Apache with mod_fcgid, which starts wamp-fcgi itself on demand."""

    name = "apache-fcgid"
    modules = ("fcgid",)
    sample = "apache-example.conf"

    def defines(self):
        return {"WAMP_FCGI_PROGRAM": self.scratch.program(self.program), "WAMP_FCGI_CONFIG": self.config}

    def more(self):
        run = self.scratch.folder("run")
        return f"FcgidIPCDir {run}/fcgid\nFcgidProcessTableFile {run}/fcgid_shm"


class ApacheCgi(Apache):
    """Apache, which starts wamp-fcgi as a CGI program for each request."""

    name = "apache-cgi"
    modules = ("cgid",)
    sample = "etc/apache-cgi.conf"
    defines = ApacheFcgid.defines

    def more(self):
        return f"ScriptSock {self.scratch.folder('run')}/cgid.sock"

    def is_ready(self):
        """mod_cgid's daemon may be late: it creates its socket, and then changes the owner to the server processes'
        user."""
        sockets = list(self.scratch.folder("run").glob("cgid.sock*"))
        return super().is_ready() and any(not SERVER_USER or each.owner() == SERVER_USER for each in sockets)


class LighttpdCgi(Lighttpd):
    """lighttpd, which starts wamp-fcgi as a CGI program for each request."""

    name = "lighttpd-cgi"
    sample = "etc/lighttpd-cgi.conf"

    def values(self):
        return {"program": self.scratch.program(self.program), "config": self.config}


class PoolBehind(WebServer):
    """A web server that passes requests to a running pool."""

    def __init__(self, scratch, pool):
        super().__init__(scratch, pool.config)
        self.pool = pool

    def worker_pids(self):
        return self.pool.worker_pids()


class LighttpdPool(PoolBehind, Lighttpd):
    """lighttpd, which connects to a pool."""

    name = "lighttpd-pool"
    sample = "etc/lighttpd-pool.conf"

    def values(self):
        return {"socket": self.pool.address}


class ApacheProxyFcgi(PoolBehind, Apache):
    """Apache with mod_proxy_fcgi."""

    name = "apache-proxy"
    modules = ("proxy", "proxy_fcgi")
    sample = "etc/apache-proxy-fcgi.conf"
    mount = "/wamp"

    def defines(self):
        return {"WAMP_FCGI_SOCKET": self.pool.address}


class Nginx(PoolBehind):
    """nginx with fastcgi_pass."""

    name = "nginx"
    sample = "etc/nginx.conf"
    processes, descriptors, connections, listen_options = 1, 8192, 4096, ""

    def command(self):
        self.port, self.tls_port = free_port(), free_port()
        certificate, key = self_signed_certificate(self.scratch)
        sample = replace_once(self.sample_text(), "server unix:/run/wamp-fcgi/wamp-fcgi.sock", f"server unix:{self.pool.address}")
        sample = replace_once(sample, "\n    listen 80;\n    listen [::]:80;\n", f"""
    listen 127.0.0.1:{self.port}{self.listen_options};
    listen 127.0.0.1:{self.tls_port} ssl;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
""")
        self.scratch.write("nginx-wamp-fcgi.conf", sample)
        folders = "\n".join(f"    {kind}_temp_path {self.scratch.folder(kind)};"
                            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        main = self.scratch.write("nginx.conf", f"""
daemon off;
worker_processes {self.processes};
worker_rlimit_nofile {self.descriptors};
pid {self.scratch.path}/nginx.pid;
error_log {self.log} notice;
{f"user {SERVER_USER};" if AS_ROOT else ""}
events {{ worker_connections {self.connections}; }}
http {{
    access_log off;
{folders}
    include {self.scratch.path}/nginx-wamp-fcgi.conf;
}}
""")
        return [program_named("nginx"), "-p", self.scratch.path, "-e", self.log, "-c", main]


class HaProxy(PoolBehind):
    """HAProxy with an fcgi-app."""

    name = "haproxy"
    sample = "etc/haproxy.cfg"

    def command(self):
        self.port, self.tls_port = free_port(), free_port()
        both = self.scratch.write("tls.pem", "".join(part.read_text() for part in self_signed_certificate(self.scratch)))
        sample = replace_once(self.sample_text(), "unix@/run/wamp-fcgi/wamp-fcgi.sock", f"unix@{self.pool.address}")
        sample = replace_once(sample, "    bind [::]:80 v4v6\n", f"""
    bind 127.0.0.1:{self.port}
    bind 127.0.0.1:{self.tls_port} ssl crt {both} alpn h2,http/1.1
""")
        sample = replace_once(sample, "log /dev/log local0", "log stderr format raw local0")
        if not AS_ROOT:
            sample = re.sub(r"^    (user|group) .*\n", "", sample, flags=re.M)
        return [program_named("haproxy"), "-db", "-f", self.scratch.write("haproxy.cfg", sample)]


class Caddy(PoolBehind):
    """Caddy with its transport "fastcgi"."""

    name = "caddy"
    user = SERVER_USER
    sample = "etc/Caddyfile"

    def command(self):
        self.port, self.tls_port = free_port(), free_port()
        certificate, key = self_signed_certificate(self.scratch)
        key.chmod(0o644)
        self.environment = {"HOME": str(self.scratch.folder("home"))}
        sample = replace_once(self.sample_text(), "unix//run/wamp-fcgi/wamp-fcgi.sock", f"unix/{self.pool.address}")
        sample = replace_once(sample, "\n:80 {\n", "\n(wamp-fcgi) {\n")
        main = self.scratch.write("Caddyfile", f"""
{{
    admin off
    auto_https off
    default_sni 127.0.0.1
    grace_period 2s
}}
import {self.scratch.write("wamp-fcgi.Caddyfile", sample)}
http://:{self.port} {{
    bind 127.0.0.1
    import wamp-fcgi
}}
https://:{self.tls_port} {{
    bind 127.0.0.1
    tls {certificate} {key}
    import wamp-fcgi
}}
""")
        return [program_named("caddy"), "run", "--config", main, "--adapter", "caddyfile"]


class H2o(PoolBehind):
    """H2O with fastcgi.connect."""

    name = "h2o"
    sample = "etc/h2o.conf"
    mount = "/wamp"

    def command(self):
        self.port, self.tls_port = free_port(), free_port()
        certificate, key = self_signed_certificate(self.scratch)
        sample = replace_once(self.sample_text(), "\n          port: /run/wamp-fcgi/wamp-fcgi.sock", f"\n          port: {self.pool.address}")
        sample = replace_once(sample, "\nlisten:\n  port: 80\n", f"""
listen:
  host: 127.0.0.1
  port: {self.port}
listen:
  host: 127.0.0.1
  port: {self.tls_port}
  ssl:
    certificate-file: {certificate}
    key-file: {key}
""")
        sample = replace_once(sample, "/run/h2o.pid", f"{self.scratch.folder('run')}/h2o.pid")
        sample = replace_once(sample, "/var/log/h2o/error.log", f"{self.log}")
        if not AS_ROOT:
            sample = replace_once(sample, "\nuser: www-data\n", "\n")
        return [program_named("h2o"), "-c", self.scratch.write("h2o.conf", sample)]

    def stop(self, with_signal=signal.SIGKILL, seconds=15):
        """After SIGTERM it would wait for its streams to end."""
        return super().stop(with_signal, seconds)
