"""The references of a document: `$ref`, and the `$id` and `$anchor` that schemas of 3.1 can be referred to by."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mockserver.contract.document import pointers

EMBEDDED: Final = "x-embedded"
"""The key at the top of the document under which embedded files stand, by their names."""
COPIES: Final = "x-dynamic"
"""The key at the top of the document under which copies of schemas stand that dynamic references need."""

DATA: Final = frozenset({"const", "default", "enum", "example"})
"""Keys that hold data: a `$ref` in them isn't a reference."""

NAMED: Final = frozenset(
    [
        "$defs",
        "definitions",
        "dependentSchemas",
        "examples",
        "headers",
        "parameters",
        "patternProperties",
        "properties",
        "responses",
        "schemas",
    ]
)
"""Keys whose members are named by the author: below `properties`, `example` is a property."""

# It begins with plain text, which is looked for at the speed of memory; the quotes around `$ref` are left to chance.
_IN_TEXT: Final = re.compile(r"""\$ref["']?\s*:\s*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"'{\[][^\s,}]*))""")


def in_text(text: str) -> set[str]:
    """What stands behind `$ref` in JSON or YAML text: quick, and at worst too many."""
    return {(a or b or c).replace("\\/", "/") for a, b, c in _IN_TEXT.findall(text)}


def mappings(root: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Pointer and value of every mapping that is not data."""
    waiting: list[tuple[str, Any, bool]] = [("", root, False)]
    while waiting:
        pointer, node, named = waiting.pop()
        if isinstance(node, list):
            waiting += [(pointers.join(pointer, index), item, False) for index, item in enumerate(node)]
        elif isinstance(node, dict):
            yield pointer, node
            waiting += [
                (pointers.join(pointer, name), value, holds_names(name, named=named))
                for name, value in node.items()
                if isinstance(value, dict | list) and not is_data(name, value, named=named)
            ]


def is_data(key: str, value: Any, *, named: bool) -> bool:
    """Whether a key holds data; never where keys are `named` by the author."""
    if named or (key == "enum" and isinstance(value, dict)):  # an author's reference to a list of values
        return False
    return key in DATA or (key == "examples" and isinstance(value, list))


def is_extension(key: str, *, named: bool) -> bool:
    """Whether a key is an extension: what a `$ref` in it means is its author's secret."""
    return not named and key.startswith("x-")


def holds_names(key: str, *, named: bool) -> bool:
    """Whether the keys below a key are names that the author chose."""
    return not named and key in NAMED


def with_reference(node: dict[str, Any], reference: str) -> dict[str, Any]:
    """A schema for which a further reference holds, beside the one that it may have."""
    more = {"$ref": reference}
    return node | (more if "$ref" not in node else {"allOf": [*node.get("allOf", ()), more]})


def all_in(root: Any) -> Iterator[tuple[str, str]]:
    """Pointer and text of every reference."""
    for pointer, node in mappings(root):
        if isinstance(reference := node.get("$ref"), str):
            yield pointer, reference


def in_extension(pointer: str) -> bool:
    """Whether a pointer leads into an extension, other than those under which this package keeps what it adds."""
    named = False
    for part in pointers.parts_of(pointer):
        if is_extension(part, named=named) and part not in (EMBEDDED, COPIES):
            return True
        named = holds_names(part, named=named)
    return False


def anchors(root: Any) -> dict[str, str]:
    """Pointers by the names that `$anchor` and `$dynamicAnchor` give."""
    return {
        node[key]: pointer
        for pointer, node in mappings(root)
        for key in ("$anchor", "$dynamicAnchor")
        if isinstance(node.get(key), str)
    }
