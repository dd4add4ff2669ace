"""Words such as `me` that stand for the key of the caller's own record: in a path, in a filter, in what is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.state.collection import Collection, Filters, Record, text_of
from mockserver.state.rules import CollectionRules


def own_record(
    collection: Collection, field: str, filters: Filters, caller: Mapping[str, Any], now: int
) -> Record | None:
    """The caller's own record, or the first one, where a word stands in the place of its `field`; else None."""
    rules = collection.rules
    if not any(name == field and type(value) is str and value in rules.mine for name, value in filters):
        return None
    known = collection.visible(tuple(pair for pair in filters if pair[0] != field), now)
    named = {text_of(caller[name]) for name in ("id", "name") if name in caller}
    own = (one for one in known if text_of(rules.key_of(one)) in named)
    return next(own, known[0] if known else None)


def meant(
    rules: CollectionRules,
    field: str,
    wanted: Any,
    collections: Mapping[str, Collection],
    caller: Mapping[str, Any],
    now: int,
) -> Any:
    """The value that a filter of a field compares: the key of the caller's record for a word in a reference to it."""
    if type(wanted) is not str or not rules.refers:
        return wanted
    names = tuple(field.split("."))
    for reference in rules.refers:
        other = collections.get(reference.collection)
        paths = (reference.path, (*reference.path, reference.field))
        if other is None or wanted not in other.rules.mine or names not in paths:
            continue
        record = own_record(other, reference.field, ((reference.field, wanted),), caller, now)
        return record.get(reference.field, wanted) if record is not None else wanted
    return wanted
