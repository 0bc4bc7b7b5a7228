"""The installed service under a running systemd. Runs inside the machine that test_systemd.py boots, as root."""
import json
import os
import pathlib
import re
import shutil
import signal
from urllib.parse import urlencode

from support import fastcgi_client as fastcgi
from support.guest import (ADDRESS, FAILED, SECRET_FILE, SERVICE, SOCKET, UNIX_ROUTER, GuestTest, Load, Stream, call,
                           configuration, configure, encoded, get, main, processes, run, service, show, state, succeeds,
                           supervisor, systemctl, workers, write_secretly)
from support.processes import can_connect, is_running, wait_until
from support.web import signed_query
from integration.systemd_package_cases import AtBoot, Package, record_boot

LOG = pathlib.Path("/var/log/wamp-fcgi/wamp-fcgi.log")
SCHEMA = pathlib.Path("/usr/share/wamp-fcgi/config.schema.json")
BODY = b'{"procedure":"com.example.add2","args":[2,3]}'
SIGNED = {"signed": service(key="myapp1", secret="change me", timestamp_delta_limit=300)}
TLS = {"tls": {"ca_file": "/opt/tls/authority.crt"}}
WAYS_TO_THE_ROUTER = {UNIX_ROUTER: {}, "rs://127.0.0.1:8081": {}, "rs://localhost:8081": {},
                      "ws://localhost:8082/ws": {}, "rss://localhost:8083": TLS,
                      "wss://localhost:8084/ws": TLS}


def succeeds_as(user, group, *command):
    return succeeds("setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", *command)

__all__ = ["AtBoot", "Package"]


class Life(GuestTest):
    """Start, reload, stop, and everything that can go wrong."""

    def test_first_request_starts_the_service(self):
        systemctl("stop", SERVICE)
        self.assertEqual((state(), state(SOCKET)), ("inactive", "active"))
        self.assert_answers()
        self.assert_running()

    def test_only_root_and_the_web_servers_group_can_connect(self):
        self.assertTrue(succeeds_as("www-data", "www-data", "wamp-fcgi", "--status"))
        for user, group in (("nobody", "nogroup"), ("wamp-fcgi", "wamp-fcgi")):
            self.assertFalse(succeeds_as(user, group, "wamp-fcgi", "--status"), user)

    def test_reloads_under_load_lose_nothing_and_bring_the_new_configuration(self):
        first = supervisor()
        with Load() as load:
            for turn in range(5):
                configure(configuration(paths={f"turn{turn}": service()}))
                systemctl("reload", SERVICE)
                wait_until(lambda: self.journal.count("new workers serve") == turn + 1, "the reload to be done", 60)
                self.assert_answers(path=f"/turn{turn}")
                load.wait_for_more()
        self.assertEqual(load.failures, [])
        self.assertEqual(supervisor(), first)
        self.assertEqual(call("add2", path="/turn0")[0], 404)

    def test_restarts_under_load_lose_nothing(self):
        with Load() as load:
            for _ in range(3):
                systemctl("restart", SERVICE)
                load.wait_for_more()
        self.assertEqual(load.failures, [])

    def test_killed_worker_loses_only_its_own_requests_and_is_replaced(self):
        answers = self.calls_in_flight(5, count=12)
        in_flight = {each["pid"]: each["calls_in_flight"] for each in self.figures()["each_worker"]}
        victim = max(in_flight, key=in_flight.get)
        os.kill(victim, signal.SIGKILL)
        wait_until(lambda: victim not in workers() and len(workers()) == 2, "another worker")
        with Load() as load:
            load.wait_for_more()
        lost = [each.exception() for each in answers if each.exception()]
        self.assertEqual((len(lost), load.failures), (in_flight[victim], []))
        self.assertEqual({each.result() for each in answers if not each.exception()}, {(200, '{"args":[5]}')})
        self.assertTrue(self.journal.has(f"worker {victim} was killed by signal 9"))

    def figures(self):
        return json.loads(get("/status", "json&full")[1])

    def test_requests_wait_in_the_socket_while_a_killed_supervisor_is_restarted(self):
        first, others = supervisor(), workers()
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: supervisor() != first, "systemd to notice")
        self.assert_answers()
        self.assert_running()
        self.assertFalse(any(map(is_running, others)))
        self.assertEqual((show("NRestarts"), len(workers())), ("1", 2))

    def test_hung_supervisor_is_noticed_by_the_watchdog_and_replaced(self):
        first = supervisor()
        os.kill(first, signal.SIGSTOP)
        self.assert_answers()
        wait_until(lambda: show("NRestarts") == "1" and state() == "active", "the watchdog", 90)
        self.assertFalse(is_running(first))
        self.assert_answers()
        self.assertTrue(self.journal.has("Watchdog timeout"))

    def test_hung_worker_is_replaced_without_a_restart(self):
        first, hung = supervisor(), workers()[0]
        os.kill(hung, signal.SIGSTOP)
        wait_until(lambda: not is_running(hung) and len(workers()) == 2, "another worker", 120)
        self.assert_answers()
        self.assertEqual((supervisor(), show("NRestarts")), (first, "0"))

    def test_stop_lets_calls_end_and_ends_streams_within_the_grace(self):
        self.restart_with(configuration(shutdown_grace=8))
        stream = Stream("count", 1_000_000, 0.05)
        stream.wait_for("data: ")
        [answer] = self.calls_in_flight(2)
        systemctl("stop", SERVICE)
        self.assertEqual(answer.result(), (200, "{\"args\":[2]}"))
        self.assertIn("connection_lost", stream.rest())
        self.assertEqual((state(), show("Result"), processes()), ("inactive", "success", []))
        self.assertFalse(self.journal.has("did not end in time"))

    def test_longest_grace_is_within_what_systemd_allows_for_a_stop(self):
        allowed = sum(float(number) * {"min": 60, "s": 1}[unit] for number, unit in
                      re.findall(r"([\d.]+)(min|s)\b", show("TimeoutStopUSec")))
        longest = json.loads(SCHEMA.read_text())["properties"]["shutdown_grace"]["maximum"]
        self.assertGreater(allowed, longest + 2)

    def test_stopped_socket_refuses_and_leaves_nothing_running(self):
        systemctl("stop", SOCKET, SERVICE)
        self.assertFalse(can_connect(ADDRESS))
        self.assertEqual((state(), state(SOCKET), processes()), ("inactive", "inactive", []))


class FaultyConfiguration(GuestTest):
    def starts(self):
        return self.journal.count("Starting wamp-fcgi.service")

    def assert_failed_for_good(self, starts):
        wait_until(lambda: (state(), state(SOCKET), state(FAILED)) == ("failed", "inactive", "active"),
                   "the service to fail and the socket to be closed")
        self.assertEqual(self.starts(), starts)

    def assert_starts_again(self):
        configure(configuration())
        systemctl("start", SERVICE)
        self.assert_running()
        self.assertEqual(state(FAILED), "inactive")
        self.assert_answers()

    def test_reload_fails_and_the_service_stays(self):
        first = supervisor()
        configure("{")
        self.assertFalse(succeeds("systemctl", "reload", SERVICE))
        self.assert_running()
        self.assert_answers()
        self.assertEqual(supervisor(), first)
        self.assertTrue(self.journal.has("config.json:1: "))

    def test_restarts_fail_once_each_and_a_mended_file_starts_at_once(self):
        configure("{")
        for _ in range(8):
            self.assertFalse(succeeds("systemctl", "restart", SERVICE))
        self.assert_failed_for_good(8)
        self.assert_starts_again()

    def test_client_that_waits_at_the_socket_starts_the_service_once(self):
        systemctl("stop", SERVICE)
        configure("{")
        with self.assertRaises((EOFError, OSError)):
            call("add2", 2, 3)
        self.assert_failed_for_good(1)
        self.assert_starts_again()

    def test_clients_at_a_restart_do_not_start_it_again(self):
        with Load() as load:
            configure("{")
            self.assertFalse(succeeds("systemctl", "restart", SERVICE))
            self.assert_failed_for_good(1)
            load.wait_for_more()  # refused, now that the socket is closed
        self.assert_starts_again()


class Hardened(GuestTest):
    """What the program can do must not be taken from it by the unit's restrictions."""

    def test_exposure_is_at_most_2(self):
        report = run("systemd-analyze", "security", "--no-pager", SERVICE).stdout
        found = re.search(r"Overall exposure level for \S+: ([\d.]+)", report)
        print(f"(exposure {found[1]})", end=" ", flush=True)
        self.assertLessEqual(float(found[1]), 2.0, report)

    def test_workers_interrupt_nobody(self):
        self.assertEqual({os.sched_getscheduler(pid) for pid in workers()}, {os.SCHED_BATCH})

    def test_router_is_reached_by_every_transport(self):
        for url, options in WAYS_TO_THE_ROUTER.items():
            with self.subTest(url):
                config = configuration(url)
                config["router"].update(options)
                self.restart_with(config)
                self.assert_answers()

    def test_secrets_come_from_files_that_only_the_service_can_read(self):
        write_secretly(SECRET_FILE, "tickets-secret\n")
        who = {"authmethod": "ticket", "authid": "joe", "secret_file": str(SECRET_FILE)}
        self.restart_with(configuration(paths={"/": service("backend")}, credentials={"backend": who}))
        self.assert_answers()
        self.assertTrue(succeeds_as("wamp-fcgi", "wamp-fcgi", "cat", SECRET_FILE))
        self.assertFalse(succeeds_as("www-data", "www-data", "cat", SECRET_FILE))

    def signed(self, query):
        status, _, answer = fastcgi.request(ADDRESS, encoded(BODY, "/signed", QUERY_STRING=urlencode(query)))
        return status, answer.decode()

    def assert_remembers(self, config, *between):
        self.restart_with(config)
        query = signed_query("change me", BODY)
        self.assertEqual(self.signed(query), (200, '{"args":[5]}'))
        for step in between:
            step()
            status, answer = self.signed(query)
            self.assertEqual((status, "request_replayed" in answer), (401, True), answer)

    def restart(self):
        systemctl("restart", SERVICE)

    def kill(self):
        first = supervisor()
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: supervisor() not in (0, first), "systemd to restart it")

    def test_signatures_are_remembered_in_the_state_directory_over_restarts(self):
        self.assert_remembers(configuration(paths=SIGNED), self.restart, self.kill)
        self.assertTrue(list(pathlib.Path("/var/lib/wamp-fcgi").iterdir()))

    def test_signatures_are_remembered_in_a_store(self):
        systemctl("start", "redis-server.service")
        self.assert_remembers(configuration(paths=SIGNED, store={"url": "redis://localhost:6379"}), self.restart)

    def test_status_reads_every_figure(self):
        wait_until(lambda: succeeds("wamp-fcgi", "--status"), "the pool to be ready")
        figures = json.loads(run("wamp-fcgi", "--status", "--json").stdout)
        self.assertTrue(figures["ready"])
        self.assertEqual(figures["listen_queue"], {"used": 0, "limit": 1024})
        self.assertGreater(figures["memory_bytes"], 1_000_000)
        self.assertGreater(figures["descriptors_open"]["used"], 10)
        wait_until(lambda: "sessions" in show("StatusText"), "the line for systemctl status")


class Log(GuestTest):
    def test_journal_has_readable_lines_with_priorities(self):
        self.restart_with(configuration("rs://127.0.0.1:9"))
        self.assertEqual(call("add2", 2, 3)[0], 503)
        wait_until(lambda: self.journal.has("cannot join: connecting: Connection refused"), "the line")
        line = next(each for each in self.journal.of_service() if "cannot join" in each)
        self.assertRegex(line, r"^warning: cannot join: connecting: Connection refused realm=realm1 ")
        self.assertIn(line, self.journal.of_service("--priority=warning"))
        self.assertFalse([each for each in self.journal.of_service("--priority=warning") if each.startswith("notice")])

    def test_journal_target_has_fields(self):
        self.restart_with(configuration(log={"target": "journal", "access": True}))
        self.assert_answers()
        wait_until(lambda: self.journal.lines("--identifier=wamp-fcgi", "STATUS=200"), "the line")

    def test_sample_for_logrotate_rotates_the_log_file(self):
        self.restart_with(configuration(log={"target": f"file:{LOG}", "access": True}))
        self.assert_answers()
        wait_until(lambda: "status=200" in LOG.read_text(), "the line")
        shutil.copy("/usr/share/doc/wamp-fcgi/examples/logrotate.conf", "/etc/logrotate.d/wamp-fcgi")
        self.addCleanup(os.unlink, "/etc/logrotate.d/wamp-fcgi")
        self.addCleanup(shutil.rmtree, LOG.parent, ignore_errors=True)
        run("logrotate", "--force", "/etc/logrotate.d/wamp-fcgi")
        wait_until(LOG.exists, "the new file")
        self.assertIn("status=200", LOG.with_name(f"{LOG.name}.1").read_text())
        self.assert_answers()
        wait_until(lambda: "status=200" in LOG.read_text(), "the line in the new file")


if __name__ == "__main__":
    record_boot()
    main()
