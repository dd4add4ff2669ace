"""Records read back out of answers."""

from __future__ import annotations

import json
from typing import Any

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.model import Model, dig
from contract_tests.core.words import ABSENT
from contract_tests.suites.oracle.records import Shown
from tests.contract_tests.core.test_model import PETS


def answer(body: Any) -> Answer:
    """An answer with that body."""
    return Answer(Sent("GET", "http://t/x", "/x", {}), 200, {}, json.dumps(body).encode())


def test_what_is_missing_is_not_null() -> None:
    """A record without a field and one with null in it are two; neither is true."""
    assert ABSENT is not None
    assert not ABSENT
    assert repr(ABSENT) == "field missing"


def test_one_record_from_several_answers() -> None:
    """Fields come together; the relation that no answer shows is that by which the records were found."""
    model = Model.load(None, None)
    shown = Shown(model)
    shown.learn(model.behaviours["listDevices"], {}, answer({"devices": [{"id": "d", "os": "a"}, {"os": "nameless"}]}))
    details = {"device": {"id": "d", "os": "b", "userAgent": "u", "sessions": [{"id": "s"}]}}
    shown.learn(model.behaviours["getDevice"], {"id": "d"}, answer(details))
    assert shown.records == {
        ("devices", "d"): {"id": "d", "os": "a", "userAgent": "u"},
        ("sessions", "s"): {"id": "s", "deviceId": "d"},
    }
    assert shown.restless == {("devices", "os")}
    assert shown.fields["getDevice"] == {
        ("devices", "id"),
        ("devices", "os"),
        ("devices", "userAgent"),
        ("sessions", "id"),
    }


def test_records_of_a_record_that_the_answer_does_not_show() -> None:
    """A nested list tells whose its records are by its path."""
    model = Model.load(PETS, None)
    shown = Shown(model)
    shown.learn(model.behaviours["listPets"], {"shelterId": "x"}, answer([{"id": 1, "name": "n"}]))
    assert shown.of("pets") == [{"id": 1, "name": "n", "shelters_id": "x"}]


def test_answers_of_another_shape_show_nothing() -> None:
    """Whatever stands in place of a list."""
    model = Model.load(None, None)
    for body in ([], {"devices": None}, {"devices": {"id": "d"}}, "x", None):
        shown = Shown(model)
        shown.learn(model.behaviours["listDevices"], {}, answer(body))
        assert not shown.records


def test_digging() -> None:
    """A path leads to a value or to nothing, which is not null."""
    assert dig({"a": {"b": None}}, ("a", "b")) is None
    assert not dig({"a": []}, ("a", "b"))
