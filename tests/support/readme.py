"""Owns finding the examples and recipes of the documents: README.md and the pages of etc/doc/."""
import re

from support.servers import TOP

DOCUMENTS = "".join(path.read_text() for path in (TOP / "README.md", *sorted((TOP / "etc/doc").glob("*.md"))))


def block(kind, name):
    """The code block after <!-- KIND: NAME -->."""
    found = re.findall(rf"<!-- {kind}: {name} -->\n```\w+\n(.*?)^```$", DOCUMENTS, re.S | re.M)
    if len(found) != 1:
        raise ValueError(f"the documents have {len(found)} blocks behind <!-- {kind}: {name} -->")
    return found[0]


def commands(heading, number=0):
    """The indented block of commands under a heading, selected by number."""
    text = re.sub(r"^```.*?^```$", "", DOCUMENTS, flags=re.S | re.M)
    section = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#)", text, re.S | re.M)[1]
    return re.sub(r"^    ", "", re.findall(r"^(?:    .*\n)+", section, re.M)[number], flags=re.M)
