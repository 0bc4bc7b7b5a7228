"""The deployments of README.md, run unchanged, command by command, in an isolated machine where the web server is
already running. support.own_machine replaces systemd, sudo and apt-get."""
import shlex
import unittest

from integration.deployment import DeploymentTest, main
from support.own_machine import run_script, why_impossible
from support.readme import block, commands
from support.servers import BUILD, TOP

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


@unittest.skipIf(IMPOSSIBLE, IMPOSSIBLE)
class Recipes(DeploymentTest):
    def follow(self, server, recipe, pool=False, running=True):
        script = deploy("wamp-fcgi" if pool else "www-data") + (POOL if pool else "")
        script += f"service {server} start >&2\n" if running else ""
        script += f"({recipe}) >&2\n".replace(" && ", "\n")  # each must succeed
        run = run_script(script + ANSWERED)
        self.assertEqual((run.returncode, run.stdout), (0, '{"args":[5]}'), run.stderr)

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


if __name__ == "__main__":
    main()
