"""Makes the lists of keys in doc/configuration.md (Markdown) and in wamp-fcgi-config.5 (mdoc)."""
import collections
import re
import sys
import textwrap

from schema import KEYS, SCHEMA, SERVICES, at, default_of, default_sentence, described_by, is_options, objects, sentence
from schema import services_with, text_of, type_of, without_links, words

# A mark in a document: the object whose keys are listed there, and the heading above it.
Place = collections.namedtuple("Place", "node heading")


def with_lists(text, mark, end, heading, make_list):
    """A document with the lists between its marks replaced."""
    between = re.escape(mark).replace("POINTER", r"(\S+)") + r"\n(?:.*?\n)??" + re.escape(end) + r"\n"
    marks = list(re.finditer(between, text, re.S))
    places = [Place(at(found[1]), re.findall(heading, text[:found.start()], re.M)[-1]) for found in marks]
    for found, place in reversed(list(zip(marks, places))):
        made = mark.replace("POINTER", found[1]) + "\n" + make_list(place, places) + end + "\n"
        text = text[:found.start()] + made + text[found.end():]
    for node in objects(SCHEMA):
        if not any(place.node["properties"] is node["properties"] for place in places):
            sys.exit(f"no list for the object: {node['description']}")
    return text


def heading_of(node, here, places):
    """The heading under which the keys of a key's value are listed, unless that is here."""
    inner = described_by(node)
    for place in places:
        if inner and place.node["properties"] is inner["properties"]:
            return place.heading if place.heading != here.heading else None
    return None


def markdown_list(place, places):
    of_services = is_options(place.node)
    lines = []
    for key, node in place.node["properties"].items():
        text = text_of(node)
        if heading := heading_of(node, place, places):
            text = with_reference(text, heading)
        services = services_with(key)
        of = [", ".join(services) if len(services) < len(SERVICES) else "all"] if of_services else []
        lines.append([f"`{key}`", *of, type_of(node), default_of(key, node, place.node), text])
    columns = ["key", *(["of"] if of_services else []), "type and range", "default", "meaning"]
    return f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines) + "\n"


def with_reference(text, heading):
    """A text with an additional reference to a heading of its page."""
    link = f"[{heading.strip('`')}](#{re.sub(r'[^a-z0-9 -]', '', heading.lower()).replace(' ', '-')})"
    is_behind_another = re.search(r"\bSee \[[^]]*\]\([^)]*\)\.$", text)
    return f"{text[:-1]} and {link}." if is_behind_another else f"{text} See {link}."


def mdoc(text):
    """A text with `code` as lines of mdoc, each sentence on its own line. JSON values are unchanged."""
    text = re.sub(r'`("[^`]*"|\[[^`]*\]|\{\}|[0-9.]+|true|false)`', r"\1", without_links(text).strip())
    lines = []
    for part in re.split(r"(?<=[.;:])\s+(?=[A-Z`\"])", text):
        for piece in re.split(r"(\(?`[^`]*`[).,;:]*)", part):
            if "`" in piece:
                lines.append(macro_line(*re.fullmatch(r"(\(?)`([^`]*)`([).,;:]*)", piece).groups()))
            else:
                lines += [re.sub(r"^(?=[.'])", r"\\&", line) for line in textwrap.wrap(piece.strip(), 80)]
    return "".join(line + "\n" for line in lines)


def macro_line(before, code, behind):
    """A piece of code with the adjacent punctuation."""
    argument = f'"{code}"' if " " in code else f"\\&{code}" if re.fullmatch(r"\W|[A-Z][a-z]", code) else code
    return " ".join([".Ic" if code in KEYS else ".Ql", *before, argument, *behind])


def manual_list(place, places):
    made = ".Bl -tag -width Ds\n"
    for key, node in place.node["properties"].items():
        made += f".It Ic {key}\n" + mdoc(sentence(type_of(node))) + mdoc(default_sentence(key, node, place.node))
        if is_options(place.node) and len(services := services_with(key)) < len(SERVICES):
            made += mdoc(f"Of {words(['an events service' if name == 'events' else f'a {name}' for name in services], 'and')}.")
        made += mdoc(text_of(node))
        if heading := heading_of(node, place, places):
            made += f"See\n.Sx {heading} .\n"
    return made + ".El\n"
