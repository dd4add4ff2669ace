"""Where a response or a body has the records: at its top, or inside an envelope."""

from __future__ import annotations

import pytest

from mockserver.inference import infer
from mockserver.inference.envelopes import is_wrapper
from tests.mockserver.inference.lists import TEXT, WHOLE, Data, contract, each, many
from tests.mockserver.inference.test_infer import answer, body, crud, thing

THING = {"$ref": "#/components/schemas/Thing"}
ANYTHING = {"type": "object"}
WRAPPERS = "data result results response _embedded embedded body payload d record item object"
LISTS = """data items results records content values list value entries elements rows hits docs objects resources member
    collection nodes edges"""
CALLS = """code status statusCode status_code success successful ok message messages msg error errors errorCode
    errorMessage timestamp time path meta metadata links requestId traceId version apiVersion token description detail
    title reason warnings isSuccess hasError"""


def _placed(kind: str, schemas: Data) -> Data:
    """Where the records are in a list, an answer with one, or a body, each in a collection of its own."""
    paths: Data = {}
    for number, schema in enumerate(schemas.values()):
        base = f"/{chr(97 + number // 26)}{chr(97 + number % 26)}xys"
        paths |= crud(base, "id", THING, kind=f"{number}")
        if kind == "list":
            paths[base]["get"]["responses"] = answer(schema)
        elif kind == "read":
            paths[f"{base}/{{id}}"]["get"]["responses"] = answer(schema)
        else:
            paths[base]["post"]["requestBody"] = body(schema)
    done = infer(contract(paths, Thing=thing(id=WHOLE, name=TEXT, size=WHOLE))).behaviours["operations"]
    return {
        name: _place(done[f"{kind}{number}"]) if f"{kind}{number}" in done else None
        for number, name in enumerate(schemas)
    }


def _place(behaviour: Data) -> str:
    if "create" in behaviour:
        (created,) = behaviour["create"].values()
        return str(created).removeprefix("$body").lstrip(".")
    reply = behaviour["reply"]
    return "" if isinstance(reply, str) else next(iter(reply))


def test_a_list_is_known_by_its_records_or_by_its_name() -> None:
    """One of objects is the only list, one of anything has a name that lists have; the most usual name counts."""
    names = [*LISTS.split(), "Items", "other"]
    assert _placed("list", {name: thing(**{name: many(THING)}) for name in names}) == {name: name for name in names}
    anything = {name: thing(texts=many(TEXT), **{name: many(ANYTHING)}) for name in names}
    assert _placed("list", anything) == {name: name for name in names[:-1]} | {"other": None}
    order, short = LISTS.split(), thing(id=WHOLE, name=TEXT)
    assert _placed("list", {
        name: thing(other=many(short), **each(reversed(order[place:]), many(short))) for place, name in enumerate(order)
    }) == {name: name for name in order}  # fmt: skip
    alike = {"known": thing(data=many(short), mine=many(THING)), "two": thing(x=many(TEXT), y=many(THING))}
    assert _placed("list", alike) == {"known": "mine", "two": "y"}


def test_a_list_may_lie_one_object_deeper() -> None:
    """In an object that has the name of an envelope, at most two deep."""
    names = [*WRAPPERS.split(), "Data"]
    inner = thing(items=many(THING))
    deep = {name: thing(**{name: inner}) for name in [*names, "other"]}
    assert _placed("list", deep) == {name: f"{name}.items" for name in names} | {"other": None}
    assert _placed("list", {name: thing(data=thing(**{name: inner})) for name in names}) == {
        name: f"data.{name}.items" for name in names
    }
    assert _placed("list", {"three": thing(data=thing(data=thing(data=inner)))}) == {"three": None}


def test_a_list_or_an_envelope_with_one_is_the_first_of_them() -> None:
    """Where an answer may be either."""
    assert _placed("list", {"either": {"oneOf": [many(THING), thing(items=many(THING))]}}) == {"either": ""}
    assert _placed("list", {"either": {"oneOf": [thing(items=many(THING)), many(THING)]}}) == {"either": "items"}


def test_a_record_is_known_by_its_schema_or_by_the_name_of_its_member() -> None:
    """An envelope with anything in it has nothing beside it but how the call went."""
    names = WRAPPERS.split()
    known = {name: name for name in [*names, "other"]}
    assert _placed("read", {name: thing(**{name: THING}) for name in known}) == known
    assert _placed("create", {name: thing(**{name: THING}) for name in known}) == known
    alone = {name: thing(code=WHOLE, **{name: ANYTHING}) for name in [*names, "other"]}
    assert _placed("read", alone) == {name: name for name in names} | {"other": None}
    calls = {name: thing(data=ANYTHING, **{name: TEXT}) for name in [*CALLS.split(), "other"]}
    assert _placed("read", calls) == each(CALLS, "data") | {"other": None}
    assert _placed("read", {"two": thing(code=WHOLE, data=ANYTHING, result=ANYTHING)}) == {"two": None}


def test_an_object_with_the_key_is_the_record() -> None:
    """Also if it has others of its kind in it; without the key, the member that has the name of one is."""
    short = thing(id=WHOLE, name=TEXT)
    schemas = {
        "record": thing(id=WHOLE, name=TEXT, size=WHOLE, parent=THING),
        "alike": thing(id=WHOLE, name=TEXT, data=short),
        "holder": thing(id=WHOLE, colour=TEXT, shape=TEXT, text=TEXT, entry=THING),
        "shares": thing(name=TEXT, entry=THING),
        "named": thing(count=WHOLE, exys=short),
        "deep": thing(data=thing(data=thing(data=short))),
        "deeper": thing(data=thing(data=thing(data=thing(data=short)))),
        "call": thing(code=WHOLE, status=WHOLE, data=short),
    }
    assert _placed("read", schemas) == {
        "record": "", "alike": "", "holder": "entry", "shares": "entry", "named": None, "deep": "data.data.data",
        "deeper": None, "call": "data",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "wraps"),
    [
        ((), True),
        (("data",), True),
        (("items",), True),
        (("pets",), True),
        (("pet",), True),
        (("response", "pets"), True),
        (("_embedded", "pets"), True),
        (("owner",), False),
        (("owner", "pets"), False),
        (("data", "owner"), False),
    ],
)
def test_every_name_on_the_way_to_the_records_is_an_envelope_s_or_theirs(path: tuple[str, ...], wraps: bool) -> None:
    """Pets below `data`, `items` or `pets` are the list itself; pets of an owner are a member that holds some."""
    assert is_wrapper(path, "pets") is wraps
