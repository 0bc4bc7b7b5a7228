"""The contract through Apache with mod_fcgid."""
import unittest

from integration.contract_cases import ContractCases
from integration.deployment import main
from support.servers import ApacheFcgid


class Contract(ContractCases, unittest.TestCase):
    server_class = ApacheFcgid


if __name__ == "__main__":
    main()
