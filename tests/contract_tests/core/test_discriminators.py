"""Values that call themselves something else than they are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.checks import AnswerChecks
from contract_tests.core.discriminators import misnamed
from contract_tests.core.document import Place
from contract_tests.core.schemas import fits
from tests.contract_tests.cases.running import api, get, ok
from tests.contract_tests.conftest import ContractOf
from tests.contract_tests.small import JSON

TEXT, NUMBER = {"type": "string"}, {"type": "integer"}
MAPPED = {"cat": "#/components/schemas/Cat", "dog": "Dog"}
CAT, WRONG, BIRD = {"type": "cat", "lives": 9}, {"type": "dog", "lives": 9}, {"type": "bird", "lives": 9}
PETS = [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}]


def kind(name: str, own: Mapping[str, Any]) -> dict[str, Any]:
    """A kind of pet that has a member of its own."""
    return {"type": "object", "required": ["type", *own], "properties": {"type": TEXT, **own}}


def union(keyword: str = "oneOf", mapping: Mapping[str, str] | None = MAPPED, **more: Any) -> dict[str, Any]:
    """A pet is one of two kinds."""
    discriminator = {"propertyName": "type"} | ({"mapping": mapping} if mapping else {})
    return {"Cat": kind("Cat", {"lives": NUMBER}), "Dog": kind("Dog", {"bark": TEXT}),
            "Pet": {keyword: PETS, "discriminator": discriminator}} | more  # fmt: skip


def base(mapping: Mapping[str, str] | None = MAPPED, required: bool = True) -> dict[str, Any]:
    """Two kinds of pets are built on the one schema of all pets."""
    own = union("oneOf", mapping)
    above = {"type": "object", "required": ["type"], "properties": {"type": TEXT}} | {
        "discriminator": own["Pet"]["discriminator"]
    }
    for name in ("Cat", "Dog"):
        part = own[name] if required else {**own[name], "required": ["type"]}
        own[name] = {"allOf": [{"$ref": "#/components/schemas/Pet"}, part]}
    return own | {"Pet": above}


def named(contract_of: ContractOf, schemas: Mapping[str, Any], value: Any, schema: Any = None) -> list[str]:
    """Where a pet, or what `schema` describes, isn't what it calls itself; it fits the schema."""
    schema = schema or {"$ref": "#/components/schemas/Pet"}
    contract = contract_of(api({"/pet": get("getPet", ok(schema))}, components={"schemas": schemas}))
    place = contract.answer_schema(contract.operation("getPet"), 200, "application/json")
    assert place is not None
    assert fits(contract, Place(place.value), value)
    return [f"{one.place} {one.expected}; {one.got}" for one in misnamed(contract, place.value, value)]


DOG = " to be Dog, which its type 'dog' names; an object that isn't: field missing: bark"
UNKNOWN = " to have one of cat, dog as its type, as the discriminator maps; 'bird'"


@pytest.mark.parametrize(
    ("schemas", "value", "found"),
    [
        (union(), CAT, []),
        (union(), WRONG, [DOG]),
        (union(), BIRD, [UNKNOWN]),
        (union("anyOf"), WRONG, [DOG]),
        (union("anyOf"), BIRD, [UNKNOWN]),
        (union(), {"type": "Cat", "lives": 9}, []),  # the name of a schema names it with a mapping, too
        (union(mapping=None), {"type": "Dog", "lives": 9}, [DOG.replace("'dog'", "'Dog'")]),
        (union(mapping=None), WRONG, []),  # what names no schema may be the fault of the contract
        (union(mapping={"cat": "Cat"}), {"type": "dog", "lives": 9}, []),  # not each kind has a name
        (base(), CAT, []),
        (base(), WRONG, [DOG]),
        (base(), BIRD, []),  # it may be a pet of no special kind
        (base(), {"type": "dog"}, []),  # a list may show of each pet what all have
        (base(mapping=None), {"type": "Dog", "lives": 9}, [DOG.replace("'dog'", "'Dog'")]),
        (base(required=False), WRONG, []),  # it may be a dog that has lives
    ],
)
def test_a_value_is_what_it_calls_itself(
    contract_of: ContractOf, schemas: dict[str, Any], value: Any, found: list[str]
) -> None:
    """Whether alternatives stand beside the discriminator, or are built on its schema."""
    assert named(contract_of, schemas, value) == found


PET = {"$ref": "#/components/schemas/Pet"}


@pytest.mark.parametrize(
    ("schema", "value", "place"),
    [
        ({"type": "array", "items": PET}, [CAT, WRONG], "/1"),
        ({"type": "object", "properties": {"pet": PET}}, {"pet": WRONG}, "/pet"),
        ({"type": "object", "additionalProperties": PET}, {"rex": WRONG}, "/rex"),
        (
            {"allOf": [{"type": "object", "properties": {"data": {"type": "array", "items": PET}}}]},
            {"data": [WRONG]},
            "/data/0",
        ),
        ({"oneOf": [PET, {"type": "integer"}]}, WRONG, ""),
    ],
)
def test_it_is_found_wherever_it_stands(contract_of: ContractOf, schema: Any, value: Any, place: str) -> None:
    """In lists, members, maps and alternatives."""
    assert named(contract_of, union(), value, schema) == [place + DOG]


def test_a_kind_that_is_shown_in_part_is_no_contradiction(contract_of: ContractOf) -> None:
    """A schema of its own that is built on that of all pets says less of a dog than the one that its name maps to."""
    brief = {"allOf": [{"$ref": "#/components/schemas/Pet"}, {"type": "object", "properties": {"name": TEXT}}]}
    assert named(contract_of, base() | {"Brief": brief}, {"type": "dog", "name": "Rex"}, brief) == []


@pytest.mark.parametrize(
    ("media_type", "body"), [(JSON, json.dumps(WRONG)), ("application/x-www-form-urlencoded", "type=dog&lives=9")]
)
def test_what_the_target_took_as_such_is_shown_as_such(contract_of: ContractOf, media_type: str, body: str) -> None:
    """The body fits the other kind, so it is valid; what no client has sent is named as before."""
    pet = {"$ref": "#/components/schemas/Pet"}
    content = {media_type: {"schema": pet}}
    post = {"operationId": "addPet", "requestBody": {"content": content}, "responses": ok(pet)}
    paths = {"/pet": {**get("getPet", ok(pet)), "post": post}}
    contract = contract_of(api(paths, components={"schemas": union()}))
    checks = AnswerChecks(contract)

    def problems(method: str, value: Any, sent: str = "") -> int:
        request = Sent(method, "http://t/pet", "/pet", {"Content-Type": media_type} if sent else {}, sent.encode())
        headers, shown = {"content-type": JSON}, json.dumps(value).encode()
        answer = Answer(request, 200, headers, shown, operation_id="addPet" if method == "POST" else "getPet")
        return len([one for one in checks.breaches(answer) if "discriminator" in one.kind])

    assert [problems("GET", WRONG), problems("GET", BIRD)] == [1, 1]
    assert problems("POST", WRONG, body) == 0
    assert [problems("GET", WRONG), problems("GET", BIRD)] == [0, 1]
