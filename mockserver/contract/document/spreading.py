"""References where OpenAPI has none, as authors who split a document into files write them: in the place of a map such
as `components.schemas`, of a list such as `parameters`, of an operation, of `info`. What they name is put there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mockserver.contract.document import pointers
from mockserver.contract.document.references import NAMED, holds_names, is_data

_IN_SCHEMAS: Final = ("properties", "patternProperties", "required", "enum", "allOf", "anyOf", "oneOf", "prefixItems")
_MAPS: Final = NAMED | {
    *("additionalOperations", "callbacks", "content", "encoding", "links", "pathItems", "paths"),
    *("requestBodies", "scopes", "securitySchemes", "variables", "webhooks", "mapping"),
}
"""Keys of maps; a reference as one of their values may be meant, one in their own place never is."""
_OTHERS: Final = frozenset(
    [
        *(
            "components",
            "contact",
            "discriminator",
            "externalDocs",
            "flows",
            "info",
            "license",
            "security",
            "servers",
            "tags",
            "xml",
        ),
        *("get", "put", "post", "delete", "options", "head", "patch", "trace", "query", *_IN_SCHEMAS),
    ]
)
"""Keys of other objects and of lists that are no references."""
_SPREAD: Final = _MAPS | _OTHERS
_BEFORE: Final = re.compile(rf"""\b(?:{"|".join(_IN_SCHEMAS)})["']?\s*:\s*\{{?\s*["']?$""")
_MOST_CHAINED: Final = 20


def is_spread_in(text: str) -> bool:
    """Whether JSON or YAML text may have such a reference within a schema: at worst too often."""
    return any(_BEFORE.search(text, max(at.start() - 60, 0), at.start()) for at in re.finditer(r"\$ref", text))


def is_spread_outside(root: Mapping[str, Any]) -> bool:
    """Whether a document has one outside its schemas, without a look into these."""
    return any(True for _ in _misplaced(_shallow(root)))


def spread(root: dict[str, Any]) -> dict[str, str]:
    """Puts what such references name in their places; the pointers where that was, by the pointers where it is."""
    origins: dict[str, str] = {}
    for _ in range(_MOST_CHAINED):  # what is put in a place may have such references itself
        found = _spread_once(root)
        if not found:
            break
        origins |= found
    return origins


def _spread_once(root: dict[str, Any]) -> dict[str, str]:
    origins: dict[str, str] = {}
    for pointer, holder, key in list(_misplaced(_deep(root))):
        aim, target = _target(root, holder[key]["$ref"])
        if isinstance(target, dict):
            beside = {name: value for name, value in holder[key].items() if name != "$ref"}
            holder[key] = {**target, **beside}
            origins |= {pointers.join(pointer, name): pointers.join(aim, name) for name in target if name not in beside}
        elif isinstance(target, list):
            holder[key] = target
            origins[pointer] = aim
    return origins


def _target(root: Any, reference: str) -> tuple[str, Any]:
    """Pointer and node at the end of a chain of references; None where it leads nowhere."""
    aim, node = "", None
    for _ in range(_MOST_CHAINED):
        if not reference.startswith("#/"):
            return aim, None
        aim = pointers.of_reference(reference)
        try:
            node = pointers.follow(root, pointers.parts_of(aim))
        except LookupError:
            return aim, None
        if not (isinstance(node, dict) and isinstance(node.get("$ref"), str)):
            return aim, node
        reference = node["$ref"]
    return aim, None


_Place = tuple[str, dict[str, Any], bool]
"""A mapping with its pointer, and whether its keys are names that the author chose."""


def _misplaced(places: Iterator[_Place]) -> Iterator[tuple[str, dict[str, Any], str]]:
    for pointer, node, named in places:
        for key in () if named else node.keys() & _SPREAD:
            value = node[key]
            if isinstance(value, dict) and isinstance(value.get("$ref"), str):
                yield pointers.join(pointer, key), node, key


def _deep(node: Any, pointer: str = "", *, named: bool = False) -> Iterator[_Place]:
    """Every mapping that isn't data; one that is put in a place is walked through there too."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from _deep(item, pointers.join(pointer, index))
    elif isinstance(node, dict):
        yield pointer, node, named
        for key, value in node.items():
            if isinstance(value, dict | list) and not is_data(key, value, named=named):
                below = holds_names(key, named=named) or (not named and key in _MAPS)
                yield from _deep(value, pointers.join(pointer, key), named=below)


def _shallow(root: Mapping[str, Any]) -> Iterator[_Place]:
    """The document, its components, its paths, and their operations with what these hold."""
    components, paths = root.get("components"), root.get("paths")
    yield from (("", node, False) for node in (root, components) if isinstance(node, dict))
    items = [item for item in paths.values() if isinstance(item, dict)] if isinstance(paths, dict) else []
    operations = [one for item in items for one in item.values() if isinstance(one, dict)]
    inner = [one for operation in operations for one in operation.values() if isinstance(one, dict)]
    inner += [one for part in inner for one in part.values() if isinstance(one, dict)]
    yield from (("", node, False) for node in (*items, *operations, *inner))
