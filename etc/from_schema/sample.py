"""Makes the sample, config.json: every key with its comment; keys with a default are used, the others follow // with an
example."""
import json
import textwrap

from schema import SCHEMA, SERVICE, SERVICES, default_sentence, described_by, options_of, resolved, sentence, type_of
from schema import without_links, words

WIDTH = 118
HEAD = """\
// Configuration of wamp-fcgi, with every key. JSON in UTF-8; comments and trailing commas are accepted.
// Keys in use have their default, or show what is required. The others are in comments, with an example.
// Searched in this order: --config FILE; the environment variable WAMP_FCGI_CONFIG;
// ~/.config/wamp-fcgi/config.json of the user that runs the program; /etc/wamp-fcgi/config.json.
// "wamp-fcgi --check-config FILE" tells what is wrong with a file.
"""


def plain(text):
    return without_links(text).replace("`", "")


def comment(text, indent):
    return [f"{' ' * indent}// {line}" for line in textwrap.wrap(text, WIDTH - indent - 3, break_on_hyphens=False)]


def literal(value):
    return json.dumps(value, ensure_ascii=False)


def about(key, node, parent):
    return plain(f"{resolved(node)['description']} {sentence(type_of(node))} {default_sentence(key, node, parent)}")


def about_members(node, indent):
    """The keys of an unused object's value, with those of nested objects indented further."""
    lines = []
    for key, member in described_by(node)["properties"].items():
        lead = " " * indent + "// "
        lines += textwrap.wrap(f"{key}: {about(key, member, described_by(node))}", WIDTH, initial_indent=lead + "  ",
                               subsequent_indent=lead + "    ", break_on_hyphens=False)
        if described_by(member) and "$ref" not in member:
            lines += [line.replace("// ", "//   ", 1) for line in about_members(member, indent)]
    return lines


def is_in_use(key, node, parent, shown):
    return key in shown or "default" in resolved(node) and key not in parent.get("dependencies", {})


def members(node, shown, keys, indent):
    """The lines of an object's keys; `shown` is its content in the sample."""
    lines = []
    examples = [example for example in node.get("examples", ()) if set(example) <= set(keys)]
    for place, key in enumerate(keys):
        member = node["properties"][key]
        behind = [example for example in examples if key in example and not set(example) & set(keys[place + 1:])]
        among = any(key in example for example in examples)
        if is_in_use(key, member, node, shown):
            lines += comment(about(key, member, node), indent)
            lines += in_use(key, member, shown.get(key, resolved(member).get("default")), indent)
        else:
            own = [] if among else [{key: example} for example in resolved(member).get("examples", ())]
            named = "" if own else f"{key}: "
            lines += comment(named + about(key, member, node), indent)
            if described_by(member):
                lines += about_members(member, indent)
            for example in [*own, *behind]:
                lines.append(" " * indent + "// " + literal(example)[1:-1] + ",")
        lines.append("")
    return lines[:-1]


def in_use(key, node, value, indent):
    """The lines of a key that is not in a comment."""
    before, inner = f"{' ' * indent}{literal(key)}: ", described_by(node)
    if not isinstance(value, dict) or not inner:
        return [f"{before}{literal(value)},"]
    if inner["properties"] is SERVICE["properties"]:
        lines = services(value, indent + 4)
    elif "properties" in resolved(node):
        lines = members(resolved(node), value, list(inner["properties"]), indent + 4)
    else:
        lines = about_members(node, indent + 4)
        for name, example in resolved(node)["examples"][0].items():
            lines.append(f"{' ' * (indent + 4)}// {literal(name)}: {literal(example)},")
    return [before + "{", *lines, " " * indent + "},"]


def services(shown, indent):
    """One service of each type: its own options, and the names of those shared with a service above."""
    lines, known = [], []
    for path, service in shown.items():
        options = options_of(service["type"])
        again = [key for key in options if key in known and key not in service.get("options", ())]
        new = [key for key in options if key not in again]
        lines += comment(introduction(service["type"], again, new), indent)
        lines += [f"{' ' * indent}{literal(path)}: {{", *service_members(service, not known, indent + 4)]
        if new:
            lines.append(" " * (indent + 4) + '"options": {')
            lines += members(SERVICE["properties"]["options"], service.get("options", {}), new, indent + 8)
            lines.append(" " * (indent + 4) + "},")
        known += new
        lines += [" " * indent + "},", ""]
    nested = SCHEMA["definitions"]["nested_paths"]
    lines += comment(plain(nested["description"]), indent)
    return [*lines, f"{' ' * indent}// {literal({'api': nested['examples'][0]})[1:-1]},"]


def introduction(service, again, new):
    text = plain(SERVICES[service]["description"])
    if again:
        text += f" Its options are, of those above, {words(again, 'and')}{', and besides:' if new else '.'}"
    return text


def service_members(service, is_first, indent):
    """A service's keys besides its options; the first service explains them."""
    lines = []
    for key, node in SERVICE["properties"].items():
        if is_first:
            lines += comment(about(key, node, SERVICE), indent)
        if key in service and key != "options":
            lines.append(f"{' ' * indent}{literal(key)}: {literal(service[key])},")
        elif is_first and key != "options":
            lines.append(f"{' ' * indent}// {literal({key: node['examples'][0]})[1:-1]},")
        if is_first and key != "options":
            lines.append("")
    return lines


def sample():
    lines = ["{", *members(SCHEMA, SCHEMA["examples"][0], list(SCHEMA["properties"]), 4), "}"]
    return HEAD + "\n".join(lines) + "\n"
