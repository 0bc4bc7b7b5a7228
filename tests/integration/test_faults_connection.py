"""Faults of the connection to the router: a proxy cuts, stalls and delays it. Each has a limit on the time to
recover."""
import time

from integration.deployment import main
from integration.fault_case import CONNECT_TIMEOUT, RECOVERY_BOUND, SLACK, FaultTest
from support.load import arrivals
from support.processes import wait_until
from support.proxy import TO_ROUTER, TO_WORKER, Proxy
from support.servers import LastingRouter

LONG = "x" * 100_000


class ConnectionFaults(FaultTest):
    """A proxy between worker and router disturbs the connection."""

    def setUp(self):
        super().setUp()
        self.router = LastingRouter(self.scratch).start()
        self.proxy = Proxy(self.router.port)
        self.addCleanup(self.proxy.stop)
        self.deploy(self.proxy.url)

    def restore(self):
        for where in (TO_ROUTER, TO_WORKER):
            self.proxy.set(where)

    def test_result_that_is_cut_ends_the_call_and_is_not_asked_for_again(self):
        cuts = (0, 1, 3, 4, 5, 50, 50_000)  # in a frame's header of 4 bytes, and in the message after it
        times = []
        for cut in cuts:
            with self.subTest(cut):
                self.proxy.set(TO_WORKER, cut_after=cut)
                outcome = self.call("com.example.big", len(LONG))
                self.restore()
                self.assert_failed(outcome, 502, "connection_lost")
                times.append(self.assert_works_within(RECOVERY_BOUND))
        self.print_numbers(f"good answer after {max(times):.3f} s at most")
        self.assertEqual(self.count_of("com.example.big"), len(cuts))
        self.assert_nothing_is_left()

    def test_call_that_is_cut_ends_and_is_not_sent_again(self):
        for cut in (0, 1, 3, 4, 5, 50, 50_000):
            with self.subTest(cut):
                self.proxy.set(TO_ROUTER, cut_after=cut)
                outcome = self.call("com.example.echo", LONG)
                self.restore()
                self.assert_failed(outcome, 502, "connection_lost")
                self.assert_works_within(RECOVERY_BOUND)
                self.assertEqual(self.count_of("com.example.echo"), self.sent_by_assert_works())
        self.assert_nothing_is_left()

    def sent_by_assert_works(self):
        return sum(arrivals(self.router.log.read_text()).values())

    def test_login_that_is_cut_anywhere_is_tried_again(self):
        for where, cuts in ((TO_WORKER, (0, 3, 8, 30)), (TO_ROUTER, (0, 3, 8, 30))):
            for cut in cuts:
                with self.subTest(where, cut=cut):
                    self.proxy.set(where, cut_after=cut)
                    self.proxy.cut_all()
                    outcome = self.call(limit=CONNECT_TIMEOUT + SLACK)
                    self.assertIn((outcome.status, outcome.name), ((503, "router_unavailable"), (502, "connection_lost")))
                    self.restore()
                    self.assert_works_within(RECOVERY_BOUND)
        self.assert_nothing_is_left()

    def test_connection_that_is_reset_ends_every_call_under_way_at_once(self):
        calls = [self.start_call("com.example.sleep", 30) for _ in range(50)]
        wait_until(lambda: self.count_of("com.example.sleep") == len(calls), "the calls to be under way")
        cut = time.monotonic()
        self.proxy.cut_all(by_reset=True)
        for each in calls:
            self.assert_failed(each.result(30), 502, "connection_lost")
        self.assertLess(time.monotonic() - cut, SLACK)
        self.assert_works_within(RECOVERY_BOUND)
        self.assertEqual(self.count_of("com.example.sleep"), len(calls))
        self.assert_nothing_is_left()

    def test_byte_at_a_time_is_enough(self):
        for where in (TO_ROUTER, TO_WORKER):
            self.proxy.set(where, piece=1)
        outcomes = [each.result(30) for each in [self.start_call() for _ in range(50)]]
        self.assertTrue(all(each.good for each in outcomes))
        self.proxy.cut_all()
        self.assert_works_within(RECOVERY_BOUND)  # includes a login
        self.assert_none_came_twice(outcomes)

    def test_delay_holds_all_calls_up_once(self):
        for where in (TO_ROUTER, TO_WORKER):
            self.proxy.set(where, delay=0.2)
        started = time.monotonic()
        outcomes = [each.result(30) for each in [self.start_call() for _ in range(100)]]
        took = time.monotonic() - started
        self.assertTrue(all(each.good for each in outcomes))
        self.print_numbers(f"100 calls at once, 0.4 s there and back: {took:.3f} s")
        self.assertLess(took, RECOVERY_BOUND)
        self.assert_none_came_twice(outcomes)

    def test_result_that_stalls_half_way_costs_no_more_than_the_time_out(self):
        self.proxy.set(TO_WORKER, stall_after=50_000)
        self.assert_timed_out(self.call("com.example.big", len(LONG), service="impatient"))
        self.assert_timed_out(self.call(service="impatient"))
        self.wait_for_log("in the middle of a message", 10)
        self.restore()
        took = self.assert_works_within(RECOVERY_BOUND)
        self.print_numbers(f"given up, then good answer after {took:.3f} s")
        self.assertEqual(self.count_of("com.example.big"), 1)
        self.assert_nothing_is_left()

    def test_router_out_of_reach_for_a_while_gets_every_call_once(self):
        self.proxy.set(TO_ROUTER, stall_after=0)
        calls = [self.start_call(service="impatient") for _ in range(20)]
        outcomes = [each.result(30) for each in calls]
        for each in outcomes:
            self.assert_timed_out(each)
        self.restore()
        self.assert_works_within(RECOVERY_BOUND)
        came = arrivals(self.router.log.read_text())
        self.assertEqual([came[each.argument] for each in outcomes], [1] * len(outcomes))
        self.assert_nothing_is_left()

    def test_queue_to_a_router_that_does_not_read_is_bounded(self):
        self.proxy.set(TO_ROUTER, stall_after=0)
        long = "x" * 10_000_000
        calls = [self.start_call("com.example.echo", long, service="impatient", limit=30) for _ in range(12)]
        outcomes = [each.result(60) for each in calls]
        self.assertLessEqual({(each.status, each.name) for each in outcomes}, {(504, "call_timeout"), (503, "overloaded")})
        self.assertIn("overloaded", [each.name for each in outcomes])
        self.proxy.cut_all()
        self.restore()
        self.assert_works_within(RECOVERY_BOUND)
        self.assert_nothing_is_left()

    def test_half_that_is_closed_counts_as_the_whole(self):
        for where in (TO_ROUTER, TO_WORKER):
            with self.subTest(where):
                outcome = self.under_way("com.example.sleep", 30)
                closed = time.monotonic()
                self.proxy.live()[-1].close_half(where)
                self.assert_failed(outcome.result(30), 502, "connection_lost")
                self.assertLess(time.monotonic() - closed, SLACK)
                self.assert_works_within(RECOVERY_BOUND)
        self.assertEqual(self.count_of("com.example.sleep"), 2)
        self.assert_nothing_is_left()


if __name__ == "__main__":
    main()
