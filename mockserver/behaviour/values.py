"""Value expressions of behaviours: `$body.x`, `$record.x`, `$now + period`, `$absent`, or a literal."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from mockserver.behaviour.parts import PART, RELATIONS, Part, query_of
from mockserver.clock import format_instant
from mockserver.contract.operations.operation import ABSENT
from mockserver.contract.schemas.times import written
from mockserver.messages import Inputs, Request, Upload
from mockserver.state.references import EACH

MISSING: Final[Any] = type("Missing", (), {"__repr__": lambda _: "MISSING", "__bool__": lambda _: False})()
"""The result of an expression that has no value; `ABSENT` is only ever written on purpose."""

ROOTS = (
    "path", "query", "header", "cookie", "body", "record", "parent", "records", "total", "more", "next", "page",
    "caller", "now", "absent",
)  # fmt: skip
"""What an expression may begin with, after the `$`."""

_PLAIN: Mapping[str, Callable[[Scope], Any]] = {
    "absent": lambda _: ABSENT,
    "records": lambda scope: list(scope.records),
    "total": lambda scope: scope.total,
    "more": lambda scope: scope.next is not ABSENT,
    "next": lambda scope: scope.next,
}
FORMS = ("unix", "millis", "date", "rfc2822")
"""How `$now` may be written."""
PAGE = (*PART, *(f"{relation}_url" for relation in ("self", *RELATIONS)))
"""What `$page` has."""
_EXPRESSION = re.compile(r"\$(?P<root>[a-z]+)(?:\.(?P<names>[^\s]+))?(?:\s*(?P<sign>[+-])\s*(?P<period>[\w-]+))?")


class Scope(msgspec.Struct):
    """The values that expressions can use while one request is answered."""

    inputs: Inputs
    caller: Mapping[str, Any]
    now: int
    periods: Mapping[str, int]
    record: Any = MISSING
    parent: Any = MISSING  #: the record that `find` selected, once `create` made another
    records: Sequence[Any] = ()  #: the page of the list
    total: int = 0  #: how many records match, on all pages
    next: Any = ABSENT  #: the key of the page's last record, as text, while more records follow
    part: Part = Part()  #: where the page lies in the list
    request: Request | None = None  #: the request as it came
    fails: bool = False  #: whether the jobs that it starts fail


class Value(msgspec.Struct, frozen=True):
    """One compiled expression: its text as written, what it starts from, and how to evaluate it."""

    text: Any
    evaluate: Callable[[Scope], Any]
    root: str = ""  #: `body`, `record`, ...; empty for a literal
    names: tuple[str, ...] = ()
    period: str = ""
    parts: tuple[Value, ...] = ()  #: the expressions inside a literal object or list
    constant: Any = MISSING  #: the value of a literal without expressions


def compile_value(text: Any) -> Value:
    """The expression in a YAML value. Raises ValueError with the problem."""
    if isinstance(text, Mapping):
        return _literal(text, {key: compile_value(item) for key, item in text.items()})
    if isinstance(text, list):
        return _literal(text, [compile_value(item) for item in text])
    if isinstance(text, str) and text.startswith("$$"):
        return _constant(text, text[1:])
    if isinstance(text, str) and text.startswith("$"):
        return _expression(text)
    return _constant(text, text)


def _constant(text: Any, value: Any) -> Value:
    return Value(text, lambda _: value, constant=value)


def _literal(text: Any, parts: Mapping[str, Value] | list[Value]) -> Value:
    inner = tuple(parts.values()) if isinstance(parts, Mapping) else tuple(parts)
    if all(not part.root and not part.parts for part in inner):
        return _constant(text, _built(parts, None))
    return Value(text, lambda scope: _built(parts, scope), parts=inner)


def _built(parts: Any, scope: Any) -> Any:
    if isinstance(parts, Mapping):
        pairs = ((key, part.evaluate(scope)) for key, part in parts.items())
        return {key: value for key, value in pairs if value is not MISSING and value is not ABSENT}
    return [value for part in parts if (value := part.evaluate(scope)) is not MISSING]


def _expression(text: str) -> Value:
    match = _EXPRESSION.fullmatch(text)
    if match is None or match["root"] not in ROOTS:
        raise ValueError(
            f"{text!r} isn't an expression; expressions start with {', '.join('$' + root for root in ROOTS)}"
        )
    root, period = match["root"], match["period"]
    names = tuple(match["names"].split(".")) if match["names"] else ()
    if period and root != "now":
        raise ValueError(f"{text!r}: only $now takes a period")
    if (len(names) != 1 and root in ("path", "header", "cookie", "caller")) or (root == "query" and not names):
        raise ValueError(f"{text!r} doesn't name a single value; write ${root}.NAME")
    if root == "page" and (len(names) != 1 or names[0] not in PAGE):
        raise ValueError(f"{text!r} isn't known of a page; write $page.NAME with one of {', '.join(PAGE)}")
    if root in ("absent", "total", "more", "next") and names:
        raise ValueError(f"{text!r}: ${root} has no parts")
    if root == "now" and names and names[0] not in FORMS:
        raise ValueError(f"{text!r}: $now is written as {', '.join(FORMS)}")
    return Value(text, _evaluator(root, names, match["sign"] == "-", period), root, names, period or "")


def _evaluator(root: str, names: tuple[str, ...], minus: bool, period: str | None) -> Callable[[Scope], Any]:
    if root == "records" and names:
        return lambda scope: [one for record in scope.records if (one := dig(record, names)) is not MISSING]
    if root in _PLAIN:
        return _PLAIN[root]
    if root == "now":
        return _instant(minus, period) if not names else _formed(names[0], minus, period)
    if root == "body":
        return _of_body(names)
    if root == "record":
        return _of_record(names)
    if root == "parent":
        return lambda scope: dig(scope.parent, names)
    if root == "caller":
        return lambda scope: scope.caller.get(names[0], MISSING)
    if root == "page":
        return _of_page(names[0])
    if root == "query" and len(names) > 1:
        return _of_query(names)
    name = names[0].lower() if root == "header" else names[0]
    return lambda scope: getattr(scope.inputs, root).get(name, MISSING)


def _instant(minus: bool, period: str | None) -> Callable[[Scope], str]:
    if period is None:
        return lambda scope: format_instant(scope.now)
    sign = -1 if minus else 1
    return lambda scope: format_instant(scope.now + sign * scope.periods[period])


def _formed(form: str, minus: bool, period: str | None) -> Callable[[Scope], Any]:
    """An instant in another form than RFC 3339."""
    sign = -1 if minus else 1
    return lambda scope: written(form, scope.now + (sign * scope.periods[period] if period else 0))


def _of_body(names: tuple[str, ...]) -> Callable[[Scope], Any]:
    if not names:
        return lambda scope: _without_files(scope.inputs.body) if scope.inputs.body is not None else MISSING
    if names[0] == EACH:
        return lambda scope: _of_map(scope.inputs.body, names)
    if len(names) > 1:
        return lambda scope: dig(scope.inputs.body if scope.inputs.body is not None else MISSING, names)
    name = names[0]

    def member(scope: Scope) -> Any:
        body = scope.inputs.body
        value = body.get(name, MISSING) if type(body) is dict else dig(body, names)
        return bytes(value) if type(value) is Upload else value

    return member


def _of_map(body: Any, names: tuple[str, ...]) -> Any:
    """The values of a map, or what each of them has; of the one that is at hand where it stands for all."""
    if type(body) is not dict or EACH in body:
        return dig(body, names)
    values = list(body.values())
    return dig(values, names[1:]) if names[1:] else values


def _without_files(body: Any) -> Any:
    """A body without its files: a record keeps the bytes of a file only where the behaviour asks for them."""
    if type(body) is not dict or not any(map(_has_files, body.values())):
        return body
    return {name: value for name, value in body.items() if not _has_files(value)}


def _has_files(value: Any) -> bool:
    return type(value) is Upload or (type(value) is list and any(type(one) is Upload for one in value))


def _of_query(names: tuple[str, ...]) -> Callable[[Scope], Any]:
    """A member of an object in the query, or a parameter with a dot in its name."""
    whole = ".".join(names)

    def value(scope: Scope) -> Any:
        query = scope.inputs.query
        return query[whole] if whole in query else dig(query, names)

    return value


def _of_page(name: str) -> Callable[[Scope], Any]:
    if name in PART:
        evaluate = PART[name]
        return lambda scope: evaluate(scope.part)
    relation = name.removesuffix("_url")
    return lambda scope: _url(scope, relation)


def _url(scope: Scope, relation: str) -> str | None:
    """The address of a part of the list; None where there is no such part."""
    request = scope.request
    if request is None:
        return None
    query = request.query if relation == "self" else query_of(scope.part, relation, request.query)
    return None if query is None else request.url(query)


def _of_record(names: tuple[str, ...]) -> Callable[[Scope], Any]:
    if len(names) == 1:
        name = names[0]
        return lambda scope: scope.record.get(name, MISSING) if scope.record is not MISSING else MISSING
    return lambda scope: dig(scope.record, names)


def laid_at(names: tuple[str, ...], value: Any) -> Any:
    """Objects around a value, so that it lies at a path of member names."""
    for name in reversed(names):
        value = {name: value}
    return value


def dig(value: Any, names: tuple[str, ...]) -> Any:
    """The value at a path of member names, through lists too: of a list, what each item has; MISSING where there is
    none."""
    for depth, name in enumerate(names):
        if (type(value) is not dict and not isinstance(value, Mapping)) or name not in value:
            if isinstance(value, Upload):
                part = value.part(name)
                return MISSING if part is None else part
            return _dig_each(value, names[depth:]) if isinstance(value, list) else MISSING
        value = value[name]
    return value


def _dig_each(values: list[Any], names: tuple[str, ...]) -> Any:
    found = [one for value in values if (one := dig(value, names)) is not MISSING]
    return found or MISSING
