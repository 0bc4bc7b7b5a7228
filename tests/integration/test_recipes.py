"""The deployments of README.md, run unchanged, command by command, in an isolated machine where the web server is
already running. support.own_machine replaces systemd, sudo and apt-get."""
import os
import shlex
import unittest

from integration.deployment import DeploymentTest, main
from support.own_machine import run_script, why_impossible
from support.readme import block, commands
from support.servers import BUILD, TOP, H2o, missing

IMPOSSIBLE = why_impossible()
# A reload continues after its command has ended. A server that restarts repeatedly may answer in between.
ANSWERED = f"""
call() {{
    {block("example", "call")}
}}
is_answered() {{ call 2>/dev/null | grep -q '^{{"args":\\[5\\]}}$'; }}
wait_for is_answered
call
if grep -rh 'exit signal' /var/log/apache2 /var/log/nginx /var/log/lighttpd >&2; then exit 1; fi
"""


def deploy(reader):
    """Everything up to the web server, with a router."""
    config = commands("A first deployment").replace("reader=wamp-fcgi", f"reader={reader}")
    return f"""
cd /mnt
make --silent -C {shlex.quote(str(TOP))} install BUILD={shlex.quote(str(BUILD))} >/dev/null
{shlex.quote(str(BUILD))}/wamp-devrouter >/dev/null &
cat > config.json <<'END'
{block("example", "config")}
END
({config}) >&2
"""


POOL = f"""
{commands("A pool, for nginx and mod_proxy_fcgi", 1).rstrip()} 2>/dev/null &
wait_for test -S /run/wamp-fcgi/wamp-fcgi.sock
"""

# Stands for Debian's caddy.service.
CADDY = r"""
cat > /etc/init.d/caddy <<'END'
#!/bin/sh
case $1 in
stop | restart) [ ! -e /run/caddy.pid ] || kill "$(cat /run/caddy.pid)" ;;
esac
case $1 in
start | restart)
    cap=+net_bind_service
    HOME=/var/lib/caddy setpriv --reuid caddy --regid caddy --init-groups --inh-caps $cap --ambient-caps $cap \
        caddy run --config /etc/caddy/Caddyfile >/dev/null 2>&1 &
    echo $! > /run/caddy.pid
    ;;
esac
END
chmod 755 /etc/init.d/caddy
"""
ANYWHERE = "WAMPFCGI_ANYWHERE" in os.environ


class Following(DeploymentTest):
    def follow(self, server, recipe, pool=False, running=True):
        script = deploy("wamp-fcgi" if pool else "www-data") + (POOL if pool else "")
        script += f"service {server} start >&2\n" if running else ""
        script += f"({recipe}) >&2\n".replace(" && ", "\n")  # each must succeed
        run = run_script(script + ANSWERED)
        self.assertEqual((run.returncode, run.stdout), (0, '{"args":[5]}'), run.stderr)


@unittest.skipIf(IMPOSSIBLE, IMPOSSIBLE)
class Recipes(Following):
    def test_apache_with_mod_fcgid(self):
        self.follow("apache2", commands("Apache with mod_fcgid"))

    def test_apache_with_mod_proxy_fcgi(self):
        self.follow("apache2", commands("Apache with mod_proxy_fcgi"), pool=True)

    def test_apache_with_plain_cgi(self):
        self.follow("apache2", commands("Plain CGI"))

    def test_lighttpd(self):
        self.follow("lighttpd", commands("lighttpd"))

    def test_lighttpd_in_front_of_a_pool(self):
        self.follow("lighttpd", commands("lighttpd").replace("lighttpd.conf /", "lighttpd-pool.conf /"), pool=True)

    def test_lighttpd_with_plain_cgi(self):
        self.follow("lighttpd", commands("Plain CGI", 1))

    def test_nginx(self):
        self.follow("nginx", commands("nginx"), pool=True)

    def test_server_that_does_not_run_yet_is_started(self):
        for server, heading, pool in (("apache2", "Apache with mod_fcgid", False), ("lighttpd", "lighttpd", False),
                                      ("nginx", "nginx", True)):
            with self.subTest(server):
                self.follow(server, commands(heading), pool=pool, running=False)


@unittest.skipIf(IMPOSSIBLE, IMPOSSIBLE)
@unittest.skipUnless(ANYWHERE, "make check-anywhere runs it")
class MoreRecipes(Following):
    def test_haproxy(self):
        self.follow("haproxy", commands("HAProxy"), pool=True)

    def test_caddy(self):
        self.follow("caddy", CADDY + commands("Caddy"), pool=True, running=False)

    @unittest.skipIf(missing(H2o), missing(H2o))
    def test_h2o(self):
        self.follow("h2o", commands("H2O"), pool=True)


if __name__ == "__main__":
    main()
