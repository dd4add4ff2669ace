"""The operations of a document, read into values."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import count
from typing import Any, Final, TypeVar

from msgspec.structs import replace

from mockserver.contract.document import pointers
from mockserver.contract.document.document import METHODS, Document, parsed
from mockserver.contract.document.place import Place
from mockserver.contract.operations import media
from mockserver.contract.operations.invalid_parts import InvalidParts
from mockserver.contract.operations.operation import (
    ABSENT,
    EMPTY,
    Body,
    MediaType,
    Operation,
    Parameter,
    Response,
    SecurityScheme,
    example_text,
    example_value,
)
from mockserver.contract.operations.overloads import has_more, path_of, required_names
from mockserver.contract.operations.places import Places
from mockserver.contract.operations.security import requirements, scheme, scopes
from mockserver.errors import DocumentError

_DEFAULT_STYLE: Final = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
_SERVERS_HEADERS: Final = frozenset(
    [
        *("connection", "content-encoding", "content-length", "content-type", "date", "keep-alive", "proxy-connection"),
        *("server", "te", "trailer", "transfer-encoding", "upgrade"),
    ]
)
"""Response headers that the server writes itself: they describe the connection, how the body is sent, and when."""
_CHANGING: Final = ("POST", "PUT", "PATCH", "DELETE")
_IGNORED_HEADERS: Final = frozenset(("accept", "content-type", "authorization"))

Note = Callable[[str], None]
T = TypeVar("T")


class Reading(Places):
    """Reads the operations of one document."""

    def __init__(self, document: Document, note: Note, invalid: InvalidParts | None = None) -> None:
        super().__init__(document)
        self.note, self.invalid = note, invalid or InvalidParts(document, {})
        self.root = Place("", document.root)
        self.schemes = self.security_schemes()
        self.default_security = self.security(document.root.get("security"))
        self.default_scopes = scopes(document.root.get("security"))

    def operations(self) -> Iterator[Operation]:
        """Every operation, in the order of the document; those without an id, or with a taken one, get their own."""
        ids: set[str] = set()
        for template, method, place, shared in self.places():
            operation = self.valid_operation(template, method, place, shared)
            if operation is None:
                continue
            if operation.id in ids:
                self.note(f"{place.pointer}: operationId {operation.id!r} is taken; it is called by method and path")
                operation = self.operation(template, method, place, shared, named=False)
            if operation.id in ids:  # another operation is called like that
                names = (f"{operation.id} ({number})" for number in count(2))
                operation = replace(operation, id=next(name for name in names if name not in ids))
            ids.add(operation.id)
            yield operation

    def places(self) -> Iterator[tuple[str, str, Place, Place | None]]:
        """Template, method, the operation's place, and the place of the parameters that its path item shares."""
        paths = self.root.get("paths")
        for template in paths.node if paths else ():
            if paths is None or not template.startswith("/"):
                continue
            if has_more(template):
                self.note(f"{template} is served at {path_of(template)}, and chosen by what it requires")
            item = self.valid_item(template, paths / template)
            if item is None:
                continue
            shared = item.get("parameters")
            for method in METHODS:
                if node := item.get(method):
                    yield template, method.upper(), node, shared
            if more := item.get("additionalOperations"):
                for method in more.node:
                    yield template, method, more / method, shared

    def valid_item(self, template: str, place: Place) -> Place | None:
        """A path item; None where it is invalid as a whole."""
        needed = self.invalid.within(place)
        if needed is None:
            try:
                return self.resolved(place)
            except DocumentError as error:
                needed = self.document.as_written(place.pointer)
                self.invalid.problems.setdefault(needed, str(error))
        self.invalid.cost(template, needed)
        return None

    def valid_operation(self, template: str, method: str, place: Place, shared: Place | None) -> Operation | None:
        """One operation; None where it is left out, as it needs a part of the document that is invalid."""
        name = f"{method} {template}"
        needed = self.invalid.needed_by(place, shared) or self.lacking_scheme(place)
        if needed is not None:
            self.invalid.cost(name, needed)
            return None
        try:
            return self.operation(template, method, place, shared)
        except DocumentError as error:
            self.invalid.cost(name, self.document.as_written(place.pointer), str(error))
            return None

    def lacking_scheme(self, place: Place) -> str | None:
        """The invalid security scheme that an operation requires."""
        if not self.invalid.problems:
            return None
        declared = place.node.get("security", self.root.node.get("security"))
        names = sorted({name for alternative in requirements(declared) for name in alternative})
        schemes = (Place(pointers.join("/components/securitySchemes", name), None) for name in names)
        return next((found for one in schemes if (found := self.invalid.within(one)) is not None), None)

    def operation(
        self, template: str, method: str, place: Place, shared: Place | None, *, named: bool = True
    ) -> Operation:
        """One operation."""
        node = place.node
        body = place.get("requestBody")
        return Operation(
            id=(named and node.get("operationId")) or f"{method} {template}",
            method=method,
            template=template,
            parameters=self.in_template(template, place, self.parameters(shared, place.get("parameters"))),
            body=self.once(body, "body", self.body) if body else None,
            responses=self.with_success(method, place, dict(self.responses(place.get("responses")))),
            security=self.security(node["security"]) if "security" in node else self.default_security,
            scopes=scopes(node["security"]) if "security" in node else self.default_scopes,
            summary=str(node.get("summary") or ""),
            assumed=_assumed(node),
            pointer=place.pointer,
            raw=node,
        )

    def parameters(self, shared: Place | None, own: Place | None) -> tuple[Parameter, ...]:
        """The parameters of an operation; its own ones take the place of the path item's."""
        parameters = {}
        for places in (self.items(shared), self.items(own)):
            for parameter in (self.once(found_at, "parameter", self.parameter) for found_at in places):
                if parameter.location != "header" or parameter.name.lower() not in _IGNORED_HEADERS:
                    parameters[parameter.location, parameter.name] = parameter
        return tuple(parameters.values())

    def in_template(self, template: str, place: Place, declared: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
        """The parameters, with those of the path as its template has them: each is text unless it is declared."""
        names = required_names(template)
        known = {parameter.name for parameter in declared if parameter.location == "path"}
        for name in sorted(known - set(names)):
            self.note(f"{place.pointer}: path parameter {name!r} is not in {template}: ignored")
        missing = [name for name in names if name not in known]
        for name in missing:
            self.note(f"{place.pointer}: path parameter {name!r} is not declared: it may be any text")
        kept = [parameter for parameter in declared if parameter.location != "path" or parameter.name in names]
        return (*kept, *(Parameter(name, "path", True, {"type": "string"}, pointer=place.pointer) for name in missing))

    def parameter(self, place: Place) -> Parameter:
        """One parameter."""
        node = place.node
        if not (isinstance(node, Mapping) and isinstance(node.get("name"), str) and isinstance(node.get("in"), str)):
            raise DocumentError("is a parameter without `name` and `in`", place=self.document.locate(place.pointer))
        return self.described(place, node["name"], node["in"])

    def described(self, place: Place, name: str, location: str) -> Parameter:
        """A parameter or header, by what both declare."""
        node = place.node
        style = str(node.get("style") or _DEFAULT_STYLE.get(location, "simple"))
        content = next((media_type for _, media_type in self.media_types(place).items()), None)
        return Parameter(
            name=name,
            location=location,
            required=node.get("required") is True or location == "path",
            schema=node.get("schema"),
            style=style,
            explode=bool(node.get("explode", style in ("form", "cookie"))),
            content=content,
            pointer=place.pointer,
            raw=node,
        )

    def header(self, name: str, place: Place) -> Parameter:
        """A header of a response."""
        return self.described(place, name, "header")

    def body(self, place: Place) -> Body:
        """A request body."""
        return Body(place.node.get("required") is True, self.media_types(place), place.pointer)

    def responses(self, place: Place | None) -> Iterator[tuple[str, Response]]:
        """Responses by status; a range such as `2xx` is written with capitals, and `default` without."""
        for name, response in self.entries(place):
            status = name.upper() if name[1:].lower() == "xx" else name.lower()
            yield status, self.once(response, f"response {status}", partial(self.response, status))

    def with_success(self, method: str, place: Place, declared: dict[str, Response]) -> dict[str, Response]:
        """The responses; one that changes something and declares nothing but errors succeeds with 200, without a body.

        Else a record would be stored although the client gets an error.
        """
        if method not in _CHANGING or not declared or any(status[:1] not in "45" for status in declared):
            return declared
        self.note(f"{place.pointer}: declares nothing but errors: it succeeds with 200, without a body")
        return {"200": Response("200", pointer=place.pointer), **declared}

    def response(self, status: str, place: Place) -> Response:
        """A response."""
        return Response(
            status=status,
            description=str(place.node.get("description") or ""),
            media_types=self.media_types(place),
            headers={
                name: self.once(header, f"header {name}", partial(self.header, name))
                for name, header in self.named(place.get("headers"))
                if name.lower() not in _SERVERS_HEADERS
            },
            pointer=place.pointer,
            assumed=_assumed(place.node),
        )

    def media_types(self, place: Place) -> dict[str, MediaType]:
        """The media types under `content`; an empty name says nothing of the type, which may then be any."""
        found: dict[str, MediaType] = {}
        for name, entry in self.entries(place.get("content")):
            known = name if name.strip() else media.ANY
            if known != name:
                self.note(f"{place.pointer}/content: a media type has no name: it is read as {media.ANY}")
            found.setdefault(known, self.media_type(known, self.resolved(entry)))
        return found

    def media_type(self, name: str, place: Place) -> MediaType:
        """One media type."""
        node = place.node if isinstance(place.node, Mapping) else EMPTY
        return MediaType(name, self.body_schema(name, node), self.examples(name, place), place.pointer, node)

    def body_schema(self, name: str, node: Mapping[str, Any]) -> Any:
        """The schema of a body. That of a sequence is always a list: an `itemSchema` describes each value (OpenAPI 3.2,
        "Streaming Sequential Media Types"), and before 3.2 authors described one value by `schema` too."""
        schema = node.get("schema")
        if media.kind(media.split(name)[0]) not in media.SEQUENTIAL:
            return schema
        if "itemSchema" in node and schema is None:
            return {"type": "array", "items": node["itemSchema"]}
        whole = self.document.resolve(schema) if isinstance(schema, Mapping) else None
        is_one = isinstance(whole, Mapping) and bool(whole) and not _is_text_or_list(whole)
        return {"type": "array", "items": schema} if is_one else schema

    def examples(self, media_type: str, place: Place) -> Mapping[str, Any]:
        """The examples of a media type by name; the unnamed one is `""`."""
        node = place.node if isinstance(place.node, Mapping) else EMPTY
        examples = {"": node["example"]} if "example" in node else {}
        for name, entry in self.entries(place.get("examples")):
            example = self.resolved(entry)
            value = example_value(example.node)
            if value is ABSENT:
                value = self.written_example(media_type, example)
            if value is not ABSENT:
                examples[name] = value
        return examples or EMPTY

    def written_example(self, media_type: str, place: Place) -> Any:
        """An example that is given as it is sent, here or in a file; ABSENT, with a note, where it can't be read."""
        node, kind = place.node, media.kind(media.split(media_type)[0])
        source, text = self.document.source, example_text(node)
        try:
            if text is ABSENT and isinstance(node.get("externalValue"), str):
                source = self.document.external(place.pointer, node["externalValue"])
                raw, fetch = kind == "binary", self.document.access.fetch
                text = b64encode(source.raw(fetch)).decode() if raw else source.text(fetch)
            return parsed(text, source) if kind == "json" and isinstance(text, str) else text
        except DocumentError as error:
            self.note(f"{place.pointer}: the example is not used: {str(error).replace('$ref', 'externalValue')}")
            return ABSENT

    def security(self, node: Any) -> tuple[frozenset[str], ...]:
        """The alternatives of a `security` list, without schemes that the document does not declare."""
        security = requirements(node)
        for name in sorted({name for alternative in security for name in alternative} - self.schemes.keys()):
            self.note(f"security scheme {name!r} is not declared: it is ignored")
        return tuple(frozenset(name for name in alternative if name in self.schemes) for alternative in security)

    def security_schemes(self) -> dict[str, SecurityScheme]:
        """The security schemes by name."""
        components = self.root.get("components")
        schemes = components.get("securitySchemes") if components else None
        valid = ((name, place) for name, place in self.entries(schemes) if self.invalid.within(place) is None)
        return {name: scheme(name, self.resolved(place).node) for name, place in valid}


def _is_text_or_list(schema: Mapping[str, Any]) -> bool:
    named = schema.get("type")
    types = set(named if isinstance(named, list) else [named]) - {"null"}
    return types == {"string"} or "array" in types or ("items" in schema and types == {None})


def _assumed(node: Mapping[str, Any]) -> tuple[str, ...]:
    marks = node.get("x-assumed") or []
    return tuple(map(str, marks if isinstance(marks, list) else [marks]))


def note_ignored(root: Mapping[str, Any], note: Note) -> None:
    """Notes the parts of a document that a server of requests has no use for."""
    if not root.get("paths"):
        note("no path is declared: every request is answered 404")
