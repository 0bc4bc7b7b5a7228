"""A hung worker: the supervisor must detect it, and must not touch others."""
import json
import os
import signal

from integration.deployment import DeploymentTest, configuration, main, service
from support.processes import is_running, wait_until
from support.servers import DevRouter, WampFcgiPool


class HungWorker(DeploymentTest):
    def test_worker_that_stands_still_for_a_minute_is_replaced_and_no_other(self):
        router = DevRouter(self.scratch).start()
        config = self.scratch.write("config.json", json.dumps(configuration(router.url, {"/": service()})))
        pool = WampFcgiPool(self.scratch, config).start()
        hung, idle = pool.worker_pids()
        os.kill(hung, signal.SIGSTOP)
        wait_until(lambda: not is_running(hung), "the worker to be killed", 100)
        wait_until(lambda: len(pool.worker_pids()) == pool.workers, "another one to take its place")
        self.assertIn(idle, pool.worker_pids())
        self.assertIn(f"warning: killing worker {hung}: no sign of life for 60 s\n", pool.log.read_text())
        self.assertEqual(pool.log.read_text().count("no sign of life"), 1)


if __name__ == "__main__":
    main()
