"""Records that refer to the record above are listed and created below it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockserver.inference.playing import Play
from tests.mockserver.inference.test_infer import answer, body, crud, thing, values
from tests.support import Ask

TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
ORDER, SHORT = ({"$ref": f"#/components/schemas/{name}"} for name in ("Order", "ShortOrder"))
CUSTOMER = {"$ref": "#/components/schemas/Customer"}


def _below(path: str, item: Any) -> dict[str, Any]:
    """A path at which items are listed and created."""
    created = {"requestBody": body(thing(text=None)), "responses": answer(item, "201")}
    listed = {"responses": answer({"type": "array", "items": item})}
    return {path: {"parameters": values(path), "get": listed, "post": created}}


def _shop(play: Play, path: str, **fields: Any) -> Ask:
    """A mock of a shop with customers, orders, and the orders of a customer."""
    paths = crud("/customers", "id", CUSTOMER, kind="Customer") | crud("/orders", "id", ORDER, kind="Order")
    paths |= _below(f"/customers/{{id}}/{path}", ORDER)
    return play(paths, Customer=thing(id=WHOLE, name=None), Order=thing(id=WHOLE, text=None, total=WHOLE, **fields))


@pytest.mark.parametrize("path", ["orders", "purchases"])
@pytest.mark.parametrize(
    ("fields", "of"),
    [
        ({"customerId": WHOLE}, lambda customer: {"customerId": customer["id"]}),
        ({"customer_id": WHOLE, "authorId": WHOLE}, lambda customer: {"customer_id": customer["id"]}),
        ({"customer": CUSTOMER}, lambda customer: {"customer": customer}),
        ({"customers": {"type": "array", "items": CUSTOMER}}, lambda customer: {"customers": [customer]}),
    ],
)
def test_the_records_that_refer_to_one_are_below_it(play: Play, path: str, fields: Any, of: Any) -> None:
    """Whether they hold its key, the record itself, or a list of them; a new one there refers to it."""
    ask = _shop(play, path, **fields)
    ada, bob = (ask("POST", "/customers", json={"name": name}).json for name in ("Ada", "Bob"))
    first = ask("POST", "/orders", json={"text": "first", **of(ada)}).json
    second = ask("POST", f"/customers/{ada['id']}/{path}", json={"text": "second"}).json
    assert {name: second[name] for name in of(ada)} == of(ada)
    assert ask("GET", f"/orders/{second['id']}").json == second
    assert ask("GET", f"/customers/{ada['id']}/{path}").json == [first, second]
    assert ask("GET", f"/customers/{bob['id']}/{path}").json == []
    assert ask("GET", f"/customers/999/{path}").status == 404


def test_a_list_below_may_show_less(play: Play) -> None:
    """It is recognised by the schema with which the collection lists its records."""
    short = {"type": "array", "items": SHORT}
    paths = {"/orders": {"get": {"responses": answer(thing(data=short))}}}
    below = "/customers/{id}/purchases"
    paths |= {below: {"parameters": values(below), "get": {"responses": answer(thing(data=short))}}}
    paths = crud("/customers", "id", CUSTOMER, kind="C") | crud("/orders", "id", ORDER, kind="O") | paths
    paths["/orders"]["post"] = crud("/orders", "id", ORDER, kind="O")["/orders"]["post"]
    order = thing(id=WHOLE, text=None, customer=CUSTOMER)
    ask = play(paths, Customer=thing(id=WHOLE, name=None), Order=order, ShortOrder=thing(id=WHOLE, text=None))
    ada = ask("POST", "/customers", json={"name": "Ada"}).json
    ask("POST", "/orders", json={"text": "one", "customer": ada})
    listed = ask("GET", f"/customers/{ada['id']}/purchases").json["data"]
    assert [one["text"] for one in listed] == ["one"]


@pytest.mark.parametrize(("path", "is_child"), [("subtasks", True), ("children", True), ("dependencies", False)])
def test_records_below_one_of_the_same_collection_have_it_as_parent(play: Play, path: str, is_child: bool) -> None:
    """Only where the path speaks of children: tasks that a task depends on are others."""
    task = {"$ref": "#/components/schemas/Task"}
    paths = crud("/tasks", "id", task, kind="Task") | _below(f"/tasks/{{id}}/{path}", task)
    ask = play(paths, Task=thing(id=WHOLE, text=None, parent={"anyOf": [thing(id=WHOLE, text=None), {"type": "null"}]}))
    above = ask("POST", "/tasks", json={"text": "above"}).json
    made = ask("POST", f"/tasks/{above['id']}/{path}", json={"text": "below"}).json
    assert [one["text"] for one in ask("GET", f"/tasks/{above['id']}/{path}").json if one == made] == ["below"]
    assert (made.get("parent") == {"id": above["id"], "text": "above"}) == is_child


def test_a_path_that_only_lists_and_creates_has_the_records_of_the_one_that_reads_them(play: Play) -> None:
    """Though it lists less of each."""
    story, short = {"$ref": "#/components/schemas/Story"}, thing(gid=None, text=None)
    one = crud("/stories", "story_gid", story, kind="Story")["/stories/{story_gid}"]
    below = _below("/tasks/{task_gid}/stories", story)
    below["/tasks/{task_gid}/stories"]["get"] = {"responses": answer({"type": "array", "items": short})}
    paths = crud("/tasks", "task_gid", short, kind="Task") | {"/stories/{story_gid}": one} | below
    ask = play(paths, Story=thing(gid=None, text=None, kind=None, pinned={"type": "boolean"}))
    task = ask("POST", "/tasks", json={"text": "above"}).json
    made = ask("POST", f"/tasks/{task['gid']}/stories", json={"text": "mine"}).json
    assert ask("GET", f"/stories/{made['gid']}").json == made
    assert [(one["gid"], one["text"]) for one in ask("GET", f"/tasks/{task['gid']}/stories").json] == [
        (made["gid"], "mine")
    ]
    assert ask("DELETE", f"/stories/{made['gid']}").status == 204
    assert ask("GET", f"/tasks/{task['gid']}/stories").json == []
