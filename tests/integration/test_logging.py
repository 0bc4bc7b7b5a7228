"""The log's destinations, its formats, and its lines about requests."""
import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import unittest

from integration.contract_base import ADD2, SECRET, SIGNED
from integration.deployment import DeploymentTest, configuration, main, service, start_server
from support import fastcgi_client as fastcgi
from support.processes import AS_ROOT, clean_environment, wait_until
from support.servers import PROGRAM, TOP, DevRouter, LastingRouter, Nginx, WampFcgiPool, WorkerOnFd0
from support.web import Client, signed_query

HOSTILE = 'x"\n\u2028error: forged id=1\r\x1b[2J'


class Pool(WampFcgiPool):
    """A pool with further options."""

    options = ()

    def command(self):
        return [*super().command(), *self.options]


class UnreadPool(Pool):
    """A pool whose standard error is a pipe, made by root, that is read only when a test says so."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.reading, self.writing = os.pipe()
        fcntl.fcntl(self.writing, fcntl.F_SETPIPE_SZ, 4096)
        os.set_blocking(self.reading, False)

    def standard_error(self, _):
        return self.writing

    def read(self):
        with contextlib.suppress(BlockingIOError):
            return os.read(self.reading, 65536).decode()
        return ""

    def close(self):
        os.close(self.reading)
        os.close(self.writing)


class Logging(DeploymentTest):
    def configured(self, log, paths=None):
        """wamp-fcgi's configuration with a running router."""
        self.router = DevRouter(self.scratch).start()
        return {**configuration(self.router.url, paths or {"/": service()}), "log": log}

    def start_worker(self, log, paths=None):
        config = self.scratch.write("config.json", json.dumps(self.configured(log, paths)))
        return WorkerOnFd0(self.scratch, config).start()

    def start_nginx(self, log, paths=None):
        self.server = start_server(self.scratch, Nginx, self.configured(log, paths))
        return Client(self.server.port)

    def log_file(self):
        return self.scratch.folder("logs") / "wamp-fcgi.txt"

    def lines(self, count, path=None):
        """The lines of the log file, once it has `count` lines about requests."""
        path = path or self.log_file()

        def found():
            text = path.read_text() if path.exists() else ""
            return [line for line in text.split("\n") if "request" in line]

        wait_until(lambda: len(found()) >= count, f"{count} lines in {path.name}")
        return found()

    def listen_at(self, path):
        """A socket like syslogd's or journald's, in the place where every program expects it."""
        if not AS_ROOT or path.exists():
            self.skipTest(f"needs root, and nothing at {path}")
        made = [folder for folder in path.parents if not folder.exists()]
        path.parent.mkdir(parents=True, exist_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(lambda: [folder.rmdir() for folder in made])
        self.addCleanup(path.unlink)
        self.addCleanup(listener.close)
        listener.bind(str(path))
        path.chmod(0o666)
        listener.settimeout(15)
        return listener

    def test_log_goes_to_syslog(self):
        daemon = self.listen_at(pathlib.Path("/dev/log"))
        worker = self.start_worker({"target": "syslog"}, {"/": service(require_tls=True)})
        worker.send(ADD2)
        line = daemon.recv(4096).decode()
        daemon_notice = 3 << 3 | 5
        self.assertRegex(line, rf"^<{daemon_notice}>.* wamp-fcgi\[{worker.pid}\]: notice: request refused: tls_required: ")
        self.assertEqual(worker.log.read_text(), "")

    def test_log_goes_to_the_journal(self):
        daemon = self.listen_at(pathlib.Path("/run/systemd/journal/socket"))
        worker = self.start_worker({"target": "journal"}, {"/": service(require_tls=True)})
        worker.send(ADD2)
        entry = daemon.recv(4096)
        self.assertRegex(entry, rb"^PRIORITY\n.{8}5\nSYSLOG_IDENTIFIER\n.{8}wamp-fcgi\n")
        self.assertRegex(entry, rb"STATUS\n.{8}400\n")
        self.assertEqual(worker.log.read_text(), "")

    def test_log_file_is_opened_again_on_usr1(self):
        path = self.log_file()
        worker = self.start_worker({"target": f"file:{path}", "access": True})
        old = path.with_suffix(".old")
        before = len(self.lines(1))
        path.rename(old)
        worker.send(ADD2)
        self.lines(before + 1, old)
        os.kill(worker.pid, signal.SIGUSR1)
        wait_until(path.exists, "the log file to be opened again")
        worker.send(ADD2)
        line, = self.lines(1)
        self.assertRegex(line, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \[" + str(worker.pid) + r"\] info: request id=")
        self.assertEqual(len(self.lines(before + 1, old)), before + 1)
        self.assertEqual(path.stat().st_mode & 0o137, 0)

    def test_log_file_that_cannot_be_opened_is_a_reason_not_to_start(self):
        nowhere = self.scratch.path / "nowhere" / "log"
        config = self.scratch.write("config.json", json.dumps(self.configured({"target": f"file:{nowhere}"})))
        command = [PROGRAM, "--config", config, "--listen", "127.0.0.1:0"]
        run = subprocess.run(command, capture_output=True, text=True, timeout=30)
        self.assertEqual(run.returncode, 1)
        self.assertEqual(run.stderr,
                         f"error: cannot open the log file {nowhere}: No such file or directory\n")

    def start_pool(self, log, *options, pool_class=Pool):
        config = self.scratch.write("config.json", json.dumps(self.configured(log)))
        pool = pool_class(self.scratch, config)
        pool.options = options
        if options:
            pool.user = None  # root switches the user itself
        return pool.start()

    @unittest.skipUnless(AS_ROOT, "only root can become somebody else")
    def test_root_creates_no_file_through_a_link_that_a_user_planted(self):
        folder, planted = self.scratch.folder("logs"), self.scratch.path / "planted"
        socket_path = self.scratch.folder("run") / "pool.sock"
        (folder / "log").symlink_to(planted)
        config = self.scratch.write("config.json", json.dumps(self.configured({"target": f"file:{folder}/log"})))
        command = [PROGRAM, "--config", config, "--listen", f"unix:{socket_path}"]
        for user in ((), ("--user", "www-data")):
            with self.subTest(user):
                run = subprocess.run([*command, *user], capture_output=True, text=True, timeout=30)
                self.assertEqual(run.returncode, 1)
                self.assertEqual(run.stderr.splitlines()[-1],
                                 f"error: cannot open the log file {folder}/log: it is a symbolic link")
                self.assertFalse(planted.exists())
                self.assertFalse(socket_path.exists())

    @unittest.skipUnless(AS_ROOT, "only root can become somebody else")
    def test_log_file_belongs_to_the_user_and_reload_and_reopening_work_for_it(self):
        path = self.log_file()
        pool = self.start_pool({"target": f"file:{path}"}, "--user", "www-data")
        self.assertEqual(path.owner(), "www-data")
        path.rename(path.with_suffix(".old"))
        os.kill(pool.pid, signal.SIGUSR1)
        wait_until(path.exists, "the log file to be opened again")
        os.kill(pool.pid, signal.SIGHUP)
        wait_until(lambda: "reloaded: new workers serve with the new configuration" in path.read_text(), "the reload")
        self.assertEqual(path.owner(), "www-data")
        self.assertNotIn("error", path.read_text() + pool.log.read_text())

    def test_refused_reload_leaves_the_log_as_it_was(self):
        path, other = self.log_file(), self.log_file().with_name("other")
        pool = self.start_pool({"target": f"file:{path}"})
        signed = service(**SIGNED, timestamp_delta_limit=300)
        changed = {**json.loads(pool.config.read_text()), "state_dir": "/proc/nowhere", "paths": {"/": signed},
                   "log": {"target": f"file:{other}", "level": "debug"}}
        self.scratch.write("config.json", json.dumps(changed))
        os.kill(pool.pid, signal.SIGHUP)
        wait_until(lambda: "reload failed: the old configuration stays in use" in path.read_text(), "the reload to be refused")
        self.assertIn("error: replay_protection: /proc/nowhere", path.read_text())
        self.assertFalse(other.exists())
        self.assertEqual(pool.stop(), 0)
        self.assertNotIn("debug:", path.read_text())

    def send(self, pool, times):
        request = fastcgi.begin() + fastcgi.params(fastcgi.variables(length=len(ADD2))) + fastcgi.stdin(ADD2.encode())
        self.assertEqual({fastcgi.request(pool.address, request)[0] for _ in range(times)}, {200})

    def test_standard_error_that_nobody_reads_stops_neither_requests_nor_the_end(self):
        options = ((), ("--user", "www-data")) if AS_ROOT else ((),)
        for how in options:  # the user may reopen the pipe, or may not, or root did so before
            with self.subTest(how):
                pool = self.start_pool({"access": True}, *how, pool_class=UnreadPool)
                self.addCleanup(pool.close)
                self.send(pool, 80)
                before = pool.read()
                self.assertLess(before.count("info: request"), 60)
                self.send(pool, 10)
                wait_until(lambda: "log lines were lost: nobody reads standard error fast enough\n" in pool.read(), "the lines to be told of")
                self.send(pool, 80)
                self.assertEqual(pool.stop(), 0)
                self.assertTrue(os.get_blocking(pool.writing))
                self.router.stop()

    def test_daemon_that_reads_no_line_stops_no_request(self):
        for target, path, text in (("syslog", "/dev/log", "syslog did not take them in time"),
                                   ("journal", "/run/systemd/journal/socket", "the journal did not take them in time")):
            with self.subTest(target):
                daemon = self.listen_at(pathlib.Path(path))
                pool = self.start_pool({"target": target, "access": True})
                self.send(pool, 50 + int(pathlib.Path("/proc/sys/net/unix/max_dgram_qlen").read_text()))

                def told(daemon=daemon, pool=pool, text=text):
                    self.send(pool, 1)
                    return text.encode() in daemon.recv(65536)

                wait_until(told, "the lines to be told of")
                self.assertEqual(pool.stop(), 0)
                self.router.stop()

    def test_lines_have_their_priority_where_standard_error_is_the_journals(self):
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)
        stream = os.fstat(theirs.fileno())
        config = self.scratch.write("config.json", json.dumps(self.configured({})))
        for name, prefix in ((f"{stream.st_dev}:{stream.st_ino}", "<3>"), ("1:2", "")):
            command = [PROGRAM, "--config", config, "--listen", "unix:/nowhere/socket"]
            run = subprocess.run(command, stderr=theirs, env=clean_environment(JOURNAL_STREAM=name), timeout=30)
            self.assertEqual(run.returncode, 1)
            self.assertTrue(ours.recv(4096).decode().startswith(f"{prefix}error: "))

    @unittest.skipUnless(shutil.which("logrotate"), "needs logrotate")
    def test_sample_for_logrotate_rotates_the_log(self):
        path = self.log_file().with_suffix(".log")
        pool = self.start_pool({"target": f"file:{path}", "access": True})
        sample = (TOP / "etc/logrotate.conf").read_text()
        for old, new in (("/var/log/wamp-fcgi/", f"{path.parent}/"), ("su wamp-fcgi wamp-fcgi", f"su {path.owner()} {path.group()}"),
                         ("systemctl show --property=MainPID --value wamp-fcgi.service", f"echo {pool.pid}")):
            self.assertIn(old, sample)
            sample = sample.replace(old, new)
        state = self.scratch.folder("state") / "logrotate"
        rotate = ["logrotate", "--force", "--state", state, self.scratch.write("logrotate.conf", sample)]
        subprocess.run(rotate, check=True, timeout=60)
        wait_until(path.exists, "the log file to be opened again")
        self.assertTrue(path.with_name(path.name + ".1").exists())
        self.send(pool, 1)
        self.lines(1, path)

    def test_no_client_can_forge_a_line_or_a_member(self):
        for form in ("text", "json"):
            with self.subTest(form):
                path = self.scratch.folder("logs") / form
                worker = self.start_worker({"target": f"file:{path}", "format": form, "access": True},
                                           {"/": service(debug=True)})
                before = len(self.lines(2, path))
                worker.send(json.dumps({"procedure": HOSTILE}), REMOTE_ADDR=HOSTILE, REQUEST_METHOD="P\nOST")
                worker.send(json.dumps({"procedure": HOSTILE}), PATH_INFO=HOSTILE, HTTP_X_REQUEST_ID=HOSTILE)
                worker.send(json.dumps({"procedure": "com.example.fail", "args": [HOSTILE]}), UNIQUE_ID=HOSTILE)
                lines = self.lines(before + 4, path)
                worker.stop()
                self.assertEqual(len(lines), before + 4)
                for line in path.read_text().removesuffix("\n").split("\n"):
                    self.assertTrue(line.isprintable(), line)
                    self.assertRegex(line, r'^\{"time":"[^"]+","level":"\w+",' if form == "json" else r"^\S+ \[\d+\] \w+: ")
                    if form == "json":
                        json.loads(line)
                self.router.stop()

    def access_lines(self, count):
        return [json.loads(line) for line in self.lines(count)]

    def test_each_request_has_one_access_line(self):
        client = self.start_nginx({"target": f"file:{self.log_file()}", "format": "json", "access": True,
                                   "level": "error"}, {"/": service(), "nobody": service(require_ip=[])})
        self.assertEqual(client.send(body=ADD2, query="secret=1").status, 200)
        self.assertEqual(client.send(method="GET").status, 405)
        self.assertEqual(client.send(service="nobody", body=ADD2).status, 400)
        self.assertEqual(client.send(service="unknown", body=ADD2).status, 404)
        self.assertEqual(client.send(method="OPTIONS").status, 200)
        lines = self.access_lines(5)
        found = [(line["method"], line["path"], line.get("procedure"), line["status"], line["bytes"] > 0)
                 for line in lines]
        self.assertEqual(found, [("POST", "/wamp/", "com.example.add2", 200, True), ("GET", "/wamp/", None, 405, True),
                                 ("POST", "/wamp/nobody", None, 400, True), ("POST", "/wamp/unknown", None, 404, True),
                                 ("OPTIONS", "/wamp/", None, 200, False)])
        self.assertEqual([line for line in lines if line["level"] != "info" or line["message"] != "request"], [])
        self.assertLessEqual(lines[0]["checks_us"] + lines[0]["call_us"], lines[0]["duration_us"])
        self.assertNotIn("secret", self.log_file().read_text())

    def test_call_that_is_given_up_has_an_access_line(self):
        client = self.start_nginx({"target": f"file:{self.log_file()}", "format": "json", "access": True})
        body = json.dumps({"procedure": "com.example.sleep", "args": [60]}).encode()
        connection = client.connect()
        connection.request("POST", "/wamp", body, {"Content-Type": "application/json"})
        stats = "com.example.stats"
        wait_until(lambda: client.call(stats).json["kwargs"]["calls_by_procedure"].get("com.example.sleep"), "the call")
        connection.close()
        wait_until(lambda: '"status":499' in self.log_file().read_text(), "the call to be given up")

    def test_slow_call_has_a_line_that_says_where_the_time_went(self):
        client = self.start_nginx({"target": f"file:{self.log_file()}", "format": "json", "slow": 0.3})
        self.assertEqual(client.call("com.example.sleep", 0).status, 200)
        self.assertEqual(client.call("com.example.sleep", 0.4).status, 200)
        wait_until(lambda: '"message":"slow call"' in self.log_file().read_text(), "the line")
        (line,) = [json.loads(each) for each in self.log_file().read_text().splitlines() if "slow call" in each]
        self.assertEqual((line["level"], line["procedure"], line["status"]), ("notice", "com.example.sleep", 200))
        parts = {part: line[f"{part}_us"] for part in ("read", "checks", "store", "session", "call", "write")}
        self.assertGreaterEqual(parts["call"], 400_000)
        self.assertEqual((parts["store"], parts["session"]), (0, 0))
        self.assertAlmostEqual(sum(parts.values()), line["duration_us"], delta=len(parts))

    def test_slow_call_that_waited_for_a_session_says_so(self):
        router = LastingRouter(self.scratch)
        log = {"target": f"file:{self.log_file()}", "format": "json", "slow": 0.001}
        self.server = start_server(self.scratch, Nginx, {**configuration(router.where, {"/": service()}), "log": log})
        client = Client(self.server.port)
        connection = client.connect()
        connection.request("POST", "/wamp", ADD2, {"Content-Type": "application/json"})
        router.start()
        self.assertEqual(connection.getresponse().status, 200)
        wait_until(lambda: '"message":"slow call"' in self.log_file().read_text(), "the line")
        line = next(json.loads(each) for each in self.log_file().read_text().splitlines() if "slow call" in each)
        self.assertGreater(line["session_us"], 0)
        self.assertGreater(line["session_us"], line["call_us"])

    def test_request_id_is_returned_and_logged(self):
        client = self.start_nginx({"target": f"file:{self.log_file()}", "format": "json", "access": True})
        taken = client.send(body=ADD2, headers={"X-Request-Id": "abc/DEF+1.2~3@4=_-"})
        self.assertEqual(taken.headers.get_all("X-Request-Id"), ["abc/DEF+1.2~3@4=_-"])
        own = [client.send(body=ADD2, headers=headers).headers["X-Request-Id"]
               for headers in ({}, {"X-Request-Id": "two words"}, {"X-Request-Id": "x" * 65})]
        refused = client.send(method="GET", headers={"X-Request-Id": "refused"})
        self.assertEqual(refused.headers["X-Request-Id"], "refused")
        self.assertEqual(len(set(own)), 3)
        for each in own:
            self.assertRegex(each, r"^[0-9a-f]+-[0-9a-f]+$")
        self.assertEqual([line["id"] for line in self.access_lines(5)], [taken.headers["X-Request-Id"], *own, "refused"])

    def test_id_of_the_web_server_wins(self):
        worker = self.start_worker({})
        _, headers, _ = worker.send(ADD2, UNIQUE_ID="Z1@x", HTTP_X_REQUEST_ID="client")
        self.assertEqual(headers["X-Request-Id"], "Z1@x")

    def test_no_log_has_a_secret_a_signature_or_a_payload(self):
        for form in ("text", "json"):
            with self.subTest(form):
                path = self.scratch.folder("logs") / form
                worker = self.start_worker({"target": f"file:{path}", "format": form, "level": "debug", "access": True},
                                           {"/": service(), "signed": service(**SIGNED, debug=True)})
                body = json.dumps({"procedure": "com.example.echo", "args": ["s3cret-payload"]})
                good = signed_query(SECRET, body)
                bad = {**good, "signature": "A" * 43 + "="}
                for query in (good, bad, {**good, "key": "k3y"}, {**good, "nonce": "n0nce"}):
                    text = "&".join(f"{name}={value}" for name, value in query.items())
                    worker.send(body, PATH_INFO="/signed", QUERY_STRING=text)
                self.lines(8, path)
                worker.stop()
                log = path.read_text() + worker.log.read_text()
                for secret in (SECRET, good["signature"], bad["signature"], "s3cret-payload"):
                    self.assertNotIn(secret, log)
                self.router.stop()

    def test_flood_of_refusals_is_summed_up(self):
        worker = self.start_worker({"target": f"file:{self.log_file()}"}, {"/": service(), "nobody": service(require_ip=[])})
        for _ in range(25):
            worker.send(ADD2, PATH_INFO="/nobody")
        worker.stop()
        lines = self.lines(11)
        self.assertEqual(len(lines), 11)
        self.assertRegex(lines[-1], r"notice: last message repeated 15 times in \d+ s: request refused: address_denied$")


if __name__ == "__main__":
    main()
