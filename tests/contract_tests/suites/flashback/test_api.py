"""The documented API as one user sees it: records by id, what changed between readings, and the texts of answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.suites.flashback.api import (
    MESSAGES,
    NOT_FOUND,
    State,
    alike,
    by_id,
    differences,
    envelope_breaches,
    is_ending,
    is_worded_freely,
    moment,
    must,
    record_in,
    steady,
)
from contract_tests.suites.flashback.helpers import (
    a_fingerprint,
    a_session,
    by_key,
    check_ended,
    listed,
    only,
    same,
    unchanged,
    with_sessions,
)

NOON = "2026-01-15T12:00:00Z"


def _answer(body: Any = None, status: int = 200, operation: str = "listDevices", method: str = "GET") -> Answer:
    sent = Sent(method, "http://t/x", "/x", {})
    return Answer(sent, status, {}, json.dumps(body).encode(), operation_id=operation)


def _soon(**span: float) -> str:
    return (datetime.now(UTC) + timedelta(**span)).isoformat()


def _state(devices: dict[str, list[str]], *spared: str, **sessions: Any) -> State:
    """Devices with their sessions, which end in an hour unless said otherwise."""
    details = {name: {"id": name, "sessions": [{"id": one} for one in ids]} for name, ids in devices.items()}
    known = {
        one: {"id": one, "expiresAt": sessions.get(one, _soon(hours=1))} for ids in devices.values() for one in ids
    }
    return State({name: {"id": name} for name in devices}, details, known, (_answer(),), frozenset(spared))


def _user(state: State) -> Any:
    """A user who has this state."""
    return SimpleNamespace(state=lambda: state)


def test_records_are_read_by_their_ids() -> None:
    """What can't be read leaves the promise unchecked."""
    items = [{"id": "a", "x": 1}, {"id": 7}, {"name": "none"}, 3]
    assert by_id(_answer({"devices": items}), "devices") == {"a": {"id": "a", "x": 1}, "7": {"id": 7}}
    assert record_in(_answer({"device": {"id": 1}}), "device") == {"id": 1}
    for body in ({}, {"devices": {}}, {"devices": None}, [], None):
        with pytest.raises(NotChecked, match=r"listDevices.*'devices'"):
            by_id(_answer(body), "devices")
    for body in ({}, {"device": []}, None):
        with pytest.raises(NotChecked, match=r"listDevices.*'device'"):
            record_in(_answer(body), "device")


def test_instants_are_compared_to_the_second() -> None:
    """Whatever their form; other values as they are."""
    assert moment("2026-01-15T12:00:00", "x") == moment(NOON, "x") == datetime(2026, 1, 15, 12, tzinfo=UTC)
    assert moment("2026-01-15T13:00:00+01:00", "x") == moment(NOON, "x")
    for value, shown in (("noon", '"noon"'), (None, "null"), (7, "7")):
        with pytest.raises(Broken, match=f"a date-time as the end; got {shown}"):
            moment(value, "the end")
    assert alike(NOON, "2026-01-15T13:00:00.9+01:00")
    assert not alike(NOON, "2026-01-15T12:00:01Z")
    assert not alike(NOON, "2026-01-15T11:59:59Z")
    assert [alike("a", "a"), alike("a", "b"), alike(1, 1), alike(1, 2), alike("1", 1), alike(NOON, "x")] == [
        True, False, True, False, False, False,
    ]  # fmt: skip
    one, other = moment(NOON, ""), moment(NOON, "") + timedelta(seconds=0.9)
    assert (same(one, other), same(other, one), same(one, other + timedelta(seconds=0.1))) == (True, True, False)


def test_a_session_that_ends_soon_may_be_gone() -> None:
    """So it is not chosen for a write, and nobody wonders where it is."""
    assert [is_ending({"expiresAt": _soon(seconds=span)}) for span in (-5, 25, 40)] == [True, True, False]
    assert [is_ending(record) for record in ({}, {"expiresAt": None}, {"expiresAt": "soon"})] == [False] * 3
    state = _state({"d": ["s1", "s2"]}, "s3", s1=_soon(seconds=5))
    assert (state.free_sessions, state.lasting_sessions) == (["s1", "s2"], ["s2"])
    ended, lasting = {"s": {"expiresAt": _soon(seconds=1)}}, {"s": {"expiresAt": _soon(minutes=1)}}
    assert list(differences(ended, {})) == []
    assert list(differences(lasting, {})) == ["s is gone"]


def test_what_changed_is_told_in_words() -> None:
    """But for what moves by itself, and for what is to be left out."""
    before = {"a": {"x": 1, "lastSeen": 1, "lastActivity": 1, "at": NOON, "in": [{"lastSeen": 1, "y": 1}]}, "b": {}}
    assert list(differences(before, before)) == []
    moved = {"a": {**before["a"], "lastSeen": 2, "lastActivity": 2, "at": "2026-01-15T12:00:00+00:00"}, "b": {}}
    assert list(differences(before, moved)) == []
    after = {"a": {**before["a"], "x": 2, "more": 3, "in": [{"lastSeen": 2, "y": 2}]}, "c": {}}
    told = [
        "b is gone",
        "c is new",
        'in of a: [{"y": 1}] became [{"y": 2}]',
        "more of a: field missing became 3",
        "x of a: 1 became 2",
    ]
    assert list(differences(before, after)) == told
    assert list(differences(before, after, "x", "in")) == [told[0], told[1], told[3]]
    over = {"sessions": [{"id": 1, "expiresAt": _soon(seconds=-1)}, {"id": 2}, 3], "lastSeen": 1}
    assert steady(over) == {"sessions": [{"id": 2}, 3]}


def test_a_state_knows_whose_sessions_they_are() -> None:
    """By the details of the devices; what is spared is not free."""
    state = _state({"d1": ["s1"], "d2": [], "d3": ["s2", "s3"]}, "d2", "s3")
    assert (state.free_devices, state.free_sessions) == (["d1", "d3"], ["s1", "s2"])
    assert [state.owner_of(name) for name in ("s1", "s3", "s9")] == ["d1", "d3", None]
    assert [state.sessions_of(name) for name in ("d1", "d2", "d9")] == [["s1"], [], []]
    state = State(
        {}, {"d": {"deviceFingerprint": "f", "sessions": [{"x": 1}, 3, {"id": 5}]}, "e": {"deviceFingerprint": ""}}, {}
    )
    assert (state.fingerprint("d"), state.fingerprint("e"), state.fingerprint("x")) == ("f", None, None)
    assert state.sessions_of("d") == ["5"]


def test_records_are_chosen_for_what_is_to_be_shown() -> None:
    """A device with few sessions, but two; a session of the device with most; any fingerprint rather than none."""
    state = _state({"d0": [], "d1": ["a"], "d3": ["b", "c", "d"], "d2": ["e", "f"]}, "d9")
    assert with_sessions(state) == "d2"
    assert with_sessions(_state({"d1": ["a"]})) == "d1"
    assert a_session(state) == "b"
    assert a_session(_state({"d1": ["a", "b"], "d2": ["c"]}, "a", b=_soon(seconds=1))) == "c"
    assert listed(_user(state)) is state
    devices = {"d": {"id": "d"}, "e": {"id": "e", "isTrusted": True}}
    details = {name: {"deviceFingerprint": f"f-{name}"} for name in devices}
    known = State(devices, details, {})
    assert a_fingerprint(known) == ("d", "f-d")
    assert a_fingerprint(known, lambda device: bool(device.get("isTrusted"))) == ("e", "f-e")
    assert a_fingerprint(known, lambda device: bool(device.get("other"))) == ("d", "f-d")
    empty = State({}, {}, {})
    choices: list[tuple[Callable[[State], Any], State]] = [
        (lambda one: listed(_user(one)), empty),
        (lambda one: listed(_user(one)), _state({"d": []}, "d")), (with_sessions, _state({"d": []})),
        (with_sessions, _state({"d": ["s"]}, "d")), (a_session, _state({"d": ["s"]}, "s")), (a_session, empty),
        (a_fingerprint, _state({"d": []})),
    ]  # fmt: skip
    for choose, poor in choices:
        with pytest.raises(NotChecked):
            choose(poor)


def test_what_should_have_stayed_is_named() -> None:
    """With the operation before it; at most five changes."""
    state = _state({"d": ["s"]})
    unchanged("the devices", [], state)
    with pytest.raises(Broken, match=r"the devices to stay as they were; got a; b; c; d; e$") as failed:
        unchanged("the devices", "abcdefg", state)
    assert failed.value.answers == state.answers
    with pytest.raises(Broken, match="to stay as they were after trustDevice; got a"):
        unchanged("the devices", "a", state, _answer(operation="trustDevice"))
    with pytest.raises(Broken, match="expected x; got field missing or null"):
        must(False, "x", None)
    must(True, "x", None)


def test_the_sessions_of_a_device_end_with_it() -> None:
    """Those and no others, in the list and in the details."""
    before, answer = _state({"d": ["a"], "e": ["b"]}), _answer()
    check_ended(before, _state({"e": ["b"]}), ["a"], "it", answer)
    with pytest.raises(Broken, match="the device's sessions ended by it; got a still active"):
        check_ended(before, before, ["a"], "it", answer)
    shown = State(before.devices, before.details, _state({"e": ["b"]}).sessions, before.answers)
    with pytest.raises(Broken, match="a still active"):
        check_ended(before, shown, ["a"], "it", answer)
    with pytest.raises(Broken, match="sessions of other devices to stay as they were after listDevices; got b is gone"):
        check_ended(before, State({}, {}, {}, (_answer(),)), ["a"], "it", answer)


def test_a_record_is_found_among_others() -> None:
    """An empty one where there is none."""
    items = [{"id": 1, "x": 1}, 3, {"id": "2"}]
    assert [by_key(items, name) for name in ("1", "2", "3")] == [items[0], items[2], {}]
    assert by_key(None, "1") == {}
    assert (only({"a": {}, "b": {}}, "a"), only({"b": {}}, "a"), only(None, "a")) == ({"a": {}}, {}, {})


@pytest.mark.parametrize(
    ("operation", "status", "body", "kinds"),
    [
        *((name, 200, {"success": True, "message": text}, []) for name, text in MESSAGES.items()),
        *((name, 404, {"success": False, "error": text}, []) for name, text in NOT_FOUND.items()),
        ("trustDevice", 200, {"success": False, "message": MESSAGES["trustDevice"]}, ["envelope 200 success"]),
        ("trustDevice", 201, {"success": False}, ["envelope 201 success"]),
        ("trustDevice", 404, {"success": True, "error": "Device not found"}, ["envelope 404 success"]),
        ("trustDevice", 405, {"success": True}, []),
        ("trustDevice", 400, {"success": False, "error": "x"}, []),
        ("trustDevice", 200, {"success": True}, ["envelope 200 message"]),
        ("trustDevice", 200, {"message": "Device removed successfully"}, ["envelope 200 message"]),
        ("getDevice", 404, {"error": "Session not found"}, ["envelope 404 error"]),
        ("listDevices", 404, {"error": "x"}, []),
        ("other", 200, {"success": False}, []),
        ("trustDevice", 200, [], []),
    ],
)
def test_envelopes_have_their_flag_and_their_words(operation: str, status: int, body: Any, kinds: list[str]) -> None:
    """As the pages give them; without a body there is nothing to say."""
    assert [one.kind for one in envelope_breaches(_answer(body, status, operation))] == kinds
    assert list(envelope_breaches(_answer(body, status, operation, "HEAD"))) == []
    assert list(envelope_breaches(_answer(body, status, operation, "OPTIONS"))) == []


def test_a_wrong_envelope_says_what_it_should_be() -> None:
    """The assumption behind the words of one operation is named; more words are a note."""
    (flag,) = envelope_breaches(_answer({"success": False}, 200, "listDevices"))
    assert "success: true in a 200" in str(flag)
    (words,) = envelope_breaches(_answer({"message": "Done"}, 200, "untrustDevice"))
    assert (words.assumed, words.is_note) == (("A-07",), True)
    (words,) = envelope_breaches(_answer({"message": "Done"}, 200, "trustDevice"))
    assert (words.assumed, words.is_note) == ((), False)


@pytest.mark.parametrize(
    ("operation", "status", "text", "free"),
    [
        ("trustDevice", 200, "Device trusted successfully.", True),
        ("trustDevice", 200, "device TRUSTED successfully: now", True),
        ("trustDevice", 200, "Device trusted successfully - (d1)", True),
        ("trustDevice", 200, "Device trusted successfully now", False),
        ("trustDevice", 200, "The Device trusted successfully.", False),
        ("trustDevice", 200, "Device removed successfully", False),
        ("getDevice", 404, "Device not found, sorry", True),
        ("getDevice", 404, "Session not found", False),
        ("untrustDevice", 200, "Anything", True),
        ("untrustDevice", 200, "Device removed successfully", False),
        ("untrustDevice", 404, "Anything", False),
        ("trustDevice", 200, None, False),
        ("trustDevice", 200, 7, False),
    ],
)
def test_texts_may_say_more(operation: str, status: int, text: Any, free: bool) -> None:
    """Behind a mark, in any case; but not the words of another operation."""
    assert is_worded_freely(operation, status, text) is free
