"""A unittest.TestCase with a wamp-devrouter of its own, for the tests that talk to it directly."""
import unittest

from wamp_client import ABORT, Devrouter


class RouterCase(unittest.TestCase):
    arguments = ()

    @classmethod
    def setUpClass(cls):
        cls.router = Devrouter(*cls.arguments)
        cls.addClassCleanup(cls.router.stop)

    def joined(self, **options):
        client = self.router.joined(**options)
        self.addCleanup(client.sock.close)
        return client

    def client(self, **options):
        client = self.router.client(**options)
        self.addCleanup(client.sock.close)
        return client

    def check_abort(self, client, uri):
        answer = client.receive()
        self.assertEqual([ABORT, uri], [answer[0], answer[2]])
        client.expect_end()

    def stats(self):
        with self.router.joined() as client:
            return client.call("com.example.stats")[4]
