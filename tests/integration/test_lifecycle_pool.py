"""Failures and recovery behind nginx, where wamp-fcgi supervises its workers."""
import os
import signal

from integration.contract_base import ADD2, call
from integration.deployment import DeploymentTest, main
from integration.hostile_case import Connection, whole
from integration.lifecycle_cases import LifecycleCases
from support.processes import is_running, wait_until
from support.servers import Nginx


class Lifecycle(LifecycleCases, DeploymentTest):
    server_class = Nginx

    def test_supervisor_replaces_one_worker_and_keeps_the_other(self):
        self.deploy()
        pool = self.server.pool
        victim, other = pool.worker_pids()
        os.kill(victim, signal.SIGKILL)
        wait_until(lambda: len(pool.worker_pids()) == 2 and victim not in pool.worker_pids(), "a new worker")
        self.assertIn(other, pool.worker_pids())
        self.assert_works_soon()

    def test_pool_ends_gracefully_with_kept_connections_open(self):
        self.deploy()
        for _ in range(20):
            self.assert_works()
        pool = self.server.pool
        workers = pool.worker_pids()
        self.assertEqual(pool.stop(), 0)
        self.assertFalse(any(map(is_running, workers)))
        self.assertFalse(pool.address.exists())

    def test_pool_answers_the_calls_under_way_before_it_ends(self):
        self.deploy()
        [answer] = self.calls_under_way(2)
        self.assertEqual(self.server.pool.stop(), 0)
        self.assertEqual(answer.result(30).json, {"args": [2]})

    def test_requests_sent_ahead_are_answered_by_a_worker_that_is_replaced(self):
        self.deploy()
        pool = self.server.pool
        bodies = (call("com.example.sleep", 1), ADD2, call("com.example.add2", 20, 3))
        with Connection(pool.address) as client:
            client.send(b"".join(whole(body, keep=True) for body in bodies))
            wait_until(lambda: self.count_of("com.example.sleep") == 1, "the first call to be under way")
            os.kill(pool.pid, signal.SIGHUP)
            wait_until(lambda: "new workers serve" in pool.log.read_text(), "the reload to be done")
            self.assertEqual([client.answer()[1] for _ in bodies], [b'{"args":[1]}', b'{"args":[5]}', b'{"args":[23]}'])

    def test_workers_end_when_the_supervisor_is_killed(self):
        self.deploy()
        self.assert_works()
        pool = self.server.pool
        workers = pool.worker_pids()
        os.kill(pool.pid, signal.SIGKILL)
        wait_until(lambda: not any(map(is_running, workers)), "the orphaned workers to end")

    def test_pool_that_comes_back_is_found_by_the_server(self):
        self.deploy()
        self.assert_works()
        self.server.pool.stop()
        self.assertGreaterEqual(self.client.send(body="{}").status, 500)
        self.server.pool.start()
        self.assert_works_soon()


if __name__ == "__main__":
    main()
