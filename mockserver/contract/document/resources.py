"""Schema resources: what `$id`, `$anchor` and `$dynamicAnchor` name (JSON Schema 2020-12 core, section 8.2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from mockserver.contract.document import pointers
from mockserver.contract.document.references import holds_names, is_data
from mockserver.contract.document.sources import Source


@dataclass(frozen=True)
class Scope:
    """Where a node stands: its file, and the schema resource against which its references are resolved."""

    source: Source
    prefix: str  #: pointer of the file in the whole document
    uri: str
    pointer: str  #: of the resource

    @classmethod
    def of(cls, source: Source, prefix: str) -> Scope:
        """The scope of a whole file."""
        return cls(source, prefix, source.uri, prefix)


class Resources:
    """The schema resources of the files that were read; in OpenAPI 3.0 (`legacy`) an `$id` changes no base URI."""

    def __init__(self, *, legacy: bool) -> None:
        self.legacy = legacy
        self.ids: dict[str, tuple[str, Any]] = {}  #: pointer and node by URI
        self.anchors: dict[tuple[str, str], str] = {}  #: pointers by URI and name
        self.dynamic: dict[str, tuple[str, str]] = {}  #: URI and name of each `$dynamicAnchor`, by its pointer

    def add(self, content: Any, scope: Scope) -> None:
        """Registers a file and every resource in it."""
        self.ids[scope.uri] = scope.prefix, content
        self._index(content, scope.prefix, scope, named=False)

    def _index(self, node: Any, pointer: str, scope: Scope, *, named: bool) -> None:
        if isinstance(node, list):
            for index, item in enumerate(node):
                self._index(item, pointers.join(pointer, index), scope, named=False)
        if not isinstance(node, dict):
            return
        if isinstance(identifier := node.get("$id"), str) and not named:
            uri = absolute(scope.uri, identifier)
            self.ids.setdefault(uri, (pointer, node))
            scope = self.entered(node, scope)
        for word in ("$anchor", "$dynamicAnchor"):
            if isinstance(name := node.get(word), str) and not named:
                self.anchors.setdefault((scope.uri, name), pointer)
                if word == "$dynamicAnchor" and not self.legacy:
                    self.dynamic[pointer] = scope.uri, name
        for key, value in node.items():
            if isinstance(value, dict | list) and not is_data(key, value, named=named):
                self._index(value, pointers.join(pointer, key), scope, named=holds_names(key, named=named))

    def entered(self, node: dict[str, Any], scope: Scope) -> Scope:
        """The scope within a node: that of its `$id`, if it has one."""
        identifier = node.get("$id")
        if self.legacy or not isinstance(identifier, str) or identifier.startswith("#"):
            return scope
        uri = absolute(scope.uri, identifier)
        return replace(scope, uri=uri, pointer=self.ids[uri][0]) if uri in self.ids else scope

    def dynamic_anchors(self) -> dict[str, dict[str, str]]:
        """The dynamic anchors of every resource, by its pointer."""
        anchors: dict[str, dict[str, str]] = {pointer: {} for pointer, _ in self.ids.values()}
        for pointer, (uri, name) in self.dynamic.items():
            anchors[self.ids[uri][0]].setdefault(name, pointer)
        return anchors

    def pointer(self, uri: str, fragment: str) -> str | None:
        """The pointer that a fragment names in a resource; None where there is no such node."""
        prefix, node = self.ids[uri]
        if fragment and not fragment.startswith("/"):
            return self.anchors.get((uri, unquote(fragment)))
        try:
            pointers.follow(node, pointers.parts_of(unquote(fragment)))
        except LookupError:
            return None
        return prefix + fragment


def absolute(base: str, reference: str) -> str:
    """The URI that a reference without a fragment names, seen from a base URI (RFC 3986, section 5.2)."""
    bare = reference.rstrip("#")
    if not bare or urlsplit(bare).scheme:
        return bare or base
    return urljoin(base, bare)
