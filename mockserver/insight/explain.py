"""Explains a response: the operation, the behaviour's steps, the changed records, and the sources in the contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.clock import format_instant
from mockserver.contract.operations.operation import Operation
from mockserver.exchange.engine import Engine
from mockserver.exchange.exchange import OUTGOING, Exchange
from mockserver.exchange.shown import hiding, shown
from mockserver.insight import snippets
from mockserver.insight.redaction import safe_request
from mockserver.insight.step import Step
from mockserver.insight.steps import steps
from mockserver.upstream.route import BACKEND

_SENTENCES = {
    "kept": "answered by {what}",
    "refused": "refused: {reason}",
    "fault": "{reason}",
    "broken": "replaced by the mock server: {reason}",
    "delivered": "sent by the API, and accepted",
    "undelivered": "sent by the API, and not accepted: {reason}",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A place in a file that the response is based on."""

    what: str
    place: str  #: file and line
    pointer: str = ""  #: JSON Pointer into the contract


@dataclass(frozen=True, slots=True)
class Why:
    """The explanation of one journal entry."""

    entry: Exchange
    shown: Mapping[str, Any]  #: the entry without secrets
    sentence: str
    contract: tuple[Source, ...]
    steps: tuple[Step, ...]
    because: str
    assumed: tuple[str, ...]
    evidence: tuple[Source, ...]
    repeat: Mapping[str, str]


def explain(engine: Engine, entry: Exchange, url: str) -> Why:
    """The explanation of an entry; `url` is the address that the snippets use."""
    operation = operation_of(engine, entry)
    behaviour = engine.behaviours.operations.get(entry.operation or "")
    was_run = behaviour is not None and entry.verdict == "kept" and entry.by != BACKEND
    request = safe_request(entry, engine.journal.secrets, _credentials(engine, entry))
    return Why(
        entry,
        shown(entry, engine.journal.secrets),
        hiding(entry, engine.journal.secrets)(_sentence(engine, entry)),
        tuple(_contract(engine, entry, operation)),
        tuple(steps(engine, entry)),
        behaviour.because if behaviour is not None and was_run else "",
        _assumed(entry, operation, behaviour.assumed if behaviour is not None and was_run else ()),
        tuple(_evidence(engine, entry, operation)),
        {
            "curl": snippets.curl(request, url),
            "fetch": snippets.fetch(request, url),
            "pytest": snippets.pytest_line(request, entry.answer.status, entry.user),
            "playwright": snippets.playwright(request, url, entry.answer.status),
        },
    )


def operation_of(engine: Engine, entry: Exchange) -> Operation | None:
    """The operation of an entry: one that clients call, or what the API itself sends."""
    contract, name = engine.contract, entry.operation or ""
    if entry.verdict not in OUTGOING:
        return contract.operations.get(name)
    return contract.outgoing[name].operation if name in contract.outgoing else None


def _credentials(engine: Engine, entry: Exchange) -> list[tuple[str, str, str]]:
    """The fixture credentials of an entry's user, which are no secret; never those that the client sent."""
    user = next((user for user in engine.fixtures.users if user.name == entry.user), None)
    return engine.pipeline.auth.credentials_of(user) if user is not None else []


def _sentence(engine: Engine, entry: Exchange) -> str:
    if entry.by == BACKEND:
        return _of_backend(entry)
    if entry.operation is None and not entry.reason:
        return "a preflight or OPTIONS request: the response lists the declared methods"
    if entry.verdict in OUTGOING:
        return _SENTENCES[entry.verdict].format(reason=entry.reason)
    behaviour = engine.behaviours.operations.get(entry.operation or "")
    what = "the contract's example, as the request selected it" if entry.steering.wishes else ""
    if not what:
        what = f"its behaviour: {behaviour.because}" if behaviour is not None and behaviour.because else ""
    if not what:
        what = "its behaviour" if behaviour is not None else f"the contract's example: {_why_example(engine, entry)}"
    sentence = _SENTENCES[entry.verdict].format(what=what + _proof(engine, entry), reason=entry.reason)
    return sentence + _more_violations(entry)


def _of_backend(entry: Exchange) -> str:
    """What is said of an answer that comes from the backend, or would have."""
    sentence = f"asked of the backend, because {entry.because}"
    return f"{sentence}; {entry.reason}{_more_violations(entry)}" if entry.reason else sentence


def _proof(engine: Engine, entry: Exchange) -> str:
    """Whether the memory of an operation is proven, where that isn't known from the start."""
    if engine.proving is None or entry.operation not in engine.behaviours.operations:
        return ""
    proven = engine.proving.is_proven(entry.operation)
    return "; its memory is proven" if proven else "; its memory is not proven"


def _why_example(engine: Engine, entry: Exchange) -> str:
    return engine.reasons.get(entry.operation or "", "no behaviour is declared")


def _more_violations(entry: Exchange) -> str:
    """The other violations, where the reason names only the first."""
    more = [f"{item.place} {item.message}" for item in entry.violations[1:4]]
    return f"; {'; '.join(more)}" if more and entry.verdict == "refused" else ""


def _contract(engine: Engine, entry: Exchange, operation: Operation | None) -> Iterator[Source]:
    if operation is None:
        return
    yield _part(engine, f"{operation.id}: {operation.method} {operation.template}", operation.pointer)
    response = operation.response_for(entry.answer.status)
    if response is None:
        yield _part(engine, f"status {entry.answer.status} is not declared", operation.pointer)
    else:
        yield _part(engine, f"response {response.status}", response.pointer)


def _part(engine: Engine, what: str, pointer: str) -> Source:
    """A part of the contract, at the place that its author knows."""
    document = engine.contract.document
    return Source(what, document.locate(pointer), document.as_written(pointer))


def _assumed(entry: Exchange, operation: Operation | None, behaviour: tuple[str, ...]) -> tuple[str, ...]:
    """The assumptions that the behaviour and the response's status are based on."""
    response = operation.response_for(entry.answer.status) if operation is not None else None
    return tuple(dict.fromkeys((*behaviour, *(response.assumed if response is not None else ()))))


def _evidence(engine: Engine, entry: Exchange, operation: Operation | None) -> Iterator[Source]:
    if operation is None:
        return
    behaviour = engine.behaviours.operations.get(operation.id)
    if behaviour is not None and behaviour.place:
        yield Source("what the operation does", behaviour.place)
    response = operation.response_for(entry.answer.status)
    pointers = [operation.pointer] + ([response.pointer] if response is not None else [])
    as_written = [*map(engine.contract.document.as_written, pointers), *(item.pointer for item in entry.violations)]
    for pointer in dict.fromkeys(filter(None, as_written)):
        yield from _marks(engine, pointer)


def _marks(engine: Engine, pointer: str) -> Iterator[Source]:
    """The provenance marks of a node or the nearest node around it: `x-source: page:line`, `x-assumed: A-07`."""
    document = engine.contract.written
    parts = pointer.split("/")
    for length in range(len(parts), 3, -1):
        inner = "/".join(parts[:length])
        try:
            node = document.at(inner)
        except LookupError:
            continue
        marks = list(_own_marks(node, inner, document.locate))
        if marks:
            yield from marks
            return


def _own_marks(node: Any, pointer: str, locate: Any) -> Iterator[Source]:
    if not isinstance(node, Mapping):
        return
    for source in _listed(node.get("x-source")):
        yield Source("documented", source, pointer)
    numbers = _listed(node.get("x-assumed"))
    if numbers:
        yield Source(f"assumed: {', '.join(numbers)}", locate(pointer), pointer)


def _listed(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def why_json(why: Why) -> dict[str, Any]:
    """An explanation as JSON."""
    entry, rendered = why.entry, why.shown
    return {
        "number": entry.number,
        "world": entry.world,
        "request": f"{entry.request.method} {entry.request.path}",
        "status": entry.answer.status,
        "verdict": entry.verdict,
        "sentence": why.sentence,
        "fault": entry.fault,
        "user": entry.user,
        "at": format_instant(entry.at),
        "operation": entry.operation,
        "contract": [_as_json(source) for source in why.contract],
        "steps": [{"verb": step.verb, "did": step.did} for step in why.steps],
        "because": why.because,
        "assumed": list(why.assumed),
        "changes": rendered["changes"],
        "violations": rendered["violations"],
        "evidence": [_as_json(source) for source in why.evidence],
        "repeat": dict(why.repeat),
    }


def _as_json(source: Source) -> dict[str, str]:
    value = {"what": source.what, "place": source.place}
    return {**value, "pointer": source.pointer} if source.pointer else value


def why_text(why: Why) -> str:
    """An explanation as text for a terminal."""
    entry = why.entry
    sender = "the API" if entry.verdict in OUTGOING else "an anonymous client"
    who = f"{entry.user or sender} in world {entry.world}, {format_instant(entry.at)}"
    parts = [f"{entry.request.method} {entry.request.path} -> {entry.answer.status} ({entry.verdict})", f"  by {who}"]
    parts += ["", f"Why: {why.sentence}"]
    parts += _section("Steps", [f"{step.verb:<8} {step.did}" for step in why.steps])
    parts += _section("Violations", [f"{item['place']} {item['message']}" for item in why.shown["violations"]])
    parts += _section("Contract", [f"{source.place}  {source.what}" for source in why.contract])
    parts += _section("Evidence", [f"{source.place}  {source.what}" for source in why.evidence])
    parts += _section("Assumed", [", ".join(why.assumed)] if why.assumed else [])
    parts += _section("Repeat", list(why.repeat.values()))
    safe = ("".join(char if char.isprintable() else repr(char)[1:-1] for char in part) for part in parts)
    return "\n".join(safe) + "\n"


def _section(title: str, lines: list[str]) -> list[str]:
    return ["", f"{title}:", *(f"  {line}" for line in lines)] if lines else []
