"""The paths of a document's servers, below which its operations are reached as well."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice, product
from typing import Any, Final
from urllib.parse import unquote

from mockserver.contract.operations.expressions import EXPRESSION

_HOST: Final = re.compile(r"^([^/]*:)?//[^/]*")
_ABSOLUTE: Final = re.compile(r"^https?://[^/]", re.IGNORECASE)
_MOST_BASES: Final = 64
"""Base paths that the variables of one server may make."""


def servers(root: Mapping[str, Any]) -> Iterator[Any]:
    """The servers of a document, and those of its paths and operations."""
    paths = root.get("paths")
    items = [item for item in paths.values() if isinstance(item, Mapping)] if isinstance(paths, Mapping) else []
    inner = (one for item in items for one in item.values() if isinstance(one, Mapping))
    for node in (root, *items, *inner):
        declared = node.get("servers")
        yield from declared if isinstance(declared, list) else ()


def base_paths(servers: Any) -> tuple[str, ...]:
    """The paths of the servers, with every value that their variables list: `https://x.test/v1/` gives `/v1`."""
    paths = []
    for server in servers if isinstance(servers, list) else ():
        url = server.get("url") if isinstance(server, Mapping) else None
        if isinstance(url, str):
            filled = islice(_filled(_HOST.sub("", url), server.get("variables")), _MOST_BASES)
            paths += [("/" + unquote(_HOST.sub("", path)).strip("/")).rstrip("/") for path in filled]
    return tuple(dict.fromkeys(path for path in paths if path))


def _filled(template: str, variables: Any) -> Iterator[str]:
    known = variables if isinstance(variables, Mapping) else {}
    names = EXPRESSION.findall(template)
    for values in product(*(_values(known.get(name), name) for name in names)):
        left = iter(values)
        yield EXPRESSION.sub(lambda _, left=left: next(left), template)  # type: ignore[misc]


def _values(variable: Any, name: str) -> list[str]:
    """The values of a variable, its default first; its own name where it is not declared."""
    declared = variable if isinstance(variable, Mapping) else {}
    listed = declared.get("enum")
    return list(dict.fromkeys(map(str, [declared.get("default", name), *(listed if isinstance(listed, list) else ())])))


def addresses(root: Mapping[str, Any]) -> tuple[str, ...]:
    """The absolute URLs of a document's servers, with every value that their variables list."""
    urls = [(one.get("url"), one.get("variables")) for one in servers(root) if isinstance(one, Mapping)]
    absolute = [(url, variables) for url, variables in urls if isinstance(url, str) and _ABSOLUTE.match(url)]
    filled = (one for url, variables in absolute for one in islice(_filled(url, variables), _MOST_BASES))
    return tuple(dict.fromkeys(url for url in filled if "{" not in url))
