"""Which records above a parent are made with it on first use (`--unknown-parents adopt`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from mockserver.behaviour.vocabulary import Behaviour, Query
from mockserver.contract.contract import Contract


def with_ancestors(operations: Mapping[str, Behaviour], contract: Contract) -> dict[str, Behaviour]:
    """The behaviours; those that adopt a parent with the records that the path names above it, the outermost first.

    These are what the operations find at the beginnings of the path: `/orgs/{org}` of `/orgs/{org}/repos/{repo}/tags`.
    """
    named: dict[str, Query] = {}
    for name, behaviour in operations.items():
        query, template = behaviour.find, contract.operations[name].template
        if query is not None and template.endswith("}") and all(value.root == "path" for _, value in query.filters):
            named.setdefault(template, query)
    return {name: _adopting(one, contract.operations[name].template, named) for name, one in operations.items()}


def _adopting(behaviour: Behaviour, template: str, named: Mapping[str, Query]) -> Behaviour:
    query = behaviour.find
    if query is None or not query.adopts:
        return behaviour
    above = tuple(one for one in _beginnings(template, named) if one.collection != query.collection)
    return replace(behaviour, find=replace(query, above=above)) if above else behaviour


def _beginnings(template: str, named: Mapping[str, Query]) -> Iterator[Query]:
    segments = template.split("/")
    for end in range(1, len(segments)):
        found = named.get("/".join(segments[:end]))
        if found is not None:
            yield found
