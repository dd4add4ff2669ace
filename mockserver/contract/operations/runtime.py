"""Runtime expressions (OpenAPI 3.1.1, 4.8.20.4): `$request.body#/url`, alone or in braces within a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

import msgspec

from mockserver.contract.document.pointers import follow, parts_of
from mockserver.contract.operations.operation import ABSENT
from mockserver.contract.operations.styles import query_values
from mockserver.messages import NO_INPUTS, Inputs, Request

_SOURCE: Final = re.compile(
    r"\$(?:(?P<plain>url|method|statusCode)|(?P<of>request|response)\.(?:"
    r"(?P<place>header|query|path)\.(?P<name>.+)|body(?:(?P<mark>[#.])(?P<at>.*))?))"
)
_SCHEMES: Final = ("http://", "https://")
_IN_BRACES: Final = re.compile(r"\{(\$[^{}]*)\}")
_SAFE: Final = "/:@!$'()*,;"


class Messages(msgspec.Struct, frozen=True):
    """A request as its operation reads it, and its response: what expressions are evaluated on."""

    request: Request
    inputs: Inputs = NO_INPUTS
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: Any = ABSENT  #: the decoded body of the response

    @classmethod
    def seen(
        cls, request: Request, path: Mapping[str, str], sent: Any, headers: Mapping[str, str], body: Any
    ) -> Messages:
        """Those of a client that knows what the path names, and has both bodies decoded."""
        return cls(request, Inputs(path, body=sent), headers=tuple(headers.items()), body=body)


Source = Callable[[Messages], Any]
"""The value of an expression; ABSENT where the messages have none."""


class Template(msgspec.Struct, frozen=True):
    """A text with expressions in it, or one expression: its constant parts, and what gives each of the others."""

    text: str
    parts: tuple[str | Source, ...]

    def value(self, messages: Messages) -> Any:
        """The value of one expression, or the text with all of them in it; ABSENT where one has no value.

        Where a value follows other text, characters that would change the structure of a URL are percent-encoded.
        """
        if len(self.parts) == 1 and not isinstance(self.parts[0], str):
            return self.parts[0](messages)
        texts = []
        for place, part in enumerate(self.parts):
            value = part if isinstance(part, str) else _text(part(messages))
            if value is None:
                return ABSENT
            texts.append(value if isinstance(part, str) or place == 0 else quote(value, safe=_SAFE))
        return "".join(texts)


def template_of(text: str) -> Template:
    """The template that a text is. Raises ValueError where an expression in it can't be read."""
    if text.startswith("$"):
        return Template(text, (source_of(text),))
    pieces = _IN_BRACES.split(text)
    parts: list[str | Source] = []
    for place, piece in enumerate(pieces):
        if place % 2:
            parts.append(source_of(piece))
        elif piece:
            parts.append(piece)
    first = parts[0] if parts else ""
    if isinstance(first, str) and not first.startswith(_SCHEMES):
        raise ValueError(f"{text[:100]!r} is neither a URL nor a runtime expression such as {{$request.body#/url}}")
    return Template(text, tuple(parts))


def source_of(expression: str) -> Source:
    """What gives the value of one expression. Raises ValueError where it isn't one."""
    match = _read(expression)
    if match["plain"]:
        return _PLAIN[match["plain"]]
    is_request = match["of"] == "request"
    if match["place"]:
        return _of_place(is_request, match["place"], match["name"])
    names = _names(match)
    return lambda messages: _at(messages.inputs.body if is_request else messages.body, names)


def every_value(expression: str, messages: Messages) -> Iterator[Any]:
    """The values of an expression and of those like it: a position in a list stands for all of its positions.

    Raises ValueError where it isn't an expression.
    """
    match = _read(expression)
    if match["plain"] or match["place"]:
        value = source_of(expression)(messages)
        yield from () if value is ABSENT else [value]
    else:
        yield from _everywhere(messages.inputs.body if match["of"] == "request" else messages.body, _names(match))


def _everywhere(value: Any, names: list[str]) -> Iterator[Any]:
    if not names:
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _everywhere(item, names[1:])
    elif (inner := _at(value, names[:1])) is not ABSENT:
        yield from _everywhere(inner, names[1:])


def _read(expression: str) -> re.Match[str]:
    match = _SOURCE.fullmatch(expression)
    if match is None:
        raise ValueError(f"{expression!r} isn't a runtime expression such as $request.body#/url")
    return match


def _names(match: re.Match[str]) -> list[str]:
    """The names on the way to a part of a body. `$request.body.url` is no expression, and its meaning is clear."""
    at = match["at"] or ""
    return at.split(".") if match["mark"] == "." else parts_of(at if at.startswith("/") else f"/{at}" if at else "")


_PLAIN: Mapping[str, Source] = {
    "url": lambda messages: messages.request.url(messages.request.query),
    "method": lambda messages: messages.request.method,
    "statusCode": lambda messages: messages.status,
}


def _of_place(is_request: bool, place: str, name: str) -> Source:
    if place == "header":
        plain = name.lower()
        if is_request:
            return lambda messages: messages.request.headers.get(plain, ABSENT)
        return lambda messages: next((text for one, text in messages.headers if one.lower() == plain), ABSENT)
    if not is_request:
        raise ValueError(f"a response has no {place}: $response.{place}.{name}")
    if place == "path":
        return lambda messages: messages.inputs.path.get(name, ABSENT)
    return lambda messages: next(iter(query_values(messages.request.query).get(name, ())), ABSENT)


def _at(body: Any, names: list[str]) -> Any:
    if body is None or body is ABSENT:
        return ABSENT
    try:
        return follow(body, names)
    except (LookupError, TypeError):
        dotted = [part for name in names for part in name.split(".")]  # `#/subscription.href` is meant as a path
        return _at(body, dotted) if dotted != names else ABSENT


def _text(value: Any) -> str | None:
    """A value within a text; None where there is none, or none that a text can hold."""
    if value is ABSENT or value is None or isinstance(value, Mapping | list | bytes):
        return None
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
