"""Rate limits, through the web servers and over all processes."""
import concurrent.futures
import os
import signal

from integration.contract_base import ADD2, SECRET
from integration.deployment import DeploymentTest, Served, main, service, start_server, configuration
from support.processes import wait_until
from support.servers import ApacheCgi, ApacheFcgid, DevRouter, Lighttpd, Nginx
from support.web import Client, signed_query

AT_ONCE = 8
LIMIT = 40
HOUR = 3600


def limited(requests=LIMIT, by="address", **options):
    return service(rate_limit={"requests": requests, "seconds": HOUR, "by": by}, **options)


class RateCases:
    """Needs `server_class`; mix it into a DeploymentTest."""

    server_class = None

    def setUp(self):
        super().setUp()
        self.router = DevRouter(self.scratch).start()
        paths = {"/": service(), "limited": limited(), "other": limited()}
        self.server = start_server(self.scratch, self.server_class, configuration(self.router.url, paths))
        self.client = Client(self.server.port)

    def test_all_processes_count_together_to_the_request(self):
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as many:
            answers = list(many.map(lambda _: self.client.send(service="limited", body=ADD2), range(3 * LIMIT)))
        statuses = [answer.status for answer in answers]
        self.assertEqual((statuses.count(200), statuses.count(429)), (LIMIT, 2 * LIMIT))
        for answer in answers:
            if answer.status == 429:
                self.assertEqual(answer.error, "wampfcgi.error.rate_limited")
                self.assertTrue(0 < int(answer.headers["Retry-After"]) <= HOUR / LIMIT)
        calls = self.client.call("com.example.stats").json["kwargs"]["calls_by_procedure"]["com.example.add2"]
        self.assertEqual(calls, LIMIT)
        self.assertEqual(self.client.send(service="other", body=ADD2).status, 200)


class ThroughNginx(RateCases, DeploymentTest):
    server_class = Nginx

    def test_a_restart_and_a_reload_of_the_pool_forget_nothing(self):
        def left():
            return self.client.send(service="limited", body=ADD2).headers["RateLimit"].split(";")[1]

        pool = self.server.pool
        self.assertEqual(left(), f"r={LIMIT - 1}")
        os.kill(pool.pid, signal.SIGHUP)
        wait_until(lambda: "new workers serve" in self.scratch.logs(), "the reload to be done")
        self.assertEqual(left(), f"r={LIMIT - 2}")
        self.assertEqual(pool.stop(), 0)
        pool.start()
        self.assertEqual(left(), f"r={LIMIT - 3}")


class ThroughApacheFcgid(RateCases, DeploymentTest):
    server_class = ApacheFcgid


class ThroughLighttpd(RateCases, DeploymentTest):
    server_class = Lighttpd


class ThroughApacheCgi(RateCases, DeploymentTest):
    server_class = ApacheCgi


class Answers(Served, DeploymentTest):
    server_class = Nginx
    page = "https://app.example.com"
    paths = {
        "key": limited(2, "key", keys={"one": {"secret": SECRET}, "two": {"secret": SECRET}},
                       timestamp_delta_limit=300),
        "all": limited(2, "service"),
        "origin": limited(2, allowed_origins=[page]),
        "get": limited(2, procedure="com.example.add2", methods=["GET"]),
        "publish": {**limited(2), "type": "publisher"},
        "hook": {**limited(2), "type": "webhook"},
        "events": {**limited(2), "type": "events"},
    }
    for name, options in (("hook", {"topic": "com.example.hook"}), ("events", {"topics": ["com.example."]})):
        paths[name]["options"].update(options)

    def setUp(self):
        pass

    def send_signed(self, key):
        return self.client.send(service="key", body=ADD2, query=signed_query(SECRET, ADD2, key=key))

    def test_each_key_has_its_own_and_a_wrong_signature_takes_nothing(self):
        wrong = {**signed_query(SECRET, ADD2, key="one"), "nonce": "7"}
        for _ in range(5):
            self.assertEqual(self.client.send(service="key", body=ADD2, query=wrong).status, 401)
        first = self.send_signed("one")
        self.assertEqual((first.status, first.headers["RateLimit"]), (200, f'"key";r=1;t={HOUR // 2}'))
        self.assertEqual(self.send_signed("one").status, 200)
        refused = self.send_signed("one")
        self.assertEqual((refused.status, refused.error), (429, "wampfcgi.error.rate_limited"))
        self.assertEqual(self.send_signed("two").status, 200)

    def test_of_all_together_only_retry_after_is_told(self):
        answers = [self.client.send(service="all", body=ADD2) for _ in range(3)]
        self.assertEqual([answer.status for answer in answers], [200, 200, 429])
        for answer in answers:
            self.assertNotIn("RateLimit", answer.headers)
        self.assertIn("Retry-After", answers[-1].headers)

    def test_a_page_may_read_what_is_left_and_its_preflight_takes_nothing(self):
        for _ in range(5):
            preflight = self.client.send(method="OPTIONS", service="origin", headers={"Origin": self.page})
            self.assertEqual(preflight.status, 200)
        answer = self.client.send(service="origin", body=ADD2, headers={"Origin": self.page})
        self.assertEqual(answer.headers["RateLimit-Policy"], f'"address";q=2;w={HOUR}')
        exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
        self.assertLessEqual({"Retry-After", "RateLimit", "RateLimit-Policy"}, set(exposed))

    def test_every_kind_of_service_has_it(self):
        asked = {"get": {"method": "GET", "query": {}}, "publish": {"body": b'{"topic":"com.example.a"}'},
                 "hook": {"body": b"x"}, "events": {"method": "GET", "query": {}}}
        for name, how in asked.items():
            with self.subTest(name):
                answers = [self.client.send(service=name, **how) for _ in range(3)]
                self.assertEqual(answers[0].headers["RateLimit"], f'"address";r=1;t={HOUR // 2}')
                self.assertEqual(answers[2].status, 429)


if __name__ == "__main__":
    main()
