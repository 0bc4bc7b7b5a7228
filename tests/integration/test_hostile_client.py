"""A hostile web server on the FastCGI socket, and hostile HTTP clients through each web server: bytes that are wrong or
lie, incomplete requests, thousands of connections. After each, the same workers serve others at once, without more
descriptors or memory than before."""
from integration.deployment import main
from integration.hostile_http_cases import (HttpThroughApacheFcgid, HttpThroughApacheProxy,  # noqa: F401
                                             HttpThroughLighttpd, HttpThroughNginx)
from integration.hostile_mass_cases import Dawdlers, FewDescriptors, Masses, OwnLimits, Slowness  # noqa: F401
from integration.hostile_record_cases import Records  # noqa: F401


if __name__ == "__main__":
    Slowness.dawdlers = Dawdlers()  # slow, beside the other tests
    try:
        main()
    finally:
        Slowness.dawdlers.close()
