"""HAProxy, Caddy and H2O: everything that integration.haproxy, integration.caddy and integration.h2o leave out, because
it takes minutes. Only `make check-anywhere` runs it."""
import concurrent.futures
import os
import shutil
import subprocess
import unittest

from integration import test_console as console
from integration import test_events as events
from integration import test_get as get
from integration import test_publisher as publisher
from integration import test_rates as rates
from integration import test_restrictions as restrictions
from integration import test_server_differences as differences
from integration import test_webhook as webhook
from integration.contract_base import ADD2
from integration.deployment import DeploymentTest, Served, main, service
from integration.hostile_http_cases import HostileClient
from integration.reload_cases import ReloadCases
from support.processes import SERVER_USER, Scratch, wait_until
from support.servers import Caddy, H2o, HaProxy, missing

ANYWHERE = "WAMPFCGI_ANYWHERE" in os.environ
TOKEN = "s3cret"
SERVERS = (HaProxy, Caddy, H2o)


class StatusCases(Served):
    paths = {"/": service(), "status": {"type": "status"}, "tls": service(require_tls=True)}

    @classmethod
    def setUpClass(cls):
        secrets = cls.enterClassContext(Scratch())
        token = secrets.write("token", TOKEN)
        token.chmod(0o640)
        if SERVER_USER:
            shutil.chown(token, SERVER_USER)
        cls.paths = {**cls.paths, "guarded": {"type": "status", "options": {"token_file": str(token)}}}
        super().setUpClass()

    def test_status_is_for_this_machine(self):
        def get(path, **headers):
            return self.client.send("GET", path, headers=headers, content_type=None)

        self.assertEqual([get(f"status/{each}").body for each in ("ping", "ready")], [b"pong", b"ready"])
        self.assertEqual(get("status", Accept="application/json").json["ready"], True)
        for headers in ({"Host": "rebound.example"}, {"X-Forwarded-For": "127.0.0.1"}, {"Via": "1.1 proxy"}):
            self.assertEqual(get("status/ping", **headers).error, "wampfcgi.error.address_denied")

    def test_a_token_lets_in_whoever_has_it(self):
        for token, status in (("wrong", 401), (TOKEN, 200)):
            headers = {"Host": "a.example", "Authorization": f"Bearer {token}"}
            answer = self.client.send("GET", "guarded", headers=headers, content_type=None)
            self.assertEqual(answer.status, status)

    def test_http_2_is_served(self):
        url = f"https://127.0.0.1:{self.server.tls_port}/wamp/tls"
        run = subprocess.run(["curl", "-sSk", "--http2", "-H", "Content-Type: application/json", "-d", ADD2, "-w",
                              " %{http_version}", url], capture_output=True, text=True, timeout=60)
        self.assertEqual((run.stdout, run.stderr), ('{"args":[5]} 2', ""))


class ManyCases(Served):
    paths = {"/": service()}

    def test_hundreds_of_calls_wait_at_once(self):
        with concurrent.futures.ThreadPoolExecutor(300) as many:
            answers = list(many.map(lambda _: self.client.call("com.example.sleep", 1), range(300)))
        self.assertEqual({answer.status for answer in answers}, {200})


class RestrictedAsShown:
    names = ()

    def sample_text(self):
        return self.change(super().sample_text())


class DifferenceCases:
    server_class = None
    deploy = differences.Differences.deploy
    outcome_of_a_call_whose_client_goes = differences.Differences.outcome_of_a_call_whose_client_goes
    calls_of_sleep = differences.Differences.calls_of_sleep

    def test_call_goes_on_where_the_server_does_not_tell(self):
        self.assertEqual(self.outcome_of_a_call_whose_client_goes(self.server_class), 200)

    def test_connections_are_kept_as_the_samples_say(self):
        self.deploy(self.server_class)
        for _ in range(20):
            self.assertEqual(self.client.send(body=ADD2).status, 200)
        kept = self.server_class is HaProxy
        self.assertEqual(1 <= self.kept() <= 4, kept)

    def test_a_call_after_the_server_has_closed_idle_connections_is_served(self):
        self.deploy(self.server_class)
        wait_until(lambda: self.kept() == 0, "HAProxy to close its idle connections", 30)
        self.assertEqual(self.client.send(body=ADD2).status, 200)

    def kept(self):
        return differences.kept_connections(self.server.pool.address)


CASES = {
    "Get": (get.AnyServer, unittest.TestCase),
    "Publisher": (publisher.PublisherCases, unittest.TestCase),
    "Webhook": (webhook.Everywhere, unittest.TestCase),
    "Events": (events.AnyPool, unittest.TestCase),
    "Status": (StatusCases, unittest.TestCase),
    "Many": (ManyCases, unittest.TestCase),
    "Console": (console.AnyServer, unittest.TestCase),
    "Differences": (DifferenceCases, unittest.TestCase),
    "Rates": (rates.RateCases, DeploymentTest),
    "Restrictions": (restrictions.Restrictions, DeploymentTest),
    "Hostile": (HostileClient, unittest.TestCase),
    "Reload": (ReloadCases, DeploymentTest),
}
AS_RECEIVED = {"/wamp/internal", "/wamp/%69nternal"}  # without removing "/./" and "/../"
SETTINGS = {
    "RestrictionsHaProxy": {"same": AS_RECEIVED},
    "RestrictionsCaddy": {"same": AS_RECEIVED},
    "RestrictionsH2o": {"allowed": 'start_with?("10.")', "ours": 'start_with?("127.")'},
    "HostileCaddy": {"tolerated": ("header without a name", "header of 100 KiB")},
    "HostileH2o": {"tolerated": ("two lengths", "header of 100 KiB")},
    # A client that has used its connection before is not told.
    "ReloadHaProxy": {"failures_of_a_kill": r"^50[023] |^RemoteDisconnected"},
}


def behind(server_class, name, bases):
    settings = {"server_class": server_class, "way": RestrictedAsShown, **SETTINGS.get(name, {})}
    why = missing(server_class) if ANYWHERE else "takes minutes (make check-anywhere)"
    return unittest.skipIf(why, why)(type(name, bases, settings))


for each in SERVERS:
    for kind, bases in CASES.items():
        globals()[kind + each.__name__] = behind(each, kind + each.__name__, bases)

if __name__ == "__main__":
    main()
