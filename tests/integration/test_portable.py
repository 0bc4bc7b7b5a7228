"""The portable program in roots that have almost nothing: it needs no file but its configuration, and finds names,
users and certificate authorities there."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tarfile
import tempfile
import unittest

from integration.contract_base import ADD2
from integration.deployment import DeploymentTest, configuration, main, service
from support import fastcgi_client as fastcgi
from support.build import BUILD, TOP
from support.certificates import Authority
from support.processes import AS_ROOT, clean_environment
from support.servers import LastingRouter, WampFcgiPool

PORTABLE = BUILD / "portable/wamp-fcgi"
ANYWHERE = bool(os.environ.get("WAMPFCGI_ANYWHERE"))
HOST = "router.test"  # RFC 6761: a name that belongs to nobody
USER = 4321
AUTHORITIES = ("etc/ssl/certs/ca-certificates.crt", "etc/pki/tls/certs/ca-bundle.crt", "etc/ssl/cert.pem")
# The name server, the router, and then the program, all of them in a network of their own.
IN_OWN_NETWORK = """
ip link set lo up
cd "$1" && python3 -B -m support.name_server "$2" </dev/null & names=$!
$3 </dev/null >&2 & router=$!
shift 3
trap 'kill $names $router' EXIT
"$@"
"""
OTHER_SERVICES = "hosts: resolve mymachines\npasswd: sss ldap systemd\ngroup: sss\nservices: sss\ninitgroups: sss\n"
OTHER_PROVIDER = """openssl_conf = start
[start]
providers = all
engines = all
[all]
other = section
[section]
module = /usr/lib/other.so
dynamic_path = /usr/lib/other.so
activate = 1
"""


class PoolInRoot(WampFcgiPool):
    """A pool in another root, of a user who exists only there."""

    user = None  # chroot needs root

    def __init__(self, scratch, root):
        super().__init__(scratch, "/config.json", workers=1)
        self.root = root
        self.address = root / "run/socket"

    def command(self):
        return ["chroot", "--userspec", f"{USER}:{USER}", self.root, "/wamp-fcgi", "--config", self.config, "--listen",
                "unix:/run/socket", "--workers", self.workers]


@unittest.skipUnless(PORTABLE.exists(), "the portable program is not built")
@unittest.skipUnless(AS_ROOT, "only root can change the root")
class EmptyRoot(DeploymentTest):
    def setUp(self):
        super().setUp()
        self.root = self.scratch.folder("empty")
        shutil.copy(PORTABLE, self.root)
        (self.root / "run").mkdir()
        os.chown(self.root / "run", USER, USER)
        self.write("etc/passwd", f"joe:x:{USER}:{USER}::/home/joe:/bin/sh\n")
        self.write("etc/hosts", f"127.0.0.1 {HOST}\n")
        self.authority = Authority(self.scratch.path, "authority")
        mine = self.authority.issue("router", hosts=f"DNS:{HOST}")
        self.router = LastingRouter(self.scratch, "--tls-cert", mine.file, "--tls-key", mine.key, scheme="wss",
                                    path="/ws").start()
        self.configure(connect_timeout=2)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def configure(self, connect_timeout):
        settings = configuration(self.router.at(HOST), {"/": service()}, connect_timeout=connect_timeout)
        self.write("config.json", json.dumps({**settings, "state_dir": "/run/state"}))

    def trust(self, place):
        self.write(place, self.authority.file.read_text())

    def run_program(self, *arguments, before=(), user=USER, **variables):
        command = [*before, "chroot", "--userspec", f"{user}:{user}", self.root, "/wamp-fcgi", *arguments]
        return subprocess.run(command, env=clean_environment(**variables), input=ADD2, capture_output=True, text=True,
                              timeout=60)

    def call(self, before=(), **more):
        """The output of the program started as a CGI program, and its log."""
        variables = fastcgi.variables(length=len(ADD2), **more)
        run = self.run_program(before=before, **{"WAMP_FCGI_CONFIG": "/config.json", **variables})
        return run.stdout, run.stderr

    def assert_calls(self, **more):
        output, log = self.call(**more)
        self.assertTrue(output.endswith('{"args":[5]}'), output + log)

    def test_pool_calls_a_router_by_its_name_over_tls(self):
        self.trust(AUTHORITIES[0])
        pool = PoolInRoot(self.scratch, self.root).start()
        data = fastcgi.begin() + fastcgi.params(fastcgi.variables(length=len(ADD2))) + fastcgi.stdin(ADD2.encode())
        status, _, body = fastcgi.request(pool.address, data)
        self.assertEqual((status, body), (200, b'{"args":[5]}'), pool.said())

    def test_authorities_are_found_where_distributions_have_them(self):
        for place in AUTHORITIES:
            with self.subTest(place):
                self.trust(place)
                self.assert_calls()
                (self.root / place).unlink()

    def test_authorities_are_found_by_the_variable(self):
        self.trust("authorities")
        self.assert_calls(SSL_CERT_FILE="/authorities")

    def test_machine_without_authorities_is_told_to_name_some(self):
        output, log = self.call()
        self.assertIn("Status: 503", output)
        self.assertIn("this machine has no certificate authorities in a usual place: name a file of them as tls.ca_file", log)

    def test_certificate_of_an_unknown_authority_is_refused(self):
        self.write(AUTHORITIES[0], Authority(self.scratch.path, "other").file.read_text())
        output, log = self.call()
        self.assertIn("Status: 503", output)
        self.assertIn("certificate is refused", log)

    def test_users_own_configuration_is_found(self):
        self.trust(AUTHORITIES[0])
        self.write("home/joe/.config/wamp-fcgi/config.json", (self.root / "config.json").read_text())
        self.assert_calls(WAMP_FCGI_CONFIG="")

    def test_names_are_asked_of_the_servers_of_resolv_conf(self):
        self.trust(AUTHORITIES[0])
        self.write("etc/hosts", "127.0.0.1 localhost\n")
        self.write("etc/resolv.conf", "nameserver 127.0.0.1\n")
        output, log = self.call()
        self.assertIn("Status: 503", output, log)  # nobody else knows the name
        self.configure(connect_timeout=20)
        self.router.stop()
        router = " ".join(map(str, self.router.command()))
        output, log = self.call(before=("unshare", "--net", "sh", "-ec", IN_OWN_NETWORK, "sh", TOP / "tests", HOST, router))
        self.assertTrue(output.endswith('{"args":[5]}'), output + log)

    def test_user_who_is_not_in_the_file_is_told_to_name_the_configuration(self):
        run = self.run_program("--check-config", user=USER + 1)
        self.assertEqual(run.returncode, 1)
        self.assertIn("neither --config nor WAMP_FCGI_CONFIG names a file; the password database (of a portable program: "
                      "/etc/passwd) has no home directory for this user; /etc/wamp-fcgi/config.json: No such file", run.stderr)

    def test_no_library_is_loaded_whatever_is_configured(self):
        self.trust(AUTHORITIES[0])
        self.write("etc/nsswitch.conf", OTHER_SERVICES)
        for place in ("usr/lib/ssl/openssl.cnf", "etc/ssl/openssl.cnf"):
            self.write(place, OTHER_PROVIDER)
        self.write("home/joe/.config/wamp-fcgi/config.json", (self.root / "config.json").read_text())
        here = {"WAMP_FCGI_CONFIG": "", "OPENSSL_CONF": "/etc/ssl/openssl.cnf"}
        self.assert_calls(**here)
        if not shutil.which("strace"):
            self.assertFalse(ANYWHERE, "strace is not installed (make deps-anywhere)")
            return
        trace = self.scratch.path / "trace"
        self.assert_calls(before=("strace", "-f", "-e", "trace=%file", "-o", trace), **here)
        opened = re.findall(r'open(?:at)?\([^"]*"([^"]*)"', trace.read_text().partition('execve("/wamp-fcgi"')[2])
        self.assertIn("/etc/hosts", opened)  # so the trace has what is looked for
        self.assertEqual([path for path in opened if re.search(r"\.so\b|openssl\.cnf", path)], [])


@unittest.skipUnless(PORTABLE.exists(), "the portable program is not built")
class Archive(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.archive = cls.make(cls.folder)
        with tarfile.open(cls.archive) as archive:
            cls.entries = {entry.name.partition("/")[2]: entry for entry in archive if entry.isfile()}
            cls.files = {name: archive.extractfile(entry).read() for name, entry in cls.entries.items()}
            cls.folders = {entry.name.partition("/")[0] for entry in archive}

    @staticmethod
    def make(folder):
        run = subprocess.run([TOP / "etc/packaging/portable.py", BUILD, TOP / "build/deps", folder], capture_output=True, text=True,
                             env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}, timeout=300)
        if run.returncode:
            raise AssertionError(run.stdout + run.stderr)
        return pathlib.Path(run.stdout.split()[-1])

    def test_has_one_folder_with_the_name_of_the_archive(self):
        self.assertEqual(self.folders, {self.archive.name.removesuffix(".tar.xz")})
        self.assertRegex(self.archive.name, r"^wamp-fcgi-\d+\.\d+\.\d+-linux-\w+\.tar\.xz$")

    def test_has_all_that_a_user_needs(self):
        for name in ("wamp-fcgi", "README.md", "LICENSE", "CHANGELOG.md", "SECURITY.md", "doc/shared-hosting.md",
                     "doc/wamp-fcgi.8.txt", "doc/wamp-fcgi-config.5.txt", "man/man8/wamp-fcgi.8",
                     "man/man5/wamp-fcgi-config.5", "examples/config.json", "examples/config.schema.json",
                     "examples/apache-example.conf", "examples/nginx.conf", "examples/shared-hosting/caller.fcgi",
                     "examples/shared-hosting/htaccess", "systemd/wamp-fcgi.service", "systemd/sysusers.d/wamp-fcgi.conf"):
            self.assertIn(name, self.files)
        self.assertIn(b"--check-config", self.files["doc/wamp-fcgi.8.txt"])

    def test_sums_are_those_of_all_files(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        with tarfile.open(self.archive) as archive:
            archive.extractall(folder)
        run = subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"],
                             cwd=next(folder.iterdir()),
                             capture_output=True, text=True)
        self.assertEqual((run.returncode, run.stdout + run.stderr), (0, ""))
        self.assertEqual(self.files["SHA256SUMS"].count(b"\n"), len(self.files) - 1)

    def test_licences_are_those_of_everything_linked(self):
        listed = self.files["licenses/README.md"].decode()
        for package in ("libc6-dev", "libssl-dev", "libfcgi-dev", "libhiredis-dev", "autobahn-cpp-dev", "libmsgpack-cxx-dev"):
            self.assertRegex(listed, rf"(?m)^- {package} \d")
            self.assertIn(f"licenses/{package}", self.files)
        for library in ("libboost-json", "libboost-thread", "libstdc++"):
            self.assertRegex(listed, rf"(?m)^- {re.escape(library)}[\d.-]*-dev \d")

    def test_only_the_program_and_scripts_can_be_run(self):
        runs = {name for name, entry in self.entries.items() if entry.mode & 0o111}
        self.assertLessEqual({"wamp-fcgi"}, runs)
        self.assertTrue(all(entry.mode in (0o755, 0o644) and entry.uname == "root" for entry in self.entries.values()))

    def test_no_file_tells_where_it_was_built(self):
        for name, content in self.files.items():
            self.assertNotIn(str(TOP).encode(), content, name)

    @unittest.skipUnless(ANYWHERE, "takes long: make check-anywhere")
    def test_making_it_again_gives_the_same_bytes(self):
        again = self.folder / "again"
        again.mkdir()
        self.assertEqual(self.make(again).read_bytes(), self.archive.read_bytes())


if __name__ == "__main__":
    main()
