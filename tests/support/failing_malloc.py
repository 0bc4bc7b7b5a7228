"""Owns the orders to the preloaded library that makes allocations fail (failing_malloc.cpp)."""
import struct

from support.servers import BUILD

LIBRARY = BUILD / "libfailing_malloc.so"
FORM = struct.Struct("=iiqq")  # struct orders


class Orders:
    """A file mapped by the processes concerned."""

    def __init__(self, scratch):
        self.path = scratch.path / "orders"
        self.give()
        self.path.chmod(0o666)
        library = scratch.program(LIBRARY)
        self.environment = {"LD_PRELOAD": str(library), "WAMPFCGI_TEST_ORDERS": str(self.path)}

    def give(self, good=-1, for_good=False, pid=0):
        """Lets `good` allocations of a process (0: of each) succeed, then one fail, or all with `for_good`."""
        with open(self.path, "r+b" if self.path.exists() else "wb", buffering=0) as orders:
            orders.write(FORM.pack(pid, for_good, good, 0))  # in one write, in place, because the file is mapped

    def take_back(self):
        """Lets all succeed again, and returns how many have failed."""
        failed = FORM.unpack(self.path.read_bytes())[3]
        self.give()
        return failed
