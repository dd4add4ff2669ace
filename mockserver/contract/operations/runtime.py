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


class Expression(msgspec.Struct, frozen=True):
    """One expression: which part of which message it names, and what of that."""

    text: str
    place: str  #: `url`, `method`, `statusCode`, `header`, `query`, `path` or `body`
    of: str = ""  #: `request` or `response`
    name: str = ""  #: of the header or parameter
    at: tuple[str, ...] = ()  #: the way to a member of the body

    def value(self, messages: Messages) -> Any:
        """The value; ABSENT where the messages have none."""
        return _READERS[self.place](self, messages)


class Template(msgspec.Struct, frozen=True):
    """A text with expressions in it, or one expression: its constant parts, and what gives each of the others."""

    text: str
    parts: tuple[str | Expression, ...]

    def value(self, messages: Messages) -> Any:
        """The value of one expression, or the text with all of them in it; ABSENT where one has no value.

        Where a value follows other text, characters that would change the structure of a URL are percent-encoded.
        """
        if len(self.parts) == 1 and not isinstance(self.parts[0], str):
            return self.parts[0].value(messages)
        texts = []
        for place, part in enumerate(self.parts):
            value = part if isinstance(part, str) else _text(part.value(messages))
            if value is None:
                return ABSENT
            texts.append(value if isinstance(part, str) or place == 0 else quote(value, safe=_SAFE))
        return "".join(texts)


def template_of(text: str) -> Template:
    """The template that a text is. Raises ValueError where an expression in it can't be read."""
    if text.startswith("$"):
        return Template(text, (expression_of(text),))
    pieces = _IN_BRACES.split(text)
    parts: list[str | Expression] = []
    for place, piece in enumerate(pieces):
        if place % 2:
            parts.append(expression_of(piece))
        elif piece:
            parts.append(piece)
    first = parts[0] if parts else ""
    if isinstance(first, str) and not first.startswith(_SCHEMES):
        raise ValueError(f"{text[:100]!r} is neither a URL nor a runtime expression such as {{$request.body#/url}}")
    return Template(text, tuple(parts))


def expression_of(text: str) -> Expression:
    """What a text names. Raises ValueError where it isn't an expression."""
    match = _SOURCE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} isn't a runtime expression such as $request.body#/url")
    if match["plain"]:
        return Expression(text, match["plain"])
    if match["place"]:
        if match["of"] == "response" and match["place"] != "header":
            raise ValueError(f"a response has no {match['place']}: {text}")
        return Expression(text, match["place"], match["of"], match["name"])
    # `$request.body.url` is no expression, and its meaning is clear.
    at = match["at"] or ""
    names = at.split(".") if match["mark"] == "." else parts_of(at if at.startswith("/") else f"/{at}" if at else "")
    return Expression(text, "body", match["of"], at=tuple(names))


def every_value(expression: str, messages: Messages) -> Iterator[Any]:
    """The values of an expression and of those like it: a position in a list stands for all of its positions.

    Raises ValueError where it isn't an expression.
    """
    one = expression_of(expression)
    if one.place != "body":
        value = one.value(messages)
        yield from () if value is ABSENT else [value]
    else:
        yield from _everywhere(messages.inputs.body if one.of == "request" else messages.body, list(one.at))


def _everywhere(value: Any, names: list[str]) -> Iterator[Any]:
    if not names:
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _everywhere(item, names[1:])
    elif (inner := _at(value, names[:1])) is not ABSENT:
        yield from _everywhere(inner, names[1:])


def _header(one: Expression, messages: Messages) -> Any:
    plain = one.name.lower()
    if one.of == "request":
        return messages.request.headers.get(plain, ABSENT)
    return next((text for name, text in messages.headers if name.lower() == plain), ABSENT)


_READERS: Final[Mapping[str, Callable[[Expression, Messages], Any]]] = {
    "url": lambda _, messages: messages.request.url(messages.request.query),
    "method": lambda _, messages: messages.request.method,
    "statusCode": lambda _, messages: messages.status,
    "header": _header,
    "path": lambda one, messages: messages.inputs.path.get(one.name, ABSENT),
    "query": lambda one, messages: next(iter(query_values(messages.request.query).get(one.name, ())), ABSENT),
    "body": lambda one, messages: _at(messages.inputs.body if one.of == "request" else messages.body, list(one.at)),
}


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
