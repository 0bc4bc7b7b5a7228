"""Failures and recovery under Apache with mod_fcgid, which starts and replaces the processes itself."""
from integration.deployment import DeploymentTest, main
from integration.lifecycle_cases import LifecycleCases
from support.servers import ApacheFcgid


class Lifecycle(LifecycleCases, DeploymentTest):
    server_class = ApacheFcgid


if __name__ == "__main__":
    main()
