"""Path items and operations of Swagger 2.0."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from mockserver.contract.document import pointers
from mockserver.contract.document.place import Place
from mockserver.contract.document.swagger import bodies
from mockserver.contract.document.swagger.original import Components, Original
from mockserver.contract.document.swagger.parameters import parameter
from mockserver.contract.document.swagger.responses import responses
from mockserver.contract.document.swagger.schemas import Schemas
from mockserver.contract.document.swagger.servers import servers

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch")
_IN_BODY: Final = ("body", "formData")
_MOVED: Final = ("consumes", "produces", "schemes", "parameters", "responses")


class Operations:
    """Converts the operations of a document."""

    def __init__(self, original: Original, schemas: Schemas) -> None:
        self.original, self.schemas = original, schemas
        self.parameters = Components(original, "parameters", None)
        for name, place in _members(original.root.get("parameters")):
            if _location(original.resolved(place)) not in _IN_BODY:
                self.parameters.add(name, place)
        self.types = {word: names_in(original.root.node.get(word)) for word in ("consumes", "produces")}

    def shared_parameters(self) -> dict[str, Any]:
        """The parameters under `components`."""
        return self.parameters.contents(lambda place, at: parameter(place, at, self.schemas))

    def paths(self) -> dict[str, Any]:
        """All path items."""
        paths = _members(self.original.root.get("paths"))
        return {
            path: self.path_item(place, pointers.join("/paths", path)) if path.startswith("/") else place.node
            for path, place in paths
        }

    def path_item(self, place: Place, at: str) -> Any:
        """A path item; one that stands elsewhere is put in its place."""
        place = self.original.resolved(place)
        self.original.moved(at, place.pointer)
        shared = self.effective(place.get("parameters"))
        item: dict[str, Any] = {}
        for key, child in place.members():
            if key in METHODS and isinstance(child.node, Mapping):
                item[key] = self.operation(child, f"{at}/{key}", shared)
            elif key == "parameters":
                item[key] = self.listed(child, f"{at}/{key}")
            elif key != "$ref":
                item[key] = child.node
        return item

    def operation(self, place: Place, at: str, shared: Mapping[tuple[str, str], Place]) -> dict[str, Any]:
        """An operation, with the path item's parameters that are part of its body."""
        node = place.node
        result = {key: value for key, value in node.items() if key not in _MOVED}
        own = place.get("parameters")
        if own is not None:
            result["parameters"] = self.listed(own, f"{at}/parameters")
        body = self.body(place, f"{at}/requestBody", {**shared, **self.effective(own)})
        if body is not None:
            result["requestBody"] = body
        if "responses" in node:
            produces = self.media_types(place, "produces")
            result["responses"] = responses(place.get("responses"), f"{at}/responses", produces, self.schemas)
        if own_servers := servers(self.original, f"{at}/servers", place):
            result["servers"] = own_servers
        return result

    def effective(self, place: Place | None) -> dict[tuple[str, str], Place]:
        """Parameters by location and name."""
        ends = map(self.original.resolved, place.items() if place else ())
        return {(_location(end), str(end.node.get("name"))): end for end in ends if isinstance(end.node, Mapping)}

    def listed(self, place: Place, at: str) -> list[Any]:
        """The parameters that are no part of a body; shared ones are referred to."""
        result: list[Any] = []
        for child in place.items():
            end = self.original.resolved(child)
            if _location(end) in _IN_BODY:
                continue
            new = f"{at}/{len(result)}"
            self.original.moved(new, child.pointer)
            reference = child.node.get("$ref") if isinstance(child.node, Mapping) else None
            if isinstance(reference, str):
                result.append({"$ref": self.parameters.reference(reference)})
            else:
                result.append(parameter(end, new, self.schemas))
        return result

    def body(self, place: Place, at: str, parameters: Mapping[tuple[str, str], Place]) -> dict[str, Any] | None:
        """The request body; an operation's own body comes after the path item's."""
        consumes = self.media_types(place, "consumes")
        found = [one for (location, _), one in parameters.items() if location == "body"]
        fields = [one for (location, _), one in parameters.items() if location == "formData"]
        if found:
            for one in (*found[:-1], *fields):
                if one.pointer.startswith(place.pointer):
                    self.original.note(one, "a body is declared already: ignored")
            return bodies.body(found[-1], at, consumes, self.schemas)
        return bodies.form(fields, at, consumes, self.schemas) if fields else None

    def media_types(self, place: Place, word: str) -> Sequence[str]:
        """What an operation consumes or produces: its own list, also an empty one, else the document's."""
        return names_in(place.node[word]) if word in place.node else self.types[word]


def names_in(value: Any) -> list[str]:
    """The names in a list; some authors write the only one alone."""
    names = value if isinstance(value, list) else [value]
    return [one for one in names if isinstance(one, str)]


def _members(place: Place | None) -> Iterable[tuple[str, Place]]:
    return place.members() if place else ()


def _location(place: Place) -> str:
    return str(place.node.get("in")) if isinstance(place.node, Mapping) else ""
