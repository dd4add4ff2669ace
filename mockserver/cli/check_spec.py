"""What a mock of a contract will do, operation by operation, before anybody asks it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from mockserver.behaviour.vocabulary import Behaviour
from mockserver.contract.contract import Contract
from mockserver.contract.operations.operation import Operation
from mockserver.contract.operations.overloads import unsendable
from mockserver.errors import MockError
from mockserver.exchange.engine import Engine

_MOST_LOCATED, _LARGE = 20, 2_000_000
"""Notes that are given their line, and characters of a document that are read again and again to find it."""

Manner = Literal["stateful", "example", "unservable"]


class Finding(msgspec.Struct, frozen=True):
    """How one operation will be served: with memory, from the contract's example, or not at all, and why."""

    operation: Operation
    manner: Manner
    why: str = ""


def inspect(engine: Engine) -> Iterator[Finding]:
    """A finding for each operation, in the contract's order."""
    for operation in engine.contract.operations.values():
        trouble = _unreached(operation) or _trouble(engine, operation)
        behaviour = engine.behaviours.operations.get(operation.id)
        if trouble:
            yield Finding(operation, "unservable", trouble)
        elif behaviour is not None:
            yield Finding(operation, "stateful", _verbs(behaviour))
        else:
            yield Finding(operation, "example", engine.reasons.get(operation.id, "no behaviour is declared for it"))


def _unreached(operation: Operation) -> str:
    """Why no request can be one to this operation; empty when one can."""
    names = ", ".join(f"{{{name}}}" for name in unsendable(operation))
    return f"it cannot be reached: no request sends what comes after the # of its path ({names})" if names else ""


def _trouble(engine: Engine, operation: Operation) -> str:
    """Why the answer of success cannot be made so that it keeps the contract; empty when it can."""
    pipeline = engine.pipeline
    try:
        reply = pipeline.builder.compose(operation, pipeline.success[operation.id], ())
    except MockError as error:
        return str(error)
    violations = engine.contract.check_response(operation, reply.status, reply.headers, reply.media, reply.value)
    return "; ".join(f"{found.place} {found.message}" for found in violations[:3])


def _verbs(behaviour: Behaviour) -> str:
    if behaviour.call is not None:
        return "call"
    queries = (("find", behaviour.find), ("create", behaviour.create), ("list", behaviour.list))
    said = [f"{verb} {query.collection}" for verb, query in queries if query is not None]
    said += ["set"] if behaviour.set is not None else []
    return ", ".join([*said, *(f"remove {query.collection}" for query in behaviour.remove)]) or "reply"


def report(engine: Engine) -> tuple[list[str], bool]:
    """The findings as lines for people, and whether all operations can be served."""
    findings = list(inspect(engine))
    width = max((len(found.operation.id) for found in findings), default=0)
    lines = []
    for manner, title in (("stateful", "With memory"), ("example", "From the example"), ("unservable", "Not servable")):
        group = [found for found in findings if found.manner == manner]
        if group:
            lines += [f"{title} ({len(group)})"]
            lines += [f"  {found.operation.id:<{min(width, 40)}}  {found.why}" for found in group]
    lines += [f"Note: {note}" for note in _placed(engine.contract, [*engine.contract.notes, *_passed_over(engine)])]
    return lines, all(found.manner != "unservable" for found in findings)


def _passed_over(engine: Engine) -> Iterator[str]:
    """The examples that break their own schema: values made from it are answered instead."""
    contract = engine.contract
    answers = (one for operation in contract.operations.values() for one in operation.responses.values())
    for media in {media.pointer: media for answer in answers for media in answer.media_types.values()}.values():
        for name, value in media.examples.items() if media.schema is not None and "json" in media.name else ():
            broken = contract.violations(media.schema, value, place="body")
            if broken:
                what = f"example {name!r}" if name else "example"
                yield f"{media.pointer}: its {what} is not answered: {broken[0].place} {broken[0].message}"


def _placed(contract: Contract, notes: Iterable[str]) -> Iterator[str]:
    """The notes, the first of them with file and line."""
    document = contract.document
    many = 0 if document.source.remote or len(document.source.text()) > _LARGE else _MOST_LOCATED
    for number, note in enumerate(notes):
        pointer = note.partition(" ")[0].rstrip(":")
        placed = number < many and pointer.startswith(("/paths", "/components", "/info", "/tags", "/servers"))
        yield f"{document.locate(pointer)}: {note}" if placed else note
