"""Parameters of a request: taken from where they travel, cast to their types, checked against their schemas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, Final

import msgspec

from mockserver.contract.messages.casting import Caster
from mockserver.contract.operations import styles
from mockserver.contract.operations.operation import ABSENT, Parameter
from mockserver.contract.schemas.validators import SchemaValidator
from mockserver.contract.schemas.wording import missing
from mockserver.errors import Violation

COOKIES: Final = "set-cookie"
"""The header of which each value has a line of its own."""
Take = Callable[[Mapping[str, Any]], Any]
"""Takes a parameter's text, list or mapping from the values of its location; ABSENT where it is not there."""


class ParameterReader:
    """Reads one parameter."""

    __slots__ = (
        "_allow_empty",
        "_cast",
        "_default",
        "_may_be_absent",
        "_siblings",
        "_take",
        "_validator",
        "key",
        "parameter",
        "place",
    )

    def __init__(
        self, parameter: Parameter, caster: Caster, validator: SchemaValidator | None, siblings: frozenset[str]
    ) -> None:
        schema = parameter.content.schema if parameter.content else parameter.schema
        self.parameter = parameter
        self.key = parameter.name.lower() if parameter.location == "header" else parameter.name
        self.place = f"{parameter.location}.{parameter.name}"
        self._validator = validator
        self._siblings = siblings if parameter.location != "header" else frozenset(map(str.lower, siblings))
        self._allow_empty = parameter.location == "query" and parameter.raw.get("allowEmptyValue") is True
        if parameter.content:
            self._take, self._cast = _first(self.key), _decoder(parameter.content.name)
        else:
            self._take, self._cast = _taker(parameter, self.key, caster, siblings), caster.cast(schema)
        self._default = self._fitting(caster.first(schema, "default"))
        self._may_be_absent = not parameter.required or self._travels_as_nothing(caster)
        if self._default is ABSENT and parameter.required and self._may_be_absent:
            self._default = {}

    def _travels_as_nothing(self, caster: Caster) -> bool:
        """Whether an object without members, which is written as no parameter at all, would do for a required one."""
        parameter = self.parameter
        if not parameter.required or parameter.location != "query" or parameter.content or not parameter.explode:
            return False
        if caster.form(parameter.schema) != "object" or parameter.style not in ("form", "deepObject"):
            return False
        return self._validator is None or self._validator.accepts({})

    def _fitting(self, default: Any) -> Any:
        """The default, where the schema accepts it; some authors write numbers as text."""
        tried = () if default is ABSENT else (default, self._cast(default))
        return next((value for value in tried if self._validator is None or self._validator.accepts(value)), ABSENT)

    def read(self, values: Mapping[str, Any], typed: dict[str, Any], breaches: list[Violation]) -> None:
        """Puts the parameter's value into `typed`, or what is wrong with it into `breaches`."""
        raw = self._take(values)
        if raw is ABSENT:
            self._absent(values, typed, breaches)
            return
        value = self._cast(raw)
        if self._validator is not None and not self._validator.accepts(value):
            value = self._second_try(self._validator, raw, value, breaches)
        typed[self.key] = value

    def _absent(self, values: Mapping[str, Any], typed: dict[str, Any], breaches: list[Violation]) -> None:
        if not self._may_be_absent or self.parameter.location == "path":
            strangers = islice((name for name in values if name not in self._siblings), 100)
            message = missing(self.key, strangers, self.parameter.location)
            breaches.append(Violation(self.place, message, self.parameter.pointer))
        elif self._default is not ABSENT:
            typed[self.key] = self._default

    def _second_try(self, validator: SchemaValidator, raw: Any, value: Any, breaches: list[Violation]) -> Any:
        """Where several types are allowed, `5` may be meant as text; and `?flag=` where it may be empty."""
        if self._allow_empty and raw in ("", []):
            return raw
        if value is not raw and validator.accepts(raw):
            return raw
        breaches.extend(validator.violations(value, self.place))
        return value


def _decoder(media_type: str) -> Callable[[Any], Any]:
    if "json" not in media_type:
        return lambda text: text

    def decode(text: str) -> Any:
        try:
            return msgspec.json.decode(text)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return text

    return decode


def _first(key: str) -> Take:
    def take(values: Mapping[str, Any]) -> Any:
        texts = values.get(key, ABSENT)
        return texts[-1] if isinstance(texts, list) else texts

    return take


def _taker(parameter: Parameter, key: str, caster: Caster, siblings: frozenset[str]) -> Take:
    take = _composed(parameter, key, caster, siblings)
    plain = caster.kinds(parameter.schema) & {"string", "number", "integer", "boolean"}
    if plain and caster.form(parameter.schema) != "primitive" and parameter.location == "query":
        return _or_else(take, _first(key))  # the schema allows an object or a plain value
    return take


def _or_else(take: Take, other: Take) -> Take:
    def either(values: Mapping[str, Any]) -> Any:
        value = take(values)
        return other(values) if value is ABSENT else value

    return either


def _composed(parameter: Parameter, key: str, caster: Caster, siblings: frozenset[str]) -> Take:
    shape = caster.form(parameter.schema)
    if parameter.location in ("path", "header"):
        return _styled(parameter, key, shape)
    if parameter.style == "deepObject":
        return lambda values: styles.deep_object(key, values) or ABSENT
    if shape == "object":
        names = {name: caster.form(inner) for name, inner in caster.properties(parameter.schema).items()}
        return _exploded_object(names, siblings) if parameter.explode else _split(parameter, key, styles.paired)
    if shape == "array":
        return _exploded_list(parameter, key) if parameter.explode else _split(parameter, key, list)
    return _first(key)


def _styled(parameter: Parameter, key: str, shape: str) -> Take:
    """Path and header parameters: one text each; in a path an empty one is none."""
    in_path = parameter.location == "path"
    if key == COOKIES and shape == "array":
        return lambda values: values[key].split("\n") if key in values else ABSENT
    if shape == "primitive" and parameter.style not in ("label", "matrix"):
        if in_path:
            return lambda values: values.get(key) or ABSENT
        return lambda values: values.get(key, ABSENT)

    def take(values: Mapping[str, Any]) -> Any:
        if key not in values or (in_path and not values[key]):
            return ABSENT
        if parameter.style == "matrix":
            return styles.matrix(values[key], parameter.name, shape, explode=parameter.explode)
        read = styles.label if parameter.style == "label" else styles.simple
        return read(values[key], shape, explode=parameter.explode)

    return take


def _exploded_list(parameter: Parameter, key: str) -> Take:
    """`a=1&a=2`; in a cookie, where no name comes twice, `a=1,2`."""
    if parameter.location == "cookie":
        return _split(parameter, key, list)
    return lambda values: values.get(key, ABSENT)


def _split(parameter: Parameter, key: str, build: Callable[[list[str]], Any]) -> Take:
    delimiter = styles.DELIMITERS.get(parameter.style, ",")

    def take(values: Mapping[str, Any]) -> Any:
        texts = values.get(key)
        return ABSENT if texts is None else build(styles.listed(texts[-1], delimiter))

    return take


def _exploded_object(names: Mapping[str, str], siblings: frozenset[str]) -> Take:
    """Each property is a query parameter of its own; without declared ones, the object has all unclaimed parameters."""

    def take(values: Mapping[str, Any]) -> Any:
        mine = {
            name: texts[0] if len(texts) == 1 and names.get(name) != "array" else texts
            for name, texts in values.items()
            if (name in names if names else name not in siblings)
        }
        return mine or ABSENT

    return take
