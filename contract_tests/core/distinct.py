"""Texts that no other record has, for servers that keep some of them unique."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import uuid4

from contract_tests.core.contract import Contract
from contract_tests.core.creation import plain
from contract_tests.core.document import Place
from contract_tests.core.samples import Samples, drawn
from contract_tests.core.schemas import declared_members, fits, merged_keywords

TAKEN: Final = 409
TAIL: Final = 6  # characters
DRAWN: Final = 4  # texts of a schema, of which the last ones are the least plain


def unique(contract: Contract, schema: Place, body: Mapping[str, Any], key: str = "") -> dict[str, Any]:
    """The body with texts and addresses that no other record has; what is wrong in it stays as it is."""
    found, members = dict(body), declared_members(contract, schema.value)
    is_valid = fits(contract, schema, body, writing=True)
    for name, value in body.items():
        place = Place(members.get(name, {}))
        if not isinstance(value, str) or name == key or plain(name).endswith("id"):
            continue
        if not is_valid and not fits(contract, place, value, writing=True):
            continue
        for text in unlike(contract, place, value):
            other = {**found, name: text}
            if fits(contract, schema, other, writing=True) if is_valid else fits(contract, place, text, writing=True):
                found = other
                break
    return found


def unlike(contract: Contract, member: Place, value: str) -> Iterator[str]:
    """Texts that hardly another record has: the value with a tail of small letters, capitals or digits, then what is
    drawn from the schema of the member, if that is for free text."""
    local, at, domain = value.partition("@")
    new = uuid4()
    for tail in (new.hex[:TAIL], new.hex[:TAIL].upper(), f"{new.int}"[:TAIL]):
        for begin in (f"{local}-contract-tests-", local, local[:-TAIL]):  # the first is known in reports as made up
            yield f"{begin}{tail}{at}{domain}"
    if member.value and not {"enum", "const", "format"} & merged_keywords(contract, member.value).keys():
        place = contract.look_up(member) or member
        yield from reversed(drawn(Samples(contract).values(place), DRAWN, new.int))
