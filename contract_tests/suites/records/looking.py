"""Looks at records and their neighbours, for every promise about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contract_tests.core.action import Action
from contract_tests.core.answer import Answer
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.words import in_json
from contract_tests.suites.records.calls import Made
from contract_tests.suites.records.life import Life
from contract_tests.suites.records.showing import check_as_sent, check_names, differences

PAGE = "the schemas of the contract: what a request carries, a response shows"


def look(life: Life, made: Made, sent: Mapping[str, Any], *before: Any, by: str = "") -> Mapping[str, Any]:
    """The record as it is shown now; raises `Broken` where it is not found, or not as it was sent."""
    reader = life.kind.reader
    assert reader is not None

    def check() -> Mapping[str, Any]:
        answer = life.look(made)
        shown = life.record_in(answer, made)
        answers = (made.answer, *before, answer)
        if shown is None:
            if reader is not life.kind.read:
                raise NotChecked(f"{life.kind} are shown by a list alone, of which one page was read")
            expected = f"{reader.id} to show the record {made.key} that {creator_id(life)} has made"
            raise Broken(expected, answer.describe(), *answers, in_order=True)
        check_names(life, reader, life.path(reader, made), shown, answer)
        check_as_sent(life, reader, sent, shown, *answers, by=by or creator_id(life))
        return shown

    return life.eventually(check)


def check_neighbour(life: Life, action: Action, neighbour: Made, before: Mapping[str, Any]) -> None:
    """Raise `Broken` where a change of one record has changed another."""
    answer = life.look(neighbour)
    shown = life.record_in(answer, neighbour)
    if shown is None:
        raise Broken(f"{action.id} to leave its neighbour {neighbour.key} alone", answer.describe(), answer)
    for name, old, new in differences(life, before, shown):
        expected = f"{action.id} to leave its neighbour alone: {name} of {neighbour.key} {in_json(old)}"
        raise Broken(expected, in_json(new), answer)


def creator(life: Life) -> Action:
    """The operation that makes records of the kind."""
    assert life.kind.create is not None
    return life.kind.create


def must_act(life: Life, action: Action, verb: str, made: Made, answer: Answer) -> None:
    """Raise Broken where an action on a record of this run does not succeed."""
    if not answer.ok:
        expected = f"{action.id} to {verb} the record that {creator_id(life)} has made"
        raise Broken(expected, answer.describe(), made.answer, answer, in_order=True)


def creator_id(life: Life) -> str:
    """Its name."""
    return life.kind.create.id if life.kind.create else "the server"
