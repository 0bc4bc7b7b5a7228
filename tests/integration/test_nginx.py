"""The contract through nginx before a pool."""
import unittest

from integration.contract_cases import ContractCases
from integration.deployment import main
from support.servers import Nginx


class Contract(ContractCases, unittest.TestCase):
    server_class = Nginx


if __name__ == "__main__":
    main()
