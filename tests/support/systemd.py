"""Owns systemd's part in a service, as far as tests need it: passing a socket, and receiving notifications."""
import contextlib
import os
import socket
import sys

from support.processes import NotReady, wait_until


class Notifications:
    """A notification socket at a path, or at an abstract address if the name begins with '@'."""

    def __init__(self, name):
        self.name = str(name)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.name.replace("@", "\0", 1) if self.name.startswith("@") else self.name)
        self.socket.setblocking(False)
        if not self.name.startswith("@"):
            os.chmod(self.name, 0o666)
        self.states = []

    def close(self):
        self.socket.close()

    def receive(self):
        with contextlib.suppress(BlockingIOError):
            while True:
                self.states += self.socket.recv(4096).decode().splitlines()
        return self.states

    def wait_for(self, *states):
        """Waits until these have arrived in this order, perhaps with others in between; forgets everything up to the
        last."""
        def have_come():
            position = 0
            received = self.receive()
            for state in states:
                if state not in received[position:]:
                    return None
                position = received.index(state, position) + 1
            return position

        try:
            position = wait_until(have_come, f"the notifications {states}")
        except NotReady as failure:
            raise NotReady(f"{failure}, got {self.states}") from None
        seen, self.states = self.states[:position], self.states[position:]
        return seen


def launch(address, *command):
    """Replaces this process by the command, with a listening socket as descriptor 3. `address` is a port, or a socket's
    path."""
    is_port = address.isdigit()
    listening = socket.socket(socket.AF_INET if is_port else socket.AF_UNIX)
    listening.bind(("127.0.0.1", int(address)) if is_port else address)
    listening.listen(64)
    if not is_port:
        os.chmod(address, 0o666)
    os.dup2(listening.fileno(), 3)
    os.set_inheritable(3, True)
    os.execve(command[0], command, {**os.environ, "LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"})


if __name__ == "__main__":
    launch(*sys.argv[1:])
