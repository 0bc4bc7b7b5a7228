"""Owns the operating system's figures of processes: processor time, memory, threads."""
import contextlib
import pathlib
import re
import threading
import time

MEMFD = "/memfd:"


def processor_seconds(pids):
    """The user and system time of processes, with all threads."""
    nanoseconds = 0
    for pid in pids:
        for task in pathlib.Path("/proc", str(pid), "task").iterdir():
            with contextlib.suppress(OSError):
                nanoseconds += int((task / "schedstat").read_text().split()[0])
    return nanoseconds / 1e9


def is_quiet(pids, seconds=0.3):
    """True when processes use no processor time for a while."""
    before = processor_seconds(pids)
    time.sleep(seconds)
    return processor_seconds(pids) == before


def status_number(pid, name):
    return int(re.search(rf"^{name}:\s+(\d+)", pathlib.Path("/proc", str(pid), "status").read_text(), re.M)[1])


def resident_bytes(pid):
    return 1024 * status_number(pid, "VmRSS")


def peak_resident_bytes(pid):
    return 1024 * status_number(pid, "VmHWM")


def forget_peak(pid):
    pathlib.Path("/proc", str(pid), "clear_refs").write_text("5")


def threads(pid):
    return status_number(pid, "Threads")


def proportional_bytes(pid):
    """Resident memory; shared memory counts by its share."""
    return 1024 * int(re.search(r"^Pss:\s+(\d+)", pathlib.Path("/proc", str(pid), "smaps_rollup").read_text(), re.M)[1])


def memory_file_bytes(pid):
    """Memory in unnamed files, which is not part of the process's resident memory."""
    total = 0
    for entry in pathlib.Path("/proc", str(pid), "fd").iterdir():
        with contextlib.suppress(OSError):
            if str(entry.readlink()).startswith(MEMFD):
                total += 512 * entry.stat().st_blocks
    return total


class PeakWatch:
    """Samples a process's memory, including unnamed files, until the context ends."""

    def __init__(self, pid):
        self.pid, self.peak_bytes = pid, 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.over.wait(0.001):
            with contextlib.suppress(OSError):
                self.peak_bytes = max(self.peak_bytes, resident_bytes(self.pid) + memory_file_bytes(self.pid))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
