"""Machines that share only a Valkey or Redis: what one has accepted, all others refuse, whatever happens to the store;
when that is uncertain, the answer is 503."""
import json
import os
import re
import shutil
import signal
import time
import unittest

from integration.contract_base import ADD2, SECRET, SIGNED
from integration.deployment import DeploymentTest, configuration, main, service
from support import fastcgi_client as fastcgi
from support import stores
from support.build import TOP
from support.certificates import Authority
from support.processes import SERVER_USER, Scratch, wait_until
from support.servers import DevRouter, WampFcgiPool
from support.stores import Store
from support.web import signed_query

LIMIT = 2  # seconds, short so that a store that has lost its data is soon reliable again
CALLED, REPLAYED = (200, None), (401, "request_replayed")
UNAVAILABLE = (503, "store_unavailable")
RATE = 5


class Machine(WampFcgiPool):
    """A pool with its own state_dir."""

    def __init__(self, scratch, router_url, store, name, paths=None, workers=1, **top):
        self.state = scratch.folder(f"state-{name}")
        paths = paths or {"/": service(), "signed": service(**SIGNED, timestamp_delta_limit=LIMIT),
                          "long": service(**SIGNED, timestamp_delta_limit=300), "status": {"type": "status"}}
        config = {**configuration(router_url, paths), "store": store, "state_dir": str(self.state / "here"), **top}
        super().__init__(scratch, scratch.write(f"{name}.json", json.dumps(config)), workers=workers, over_tcp=True)

    def send(self, query=None, path="long", body=ADD2, method="POST"):
        """The status and error name of a request, which is signed unless a query is given."""
        status, _, said = self.exchange(path, query if query is not None else signed_query(SECRET, body), body, method)
        return status, json.loads(said).get("error", "").removeprefix("wampfcgi.error.") or None

    def exchange(self, path, query, body="", method="POST"):
        text = query if isinstance(query, str) else "&".join(f"{name}={value}" for name, value in query.items())
        fields = fastcgi.variables(f"/{path}".replace("//", "/"), method, length=len(body), QUERY_STRING=text)
        return fastcgi.request(self.address, fastcgi.begin() + fastcgi.params(fields) + fastcgi.stdin(body.encode()))

    def figures(self):
        return json.loads(self.exchange("status", "json&full", method="GET")[2])

    def says(self, text):
        wait_until(lambda: text in self.said(), f"the log to say: {text}")

    def wait_for_store(self, path="long"):
        """Waits until all workers use the store again, each after a delay of at most 10 seconds."""
        def is_used():
            return all(each["store_answers"] for each in self.figures()["each_worker"]) and self.send(path=path) == CALLED

        wait_until(is_used, "the store to be used again", 30)


class StoreTest(DeploymentTest):
    """With a router for all tests of the class, and a store for each test that asks for one."""

    @classmethod
    def setUpClass(cls):
        if stores.missing():
            raise unittest.SkipTest(stores.missing())
        scratch = Scratch()
        cls.addClassCleanup(scratch.close)
        cls.router = DevRouter(scratch).start()

    def setUp(self):
        super().setUp()
        self.machines = 0

    def machine(self, store, **how):
        self.machines += 1
        settings = {"url": store.url} if isinstance(store, Store) else store
        return Machine(self.scratch, self.router.url, settings, f"machine{self.machines}", **how).start()

    def start_store(self, *options, **how):
        return Store(self.scratch, *options, **how).start()

    def password(self, text):
        path = self.scratch.write(f"password-{text}", text + "\n")
        path.chmod(0o600)
        if SERVER_USER:
            shutil.chown(path, SERVER_USER)
        return str(path)

    def add_user(self, *servers):
        """Adds a user with the manual's rules; returns the login settings."""
        rules = re.search(r"ACL SETUSER web (on .*)$", (TOP / "etc/doc/operations.md").read_text(), re.M)[1]
        for server in servers:
            server.ask("ACL", "SETUSER", "web", *rules.replace(">PASSWORD", ">s3cret").split())
        return {"username": "web", "password_file": self.password("s3cret")}

    def assert_refused(self, machine, line):
        """Refused because of the store; what needs no store is served."""
        machine.says(line)
        self.assertEqual(machine.send(), UNAVAILABLE)
        self.assertEqual(machine.send("", path="/"), CALLED)


class TwoMachines(StoreTest):
    def setUp(self):
        super().setUp()
        self.store = self.start_store()
        self.first, self.second = self.machine(self.store, workers=2), self.machine(self.store)

    def test_what_one_has_accepted_the_other_refuses(self):
        for machine, other in ((self.first, self.second), (self.second, self.first)):
            query = signed_query(SECRET, ADD2)
            self.assertEqual([machine.send(query), other.send(query), machine.send(query)], [CALLED, REPLAYED, REPLAYED])
        query = signed_query(SECRET, ADD2, seq="12", nonce="34")
        self.assertEqual(self.first.send(query), CALLED)
        self.assertEqual(self.second.send({**query, "seq": "1", "nonce": "234"}), REPLAYED)

    def test_a_store_that_was_killed_is_503_at_once_and_has_forgotten_nothing_afterwards(self):
        accepted = signed_query(SECRET, ADD2)
        self.assertEqual([self.first.send(accepted), self.second.send()], [CALLED] * 2)
        self.store.stop()
        self.second.says("connection to the store lost")
        before = time.monotonic()
        answers = [self.second.send() for _ in range(20)]
        self.assertEqual(answers, [UNAVAILABLE] * 20)
        self.assertLess(time.monotonic() - before, 20, "each would have waited for a second")
        self.assertEqual(self.second.send("", path="/"), CALLED)
        status, headers, _ = self.second.exchange("long", signed_query(SECRET, ADD2), ADD2)
        self.assertEqual((status, headers["Retry-After"]), (503, "1"))

        self.store.start()
        for machine in (self.first, self.second):
            machine.wait_for_store()
            self.assertEqual(machine.send(accepted), REPLAYED)

    def test_a_store_without_its_data_lets_nothing_through_that_it_may_have_forgotten(self):
        old = signed_query(SECRET, ADD2)
        self.assertEqual([self.first.send(old), self.second.send()], [CALLED] * 2)
        # Includes a request never sent before, which cannot be distinguished from an old one.
        unseen = signed_query(SECRET, ADD2)
        self.store.stop()
        self.store.forget()
        self.store.start()
        for machine in (self.first, self.second):
            # With the short limit, all signatures are soon newer; until then they are refused, never accepted.
            machine.wait_for_store("signed")
            self.assertIn(machine.send(old), (UNAVAILABLE, REPLAYED))  # the second one finds what the first has left
        self.assertEqual(self.second.send(unseen), UNAVAILABLE)
        self.assertIn("the store has lost its data, perhaps this signature too", self.first.said())
        again = signed_query(SECRET, ADD2)
        self.assertEqual([self.first.send(again, path="signed"), self.second.send(again, path="signed")], [CALLED, REPLAYED])

    def test_a_store_that_hangs_costs_no_more_than_the_timeout_and_nobody_else(self):
        quick = self.machine({"url": self.store.url, "timeout": 0.2})
        self.assertEqual(quick.send(), CALLED)
        with self.store.frozen():
            query = signed_query(SECRET, ADD2)
            self.assertEqual(quick.send(query), UNAVAILABLE)
            self.assertEqual(quick.send("", path="/"), CALLED)
            quick.says("no answer within 200 ms")
        quick.wait_for_store()
        self.assertIn(quick.send(query), (CALLED, REPLAYED))  # it may have arrived, or not
        self.assertEqual(quick.send(query), REPLAYED)

    def test_a_reload_and_the_death_of_a_worker_forget_nothing(self):
        accepted = signed_query(SECRET, ADD2)
        self.assertEqual(self.first.send(accepted), CALLED)
        os.kill(self.first.pid, signal.SIGHUP)
        self.first.says("new workers serve")
        self.assertEqual(self.first.send(accepted), REPLAYED)
        victims = self.second.worker_pids()
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: self.second.worker_pids() and not set(victims) & set(self.second.worker_pids()), "another worker")
        self.assertEqual(self.second.send(accepted), REPLAYED)

    def test_status_tells_of_it(self):
        for _ in range(3):
            self.assertEqual(self.first.send(), CALLED)
        figures = self.first.figures()
        self.assertTrue(figures["ready"] and figures["store_answers"])
        self.assertEqual((figures["store"]["round_trips"], figures["store"]["failures"]), (3, 0))
        self.assertGreater(figures["store"]["wait_seconds"], 0)
        self.assertNotIn("signatures_remembered", figures)
        text = self.first.exchange("status", "prometheus&full", method="GET")[2].decode()
        written = set(re.findall(r"^# TYPE (\w*store\w*) ", text, re.M))
        manual = (TOP / "etc/doc/status.md").read_text()
        self.assertEqual(written, set(re.findall(r"^\| `(\w*store\w*)`", manual, re.M)))
        self.assertIn('{service="long",error="store_unavailable"} 0', text)
        self.assertNotIn('{service="/",error="store_unavailable"}', text)

        self.store.stop()
        wait_until(lambda: not self.first.figures()["store_answers"], "all workers to find it down")
        for worker in range(3):
            self.assertEqual(self.first.send(), UNAVAILABLE)
        figures = self.first.figures()
        self.assertEqual(figures["missing"], ["the store does not answer"])
        self.assertGreaterEqual(figures["store"]["failures"], 3)
        self.assertEqual(self.first.exchange("status/ready", "", method="GET")[0], 503)

    def test_without_replay_protection_nobody_connects(self):
        paths = {"/": service(), "signed": service(**SIGNED, timestamp_delta_limit=LIMIT, replay_protection=False)}
        wait_until(lambda: len(self.store.clients()) == 3, "the workers of the others to connect")
        machine = self.machine(self.store, paths=paths)
        self.assertEqual([machine.send("", path="/"), machine.send(path="signed")], [CALLED] * 2)
        self.assertIn("no service has replay_protection or rate_limit, so it is not used", machine.said())
        self.assertEqual(len(self.store.clients()), 3)


class Rates(StoreTest):
    def test_they_are_counted_once_for_all_machines(self):
        def limited(by, **options):
            return service(rate_limit={"requests": RATE, "seconds": 86400, "by": by}, **options)

        paths = {"address": limited("address"), "service": limited("service"),
                 "key": limited("key", **SIGNED, timestamp_delta_limit=300)}
        store = self.start_store()
        machines = [self.machine(store, paths=paths) for _ in range(2)]
        for path in paths:
            query = None if path == "key" else ""
            answers = [machines[turn % 2].send(query, path=path)[0] for turn in range(2 * RATE)]
            self.assertEqual(answers, [200] * RATE + [429] * RATE, path)
        status, headers, _ = machines[0].exchange("address", "", ADD2)
        self.assertEqual(status, 429)
        self.assertGreater(int(headers["Retry-After"]), 1)
        store.ask("SCRIPT", "FLUSH")  # as a restart does
        self.assertEqual(machines[0].send("", path="address")[0], 429)

        store.stop()
        machines[0].says("connection to the store lost")
        self.assertEqual(machines[0].send("", path="address"), UNAVAILABLE)


    def test_where_no_signature_is_kept_the_store_may_evict_keys(self):
        paths = {"/": service(rate_limit={"requests": RATE, "seconds": 86400, "by": "address"})}
        machine = self.machine(self.start_store("--maxmemory-policy", "allkeys-lru"), paths=paths)
        answers = [machine.send("", path="/")[0] for _ in range(RATE + 1)]
        self.assertEqual(answers, [200] * RATE + [429])
        self.assertFalse((machine.state / "here").exists())


class Unfit(StoreTest):
    """Stores that must not be used, each with its line in the log."""

    def test_one_that_is_full_refuses(self):
        store = self.start_store()
        machine = self.machine(store)
        self.assertEqual(machine.send(), CALLED)
        store.ask("CONFIG", "SET", "maxmemory", "1")
        self.assertEqual(machine.send(), UNAVAILABLE)
        machine.says("OOM")
        store.ask("CONFIG", "SET", "maxmemory", "0")
        self.assertEqual(machine.send(), CALLED)

    def test_one_that_loads_its_data_is_waited_for(self):
        store = self.start_store("--appendonly", "no")
        machine = self.machine(store)
        accepted = signed_query(SECRET, ADD2)
        self.assertEqual(machine.send(accepted), CALLED)
        for number in range(2000):
            store.ask("SET", f"other:{number}", "x" * 100)
        store.ask("SAVE")
        store.stop()
        # Slow, like a store with millions of keys.
        store.options += ("--key-load-delay", "1000", "--loading-process-events-interval-bytes", "1024")
        store.launch()
        machine.says("the server is still loading its data")
        self.assertEqual(machine.send(), UNAVAILABLE)
        machine.wait_for_store()
        self.assertEqual(machine.send(accepted), REPLAYED)

    def test_one_that_evicts_keys_is_refused(self):
        for policy in ("allkeys-lru", "volatile-ttl"):
            store = self.start_store("--maxmemory-policy", policy)
            machine = self.machine(store)
            self.assert_refused(machine, f'its maxmemory-policy is "{policy}" (set it to noeviction)')

    def test_a_password_that_is_missing_or_wrong_is_refused(self):
        store = self.start_store("--requirepass", "right", login=("right",))
        self.assert_refused(self.machine(store), "NOAUTH")
        self.assert_refused(self.machine({"url": store.url, "password_file": self.password("wrong")}), "WRONGPASS")
        machine = self.machine({"url": store.url, "password_file": self.password("right")})
        self.assertEqual(machine.send(), CALLED)

    def test_a_user_needs_no_more_than_the_manual_says(self):
        store = self.start_store()
        login = self.add_user(store)
        machine = self.machine({"url": store.url, **login})
        query = signed_query(SECRET, ADD2)
        self.assertEqual([machine.send(query), machine.send(query)], [CALLED, REPLAYED])
        other = self.machine({"url": store.url, **login, "prefix": "other:"})
        self.assert_refused(other, "NOPERM")
        self.assertNotIn("s3cret", machine.said() + other.said())

    def test_a_database_is_one_of_its_own(self):
        store = self.start_store()
        first, second, same = (self.machine({"url": f"{store.url}/{number}"}) for number in (3, 4, 3))
        query = signed_query(SECRET, ADD2)
        self.assertEqual([first.send(query), second.send(query), same.send(query)], [CALLED, CALLED, REPLAYED])
        self.assert_refused(self.machine({"url": f"{store.url}/999"}), "DB index is out of range")

    def test_a_unix_socket_will_do(self):
        path = self.scratch.folder("run") / "store.sock"
        self.start_store("--unixsocket", path, "--unixsocketperm", "777")
        self.assertEqual(self.machine({"url": f"unix:{path}"}).send(), CALLED)

    def test_too_few_replicas_are_503(self):
        store = self.start_store()
        machine = self.machine({"url": store.url, "replicas": 1, "timeout": 0.4})
        query = signed_query(SECRET, ADD2)
        self.assertEqual(machine.send(query), UNAVAILABLE)
        self.start_store("--replicaof", f"127.0.0.1 {store.port}")
        machine.wait_for_store()
        self.assertEqual(machine.send(query), REPLAYED)


class OverTls(StoreTest):
    def test_a_certificate_must_be_of_the_authority_and_name_the_host(self):
        authority, other = Authority(self.scratch.path, "authority"), Authority(self.scratch.path, "other")
        store = self.start_tls_store(authority.issue("store", "DNS:localhost"))
        ca_file = {"ca_file": str(authority.file)}
        by_name = f"rediss://localhost:{store.tls_port}"
        machine = self.machine({"url": by_name, "tls": ca_file})
        query = signed_query(SECRET, ADD2)
        self.assertEqual([machine.send(query), machine.send(query)], [CALLED, REPLAYED])
        for settings, line in (({"url": by_name, "tls": {"ca_file": str(other.file)}}, "certificate"),
                               ({"url": f"rediss://127.0.0.1:{store.tls_port}", "tls": ca_file}, "IP address mismatch"),
                               ({"url": f"rediss://127.0.0.1:{store.port}", "tls": ca_file}, "no connection in time"),
                               ({"url": f"redis://127.0.0.1:{store.tls_port}"}, "cannot use the store: ")):
            with self.subTest(settings=settings):
                self.assert_refused(self.machine(settings), line)

    def start_tls_store(self, certificate):
        store = Store(self.scratch)
        store.tls_port = stores.free_port()
        store.options = ("--tls-port", store.tls_port, "--tls-cert-file", certificate.file, "--tls-key-file", certificate.key,
                         "--tls-auth-clients", "no")
        return store.start()


class Failover(StoreTest):
    def test_a_replica_that_takes_over_has_what_was_accepted(self):
        first = self.start_store()
        second = self.start_store("--replicaof", f"127.0.0.1 {first.port}")
        sentinel = stores.Sentinel(self.scratch, first).start()
        machine = self.machine({"sentinel": {"urls": [sentinel.url], "master": "mymaster"}, "timeout": 0.5,
                                **self.add_user(first, second)})  # unknown to the Sentinel
        query = signed_query(SECRET, ADD2)
        self.assertEqual(machine.send(query), CALLED)
        wait_until(lambda: second.ask("DBSIZE") == first.ask("DBSIZE"), "the replica to have it")
        sentinel.wait_for_replica(second)

        first.stop()
        wait_until(lambda: sentinel.master_port() == second.port, "the Sentinel to name the replica", 30)
        machine.wait_for_store()
        self.assertEqual(machine.send(query), REPLAYED)

    def test_a_name_that_the_sentinels_do_not_know_is_said(self):
        sentinel = stores.Sentinel(self.scratch, self.start_store()).start()
        urls = [f"redis://127.0.0.1:{stores.free_port()}", sentinel.url]
        self.assert_refused(self.machine({"sentinel": {"urls": urls, "master": "other"}}), 'does not know "other"')


if __name__ == "__main__":
    main()
