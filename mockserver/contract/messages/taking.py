"""How the text of a parameter is taken from where it travels, by its location, style and type."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote, unquote_plus

from mockserver.contract.messages.casting import Caster
from mockserver.contract.operations import styles
from mockserver.contract.operations.operation import ABSENT, Parameter

COOKIES: Final = "set-cookie"
"""The header of which each value has a line of its own."""
Values = Mapping[str, Any]
Take = Callable[[Values, Values], Any]
"""Takes a parameter's text, list or mapping from the values of its location, which come decoded and as they were
written; ABSENT where it is not there. Raises Misshapen."""

_PLAIN: Final = frozenset(("string", "number", "integer", "boolean"))


def first(key: str) -> Take:
    """Takes the one text of a parameter, the last where it was sent several times."""

    def take(values: Values, _: Values) -> Any:
        texts = values.get(key, ABSENT)
        return texts[-1] if isinstance(texts, list) else texts

    return take


def takes(parameter: Parameter, key: str, caster: Caster, siblings: frozenset[str]) -> tuple[Take, ...]:
    """How a parameter is read; the further ways are for values that the schema refuses if they are read the first way.

    `siblings` are the names of the location's parameters.
    """
    shape = caster.form(parameter.schema)
    if parameter.location in ("path", "header"):
        return (_styled(parameter, key, shape, dotted=caster.view.legacy),)
    if parameter.location == "cookie":
        return tuple(_of_cookie(parameter, key, caster, siblings))
    found = tuple(_of_query(parameter, key, caster, siblings))
    return tuple(map(_plus_is_data, found)) if parameter.raw.get("allowReserved") is True else found


def _of_query(parameter: Parameter, key: str, caster: Caster, siblings: frozenset[str]) -> Iterator[Take]:
    shape = caster.form(parameter.schema)
    decode = unquote if parameter.raw.get("allowReserved") is True else unquote_plus
    plain = shape != "primitive" and bool(caster.kinds(parameter.schema) & _PLAIN)
    if parameter.style == "deepObject":
        take = _deep_object(key)
    elif shape == "primitive" or (shape == "array" and parameter.explode):
        take = first(key) if shape == "primitive" else _all(key)
    elif shape == "object" and parameter.explode:
        take = _exploded_object(*_members(parameter, caster), siblings)
    else:
        take = _split(parameter, key, shape, decode)
    yield _or_else(take, first(key)) if plain else take  # the schema allows an object or a plain value
    if plain:
        yield first(key)
    if shape == "array" and not parameter.explode:
        yield _whole(key, decode)


def _plus_is_data(take: Take) -> Take:
    """`+` is a reserved character, which `allowReserved` leaves as it is, and no space."""

    def reserved(_: Values, written: Values) -> Any:
        return take({name: list(map(unquote, texts)) for name, texts in written.items()}, written)

    return reserved


def _of_cookie(parameter: Parameter, key: str, caster: Caster, siblings: frozenset[str]) -> Iterator[Take]:
    """Cookies of the style `cookie` are read as they are written (OpenAPI 3.2, 4.12.2.2). The style `form` encodes,
    which not every client does."""
    shape, encodes = caster.form(parameter.schema), parameter.style != "cookie"
    if shape == "object" and parameter.explode:
        take = _exploded_object(*_members(parameter, caster), siblings)
        take = _spread(take) if encodes else take
    elif shape == "array" and parameter.explode:
        take = _exploded_cookie(key) if encodes else _all(key)
    elif shape == "primitive":
        take = first(key)
    else:
        take = _split(parameter, key, shape, unquote if encodes else styles.as_written)
    if encodes:
        yield take
    yield lambda _, written: take(written, written)
    if shape == "array" and not encodes:
        yield lambda _, written: _exploded_cookie(key)(written, written)


def _or_else(take: Take, other: Take) -> Take:
    def either(values: Values, written: Values) -> Any:
        value = take(values, written)
        return other(values, written) if value is ABSENT else value

    return either


def _all(key: str) -> Take:
    return lambda values, _: values.get(key, ABSENT)


def _deep_object(key: str) -> Take:
    return lambda values, _: styles.deep_object(key, values) or ABSENT


def _styled(parameter: Parameter, key: str, shape: str, *, dotted: bool) -> Take:
    """Path and header parameters: one text each; in a path an empty one is none."""
    in_path = parameter.location == "path"
    style, explode = parameter.style if in_path else "simple", parameter.explode
    if key == COOKIES and shape == "array":
        return lambda values, _: values[key].split("\n") if key in values else ABSENT
    if shape == "primitive" and style not in ("label", "matrix"):
        if in_path:
            return lambda values, _: values.get(key) or ABSENT
        if styles.own_delimiter(parameter.schema) == ",":
            return lambda values, _: ",".join(styles.field_parts(values[key])) if key in values else ABSENT
        return lambda values, _: values.get(key, ABSENT)

    def take(values: Values, _: Values) -> Any:
        if key not in values or (in_path and not values[key]):
            return ABSENT
        if style == "matrix":
            return styles.matrix(values[key], parameter.name, shape, explode=explode)
        if style == "label":
            return styles.label(values[key], shape, explode=explode, dotted=dotted)
        return (styles.simple if in_path else styles.field)(values[key], shape, explode=explode)

    return take


def _exploded_cookie(key: str) -> Take:
    """`a=1&a=2`, as the style `form` is written, two cookies of a name, or `a=1,2`."""

    def take(values: Values, _: Values) -> Any:
        texts = values.get(key, ABSENT)
        if texts is ABSENT or len(texts) > 1:
            return texts
        return texts[0].split(f"&{key}=") if f"&{key}=" in texts[0] else styles.listed(texts[0])

    return take


def _split(parameter: Parameter, key: str, shape: str, decode: styles.Decode) -> Take:
    delimiter = styles.DELIMITERS.get(parameter.style, ",")

    def take(_: Values, written: Values) -> Any:
        texts = written.get(key)
        if texts is None:
            return ABSENT
        items = styles.listed(texts[-1], delimiter, decode)
        return styles.paired(items) if shape == "object" else items

    return take


def _whole(key: str, decode: styles.Decode) -> Take:
    """A list of one item, whose delimiters are all encoded."""
    return lambda _, written: [decode(written[key][-1])] if key in written else ABSENT


def _members(parameter: Parameter, caster: Caster) -> tuple[dict[str, str], bool]:
    """The forms of an object's members by name, and whether it may have others."""
    more = caster.first(parameter.schema, "additionalProperties")
    names = {name: caster.form(inner) for name, inner in caster.properties(parameter.schema).items()}
    return names, not names or isinstance(more, Mapping) or more is True


def _exploded_object(names: Mapping[str, str], is_open: bool, siblings: frozenset[str]) -> Take:
    """Each property is a parameter of its own; one that may have others has all unclaimed parameters."""

    def take(values: Values, _: Values) -> Any:
        mine = {
            name: texts[0] if len(texts) == 1 and names.get(name) != "array" else texts
            for name, texts in values.items()
            if name in names or (is_open and name not in siblings)
        }
        return mine or ABSENT

    return take


def _spread(take: Take) -> Take:
    """Cookies of the style `form`, of which one may hold several members: `R=100&G=200`."""

    def spread(values: Values, written: Values) -> Any:
        pairs = "&".join(f"{name}={text}" for name, texts in written.items() for text in texts)
        return take(styles.query_values(pairs, unquote) if "&" in pairs else values, written)

    return spread
