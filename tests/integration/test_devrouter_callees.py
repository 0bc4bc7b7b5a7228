#!/usr/bin/env python3
"""Callees in sessions of wamp-devrouter: registering, invocations, progressive results, cancelling, leaving."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

from router_case import RouterCase  # noqa: E402
from wamp_client import (  # noqa: E402
    CALL, ERROR, GOODBYE, INTERRUPT, INVOCATION, REGISTER, REGISTERED, RESULT, UNREGISTER, UNREGISTERED, WELCOME, YIELD, Devrouter)

NAME = "com.example.of_a_session"
PROGRESS = {"receive_progress": True}
FEATURES = {"progressive_call_results": True, "call_canceling": True}


class Callees(RouterCase):
    def callee(self, features=FEATURES, router=None):
        client = (router or self.router).client()
        self.addCleanup(client.sock.close)
        self.assertEqual(WELCOME, client.join(roles={"callee": {"features": features}})[0])
        client.request(REGISTER, {}, NAME)
        kind, request, client.registration = client.receive()
        self.assertEqual([REGISTERED, 1], [kind, request])
        self.addCleanup(self.leave, client)
        return client

    def leave(self, client):
        """Waits until the router has removed the client's procedures, because the next test registers the same ones."""
        if client.sock.fileno() >= 0:
            client.send([GOODBYE, {}, "wamp.close.close_realm"])
            while client.receive()[0] != GOODBYE:
                pass

    def check_invoked(self, callee, number=1, details=None, *payload):
        self.assertEqual([INVOCATION, number, callee.registration, details or {}, *payload], callee.receive())

    def test_a_call_reaches_the_callee_and_its_yield_the_caller(self):
        callee, caller = self.callee(), self.joined()
        for number, (payload, answer) in enumerate(((([1], {"a": 2}), ([3], {"b": 4})), (([1],), ([3],)), ((), ())), 1):
            caller.request(CALL, {}, NAME, *payload)
            self.check_invoked(callee, number, None, *payload)
            callee.send([YIELD, number, {}, *answer])
            self.assertEqual([RESULT, number, {}, *answer], caller.receive())

    def test_the_registration_meta_api_tells_of_all_that_can_be_called(self):
        callee, caller = self.callee(), self.joined()
        listed = caller.call("wamp.registration.list")[3][0]
        self.assertEqual((listed["prefix"], listed["wildcard"]), ([], []))
        self.assertIn(callee.registration, listed["exact"])
        self.assertEqual({"id": callee.registration, "uri": NAME, "match": "exact", "invoke": "single"},
                         caller.call("wamp.registration.get", callee.registration)[3][0])
        names = [caller.call("wamp.registration.get", each)[3][0]["uri"] for each in listed["exact"]]
        self.assertIn("com.example.add2", names)
        self.assertFalse([each for each in names if each.startswith("wamp.")])
        self.assertEqual("wamp.error.no_such_registration", caller.call("wamp.registration.get", 10 ** 9)[4])

    def test_the_error_of_a_callee_reaches_the_caller_whole(self):
        callee, caller = self.callee(), self.joined()
        caller.start_call(NAME)
        self.check_invoked(callee)
        callee.send([ERROR, INVOCATION, 1, {}, "com.example.error.odd", [1], {"a": 2}])
        self.assertEqual([ERROR, CALL, 1, {}, "com.example.error.odd", [1], {"a": 2}], caller.receive())

    def test_progressive_yields_become_progressive_results(self):
        callee, caller = self.callee(), self.joined()
        caller.start_call(NAME, options=PROGRESS)
        self.check_invoked(callee, 1, PROGRESS)
        for answer in (["one"], ["two"]):
            callee.send([YIELD, 1, {"progress": True}, answer])
            self.assertEqual([RESULT, 1, {"progress": True}, answer], caller.receive())
        callee.send([YIELD, 1, {}])
        self.assertEqual([RESULT, 1, {}], caller.receive())

    def test_progress_that_nobody_asked_for_is_dropped(self):
        callee, caller = self.callee(), self.joined()
        caller.start_call(NAME)
        self.check_invoked(callee)
        callee.send([YIELD, 1, {"progress": True}, ["one"]])
        callee.send([YIELD, 1, {}, ["two"]])
        self.assertEqual([RESULT, 1, {}, ["two"]], caller.receive())

    def test_the_wish_for_progress_is_dropped_where_the_callee_lacks_a_feature(self):
        for missing in FEATURES:
            with self.subTest(missing=missing):
                callee, caller = self.callee({name: True for name in FEATURES if name != missing}), self.joined()
                caller.start_call(NAME, options=PROGRESS)
                self.check_invoked(callee)
                self.leave(callee)
                callee.sock.close()

    def test_cancel_interrupts_the_callee(self):
        callee, caller = self.callee(), self.joined()
        for number, mode in enumerate((None, "killnowait"), 1):
            call_id = caller.start_call(NAME)
            self.check_invoked(callee, number)
            caller.cancel(call_id, mode)
            self.assertEqual([ERROR, CALL, call_id, {}, "wamp.error.canceled"], caller.receive())
            self.assertEqual([INTERRUPT, number, {"mode": "killnowait"}], callee.receive())
            callee.send([YIELD, number, {}, ["too late"]])
        self.assertEqual([RESULT, 3, {}, [3]], caller.call("com.example.add2", 1, 2))

    def test_cancel_by_kill_waits_for_the_callee(self):
        callee, caller = self.callee(), self.joined()
        caller.cancel(caller.start_call(NAME), "kill")
        self.check_invoked(callee)
        self.assertEqual([INTERRUPT, 1, {"mode": "kill"}], callee.receive())
        callee.send([ERROR, INVOCATION, 1, {}, "com.example.error.stopped"])
        self.assertEqual([ERROR, CALL, 1, {}, "com.example.error.stopped"], caller.receive())

    def test_cancel_by_skip_or_of_a_callee_that_cannot_tells_it_nothing(self):
        for mode, features in (("skip", FEATURES), ("kill", {}), ("killnowait", {})):
            with self.subTest(mode=mode):
                callee, caller = self.callee(features), self.joined()
                caller.cancel(caller.start_call(NAME), mode)
                self.assertEqual([ERROR, CALL, 1, {}, "wamp.error.canceled"], caller.receive())
                self.check_invoked(callee)
                self.assertEqual([RESULT, 2, {}, [3]], callee.call("com.example.add2", 1, 2))
                self.leave(callee)
                callee.sock.close()

    def test_a_timeout_interrupts_the_callee(self):
        with Devrouter("--enforce-timeout") as router, router.joined() as caller:
            callee = self.callee(router=router)
            caller.start_call(NAME, options={"timeout": 50})
            self.check_invoked(callee)
            self.assertEqual([ERROR, CALL, 1, {}, "wamp.error.timeout"], caller.receive())
            self.assertEqual([INTERRUPT, 1, {"mode": "killnowait"}], callee.receive())
            self.leave(callee)
            callee.sock.close()

    def test_a_caller_that_leaves_interrupts_the_callee(self):
        callee, caller = self.callee(), self.joined()
        caller.start_call(NAME)
        self.check_invoked(callee)
        caller.sock.close()
        self.assertEqual([INTERRUPT, 1, {"mode": "killnowait"}], callee.receive())
        callee.send([YIELD, 1, {"progress": True}, ["to nobody"]])
        self.assertEqual([RESULT, 2, {}, [3]], callee.call("com.example.add2", 1, 2))

    def test_a_callee_that_leaves_fails_its_calls(self):
        callee, caller = self.callee(), self.joined()
        caller.start_call(NAME)
        self.check_invoked(callee)
        callee.sock.close()
        self.assertEqual([ERROR, CALL, 1, {}, "wamp.error.canceled"], caller.receive())
        self.assertEqual("wamp.error.no_such_procedure", caller.call(NAME)[4])

    def test_a_session_may_call_itself_and_leave_meanwhile(self):
        callee = self.callee()
        callee.start_call(NAME)
        self.check_invoked(callee)
        self.leave(callee)
        self.assertEqual(WELCOME, callee.join()[0])
        self.assertEqual([RESULT, 1, {}, [3]], callee.call("com.example.add2", 1, 2))

    def test_a_caller_is_named_only_where_it_wants_to_be(self):
        callee, caller = self.callee(), self.client()
        welcome = caller.join()
        caller.start_call(NAME, options={"disclose_me": True})
        details = {"caller": welcome[1], "caller_authid": welcome[2]["authid"], "caller_authrole": "anonymous"}
        self.check_invoked(callee, 1, details)

    def test_what_cannot_be_registered(self):
        self.callee()
        client = self.joined()
        for name, options, error in ((NAME, {}, "procedure_already_exists"), ("com.example.add2", {}, "procedure_already_exists"),
                                     ("com..x", {}, "invalid_uri"), ("wamp.mine", {}, "invalid_uri"),
                                     ("com.example.denied.x", {}, "not_authorized"),
                                     ("com.example", {"match": "prefix"}, "option_not_allowed"),
                                     ("com.example.x", {"invoke": "roundrobin"}, "option_not_allowed")):
            with self.subTest(name=name, options=options):
                client.request(REGISTER, options, name)
                answer = client.receive()
                self.assertEqual([ERROR, REGISTER, "wamp.error." + error], [answer[0], answer[1], answer[4]])

    def test_unregister(self):
        callee, other = self.callee(), self.joined()
        other.request(UNREGISTER, callee.registration)
        self.assertEqual([ERROR, UNREGISTER, 1, {}, "wamp.error.no_such_registration"], other.receive())
        callee.request(UNREGISTER, callee.registration)
        self.assertEqual([UNREGISTERED, 2], callee.receive())
        self.assertEqual("wamp.error.no_such_procedure", other.call(NAME)[4])

    def test_what_breaks_the_protocol_ends_the_session(self):
        for message in ([REGISTER, 1, {}], [REGISTER, 1, [], NAME], [UNREGISTER, 1, "x"], [YIELD, 1, {}], [YIELD, 0, {}], [YIELD, "x", {}],
                        [ERROR, INVOCATION, 1, {}, "a.b"], [ERROR, CALL, 1, {}, "a.b"], [ERROR, INVOCATION, 1]):
            with self.subTest(message=message):
                client = self.joined()
                client.send(message)
                self.check_abort(client, "wamp.error.protocol_violation")


if __name__ == "__main__":
    unittest.main()
