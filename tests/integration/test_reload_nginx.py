"""A pool under load that is reloaded, recycled and damaged, behind nginx with kept connections."""
from integration.deployment import DeploymentTest, main
from integration.reload_cases import ReloadCases
from support.servers import Nginx


class Reload(ReloadCases, DeploymentTest):
    server_class = Nginx


if __name__ == "__main__":
    main()
