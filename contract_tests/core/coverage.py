"""Which parts of the contract a run has reached: statuses, properties, enum values, and constraints of inputs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contract_tests.core.answer import NOT_JSON, Answer
from contract_tests.core.contract import Contract, Operation, is_json
from contract_tests.core.document import Place
from contract_tests.core.schemas import mismatches

MOST_REMEMBERED = 200_000  # answers that need no second look
DEEPEST = 8  # levels that count
CONSTRAINTS = (
    "type", "required", "enum", "const", "pattern", "format", "minLength", "maxLength", "minimum", "maximum",
    "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems", "uniqueItems", "additionalProperties", "multipleOf",
)  # fmt: skip
BRANCHES = ("allOf", "anyOf", "oneOf")
INNER = frozenset({"$ref", "enum", "items", "properties", *BRANCHES})  # keywords of which a value shows parts


@dataclass(frozen=True, order=True)
class Part:
    """A part of the contract that can be reached: an operation, a status (or `request`), and what of it."""

    operation: str
    status: str
    what: str = ""


@dataclass
class Coverage:
    """The parts of the contract, and those reached."""

    contract: Contract
    operations: tuple[Operation, ...]
    reached: set[Part] = field(default_factory=set)
    parts: tuple[Part, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.succeeded: set[str] = set()  #: operations that answered with a success at least once
        self.not_judged: Counter[str] = Counter()  #: bodies whose contents no schema of the contract can judge, by type
        self._seen: set[int] = set()
        self._known: dict[tuple[str, str], tuple[str, ...]] = {}
        self._chosen = {operation.id for operation in self.operations}
        self.parts = tuple(sorted({part for operation in self.operations for part in self._parts(operation)}))

    def saw(self, answer: Answer) -> None:
        """Take note of an answer."""
        looks = hash((answer.operation_id, answer.status, answer.body, answer.sent.body))
        if answer.operation_id not in self._chosen or looks in self._seen:
            return
        if len(self._seen) >= MOST_REMEMBERED:
            self._seen.clear()
        self._seen.add(looks)
        operation = self.contract.operation(answer.operation_id)
        if answer.ok or (300 <= answer.status < 400 and operation.response_for(answer.status)):
            self.succeeded.add(operation.id)
        if answer.body and answer.media_type and not is_json(answer.media_type):
            self.not_judged[answer.media_type] += 1
        if response := operation.response_for(answer.status):
            self.reached.add(Part(operation.id, response.status))
            for schema in self.contract.json_answer_schemas(operation, response.status):
                for what in shown(self.contract, schema, [answer.json]):
                    self.reached.add(Part(operation.id, response.status, what))
        self._saw_request(operation, answer)

    @property
    def in_reach(self) -> list[Part]:
        """Parts that a client can bring about: not a server's failures, not its rate limit."""
        return [part for part in self.parts if not is_out_of_reach(part)]

    @property
    def percent(self) -> float:
        """Share of the parts in reach that were reached."""
        parts = self.in_reach
        return 100 * sum(part in self.reached for part in parts) / len(parts) if parts else 100.0

    def missing(self) -> dict[Part, str]:
        """What was not reached, and why not."""
        return {part: self._why(part) for part in self.parts if part not in self.reached}

    def _why(self, part: Part) -> str:
        if is_out_of_reach(part):
            return "no rate limit was reached" if part.status == "429" else "only a failing server returns it"
        if part.status == "request":
            return "no such input was sent and refused"
        if Part(part.operation, part.status) not in self.reached:
            return f"no {part.status} was answered"
        return "the target's data does not show it"

    def _parts(self, operation: Operation) -> Iterator[Part]:
        for status in operation.statuses:
            yield Part(operation.id, status)
            for schema in self.contract.json_answer_schemas(operation, status):
                yield from (Part(operation.id, status, what) for what in self._below(described, schema))
        for schema in self.contract.json_request_schemas(operation):
            yield from (Part(operation.id, "request", what) for what in self._below(constrained, schema))

    def _below(self, parts_of: Callable[[Contract, Place], Iterator[str]], schema: Place) -> tuple[str, ...]:
        """The parts of a schema, which many operations may share."""
        key = (parts_of.__name__, (self.contract.look_up(schema) or schema).pointer)
        if key not in self._known:
            self._known[key] = tuple(dict.fromkeys(parts_of(self.contract, schema)))
        return self._known[key]

    def _saw_request(self, operation: Operation, answer: Answer) -> None:
        body = body_of(answer)
        for schema in self.contract.json_request_schemas(operation) if body is not NOT_JSON else ():
            wrong = list(mismatches(self.contract, schema, body, writing=True))
            if not wrong:
                for what in shown(self.contract, schema, [body], writing=True):
                    self.reached.add(Part(operation.id, "request", what))
            elif 400 <= answer.status < 500:
                for mismatch in wrong:
                    self.reached.add(Part(operation.id, "request", f"{mismatch.kind or '/'} {mismatch.keyword}"))


def body_of(answer: Answer) -> Any:
    """The JSON that a request carried, or `NOT_JSON`."""
    try:
        return json.loads(answer.sent.body)
    except (ValueError, RecursionError):
        return NOT_JSON


def described(contract: Contract, schema: Place, pointer: str = "", above: tuple[str, ...] = ()) -> Iterator[str]:
    """Every property and enum value below a schema, but not those of a schema within itself."""
    schema = contract.look_up(schema) or schema
    if not isinstance(schema.value, Mapping) or len(above) > DEEPEST or schema.pointer in above:
        return
    for value in schema.value.get("enum", ()):
        yield f"{pointer or '/'} = {json.dumps(value)}"
    for name, place in children(contract, schema, writing=False):
        if name is not None:
            yield f"{pointer}/{name}" if name != "*" else f"{pointer}/*"
        below = pointer if name is None else f"{pointer}/{name}"
        yield from described(contract, place, below, (*above, schema.pointer))


def constrained(contract: Contract, schema: Place, pointer: str = "", above: tuple[str, ...] = ()) -> Iterator[str]:
    """Every property of an input, and every constraint on it, but not those of a schema within itself."""
    schema = contract.look_up(schema) or schema
    if not isinstance(schema.value, Mapping) or len(above) > DEEPEST or schema.pointer in above:
        return
    for keyword in CONSTRAINTS:
        if keyword in schema.value and schema.value[keyword] != [] and schema.value[keyword] is not True:
            yield f"{pointer or '/'} {keyword}"
    for name, place in children(contract, schema, writing=True):
        if name not in {None, "*"}:
            yield f"{pointer}/{name}"
        below = pointer if name is None else f"{pointer}/{name}"
        yield from constrained(contract, place, below, (*above, schema.pointer))


def shown(
    contract: Contract,
    schema: Place,
    values: list[Any],
    pointer: str = "",
    above: tuple[str, ...] = (),
    *,
    writing: bool = False,
) -> Iterator[str]:
    """The properties and enum values below a schema that any of the values shows; those of a list at once."""
    schema = contract.look_up(schema) or schema
    if not isinstance(schema.value, Mapping) or not values or len(above) > DEEPEST or schema.pointer in above:
        return
    for value in chosen(values, schema.value.get("enum", ())):
        yield f"{pointer or '/'} = {json.dumps(value)}"
    objects = [value for value in values if isinstance(value, dict)]
    names, above = set[str]().union(*objects), (*above, schema.pointer)
    for name, place in children(contract, schema, writing=writing):
        if name is None:
            yield from shown(contract, place, values, pointer, above, writing=writing)
        elif name == "*":
            if items := [item for value in values if isinstance(value, list) for item in value]:
                yield f"{pointer}/*"
                yield from shown(contract, place, items, f"{pointer}/*", above, writing=writing)
        elif name in names:
            yield f"{pointer}/{name}"
            if not isinstance(place.value, Mapping) or INNER.isdisjoint(place.value):
                continue  # nothing of its values is a part
            below = [value[name] for value in objects if name in value]
            yield from shown(contract, place, below, f"{pointer}/{name}", above, writing=writing)


def chosen(values: list[Any], enum: Any) -> list[Any]:
    """Those of the values that are of an enumeration, each once."""
    plain = dict.fromkeys((type(value), value) for value in values if value.__hash__) if enum else {}
    others = [value for value in values if not value.__hash__] if enum else []
    return [value for value in (*(value for _, value in plain), *others) if value in enum]


def children(contract: Contract, schema: Place, *, writing: bool) -> Iterator[tuple[str | None, Place]]:
    """The schemas directly below a schema: properties that travel in this direction by name, items as `*`, branches
    as None."""
    hidden = "readOnly" if writing else "writeOnly"
    for name in schema.value.get("properties", {}):
        place = contract.look_up(schema, "properties", name)
        if place is not None and not (isinstance(place.value, Mapping) and place.value.get(hidden) is True):
            yield name, place
    if isinstance(schema.value.get("items"), Mapping) and (place := contract.look_up(schema, "items")) is not None:
        yield "*", place
    for keyword in BRANCHES:
        for index, branch in enumerate(schema.value.get(keyword, ())):
            yield None, Place(branch, f"{schema.pointer}/{keyword}/{index}", schema.assumed)


def is_out_of_reach(part: Part) -> bool:
    """Whether only the server can bring it about."""
    return part.status.startswith("5") or part.status == "429"
