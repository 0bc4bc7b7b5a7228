"""Owns how the tests find the examples and the recipes of README.md."""
import re

from support.servers import TOP

README = (TOP / "README.md").read_text()


def block(kind, name):
    """The code block behind <!-- KIND: NAME -->."""
    found = re.findall(rf"<!-- {kind}: {name} -->\n```\w+\n(.*?)^```$", README, re.S | re.M)
    if len(found) != 1:
        raise ValueError(f"README.md has {len(found)} blocks behind <!-- {kind}: {name} -->")
    return found[0]


def commands(heading, number=0):
    """The commands under a heading that stand there as an indented block, by its number."""
    readme = re.sub(r"^```.*?^```$", "", README, flags=re.S | re.M)
    text = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#)", readme, re.S | re.M)[1]
    return re.sub(r"^    ", "", re.findall(r"^(?:    .*\n)+", text, re.M)[number], flags=re.M)
