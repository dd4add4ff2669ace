"""Known causes why openapi-core rejects a response that is valid by the document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

from mockserver.contract.contract import Contract
from mockserver.contract.operations import media
from mockserver.contract.operations.operation import Operation

Cause = Callable[[Contract, Operation, Any, str], bool]


def _bodiless(_: Contract, operation: Operation, response: Any, message: str) -> bool:
    return "MissingData" in message and (response.status in (204, 205, 304) or operation.method == "HEAD")


def _empty_text(_: Contract, __: Operation, response: Any, message: str) -> bool:
    return "MissingData" in message and not response.body and _kind(response) in ("text", "binary", *media.SEQUENTIAL)


def _lost_discriminator(_: Contract, __: Operation, ___: Any, message: str) -> bool:
    return "could not be resolved" in message or "does not contain discriminating property" in message


def _bytes(_: Contract, __: Operation, response: Any, message: str) -> bool:
    if "xml" in (response.media or ""):
        return False
    return _kind(response) in ("text", "binary", *media.SEQUENTIAL) and "InvalidData" in message


def _xml(_: Contract, __: Operation, response: Any, message: str) -> bool:
    """Well-formed XML; no more can be checked."""
    if "xml" not in (response.media or "") or ("Deserialize" not in message and "InvalidData" not in message):
        return False
    try:
        ElementTree.fromstring(response.body)
    except ElementTree.ParseError:
        return False
    return True


def _example(contract: Contract, operation: Operation, response: Any, message: str) -> bool:
    declared_response = operation.response_for(response.status)
    types = declared_response.media_types if declared_response else {}
    declared = media.declared_for(types, response.media or "")
    if declared is None or "xml" not in (response.media or ""):
        return False
    schema = contract.resolve(declared.schema)
    examples = [*declared.examples.values(), *([schema.get("example")] if isinstance(schema, dict) else [])]
    return response.body.decode(errors="replace") in examples


def _header_style(_: Contract, __: Operation, ___: Any, message: str) -> bool:
    return "header" in message.lower() and "Deserialize" in message


def _regex(_: Contract, __: Operation, ___: Any, message: str) -> bool:
    return "does not match" in message


def _null(contract: Contract, _: Operation, __: Any, message: str) -> bool:
    refused = "None for not nullable" in message or "None is not valid under any of the given schemas" in message
    return contract.document.version == "3.0" and refused


def _kind(response: Any) -> str:
    return media.kind(media.split(response.media or "")[0])


def _assumed_success(_: Contract, operation: Operation, response: Any, message: str) -> bool:
    declared = operation.response_for(response.status)
    return "ResponseNotFound" in message and declared is not None and declared.pointer == operation.pointer


def read_as_meant(contract: Contract, message: str) -> bool:
    """A difference about a schema that no value satisfies; the contract has a note that says how it is read."""
    said = {
        "no value of its enum is of that type": (
            "is not of type",
            "Failed to cast value",
            "not valid under any of the given schemas",
        ),
        "alternatives that accept what another does": ("is valid under each of",),
        "it forbids what the $ref requires": ("Additional properties are not allowed",),
        "matches the pattern beside it": ("is not a ",),
    }
    return any(
        note in one and any(word in message for word in words) for one in contract.notes for note, words in said.items()
    )


MEANT = (
    "an enum of another type, a format that its pattern excludes, equal alternatives of oneOf: no value satisfies "
    "them; read as meant, with a note"
)

CAUSES: dict[str, Cause] = {
    "an operation that declares only errors succeeds with 200; openapi-core knows no such status": _assumed_success,
    "204, 205, 304 and responses to HEAD have no body, whatever is declared (RFC 9110)": _bodiless,
    "an empty text is a body; openapi-core treats it as missing": _empty_text,
    "a discriminator makes no value invalid (OpenAPI 3.1.1, 4.8.25); openapi-core rejects some": _lost_discriminator,
    "XML is well-formed; openapi-core validates its bytes or its root against the schema of an object": _xml,
    "the document's own example isn't XML": _example,
    "text and bytes are not converted; openapi-core validates them against the type of the schema": _bytes,
    "headers with lists and objects: openapi-core reads another style": _header_style,
    "patterns are ECMA 262 (\\w and \\d are ASCII, $ is the end); openapi-core uses Python's": _regex,
    MEANT: lambda contract, _, __, message: read_as_meant(contract, message),
    "nullable next to allOf or oneOf: openapi-core applies it only with type": _null,
}


def answer_cause(contract: Contract, operation: Operation, response: Any, message: str) -> str | None:
    """The cause of a difference, or None if it is unknown."""
    return next((name for name, holds in CAUSES.items() if holds(contract, operation, response, message)), None)
