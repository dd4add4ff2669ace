"""Behaviours as the oracle reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contract_tests.core.errors import UsageError
from contract_tests.core.model import Behaviour, Model, Query, root, split

PETS = Path(__file__).with_name("pets.yaml")


def test_the_bundled_behaviours() -> None:
    """Collections with what time does to them; what each operation writes, removes and rests on."""
    model = Model.load(None, None)
    assert model.collections["sessions"].expires == "expiresAt"
    assert model.collections["devices"].lapses["trustExpiresAt"] == {"isTrusted": False, "trustLevel": "UNKNOWN"}
    trust, remove = model.behaviours["trustDevice"], model.behaviours["removeDevice"]
    assert trust.sets("trustLevel")
    assert not trust.sets("deviceName")
    assert trust.assumed == ("A-08", "A-09")
    assert remove.removes == {"devices", "sessions"}
    assert remove.ends_its_subject
    assert not model.behaviours["untrustDevice"].ends_its_subject


def test_behaviours_inferred_by_the_mock() -> None:
    """For a contract without a file of them."""
    model = Model.load(PETS, None)
    take_in = model.behaviours["takeInPet"]
    assert (take_in.created, take_in.takes_body, take_in.writes) == ("pets", True, {"shelters_id"})
    assert model.behaviours["listPets"].reply == {(): "$records"}


@pytest.mark.parametrize(
    ("text", "parts"), [("$path.id", ("path", "id")), ("$record", ("record", "")), ("x", ("", "")), (7, ("", ""))]
)
def test_expressions(text: object, parts: tuple[str, str]) -> None:
    """Where a value comes from."""
    assert root(text) == parts


def test_paths_of_replies() -> None:
    """A dot inside a name is escaped."""
    assert split(r"device.sessions.a\.b") == ("device", "sessions", "a.b")


def test_what_is_no_yaml_is_said() -> None:
    """With the name of the file."""
    with pytest.raises(UsageError, match=r"b\.yaml"):
        Model.read("{", "b.yaml")


@pytest.mark.parametrize(
    "acts",
    [{"created": "a"}, {"takes_body": True}, {"writes": frozenset({"b"})}, {"removes": frozenset({"a"})},
     {"list": Query("a")}],
)  # fmt: skip
def test_what_an_operation_does_is_known_by_any_of_its_verbs(acts: dict[str, Any]) -> None:
    """Only one that does nothing of these may do anything."""
    assert Behaviour("x", find=Query("a")).acts_unseen
    assert not Behaviour("x", find=Query("a"), **acts).acts_unseen


def test_an_operation_has_a_subject() -> None:
    """What it makes, else what it finds; it may end it, and give its fields values."""
    assert [Behaviour("x", find=Query("a")).subject, Behaviour("x", created="b", find=Query("a")).subject] == ["a", "b"]
    assert Behaviour("x").subject is None
    assert Behaviour("x", find=Query("a"), removes=frozenset({"a"})).ends_its_subject
    assert not Behaviour("x", find=Query("a"), removes=frozenset({"b"})).ends_its_subject
    assert Behaviour("x", page={"limit": "l", "sort": "s"}).paged == {"l", "s"}
    sets = [Behaviour("x", **more).sets("n") for more in ({"takes_body": True}, {"writes": frozenset({"n"})}, {})]
    assert sets == [True, True, False]
