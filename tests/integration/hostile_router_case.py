"""Owns the basis of the tests with a hostile router: a worker with two sessions at a scripted router, one of them
regular."""
import json

from integration.deployment import DeploymentTest, configuration
from integration.fault_case import MEMORY_SLACK, footprint
from support.build import SLOWDOWN
from support.load import Background, make_call
from support.processes import Scratch, wait_until
from support.scripted_router import CALL, GOODBYE, ScriptedRouter
from support.servers import WampFcgiPool

CONNECT_TIMEOUT, CALL_TIMEOUT = 2, 3
SLACK = 3 * SLOWDOWN
OTHER_REALM = "realm2"  # with a regular router
SURVIVED, LOST, INVALID, TIMED_OUT = (200, None), (502, "connection_lost"), (502, "result_invalid"), (504, "call_timeout")
UNAVAILABLE = (503, "router_unavailable")


def service(realm="realm1"):
    return {"type": "caller", "realm": realm, "role": "anonymous", "options": {"call_timeout": CALL_TIMEOUT}}


class HostileRouter(DeploymentTest):
    """`evil` answers calls of the procedure evil.NAME under that name; other calls are answered correctly."""

    scheme, serializer, credentials = "rs", "msgpack", None

    @classmethod
    def setUpClass(cls):
        cls.shared = Scratch()
        cls.addClassCleanup(cls.shared.close)
        cls.router = ScriptedRouter(cls.serve)
        cls.addClassCleanup(cls.router.stop)
        cls.evil = {}
        url = f"{cls.scheme}://127.0.0.1:{cls.router.port}" + ("/ws" if cls.scheme == "ws" else "")
        config = configuration(url, cls.services(), connect_timeout=CONNECT_TIMEOUT, credentials=cls.credentials)
        config["router"]["serializer"] = cls.serializer
        cls.pool = WampFcgiPool(cls.shared, cls.shared.write("config.json", json.dumps(config)), workers=1).start()
        [cls.worker] = cls.pool.worker_pids()
        cls.background = Background()
        cls.background.__enter__()
        cls.addClassCleanup(cls.background.__exit__)

    @classmethod
    def services(cls):
        return {"/": service(), "other": service(OTHER_REALM)}

    @classmethod
    def serve(cls, session):
        session.shake_hands()
        session.take_hello()
        cls.welcome(session)
        cls.answer_calls(session)

    @classmethod
    def welcome(cls, session):
        session.welcome()

    @classmethod
    def answer_calls(cls, session):
        while True:
            message = session.receive()
            if message[0] == GOODBYE:
                session.send([GOODBYE, {}, "wamp.close.goodbye_and_out"])
            if message[0] != CALL:
                continue
            _, operation_id, _, procedure, *_ = message
            if procedure.startswith("evil."):
                cls.evil[procedure[5:]](session, operation_id)
            else:
                session.answer(operation_id)

    def setUp(self):
        self.scratch = self.shared
        self.evil.clear()
        self.assert_works_soon()
        self.before = footprint(self.worker)

    def tearDown(self):
        self.assertEqual(self.pool.worker_pids(), [self.worker], "the worker has ended")
        self.assert_works_soon()
        descriptors, memory = self.before
        wait_until(lambda: footprint(self.worker)[0] <= descriptors, f"descriptors to be {descriptors} again", 10)
        self.assertLess(footprint(self.worker)[1], memory + 4 * MEMORY_SLACK)  # the allocator keeps memory of a few large results

    def start_call(self, procedure, path=""):
        return self.background.start(make_call(self.pool.address, 30, procedure, ["x"], path=path))

    def assert_works_soon(self):
        """Checks both sessions."""
        for path in ("", "/other"):
            wait_until(lambda: self.start_call("good", path).result(60).status == 200, "a call to work again", 20)

    def check(self, attack, *expected, name=None):
        """Checks the outcome of a call that the router answers with `attack`, while other calls go on."""
        with self.subTest(name or attack.__name__):
            self.evil["attack"] = attack
            wait_until(lambda: self.start_call("good").result(60).status == 200, "the session to be joined", 20)
            outcome = self.start_call("evil.attack").result(60)
            self.assertIn((outcome.status, outcome.name), expected, outcome.body[:200])
            self.assertLess(outcome.seconds, CALL_TIMEOUT + SLACK)
            self.assertNotIn(b"wrong", outcome.body)
            self.assert_others_go_on()

    def assert_others_go_on(self):
        other = self.start_call("good", "/other").result(60)
        self.assertEqual((other.status, other.json), (200, {"args": ["survived"]}))
        self.assertLess(other.seconds, SLACK)

    def check_messages(self, rows):
        """Rows of (name, function from the call's id to messages, expected); a good answer follows the messages."""
        for name, messages, *expected in rows:
            def attack(session, operation_id, messages=messages):
                session.send(*messages(operation_id))
                session.answer(operation_id)
            self.check(attack, *expected, name=name)

    def check_payloads(self, rows):
        """The same for a single message, as bytes."""
        for name, payload, *expected in rows:
            def attack(session, operation_id, payload=payload):
                session.send_payload(payload(operation_id))
                session.answer(operation_id)
            self.check(attack, *expected, name=name)
