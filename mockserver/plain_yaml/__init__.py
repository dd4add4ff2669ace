"""YAML and JSON text into plain values, and back: dicts with string keys, lists, strings, numbers, booleans, None.

YAML is read by the 1.2 core schema (https://yaml.org/spec/1.2.2/#103-core-schema), since OpenAPI is defined on it:
`on`, `yes` and dates stay strings, and a key such as `200` is the string "200".
"""

from mockserver.plain_yaml.lines import line_of
from mockserver.plain_yaml.reading import parse, read
from mockserver.plain_yaml.writing import dump

__all__ = ["dump", "line_of", "parse", "read"]
