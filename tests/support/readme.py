"""Owns how the tests find the examples of README.md."""
import re

from support.servers import TOP

README = (TOP / "README.md").read_text()


def block(kind, name):
    """The code block behind <!-- KIND: NAME -->."""
    found = re.findall(rf"<!-- {kind}: {name} -->\n```\w+\n(.*?)^```$", README, re.S | re.M)
    if len(found) != 1:
        raise ValueError(f"README.md has {len(found)} blocks behind <!-- {kind}: {name} -->")
    return found[0]
