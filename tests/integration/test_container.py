"""The files for containers, without an engine: the image's root is made by the steps of the Containerfile, and its
command runs in namespaces, as the user, with a root that is read-only, and with nothing else. nginx has the mounts of
compose.yaml."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

import yaml

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "etc/packaging"))
import portable  # noqa: E402

from integration.deployment import DeploymentTest, main
from integration.contract_base import ADD2
from support.build import BUILD, TOP
from support.processes import AS_ROOT, Process, can_connect, wait_until
from support.servers import DevRouter, Nginx, replace_once
from support.web import Client

# Makes the root read-only but for its volumes, which are folders of the host, and starts the command as process 1.
IN_NAMESPACES = """
mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"
for volume in $3; do mount --bind "$2$volume" "$1$volume"; done
user=$4; root=$1; shift 4
exec unshare --pid --fork --kill-child=SIGTERM chroot --userspec="$user" "$root" "$@"
"""


class Image:
    """What an engine makes of a Containerfile with these instructions."""

    def __init__(self, context, file, root):
        self.context, self.root, self.environment = context, root, {}
        lines = re.sub(r"^#.*\n", "", (context / file).read_text(), flags=re.M).splitlines()
        for line in filter(None, lines):
            self.follow(*line.split(" ", 1))

    def follow(self, instruction, rest):
        if instruction == "COPY":
            self.copy(rest)
        elif instruction == "ENV":
            self.environment.update([rest.split("=", 1)])
        elif instruction == "VOLUME":
            self.volumes = json.loads(rest)
        elif instruction == "USER":
            self.user = rest
        elif instruction == "ENTRYPOINT":
            self.command = json.loads(rest)
        elif instruction == "CMD":
            self.command += json.loads(rest)
        elif instruction == "HEALTHCHECK":
            self.health = json.loads(rest.partition("CMD ")[2])
        elif instruction == "STOPSIGNAL":
            self.stop_signal = signal.Signals[rest]
        elif (instruction, rest) != ("FROM", "scratch"):
            raise AssertionError(f"unknown: {instruction} {rest}")

    def copy(self, rest):
        owner = re.match(r"--chown=(\d+):(\d+) ", rest)
        *sources, destination = rest.removeprefix(owner[0] if owner else "").split()
        assert destination.endswith("/"), destination
        target = self.root / destination.strip("/")
        target.mkdir(parents=True, exist_ok=True)
        for source in (self.context / name for name in sources):
            if source.is_dir():
                shutil.copytree(source, target, dirs_exist_ok=True)
            else:
                shutil.copy(source, target)
        for path in (target, *target.rglob("*")) if owner else ():
            os.chown(path, *map(int, owner.groups()))


class Container(Process):
    name = "container"

    def __init__(self, scratch, image):
        super().__init__(scratch)
        self.image, self.host, self.config = image, scratch.folder("volumes"), None
        for volume in image.volumes:  # a new volume has what the image has in its place
            shutil.copytree(image.root / volume.strip("/"), self.host / volume.strip("/"))
            owner = (image.root / volume.strip("/")).stat()
            os.chown(self.host / volume.strip("/"), owner.st_uid, owner.st_gid)
        self.address = self.host / "run/wamp-fcgi/wamp-fcgi.sock"

    def inside(self, command):
        variables = [f"{name}={value}" for name, value in self.image.environment.items()]
        return ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", *variables, "unshare", "--mount", "sh", "-ec",
                IN_NAMESPACES, "sh", self.image.root, self.host, " ".join(self.image.volumes), self.image.user, *command]

    def command(self):
        return self.inside(self.image.command)

    def is_ready(self):
        return can_connect(self.address)

    def stop(self, *how):
        if not self.ended() and self.children():
            os.kill(self.first_process(), self.image.stop_signal)
        return super().stop(*how)

    def is_healthy(self):
        return subprocess.run(self.inside(self.image.health), capture_output=True, timeout=30).returncode == 0

    def first_process(self):
        """The id, outside, of the process that is the first one inside."""
        for pid in self.children():
            status = pathlib.Path("/proc", str(pid), "status").read_text()
            if re.search(r"^NSpid:\s+\d+\s+1$", status, re.M):
                return pid
        raise AssertionError("there is no process 1")


def can_make_namespaces():
    return AS_ROOT and not subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], capture_output=True).returncode


@unittest.skipUnless((BUILD / "portable/wamp-fcgi").exists(), "the portable program is not built")
@unittest.skipUnless(can_make_namespaces(), "no namespaces here")
class Containers(DeploymentTest):
    @classmethod
    def setUpClass(cls):
        cls.context = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()), "unpacked")
        portable.collect(BUILD, TOP / "build/deps", cls.context)

    def setUp(self):
        super().setUp()
        self.compose = yaml.safe_load((self.context / "examples/container/compose.yaml").read_text())["services"]
        self.image = Image(self.context, "examples/container/Containerfile", self.scratch.folder("image"))

    def mounted(self, service, place):
        """The path of the file or the name of the volume that a container has in a place."""
        pairs = (line.removesuffix(":ro").split(":") for line in self.compose[service]["volumes"])
        [source] = [source for source, at in pairs if at == place]
        return self.context / "examples/container" / source if source.startswith(".") else source

    def start(self):
        self.router = DevRouter(self.scratch).start()
        settings = self.mounted("wamp-fcgi", "/etc/wamp-fcgi/config.json").read_text()
        inside = self.image.root / "etc/wamp-fcgi/config.json"
        inside.parent.mkdir()
        inside.write_text(replace_once(settings, "rs://router:8081", self.router.url))
        return Container(self.scratch, self.image).start()

    def test_image_serves_nginx_and_stops_in_order(self):
        container = self.start()
        self.assertEqual(self.mounted("nginx", "/etc/nginx/conf.d/default.conf").read_text(), (TOP / "etc/nginx.conf").read_text())
        client = Client(Nginx(self.scratch, container).start().port)
        answer = client.send(body=ADD2)
        self.assertEqual((answer.status, answer.body), (200, b'{"args":[5]}'), container.said())
        self.assertEqual(client.send(body='{"procedure":"org.other"}').status, 403)
        self.assertTrue(container.is_healthy(), container.said())
        self.assertEqual(container.stop(), 0, container.said())

    def test_health_check_fails_without_the_router(self):
        container = self.start()
        wait_until(container.is_healthy, "the pool to be ready")
        self.router.stop()
        wait_until(lambda: not container.is_healthy(), "the pool to notice")

    def test_program_is_the_first_process_of_an_own_user_and_has_what_it_needs(self):
        container = self.start()
        status = pathlib.Path("/proc", str(container.first_process()), "status").read_text()
        self.assertEqual(re.search(r"^Uid:\s+(\d+)", status, re.M)[1], self.image.user.split(":")[0])
        self.assertNotIn("warning", container.said())
        self.assertNotIn("error", container.said())

    def test_compose_file_fits_the_image(self):
        ours, nginx, router = (self.compose[name] for name in ("wamp-fcgi", "nginx", "router"))
        self.assertEqual((self.context / "examples/container" / ours["build"]["context"]).resolve(), self.context.resolve())
        self.assertTrue((self.context / ours["build"]["dockerfile"]).exists())
        self.assertEqual(ours["healthcheck"]["test"], ["CMD", *self.image.health])
        self.assertEqual({self.mounted("wamp-fcgi", place) for place in self.image.volumes}, {"socket", "state"})
        self.assertEqual(self.mounted("nginx", "/run/wamp-fcgi"), "socket")
        [rules] = json.loads(self.mounted("router", "/node/.crossbar/config.json").read_text())["workers"]
        self.assertEqual(rules["transports"][0]["endpoint"]["port"], 8081)
        self.assertNotIn("ports", {**ours, **router})
        self.assertTrue(all(port.startswith("127.0.0.1:") for port in nginx["ports"]))


if __name__ == "__main__":
    main()
