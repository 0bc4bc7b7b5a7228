#!/usr/bin/env -S python3 -B
"""Starts router, lighttpd and wamp-fcgi on loopback and makes a call. usage: demo.py BUILD   (ONCE=1: ends after it)"""
import json
import os
import pathlib
import shlex
import signal
import subprocess
import sys

if len(sys.argv) > 1:
    os.environ["WAMPFCGI_BUILD"] = sys.argv[1]
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support.processes import NotReady, Scratch, can_connect
from support.servers import DevRouter, Lighttpd

EXPECTED = '{"args":[5]}'


def start(scratch):
    """The web server, with everything behind it running."""
    router = DevRouter(scratch).start()
    paths = {"/": {"type": "caller", "realm": "realm1", "role": "anonymous"}}
    config = scratch.write("config.json", json.dumps({"router": {"url": router.url}, "paths": paths}, indent=4) + "\n")
    return Lighttpd(scratch, config, port=None if can_connect(8080) else 8080).start()


def make_call(port):
    """Shows the call, makes it, and tells whether the answer is the expected one."""
    command = ["curl", "-sS", "--max-time", "30", "-H", "Content-Type: application/json",
               "-d", '{"procedure": "com.example.add2", "args": [2, 3]}', f"http://127.0.0.1:{port}/wamp"]
    print(f"\n$ {shlex.join(command)}")
    run = subprocess.run(command, capture_output=True, text=True)
    print(run.stdout + run.stderr)
    return run.returncode == 0 and run.stdout == EXPECTED


def main():
    once = os.environ.get("ONCE", "") not in ("", "0")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where a shell started this in the background
    with Scratch() as scratch:
        server = start(scratch)
        print(f"Running in {scratch.path}: wamp-devrouter, and lighttpd at port {server.port} with wamp-fcgi at /wamp.")
        good = make_call(server.port)
        if not good:
            print(f"That is not the answer that was expected: {EXPECTED}\n{scratch.logs()}")
        if once or not good:
            return 0 if good else 1
        print("Other procedures: com.example.echo, com.example.sleep, com.example.fail; see wamp-devrouter --help.\n"
              "All of this stays until Ctrl-C.", flush=True)
        signal.pause()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\nEnded.")
    except NotReady as failure:
        sys.exit(f"demo: {failure}")
