"""A unittest.TestCase with its own wamp-devrouter, for tests that talk to it directly."""
import tempfile
import unittest

from wamp_client import ABORT, JSON, MESSAGEPACK, WELCOME, Devrouter


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


class TransportCase(unittest.TestCase):
    """A router with the class's arguments and addresses, and a scratch folder."""

    listen = ("rs://127.0.0.1:0", "ws://127.0.0.1:0/ws")

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = scratch.name
        cls.router = Devrouter(*cls.arguments(), listen=cls.listen)
        cls.addClassCleanup(cls.router.stop)

    @classmethod
    def arguments(cls):
        return ()

    def client(self, url=None, **options):
        client = self.router.client(url, **options)
        self.addCleanup(client.sock.close)
        return client

    def joined(self, url=None, **options):
        client = self.client(url, **options)
        self.assertEqual(WELCOME, client.join()[0])
        return client

    def each(self):
        """Yields a joined client for each listener and serializer."""
        for url in self.router.urls:
            for serializer in (MESSAGEPACK, JSON):
                with self.subTest(url=url, serializer=serializer):
                    yield self.joined(url, serializer=serializer)

    def check_abort(self, client, uri):
        answer = client.receive()
        self.assertEqual([ABORT, uri], [answer[0], answer[2]])
        client.expect_end()
