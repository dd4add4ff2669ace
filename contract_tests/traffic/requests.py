"""What a client sends wrongly: inputs that the contract forbids, and names that it doesn't know."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, unquote_plus

from contract_tests.core.answer import NOT_JSON, Answer, Sent
from contract_tests.core.checks import Breach
from contract_tests.core.contract import Contract, Operation, Parameter, Violation
from contract_tests.core.redaction import REDACTED
from contract_tests.core.schemas import declared_members, merged_keywords
from contract_tests.core.undocumented import undeclared
from contract_tests.traffic.entry import Entry

POSITION: Final = re.compile(r"\[\d+\]")
STEP: Final = re.compile(r"[.\[\]]+")
STAND_INS: Final = re.compile(
    rf"{re.escape(REDACTED)}|\[(redacted|filtered|masked|removed|hidden)\]|\*{{3,}}|<redacted>", re.IGNORECASE
)
"""What recordings have in the place of a secret."""
BUSTERS: Final = frozenset({"_", "_t", "_ts", "cb", "cachebuster", "nocache"})
"""Names of parameters by which clients pass caches; they mean nothing to a server."""


def breaches(contract: Contract, operation: Operation, entry: Entry) -> Iterator[Breach]:
    """Every way in which the request isn't as the contract requires, as far as the recording shows it."""
    answer = entry.answer
    ended = ending(answer)
    for violation in contract.wrong_inputs(answer.sent):
        if is_known(violation, entry):
            where = POSITION.sub("[*]", violation.place)
            expected = f"{where} of the request as the contract requires"
            kind = f"request {where} {violation.pointer or violation.message}"
            got = f"{violation.place} {violation.message}; {ended}"
            yield Breach(operation.id, kind, expected, got, answer=answer)
    if answer.sent.body and not operation.takes_body and answer.sent.method not in {"GET", "HEAD"}:
        expected, got = "a request without a body, which the contract doesn't declare", f"a body; {ended}"
        yield Breach(operation.id, "request body", expected, got, is_note=True, answer=answer)


def ending(answer: Answer) -> str:
    """What became of a request."""
    return f"the server {'took' if answer.ok else 'refused'} it with {answer.status}" if answer.status else "no answer"


def is_known(violation: Violation, entry: Entry) -> bool:
    """Whether a violation is in the request, rather than in what the recording has made of it."""
    location, _, name = violation.place.partition(".")
    sent = entry.answer.sent
    if location.startswith("body"):
        return entry.request_is_whole and not is_stand_in(part_of(sent.json, violation.place))
    if location == "cookie":
        cookies = [value for key, value in sent.headers.items() if key.lower() == "cookie"]
        return bool(cookies) and not any(map(is_stand_in, cookies))
    if location == "header":
        values = [value for key, value in sent.headers.items() if key.lower() == name.lower()]
        return not any(map(is_stand_in, values))
    if location == "query":
        plain = re.split(r"[.\[]", name, maxsplit=1)[0]
        return not any(is_stand_in(value) for key, value in parse_qsl(sent.query) if key == plain)
    return not is_stand_in(unquote_plus(sent.path))


def is_stand_in(value: Any) -> bool:
    """Whether a value stands for a secret that the recording has left out."""
    return isinstance(value, str) and STAND_INS.search(value) is not None


def part_of(value: Any, place: str) -> Any:
    """The part of a body that a place such as `body.tags[0].name` names; None where there is none."""
    for step in STEP.split(place)[1:]:
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
    return value


def undocumented(contract: Contract, operation: Operation, sent: Sent) -> Iterator[str]:
    """Parameters of the query and fields of the body that the contract doesn't declare."""
    if sent.query and (names := unknown_names(contract, operation, sent.query)):
        yield from (f"the query parameter {name}" for name in sorted(names))
    body = sent.json if sent.body and operation.takes_body else NOT_JSON
    if isinstance(body, dict | list):
        schemas = [place.value for place in contract.json_request_schemas(operation)]
        yield from (f"the request field {pointer}" for pointer in undeclared(contract, schemas, [body]))


def unknown_names(contract: Contract, operation: Operation, query: str) -> set[str]:
    """The names in a query that are no parameter of the operation."""
    sent = names_in(query)
    declared = [one for one in operation.parameters if one.location in {"query", "querystring"}]
    if any(one.location == "querystring" or is_open(contract, one) for one in declared):
        return set()
    known = {name for one in declared for name in names_of(contract, one)} | keys_in_queries(contract)
    plain = {name.partition("[")[0] for name in known}
    return {name for name in sent if name not in known | BUSTERS | plain}


def names_in(query: str) -> set[str]:
    """The names in a query: of `filter[kind]`, which is a part of a parameter, that of the parameter."""
    return {unquote_plus(pair.partition("=")[0]).partition("[")[0] for pair in query.split("&") if pair}


def names_of(contract: Contract, parameter: Parameter) -> set[str]:
    """The names by which a parameter travels: its own, or those of an object's members."""
    members = declared_members(contract, parameter.schema) if parameter.style == "form" and parameter.explode else {}
    return {parameter.name, *members}


def is_open(contract: Contract, parameter: Parameter) -> bool:
    """Whether any name may be a part of a parameter: it is an object, whose members are parameters of their own."""
    if parameter.style != "form" or not parameter.explode or not isinstance(parameter.schema, Mapping):
        return False
    keywords = merged_keywords(contract, parameter.schema)
    is_object = "object" in str(keywords.get("type", "")) or "additionalProperties" in keywords
    return is_object and keywords.get("additionalProperties") is not False and not keywords.get("properties")


def keys_in_queries(contract: Contract) -> set[str]:
    """The names of credentials that travel in queries."""
    schemes = contract.reader.security_schemes.values()
    return {one.parameter for one in schemes if one.kind == "apiKey" and one.location == "query"}
