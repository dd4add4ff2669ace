"""Why openapi-core refuses an answer that keeps the document: every cause is known, and says who is right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

from mockserver.contract.contract import Contract
from mockserver.contract.operations import media
from mockserver.contract.operations.operation import Operation

Cause = Callable[[Contract, Operation, Any, str], bool]


def _bodiless(_: Contract, operation: Operation, heard: Any, theirs: str) -> bool:
    return "MissingData" in theirs and (heard.status in (204, 205, 304) or operation.method == "HEAD")


def _empty_text(_: Contract, __: Operation, heard: Any, theirs: str) -> bool:
    return "MissingData" in theirs and not heard.body and _kind(heard) in ("text", "binary")


def _lost_discriminator(_: Contract, __: Operation, ___: Any, theirs: str) -> bool:
    return "could not be resolved" in theirs or "does not contain discriminating property" in theirs


def _bytes(_: Contract, __: Operation, heard: Any, theirs: str) -> bool:
    if "xml" in (heard.media or ""):
        return False
    return _kind(heard) in ("text", "binary", "lines") and "InvalidData" in theirs


def _xml(_: Contract, __: Operation, heard: Any, theirs: str) -> bool:
    """Well-formed XML: no more can be said of it."""
    if "xml" not in (heard.media or "") or ("Deserialize" not in theirs and "InvalidData" not in theirs):
        return False
    try:
        ElementTree.fromstring(heard.body)
    except ElementTree.ParseError:
        return False
    return True


def _example(contract: Contract, operation: Operation, heard: Any, theirs: str) -> bool:
    response = operation.response_for(heard.status)
    declared = media.declared_for(response.media_types, heard.media or "") if response else None
    if declared is None or "xml" not in (heard.media or ""):
        return False
    schema = contract.resolve(declared.schema)
    given = [*declared.examples.values(), *([schema.get("example")] if isinstance(schema, dict) else [])]
    return heard.body.decode(errors="replace") in given


def _header_style(_: Contract, __: Operation, ___: Any, theirs: str) -> bool:
    return "header" in theirs.lower() and "Deserialize" in theirs


def _regex(_: Contract, __: Operation, ___: Any, theirs: str) -> bool:
    return "does not match" in theirs


def _null(contract: Contract, _: Operation, __: Any, theirs: str) -> bool:
    return contract.document.version == "3.0" and "None for not nullable" in theirs


def _kind(heard: Any) -> str:
    return media.kind(media.split(heard.media or "")[0])


def _made_success(_: Contract, operation: Operation, heard: Any, theirs: str) -> bool:
    response = operation.response_for(heard.status)
    return "ResponseNotFound" in theirs and response is not None and response.pointer == operation.pointer


CAUSES: dict[str, Cause] = {
    "a change that declares nothing but errors succeeds with 200; openapi-core knows no such status": _made_success,
    "204, 205, 304 and the answer to HEAD have no body, whatever is declared (RFC 9110)": _bodiless,
    "an empty text is a body; openapi-core misses it": _empty_text,
    "a discriminator whose value names no schema judges nothing by itself; openapi-core refuses": _lost_discriminator,
    "XML is well-formed; openapi-core holds its bytes or its root against the schema of an object": _xml,
    "the document's own example is no XML": _example,
    "text and bytes are not cast; openapi-core holds them against the type of the schema": _bytes,
    "headers of lists and objects: openapi-core reads another style": _header_style,
    "patterns are ECMA 262 (\\w and \\d are ASCII, $ is the end); openapi-core uses Python's": _regex,
    "nullable beside allOf or oneOf: openapi-core ties it to type": _null,
}


def answer_cause(contract: Contract, operation: Operation, heard: Any, theirs: str) -> str | None:
    """The cause of a difference; None where it is not explained."""
    return next((name for name, holds in CAUSES.items() if holds(contract, operation, heard, theirs)), None)
