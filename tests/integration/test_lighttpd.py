"""The contract through lighttpd, which starts wamp-fcgi itself."""
import unittest

from integration.contract_cases import ContractCases
from integration.deployment import main
from support.servers import Lighttpd


class Contract(ContractCases, unittest.TestCase):
    server_class = Lighttpd
    odd_method_status = 501  # from lighttpd itself


if __name__ == "__main__":
    main()
