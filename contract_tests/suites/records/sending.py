"""Bodies as they are sent: in their media type, and naming the record that they are about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from contract_tests.core.action import Action
from contract_tests.core.contract import Contract, is_json
from contract_tests.core.model import Query, dig, root, split, with_member
from contract_tests.suites.records.forms import as_form, files_of, form_schemas


def as_declared(contract: Contract, action: Action, body: Any) -> tuple[str, Any]:
    """The media type that the operation declares, and the body in its form: a JSON Patch is a list of changes."""
    declared = action.operation.declared.body.media_types if action.operation.declared.body else {}
    names = [name for name in declared if is_json(name) and "*" not in name]
    form = None if names else next(form_schemas(contract, action.operation), None)
    if form is not None and isinstance(body, Mapping):
        return as_form(body, files_of(contract, form.value))
    plain_names = [name for name in names if "json-patch" not in name]
    name = next(iter(plain_names or names), "application/json")
    if "json-patch" in name and isinstance(body, Mapping):
        body = [{"op": "add", "path": f"/{member}", "value": value} for member, value in body.items()]
    return name, body


def named(find: Query, in_path: Mapping[str, str], key: tuple[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
    """A body whose members name the record that the path names; `key` is the name and the value of the record's key."""
    found = dict(body)
    for name, expression in find.filters.items():
        place, member = root(expression)
        if place == "path" and name in body:
            found[name] = as_number_if(in_path[member], body[name])
        elif place == "body" and name == key[0]:
            way = split(member)
            found = with_member(found, way, as_number_if(key[1], dig(body, way, 0)))
    return found


def as_number_if(text: str, like: Any) -> str | int:
    """A key of a path as a body has it."""
    return int(text) if isinstance(like, int) and re.fullmatch(r"-?\d+", text) else text
