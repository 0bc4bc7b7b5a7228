"""Reads config.schema.json: provides what it says about each key as texts for all documents."""
import json
import pathlib
import re

ETC = pathlib.Path(__file__).resolve().parents[1]
SCHEMA = json.loads((ETC / "config.schema.json").read_text())
SERVICE = SCHEMA["definitions"]["service"]


def at(pointer):
    node = SCHEMA
    for part in pointer.split("/")[1:]:
        node = node[part]
    return node


def resolved(node):
    """Follows references, and adds the keywords beside them. For a path, returns the service."""
    while "$ref" in node or "else" in node and "properties" not in node:
        beside = {key: value for key, value in node.items() if key != "$ref"}
        node = {**at(node["$ref"]), **beside} if "$ref" in node else node["else"]
    return node


def described_by(node):
    """The object whose keys a key's value has: the value itself, or its freely named members."""
    node = resolved(node)
    if "properties" not in node and isinstance(node.get("additionalProperties"), dict):
        node = resolved(node["additionalProperties"])
    return node if "properties" in node else None


# The types of services, each with the part of the schema that applies to it only.
SERVICES = {rule["if"]["properties"]["type"]["const"]: rule["then"] for rule in SERVICE["allOf"]}


def options_of(service):
    return SERVICES[service]["properties"]["options"]["propertyNames"]["enum"]


def services_with(option):
    return [service for service in SERVICES if option in options_of(service)]


def is_options(node):
    return node["properties"] is SERVICE["properties"]["options"]["properties"]


def words(values, conjunction="or"):
    values = [str(value) for value in values]
    return values[0] if len(values) == 1 else f"{', '.join(values[:-1])} {conjunction} {values[-1]}"


def code(value):
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def marked(text):
    """A text with literals as code: quoted strings and addresses."""
    return re.sub(r'"[^"]*"|\S*:/[^\s,]*', lambda found: f"`{found[0]}`", text)


def type_of(node):
    node = resolved(node)
    if "enum" in node:
        return words(map(code, node["enum"]))
    kind = node["type"]
    if kind in ("integer", "number"):
        return f"{kind}{' of ' + node['unit'] if 'unit' in node else ''}, {node['minimum']} to {node['maximum']}"
    if kind == "array":
        return list_type(node)
    if kind == "object" and "minProperties" in node:
        return "object with at least one member"
    expected = node.get("patternErrorMessage", "").removeprefix("expected ")
    if expected == "an absolute path":
        return "absolute path"
    return f"{kind}: {marked(expected)}" if expected else kind


def list_type(node):
    item = resolved(node["items"])
    least = ", at least one" if "minItems" in node else ""
    if "enum" in item:
        return f"list of {words(map(code, item['enum']))}{least}"
    expected = item.get("patternErrorMessage", "").removeprefix("expected ")
    return f"list of strings{least}{', each ' + marked(expected) if expected else ''}"


def default_of(key, node, parent):
    """The text "required" with its conditions, or the default."""
    node = resolved(node)
    if "defaultDescription" in node:
        return node["defaultDescription"]
    if "default" in node:
        return code(node["default"])
    alternatives = [choice["required"][0] for choice in parent.get("oneOf", ())]
    if key in alternatives:
        return "required, this or " + words(f"`{other}`" for other in alternatives if other != key)
    required = parent.get("required", ())
    if is_options(parent):
        of_services = [SERVICES[service]["properties"]["options"] for service in services_with(key)]
        required = [key for options in of_services if key in options.get("required", ())]
    return "required" if key in required else "none"


def default_sentence(key, node, parent):
    default = default_of(key, node, parent)
    return sentence(default) if default.startswith("required") else f"Default: {default}."


def sentence(text):
    return text[0].upper() + text[1:] + "."


def text_of(node):
    node = resolved(node)
    return f"{node['description']} {node.get('details', '')}".strip()


def without_links(text):
    """Drops sentences that only refer to a page; keeps the text of other links."""
    text = re.sub(r" ?\bSee \[[^]]*\]\([^)]*\)\.", "", text)
    return re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text)


def objects(node):
    """All objects with keys, the whole configuration first."""
    yield node
    for member in node["properties"].values():
        if inner := described_by(member):
            yield from objects(inner)


KEYS = {key for node in objects(SCHEMA) for key in node["properties"]}
