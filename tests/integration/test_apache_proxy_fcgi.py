"""The contract through Apache with mod_proxy_fcgi before a pool."""
import unittest

from integration.contract_cases import ContractCases
from integration.deployment import main
from support.servers import ApacheProxyFcgi


class Contract(ContractCases, unittest.TestCase):
    server_class = ApacheProxyFcgi


if __name__ == "__main__":
    main()
