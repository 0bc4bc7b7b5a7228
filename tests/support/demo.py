#!/usr/bin/env -S python3 -B
"""Starts router, lighttpd and wamp-fcgi on loopback, makes a call, publishes to a stream of events, and makes a
streaming call.
usage: demo.py BUILD   (ONCE=1: ends after that)"""
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

WHERE = {"realm": "realm1", "role": "anonymous"}
PATHS = {
    "/": {"type": "caller", **WHERE},
    "publish": {"type": "publisher", **WHERE},
    "events": {"type": "events", **WHERE, "options": {"topics": ["com.example."]}},
}
EVENT_DATA = 'data: {"topic":"com.example.news","args":["hello"],"kwargs":{}}'


class Unexpected(Exception):
    """The output differs from what was to be shown."""


def start(scratch):
    """The running web server, with everything behind it."""
    router = DevRouter(scratch).start()
    config = scratch.write("config.json", json.dumps({"router": {"url": router.url}, "paths": PATHS}, indent=4) + "\n")
    return Lighttpd(scratch, config, port=None if can_connect(8080) else 8080).start()


def curl(*arguments, body=None):
    """The command, with a body to post."""
    posting = ["-H", "Content-Type: application/json", "-d", json.dumps(body)] if body else []
    return ["curl", "-sS", "--max-time", "30", *posting, *arguments]


def show(command, also=""):
    print(f"\n$ {shlex.join(command)}{also}", flush=True)


def run(command):
    """Shows a command, runs it, shows and returns its output."""
    show(command)
    ended = subprocess.run(command, capture_output=True, text=True)
    print((ended.stdout + ended.stderr).rstrip("\n"))
    return ended.stdout


def expect(what, said):
    if what not in said:
        raise Unexpected(f"{what!r} was expected, not {said!r}")


def make_call(url):
    expect('{"args":[5]}', run(curl(url, body={"procedure": "com.example.add2", "args": [2, 3]})))


def publish_to_a_stream(url):
    """Shows with curl what a page receives with EventSource."""
    listen = curl("-N", f"{url}/events?topic=com.example.news")
    show(listen, " &")
    with subprocess.Popen(listen, stdout=subprocess.PIPE, text=True) as listener:
        try:
            expect("retry: ", listener.stdout.readline())
            expect('{"id":', run(curl(f"{url}/publish", body={"topic": "com.example.news", "args": ["hello"]})))
            lines = iter(listener.stdout.readline, "")
            shown = next((line for line in lines if line.startswith("id: ")), "") + next(lines, "")
            print(shown.rstrip("\n"))
            expect(EVENT_DATA, shown)
        finally:
            listener.terminate()


def make_call_that_streams(url):
    said = run(curl("-N", "-H", "Accept: text/event-stream", url,
                    body={"procedure": "com.example.count", "args": [3, 0.2]}))
    expect('event: progress\nid: 3\ndata: {"args":[3]}\n\nevent: result\nid: 4\ndata: {"args":[3]}\n', said)


def main():
    once = os.environ.get("ONCE", "") not in ("", "0")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also when a shell started this in the background
    with Scratch() as scratch:
        server = start(scratch)
        print(f"Running in {scratch.path}: wamp-devrouter, and lighttpd at port {server.port} with wamp-fcgi at /wamp.")
        url = f"http://127.0.0.1:{server.port}/wamp"
        try:
            make_call(url)
            publish_to_a_stream(url)
            make_call_that_streams(url)
        except Unexpected as trouble:
            print(f"{trouble}\n{scratch.logs()}")
            return 1
        if once:
            return 0
        print("\nOther procedures: com.example.echo, com.example.sleep, com.example.fail; see wamp-devrouter --help.\n"
              "All of this stays until Ctrl-C.", flush=True)
        signal.pause()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\nEnded.")
    except NotReady as failure:
        sys.exit(f"demo: {failure}")
