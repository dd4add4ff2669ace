"""JSON Pointers (RFC 6901), as strings that begin with a slash; the whole document is the empty string."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote


def join(base: str, *parts: str | int) -> str:
    """The pointer to a child of `base`."""
    for part in parts:
        base += "/" + str(part).replace("~", "~0").replace("/", "~1")
    return base


def parts_of(pointer: str) -> list[str]:
    """The unescaped names along a pointer."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def of_reference(reference: str) -> str:
    """The pointer in the fragment of a `$ref` such as `#/paths/~1a%7Bid%7D` (RFC 6901, section 6)."""
    return unquote(reference.partition("#")[2])


def follow(node: Any, parts: Iterable[str]) -> Any:
    """The value at the end of the names; `LookupError` where one does not exist."""
    for part in parts:
        if isinstance(node, dict):
            node = node[part]
        elif isinstance(node, list) and part.isdigit():
            node = node[int(part)]
        else:
            raise LookupError(part)
    return node
