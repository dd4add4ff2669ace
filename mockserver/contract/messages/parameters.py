"""Parameters of a request: taken from where they travel, cast to their types, checked against their schemas."""

from __future__ import annotations

from itertools import islice
from typing import Any

from mockserver.contract.messages.bodies import BodyReader
from mockserver.contract.messages.casting import Caster, as_text
from mockserver.contract.messages.decoding import Undecodable
from mockserver.contract.messages.taking import Take, Values, first, takes
from mockserver.contract.operations.operation import ABSENT, MediaType, Parameter
from mockserver.contract.operations.styles import Misshapen
from mockserver.contract.schemas.validators import SchemaValidator
from mockserver.contract.schemas.wording import missing
from mockserver.errors import Violation


class ParameterReader:
    """Reads one parameter."""

    __slots__ = (
        "_allow_empty",
        "_cast",
        "_default",
        "_may_be_absent",
        "_others",
        "_siblings",
        "_take",
        "_validator",
        "is_list",
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
        content = parameter.content
        ways = (_read_as(content, self.key, caster),) if content else takes(parameter, self.key, caster, siblings)
        self._take: Take = ways[0]
        self._others: tuple[Take, ...] = ways[1:]
        self._cast = as_text if content else caster.cast(schema)
        self.is_list = not content and caster.form(schema) == "array"
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

    def read(
        self, values: Values, typed: dict[str, Any], breaches: list[Violation], written: Values | None = None
    ) -> None:
        """Puts the parameter's value into `typed`, or what is wrong with it into `breaches`.

        `written` are the values before they were percent-decoded, where they differ.
        """
        written = values if written is None else written
        try:
            raw = self._take(values, written)
        except Misshapen as error:
            breaches.append(Violation(self.place, str(error), self.parameter.pointer))
            return
        if raw is ABSENT:
            self._absent(values, typed, breaches)
            return
        value = self._cast(raw)
        if self._validator is not None and not self._validator.accepts(value):
            others = (take(values, written) for take in self._others)
            value = self._second_try(self._validator, [raw, *others], value, breaches)
        typed[self.key] = value

    def _absent(self, values: Values, typed: dict[str, Any], breaches: list[Violation]) -> None:
        if not self._may_be_absent or self.parameter.location == "path":
            strangers = islice((name for name in values if name not in self._siblings), 100)
            message = missing(self.key, strangers, self.parameter.location)
            breaches.append(Violation(self.place, message, self.parameter.pointer))
        elif self._default is not ABSENT:
            typed[self.key] = self._default

    def _second_try(self, validator: SchemaValidator, raws: list[Any], value: Any, breaches: list[Violation]) -> Any:
        """Where several types are allowed, `5` may be meant as text; `?flag=` where it may be empty; and what can be
        read in two ways, such as a list whose commas are all encoded."""
        if self._allow_empty and raws[0] in ("", []):
            return raws[0]
        meant = (one for raw in raws if raw is not ABSENT for one in (self._cast(raw), raw))
        for other in meant:
            if validator.accepts(other):
                return other
        breaches.extend(validator.violations(value, self.place))
        return value


def _read_as(content: MediaType, key: str, caster: Caster) -> Take:
    """Reads the text of a parameter with `content` like a body of that media type."""
    take, reader = first(key), BodyReader(content, content.name, caster, None)
    if reader.kind in ("binary", "multipart"):
        return take

    def read(values: Values, written: Values) -> Any:
        text = take(values, written)
        if not isinstance(text, str):
            return text
        try:
            value, checked = reader.decoded(text.encode())
        except Undecodable as error:
            raise Misshapen(str(error)) from None
        return text if checked is ABSENT else value

    return read
