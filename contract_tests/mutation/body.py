"""Operators on the body: its shape, and the values in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from contract_tests.core.contract import Contract, Operation
from contract_tests.core.document import Place
from contract_tests.mutation.proxy import Reply
from contract_tests.mutation.sites import (
    GONE,
    Change,
    Distortion,
    Path,
    answers_with,
    example_of,
    fields,
    on_reply,
    replaced,
    successes,
)

PAGE = b"<!doctype html><title>Error</title><h1>Something went wrong</h1>"
TRACE = 'Traceback (most recent call last):\n  File "app.py", line 7, in show'
OTHER_TYPE = {"string": 17, "boolean": "yes", "array": {}, "object": [], "integer": "17", "number": "17"}


def body_sites(contract: Contract) -> Iterator[Distortion]:
    """Every operator on the bodies of successes and of what is not found."""
    for operation, schema in successes(contract):
        yield _success("body cut off", operation, lambda reply: replace(reply, body=reply.body[:-2]))
        for path, place, required in fields(contract, schema):
            yield from _of_field(operation, path, place, required)
            if other := example_of_another(contract, operation, path):
                detail = "/".join(path)
                yield _success("text of another operation", operation, partial(_with_value, path, other), detail)
    for operation in answers_with(contract, "404"):
        for name, change in NOT_FOUND.items():
            yield on_reply(name, operation, 404, change)


def example_of_another(contract: Contract, operation: Operation, path: Path) -> str:
    """Another text at the top of the example of another operation of the same method; empty when there is none."""
    own = example_of(contract, operation).get(path[0])
    for other in contract.operations:
        text = example_of(contract, other).get(path[0])
        if len(path) == 1 and other.method == operation.method and isinstance(text, str) and text != own:
            return text
    return ""


def _with_value(path: Path, value: Any, reply: Reply) -> Reply:
    return reply.with_json(replaced(reply.json, path, lambda _: value))


def _success(operator: str, operation: Operation, change: Change, detail: str = "") -> Distortion:
    return on_reply(operator, operation, 200, change, detail)


def _of_field(operation: Operation, path: Path, place: Place, required: bool) -> Iterator[Distortion]:
    def site(operator: str, change: Callable[[Any], Any]) -> Distortion:
        return _success(
            operator, operation, lambda reply: reply.with_json(replaced(reply.json, path, change)), "/".join(path)
        )

    kind = place.value.get("type")
    if required:
        yield site("field dropped", lambda _: GONE)
    if len(path) == 1:
        yield site("field null", lambda _: None)
    if len(path) == 1 and kind != "boolean":
        yield site("field of another type", lambda _: OTHER_TYPE.get(str(kind), 17))
    if kind == "boolean":
        yield site("flag flipped", lambda value: not value)
    elif kind == "array":
        yield from (site(name, change) for name, change in OF_LISTS.items())
    elif place.value.get("format") == "date-time":
        forms = WRITTEN_OTHERWISE if len(path) == 1 else {}
        yield from (site(name, change) for name, change in {**OF_TIMES, **forms}.items())
    elif "enum" in place.value:
        yield site("value outside the enumeration", lambda _: "SOMETHING")
        yield site("another value of the enumeration", another_of(place.value["enum"]))
    elif kind == "string":
        yield site("another text", lambda value: f"{value} x")


def another_of(values: list[Any]) -> Callable[[Any], Any]:
    """The next value of an enumeration."""
    return lambda value: values[(values.index(value) + 1) % len(values)] if value in values else value


def shifted(value: Any, by: timedelta) -> Any:
    """A date-time moved; anything else as it is."""
    try:
        moved = datetime.fromisoformat(value) + by
    except (TypeError, ValueError):
        return value
    return moved.isoformat().replace("+00:00", "Z")


def outdated(item: Any) -> Any:
    """A copy of an item with another id, and all its times a year ago."""
    if not isinstance(item, dict):
        return item
    return {**{name: shifted(value, timedelta(days=-365)) for name, value in item.items()}, "id": "unknown"}


OF_LISTS: dict[str, Callable[[Any], Any]] = {
    "list emptied": lambda _: [],
    "last item left out": lambda items: items[:-1],
    "first item twice": lambda items: [*items[:1], *items],
    "list in another order": lambda items: items[::-1],
    "old item of an unknown id added": lambda items: [*items, *map(outdated, items[:1])],
}
WRITTEN_OTHERWISE: dict[str, Callable[[Any], Any]] = {
    "time as a date": lambda value: str(value)[:10],
    "time in words": lambda value: f"{datetime.fromisoformat(value):%a, %d %b %Y %H:%M:%S} GMT",
}
OF_TIMES: dict[str, Callable[[Any], Any]] = {
    "time without offset": lambda value: str(value).removesuffix("Z"),
    "time five minutes late": lambda value: shifted(value, timedelta(minutes=5)),
    "time a year early": lambda value: shifted(value, timedelta(days=-365)),
}


def _renamed(reply: Reply) -> Reply:
    body = reply.json if isinstance(reply.json, dict) else {}
    return reply.with_json({f"{key}Text" if isinstance(value, str) else key: value for key, value in body.items()})


def _with_texts(change: Callable[[str], Any]) -> Change:
    return lambda reply: reply.with_json(
        {key: change(value) if isinstance(value, str) else value for key, value in (reply.json or {}).items()}
    )


NOT_FOUND: dict[str, Change] = {
    "404 as a page": lambda reply: replace(reply.with_header("content-type", "text/html"), body=PAGE),
    "404 without a body": lambda reply: replace(reply, body=b""),
    "404 in another envelope": _renamed,
    "404 in other words": _with_texts(lambda _: "No."),
    "404 without its last word": _with_texts(lambda text: text.rsplit(" ", 1)[0]),
    "404 with an object for its text": _with_texts(lambda text: {"message": text}),
    "404 with a stack trace": lambda reply: reply.with_json({**(reply.json or {}), "trace": TRACE}),
    "404 without its flag": lambda reply: reply.with_json(
        {key: value for key, value in (reply.json or {}).items() if not isinstance(value, bool)}
    ),
    "404 that claims success": lambda reply: reply.with_json(
        {key: True if value is False else value for key, value in (reply.json or {}).items()}
    ),
}
