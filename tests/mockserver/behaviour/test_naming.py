"""Texts that stand for objects: which fields take them, and which object each names."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.behaviour.naming import Namesakes, nothing, within
from mockserver.behaviour.settling import NAMING
from mockserver.contract.operations.operation import ABSENT
from mockserver.contract.schemas.view import SchemaView
from mockserver.state.references import Reference

VIEW = SchemaView(lambda reference: (reference, True))
TEXT, WHOLE = {"type": "string"}, {"type": "integer"}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def _many(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _either(*schemas: Any) -> dict[str, Any]:
    return {"anyOf": list(schemas)}


LABEL = _object(id=WHOLE, name=TEXT, colour=TEXT)


def _whole(field: Any, value: Any, before: Any = None) -> Any:
    names = Namesakes(_object(label=field), VIEW)
    return names.whole({"label": value}, before or {}, "0", nothing)["label"]


@pytest.mark.parametrize("name", ["name", "login", "username", "title", "slug", "label"])
def test_a_new_text_becomes_the_object_that_it_names(name: str) -> None:
    """Alone and in a list; what was there before, and what is no text, stays."""
    either = _either(TEXT, _object(id=WHOLE, **{name: TEXT}))
    assert _whole(either, "bug")[name] == "bug"
    assert [one[name] for one in _whole(_many(either), ["bug", "idea"])] == ["bug", "idea"]
    assert _whole(either, "bug", {"label": "bug"}) == "bug"
    assert _whole(either, {name: "x"}) == {name: "x"}
    assert _whole(_many(either), [7, {name: "x"}]) == [7, {name: "x"}]


@pytest.mark.parametrize(
    "field",
    [
        TEXT,
        LABEL,
        _either(TEXT, _object(id=TEXT, name=TEXT)),
        _either(TEXT, _object(id={}, name=TEXT)),
        _either(TEXT, _object(id=WHOLE, name=WHOLE)),
        _either(TEXT, _object(id=WHOLE, code=TEXT)),
        *(
            _either({**TEXT, **limit}, LABEL)
            for limit in ({"enum": ["bug"]}, {"const": "bug"}, {"format": "uri"}, {"pattern": "bug"})
        ),
    ],
)
def test_a_text_that_may_be_something_else_stays(field: Any) -> None:
    """One of no object, the key of one, or a text of a form."""
    assert _whole(field, "bug") == "bug"
    assert _whole(_many(field), ["bug"]) == ["bug"]


def test_an_object_is_made_around_a_name_or_a_key() -> None:
    """By its key and with all of the record, where the place refers to a collection; else by the best of its names."""
    refers = (Reference(("owner",), "users", "id"), Reference(("lines", "item"), "items", "sku"))
    owner, line = _object(id=WHOLE, name=TEXT, age=WHOLE), _object(item=_object(sku=TEXT, text=TEXT))
    names = Namesakes(_object(owner=owner, label=LABEL, lines=_many(line), size=_object(width=WHOLE)), VIEW, refers)
    known = {7: {"id": 7, "name": "Ada", "age": 36, "secret": 1}, "s1": {"sku": "s1", "text": "ball"}}

    def find(reference: Reference, value: Any) -> Any:
        assert reference in refers
        return known.get(value)

    assert names.object_of(("owner",), 7, "0", find) == {"id": 7, "name": "Ada", "age": 36}
    assert names.object_of(("owner",), 8, "0", find)["id"] == 8
    assert names.object_of(("owner",), "Bob", "0", find)["name"] == "Bob"
    assert names.object_of(("lines", 0, "item"), "s1", "0", find) == {"sku": "s1", "text": "ball"}
    assert names.object_of(("label",), "bug", "0")["name"] == "bug"
    assert names.object_of(("label",), 5, "0")["id"] == 5
    assert names.object_of(("size",), 5, "0") is ABSENT
    assert names.object_of(("none",), "x", "0") is ABSENT


def test_a_schema_is_found_by_the_steps_to_it() -> None:
    """Names and numbers of items."""
    schema = _object(lines=_many(_object(item=LABEL)))
    assert within(schema, ("lines", 3, "item", "colour"), VIEW) == TEXT
    assert within(schema, ("lines", "item"), VIEW) is None
    assert "name" in NAMING
