"""wamp-fcgi with peers of other projects: fox-wamp, a router over WebSocket with JSON, and procedures served by
AutobahnJS. Cases mention where fox-wamp 0.7 differs from other routers."""
import base64
import json
import signal
import time

from integration.deployment import DeploymentTest, configuration, main, service
from support.build import SLOWDOWN
from support.load import Background, make_call
from support.peers import Callee, FoxWamp
from support.processes import Scratch, wait_until
from support.servers import WampFcgiPool

CONNECT_TIMEOUT = 2
CALL_TIMEOUT = 1  # of the service "impatient"
RECOVERY_BOUND = 3 * SLOWDOWN
PATHS = {"/": service(), "impatient": service(call_timeout=CALL_TIMEOUT), "http": service(status_codes="http")}
BINARY = "\0" + base64.b64encode(bytes(range(256))).decode()


def deploy(scratch, url, paths=PATHS, credentials=None, serializer="json"):
    """A pool of one worker for a router at `url`."""
    config = configuration(url, paths, connect_timeout=CONNECT_TIMEOUT, credentials=credentials)
    config["router"]["serializer"] = serializer
    taken = len(list(scratch.path.glob("config*.json")))
    return WampFcgiPool(scratch, scratch.write(f"config{taken}.json", json.dumps(config)), 1).start()


class ForeignTest(DeploymentTest):
    """Calls by FastCGI, in the background."""

    pool = None

    def setUp(self):
        super().setUp()
        self.background = Background()
        self.background.__enter__()
        self.addCleanup(self.background.__exit__)

    def deploy(self, *what, **how):
        """Replaces an earlier pool."""
        if self.pool:
            self.pool.stop()
        self.pool = deploy(self.scratch, *what, **how)

    def start_call(self, procedure, *args, kwargs=None, service=None):
        path = f"/{service}" if service else ""
        return self.background.start(make_call(self.pool.address, 20, procedure, list(args), kwargs, path))

    def call(self, *what, **how):
        return self.start_call(*what, **how).result(60)

    def assert_answer(self, outcome, body, status=200):
        self.assertEqual((outcome.status, outcome.json), (status, body))

    def assert_works(self):
        self.assert_answer(self.call("com.example.add2", 2, 3), {"args": [5]})

    def assert_unavailable(self, outcome):
        self.assertEqual((outcome.status, outcome.name), (503, "router_unavailable"))

    def wait_for_log(self, text):
        wait_until(lambda: text in self.pool.log.read_text(), f"the log to say {text!r}")


class Calls(ForeignTest):
    @classmethod
    def setUpClass(cls):
        cls.shared = Scratch()
        cls.addClassCleanup(cls.shared.close)
        cls.router = FoxWamp(cls.shared).start()
        cls.callee = Callee(cls.shared, cls.router.url).start()
        cls.shared_pool = deploy(cls.shared, cls.router.url)

    def setUp(self):
        super().setUp()
        self.scratch, self.pool = self.shared, self.shared_pool

    def test_results(self):
        self.assert_works()
        for args in ([1, 2], ["a", "ä€😀\"\\\n", ""], [1.5, -7, 0, True, False], [{"a": [1, {"b": None}]}, 2]):
            with self.subTest(args):
                self.assert_answer(self.call("com.example.echo", *args), {"args": args})

    def test_results_with_kwargs(self):
        kwargs = {"a": 1, "b": ["x", {"c": None}]}
        self.assert_answer(self.call("com.example.echo", 1, 2, kwargs=kwargs), {"args": [1, 2], "kwargs": kwargs})

    def test_result_with_kwargs_alone(self):
        # fox-wamp writes null instead of an empty list for missing positional arguments.
        answer = self.call("com.example.echo", kwargs={"a": 1})
        self.assertEqual((answer.status, answer.json["kwargs"]), (200, {"a": 1}))
        self.assertIn(answer.json.get("args", []), ([], [None]))

    def test_empty_result_is_null(self):
        self.assert_answer(self.call("com.example.nothing"), {"args": [None]})

    def test_only_argument_that_is_a_list_is_taken_apart_by_the_router(self):
        # fox-wamp keeps a single positional argument without its list, and adds none if the argument is a list.
        self.assert_answer(self.call("com.example.echo", [1, 2]), {"args": [1, 2]})
        self.assert_answer(self.call("com.example.echo", [1, 2], 3), {"args": [[1, 2], 3]})

    def test_binary(self):
        self.assert_answer(self.call("com.example.binary", 256), {"args": [BINARY]})
        self.assert_answer(self.call("com.example.echo", BINARY, 1), {"args": [BINARY, 1]})

    def test_numbers_are_as_exact_as_javascript(self):
        # JavaScript's numbers are doubles: router and callee, not wamp-fcgi, round integers beyond 2^53.
        for number in (2**53, -2**53, 0.1, 1e300, 5e-324, -0.5):
            with self.subTest(number):
                self.assert_answer(self.call("com.example.echo", number, 1), {"args": [number, 1]})

    def test_long_arguments_and_results(self):
        self.assert_answer(self.call("com.example.echo", "x" * 10**6, 1), {"args": ["x" * 10**6, 1]})

    def test_deep_arguments_and_results(self):
        deep = []
        for _ in range(100):
            deep = [deep, 1]
        self.assert_answer(self.call("com.example.echo", deep, 1), {"args": [deep, 1]})

    def test_error_of_a_callee(self):
        # fox-wamp drops arguments and kwargs of a callee's ERROR, and puts its URI into arguments of its own.
        error = {"error": "wamp.error.callee_failure", "args": ["com.example.error.odd"], "kwargs": {}}
        self.assert_answer(self.call("com.example.fail", "com.example.error.odd", [1, "two"], {"three": 3}), error)
        self.assert_answer(self.call("com.example.fail", "com.example.error.odd", service="http"), error, 500)

    def test_procedure_that_is_not_there(self):
        error = {"error": "wamp.error.no_such_procedure",
                 "args": ["no callee registered for procedure <com.example.unknown>"], "kwargs": {}}
        self.assert_answer(self.call("com.example.unknown"), error)
        self.assert_answer(self.call("com.example.unknown", service="http"), error, 404)

    def test_many_calls_at_once_get_each_their_own_answer(self):
        calls = [self.start_call("com.example.add2", number, 1000) for number in range(300)]
        self.assertEqual([each.result(30).json for each in calls], [{"args": [number + 1000]} for number in range(300)])

    def test_call_that_takes_too_long_is_given_up_without_a_cancel_that_the_router_does_not_announce(self):
        # fox-wamp does not announce call_canceling, ignores CANCEL and the timeout option, and forwards the late
        # result.
        outcome = self.call("com.example.slow", 1.5, service="impatient")
        self.assertEqual((outcome.status, outcome.name), (504, "call_timeout"))
        self.assertLess(outcome.seconds, CALL_TIMEOUT + 2 * SLOWDOWN)
        self.assert_answer(self.call("com.example.slow", 1), {"args": ["late"]})
        self.assert_works()


class Faults(ForeignTest):
    def setUp(self):
        super().setUp()
        self.router = FoxWamp(self.scratch).start()
        self.callee = Callee(self.scratch, self.router.url).start()
        self.deploy(self.router.url)
        self.assert_works()

    def works_again(self):
        outcome = self.call("com.example.add2", 2, 3)
        self.assertIn(outcome.status, (200, 502, 503))
        return outcome.status == 200 and outcome.json == {"args": [5]}

    def counts(self):
        """The calls by procedure, as counted by the callee."""
        return self.call("com.example.counts").json["args"][0]

    def test_callee_that_goes_away_during_a_call_costs_it_its_time_out(self):
        # fox-wamp does not notify the caller.
        outcome = self.call("com.example.vanish", service="impatient")
        self.assertEqual((outcome.status, outcome.name), (504, "call_timeout"))
        self.assertEqual(self.call("com.example.add2", 2, 3).json["error"], "wamp.error.no_such_procedure")
        self.callee.stop()
        self.callee.start()
        self.assert_works()

    def test_router_that_is_killed_and_started_again_is_joined_again(self):
        workers = self.pool.worker_pids()
        for turn in (1, 2, 3):
            sent = self.start_call("com.example.slow", 30)
            wait_until(lambda: self.counts().get("com.example.slow") == turn, "the call to be under way")
            served = self.callee.times_served()
            self.router.stop(signal.SIGKILL)
            lost = sent.result(30)
            self.assertEqual((lost.status, lost.name), (502, "connection_lost"))
            self.router.start()
            wait_until(lambda: self.callee.times_served() > served, "the callee to serve again")
            serving = time.monotonic()
            wait_until(self.works_again, "a good answer", 15)
            self.assertLess(time.monotonic() - serving, RECOVERY_BOUND)
        self.assertEqual(self.counts()["com.example.slow"], 3)
        self.assertEqual(self.pool.worker_pids(), workers)


class Logins(ForeignTest):
    """fox-wamp has no roles, so its WELCOME contains none."""

    def setUp(self):
        super().setUp()
        self.router = FoxWamp(self.scratch).start()
        self.callee = Callee(self.scratch, self.router.login_url, "joe", "s3cret-ticket").start()

    def deploy_with(self, **credentials):
        self.deploy(self.router.login_url, {"/": service(role="frontend")}, {"frontend": credentials})

    def test_right_secrets(self):
        for method, authid, secret in (("ticket", "joe", "s3cret-ticket"), ("wampcra", "ann", "s3cret-cra"),
                                       ("wampcra", "sam", "s3cret-salted")):
            with self.subTest(method, authid=authid):
                self.deploy_with(authmethod=method, authid=authid, secret=secret)
                self.assert_works()
                self.assertNotIn("s3cret", self.pool.log.read_text())

    def test_wrong_secrets_and_methods_are_refused_and_the_log_says_so(self):
        for method, authid, why in (("ticket", "joe", "wamp.error.authentication_failed"),
                                    ("wampcra", "ann", "wamp.error.authentication_failed"),
                                    ("wampcra", "sam", "wamp.error.authentication_failed"),
                                    ("cryptosign", "joe", "wamp.error.no_auth_method")):
            with self.subTest(method, authid=authid):
                self.deploy_with(authmethod=method, authid=authid, secret="0123456789abcdef" * 4)
                self.assert_unavailable(self.call("com.example.add2", 2, 3))
                self.wait_for_log(why)
                self.assertNotIn("0123456789abcdef", self.pool.log.read_text())

    def test_nobody_is_admitted_without_login(self):
        self.deploy(self.router.login_url)
        self.assert_unavailable(self.call("com.example.add2", 2, 3))
        self.wait_for_log("wamp.error.no_auth_method")


class Refusals(ForeignTest):
    def setUp(self):
        super().setUp()
        self.router = FoxWamp(self.scratch).start()

    def test_serializer_that_the_router_does_not_have_is_named_in_the_log(self):
        # fox-wamp accepts the connection, but selects no subprotocol.
        self.deploy(self.router.url, serializer="msgpack")
        self.assert_unavailable(self.call("com.example.add2", 2, 3))
        self.wait_for_log("wamp.2.msgpack")

    def test_path_that_the_router_does_not_have_is_refused_and_the_log_says_how(self):
        self.deploy(self.router.url + "/else")
        self.assert_unavailable(self.call("com.example.add2", 2, 3))
        self.wait_for_log("HTTP status 400")


if __name__ == "__main__":
    main()
