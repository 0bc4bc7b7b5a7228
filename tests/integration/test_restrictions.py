"""A service restricted in the web server, as its sample's comment shows, and in the server's other ways: no spelling of
its URL may reach it."""
from integration.contract_base import ADD2
from integration.deployment import DeploymentTest, configuration, main, service, start_server
from support.restrictions import in_force, reaching
from support.servers import (ApacheCgi, ApacheFcgid, ApacheProxyFcgi, DevRouter, Lighttpd, LighttpdCgi, LighttpdPool,
                             Nginx, replace_once)
from support.web import Client

ALLOWED, OURS = "10.0.0.0/8", "127.0.0.0/8"  # what the samples' comments allow, and the tests' own addresses


def apache(*sections):
    return "".join(f"{start}\n    Require all denied\n{end}\n" for start, end in sections)


class RestrictedApache:
    """With a restriction that Apache reads before the sample, and others that it reads after it."""

    names = ("before", "after", "matched", "if")

    def more(self):
        return super().more() + "\n" + apache(('<Location "/wamp/before">', "</Location>"))

    def sample_text(self):
        return self.change(super().sample_text()) + apache(
            ('<Location "/wamp/after">', "</Location>"), ('<LocationMatch "^/wamp/matched$">', "</LocationMatch>"),
            ("""<If "%{REQUEST_URI} == '/wamp/if'">""", "</If>"))


class RestrictedLighttpd:
    names = ("before", "after")

    def sample_text(self):
        before, after = (f'$HTTP["url"] =~ "^/wamp/{name}$" {{ url.access-deny = ( "" ) }}\n' for name in self.names)
        return before + self.change(super().sample_text()) + after


class RestrictedNginx:
    names = ("prefix", "exact", "expression")

    def sample_text(self):
        beside = "".join(f"    location {of} {{ deny all; }}\n" for of in
                         ("/wamp/prefix", "= /wamp/exact", "~ ^/wamp/expression$"))
        ours = "    location /wamp/ {\n"
        return replace_once(self.change(super().sample_text()), ours, beside + ours)


class Restrictions:
    server_class = None
    way = None
    allowed, ours = ALLOWED, OURS
    same = {"/wamp/internal", "/wamp/%69nternal", "/wamp/./internal", "/x/../wamp/internal"}

    def start(self, change):
        router = DevRouter(self.scratch).start()
        server_class = type(self.server_class.__name__, (self.way, self.server_class), {"change": staticmethod(change)})
        names = ("internal", *self.way.names)
        paths = {"/": service(procedures=["com.example.echo"]), **{name: service() for name in names}}
        self.server = start_server(self.scratch, server_class, configuration(router.url, paths))
        self.client = Client(self.server.port)
        return names

    def reaching(self, name):
        """The spellings that reach a service which makes the call; the service at "/" does not."""
        return reaching(self.client, name, ADD2, b'{"args":[5]}')

    def test_restricted_service_is_reached_by_no_spelling(self):
        for name in self.start(in_force):
            with self.subTest(name):
                self.assertEqual(self.reaching(name), [])
        self.assertEqual(self.client.call("com.example.echo", 7).json, {"args": [7]})
        self.assertEqual(self.client.send(url="/wamp/", body=ADD2).error, "wampfcgi.error.procedure_denied")

    def test_restriction_lets_in_whom_it_names(self):
        self.start(lambda sample: replace_once(in_force(sample), self.allowed, self.ours))
        self.assertGreaterEqual(set(self.reaching("internal")), self.same)


class ThroughNginx(Restrictions, DeploymentTest):
    server_class, way = Nginx, RestrictedNginx


class ThroughLighttpd(Restrictions, DeploymentTest):
    server_class, way = Lighttpd, RestrictedLighttpd


class ThroughLighttpdPool(Restrictions, DeploymentTest):
    server_class, way = LighttpdPool, RestrictedLighttpd


class ThroughLighttpdCgi(Restrictions, DeploymentTest):
    server_class, way = LighttpdCgi, RestrictedLighttpd


class ThroughApacheFcgid(Restrictions, DeploymentTest):
    server_class, way = ApacheFcgid, RestrictedApache


class ThroughApacheProxyFcgi(Restrictions, DeploymentTest):
    server_class, way = ApacheProxyFcgi, RestrictedApache


class ThroughApacheCgi(Restrictions, DeploymentTest):
    server_class, way = ApacheCgi, RestrictedApache


if __name__ == "__main__":
    main()
