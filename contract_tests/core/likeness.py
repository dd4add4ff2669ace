"""Bodies after records that are there: what a target needs beyond the schema, only its records show."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from contract_tests.core.creation import Maker, key_names, key_of, kind
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.locating import has_form
from contract_tests.core.schemas import sendable, taken_in
from contract_tests.core.target import Target


def alike(target: Target, maker: Maker) -> Iterator[tuple[Any, str]]:
    """A body after a record that was there before, with the key of that one, for each kind that an operation makes."""
    own, contract = target.gate.rules.own, target.contract
    names = sendable(contract, maker.operation)
    schema = next(contract.json_request_schemas(maker.operation), None)
    for template in maker.templates:
        record, parameter = _whole(target, template), own.parameter_of(template)
        key = key_of(record, parameter, kind(template))
        body = {name: value for name, value in record.items() if name in names and says_something(value)}
        body = taken_in(contract, schema.value, body) if schema else body
        for name in key_names(body, parameter, kind(template)):
            del body[name]  # the target gives one, or the schema asks for it
        if body:
            yield body, str(key)


def renamed(body: Any, key: str, new: str) -> Any:
    """The body with a new word wherever it has the first one of its key: `kept` of `kept.example.`."""
    word = re.match(r"[\w-]{3,}", key)
    if word is None or word[0].isdigit():
        return body
    return _replaced(body, re.compile(rf"(?<![\w-]){re.escape(word[0])}(?![\w-])"), new)


def says_something(value: Any) -> bool:
    """Whether a value is neither empty nor a number, which may be a counter of the target's own."""
    return bool(value) and (isinstance(value, bool) or not isinstance(value, int | float))


def _whole(target: Target, template: str) -> Mapping[str, Any]:
    """A record that was there, as its read shows it, where a list may show less; empty where none is known."""
    own = target.gate.rules.own
    url = next((one for one in sorted(own.existing) if has_form(one, template)), None)
    if url is not None and template not in own.read and target.contract.match("GET", url):
        with suppress(NotChecked, Broken):
            target.request("GET", url)
    return own.shown.get(template, {})


def _replaced(value: Any, pattern: re.Pattern[str], new: str) -> Any:
    """A value with `new` in all of its texts wherever the pattern matches."""
    if isinstance(value, str):
        return pattern.sub(new, value)
    if isinstance(value, Mapping):
        return {name: _replaced(item, pattern, new) for name, item in value.items()}
    return [_replaced(item, pattern, new) for item in value] if isinstance(value, list) else value
