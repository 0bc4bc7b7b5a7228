"""Faults of the router and the network, over real sockets, each with a limit on the time to recover."""
import collections
import json
import signal
import socket
import statistics
import time

from integration.deployment import main
from integration.fault_case import CALL_TIMEOUT, CONNECT_TIMEOUT, PATHS, RECOVERY_BOUND, SLACK, FaultTest
from support.certificates import Authority
from support.load import UNANSWERED, Load, arrivals
from support.network import TwoMachines, why_no_namespaces
from support.processes import wait_until
from support.servers import LastingRouter, WampFcgiPool

STARTS_UNDER_LOAD = 10


class RouterFaults(FaultTest):
    """The router itself is killed, stopped, or refuses connections."""

    def test_router_killed_and_restarted_under_load_ten_times(self):
        self.deploy(workers=2)
        self.check_restarts_under_load([0.1 * turn for turn in range(STARTS_UNDER_LOAD)])

    def test_the_same_over_websocket_in_json(self):
        self.router = LastingRouter(self.scratch, scheme="ws", path="/ws").start()
        self.deploy(workers=2, serializer="json")
        self.check_restarts_under_load([0, 0.5, 1])

    def test_the_same_over_tls(self):
        authority = Authority(self.scratch.path, "authority")
        made = authority.issue("router")
        self.router = LastingRouter(self.scratch, "--tls-cert", made.file, "--tls-key", made.key, scheme="rss").start()
        self.deploy(workers=2, tls={"ca_file": str(authority.file)})
        self.check_restarts_under_load([0, 0.5, 1])

    def check_restarts_under_load(self, times_down):
        limit = CONNECT_TIMEOUT + SLACK
        load = Load(self.background, self.pool.address, clients=8, limit=limit)
        times = [self.kill_and_restart(load, down_for) for down_for in times_down]
        outcomes = load.stop()

        by_status = dict(collections.Counter(each.status for each in outcomes))
        self.print_numbers(f"calls by status {by_status}; first good answer after listening again: median "
                           f"{statistics.median(times):.3f} s, longest {max(times):.3f} s")
        self.assertNotIn(UNANSWERED, [each.status for each in outcomes])
        self.assertLessEqual({each.status for each in outcomes}, {200, 502, 503})
        self.assertLess(max(each.seconds for each in outcomes), limit)
        self.assertLess(max(times), RECOVERY_BOUND)
        self.assert_none_came_twice(outcomes)
        self.assert_nothing_is_left()

    def kill_and_restart(self, load, down_for):
        """The seconds from the router's listening again to the first good answer."""
        served = time.monotonic()
        wait_until(lambda: load.first_good_after(served), "calls to be under way")
        self.router.stop(signal.SIGKILL)
        killed = time.monotonic()
        self.let_time_pass(down_for)
        self.router.start()
        listening = time.monotonic()
        return wait_until(lambda: load.first_good_after(killed), "a good answer", 15) - listening

    def test_router_that_stands_still_costs_calls_their_time_out_and_none_twice(self):
        self.deploy()
        self.router.child.send_signal(signal.SIGSTOP)
        try:
            calls = [self.start_call(service="impatient") for _ in range(20)]
            outcomes = [each.result(30) for each in calls]
        finally:
            self.router.child.send_signal(signal.SIGCONT)
        for each in outcomes:
            self.assert_timed_out(each)
        self.assert_works_within(RECOVERY_BOUND)
        came = arrivals(self.router.log.read_text())
        self.assertEqual([came[each.argument] for each in outcomes], [1] * len(outcomes))
        self.assert_nothing_is_left()

    def test_login_that_is_refused_for_a_while_is_tried_again(self):
        self.deploy()
        refused_for = 1.5
        self.assertEqual(self.call("com.example.fault.refuse_logins", refused_for).status, 200)
        self.assert_failed(self.call("com.example.fault.drop"), 502, "connection_lost")
        took = self.assert_works_within(refused_for + RECOVERY_BOUND)
        self.print_numbers(f"refused for {refused_for} s, good answer after {took:.3f} s")
        self.assertIn("authorization_failed", self.pool.log.read_text())
        self.assertEqual(self.count_of("com.example.fault.drop"), 1)
        self.assert_nothing_is_left()

    def test_second_router_serves_while_the_first_is_down(self):
        self.router = LastingRouter(self.scratch)
        second = LastingRouter(self.scratch).start()
        self.deploy(self.router.where, second.where)
        self.assertEqual(self.stats()["connections"], 1)

        self.router.start()
        self.assert_works_within(RECOVERY_BOUND)
        self.assertEqual(len(arrivals(second.log.read_text())), 2)  # the session stays with the second when the first is back

        second.stop(signal.SIGKILL)
        self.assert_works_within(RECOVERY_BOUND)
        self.assertEqual(len(arrivals(self.router.log.read_text())), 1)
        self.router.stop(signal.SIGKILL)
        second.start()
        self.assert_works_within(RECOVERY_BOUND)
        self.assert_nothing_is_left()

    def test_router_that_accepts_and_says_nothing_counts_as_down(self):
        with socket.create_server(("127.0.0.1", 0)) as mute:
            self.router = LastingRouter(self.scratch).start()
            config = {"urls": [f"rs://127.0.0.1:{mute.getsockname()[1]}", self.router.where]}
            path = self.scratch.write("config.json", json.dumps(
                {"router": {**config, "connect_timeout": CONNECT_TIMEOUT}, "paths": PATHS}))
            self.pool = WampFcgiPool(self.scratch, path, 1).start()
            took = self.assert_works_within(CONNECT_TIMEOUT + RECOVERY_BOUND)
        self.print_numbers(f"good answer after {took:.3f} s, connect_timeout being {CONNECT_TIMEOUT} s")


class DeadPeers(FaultTest):
    """A silent router is given up within `keepalive` if it answers pings, and kept if it does not."""

    keepalive = 2

    def test_router_that_stands_still_is_given_up(self):
        for scheme, path, serializer in (("rs", "", "msgpack"), ("ws", "/ws", "json")):
            with self.subTest(scheme):
                self.router = LastingRouter(self.scratch, scheme=scheme, path=path).start()
                self.deploy(keepalive=self.keepalive, serializer=serializer)
                if scheme == "rs":
                    self.let_ping_be_answered(self.keepalive)
                self.stop_and_continue()
                self.assert_nothing_is_left()
                self.pool.stop()

    def stop_and_continue(self):
        self.router.child.send_signal(signal.SIGSTOP)
        try:
            stopped = time.monotonic()
            self.wait_for_log("session ended", 3 * self.keepalive)
            found = time.monotonic() - stopped
            self.assert_failed(self.call(limit=CONNECT_TIMEOUT + SLACK), 503, "router_unavailable")
        finally:
            self.router.child.send_signal(signal.SIGCONT)
        took = self.assert_works_within(RECOVERY_BOUND)
        self.print_numbers(f"{self.router.scheme}: given up after {found:.3f} s, back after {took:.3f} s")
        self.assertLess(found, self.keepalive + SLACK)

    def test_router_that_drops_who_pings_is_pinged_once_only(self):
        self.router = LastingRouter(self.scratch, "--on-ping", "drop").start()
        self.deploy(keepalive=1)
        self.wait_for_log("session ended", 5)
        self.assert_works_within(RECOVERY_BOUND)
        self.assert_connections_stay(seconds=4)

    def test_router_that_ignores_pings_is_not_given_up(self):
        self.router = LastingRouter(self.scratch, "--on-ping", "ignore").start()
        self.deploy(keepalive=1)
        self.assert_connections_stay(seconds=4)

    def assert_connections_stay(self, seconds):
        before = self.stats()["connections"]
        self.let_time_pass(seconds)
        self.assertEqual(self.stats()["connections"], before)
        self.assert_nothing_is_left()


class PacketLoss(FaultTest):
    """Worker and router in two network namespaces, with the packets between them dropped."""

    def setUp(self):
        super().setUp()
        if reason := why_no_namespaces():
            self.skipTest(f"network namespaces cannot be made here: {reason}")
        self.machines = self.enter(TwoMachines())
        machines = self.machines

        class FarRouter(LastingRouter):
            def __init__(self, scratch):
                super().__init__(scratch, host=machines.far_address)

            def command(self):
                return [*machines.on_far, *super().command()]

        class NearPool(WampFcgiPool):
            user = None  # root, as needed by `nsenter`

            def command(self):
                return [*machines.on_near, *super().command()]

        self.classes = {"router_class": FarRouter, "pool_class": NearPool}

    def test_packets_dropped_for_a_while_cost_calls_their_time_out_and_none_is_sent_twice(self):
        self.deploy(**self.classes)
        self.machines.drop_packets()
        outcomes = [each.result(30) for each in [self.start_call(service="impatient") for _ in range(20)]]
        for each in outcomes:
            self.assert_timed_out(each)
        self.machines.pass_packets()
        took = self.assert_works_within(CALL_TIMEOUT * 4 + RECOVERY_BOUND)  # TCP's own delay doubles with every loss
        self.print_numbers(f"good answer {took:.3f} s after packets pass again")
        came = arrivals(self.router.log.read_text())
        self.assertEqual([came[each.argument] for each in outcomes], [1] * len(outcomes))
        self.assert_nothing_is_left()

    def test_router_that_has_vanished_is_given_up_without_a_call_under_way(self):
        keepalive = 2
        self.deploy(keepalive=keepalive, **self.classes)
        self.let_ping_be_answered(keepalive)
        self.machines.drop_packets()
        vanished = time.monotonic()
        self.wait_for_log("session ended", 3 * keepalive)
        found = time.monotonic() - vanished
        self.assert_failed(self.call(limit=CONNECT_TIMEOUT + SLACK), 503, "router_unavailable")
        self.machines.pass_packets()
        took = self.assert_works_within(CONNECT_TIMEOUT + RECOVERY_BOUND)
        self.print_numbers(f"given up after {found:.3f} s, back after {took:.3f} s")
        self.assertLess(found, keepalive + SLACK)
        self.assert_nothing_is_left()

    def test_router_that_is_out_of_reach_is_waited_for_and_found_when_it_is_back(self):
        self.deploy(**self.classes)
        self.machines.drop_packets()
        self.router.stop(signal.SIGKILL)  # without anybody noticing
        self.assert_timed_out(self.call(service="impatient"))
        self.machines.pass_packets()
        self.router.start()
        took = self.assert_works_within(CALL_TIMEOUT * 4 + RECOVERY_BOUND)
        self.print_numbers(f"good answer {took:.3f} s after packets pass again")
        self.assert_nothing_is_left()


if __name__ == "__main__":
    main()
