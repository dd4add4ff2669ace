"""The places in a contract where an operator applies, and what the operators share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contract_tests.core.contract import Contract, Operation
from contract_tests.core.document import Place
from contract_tests.mutation.proxy import Distort, Forward, Reply, Request

Change = Callable[[Reply], Reply]
Path = tuple[str, ...]
EACH = "*"  # in a path: every item of a list


@dataclass(frozen=True)
class Users:
    """The tokens of the run that checks a mutant."""

    own: str
    other: str

    def counterpart(self, token: str) -> str:
        """The other user's token; empty where the token is neither user's."""
        return {self.own: self.other, self.other: self.own}.get(token, "")


@dataclass(frozen=True)
class Distortion:
    """One way to distort: its operator, the operation that it changes (empty: all), and the detail."""

    operator: str
    site: str
    detail: str
    make: Callable[[Users], Distort]

    @property
    def id(self) -> str:
        """A stable name."""
        return " ".join(part for part in ("answer", self.operator, self.site, self.detail) if part)


def on_operation(operator: str, operation: Operation, make: Callable[[Users, Operation], Distort]) -> Distortion:
    """A site that changes what the operation does."""
    return Distortion(operator, operation.id, "", lambda users: make(users, operation))


def on_reply(operator: str, operation: Operation, status: int, change: Change, detail: str = "") -> Distortion:
    """A site that changes the operation's answers of that status."""

    def distort(request: Request, forward: Forward) -> Reply:
        reply = forward(request)
        return change(reply) if request.operation == operation.id and reply.status == status else reply

    return Distortion(operator, operation.id, detail, lambda _: distort)


def successes(contract: Contract) -> Iterator[tuple[Operation, Place | None]]:
    """Every operation with the schema of its 200 body."""
    for operation in contract.operations:
        response = contract.response(operation, 200)
        if response is not None:
            yield operation, contract.look_up(response, "content", "application/json", "schema")


def example_of(contract: Contract, operation: Operation, status: int = 200) -> Any:
    """The contract's example of an answer of that status; an empty object without one."""
    response = contract.response(operation, status)
    example = contract.look_up(response, "content", "application/json", "example") if response else None
    return example.value if example else {}


def answers_with(contract: Contract, status: str) -> Iterator[Operation]:
    """The operations that document a status."""
    return (operation for operation in contract.operations if status in operation.statuses)


def fields(contract: Contract, schema: Place | None, here: Path = ()) -> Iterator[tuple[Path, Place, bool]]:
    """Every field below a schema: its path, its schema, whether it is required."""
    if schema is None or len(here) > 6:
        return
    if items := contract.look_up(schema, "items"):
        yield from fields(contract, items, (*here, EACH))
    for name in schema.value.get("properties", {}) if isinstance(schema.value, Mapping) else ():
        inner = contract.look_up(schema, "properties", name)
        if inner is not None:
            yield (*here, name), inner, name in schema.value.get("required", ())
            yield from fields(contract, inner, (*here, name))


def records_in(contract: Contract) -> list[Mapping[str, Any]]:
    """The properties of every kind of record that some success shows, by name."""
    records = []
    for _, schema in successes(contract):
        for _, place, _ in fields(contract, schema):
            shown = contract.look_up(place, "items") or place
            properties = shown.value.get("properties", {})
            read = {name: contract.look_up(shown, "properties", name) for name in properties}
            records.append({name: field.value for name, field in read.items() if field})
    return [record for record in records if record]


def replaced(value: Any, path: Path, change: Callable[[Any], Any]) -> Any:
    """A copy of a JSON value with what stands at the path changed; `change` may answer `GONE`."""
    if not path:
        return change(value)
    step, rest = path[0], path[1:]
    if step == EACH and isinstance(value, list):
        return [item for item in (replaced(item, rest, change) for item in value) if item is not GONE]
    if isinstance(value, Mapping) and step in value:
        new = replaced(value[step], rest, change)
        return {key: new if key == step else old for key, old in value.items() if key != step or new is not GONE}
    return value


GONE: Any = object()
"""What `replaced` leaves out."""
