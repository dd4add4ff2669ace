"""Which parts of the contract a run has reached: statuses, properties, enum values, and constraints of inputs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contract_tests.core.answer import NOT_JSON, Answer
from contract_tests.core.contract import Contract, Operation, Place
from contract_tests.core.schemas import Schemas

DEEPEST = 8  # levels of a recursive schema that count
CONSTRAINTS = (
    "type", "required", "enum", "const", "pattern", "format", "minLength", "maxLength", "minimum", "maximum",
    "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems", "uniqueItems", "additionalProperties", "multipleOf",
)  # fmt: skip
BRANCHES = ("allOf", "anyOf", "oneOf")


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
        self._schemas = Schemas(self.contract)
        self._seen: set[tuple[str, int, bytes, bytes]] = set()
        self._chosen = {operation.id for operation in self.operations}
        self.parts = tuple(sorted({part for operation in self.operations for part in self._parts(operation)}))

    def saw(self, answer: Answer) -> None:
        """Take note of an answer."""
        looks = (answer.operation_id, answer.status, answer.body, answer.sent.body)
        if answer.operation_id not in self._chosen or looks in self._seen:
            return
        self._seen.add(looks)
        operation = self.contract.operation(answer.operation_id)
        status = status_key(operation, answer.status)
        if status is not None:
            self.reached.add(Part(operation.id, status))
            for schema in self._response_schemas(operation, status):
                self._mark(operation.id, status, schema, answer.json)
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
            return "no rate limit was met" if part.status == "429" else "only a failing server answers it"
        if part.status == "request":
            return "no such input was sent and refused"
        if Part(part.operation, part.status) not in self.reached:
            return f"no {part.status} was answered"
        return "the target's data does not show it"

    def _parts(self, operation: Operation) -> Iterator[Part]:
        for status in operation.statuses:
            yield Part(operation.id, status)
            for schema in self._response_schemas(operation, status):
                yield from (Part(operation.id, status, what) for what in described(self.contract, schema))
        for schema in self._request_schemas(operation):
            yield from (Part(operation.id, "request", what) for what in constrained(self.contract, schema))

    def _response_schemas(self, operation: Operation, status: str) -> Iterator[Place]:
        place = self.contract.look_up(Place(operation.definition, operation.pointer), "responses", status)
        yield from self._json_schemas(place)

    def _request_schemas(self, operation: Operation) -> Iterator[Place]:
        yield from self._json_schemas(
            self.contract.look_up(Place(operation.definition, operation.pointer), "requestBody")
        )

    def _json_schemas(self, place: Place | None) -> Iterator[Place]:
        for media_type in place.value.get("content", {}) if place else ():
            schema = self.contract.look_up(place, "content", media_type, "schema") if place else None
            if "json" in media_type and schema is not None:
                yield schema

    def _mark(self, operation: str, status: str, schema: Place, value: Any) -> None:
        for what in met(self.contract, schema, value):
            self.reached.add(Part(operation, status, what))

    def _saw_request(self, operation: Operation, answer: Answer) -> None:
        body = body_of(answer)
        for schema in self._request_schemas(operation):
            misfits = list(self._schemas.misfits(schema, body)) if body is not NOT_JSON else []
            if not misfits and body is not NOT_JSON:
                for what in met(self.contract, schema, body):
                    self.reached.add(Part(operation.id, "request", what))
            if 400 <= answer.status < 500:
                for misfit in misfits:
                    self.reached.add(Part(operation.id, "request", f"{misfit.kind or '/'} {misfit.keyword}"))


def body_of(answer: Answer) -> Any:
    """The JSON that a request carried, or `NOT_JSON`."""
    try:
        return json.loads(answer.sent.body)
    except (ValueError, RecursionError):
        return NOT_JSON


def described(contract: Contract, schema: Place, pointer: str = "", depth: int = 0) -> Iterator[str]:
    """Every property and enum value below a schema."""
    schema = contract.look_up(schema) or schema
    if not isinstance(schema.value, Mapping) or depth > DEEPEST:
        return
    for value in schema.value.get("enum", ()):
        yield f"{pointer or '/'} = {json.dumps(value)}"
    for name, place in children(contract, schema):
        if name is not None:
            yield f"{pointer}/{name}" if name != "*" else f"{pointer}/*"
        yield from described(contract, place, pointer if name is None else f"{pointer}/{name}", depth + 1)


def constrained(contract: Contract, schema: Place, pointer: str = "", depth: int = 0) -> Iterator[str]:
    """Every property of an input, and every constraint on it."""
    schema = contract.look_up(schema) or schema
    if not isinstance(schema.value, Mapping) or depth > DEEPEST:
        return
    for keyword in CONSTRAINTS:
        if keyword in schema.value and schema.value[keyword] not in ([], True):
            yield f"{pointer or '/'} {keyword}"
    for name, place in children(contract, schema):
        if name not in {None, "*"}:
            yield f"{pointer}/{name}"
        yield from constrained(contract, place, pointer if name is None else f"{pointer}/{name}", depth + 1)


def met(contract: Contract, schema: Place, value: Any, pointer: str = "", depth: int = 0) -> Iterator[str]:
    """The properties and enum values below a schema that a value shows."""
    schema = contract.look_up(schema) or schema
    if not isinstance(schema.value, Mapping) or depth > DEEPEST:
        return
    if value in schema.value.get("enum", ()):
        yield f"{pointer or '/'} = {json.dumps(value)}"
    for name, place in children(contract, schema):
        if name is None:
            yield from met(contract, place, value, pointer, depth + 1)
        elif name == "*":
            for item in value if isinstance(value, list) else ():
                yield f"{pointer}/*"
                yield from met(contract, place, item, f"{pointer}/*", depth + 1)
        elif isinstance(value, dict) and name in value:
            yield f"{pointer}/{name}"
            yield from met(contract, place, value[name], f"{pointer}/{name}", depth + 1)


def children(contract: Contract, schema: Place) -> Iterator[tuple[str | None, Place]]:
    """The schemas directly below a schema: properties by name, items as `*`, branches as None."""
    for name in schema.value.get("properties", {}):
        if (place := contract.look_up(schema, "properties", name)) is not None:
            yield name, place
    if isinstance(schema.value.get("items"), Mapping) and (place := contract.look_up(schema, "items")) is not None:
        yield "*", place
    for keyword in BRANCHES:
        for index, branch in enumerate(schema.value.get(keyword, ())):
            yield None, Place(branch, (*schema.pointer, keyword, str(index)), schema.assumed)


def status_key(operation: Operation, status: int) -> str | None:
    """The documented status under which an answer falls."""
    for key in (str(status), f"{status // 100}XX", f"{status // 100}xx", "default"):
        if key in operation.statuses:
            return key
    return None


def is_out_of_reach(part: Part) -> bool:
    """Whether only the server can bring it about."""
    return part.status.startswith("5") or part.status == "429"
