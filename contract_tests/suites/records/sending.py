"""Bodies as they are sent: in their media type, and unlike those of other records."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import uuid4

from contract_tests.core.action import Action
from contract_tests.core.contract import Contract, is_json
from contract_tests.core.creation import plain
from contract_tests.core.document import Place
from contract_tests.core.model import Query, dig, root, split, with_member
from contract_tests.core.samples import Samples, drawn
from contract_tests.core.schemas import declared_members, fits, merged_keywords
from contract_tests.suites.records.forms import as_form, files_of, form_schemas

TAIL: Final = 6  # characters
DRAWN: Final = 4  # texts of a schema, of which the last ones are the least plain


def unique(contract: Contract, schema: Place, body: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The body with texts and addresses that no other record has, for servers that keep some of them unique."""
    found = dict(body)
    for name, value in body.items():
        if not isinstance(value, str) or name == key or plain(name).endswith("id"):
            continue
        others = ({**found, name: text} for text in unlike(contract, schema, name, value))
        found = next((other for other in others if fits(contract, schema, other, writing=True)), found)
    return found


def unlike(contract: Contract, schema: Place, name: str, value: str) -> Iterator[str]:
    """Texts that hardly another record has: the value with a tail of small letters, capitals or digits, then what is
    drawn from the schema of the member, if that is for free text."""
    local, at, domain = value.partition("@")
    new = uuid4()
    for tail in (new.hex[:TAIL], new.hex[:TAIL].upper(), f"{new.int}"[:TAIL]):
        for begin in (f"{local}-contract-tests-", local, local[:-TAIL]):  # the first is known in reports as made up
            yield f"{begin}{tail}{at}{domain}"
    member = declared_members(contract, schema.value).get(name)
    if member is not None and not {"enum", "const", "format"} & merged_keywords(contract, member).keys():
        place = contract.look_up(Place(member)) or Place(member)
        yield from reversed(drawn(Samples(contract).values(place), DRAWN, new.int))


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
