"""Writes what is made from config.schema.json: config.json, the lists of keys in wamp-fcgi-config.5 and
doc/configuration.md, and the words in tests/fuzz/config.dict.

Besides the keywords of JSON Schema it reads three of its own:
  details             more about a key than `description`, for the manual and configuration.md; may contain links
  unit                the unit of a number
  defaultDescription  the default in words, if it is not a single value
In the manual and in configuration.md a list stands between two marks; the first names its object in the schema.
usage: python3 -B etc/from_schema [--check]    with --check it writes nothing, and fails if a file is out of date"""
import json
import re
import sys

from lists import markdown_list, manual_list, with_lists
from sample import sample
from schema import ETC, KEYS, SCHEMA


def with_words(text):
    """A dictionary for libFuzzer with every key, and every word that is a value."""
    enums = [json.loads(found) for found in re.findall(r'"enum": (\[[^]]*\])', json.dumps(SCHEMA))]
    values = {value for enum in enums for value in enum if isinstance(value, str)} - KEYS
    entries = [f"{key}\\x22:" for key in KEYS] + [f"{value}\\x22" for value in values]
    made = "".join(f'"\\x22{entry}"\n' for entry in sorted(entries))
    return re.sub(r"(# from the schema\n).*?(# end\n)", lambda found: found[1] + made + found[2], text, flags=re.S)


def main():
    page, manual = ETC / "doc/configuration.md", ETC / "wamp-fcgi-config.5"
    dictionary = ETC.parent / "tests/fuzz/config.dict"
    made = {
        ETC / "config.json": sample(),
        page: with_lists(page.read_text(), "<!-- keys of POINTER -->", "<!-- end of keys -->", r"^#+ (.*)$", markdown_list),
        manual: with_lists(manual.read_text(), '.\\" keys of POINTER', '.\\" end of keys', r"^\.S[hs] (.*)$", manual_list),
        dictionary: with_words(dictionary.read_text()),
    }
    old = [path for path, text in made.items() if text != path.read_text()]
    for path in old:
        if "--check" in sys.argv:
            print(f"{path.relative_to(ETC.parent)}: not what etc/from_schema makes of etc/config.schema.json (make options)")
        else:
            path.write_text(made[path])
    return 1 if old and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
