"""The six verbs at work, through the pipeline of a small contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mockserver.behaviour.vocabulary import Changed
from mockserver.errors import Refused
from tests.mockserver.notes import BEHAVIOURS, DOCUMENT, FIND, FIXTURES, behaviours
from tests.support import Ask, ClientResponse, Clock

MockOf = Callable[..., Ask]


@pytest.fixture
def notes(mock_of: MockOf) -> Ask:
    """A mock of the notes, with five of them."""
    return mock_of(DOCUMENT, BEHAVIOURS, FIXTURES)


def _ids(answer: ClientResponse) -> list[str]:
    assert answer.status == 200, answer
    return [note["id"] for note in answer.json["notes"]]


def test_find_answers_the_record(notes: Ask) -> None:
    """The record with this key, shown through the schema."""
    assert notes("GET", "/notes/2").json == {"id": "2", "text": "two", "tags": ["a", "b"]}


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_what_find_does_not_find_is_the_contract_s_404(notes: Ask, method: str) -> None:
    """The refusal has the shape that the contract declares, and nothing changes."""
    before = notes.records("notes")
    answer = notes(method, "/notes/9")
    assert answer.status == 404
    assert isinstance(answer.json["detail"], str)
    assert notes.records("notes") == before


def test_create_adds_a_record_with_a_key_of_its_own(notes: Ask) -> None:
    """The new record is answered, stored and listed last; two of them differ."""
    made = [notes("POST", "/notes", json={"text": "new"}) for _ in range(2)]
    assert [answer.status for answer in made] == [201, 201]
    first, second = (answer.json["id"] for answer in made)
    assert first != second
    assert _ids(notes("GET", "/notes"))[-2:] == [first, second]
    assert notes("GET", f"/notes/{first}").json["text"] == "new"


def test_the_same_trace_makes_the_same_keys(mock_of: MockOf) -> None:
    """Keys come from seed, world and step: another mock of the same seed gives them again, another seed others."""
    keys = []
    for seed in ("0", "0", "1"):
        mock = mock_of(DOCUMENT, BEHAVIOURS, FIXTURES, seed=seed)
        keys.append([mock("POST", "/notes", json={"text": "new"}).json["id"] for _ in range(3)])
    assert keys[0] == keys[1]
    assert not set(keys[0]) & set(keys[2])


def test_a_key_that_exists_is_a_conflict(notes: Ask) -> None:
    """Creating a record with the key of another one is the contract's 409; the old one stays."""
    assert notes("POST", "/notes", json={"id": "1", "text": "again"}).status == 409
    assert notes("GET", "/notes/1").json["text"] == "one"


def test_a_key_from_the_path_replaces(mock_of: MockOf) -> None:
    """Where the behaviour itself sets the key, creating is putting."""
    upsert = {"create": {"notes": {"*": "$body", "id": "$path.id"}}, "reply": "$record"}
    notes = mock_of(DOCUMENT, behaviours(putNote=upsert), FIXTURES)
    assert notes("PUT", "/notes/1", json={"text": "anew"}).json == {"id": "1", "text": "anew"}
    assert notes("PUT", "/notes/new", json={"text": "first"}).status == 200
    assert _ids(notes("GET", "/notes")) == ["1", "2", "3", "4", "5", "new"]


def test_a_list_creates_many(mock_of: MockOf) -> None:
    """One record for each item; the fields of the behaviour are laid over each."""
    many = {"create": {"notes": {"*": "$body.all", "place": "$now"}}, "reply": "$record"}
    notes = mock_of(DOCUMENT, behaviours(createNote=many), {})
    assert notes("POST", "/notes", json={"all": [{"text": "a"}, {"text": "b"}]}).json["text"] == "b"
    stored = list(notes.records("notes").values())
    assert [record["text"] for record in stored] == ["a", "b"]
    assert len({record["id"] for record in stored}) == 2
    assert {record["place"] for record in stored} == {"2026-01-15T12:00:00.000Z"}


def test_set_puts_the_body_in_the_record_s_place(notes: Ask) -> None:
    """What was not sent is gone; the key is never changed by the body; the place in the list stays."""
    assert notes("PUT", "/notes/2", json={"id": "7", "text": "new"}).json == {"id": "2", "text": "new"}
    assert _ids(notes("GET", "/notes")) == ["1", "2", "3", "4", "5"]


def test_set_takes_a_patch_in(notes: Ask) -> None:
    """A merge patch: what was not sent stays, null removes."""
    patched = notes("PATCH", "/notes/2", json={"text": "new", "tags": None, "id": "7"})
    assert patched.json == {"id": "2", "text": "new"}


@pytest.mark.parametrize(
    ("sets", "record"),
    [
        ({"text": "fixed"}, {"id": "4", "text": "fixed"}),
        ({"text": "$body.missing"}, {"id": "4", "text": "four"}),
        ({"pinned": "$absent"}, {"id": "4", "text": "four"}),
        ({"place": "$path.id"}, {"id": "4", "text": "four", "place": "4"}),
        ({"pinnedUntil": "$now + pin"}, {"id": "4", "text": "four", "pinnedUntil": "2026-01-18T12:00:00.000Z"}),
    ],
)
def test_what_set_sets(mock_of: MockOf, clock: Clock, sets: Any, record: dict[str, Any]) -> None:
    """Literals, parts of the request, times; a missing value leaves the field alone, `$absent` takes it away.

    What had lapsed by then has lapsed for good, fields that lapse away included.
    """
    notes = mock_of(DOCUMENT, behaviours(putNote={**FIND, "set": sets, "reply": "$record"}), FIXTURES)
    notes("GET", "/notes")
    clock.advance(days=2)
    answer = notes("PUT", "/notes/4", json={}).json
    assert {"pinned": False, "pinnedUntil": "2026-01-16T12:00:00.000Z", **answer} == {
        "pinned": False, "pinnedUntil": "2026-01-16T12:00:00.000Z", **record
    }  # fmt: skip
    assert ("place" in notes.records("notes")["4"]) is ("place" in record)
    assert ("pinned" in answer) is ("pinned" not in sets)


def test_time_shows_without_a_write(notes: Ask, clock: Clock) -> None:
    """A pin lapses and a note goes when their instants pass; the stored records stay as they were."""
    notes("GET", "/notes")
    before = notes.records("notes")
    clock.advance(days=1)
    lapsed = {"id": "4", "text": "four", "pinned": False, "pinnedUntil": "2026-01-16T12:00:00.000Z"}
    assert notes("GET", "/notes/4").json == lapsed
    assert notes("GET", "/notes/5").status == 200
    clock.advance(days=1)
    assert notes("GET", "/notes/5").status == 404
    assert _ids(notes("GET", "/notes")) == ["1", "2", "3", "4"]
    assert notes.records("notes") == before


def test_remove_takes_away_and_a_second_time_finds_nothing(notes: Ask) -> None:
    """The answer is empty, the record is gone, the next request finds none."""
    first = notes("DELETE", "/notes/3")
    assert (first.status, first.body) == (204, b"")
    assert notes("DELETE", "/notes/3").status == 404
    assert _ids(notes("GET", "/notes")) == ["1", "2", "4", "5"]


@pytest.mark.parametrize(
    ("query", "ids", "total", "next_"),
    [
        ("", "12345", 5, None),
        ("tag=a", "12", 2, None),
        ("tag=b", "25", 2, None),
        ("tag=z", "", 0, None),
        ("limit=2", "12", 5, "2"),
        ("limit=2&offset=2", "34", 5, "4"),
        ("limit=2&offset=4", "5", 5, None),
        ("offset=9", "", 5, None),
        ("limit=2&page=1", "12", 5, "2"),
        ("limit=2&page=3", "5", 5, None),
        ("limit=2&page=0", "12", 5, "2"),
        ("limit=2&page=9", "", 5, None),
        ("limit=2&after=2", "34", 5, "4"),
        ("after=5", "", 5, None),
        ("after=unknown&limit=1", "", 5, None),
        ("after=&limit=1", "1", 5, "1"),
        ("limit=0", "", 5, None),
        ("limit=-1", "12345", 5, None),
        ("limit=2&tag=b", "25", 2, None),
    ],
)
def test_pages_of_a_list(notes: Ask, query: str, ids: str, total: int, next_: str | None) -> None:
    """Filters that were not sent do not filter; the total counts all pages; `next` is there while records follow."""
    answer = notes("GET", "/notes", query=query)
    assert _ids(answer) == list(ids)
    assert answer.json["total"] == total
    assert answer.json.get("next") == next_
    assert answer.json["more"] is (next_ is not None)


def test_a_reply_leaves_out_what_is_not_there(mock_of: MockOf) -> None:
    """A reply's field whose value is missing is no field of the answer."""
    reply = {"id": "$record.id", "text": "$record.text", "place": "$record.place"}
    notes = mock_of(DOCUMENT, behaviours(getNote={**FIND, "reply": reply}), FIXTURES)
    assert notes("GET", "/notes/1").json == {"id": "1", "text": "one"}
    assert notes("GET", "/notes/4").json == {"id": "4", "text": "four", "place": "top"}


@pytest.mark.breaks_contract
def test_an_answer_that_would_break_the_contract_is_withheld(mock_of: MockOf) -> None:
    """It leaves as a 500 problem that says what was wrong, and nothing is committed."""
    wrong = {**FIND, "set": {"text": 5}, "reply": "$record"}
    notes = mock_of(DOCUMENT, behaviours(putNote=wrong), FIXTURES)
    before = notes.records("notes")
    answer = notes("PUT", "/notes/1", json={})
    assert (answer.status, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.json["validation"][0]["location"] == "body.text"
    assert notes.records("notes") == before


def test_changes_are_journaled(notes: Ask, entries: list[Any]) -> None:
    """Each record that changed, before and after; a read changes nothing and makes no step."""
    notes("GET", "/notes/1")
    notes("PATCH", "/notes/1", json={"text": "new"})
    notes("DELETE", "/notes/1")
    read, patched, removed = entries
    old, new = {"id": "1", "text": "one", "tags": ["a"]}, {"id": "1", "text": "new", "tags": ["a"]}
    assert read.changes == ()
    assert patched.changes == (Changed("notes", old, new),)
    assert removed.changes == (Changed("notes", new, None),)
    assert [entry.before.step for entry in entries] == [0, 0, 1]
    assert notes.engine.store.load("main")[0].step == 2


def shout(world: Any, scope: Any) -> Any:
    """A behaviour in Python: every note is renamed, and one field is answered."""
    for record in world.visible("notes", (), scope.now):
        world = world.put("notes", {**record, "text": record["text"].upper()})
    return world, {"id": scope.inputs.path["id"], "text": "done"}


def refuse(world: Any, scope: Any) -> Any:
    """A behaviour in Python that refuses."""
    raise Refused(404, "not today")


def fail(world: Any, scope: Any) -> Any:
    """A behaviour in Python that has a fault."""
    raise ZeroDivisionError


def _called(mock_of: MockOf, name: str) -> Ask:
    call = {"call": f"tests.mockserver.behaviour.test_runner:{name}"}
    return mock_of(DOCUMENT, behaviours(getNote=call), FIXTURES)


def test_a_function_stands_for_the_verbs(mock_of: MockOf) -> None:
    """It gives the next world and the fields of the reply; its answer is checked and committed like any other."""
    notes = _called(mock_of, "shout")
    assert notes("GET", "/notes/1").json == {"id": "1", "text": "done"}
    assert notes.records("notes")["2"]["text"] == "TWO"
    assert notes.engine.store.load("main")[0].step == 1


def test_a_function_may_refuse(mock_of: MockOf) -> None:
    """`Refused` is rendered in the contract's shape."""
    assert _called(mock_of, "refuse")("GET", "/notes/1").status == 404


@pytest.mark.breaks_contract
def test_an_exception_of_a_function_is_reported(mock_of: MockOf, capfd: pytest.CaptureFixture[str]) -> None:
    """A crash is a 500 that names the error; one line on standard error names the place; nothing is committed."""
    answer = _called(mock_of, "fail")("GET", "/notes/1")
    assert answer.status == 500
    assert "ZeroDivisionError" in answer.json["detail"]
    [line] = capfd.readouterr().err.splitlines()
    assert line.startswith(f"mockserver: GET /notes/1: {answer.json['detail'].strip()} (")
    assert "test_runner.py:" in line


class _Unwritable:
    """What no JSON can show."""

    def __repr__(self) -> str:
        raise ValueError("not even its name")


def _deep() -> Any:
    value: Any = 1
    for _ in range(5000):
        value = [value]
    return value


RETURNED: dict[str, tuple[Any, str]] = {
    "a set": ({"text": {1}}, "returned {1} for 'text', which isn't JSON: a set"),
    "no number": ({"text": float("nan")}, "returned nan for 'text', which isn't JSON: nan isn't a number of JSON"),
    "an object": ({"text": _Unwritable()}, "returned a _Unwritable for 'text', which isn't JSON: a _Unwritable"),
    "bytes inside": ({"text": [b"x"]}, "returned [b'x'] for 'text', which isn't JSON: a bytes"),
    "a name": ({"text": {1: 2}}, "returned {1: 2} for 'text', which isn't JSON: 1 is a member's name"),
    "too deep": ({"text": _deep()}, "which isn't JSON: more than 100 levels"),
    "a path": ({1: "x"}, "returned 1 as a path of the response; paths are strings"),
    "no mapping": (["text"], "return (world, {path: value})"),
    "nothing": (None, "return (world, {path: value})"),
}


def answer_what_cannot_be(world: Any, scope: Any) -> Any:
    """A behaviour in Python that returns what no response can hold, by the id in the path."""
    return world.put("notes", {"id": "new"}), RETURNED[scope.inputs.path["id"]][0]


def return_no_world(world: Any, scope: Any) -> Any:
    """A behaviour in Python that returns one value."""
    return {"text": "no world"}


@pytest.mark.breaks_contract
@pytest.mark.parametrize("kind", RETURNED)
def test_what_a_function_returns_must_be_json(mock_of: MockOf, kind: str) -> None:
    """A 500 that names the function and what it returned; nothing is committed, nothing is raised."""
    notes = _called(mock_of, "answer_what_cannot_be")
    answer = notes("GET", f"/notes/{kind}")
    assert (answer.status, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "test_runner:answer_what_cannot_be returned" in answer.json["detail"]
    assert RETURNED[kind][1] in answer.json["detail"]
    assert "new" not in notes.records("notes")


@pytest.mark.breaks_contract
def test_a_function_returns_a_world(mock_of: MockOf) -> None:
    """One value alone is none."""
    answer = _called(mock_of, "return_no_world")("GET", "/notes/1")
    assert (answer.status, "return (world, {path: value})" in answer.json["detail"]) == (500, True)
