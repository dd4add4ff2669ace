"""The contract as values: operations and what they declare."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec

ABSENT: Final[Any] = type("Absent", (), {"__repr__": lambda _: "ABSENT", "__bool__": lambda _: False})()
"""Marks what is not there, where `None` is a value (JSON null)."""

EMPTY: Final[Mapping[str, Any]] = MappingProxyType({})
"""A mapping of nothing, shared by all."""


BODILESS: Final = frozenset({204, 205, 304})
"""Statuses whose answers have no body, whatever is declared for them (RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5)."""


def example_value(example: Any) -> Any:
    """The value of one example; ABSENT where it has none. Since 3.2 it may be a `dataValue`."""
    if not isinstance(example, Mapping):
        return ABSENT
    return next((example[name] for name in ("value", "dataValue") if name in example), ABSENT)


def example_text(example: Any) -> Any:
    """The text of an example as it is sent (`serializedValue` of OpenAPI 3.2); ABSENT where it has none."""
    text = example.get("serializedValue") if isinstance(example, Mapping) else None
    return text if isinstance(text, str) else ABSENT


class MediaType(msgspec.Struct, frozen=True):
    """A media type of a body: its schema, and its examples by name (`""` is the unnamed one)."""

    name: str
    schema: Any = None  #: the schema as the document has it (a `$ref` is kept), None when none is declared
    examples: Mapping[str, Any] = EMPTY
    pointer: str = ""
    raw: Mapping[str, Any] = EMPTY


class Parameter(msgspec.Struct, frozen=True):
    """A parameter of path, query, header or cookie."""

    name: str
    location: str
    required: bool = False
    schema: Any = None
    style: str = "simple"
    explode: bool = False
    content: MediaType | None = None
    pointer: str = ""
    raw: Mapping[str, Any] = EMPTY

    def example(self) -> Any:
        """The example that the contract gives, or the first of its examples; ABSENT where it gives none."""
        if "example" in self.raw:
            return self.raw["example"]
        named = self.raw.get("examples")
        values = named.values() if isinstance(named, Mapping) else ()
        both = (given for one in values for given in (example_value(one), example_text(one)))
        return next((given for given in both if given is not ABSENT), ABSENT)


class Body(msgspec.Struct, frozen=True):
    """The request body that an operation declares."""

    required: bool
    media_types: Mapping[str, MediaType]
    pointer: str = ""


class Response(msgspec.Struct, frozen=True):
    """A response that an operation declares, under its status as written: `200`, `4XX` or `default`."""

    status: str
    description: str = ""
    media_types: Mapping[str, MediaType] = EMPTY
    headers: Mapping[str, Parameter] = EMPTY  #: by name as written; location `header`
    pointer: str = ""
    assumed: tuple[str, ...] = ()  #: `x-assumed`: the numbers of the assumptions it is based on


class SecurityScheme(msgspec.Struct, frozen=True):
    """A security scheme: `kind` is `bearer`, `basic`, `apiKey` or as the document has it."""

    name: str
    kind: str
    location: str = "header"
    parameter: str = "authorization"  #: name of header, query parameter or cookie
    raw: Mapping[str, Any] = EMPTY


class Operation(msgspec.Struct, frozen=True):
    """One operation of the contract."""

    id: str
    method: str  #: upper case
    template: str  #: the path as the document writes it, e.g. `/devices/{id}`
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    responses: Mapping[str, Response] = EMPTY
    security: tuple[frozenset[str], ...] = ()  #: alternatives (OR) of scheme names (AND); an empty set lets anybody in
    scopes: tuple[
        frozenset[tuple[str, str]], ...
    ] = ()  #: of each alternative: scheme and scope; none where all need none
    summary: str = ""
    assumed: tuple[str, ...] = ()
    pointer: str = ""
    raw: Mapping[str, Any] = EMPTY

    def response_for(self, status: int) -> Response | None:
        """The declared response for a status: the exact one, else the range, else `default` (OpenAPI 3.1, 4.8.16)."""
        responses = self.responses
        return responses.get(str(status)) or responses.get(f"{status // 100}XX") or responses.get("default")
