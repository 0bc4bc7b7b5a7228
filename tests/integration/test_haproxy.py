"""The contract and streams through HAProxy before a pool. integration.more_servers has the longer cases."""
import unittest

from integration import test_streams as streams
from integration.contract_base import echo
from integration.contract_cases import ContractCases
from integration.deployment import main
from support.servers import HaProxy, missing


@unittest.skipIf(missing(HaProxy), missing(HaProxy))
class Contract(ContractCases, unittest.TestCase):
    server_class = HaProxy
    most_chunked_bytes = 10_000

    def test_longer_body_without_a_length_is_refused_by_haproxy_itself(self):
        answer = self.client.send(body=echo(f'"{"y" * 20_000}"'), chunked=True)
        self.assertIn(answer.status, (400, 411))
        self.assertEqual(answer.headers["Content-Type"], "text/html")


@unittest.skipIf(missing(HaProxy), missing(HaProxy))
class Streams(streams.Pool, unittest.TestCase):
    server_class = HaProxy


if __name__ == "__main__":
    main()
