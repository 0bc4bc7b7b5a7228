"""The contract and streams through Caddy before a pool. integration.more_servers has the longer cases."""
import unittest

from integration import test_streams as streams
from integration.contract_base import ADD2
from integration.contract_cases import ContractCases
from integration.deployment import main
from support.servers import Caddy, missing


@unittest.skipIf(missing(Caddy), missing(Caddy))
class Contract(ContractCases, unittest.TestCase):
    server_class = Caddy

    def test_page_that_leaves_the_content_type_out_is_refused_on_its_own_host_too(self):
        own = {"Origin": f"http://127.0.0.1:{self.client.port}"}
        self.refused("content_type_unsupported", body=ADD2, content_type=None, headers=own)


@unittest.skipIf(missing(Caddy), missing(Caddy))
class Streams(streams.Pool, unittest.TestCase):
    server_class = Caddy


if __name__ == "__main__":
    main()
