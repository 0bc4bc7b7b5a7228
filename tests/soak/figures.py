"""Owns the memory and descriptors of the processes that live through a soak, sampled every second."""
import contextlib
import statistics
import threading
import time

from integration.fault_case import footprint
from support.processes import wait_until

PAGES = 4096  # KiB by which memory may vary
SETTLED = 15  # seconds until descriptors must be closed


class Figures:
    def __init__(self, processes):
        self.processes = processes  # names by pid
        self.at_rest = {pid: footprint(pid)[0] for pid in processes}
        self.samples = {pid: [] for pid in processes}
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        since = time.monotonic()
        while not self.over.wait(1):
            for pid, samples in self.samples.items():
                with contextlib.suppress(OSError, StopIteration):
                    descriptors, memory = footprint(pid)
                    samples.append((time.monotonic() - since, descriptors, memory))

    def stop(self):
        self.over.set()
        self.thread.join()

    def rows(self):
        """For each process: name; memory in the second and the last quarter (KiB), and its slope (KiB a minute); idle
        descriptors before and after."""
        for pid, name in self.processes.items():
            samples = self.samples[pid]
            quarter = max(1, len(samples) // 4)
            early, late = samples[quarter:2 * quarter] or samples, samples[-quarter:]
            slope = statistics.linear_regression(*zip(*((at, memory) for at, _, memory in samples[quarter:]))).slope
            with contextlib.suppress(Exception):
                wait_until(lambda: footprint(pid)[0] <= self.at_rest[pid], "descriptors to be closed", SETTLED)
            yield (name, statistics.median(each[2] for each in early), statistics.median(each[2] for each in late), 60 * slope,
                   self.at_rest[pid], footprint(pid)[0])
