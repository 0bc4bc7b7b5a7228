"""The contract through lighttpd before a pool."""
import unittest

from integration.contract_cases import ContractCases
from integration.deployment import main
from support.servers import LighttpdPool


class Contract(ContractCases, unittest.TestCase):
    server_class = LighttpdPool
    odd_method_status = 501  # from lighttpd itself


if __name__ == "__main__":
    main()
