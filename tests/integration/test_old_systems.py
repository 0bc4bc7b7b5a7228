"""The portable archive on a shared host with an old system: the steps of the documents as an unprivileged user, in a
Debian 11 with its own Apache and suEXEC, and the limits that hosts set. Debian 11 has glibc 2.31 and OpenSSL 1.1.1."""
import os
import shutil
import subprocess
import unittest

from integration.contract_base import ADD2
from integration.deployment import DeploymentTest, main
from support.build import BUILD, TOP
from support.certificates import Authority
from support.clean_root import CleanRoot, NotHere
from support.processes import Process, can_connect, free_port
from support.readme import block
from support.servers import LastingRouter, replace_once
from support.web import Client, signed_query

HOME = "var/www/joe"  # Debian's suEXEC runs programs below /var/www only
HOST = "router.test"
# 100 processes and 1 GB, as hosts give.
APACHE = """
ServerRoot /usr/lib/apache2
ServerName localhost
Listen 127.0.0.1:{port}
PidFile /run/apache.pid
ErrorLog /var/log/apache2/error.log
User www-data
Group www-data
{modules}
DocumentRoot /{home}/public_html
SuexecUserGroup joe joe
FcgidIPCDir /run/fcgid
FcgidProcessTableFile /run/fcgid_shm
RLimitNPROC 100 100
RLimitMEM 1073741824 1073741824
<Directory /{home}/public_html>
    AllowOverride FileInfo AuthConfig Options=ExecCGI
    Options FollowSymLinks
    Require all granted
</Directory>
"""
MODULES = ("mpm_event", "authz_core", "authz_host", "mime", "dir", "rewrite", "suexec")


class Apache(Process):
    name = "apache"

    def __init__(self, scratch, root, *modules):
        super().__init__(scratch)
        self.root, self.modules, self.port = root, (*MODULES, *modules), None

    def command(self):
        self.port = free_port()
        modules = "\n".join(f"LoadModule {name}_module modules/mod_{name}.so" for name in self.modules)
        if "cgid" in self.modules:
            modules += "\nScriptSock /run/cgid.sock"
        text = APACHE.format(port=self.port, modules=modules, home=HOME)
        if "fcgid" not in self.modules:
            text = "\n".join(line for line in text.splitlines() if not line.startswith("Fcgid"))
        (self.root.path / "var/log/apache2/error.log").unlink(missing_ok=True)
        (self.root.path / "etc/apache.conf").write_text(text + "\nTypesConfig /dev/null\n")
        return ["chroot", self.root.path, "apache2", "-DFOREGROUND", "-f", "/etc/apache.conf"]

    def is_ready(self):
        return "resuming normal operations" in self.said() and can_connect(self.port)

    def said(self):
        log = self.root.path / "var/log/apache2/error.log"
        return super().said() + (log.read_text() if log.exists() else "")


@unittest.skipUnless(os.environ.get("WAMPFCGI_ANYWHERE"), "fetches an old Debian: make check-anywhere")
class SharedHostWithAnOldSystem(DeploymentTest):
    def setUp(self):
        super().setUp()
        try:
            self.root = CleanRoot(self.scratch, "bullseye")
        except NotHere as reason:
            self.fail(f"no Debian 11: {reason}")
        self.root.run("apt-get", "--quiet", "--yes", "--no-install-recommends", "install", "apache2-bin",
                      "apache2-suexec-pristine", "libapache2-mod-fcgid", "xz-utils", "procps")
        self.root.run("mkdir", "/var/log/apache2")
        self.root.run("useradd", "--create-home", "--home-dir", f"/{HOME}", "--shell", "/bin/sh", "joe")
        authority = Authority(self.scratch.path, "authority")
        mine = authority.issue("router", hosts=f"DNS:{HOST}")
        bundle = self.root.path / "etc/ssl/certs/ca-certificates.crt"
        bundle.parent.mkdir(parents=True, exist_ok=True)
        bundle.write_text(authority.file.read_text())
        (self.root.path / "etc/hosts").write_text(f"127.0.0.1 localhost {HOST}\n")
        self.router = LastingRouter(self.scratch, "--tls-cert", mine.file, "--tls-key", mine.key, scheme="wss",
                                    path="/ws").start()
        self.upload()
        self.follow("configuration", {"rs://127.0.0.1:8081": self.router.at(HOST)})
        self.as_joe("mkdir -p ~/public_html && chmod 711 ~ && chmod 755 ~/public_html")
        self.follow("document-root")

    def upload(self):
        subprocess.run([TOP / "etc/packaging/portable.py", BUILD, TOP / "build/deps", self.root.path / HOME], check=True,
                       capture_output=True, env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"})
        self.as_joe("cd && tar xJf wamp-fcgi-*-linux-x86_64.tar.xz && mv wamp-fcgi-*-linux-x86_64 wamp-fcgi && "
                    "cd wamp-fcgi && sha256sum --check --quiet SHA256SUMS")

    def as_joe(self, script):
        return self.root.run("su", "joe", "-s", "/bin/sh", "-c", f"umask 022; export HOME=/{HOME}; {script}").stdout

    def follow(self, step, replaced=None):
        script = block("example", f"shared-{step}")
        for old, new in (replaced or {}).items():
            script = replace_once(script, old, new)
        self.as_joe(script)

    def assert_serves(self, *modules):
        apache = Apache(self.scratch, self.root, *modules).start()
        client = Client(apache.port)
        answer = client.send(url="/wamp", body=ADD2)
        self.assertEqual((answer.status, answer.body), (200, b'{"args":[5]}'), apache.said())
        answer = client.send(url="/wamp/signed", body=ADD2, query=signed_query("change me", ADD2))
        self.assertEqual((answer.status, answer.body), (200, b'{"args":[5]}'), apache.said())
        self.assertIn(b"signature_parameter_missing", client.send(url="/wamp/signed", body=ADD2).body)
        apache.stop()

    def test_script_answers_under_fcgid_and_as_plain_cgi(self):
        shutil.copy(BUILD / "wamp-fcgi", self.root.path / "tmp/wamp-fcgi")
        other = self.root.run("/tmp/wamp-fcgi", "--version", check=False)
        self.assertRegex(other.stderr, "GLIBC_|libssl.so.3")  # so this system is one for which the archive is needed
        self.assert_serves("fcgid")
        self.assert_serves("cgid")


if __name__ == "__main__":
    main()
