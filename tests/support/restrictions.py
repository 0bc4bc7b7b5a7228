"""Owns how tests restrict one service as a sample's comment shows it, the spellings of a URL that may get around that,
and which of them do."""
import concurrent.futures
import re

# The comment's code, each line deeper than its prose, is put in force.
SHOWN = re.compile(r"^ *# Restricting one service (?:.*\n *# ?\S)*.*\n((?: *#   .*\n)+)", re.M)

# Of a service's URL. Those that the web server takes for the very same must be restricted alike; wamp-fcgi refuses the
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
    """URLs that are, or look like, that of a service, first as it is usually written."""
    def escape(letter):
        return f"%{ord(letter):02x}"

    escaped = escape(name[0]) + name[1:]
    for spelling in SPELLINGS:
        yield spelling.replace("/wamp", mount).replace("/WAMP", mount.upper()).format(
            name=name, escaped=escaped, escaped_twice=escaped.replace("%", "%25"),
            all_escaped="".join(map(escape, name)), upper=name.upper(), title=name.title())


def in_force(sample):
    """A sample whose comment on restricting one service is code."""
    found = SHOWN.search(sample)
    if not found:
        raise ValueError("the sample does not show how to restrict one service")
    code = re.sub(r"^( *)#   ", r"\1", found[1], flags=re.M)
    return sample[:found.start(1)] + code + sample[found.end(1):]


def reaching(client, name, body, answer, mount="/wamp"):
    """The spellings, byte for byte on the wire, that get this answer to this body."""
    def reaches(url):
        request = (f"POST {url} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                   f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}")
        return answer in client.raw(request.encode())

    urls = list(spellings(name, mount))
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return [url for url, reached in zip(urls, pool.map(reaches, urls)) if reached]
