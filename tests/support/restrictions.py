"""Owns restricting one service as a sample's comment shows, spellings of a URL that might circumvent that, and finding
those that do."""
import concurrent.futures
import re

# The comment's code, which is indented deeper than its prose, is activated.
SHOWN = re.compile(r"^\s*# Restricting one service (?:.*\n\s*# ?\S)*.*\n((?:[ \t]*#   .*\n)+)", re.M)

# Spellings of a service's URL. Those that the web server treats as equal must be restricted too; wamp-fcgi refuses the
# others.
SPELLINGS = (
    "/wamp/{name}", "/wamp/{escaped}", "/wamp/{all_escaped}", "/%77amp/{name}", "//wamp/{name}", "/wamp//{name}",
    "/wamp///{name}", "/./wamp/{name}", "/wamp/./{name}", "/wamp/{name}/.", "/x/../wamp/{name}", "/wamp/x/../{name}",
    "/wamp/{name}/x/..", "/wamp/%2e/{name}", "/wamp/x/%2e%2e/{name}", "/wamp/x/.%2e/{name}", "/x/..//wamp/{name}",
    "/wamp%2f{name}", "/wamp%2F{name}", "/wamp/%2f{name}", "/wamp/{name}%2f", "/wamp/{name}/", "/wamp/{name}//",
    "/wamp/.%2f{name}", "/wamp/x%2f..%2f{name}", "/wamp/{name};x", "/wamp/{name};x=y", "/wamp;x/{name}",
    "/wamp/;/{name}",
    "/wamp/;x/../{name}", "/wamp/..;/wamp/{name}", "/wamp/{name}%3bx", "/WAMP/{name}", "/wamp/{upper}", "/wamp/{title}",
    "/wamp/{name}%00", "/wamp/{name}%20", "/wamp/{name}%0a", "/wamp/{name}.", "/wamp/{name}?", "/wamp/{name}?x=y",
    "/wamp/{name}?/../", "/wamp?/{name}", "/wamp/{name}%3fx", "/wamp/{name}%23x", "/wamp/{escaped_twice}",
    "/wamp%252f{name}", "/wamp\\{name}", "/wamp/\\{name}", "/x/wamp/{name}", "/wamp/wamp/{name}", "/wamp/x/{name}",
    "/wamp/{name}/wamp", "/wamp/{name}/{name}", "/wampx/{name}", "/wamp{name}", "/{name}",
    "http://localhost/wamp/{name}", "http://localhost//wamp/{escaped}",
)


def spellings(name, mount="/wamp"):
    """URLs that are, or look like, a service's; the usual spelling comes first."""
    def escape(letter):
        return f"%{ord(letter):02x}"

    escaped = escape(name[0]) + name[1:]
    for spelling in SPELLINGS:
        yield spelling.replace("/wamp", mount).replace("/WAMP", mount.upper()).format(
            name=name, escaped=escaped, escaped_twice=escaped.replace("%", "%25"),
            all_escaped="".join(map(escape, name)), upper=name.upper(), title=name.title())


def in_force(sample):
    """A sample with the code of its comment about restricting one service activated."""
    found = SHOWN.search(sample)
    if not found:
        raise ValueError("the sample does not show how to restrict one service")
    code = re.sub(r"^([ \t]*)#   ", r"\1", found[1], flags=re.M)
    return sample[:found.start(1)] + code + sample[found.end(1):]


def reaching(client, name, body, answer, mount="/wamp"):
    """The spellings, sent unchanged, that get this answer to this body."""
    def reaches(url):
        request = (f"POST {url} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                   f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}")
        return answer in client.raw(request.encode())

    urls = list(spellings(name, mount))
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return [url for url, reached in zip(urls, pool.map(reaches, urls)) if reached]
