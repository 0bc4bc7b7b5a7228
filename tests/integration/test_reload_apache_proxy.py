"""A pool under load that is reloaded, recycled and damaged, behind Apache's mod_proxy_fcgi with kept connections."""
from integration.deployment import DeploymentTest, main
from integration.reload_cases import ReloadCases
from support.servers import ApacheProxyFcgi


class Reload(ReloadCases, DeploymentTest):
    server_class = ApacheProxyFcgi


if __name__ == "__main__":
    main()
