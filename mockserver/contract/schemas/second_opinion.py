"""The only module that knows openapi-core: a second opinion, from another implementation, before a value is refused.

Schemas are converted and compiled by us. Where a refusal is based on keywords that put schemas together (`oneOf`,
`not`, …), a slip in that could refuse what the contract allows; so such a refusal needs the word of openapi-core as
well. It costs a third of a second to import and a millisecond to ask, and is asked for nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec

from mockserver.contract.schemas.compiled import FORMATS, format_accepts

if TYPE_CHECKING:
    from openapi_core.validation.schemas.validators import SchemaValidator

    from mockserver.contract.document.document import Document

DOUBTFUL: Final = frozenset(
    ["anyOf", "contains", "dependentSchemas", "not", "oneOf", "unevaluatedItems", "unevaluatedProperties"]
)
"""Keywords whose breach is checked again."""

MOST_BYTES: Final = 65_536
"""A larger value is not checked again: a validator in Python would take seconds."""

SHARED_FORMATS: Final = (
    *FORMATS,
    *("date-time", "date", "time", "duration", "email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6"),
    *("uri", "uri-reference", "iri", "iri-reference", "uri-template", "uuid", "json-pointer", "regex"),
    "relative-json-pointer",
)
"""Formats that both validators check by the same functions."""


class SecondOpinion:
    """openapi-core's verdict on values by schemas of one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        # By identity of the schema, which the entry keeps, so that no other schema gets the same id.
        self._validators: dict[tuple[int, bool], tuple[Any, SchemaValidator]] = {}

    def accepts(self, schema: Any, value: Any, *, writing: bool) -> bool:
        """Whether openapi-core finds that the value fits; False as well where it cannot tell."""
        try:
            if len(msgspec.json.encode(value)) > MOST_BYTES:
                return False
            self._validator(schema, writing=writing).validate(value)
        except Exception:  # noqa: BLE001 - it refuses, or fails on a document that it cannot read: no second opinion
            return False
        return True

    def _validator(self, schema: Any, *, writing: bool) -> SchemaValidator:
        key = id(schema), writing
        if key not in self._validators:
            self._validators[key] = schema, schema_validator(self._document.root, schema, writing=writing)
        return self._validators[key][1]


def schema_validator(root: Mapping[str, Any], schema: Any, *, writing: bool) -> SchemaValidator:
    """openapi-core's validator for a schema of a document."""
    from jsonschema_path import SchemaPath

    # Without the cache, every look-up resolves its references anew.
    spec = SchemaPath.from_dict({**root, "x-schema": schema}, resolved_cache_maxsize=65_536)
    validator: SchemaValidator = _factory(str(root["openapi"]), writing=writing).create(
        spec, spec / "x-schema", extra_format_validators=format_validators()
    )
    return validator


def format_validators() -> dict[str, Any]:
    """The checks of formats, for openapi-core to agree with the compiled schemas."""
    return {name: format_accepts(name) for name in SHARED_FORMATS}


def _factory(version: str, *, writing: bool) -> Any:
    from openapi_core.validation import schemas

    if version.startswith("3.0"):
        return (
            schemas.oas30_write_schema_validators_factory if writing else schemas.oas30_read_schema_validators_factory
        )
    if version.startswith("3.1"):
        return schemas.oas31_schema_validators_factory
    return schemas.oas32_schema_validators_factory
