"""The parameters and the body of requests to one operation, read and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote

from msgspec.structs import replace

from mockserver.contract.messages.bodies import BodyReader, unsupported
from mockserver.contract.messages.casting import Caster
from mockserver.contract.messages.parameters import ParameterReader
from mockserver.contract.messages.taking import Values
from mockserver.contract.operations import media, styles
from mockserver.contract.operations.operation import EMPTY, Body, MediaType, Operation, Parameter
from mockserver.contract.schemas.validators import SchemaValidator, SchemaValidators
from mockserver.errors import Refused, Violation
from mockserver.messages import Inputs, Request

_MOST_CONTENT_TYPES: Final = 64
_LONGEST_CONTENT_TYPE: Final = 256  #: characters; the reader of a longer one is not kept
JSON_PATCH: Final = "application/json-patch+json"
_PATCH_OPERATIONS: Final = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["op", "path"],
        "properties": {
            "op": {"enum": ["add", "remove", "replace", "move", "copy", "test"]},
            "path": {"type": "string"},
            "from": {"type": "string"},
        },
    },
}


class InputReader:
    """Reads the requests of one operation."""

    def __init__(self, operation: Operation, caster: Caster, validators: SchemaValidators) -> None:
        self._caster, self._validators = caster, validators
        self._path = self._readers(operation, "path")
        self._query = self._readers(operation, "query")
        self._header = self._readers(operation, "header")
        self._cookie = self._readers(operation, "cookie")
        self._querystring = [
            (one, self._whole_query(one)) for one in operation.parameters if one.location == "querystring"
        ]
        self._body, self._method = operation.body, operation.method
        self._bodies: dict[str, BodyReader] = {}
        self._bare = not (self._path or self._query or self._header or self._cookie or self._querystring)

    def _readers(self, operation: Operation, location: str) -> tuple[ParameterReader, ...]:
        mine = [parameter for parameter in operation.parameters if parameter.location == location]
        names = frozenset(parameter.name for parameter in mine)
        return tuple(ParameterReader(one, self._caster, self._validator_of(one), names) for one in mine)

    def _whole_query(self, parameter: Parameter) -> BodyReader:
        """The query string as one value with a media type of its own (OpenAPI 3.2, 4.12.2)."""
        content = parameter.content or MediaType("application/x-www-form-urlencoded")
        return BodyReader(content, content.name, self._caster, self._validator_of(parameter))

    def _validator_of(self, parameter: Parameter) -> SchemaValidator | None:
        schema = parameter.content.schema if parameter.content else parameter.schema
        if schema is None:
            return None
        base = parameter.content.pointer if parameter.content else parameter.pointer
        return self._validators.of(schema, writing=True, pointer=f"{base}/schema")

    def read(self, path_values: Mapping[str, str], request: Request) -> Inputs:
        """The typed values; `Refused` with 400 or 415 and every violation."""
        wrong: Sequence[Violation] = ()
        path, query, header, cookie = path_values, EMPTY, EMPTY, EMPTY
        if not self._bare:
            found: list[Violation] = []
            wrong = found
            path, query, header, cookie = self._read_parameters(path_values, request, found)
        body = None
        if self._body is not None:
            body, breaches = self._read_body(self._body, request)
            wrong = (*wrong, *breaches) if breaches else wrong
        if wrong:
            raise refusal(wrong)
        return Inputs(path, query, header, cookie, body)

    def _read_parameters(
        self, path_values: Mapping[str, str], request: Request, wrong: list[Violation]
    ) -> tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]:
        """The typed values of path, query, headers and cookies."""
        path = _read(self._path, path_values, wrong) if self._path else path_values
        query: Mapping[str, Any] = self._read_query(request.query, wrong) if self._query else EMPTY
        for parameter, reader in self._querystring:
            query = self._read_whole(parameter, reader, request.query, wrong)
        header = _read(self._header, request.headers, wrong) if self._header else EMPTY
        cookie: Mapping[str, Any] = EMPTY
        if self._cookie:
            sent = request.headers.get("cookie", "")
            written = styles.cookie_values(sent, styles.as_written) if "%" in sent else None
            cookie = _read(self._cookie, styles.cookie_values(sent), wrong, written)
        return path, query, header, cookie

    def _read_query(self, query: str, wrong: list[Violation]) -> dict[str, Any]:
        encoded = "%" in query or "+" in query
        written = styles.query_values(query, styles.as_written) if encoded else None
        return _read(self._query, styles.query_values(query), wrong, written)

    @staticmethod
    def _read_whole(parameter: Parameter, reader: BodyReader, query: str, wrong: list[Violation]) -> Any:
        """The value of the whole query string; what isn't an object has no members that a behaviour could name."""
        if not query and (not parameter.required or reader.kind != "form"):
            wrong += [Violation("query", "is required", parameter.pointer)] if parameter.required else []
            return EMPTY
        text = query if reader.kind == "form" else unquote(query)
        value: Any = EMPTY
        try:
            value, breaches = reader.read(text.encode())
        except Refused as refused:
            breaches = refused.details
        wrong += (replace(breach, place=breach.place.replace("body", "query", 1)) for breach in breaches)
        return value if isinstance(value, dict) else EMPTY

    def _read_body(self, body: Body, request: Request) -> tuple[Any, Sequence[Violation]]:
        header = request.headers.get("content-type", "")
        if not request.body and (not header or not body.required):
            return None, [Violation("body", "is required", body.pointer)] if body.required else []
        reader = self._bodies.get(header) or self._reader(body, header)
        if not request.body and reader.kind == "json":  # an empty form or text is a body, empty JSON is none
            return None, [Violation("body", "is required", body.pointer)]
        return reader.read(request.body)

    def _reader(self, body: Body, header: str) -> BodyReader:
        media_type = media.declared_for(body.media_types, header) if header else media.untyped(body.media_types)
        if media_type is None:
            raise unsupported(body, header)
        validator = None
        if media_type.schema is not None:
            schema = self._patches(header, media_type.schema)
            validator = self._validators.of(schema, writing=True, pointer=f"{media_type.pointer}/schema")
        reader = BodyReader(media_type, header, self._caster, validator)
        if len(header) <= _LONGEST_CONTENT_TYPE:
            if len(self._bodies) >= _MOST_CONTENT_TYPES:
                self._bodies.clear()
            self._bodies[header] = reader
        return reader

    def _patches(self, header: str, schema: Any) -> Any:
        """The schema that a PATCH is checked by. A JSON patch is a list (RFC 6902, section 3): many documents declare
        one object for all media types."""
        is_list = {"array"} & (self._caster.kinds(schema) or {"array"})
        if self._method != "PATCH" or media.split(header)[0] != JSON_PATCH or is_list:
            return schema
        return {"anyOf": [schema, _PATCH_OPERATIONS]}


def _read(
    readers: tuple[ParameterReader, ...], values: Values, wrong: list[Violation], written: Values | None = None
) -> dict[str, Any]:
    typed: dict[str, Any] = {}
    for reader in readers:
        reader.read(values, typed, wrong, written)
    return typed


def refusal(violations: Sequence[Violation]) -> Refused:
    """The 400 with the first violation in its message, and all of them in its details."""
    first = violations[0]
    more = f" (and {len(violations) - 1} more)" if len(violations) > 1 else ""
    return Refused(400, f"{first.place} {first.message}{more}", tuple(violations))
