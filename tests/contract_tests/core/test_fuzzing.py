"""Walks along the links; which calls are possible depends on the records of the target."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis.errors import FlakyStrategyDefinition
from schemathesis.core.errors import SerializationNotPossible
from schemathesis.generation.hypothesis.builder import HypothesisTestMode
from schemathesis.specs.openapi.checks import ensure_resource_availability

from contract_tests.core import fuzzing
from contract_tests.core.answer import Answer, Sent
from contract_tests.core.contract import Contract
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.fuzzing import WALKS, Fuzzer, Halt, Trial, refuse_unnameable
from contract_tests.core.limits import Limits
from contract_tests.core.shares import Shares
from contract_tests.core.target import Target
from tests.contract_tests.conftest import ContractOf, OpenTarget


@pytest.mark.parametrize(
    ("endings", "walks"),
    [
        ([None], 1),
        ([FlakyStrategyDefinition("differs"), None], 2),
        ([FlakyStrategyDefinition("differs")] * WALKS, WALKS),
    ],
)
def test_a_walk_that_cannot_begin_alike_begins_otherwise(
    target: Target, monkeypatch: pytest.MonkeyPatch, endings: list[Exception | None], walks: int
) -> None:
    """With another seed, and not for ever."""
    seeds = _walked(monkeypatch, endings)
    Fuzzer(target, seed=7, examples=1).walk(1, target.contract.operations)
    assert seeds == [7 + number for number in range(walks)]


def test_an_error_of_our_own_leaves_at_once(target: Target, contract: Contract) -> None:
    """As it is: the generator does not make the call again to see it fail twice."""
    trials: list[Trial] = []

    def fail(trial: Trial) -> None:
        trials.append(trial)
        raise KeyError("ours")

    with pytest.raises(KeyError, match="ours"):
        Fuzzer(target, seed=7, examples=3).trials(contract.operation("trustDevice"), fail)
    assert len(trials) == 1


def test_inputs_that_are_never_done_leave_time_for_others(
    target: Target, contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where one way of making inputs doesn't end, the time of the operation is enough for the next one."""
    create = fuzzing.create_test

    def endless(**given: Any) -> Callable[[], None]:
        def made() -> None:
            while True:
                pass

        return made if given["config"].modes == [HypothesisTestMode.EXAMPLES] else create(**given)

    monkeypatch.setattr(fuzzing, "create_test", endless)
    monkeypatch.setattr(fuzzing, "MODES", {HypothesisTestMode.EXAMPLES: 0.01, HypothesisTestMode.COVERAGE: 1.0})
    shares = Shares(Limits(deadline=time.monotonic() + 100), 0.2, 1)
    trials: list[Trial] = []
    fuzzer = Fuzzer(target, seed=7, examples=3, shares=shares)
    (reason,) = fuzzer.trials(contract.operation("trustDevice"), trials.append)
    assert reason == "no input could be generated in the time that is left for the operation"
    assert trials


def test_a_contract_without_links_has_no_sequences(open_target: OpenTarget, url: str, contract_of: ContractOf) -> None:
    """That is nothing to check, not an internal error."""
    target = open_target(url)
    get = {"responses": {"200": {"description": "All"}}}
    target.contract = contract_of({"openapi": "3.1.0", "paths": {"/pets": {"get": get}}})
    with pytest.raises(NotChecked, match="no sequence can be generated"):
        Fuzzer(target, seed=7, examples=1).walk(1, target.contract.operations)


def test_what_a_later_walk_finds_is_reported(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken promise is one, however often a walk began."""
    _walked(monkeypatch, [FlakyStrategyDefinition("differs"), Halt(Broken("this", "that"))])
    with pytest.raises(Broken, match="expected this; got that"):
        Fuzzer(target, seed=7, examples=1).walk(1, target.contract.operations)


def _walked(monkeypatch: pytest.MonkeyPatch, endings: list[Exception | None]) -> list[int]:
    """The seeds of the walks that follow; each ends with the next of `endings`."""
    seeds: list[int] = []

    class Machine:
        @classmethod
        def run(cls, settings: object) -> None:
            seeds.append(cls._hypothesis_internal_use_seed)  # type: ignore[attr-defined]
            ending = endings[len(seeds) - 1]
            if ending is not None:
                raise ending

    monkeypatch.setattr(fuzzing, "walker", lambda *_: type("Walk", (Machine,), {}))
    return seeds


@pytest.mark.parametrize(
    ("value", "reason"), [("a/b", "a slash"), ("a%2fb", "a slash"), ("", "empty"), (".", "dots"), ("..", "dots")]
)
def test_no_value_is_sent_in_a_path_that_cannot_be_its_segment(value: str, reason: str) -> None:
    """Many servers split a path at a slash, encoded or not, and empty segments and dots make another path."""
    refuse_unnameable(cast(Any, SimpleNamespace(path_parameters={"id": "a%20b", "number": 5})))
    with pytest.raises(NotChecked, match=reason):
        refuse_unnameable(cast(Any, SimpleNamespace(path_parameters={"id": value})))


@pytest.mark.parametrize(("kind", "is_refused"), [("string", True), ("object", False)])
def test_an_object_stands_for_no_text_in_a_path(kind: str, is_refused: bool) -> None:
    """An answer's `photoId: {id: ...}` isn't the value of a parameter `photoId`, unless that is an object."""
    declared = SimpleNamespace(name="photoId", definition={"schema": {"type": kind}})
    operation = SimpleNamespace(path_parameters=[declared])
    case = cast(Any, SimpleNamespace(operation=operation, path_parameters={"photoId": {"id": "a"}}))
    with pytest.raises(NotChecked, match="an object") if is_refused else nullcontext():
        refuse_unnameable(case)


@pytest.mark.parametrize(
    ("name", "path", "checked"),
    [("read", "/things/mine", True), ("read", "/things/maple", False), ("look", "/things/maple/look", True)],
)
def test_a_record_must_be_found_by_a_key_that_is_one(
    contract_of: ContractOf, name: str, path: str, checked: bool
) -> None:
    """That of a record of this run, or one to which a link of the contract leads; another value may be any text."""
    done = {"200": {"description": "Done", "links": {"next": {"operationId": "look"}}}}
    paths = {
        "/things/{id}": {"get": {"operationId": "read", "responses": done}},
        "/things/{id}/look": {"get": {"operationId": "look", "responses": {"200": {"description": "Done"}}}},
    }
    rules = SimpleNamespace(own=SimpleNamespace(urls={"/things/mine": True}))
    contract = contract_of({"openapi": "3.1.0", "info": {}, "paths": paths})
    target = cast(Any, SimpleNamespace(contract=contract, gate=SimpleNamespace(rules=rules)))
    answer = Answer(Sent("GET", path, path, {}), 404, {}, b"", operation_id=name)
    assert (ensure_resource_availability in fuzzing.checks_of(target, answer)) is checked


def test_a_body_of_a_type_that_no_one_can_write_is_not_checked(target: Target) -> None:
    """A media type that is none (`multipart/data`) says nothing about the target, and is no error of the suite."""

    def call(**_: Any) -> None:
        raise SerializationNotPossible("Cannot serialize to 'multipart/data'", ["multipart/data"])

    case = SimpleNamespace(method="GET", operation=SimpleNamespace(path="/devices"), call=call)
    with pytest.raises(NotChecked, match=r"its body can't be written: .*multipart/data"):
        fuzzing.send(target, cast(Any, case))
