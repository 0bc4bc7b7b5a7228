"""Owns the disturbances of a soak: the router, the store and processes of wamp-fcgi end or stop, configurations are
reloaded. Each names the web servers whose requests it may harm, and until when."""
import contextlib
import dataclasses
import os
import random
import signal
import time

SETTLING = 5  # seconds after which a disturbance must have no effect any more


@dataclasses.dataclass
class Disturbance:
    name: str
    harmed: tuple  # names of web servers
    begun: float
    ended: float = float("inf")

    def explains(self, outcome):
        return (outcome.server in self.harmed and outcome.ended >= self.begun
                and outcome.begun <= self.ended + SETTLING)


class Disturbances:
    """Causes one disturbance every `interval` seconds. Each kind comes once before any comes again."""

    def __init__(self, soak, interval):
        self.soak, self.interval, self.done = soak, interval, []
        everybody = tuple(each.name for each in soak.servers)
        of_pool = tuple(each.name for each in soak.servers if getattr(each, "pool", None))
        self.kinds = (
            ("router killed and restarted", everybody, self.restart_router),
            ("router ended and restarted", everybody, lambda: self.restart_router(signal.SIGTERM)),
            ("router stopped for a moment", (), self.stop_router_for_a_moment),
            ("pool reloaded", (), lambda: os.kill(soak.pool.pid, signal.SIGHUP)),
            ("worker of the pool killed", of_pool, lambda: self.kill_one(soak.pool, signal.SIGKILL)),
            ("worker of the pool told to end", (), lambda: self.kill_one(soak.pool, signal.SIGTERM)),
            ("process under mod_fcgid killed", (soak.fcgid.name,), lambda: self.kill_one(soak.fcgid, signal.SIGKILL)),
            ("logs opened again", (), lambda: os.kill(soak.pool.pid, signal.SIGUSR1)),
            *([("store killed and restarted", of_pool, self.restart_store)] if soak.store else []),
        )

    def run(self, seconds):
        begun, waiting = time.monotonic(), []
        until = begun + seconds
        while time.monotonic() + self.interval < until:
            time.sleep(self.interval)
            waiting = waiting or random.sample(self.kinds, len(self.kinds))
            name, harmed, disturb = waiting.pop()
            self.done.append(Disturbance(name, harmed, time.monotonic()))
            disturb()
            self.done[-1].ended = time.monotonic()
            print(f"[{(self.done[-1].ended - begun) / seconds:4.0%}] {name}", flush=True)
        time.sleep(max(0, until - time.monotonic()))

    def restart_router(self, how=signal.SIGKILL):
        self.soak.router.stop(how)
        time.sleep(random.uniform(0, 1.5))
        self.soak.router.start()

    def restart_store(self):
        self.soak.store.stop()
        time.sleep(random.uniform(0, 1.5))
        self.soak.store.start()

    def stop_router_for_a_moment(self):
        os.kill(self.soak.router.pid, signal.SIGSTOP)
        time.sleep(0.3)
        os.kill(self.soak.router.pid, signal.SIGCONT)

    @staticmethod
    def kill_one(of, with_signal):
        with contextlib.suppress(ProcessLookupError):
            if pids := of.worker_pids():
                os.kill(random.choice(pids), with_signal)
