"""Reports how a mock server would serve each operation of a contract."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from mockserver.behaviour.ignoring import without_effect
from mockserver.behaviour.vocabulary import Behaviour
from mockserver.contract.contract import Contract
from mockserver.contract.operations import media
from mockserver.contract.operations.judged import unchecked
from mockserver.contract.operations.operation import Operation
from mockserver.contract.operations.overloads import unsendable
from mockserver.errors import MockError
from mockserver.exchange.engine import Engine

_LOCATED_NOTES, _LARGE = 20, 2_000_000
"""How many notes get a line number, and above which size of the document none does: each search reads all of it."""

Kind = Literal["stateful", "example", "unservable"]


class Finding(msgspec.Struct, frozen=True):
    """How one operation will be served: statefully, from the contract's example, or not at all, and why."""

    operation: Operation
    kind: Kind
    why: str = ""


def inspect(engine: Engine) -> Iterator[Finding]:
    """A finding for each operation, in the contract's order."""
    for operation in engine.contract.operations.values():
        problem = _unreached(operation) or _problem(engine, operation)
        behaviour = engine.behaviours.operations.get(operation.id)
        if problem:
            yield Finding(operation, "unservable", problem)
        elif behaviour is not None:
            yield Finding(operation, "stateful", _verbs(behaviour) + _idle(operation, behaviour))
        else:
            yield Finding(operation, "example", engine.reasons.get(operation.id, "no behaviour is declared"))


def _unreached(operation: Operation) -> str:
    """Why no request can reach this operation; empty when one can."""
    names = ", ".join(f"{{{name}}}" for name in unsendable(operation))
    return f"it can't be reached: clients never send the part of a path after # ({names})" if names else ""


def _problem(engine: Engine, operation: Operation) -> str:
    """Why no valid success response can be generated; empty when one can."""
    pipeline = engine.pipeline
    try:
        reply = pipeline.builder.compose(operation, pipeline.success[operation.id], ())
    except MockError as error:
        return str(error)
    violations = engine.contract.check_response(operation, reply.status, reply.headers, reply.media, reply.value)
    return "; ".join(f"{violation.place} {violation.message}" for violation in violations[:3])


def _idle(operation: Operation, behaviour: Behaviour) -> str:
    """The query parameters that change nothing."""
    names = without_effect(operation, behaviour)
    return f"; without effect: {', '.join(names)}" if names else ""


def _verbs(behaviour: Behaviour) -> str:
    if behaviour.call is not None:
        return "call"
    queries = (("find", behaviour.find), ("create", behaviour.create), ("list", behaviour.list))
    verbs = [f"{verb} {query.collection}" for verb, query in queries if query is not None]
    verbs += ["set"] if behaviour.set is not None else []
    return ", ".join([*verbs, *(f"remove {query.collection}" for query in behaviour.remove)]) or "reply"


def report(engine: Engine) -> tuple[list[str], bool]:
    """The findings as lines of text, and whether all operations can be served."""
    findings = list(inspect(engine))
    width = max((len(finding.operation.id) for finding in findings), default=0)
    lines = []
    for kind, title in (("stateful", "Stateful"), ("example", "Example only"), ("unservable", "Not servable")):
        group = [finding for finding in findings if finding.kind == kind]
        if group:
            lines += [f"{title} ({len(group)})"]
            lines += [f"  {finding.operation.id:<{min(width, 40)}}  {finding.why}" for finding in group]
    lines += _memory(engine)
    engine.contract.judge()
    notes = [*engine.contract.notes, *_unchecked(engine.contract), *_invalid_examples(engine)]
    lines += [f"Note: {note}" for note in _placed(engine.contract, notes)]
    return lines, all(finding.kind != "unservable" for finding in findings)


def _memory(engine: Engine) -> Iterator[str]:
    """How many operations have shown their memory in a scratch world, and which of the stateful ones could not."""
    if not engine.proofs:
        return
    total, stateful = len(engine.contract.operations), engine.behaviours.operations.keys()
    proven = frozenset().union(*(proof.proven for proof in engine.proofs)) & stateful
    yield f"Proven memory: {len(proven)} of {total} operations ({100 * len(proven) // max(total, 1)}%)"
    unproven = [name for name in stateful if name not in proven]
    if unproven:
        yield f"Stateful, but not proven, as no request or record could be made: {', '.join(unproven)}"


def _unchecked(contract: Contract) -> Iterator[str]:
    """The media types whose schemas check no body, each with the first place and the number of places."""
    places: dict[str, list[str]] = {}
    for operation in contract.operations.values():
        for one in unchecked(operation):
            places.setdefault(media.split(one.name)[0], []).append(contract.document.as_written(one.pointer))
    for name, pointers in places.items():
        more = f" (and {len(pointers) - 1} more)" if len(pointers) > 1 else ""
        yield f"{pointers[0]}: bodies of {name} are not checked by their schema{more}"


def _invalid_examples(engine: Engine) -> Iterator[str]:
    """The examples that are invalid by their own schema: generated values are used instead."""
    contract = engine.contract
    as_written = contract.document.as_written
    answers = (one for operation in contract.operations.values() for one in operation.responses.values())
    medias = (one for answer in answers for one in answer.media_types.values())
    for one in {as_written(f"{media_type.pointer}/example"): media_type for media_type in medias}.values():
        for name, value in one.examples.items() if one.schema is not None and "json" in one.name else ():
            broken = contract.violations(one.schema, value, place="body")
            if broken:
                what = f"example {name!r}" if name else "example"
                yield f"{as_written(one.pointer)}: its {what} is not used: {broken[0].place} {broken[0].message}"


def _placed(contract: Contract, notes: Iterable[str]) -> Iterator[str]:
    """The notes, the first ones with file and line."""
    document = contract.written
    many = 0 if document.source.remote or len(document.source.text()) > _LARGE else _LOCATED_NOTES
    for number, note in enumerate(notes):
        pointer = note.partition(" ")[0].rstrip(":")
        placed = number < many and pointer[:1] == "/" and pointer.split("/")[1] in document.root
        yield f"{document.locate(pointer)}: {note}" if placed else note
