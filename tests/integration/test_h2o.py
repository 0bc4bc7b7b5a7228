"""The contract and streams through H2O before a pool. integration.more_servers has the longer cases."""
import unittest

from integration import test_streams as streams
from integration.contract_cases import ContractCases
from integration.deployment import main
from support.servers import H2o, missing


@unittest.skipIf(missing(H2o), missing(H2o))
class Contract(ContractCases, unittest.TestCase):
    server_class = H2o


@unittest.skipIf(missing(H2o), missing(H2o))
class Streams(streams.Pool, unittest.TestCase):
    server_class = H2o
    test_a_client_that_does_not_read_ends_the_call_and_disturbs_nobody = None  # H2O reads all for it


if __name__ == "__main__":
    main()
