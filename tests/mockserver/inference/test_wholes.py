"""Paths that hold no records: lists of plain texts, and maps of any names."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockserver.inference.lists import TEXT, many
from tests.mockserver.inference.playing import Play
from tests.mockserver.inference.test_infer import answer, body, crud, thing, values

TEXTS = many(TEXT)
MAP = {"type": "object", "additionalProperties": TEXT}
GONE = {"204": {"description": ""}}


def _texts(path: str, sent: Any, shown: Any) -> dict[str, Any]:
    """A list of texts to which one or several are added, which is replaced, and from which one is taken."""
    write = {"requestBody": body(sent), "responses": answer(shown)}
    item = path + "/{tag}"
    return {
        path: {
            "parameters": values(path),
            "get": {"responses": answer(shown)},
            "post": write,
            "put": {**write, "requestBody": body(shown)},
        },
        item: {"parameters": values(item), "delete": {"responses": GONE}, "put": {"responses": GONE}},
    }


@pytest.mark.parametrize(
    ("sent", "written", "added"),
    [
        (TEXTS, ["a", "b"], ["a", "b"]),
        (TEXT, "a", ["a"]),
        (thing(tag=TEXT), {"tag": "a"}, ["a"]),
        (thing(tags=TEXTS), {"tags": ["a", "b"]}, ["a", "b"]),
        (thing(names=TEXTS, note={"type": "integer"}), {"names": ["a"], "note": 1}, None),
    ],
)
@pytest.mark.parametrize("shown", [TEXTS, thing(tags=TEXTS), {**thing(items=TEXTS, total=None), "required": ["items"]}])
def test_texts_are_added_replaced_and_taken_out(
    play: Play, sent: Any, written: Any, added: list[str] | None, shown: Any
) -> None:
    """One or several, as a list, in an object, or bare; each only once, and in the order in which they came."""
    ask = play(_texts("/tags", sent, shown))

    def listed() -> Any:
        found = ask("GET", "/tags").json
        return found if isinstance(found, list) else found.get("tags", found.get("items"))

    if added is None:
        return
    assert ask("POST", "/tags", json=written).status == 200
    assert listed() == added
    ask("POST", "/tags", json=written)
    assert listed() == added
    assert ask("PUT", "/tags/c").status == 204
    assert ask("DELETE", "/tags/a").status == 204
    assert listed() == [*added[1:], "c"]
    name = "tags" if "tags" in str(shown) else "items"
    ask("PUT", "/tags", json=["c", "x"] if shown is TEXTS else {name: ["c", "x"]})
    assert sorted(listed()) == ["c", "x"]


def test_texts_below_a_record_belong_to_it(play: Play) -> None:
    """The same text may stand below two records, and none below a record that isn't there."""
    issue = {"$ref": "#/components/schemas/Issue"}
    paths = crud("/issues", "id", issue, kind="Issue") | _texts("/issues/{id}/tags", TEXTS, TEXTS)
    ask = play(paths, Issue=thing(id=TEXT, title=TEXT))
    first, second = (ask("POST", "/issues", json={"title": title}).json["id"] for title in "ab")
    assert ask("POST", f"/issues/{first}/tags", json=["bug", "ui"]).json == ["bug", "ui"]
    assert ask("POST", f"/issues/{second}/tags", json=["bug"]).json == ["bug"]
    assert ask("DELETE", f"/issues/{first}/tags/bug").status == 204
    assert ask("GET", f"/issues/{first}/tags").json == ["ui"]
    assert ask("GET", f"/issues/{second}/tags").json == ["bug"]
    assert ask("POST", "/issues/none/tags", json=["x"]).status == 404


def test_several_texts_are_taken_out_at_once(play: Play) -> None:
    """DELETE at the list takes those that it sends."""
    paths = _texts("/tags", TEXTS, TEXTS)
    paths["/tags"]["delete"] = {"requestBody": body(TEXTS), "responses": GONE}
    ask = play(paths)
    ask("POST", "/tags", json=["a", "b", "c"])
    assert ask("DELETE", "/tags", json=["a", "c"]).status == 204
    assert ask("GET", "/tags").json == ["b"]


@pytest.mark.parametrize(
    "shown",
    [
        MAP,
        {"type": "object", "additionalProperties": {}},
        {"type": "object"},
        {**MAP, "additionalProperties": thing(n=TEXT)},
    ],
)
@pytest.mark.parametrize("base", ["/settings", "/users/{id}/preferences"])
def test_a_map_is_kept_as_a_whole(play: Play, shown: Any, base: str) -> None:
    """PUT replaces it, PATCH changes the members that it sends, and null takes one away (RFC 7396)."""
    write = {"requestBody": body(shown), "responses": answer(shown)}
    ask = play({base: {"parameters": values(base), "get": {"responses": answer(shown)}, "put": write, "patch": write}})
    path = base.replace("{id}", "7")
    value: Any = {"n": "1"} if "properties" in str(shown) else "dark"
    assert ask("GET", path).status == 200
    assert ask("PUT", path, json={"theme": value, "other": value}).json == {"theme": value, "other": value}
    assert ask("PATCH", path, json={"more": value}).json == {"theme": value, "other": value, "more": value}
    assert ask("PUT", path, json={"theme": value}).status == 200
    assert ask("GET", path).json == {"theme": value}
    if base != "/settings":
        assert ask("GET", base.replace("{id}", "8")).json != {"theme": value}


@pytest.mark.parametrize("shown", [{"type": "object"}, MAP, None])
@pytest.mark.parametrize("path", ["/meta/{store}/{name}", "/meta/{store}/shared/{name}"])
def test_a_map_is_kept_at_each_value_of_a_path(play: Play, path: str, shown: Any) -> None:
    """What was put is read at its own path; elsewhere there is nothing, and below it nothing of it is shown."""
    sent = {"type": "object"} if shown is None else shown
    read = answer(shown) if shown is not None else {"200": {"description": ""}}
    item = {"get": {"responses": read}, "put": {"requestBody": body(sent), "responses": {"201": {"description": ""}}}}
    below = path + "/{more}"
    paths = {path: {"parameters": values(path), **item, "delete": {"responses": GONE}}}
    paths[below] = {"parameters": values(below), "get": {"responses": answer(thing(n=TEXT))}}
    ask = play(paths)
    first, second = (path.replace("{store}", "a").replace("{name}", name) for name in ("x", "y"))
    assert ask("PUT", first, json={"theme": "dark"}).status == 201
    assert ask("GET", first).json == {"theme": "dark"}
    assert ask("GET", second).status == 404
    assert ask("GET", first + "/z").json != {"theme": "dark"}
    assert ask("DELETE", first).status == 204
    assert ask("GET", first).status == 404
