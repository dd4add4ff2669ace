"""Operators on one field wherever an answer shows it, so that no two answers disagree about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from contract_tests.core.contract import Contract
from contract_tests.core.document import Place
from contract_tests.mutation.body import OTHER_TYPE, shifted
from contract_tests.mutation.proxy import Distort, Forward, Reply, Request
from contract_tests.mutation.sites import Distortion, fields, successes

CENTURY = timedelta(days=36525)
MOVED = {
    "time a century late everywhere": CENTURY,
    "time a century early everywhere": -CENTURY,
    "time two hours early everywhere": timedelta(hours=-2),
}


def sites(contract: Contract) -> Iterator[Distortion]:
    """Every operator at each field of a success; `body` changes the type of those at the top of a body, operation by
    operation."""
    for name, (place, is_nested) in sorted(named_fields(contract).items()):
        if is_nested or place.value.get("type") == "boolean":
            yield site("field of another type everywhere", name, other_type(place))
        if place.value.get("format") == "date-time":
            for operator, by in MOVED.items():
                yield site(operator, name, partial(shifted, by=by))


def named_fields(contract: Contract) -> dict[str, tuple[Place, bool]]:
    """Each field by its name: its schema, and whether it stands anywhere but at the top of a body."""
    found: dict[str, tuple[Place, bool]] = {}
    for _, schema in successes(contract):
        for path, place, _ in fields(contract, schema):
            _, is_nested = found.get(path[-1], (place, False))
            found[path[-1]] = place, is_nested or len(path) > 1
    return found


def other_type(place: Place) -> Callable[[Any], Any]:
    """A value of another type than the schema's."""
    return lambda _: OTHER_TYPE.get(str(place.value.get("type")), 17)


def site(operator: str, name: str, change: Callable[[Any], Any]) -> Distortion:
    """A site that changes the field of that name in every success."""

    def distort(request: Request, forward: Forward) -> Reply:
        reply = forward(request)
        return reply.with_json(changed(reply.json, name, change)) if reply.status == 200 and reply.json else reply

    def make(_: object) -> Distort:
        return distort

    return Distortion(operator, "", name, make)


def changed(value: Any, name: str, change: Callable[[Any], Any]) -> Any:
    """A copy of a JSON value with every member of that name changed."""
    if isinstance(value, Mapping):
        return {key: change(item) if key == name else changed(item, name, change) for key, item in value.items()}
    return [changed(item, name, change) for item in value] if isinstance(value, list) else value
