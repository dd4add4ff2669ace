"""Records that are the result of what was sent, as a completion is of a prompt: they come with contents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mockserver.contract.operations.operation import Operation
from mockserver.contract.schemas.naming import plain, words
from mockserver.generate.newness import is_wrong
from mockserver.inference.located_schemas import LocatedSchema, Schemas
from mockserver.inference.names import find_alike, sayable
from mockserver.inference.resources import Resource

_RESULTS: Final = frozenset(
    {"choice", "choices", "output", "outputs", "result", "results", "candidates", "generations", "completions",
     "predictions", "answers", "segments", "matches", "suggestions", "recommendations", "embeddings", "translations",
     "detections", "findings", "contents", "content", "parts"}
)  # fmt: skip
"""Last words of lists that only the server can fill."""
_AMOUNTS: Final = frozenset({"usage", "statistics", "stats", "metrics", "timing", "timings"})
"""Words of objects that measure how a result was made."""
_DONE: Final = ("completed", "complete", "succeeded", "success", "finished", "done", "ok")


@dataclass(frozen=True, slots=True)
class Result:
    """The fields of a new record that have contents, and the state that it is in."""

    fields: tuple[str, ...] = ()
    state: tuple[tuple[str, str], ...] = ()


def result_of(operation: Operation, resource: Resource, schemas: Schemas) -> Result:
    """What a new record has because it is a result; nothing where it is not."""
    body = schemas.body(operation.body)
    sent = schemas.members(body) if body is not None else {}
    shown = schemas.members(resource.record)
    unsent = {name: one for name, one in shown.items() if sayable(name) and find_alike(name, sent) is None}
    lists = [name for name, one in unsent.items() if _is_made(name, one, resource, schemas)]
    if not lists or not sent:
        return Result()
    measured = [name for name, one in unsent.items() if schemas.is_object(one) and not _AMOUNTS.isdisjoint(words(name))]
    return Result((*lists, *measured), tuple(_state(unsent, schemas)))


def _is_made(name: str, schema: LocatedSchema, resource: Resource, schemas: Schemas) -> bool:
    """Whether a list of objects must be there, and its name is that of a result."""
    items = schemas.items(schema) if schemas.is_list(schema) else None
    if items is None or name not in schemas.required(resource.record) or is_wrong(name):
        return False
    return words(name)[-1:] != () and words(name)[-1] in _RESULTS and bool(schemas.members(items))


def _state(unsent: Mapping[str, LocatedSchema], schemas: Schemas) -> list[tuple[str, str]]:
    for name in ("status", "state"):
        listed = next(iter(schemas.each(unsent[name], "enum")), None) if name in unsent else None
        named = {plain(value): value for value in listed or () if isinstance(value, str)}
        done = next((named[word] for word in _DONE if word in named), None)
        if done is not None:
            return [(name, done)]
    return []
