"""What answers show that the contract does not document: fields, statuses and headers.

A server may add them; a team may want to know.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from contract_tests.core.answer import Answer, Sent, names_in
from contract_tests.core.contract import Contract, Operation

DEEPEST: Final = 8
OPENING: Final = ("additionalProperties", "unevaluatedProperties")
"""Keywords with the schema of members that have no schema of their own."""
INNER: Final = frozenset({"$ref", "items", "prefixItems", "properties", *OPENING, "allOf", "anyOf", "oneOf", "if",
                          "dependentSchemas"})  # fmt: skip
"""Keywords of a schema whose values have members or items that it describes."""
MOST_NAMED: Final = 6  # operations of one part
COMMON_HEADERS: Final = frozenset({
    "accept-ranges", "age", "allow", "alt-svc", "cache-control", "connection", "content-disposition",
    "content-encoding", "content-language", "content-length", "content-location", "content-range",
    "content-security-policy", "content-type", "cross-origin-opener-policy", "date", "etag", "expires",
    "keep-alive", "last-modified", "link", "location", "nel", "permissions-policy", "pragma", "referrer-policy",
    "report-to", "retry-after", "server", "server-timing", "set-cookie", "strict-transport-security", "trailer",
    "transfer-encoding", "upgrade", "vary", "via", "warning", "www-authenticate", "x-content-type-options",
    "x-frame-options", "x-powered-by", "x-xss-protection",
})  # fmt: skip
"""Headers that HTTP and its servers have for every answer."""


@dataclass
class Undocumented:
    """Counts what isn't documented: `found` has the answers by operation, status and what they show."""

    contract: Contract
    found: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    echoes: bool = True  #: whether a server may show again what this run has made up
    sent: set[str] = field(default_factory=set)  #: names of fields in bodies of this run, which a server may show again

    def heard(self, sent: Sent) -> None:
        """Take note of a request."""
        if self.echoes:
            self.sent.update(names_in(sent.json))

    def saw(self, answer: Answer) -> None:
        """Take note of an answer to an operation."""
        if not answer.operation_id or answer.sent.method in {"HEAD", "OPTIONS"}:
            return
        self.heard(answer.sent)
        for part in self.parts(answer):
            self.found[part] += 1

    def lines(self) -> list[str]:
        """One line for each part, with the operations and statuses that show it."""
        places: dict[str, list[str]] = {}
        for (name, status, what), count in sorted(self.found.items()):
            places.setdefault(what, []).append(f"{name} {status} ({count})")
        return [f"{what}: {named(found)}" for what, found in places.items()]

    def parts(self, answer: Answer) -> set[tuple[str, str, str]]:
        """What one answer to an operation shows: the keys of `found`."""
        operation = self.contract.operation(answer.operation_id)
        return {(operation.id, str(answer.status), what) for what in self._of(operation, answer)}

    def _of(self, operation: Operation, answer: Answer) -> Iterator[str]:
        response = operation.response_for(answer.status)
        if response is None:
            yield "the status"
            return
        declared = {name.lower() for name in response.headers}
        for name in answer.headers.keys() - declared - COMMON_HEADERS:
            if not name.startswith(("access-control-", "mock-")):
                yield f"the header {name}"
        schema = self.contract.answer_schema(operation, answer.status, answer.headers.get("content-type", ""))
        if schema is not None and isinstance(answer.json, dict | list):
            found = undeclared(self.contract, [schema.value], [answer.json])
            yield from (f"the field {pointer}" for pointer in found if pointer.rpartition("/")[2] not in self.sent)


def named(places: list[str]) -> str:
    """The first places, and how many more there are."""
    more = f" and {len(places) - MOST_NAMED} more" if len(places) > MOST_NAMED else ""
    return f"{', '.join(places[:MOST_NAMED])}{more}"


def undeclared(
    contract: Contract, schemas: list[Any], values: list[Any], pointer: str = "", depth: int = 0
) -> Iterator[str]:
    """The members of values that none of the schemas declares, where these neither allow nor forbid others; all of a
    list, or of an object whose names are free, are looked at together."""
    parts = contract.parts_of(schemas) if values else []
    if depth > DEEPEST or not parts:
        return
    if items := [item for value in values if isinstance(value, list) for item in value]:
        inner = [one for part in parts for one in (part.get("items"), *(part.get("prefixItems") or ()))]
        yield from undeclared(contract, inner, items, f"{pointer}/*", depth + 1)
    objects = [value for value in values if isinstance(value, Mapping)]
    names = {name for part in parts for name in part.get("properties") or ()} if objects else set()
    known = {*names, *(name for part in parts for name in part.get("required") or () if names)}
    others = dict.fromkeys(name for value in objects for name in value if name not in known)
    if open_ones := [part[word] for part in parts for word in OPENING if word in part]:
        rest = [value[name] for value in objects for name in others if name in value]
        yield from undeclared(contract, open_ones, rest, f"{pointer}/*", depth + 1)
    elif names and not any(part.get("patternProperties") for part in parts):
        yield from (f"{pointer}/{name}" for name in others)
    for name in sorted(names):
        below = [part["properties"][name] for part in parts if name in (part.get("properties") or ())]
        if all(isinstance(one, Mapping) and INNER.isdisjoint(one) for one in below):
            continue
        deeper = [value[name] for value in objects if isinstance(value.get(name), dict | list)]
        yield from undeclared(contract, below, deeper, f"{pointer}/{name}", depth + 1)
