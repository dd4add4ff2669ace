"""Why our verdict may differ from openapi-core's: every cause is known, and says who is right."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from mockserver.contract.contract import Contract, Match
from mockserver.contract.messages.casting import Caster
from mockserver.contract.messages.inputs import JSON_PATCH
from mockserver.contract.operations import media
from mockserver.contract.operations.operation import Operation, Parameter
from mockserver.errors import Violation
from mockserver.messages import Request
from tests.mockserver.contract.random_messages import unread_style

Cause = Callable[[Contract, Match, Request, Sequence[Violation], str], bool]


def _empty_value(_: Contract, __: Match, ___: Request, ____: Sequence[Violation], theirs: str) -> bool:
    return "EmptyQueryParameterValue" in theirs


def _http_headers(_: Contract, __: Match, ___: Request, ours: Sequence[Violation], theirs: str) -> bool:
    return (
        not ours
        and re.search(r"header parameter: (accept|authorization|content-type)\b", theirs, re.IGNORECASE) is not None
    )


def _read_only(contract: Contract, match: Match, _: Request, ours: Sequence[Violation], theirs: str) -> bool:
    written = "Tried to write read-only property" in theirs
    closure = _closure(contract, match.operation) if "is a required property" in theirs else []
    required = contract.document.version != "3.0" and '"readOnly"' in json.dumps(closure)
    return not ours and (written or required or any(_referred(contract, node, theirs) for node in closure))


def _referred(contract: Contract, node: Any, theirs: str) -> bool:
    """Whether a missing property is readOnly by a `$ref`, which openapi-core does not follow to see it."""
    properties = node.get("properties") if isinstance(node, dict) else None
    return isinstance(properties, dict) and any(
        f"'{name}' is a required property" in theirs and contract.resolve(inner).get("readOnly") is True
        for name, inner in properties.items()
        if isinstance(inner, dict) and "$ref" in inner
    )


def _default_of_required(_: Contract, match: Match, __: Request, ours: Sequence[Violation], theirs: str) -> bool:
    absent = {violation.place for violation in ours if violation.message == "is required"}
    places = {f"{p.location}.{p.name}" for p in match.operation.parameters}
    return not theirs and bool(absent & places)


def _unread_style(contract: Contract, match: Match, _: Request, ours: Sequence[Violation], theirs: str) -> bool:
    unread = [p.name for p in match.operation.parameters if unread_style(contract, p)]
    named = any(name in theirs or any(name in v.place for v in ours) for name in unread)
    return named or "DeserializeError" in theirs


def _default_as_text(contract: Contract, match: Match, _: Request, ours: Sequence[Violation], theirs: str) -> bool:
    caster = Caster(contract.view)
    wrong = [p for p in match.operation.parameters if isinstance(caster.first(p.schema, "default"), str)]
    return not ours and any(f"parameter: {p.name}" in theirs for p in wrong)


def _lost_discriminator(_: Contract, __: Match, ___: Request, ____: Sequence[Violation], theirs: str) -> bool:
    return "could not be resolved" in theirs or "does not contain discriminating property" in theirs


def _regex(_: Contract, __: Match, ___: Request, ours: Sequence[Violation], theirs: str) -> bool:
    wrong = [violation for violation in ours if "must match" in violation.message]
    return (bool(wrong) and not theirs) or (not ours and "does not match" in theirs)


def _email(_: Contract, __: Match, ___: Request, ours: Sequence[Violation], theirs: str) -> bool:
    return not theirs and bool(ours) and all("must be an email" in violation.message for violation in ours)


def _form(_: Contract, match: Match, request: Request, ____: Sequence[Violation], theirs: str) -> bool:
    kind = media.kind(media.split(request.headers.get("content-type", ""))[0])
    return kind in ("form", "multipart") and "parameter" not in theirs.lower()


def _null(contract: Contract, match: Match, _: Request, ours: Sequence[Violation], theirs: str) -> bool:
    return not ours and contract.document.version == "3.0" and "None for not nullable" in theirs


def _python_numbers(_: Contract, __: Match, request: Request, ours: Sequence[Violation], theirs: str) -> bool:
    words = ("must be an integer", "must be a number", "must be true or false", "is not JSON: Number out of range")
    return not theirs and any(word in violation.message for violation in ours for word in words)


def _union(contract: Contract, match: Match, _: Request, ____: Sequence[Violation], theirs: str) -> bool:
    caster = Caster(contract.view)
    several = [p for p in match.operation.parameters if len(caster.kinds(p.schema) - {"null"}) > 1 or _typeless(p)]
    return any(f"parameter: {p.name}" in theirs for p in several)


def _empty_text(_: Contract, __: Match, request: Request, ours: Sequence[Violation], theirs: str) -> bool:
    said = not request.body and "content-type" in request.headers
    return not ours and said and "MissingRequiredRequestBody" in theirs


def _bytes(_: Contract, __: Match, request: Request, ours: Sequence[Violation], theirs: str) -> bool:
    kind = media.kind(media.split(request.headers.get("content-type", ""))[0])
    return not ours and kind in ("binary", *media.SEQUENTIAL) and "InvalidRequestBody" in theirs


def _json_patch(_: Contract, match: Match, request: Request, ours: Sequence[Violation], theirs: str) -> bool:
    sent = media.split(request.headers.get("content-type", ""))[0]
    return not ours and match.operation.method == "PATCH" and sent == JSON_PATCH and request.body[:1] == b"["


def _unnamed_type(contract: Contract, match: Match, _: Request, ours: Sequence[Violation], theirs: str) -> bool:
    """Whether the body of an operation has a media type without a name, and openapi-core knows none of the sent."""
    body = match.operation.raw.get("requestBody")
    declared = contract.resolve(body) if isinstance(body, dict) else {}
    return not ours and "" in declared.get("content", {}) and "Content for the following mimetype not found" in theirs


def _typeless(parameter: Parameter) -> bool:
    return isinstance(parameter.schema, dict) and "type" not in parameter.schema


def _overlap(_: Contract, __: Match, ___: Request, ours: Sequence[Violation], theirs: str) -> bool:
    return not theirs and bool(ours) and all("its discriminator decides nothing" in one.message for one in ours)


CAUSES: dict[str, Cause] = {
    "an empty query value is text like any other; openapi-core refuses it": _empty_value,
    "Accept, Authorization and Content-Type are no parameters (OpenAPI 3.1.1, 4.8.12.2)": _http_headers,
    "readOnly: may be sent, need not be; openapi-core refuses it in 3.0, demands it since 3.1 or behind a $ref": (
        _read_only
    ),
    "a default does not stand in for a required parameter; openapi-core lets it": _default_of_required,
    "a default written as text is cast; openapi-core refuses the request that relies on it": _default_as_text,
    "a style that openapi-core does not read: label, matrix, spaceDelimited, exploded objects, deepObject of lists": (
        _unread_style
    ),
    "a discriminator refuses no value (OpenAPI 3.1.1, 4.8.25); openapi-core refuses": _lost_discriminator,
    "oneOf refuses a value of several alternatives; openapi-core checks the one that a discriminator names": (_overlap),
    "patterns are ECMA 262 (\\w and \\d are ASCII, $ is the end); openapi-core uses Python's": _regex,
    "an email is an address (RFC 5321); openapi-core takes any text with an @": _email,
    "forms: openapi-core drops undeclared fields, and reads numbers and files otherwise": _form,
    "nullable beside allOf or oneOf: openapi-core ties it to type": _null,
    "text that Python takes for a number or a truth (1_000, nan, yes)": _python_numbers,
    "an empty text with its Content-Type is a body; openapi-core takes it for none": _empty_text,
    "bytes are not checked; openapi-core validates them against the type of the schema": _bytes,
    "a media type without a name may be any; openapi-core waits for a Content-Type without a name": _unnamed_type,
    "a JSON patch is a list of operations (RFC 6902, section 3), though many documents declare an object": _json_patch,
    "a parameter of several types is tried as each; openapi-core takes the first that casts": _union,
}


def cause(contract: Contract, match: Match, request: Request, ours: Sequence[Violation], theirs: str) -> str | None:
    """The cause of a difference; None where it is not explained."""
    return next((name for name, holds in CAUSES.items() if holds(contract, match, request, ours, theirs)), None)


def _closure(contract: Contract, operation: Operation) -> list[Any]:
    """The schemas of an operation's request and all that they refer to."""
    schemas = [media_type.schema for media_type in operation.body.media_types.values()] if operation.body else []
    waiting, seen, nodes = [*schemas, *(p.schema for p in operation.parameters)], set(), []
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict) and isinstance(reference := node.get("$ref"), str):
            if reference not in seen:
                seen.add(reference)
                waiting.append(contract.resolve(node))
        elif isinstance(node, dict | list):
            waiting += node.values() if isinstance(node, dict) else node
            nodes.append(node)
    return nodes
