"""What the operations of an OpenAPI 3.0 document mean, without how it is written: shared and inherited parts are put in
their places, names of components and texts for people are left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mockserver.contract.document import pointers

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_STYLES: Final = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
_TEXTS: Final = frozenset(("description", "title", "externalDocs", "summary"))


class Meaning:
    """Reads one document."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root = root

    def at(self, node: Any) -> Any:
        """The node, or what its `$ref` leads to in the end."""
        for _ in range(100):
            if not isinstance(node, Mapping) or not isinstance(reference := node.get("$ref"), str):
                return node
            try:
                node = pointers.follow(self.root, pointers.parts_of(pointers.of_reference(reference)))
            except LookupError:
                return {"lost": reference}
        return {}

    def operations(self) -> Iterator[tuple[str, Any]]:
        """Each operation by method and path."""
        for path, declared in (self.root.get("paths") or {}).items():
            item = self.at(declared)
            for method in METHODS:
                if isinstance(item, Mapping) and isinstance(item.get(method), Mapping) and path.startswith("/"):
                    yield f"{method} {path}", self.operation(item[method], item)

    def operation(self, node: Mapping[str, Any], item: Mapping[str, Any]) -> Any:
        """One operation."""
        shared, own = ([self.at(one) for one in level.get("parameters") or ()] for level in (item, node))
        parameters = {f"{one.get('in')} {one.get('name')}": self.parameter(one) for one in (*shared, *own)}
        body = self.at(node.get("requestBody"))
        security = node.get("security", self.root.get("security"))
        return {
            "id": node.get("operationId"),
            "deprecated": node.get("deprecated", False),
            "parameters": parameters,
            "body": body and {"required": body.get("required") is True, "content": self.content(body)},
            "responses": {
                status: self.response(self.at(one))
                for status, one in (node.get("responses") or {}).items()
                if not status.startswith("x-") and isinstance(one, Mapping)
            },
            "security": [{name: self.scheme(name) for name in one} for one in security or ()],
        }

    def parameter(self, node: Any, location: str = "") -> Any:
        """A parameter or header."""
        style = node.get("style") or _STYLES.get(location or str(node.get("in")), "simple")
        return {
            "required": node.get("required") is True or node.get("in") == "path",
            "style": style,
            "explode": node.get("explode", style == "form"),
            "allowEmptyValue": node.get("allowEmptyValue", False),
            "example": node.get("example"),
            "schema": node.get("schema", {}),
        }

    def response(self, node: Any) -> Any:
        """A response."""
        headers = node.get("headers") or {}
        return {
            "content": self.content(node),
            "headers": {name: self.parameter(self.at(one), "header") for name, one in headers.items()},
        }

    def content(self, node: Any) -> Any:
        """Media types."""
        return {name: self.media(media) for name, media in (node.get("content") or {}).items()}

    def media(self, node: Any) -> Any:
        """One media type; an example is the first that it has."""
        node = node if isinstance(node, Mapping) else {}
        named = [one.get("value") for one in map(self.at, (node.get("examples") or {}).values())]
        example = node.get("example", named[0] if named else None)
        return {"schema": node.get("schema", {}), "encoding": node.get("encoding", {}), "example": example}

    def scheme(self, name: str) -> Any:
        """A security scheme."""
        schemes = (self.root.get("components") or {}).get("securitySchemes") or {}
        return without_texts(self.at(schemes.get(name)))


def without_texts(node: Any) -> Any:
    """A mapping without texts for people and without extensions."""
    if not isinstance(node, Mapping):
        return node
    return {key: value for key, value in node.items() if key not in _TEXTS and not key.startswith("x-")}
