"""Where a callback is sent whose key isn't a runtime expression: `{request.body#/url}`, `{webhookUrl}`, a sentence, or
no key at all. The request then says it by its own names, as far as they leave no doubt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from mockserver.contract.document import pointers
from mockserver.contract.document.place import Place
from mockserver.contract.operations.operation import Operation
from mockserver.contract.operations.reading import Reading
from mockserver.contract.operations.runtime import Template, template_of
from mockserver.contract.schemas.naming import plain, words
from mockserver.errors import DocumentError

_BARE: Final = re.compile(
    r"(?P<open>^|\{)(?=(?:request|response)\.(?:body|query|header|path)|(?:url|method|statusCode)\})"
)
_NAME: Final = re.compile(r"\{([\w.-]+)\}")
_URLS: Final = frozenset(("url", "uri", "href", "link", "endpoint", "webhook", "callback"))
"""Words in the name of a text that is an address."""
_OURS: Final = frozenset(
    ("callback", "webhook", "hook", "notify", "notification", "notifications", "listener", "event", "events")
)
"""Words in the name of an address to which something is sent, where there are others."""
_PLAIN: Final = (
    _URLS | _OURS | {"target", "address", "to", "your", "my", "http", "https", "post", "push", "subscriber", "client"}
)
"""The words that may be in the name of an address which nothing else says is one: not those of `source_url`."""
_FORMATS: Final = frozenset(("uri", "url", "uri-reference", "iri"))
_DEPTH: Final = 4
_MOST: Final = 200


class Part(NamedTuple):
    """A text in a request: the expression for it, its name, and whether it is an address."""

    expression: str
    name: str
    is_address: bool


def meant(reading: Reading, operation: Operation, key: str) -> Template:
    """The template that a key stands for. Raises ValueError where it isn't clear, with what it can't be."""
    try:
        return template_of(key)
    except ValueError as error:
        problem = str(error) if key else "it has no key that says where it is sent"
    parts = list(_parts(reading, operation))
    for text in (_BARE.sub(r"\g<open>$", key), _named(key, parts), _address(parts)):
        if text:
            try:
                return template_of(text)
            except ValueError:
                continue
    addresses = [part.expression for part in parts if part.is_address]
    more = f"; the request has several addresses: {', '.join(addresses[:5])}" if addresses else ""
    raise ValueError(f"{problem}{more}")


def _named(key: str, parts: list[Part]) -> str:
    """The key with expressions for the names in it; empty where one is no name, or that of several."""
    known: dict[str, list[str]] = {}
    for part in parts:
        known.setdefault(plain(part.name), []).append(part.expression)
    names = _NAME.findall(key)
    if not names or any(len(known.get(plain(name), ())) != 1 for name in names):
        return ""
    return _NAME.sub(lambda match: f"{{{known[plain(match[1])][0]}}}", key)


def _address(parts: list[Part]) -> str:
    """The only address of a request, or the only one to which something is sent; empty where there is none such."""
    addresses = [part for part in parts if part.is_address]
    named = [part for part in addresses if not _OURS.isdisjoint(words(part.name))]
    for some in (addresses, named):
        if len(some) == 1:
            return f"{{{some[0].expression}}}"
    return ""


def _parts(reading: Reading, operation: Operation) -> Iterator[Part]:
    """The texts of a request: its parameters, then the members of its body."""
    for one in operation.parameters:
        if one.location in ("query", "header", "path") and isinstance(one.schema, dict):
            yield Part(f"$request.{one.location}.{one.name}", one.name, _is_address(one.name, one.schema))
    declared = Place(operation.pointer, operation.raw).get("requestBody")
    content = reading.resolved(declared).get("content") if declared is not None else None
    types = sorted(content.members(), key=lambda pair: "json" not in pair[0]) if content is not None else []
    schema = types[0][1].get("schema") if types else None
    if schema is not None:
        yield from _members(reading, schema)


def _members(reading: Reading, schema: Place) -> Iterator[Part]:
    waiting: list[tuple[tuple[str, ...], Place]] = [((), schema)]
    seen: set[tuple[str, ...]] = set()
    for _ in range(_MOST):
        if not waiting:
            return
        path, place = waiting.pop(0)
        try:
            place = reading.resolved(place)
        except DocumentError:
            continue
        for word in ("allOf", "oneOf", "anyOf"):
            branches = place.get(word)
            waiting += [(path, branch) for branch in branches.items()] if branches is not None else []
        properties = place.get("properties")
        if properties is not None and len(path) < _DEPTH:
            waiting += [((*path, name), inner) for name, inner in properties.members()]
        if path and place.node.get("type") == "string" and path not in seen:
            seen.add(path)
            yield Part(f"$request.body#{pointers.join('', *path)}", path[-1], _is_address(path[-1], place.node))


def _is_address(name: str, schema: dict[str, object]) -> bool:
    if not _PLAIN.issuperset(words(name)):
        return False
    if schema.get("format") in _FORMATS:
        return True
    return schema.get("format") is None and "enum" not in schema and not _URLS.isdisjoint(words(name))
