"""To which records the members of an example lead, where an operation leaves its response to one that is made up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from mockserver.inference.echoing import leaves_to_example
from mockserver.inference.located_schemas import Schemas
from mockserver.inference.references import References
from mockserver.inference.resources import Resource
from mockserver.inference.routes import VALUE, Route, Shape
from mockserver.state.references import Reference

_MOST: Final = 3_000
"""Operations of a contract above which the references in examples take too long to find at the start."""
Leads = dict[str, dict[str, dict[str, str]]]


def leads(
    routes: Sequence[Route],
    behaviours: Mapping[str, Any],
    resources: Mapping[Shape, Resource],
    references: References,
    schemas: Schemas,
) -> Leads:
    """By operation, the members that name records: with the collection and its field, or the value of the path."""
    found: Leads = {}
    if len(routes) > _MOST:
        return found
    for route in routes:
        answer = schemas.answer(route.operation)
        if route.method != "GET" or answer is None or not leaves_to_example(route, behaviours) or _is_given(route):
            continue
        items = schemas.items(answer) if schemas.is_list(answer) else answer
        members = references.within(items) if items is not None else []
        if said := {".".join(one.path): _target(one, route, resources) for one in members if one.collection}:
            found[route.operation.id] = said
    return found


def _is_given(route: Route) -> bool:
    """Whether the contract has an example of the response, which is shown as it is."""
    good = (one for status, one in route.operation.responses.items() if status.startswith("2"))
    return any(media.examples for one in good for media in one.media_types.values())


def _target(reference: Reference, route: Route, resources: Mapping[Shape, Resource]) -> dict[str, str]:
    return {reference.collection: next(_in_path(reference, route, resources), reference.field)}


def _in_path(reference: Reference, route: Route, resources: Mapping[Shape, Resource]) -> Iterator[str]:
    """The value of the path that is the key of the record."""
    for place, segment in enumerate(route.shape):
        above = resources.get(route.shape[:place]) if segment == VALUE else None
        if above is not None and above.name == reference.collection and above.key == reference.field:
            yield f"$path.{route.value(route.shape[: place + 1])}"
