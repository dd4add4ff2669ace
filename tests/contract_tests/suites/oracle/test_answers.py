"""Where the target's answer differs from the mock's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.contract import Contract
from contract_tests.core.errors import InternalError, NotChecked
from contract_tests.core.model import Behaviour, Collection, Model, Query
from contract_tests.suites.oracle.answers import Comparison, NoMeasure
from contract_tests.suites.oracle.calls import Call
from contract_tests.suites.oracle.correspondence import Correspondence
from contract_tests.suites.oracle.freedoms import ANY_REFUSAL, OWN_RULES, Freedoms
from tests.contract_tests.conftest import ContractOf

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
THING = {"type": "object", "properties": {name: {"type": "string"} for name in ("id", "name", "colour")}}
A, B = {"id": "a", "name": "one"}, {"id": "b", "name": "two"}
NAME = ("things", "a")


def _json(schema: Any) -> dict[str, Any]:
    return {"description": "", "content": {"application/json": {"schema": schema}}}


@pytest.fixture
def known(contract_of: ContractOf) -> Contract:
    """Things: one is read or made, all are listed."""
    listed = {
        "type": "object",
        "properties": {"items": {"type": "array", "items": THING}, "total": {"type": "integer"}},
    }
    refusal = {"description": "refused"}
    read = {"operationId": "read", "responses": {"200": _json(THING), "404": refusal, "409": refusal}}
    parameters = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    make = {"operationId": "make", "requestBody": {"content": {"application/json": {"schema": THING}}},
            "responses": {"200": _json(THING), "201": _json(THING), "400": refusal}}  # fmt: skip
    list_ = {"operationId": "list", "responses": {"200": _json(listed)}}
    paths = {"/things": {"get": list_, "post": make}, "/things/{id}": {"get": read, "parameters": parameters}}
    return contract_of({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths})


def _model(*, inferred: bool = False) -> Model:
    behaviours = (
        Behaviour("read", find=Query("things", {"id": "$path.id"}), reply={(): "$record"}),
        Behaviour("make", created="things", takes_body=True, reply={(): "$record"}),
        Behaviour("list", list=Query("things"), page={"limit": "limit"},
                  reply={("items",): "$records", ("total",): "$total", ("next",): "$next", ("more",): "$more",
                         ("at",): "$page.number", ("kind",): "list", ("first",): "$record.name"}),
    )  # fmt: skip
    return Model({"things": Collection("things")}, {one.operation: one for one in behaviours}, inferred=inferred)


def _pairs(**more: Any) -> Correspondence:
    pairs = Correspondence(NOW)
    pairs.mirrored(NAME, A)
    pairs.mirrored(("things", "b"), B)
    for name, value in more.items():
        setattr(pairs, name, value)
    return pairs


def _kinds(
    known: Contract, operation: str, mock: Any, target: Any, statuses: tuple[int, int] = (200, 200), *,
    model: Model | None = None, pairs: Correspondence | None = None, call: Mapping[str, Any] | None = None,
    comparison: Comparison | None = None,
) -> list[str]:  # fmt: skip
    """The differences of two answers: kind and field."""
    comparison = comparison or Comparison(known, model or _model())
    one = known.operation(operation)
    asked = Call(one, values=("a",) if operation == "read" else (), **(call or {}))
    answers = [
        Answer(Sent(one.method, "http://t/x", "/x", {}), status, {"content-type": "application/json"},
               json.dumps(body).encode(), operation_id=operation)
        for body, status in zip((mock, target), statuses, strict=True)
    ]  # fmt: skip
    found = comparison.differences(asked, *answers, pairs or _pairs(), {})
    return [f"{different.kind} {different.field}".strip() for different in found]


@pytest.mark.parametrize(
    ("operation", "mock", "target", "kinds"),
    [
        ("read", A, A, []),
        ("read", A, {**A, "name": "x"}, ["value name"]),
        ("read", A, B, ["value id"]),
        ("read", A, [], ["form 200 schema  type", "lost the body"]),
        ("read", A, {**A, "colour": 7}, ["form 200 schema /colour type"]),
        ("list", {"items": [A, B]}, {"items": [B, A]}, []),
        ("list", {"items": [A, B]}, {"items": [A]}, ["missing"]),
        ("list", {"items": [A]}, {"items": [A, B]}, ["further"]),
        ("list", {"items": [A]}, {"items": None}, ["form 200 schema /items type", "lost items"]),
        ("list", {"items": [A]}, {}, ["lost items"]),
        ("list", {"items": []}, {}, []),
        ("list", {"items": [A, 3]}, {"items": [A]}, []),
        (
            "list",
            {"total": 3, "next": "a", "more": True, "at": 1},
            {"total": 4, "next": "b", "more": False, "at": 2},
            [],
        ),
        ("list", {"kind": "list"}, {"kind": "other"}, ["value kind"]),
        ("list", {"kind": "list"}, {}, ["value kind"]),
        ("list", {}, {"kind": "other"}, []),
        ("make", {"id": "n", "name": "x"}, {"id": "m", "name": "x"}, []),
    ],
)
def test_answers_are_compared_as_the_reply_says(
    known: Contract, operation: str, mock: Any, target: Any, kinds: list[str]
) -> None:
    """Records by their keys, lists in any order, other values as they are; pages are cut by each as it likes."""
    assert _kinds(known, operation, mock, target) == kinds


def test_the_field_of_a_subject_is_that_of_the_record(known: Contract) -> None:
    """`$record.name` of the record that the call is about."""
    call = {"subject": NAME}
    assert _kinds(known, "list", {"first": "one"}, {"first": "one"}, call=call) == []
    assert _kinds(known, "list", {"first": "one"}, {"first": "two"}, call=call) == ["value name"]


def test_a_record_made_below_another_has_a_key_of_its_own(known: Contract) -> None:
    """An answer that has nothing but the new key says nothing of the record above."""
    made = Behaviour("make", find=Query("things", {"id": "$path.id"}), created="parts", takes_body=True,
                     reply={("id",): "$record.id", ("name",): "$record.name"})  # fmt: skip
    model = Model({"things": Collection("things"), "parts": Collection("parts")}, {"make": made}, inferred=True)
    pairs, call = _pairs(), {"subject": NAME, "body": {}}
    mine, theirs = {"id": "n", "name": "x"}, {"id": "m", "name": "y"}
    assert _kinds(known, "make", mine, theirs, model=model, pairs=pairs, call=call) == []
    assert pairs.target_key(("parts", "n")) == "m"


def test_a_made_record_has_the_target_s_key(known: Contract) -> None:
    """What was sent must be shown by both."""
    pairs, call = _pairs(), {"body": {"name": "x"}}
    assert _kinds(known, "make", {"id": "n", "name": "x"}, {"id": "m", "name": "x"}, pairs=pairs, call=call) == []
    assert (pairs.target_key(("things", "n")), pairs.made["things", "n"]) == ("m", frozenset({"name"}))
    assert _kinds(known, "make", {"id": "o", "name": "x"}, {"id": "p", "name": "y"}, call=call) == ["value name"]
    bodiless = _pairs()
    assert _kinds(known, "make", {"id": "n"}, {"name": "x"}, pairs=bodiless) == []
    assert bodiless.unpaired == {("things", "n")}


@pytest.mark.parametrize(
    ("mock", "target", "kinds"),
    [
        (200, 404, ["status"]), (404, 200, ["status"]), (404, 404, []), (200, 201, []), (201, 200, []),
        (200, 202, ["status"]), (400, 404, ["status"]), (400, 422, []),
    ],
)  # fmt: skip
def test_statuses_are_compared(known: Contract, mock: int, target: int, kinds: list[str]) -> None:
    """Another documented success is one too; after another status nothing else is compared."""
    found = _kinds(known, "make", {"id": "n"}, {"id": "n", "name": 3} if kinds else {"id": "n"}, (mock, target))
    assert found == kinds


def test_some_answers_measure_nothing(known: Contract) -> None:
    """Too many requests, a token that isn't taken, and a mock that fails is a fault of ours."""
    with pytest.raises(InternalError, match="the mirror fails at GET"):
        _kinds(known, "read", A, A, (500, 200))
    with pytest.raises(NotChecked, match="429"):
        _kinds(known, "read", A, A, (200, 429))
    for status in (401, 403):
        with pytest.raises(NotChecked, match=f"does not take the token for read: {status}"):
            _kinds(known, "read", A, A, (200, status))
        assert _kinds(known, "read", A, A, (200, status), pairs=_pairs(written=True)) == ["status"]
        assert _kinds(known, "read", A, A, (401, status)) == ["form 403 status"] * (status == 403)


def test_where_behaviours_are_inferred_more_is_free(known: Contract) -> None:
    """Which refusal comes first, rules of the server's own, the length of a page."""
    model = _model(inferred=True)
    for mock in sorted(ANY_REFUSAL & {400, 404, 409}):
        for target in sorted(ANY_REFUSAL):
            if known.operation("read").response_for(mock) is not None:
                assert _kinds(known, "read", None, None, (mock, target), model=model) in (
                    [], [f"form {target} status"],
                )  # fmt: skip
    with pytest.raises(NoMeasure, match="the mock's 200 for read says nothing"):
        _kinds(known, "read", A, A, (200, 409), model=model)
    assert _kinds(known, "read", A, A, (200, 412), model=model) == ["status"]
    assert 412 in OWN_RULES
    with pytest.raises(NoMeasure):
        _kinds(known, "read", A, A, (418, 200), model=model)
    comparison = Comparison(known, model)
    comparison.sizes["list", "/things", ("items",)] = 1
    assert _kinds(known, "list", {"items": [A, B]}, {"items": [A]}, comparison=comparison) == []
    comparison.sizes["list", "/things", ("items",)] = 2
    assert _kinds(known, "list", {"items": [A, B]}, {"items": [A]}, comparison=comparison) == ["missing"]
    assert _kinds(known, "list", {"items": [A]}, {"items": []}, pairs=_pairs(unsure={"things"})) == []


def test_what_a_record_was_replaced_by_is_open(known: Contract) -> None:
    """Where it is inferred, what was left out may be gone or kept."""
    model = _model(inferred=True)
    replaces = replace(model.behaviours["read"], replaces=True, takes_body=True)
    model = replace(model, behaviours={**model.behaviours, "read": replaces})
    pairs = _pairs()
    call = {"body": {"colour": "x"}, "subject": NAME}
    assert _kinds(known, "read", A, {"id": "a"}, model=model, pairs=pairs, call=call) == []
    assert pairs.made[NAME] == frozenset({"colour"})


def test_what_nobody_had_asked_for_before_is_made_up_by_each(known: Contract) -> None:
    """A record that neither showed yet, as the settings of an unknown thing: what was sent is compared, and later
    reads must show the same again."""
    model, pairs = _model(inferred=True), _pairs()
    changes = replace(model.behaviours["read"], takes_body=True)
    changing = replace(model, behaviours={**model.behaviours, "read": changes})

    def differ(mock: Any, target: Any, model: Model = model, **call: Any) -> list[str]:
        return _kinds(known, "read", mock, target, model=model, pairs=pairs, call=call)

    assert differ({"name": "x", "colour": "red"}, {"name": "y", "colour": "blue"}, changing, body={"name": "x"}) == [
        "value name"
    ]
    new = {"subject": ("things", "made-up")}
    assert differ({"name": "x", "colour": "red"}, {"name": "y", "colour": "blue"}, **new) == []
    assert differ({"name": "x", "colour": "red"}, {"name": "y", "colour": "blue"}, **new) == []
    assert differ({"name": "x", "colour": "red"}, {"name": "y", "colour": "grey"}, **new) == ["changed colour"]


@pytest.mark.parametrize(
    ("envelope", "body"), [((), {"colour": {"hue": 1}}), (("thing",), {"thing": {"colour": {"hue": 1}}})]
)
def test_what_an_object_lacks_that_a_field_was_changed_to_is_open(
    known: Contract, envelope: tuple[str, ...], body: Any
) -> None:
    """Each side may add a default of its own, which later reads show too; what was sent is compared."""
    model, pairs, reads = _model(inferred=True), _pairs(), _model(inferred=True)
    changes = replace(model.behaviours["read"], takes_body=True, envelope=envelope)
    model = replace(model, behaviours={**model.behaviours, "read": changes})

    def differ(model: Model, target: Any, **call: Any) -> list[str]:
        mine, theirs = {**A, "colour": {"hue": 1, "tone": 2}}, {**A, "colour": target}
        found = _kinds(known, "read", mine, theirs, model=model, pairs=pairs, call=call)
        return [kind for kind in found if not kind.startswith("form")]  # these colours are no text

    assert differ(reads, {"hue": 1, "tone": 3}) == ["value colour"]
    assert differ(model, {"hue": 5, "tone": 3}, body=body, subject=NAME) == ["value colour"]
    assert differ(model, {"hue": 1, "tone": 3}, body=body, subject=NAME) == []
    assert differ(reads, {"hue": 1, "tone": 3}) == []


@pytest.mark.parametrize(
    ("sent", "chosen", "asked", "mock", "target", "kinds"),
    [
        ({}, "colour", "colour", "red", "blue", []),  # a default of its own
        ({}, "colour", "colour", "red", None, []),
        ({}, "colour", "colour", None, "blue", []),
        ({}, "colour", "colour", "red", "red", ["missing"]),  # both chose alike, and the target's list lacks it
        ({}, "colour", "name", "red", "blue", ["missing"]),  # the list was not chosen by it
        ({"colour": "red"}, "colour", "colour", "red", "red", ["missing"]),
        ({}, "*", "colour", "red", "blue", []),
        ({"colour": {"hue": 1}}, "colour.tone", "colour", {"hue": 1, "tone": 2}, {"hue": 1, "tone": 3}, []),
        ({"colour": {"tone": 2}}, "colour.tone", "colour", {"tone": 2}, {"tone": 2}, ["missing"]),
    ],
)
@pytest.mark.parametrize("write", ["made", "replaced"])
def test_a_list_is_chosen_by_what_was_sent(
    known: Contract, write: str, sent: Any, chosen: str, asked: str, mock: Any, target: Any, kinds: list[str]
) -> None:  # fmt: skip
    """A record whose field no request set may be in the list of one side alone: each chose the value itself."""
    model, pairs = _chosen_by(chosen), _pairs()
    write_it = {"made": pairs.was_made, "replaced": lambda name, _, __, sent: pairs.was_replaced(name, sent)}[write]
    write_it(NAME, "a", frozenset(sent), sent)
    mine, theirs = ({"id": "a"} | ({} if value is None else {"colour": value}) for value in (mock, target))

    def differ(operation: str, mock: Any, target: Any, **call: Any) -> list[str]:
        found = _kinds(known, operation, mock, target, model=model, pairs=pairs, call=call)
        return [kind for kind in found if not kind.startswith("form")]  # some colours are no text

    assert differ("read", mine, theirs) == []
    assert differ("list", {"items": [mine]}, {"items": []}, query={asked: "red"}) == kinds
    back = ["further"] if kinds else []
    assert differ("list", {"items": []}, {"items": [theirs]}, query={asked: "red"}) == back


def test_a_list_chosen_by_a_field_that_no_write_touched_is_compared(known: Contract) -> None:
    """What stands in the record from the beginning is known to both, as is all where the behaviours are documented."""
    for model, made in ((_chosen_by("colour"), False), (replace(_chosen_by("colour"), inferred=False), True)):
        pairs = _pairs()
        pairs.mirrored(NAME, {**A, "colour": "red"})
        if made:
            pairs.was_made(NAME, "a", frozenset())
        asked = {"query": {"colour": "red"}}
        found = _kinds(known, "list", {"items": [A]}, {"items": []}, model=model, pairs=pairs, call=asked)
        assert found == ["missing"]


def test_a_list_chosen_by_a_field_that_was_never_shown_is_not_compared(known: Contract) -> None:
    """The mock that holds what the target has shown knows nothing of it."""
    asked = {"query": {"colour": "red"}}
    pairs = _pairs()
    pairs.mirrored(NAME, {"id": "a"})
    assert (
        _kinds(known, "list", {"items": [A]}, {"items": []}, model=_chosen_by("colour"), pairs=pairs, call=asked) == []
    )


def _chosen_by(field: str) -> Model:
    """The inferred model, whose list takes `?colour=` for a field."""
    model = _model(inferred=True)
    listing = replace(model.behaviours["list"], list=Query("things", {field: "$query.colour"}), page={})
    return replace(model, behaviours={**model.behaviours, "list": listing})


def test_what_lies_below_a_record_that_is_gone() -> None:
    """Records below may go or stay, and so may those below them: neither side is a measure then."""
    below = {"things": "parts", "parts": "screws"}
    behaviours = [Behaviour("remove", find=Query("things", {"id": "$path.id"}), removes=frozenset({"things"}))]
    behaviours += [Behaviour(f"make-{name}", find=Query(above), created=name) for above, name in below.items()]
    model = Model({}, {one.operation: one for one in behaviours}, inferred=True)
    freedoms = Comparison(None, model).freedoms  # type: ignore[arg-type]
    unsure = freedoms.cascades(behaviours[0])
    assert unsure == {"parts", "screws"}
    read = Behaviour("read", find=Query("screws", {"id": "$path.id"}))
    assert freedoms.is_unsure(read, unsure, 200, 404)
    assert freedoms.is_unsure(read, unsure, 404, 200)
    assert not freedoms.is_unsure(read, unsure, 200, 500)
    assert not freedoms.is_unsure(replace(read, find=Query("things")), unsure, 200, 404)


def test_a_server_need_not_tell_what_it_lacks_from_what_is_kept_from_the_caller() -> None:
    """403 in place of 404 or 410, and not the other way round; only where the behaviours are inferred."""
    free = Comparison(None, Model({}, {}, inferred=True)).freedoms  # type: ignore[arg-type]
    strict = Comparison(None, Model({}, {}, inferred=False)).freedoms  # type: ignore[arg-type]
    assert free.alike(404, 403)
    assert free.alike(410, 403)
    assert not free.alike(403, 404)
    assert not strict.alike(404, 403)


@pytest.mark.parametrize(
    ("operation", "find", "inferred", "unknown"),
    [
        ("read", Query("things", {"id": "$path.id"}), True, False),
        ("make", Query("things", {"id": "$path.id"}), True, True),  # an action on the thing, nobody knows which
        ("make", Query("things", {"id": "$path.id"}), False, False),
        ("read", Query("things"), True, True),  # whichever thing that is
    ],
)
def test_a_read_of_a_record_is_compared_and_an_unknown_action_is_not(
    known: Contract, operation: str, find: Query, *, inferred: bool, unknown: bool
) -> None:
    """A read changes nothing that would have to be known."""
    freedoms = Comparison(known, _model(inferred=inferred)).freedoms
    behaviour = Behaviour(operation, find=find, reply={(): "$record"})
    assert freedoms.is_unknown(known.operation(operation), behaviour) is unknown
    assert freedoms.is_unknown(known.operation(operation), replace(behaviour, reply={})) is inferred  # shows nothing


def test_a_list_of_records_below_that_a_body_may_have_is_the_servers(contract_of: ContractOf) -> None:
    """A message shows its attachments, which are made below it: those sent with it may replace them, or join them."""
    message = {"type": "object", "properties": {"text": {"type": "string"}, "attachments": {"type": "array"}}}
    change = {"operationId": "change", "requestBody": {"content": {"application/json": {"schema": message}}},
              "responses": {"200": _json(message)}}  # fmt: skip
    contract = contract_of({"openapi": "3.1.0", "paths": {"/messages/{id}": {"patch": change}}})
    writes = Behaviour("change", find=Query("messages"), takes_body=True)
    attaches = Behaviour("attach", find=Query("messages"), created="attachments")
    for inferred in (True, False):
        freedoms = Freedoms(contract, Model({}, {one.operation: one for one in (writes, attaches)}, inferred=inferred))
        assert freedoms.is_kept_by_server("messages", "attachments") is inferred
        assert freedoms.cascades(writes) == ({"attachments"} if inferred else frozenset())
        assert not freedoms.is_kept_by_server("messages", "text")
