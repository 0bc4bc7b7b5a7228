"""The files in etc/monitoring for Prometheus, Grafana and Nagios are valid, and use existing metrics."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import unittest

from integration.deployment import DeploymentTest, configuration, main, service
from support import promtool
from support.build import PROGRAM, TOP
from support.processes import wait_until
from support.servers import DevRouter, WampFcgiPool

FOLDER = TOP / "etc/monitoring"
DASHBOARD = json.loads((FOLDER / "grafana-dashboard.json").read_text())
# test_status.py compares them with the program's output.
METRICS = set(re.findall(r"^\| `(wampfcgi_\w+)`", (TOP / "etc/doc/status.md").read_text(), re.M))


def metrics_in(text):
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in re.findall(r"\bwampfcgi_\w+", text)}


def expressions():
    """The dashboard's expressions, with variables replaced as Grafana does."""
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            expression = target["expr"].replace("$__rate_interval", "5m").replace("$job", ".*").replace("$instance", ".*")
            yield panel["title"], expression


class Names(unittest.TestCase):
    def test_rules_name_metrics_that_there_are(self):
        named = metrics_in((FOLDER / "alerts.yml").read_text())
        self.assertGreater(len(named), 8)
        self.assertLessEqual(named, METRICS)

    def test_the_dashboard_names_metrics_that_there_are(self):
        named = metrics_in(json.dumps(DASHBOARD))
        self.assertGreater(len(named), 20)
        self.assertLessEqual(named, METRICS)

    def test_panels_have_a_place_of_their_own(self):
        panels = DASHBOARD["panels"]
        self.assertEqual(len({panel["id"] for panel in panels}), len(panels))
        taken = set()
        for panel in panels:
            place = panel["gridPos"]
            cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
            self.assertLessEqual(place["x"] + place["w"], 24, panel["title"])
            self.assertFalse(cells & taken, panel["title"])
            taken |= cells


@unittest.skipIf(promtool.missing(), promtool.missing())
class Prometheus(DeploymentTest):
    def test_made_up_series_set_off_the_alerts_that_they_should(self):
        shutil.copy(FOLDER / "alerts.yml", self.scratch.path)
        shutil.copy(pathlib.Path(__file__).parent / "alerts_test.yml", self.scratch.path)
        status, said = promtool.promtool("test", "rules", "alerts_test.yml", cwd=self.scratch.path)
        self.assertEqual(status, 0, said)

    def test_every_alert_has_such_a_series(self):
        alerts = set(re.findall(r"- alert: (\w+)", (FOLDER / "alerts.yml").read_text()))
        tested = (pathlib.Path(__file__).parent / "alerts_test.yml").read_text()
        self.assertEqual(alerts, set(re.findall(r"alertname: (\w+)\n +exp_alerts:", tested)))

    def test_the_expressions_of_the_dashboard_can_be_read(self):
        rules = [{"record": f"panel:{number}", "expr": text} for number, (_, text) in enumerate(expressions())]
        path = self.scratch.write("rules.yml", json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
        status, said = promtool.promtool("check", "rules", path)
        self.assertEqual(status, 0, said)


class PlugIn(DeploymentTest):
    def check(self, *arguments, program=PROGRAM):
        done = subprocess.run([FOLDER / "check_wamp_fcgi", *arguments], capture_output=True, text=True, timeout=60,
                              env={**os.environ, "WAMP_FCGI": str(program)})
        return done.returncode, done.stdout + done.stderr

    def test_a_pool_is_checked(self):
        router = DevRouter(self.scratch, socket=self.scratch.folder("router") / "router.sock")
        config = configuration(f"unix:{router.socket}", {"/": service()}, connect_timeout=1)
        pool = WampFcgiPool(self.scratch, self.scratch.write("config.json", json.dumps(config))).start()
        address = f"unix:{pool.address}"

        wait_until(lambda: "role anonymous" in self.check(address)[1], "the workers to do without the router")
        status, said = self.check(address)
        self.assertEqual(status, 2)
        self.assertRegex(said, r"\ACRITICAL - wamp-fcgi \S+: not ready, [^;]*; sessions in realm realm1 with role anonymous: 0 of 2\n\Z")

        router.start()
        wait_until(lambda: self.check(address)[0] == 0, "the pool to be ready", 30)
        self.assertRegex(self.check(address)[1], r"\AOK - wamp-fcgi \S+: ready, running for [^|]+ \| calls=0;;;0;20000\n\Z")

    def test_no_pool_is_unknown(self):
        status, said = self.check(f"unix:{self.scratch.path}/none.sock")
        self.assertEqual(status, 3)
        self.assertRegex(said, r"\AUNKNOWN - wamp-fcgi: cannot ask .* for its status: No such file or directory\n\Z")

    def test_no_program_is_unknown(self):
        self.assertEqual(self.check(program=self.scratch.path / "none")[0], 3)


if __name__ == "__main__":
    main()
