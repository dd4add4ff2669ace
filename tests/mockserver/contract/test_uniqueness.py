"""Which members no two records may share is read from descriptions, and from what is said of 409."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.contract.operations.operation import Operation, Response
from mockserver.contract.schemas.view import SchemaView
from mockserver.contract.uniqueness import unique_members

TEXT = {"type": "string"}


def found(
    members: dict[str, Any], refusal: str = "Conflict", status: str = "409", prose: str = ""
) -> list[tuple[str, ...]]:
    """What the POST of groups with these members, this refusal and this description is read to keep apart."""
    responses = {status: Response(status, refusal)}
    operation = Operation("make", "POST", "/groups", responses=responses, raw={"description": prose})
    return list(
        unique_members(
            operation, {"type": "object", "properties": members}, SchemaView(lambda name: ("", True)), "groups", "id"
        )
    )


@pytest.mark.parametrize(
    ("refusal", "names"),
    [
        ("**Error Code:** `4132`<br> Group name {groupName} is already in use.", [("name",)]),
        ("A group with this e-mail exists", [("email",)]),
        ("name or email taken", [("name",), ("email",)]),
        ("A group with the name and email already exists", [("name", "email")]),
        ("Email has already been used. Try later.", [("email",)]),
        ("Another group has this name", [("name",)]),
        ("The name does not exist", []),
        ("The email has been updated by another user", []),
        ("Conflict. No name is given. The group exists already.", []),
    ],
)
def test_a_refusal_names_what_is_taken(refusal: str, names: list[tuple[str, ...]]) -> None:
    """In the sentence that speaks of another record; each for itself with `or`, together without."""
    assert found({"name": TEXT, "email": TEXT}, refusal) == names


@pytest.mark.parametrize(
    ("prose", "names"),
    [
        ("Makes a group. The e-mail must not be in use by\nanother group (409).", [("email",)]),
        ("The name must be unique.", [("name",)]),
        ("409 if the name is already taken, or the email is", [("name",), ("email",)]),
        ("A duplicate name is refused", [("name",)]),
        ("The name is taken from the file. The email must exist, and another group may have it.", []),
        ("Lists:\n- the name\n- what is already in use", []),
    ],
)
def test_the_description_of_an_operation_says_what_is_taken(prose: str, names: list[tuple[str, ...]]) -> None:
    """In plainer words than that of its 409, since it speaks of much else."""
    assert found({"name": TEXT, "email": TEXT}, prose=prose) == names


@pytest.mark.parametrize(
    ("name", "description", "is_unique"),
    [
        ("name", "The unique name of the group.", True),
        ("uid", "Optional unique identifier for a group", True),
        ("name", "What it is called. It must be globally unique.", True),
        ("name", "Names need to be unique", True),
        ("sku", "Is unique within the shop", True),
        ("name", "It must be different from those of all others", True),
        ("name", "Names need not be unique", False),
        ("name", "The status must be different than the current one", False),
        ("category_id", "The unique identifier of a category", False),
        ("category_id", "Unique identifier", False),
        ("source", "The unique name of an index.", False),
        ("sender", "The user id or the unique address of the sender", False),
    ],
)
def test_a_description_says_what_is_unique(name: str, description: str, *, is_unique: bool) -> None:
    """What names something else is the same in many records: the unique id of a category."""
    assert found({name: {**TEXT, "description": description}}) == [(name,)] * is_unique


@pytest.mark.parametrize("more", [{"readOnly": True}, {"enum": ["a"]}, {"type": "boolean"}, {"format": "binary"}])
def test_only_what_a_client_chooses_can_be_taken(more: dict[str, Any]) -> None:
    """And only where 409 itself is documented; the key of a record is another promise."""
    said = {"description": "Must be unique"}
    assert found({"name": {**TEXT, **said}}) == [("name",)]
    assert found({"name": {**TEXT, **said, **more}, "id": {**TEXT, **said}}) == []
    assert found({"name": {**TEXT, **said}}, status="4XX") == []


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("Adds an agent. The e-mail address of an agent is unique.", [("email",)]),
        ("Adds an agent with an e-mail address.", []),
        ("Each call has a unique number; the e-mail address need not be unique.", []),
    ],
)
def test_an_operation_says_what_is_unique(said: str, names: list[tuple[str, ...]]) -> None:
    """In a sentence that names the member."""
    responses = {"409": Response("409", "Conflict")}
    operation = Operation("make", "POST", "/agents", responses=responses, raw={"description": said})
    schema = {"type": "object", "properties": {"email": TEXT, "name": TEXT}}
    assert [*unique_members(operation, schema, SchemaView(lambda name: ("", True)), "agents", "id")] == names
