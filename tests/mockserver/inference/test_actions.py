"""Actions on a record: the words of the schema that say what it then is."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.inference import infer
from mockserver.inference.actions import states_after
from tests.mockserver.inference.lists import contract, each
from tests.mockserver.inference.playing import Play
from tests.mockserver.inference.test_infer import answer, body, crud, thing, values
from tests.support import Ask

ORDER = {"$ref": "#/components/schemas/Order"}
STATUS = {"type": "string", "enum": ["new", "IN_PROGRESS", "paid", "Cancelled", "shipped", "on_hold", "active"]}
FLAG, TIME = {"type": "boolean"}, {"type": "string", "format": "date-time"}
SENT = body(thing(reason={"type": "string"}, note=None, amount={"type": "number"}))


def acting(play: Play, *actions: str, method: str = "post", **more: Any) -> tuple[Ask, str]:
    """A mock of orders with these actions, and the key of a new order."""
    paths = crud("/orders", "id", ORDER)
    for action in actions:
        path = f"/orders/{{id}}{action}"
        paths[path] = {"parameters": values(path), method: {"responses": answer(ORDER), **more}}
    order = thing(
        id=None, note=None, status=STATUS, isArchived=FLAG, locked=FLAG, unread=FLAG, cancelled_at=TIME,
        amount={"type": "number"},
    )  # fmt: skip
    ask = play(paths, Order=order)
    made = {"note": "mine", "status": "new", "isArchived": False, "locked": False, "unread": True, "amount": 5}
    return ask, ask("POST", "/orders", json=made).json["id"]


@pytest.mark.parametrize(("action", "field", "value"), [
    ("/cancel", "status", "Cancelled"), ("/ship", "status", "shipped"), ("/pay", "status", "paid"),
    ("/mark-as-paid", "status", "paid"), ("/start", "status", "IN_PROGRESS"), ("/hold", "status", "on_hold"),
    (":cancel", "status", "Cancelled"), ("/cancelOrder", "status", "Cancelled"), ("/reactivate", "status", "active"),
    ("/unblock", "status", "active"), ("/archive", "isArchived", True), ("/lock", "locked", True),
    ("/markRead", "unread", False), ("/actions/cancel", "status", "Cancelled"),
    ("/lines/cancel", "status", "new"), ("/review", "status", "new"), ("/comments", "isArchived", False),
])  # fmt: skip
def test_an_action_leaves_what_its_verb_says(play: Play, action: str, field: str, value: Any) -> None:
    """The state is shown by the action, and read later; an action that no word of the schema says changes nothing."""
    ask, key = acting(play, action)
    assert ask("POST", f"/orders/{key}{action}").json[field] == value
    record = ask("GET", f"/orders/{key}").json
    assert (record[field], record["note"]) == (value, "mine")


def test_what_is_done_can_be_undone(play: Play) -> None:
    """By an action that says the opposite, or by DELETE on the same path."""
    ask, key = acting(play, "/lock", "/unlock", "/archive", "/unarchive", method="put")
    for action, field, value in (("lock", "locked", True), ("unlock", "locked", False), ("archive", "isArchived", True),
                                 ("unarchive", "isArchived", False)):  # fmt: skip
        assert ask("PUT", f"/orders/{key}/{action}").json[field] is value
    ask, _ = acting(play, "/lock", method="delete")
    key = ask("POST", "/orders", json={"locked": True}).json["id"]
    assert ask("DELETE", f"/orders/{key}/lock").json["locked"] is False


def test_the_time_of_an_action_is_kept(play: Play) -> None:
    """`cancelled_at` is the time of the call; no other time changes."""
    ask, key = acting(play, "/cancel", "/ship")
    assert "cancelled_at" not in ask("POST", f"/orders/{key}/ship").json
    assert ask("POST", f"/orders/{key}/cancel").json["cancelled_at"].startswith("20")


def test_an_action_keeps_what_it_is_sent_of_the_record(play: Play) -> None:
    """But no number: the amount of a refund is not that of the order."""
    ask, key = acting(play, "/cancel", requestBody=SENT)
    record = ask("POST", f"/orders/{key}/cancel", json={"note": "late", "amount": 1, "reason": "-"}).json
    assert (record["note"], record["amount"], record["status"]) == ("late", 5, "Cancelled")
    ask, key = acting(play, "/reply", "/status", requestBody=body(thing(note=None, status=STATUS)))
    assert ask("POST", f"/orders/{key}/reply", json={"note": "yes"}).json["note"] == "mine"
    assert ask("POST", f"/orders/{key}/status", json={"status": "paid"}).json["status"] == "paid"


@pytest.mark.parametrize("schema", [{"type": "string"}, {"anyOf": [{"type": "string"}, thing(id=None)]}])
def test_an_action_ties_a_record_to_another(play: Play, schema: Any) -> None:
    """Whose key it is sent, whatever the action is called; other texts are its own."""
    sent = {"requestBody": body(thing(customer_id=None, note=None)), "responses": answer(ORDER)}
    paths = crud("/orders", "id", ORDER) | {"/orders/{id}/attach": {"parameters": values("/orders/{id}"), "post": sent}}
    ask = play(paths, Order=thing(id=None, note=None, customer_id=schema))
    key = ask("POST", "/orders", json={"note": "mine"}).json["id"]
    ask("POST", f"/orders/{key}/attach", json={"customer_id": "c1", "note": "other"})
    assert ask("GET", f"/orders/{key}").json == {"id": key, "note": "mine", "customer_id": "c1"}


@pytest.mark.parametrize(("verb", "states"), [
    ("cancel", {"canceled", "cancelled"}), ("ship", {"shipped"}), ("retry", {"retried"}), ("close", {"closed"}),
    ("play", {"played"}), ("reopen", {"open", "opened"}), ("unban", {"unbanned", "active"}), ("paid", {"paid"}),
    ("finish", {"finished", "done", "completed"}), ("stop", {"stopped", "off"}),
])  # fmt: skip
def test_the_states_after_a_verb(verb: str, states: set[str]) -> None:
    """All spellings of its participle, and other words for the same."""
    assert states <= set(states_after(verb))


@pytest.mark.parametrize(("schema", "path"), [
    ({"type": "integer"}, ()), (thing(count={"type": "integer"}), ("count",)), (thing(n={"type": "number"}), ("n",)),
])  # fmt: skip
def test_a_path_that_counts_says_how_many_there_are(play: Play, schema: Any, path: tuple[str, ...]) -> None:
    """As many as a list with the same query has."""
    paths = crud("/orders", "id", ORDER)
    note = {"name": "note", "in": "query", "schema": {"type": "string"}}
    paths["/orders/count"] = {"get": {"parameters": [note], "responses": answer(schema)}}
    ask = play(paths, Order=thing(id=None, note=None))

    def count(query: str = "") -> Any:
        said = ask("GET", "/orders/count", query=query).json
        return said[path[0]] if path else said

    before = count()
    ask("POST", "/orders", json={"note": "rare"})
    assert (count(), count("note=rare")) == (before + 1, 1)
    assert count() == len(ask("GET", "/orders").json)


def test_a_new_record_below_another_may_be_answered_by_its_parent(play: Play) -> None:
    """`POST /orders/{id}/lines` that answers the order shows all of the order."""
    line = {"$ref": "#/components/schemas/Line"}
    lines = crud("/orders/{id}/lines", "lineId", line)
    lines["/orders/{id}/lines"]["post"]["responses"] = answer(ORDER)
    ask = play(crud("/orders", "id", ORDER) | lines, Order=thing(id=None, note=None, total={"type": "number"}),
               Line=thing(id=None, sku=None))  # fmt: skip
    order = ask("POST", "/orders", json={"note": "mine", "total": 3}).json
    assert ask("POST", f"/orders/{order['id']}/lines", json={"sku": "A"}).json == order
    assert [one["sku"] for one in ask("GET", f"/orders/{order['id']}/lines").json] == ["A"]


@pytest.mark.parametrize("path", ["/users/signup", "/auth/register"])
def test_who_signs_up_is_a_user(play: Play, path: str) -> None:
    """The response shows a record of one collection, and so it is there."""
    user = {"$ref": "#/components/schemas/User"}
    signup = {path: {"post": {"requestBody": body(thing(email=None, password=None)), "responses": answer(user)}}}
    ask = play(crud("/users", "id", user) | signup, User=thing(id=None, email=None))
    made = ask("POST", path, json={"email": "ada@example.org", "password": "secret"}).json
    assert made["email"] == "ada@example.org"
    assert ask("GET", f"/users/{made['id']}").json == made


@pytest.mark.parametrize("word", ["copy", "clone", "duplicate"])
def test_a_copy_is_another_record_with_the_same_fields(play: Play, word: str) -> None:
    """But for its key, and what is sent with the copy."""
    path = f"/orders/{{id}}/{word}"
    asked = {"requestBody": body(thing(note=None)), "responses": answer(ORDER, "201")}
    ask = play(crud("/orders", "id", ORDER) | {path: {"parameters": values(path), "post": asked}},
               Order=thing(id=None, note=None, colour=None))  # fmt: skip
    first = ask("POST", "/orders", json={"note": "mine", "colour": "red"}).json
    second = ask("POST", f"/orders/{first['id']}/{word}", json={"note": "other"}).json
    assert second == {"id": second["id"], "note": "other", "colour": "red"}
    assert second["id"] != first["id"]
    assert ask("GET", f"/orders/{first['id']}").json == first
    assert ask("GET", f"/orders/{second['id']}").json == second


STATES = {
    "running started inprogress processing active on": "start run launch begin boot resume restart poweron",
    "stopped inactive off exited": "stop shutdown poweroff quit",
    "completed complete done finished succeeded": "complete finish end",
    "active enabled open live running": "restore reinstate unblock",
    "active enabled": "activate", "active on": "enable", "inactive off": "disable", "inactive disabled": "deactivate",
    "suspended onhold": "pause", "inactive": "suspend", "held onhold": "hold", "ended": "end terminate",
    "paid": "pay capture", "sent": "send", "withdrawn": "withdraw", "canceled cancelled": "abort terminate",
    "fulfilled": "fulfill", "succeeded": "capture", "active": "verify", "live": "publish", "open": "reopen",
    "hidden": "hide", "visible shown": "show", "frozen": "freeze", "taken": "take", "built": "build", "won": "win",
    "lost": "lose", "deleted": "trash", "pending inreview": "submit", "rejected": "deny decline", "complete": "deliver",
    "pending": "queue", "retried": "retry", "archived": "archive", "shipped": "ship", "unlocked": "unlock",
    "fixed": "fix",
}  # fmt: skip
NO_LONGER = {
    "enabled": "disable", "visible": "hide", "hidden": "show", "opened": "close", "closed": "reopen open",
    "started": "stop", "paused": "resume", "deleted": "restore", "running": "pause", "approved": "reject",
    "accepted": "decline", "frozen": "thaw", "active": "suspend archive", "open": "resolve", "locked": "unlock",
    "activated": "deactivate", "connected": "disconnect", "unread": "read",
}  # fmt: skip
AROUND = "mark as set make do is to has been was now"


def _set(order: dict[str, Any], actions: dict[str, str], **more: Any) -> dict[str, Any]:
    """What each action, by its path, sets in an order with these fields."""
    paths = crud("/orders", "id", ORDER)
    for number, (action, method) in enumerate(actions.items()):
        path = f"/orders/{{id}}/{action}"
        operation = {"operationId": f"act{number}", "responses": answer(ORDER), **more}
        paths[path] = {"parameters": values(path), method: operation}
    done = infer(contract(paths, Order=thing(id=None, **order))).behaviours["operations"]
    return {action: done[f"act{number}"].get("set", {}) for number, action in enumerate(actions)}


def test_every_verb_has_its_states() -> None:
    """The participle, and other words for the same."""
    for states, verbs in STATES.items():
        for verb in verbs.split():
            assert set(states.split()) <= set(states_after(verb)), verb


def test_every_verb_has_an_opposite() -> None:
    """What is called so is so no longer; other flags stay."""
    fields = dict.fromkeys(NO_LONGER, FLAG)
    for name, verbs in NO_LONGER.items():
        found = _set(fields, dict.fromkeys(verbs.split(), "post"))
        assert {verb: said.get(name) for verb, said in found.items()} == dict.fromkeys(verbs.split(), False)
    assert _set({"other": FLAG, "number": {"type": "integer"}}, {"disable": "post"}) == {"disable": {}}


def test_small_words_around_a_verb_say_nothing() -> None:
    """In the path, and in the name of the flag."""
    fields = {f"{word}Paid": FLAG for word in AROUND.split()}
    actions = {f"{word}-paid": "post" for word in AROUND.split()} | {"pay-order": "post", "paid": "put"}
    assert _set(fields, actions) == dict.fromkeys(actions, dict.fromkeys(fields, True))
    assert _set(fields, {"paid": "delete", "pay": "get"}) == {"paid": dict.fromkeys(fields, False), "pay": {}}


def test_the_state_of_a_record_has_a_few_names() -> None:
    """Alone or at the end of a longer one; a text that may be any is no state."""
    enum = {"type": "string", "enum": ["new", "Cancelled"]}
    names = ["status", "state", "phase", "stage", "lifecycle", "orderStatus"]
    found = _set({**dict.fromkeys(names, enum), "kind": enum, "myState": {"type": "string"}}, {"cancel": "post"})
    assert found == {"cancel": dict.fromkeys(names, "Cancelled")}


def test_the_time_of_an_action_has_a_few_names() -> None:
    """In the form of its field."""
    fields = {f"paid_{word}": TIME for word in ("at", "on", "date", "time")} | {"paid_by": TIME, "sent_at": TIME}
    assert _set({**fields, "paid_ms": TIME}, {"pay": "post"}) == {"pay": dict.fromkeys(list(fields)[:4], "$now")}
    assert _set({"paid_at": {"type": "integer", "format": "unix-time"}}, {"pay": "post"}) == {
        "pay": {"paid_at": "$now.unix"}
    }


def test_some_actions_change_what_they_are_sent() -> None:
    """Whatever it is, but no number; others only where they say what the record then is."""
    setting = """assign rename move transfer set change update edit schedule reschedule configure transition label tag
    status state settings title name description"""
    sent = body(thing(note=None, amount={"type": "number"}, other=None))
    fields = {"note": {"type": "string"}, "amount": {"type": "number"}}
    verbs = [verb for verb in setting.split() if verb not in ("update", "edit", "change")]  # those stand for PATCH
    actions = dict.fromkeys([*verbs, "reply"], "post")
    assert _set(fields, actions, requestBody=sent) == each(verbs, {"note": "$body.note"}) | {"reply": {}}


def test_a_state_may_be_an_object(play: Play) -> None:
    """A new record has one, and actions change what it says, no more."""
    state = thing(Running=FLAG, Paused=FLAG, Status={"type": "string", "enum": ["created", "running", "exited"]})
    paths = crud("/boxes", "id", ORDER, thing(name=None))
    done = {"responses": {"204": {"description": ""}}}
    for action in ("start", "stop"):
        paths[f"/boxes/{{id}}/{action}"] = {"parameters": values("/boxes/{id}"), "post": done}
    ask = play(paths, Order=thing(id=None, name=None, State=state))
    made = ask("POST", "/boxes", json={"name": "a"}).json
    assert (made["State"]["Status"], made["State"]["Running"]) == ("created", False)
    for action, running, status in (("start", True, "running"), ("stop", False, "exited")):
        assert ask("POST", f"/boxes/{made['id']}/{action}").status == 204
        now = {**made["State"], "Running": running, "Status": status}
        assert ask("GET", f"/boxes/{made['id']}").json == {**made, "State": now}


def test_a_removal_says_how_many_went(play: Play) -> None:
    """In a number, and as a boolean of one record."""
    counted = answer(thing(deleted={"type": "integer"}, ok={"type": "boolean"}))
    gone = answer(thing(id=None, deleted={"type": "boolean"}))
    paths = crud("/orders", "id", ORDER)
    sent = body(thing(ids={"type": "array", "items": {"type": "string"}}))
    paths["/orders/bulk_delete"] = {"post": {"requestBody": sent, "responses": counted}}
    paths["/orders"]["delete"] = {"responses": counted}
    paths["/orders/{id}"]["delete"]["responses"] = gone
    ask = play(paths, Order=thing(id=None, note=None))
    one, two, three = (ask("POST", "/orders", json={"note": note}).json["id"] for note in "abc")
    assert ask("POST", "/orders/bulk_delete", json={"ids": [one, two, "unknown"]}).json["deleted"] == 2
    assert ask("DELETE", f"/orders/{three}").json == {"id": three, "deleted": True}
    there = len(ask("GET", "/orders").json)
    assert ask("DELETE", "/orders").json["deleted"] == there > 0


@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_part_of_a_record_has_a_path_of_its_own(play: Play, method: str) -> None:
    """What is sent there changes that part alone, and is read there: the status, or the scale, of a job."""
    spec, kind = thing(replicas={"type": "integer"}, image=None), {"type": "string"}
    job = thing(name=None, kind=kind, spec=spec, status=thing(ready={"type": "integer"}))
    total = {**thing(total={"type": "integer"}), "required": ["total"]}
    scale = thing(kind=kind, spec=thing(replicas={"type": "integer"}), status=total)
    paths = crud("/jobs", "name", ORDER)
    for part, schema in (("status", ORDER), ("scale", scale)):
        one = {"get": {"responses": answer(schema)}, method: {"requestBody": body(schema), "responses": answer(schema)}}
        paths[f"/jobs/{{name}}/{part}"] = {"parameters": values("/jobs/{name}"), **one}
    ask = play(paths, Order=job)
    made = ask("POST", "/jobs", json={"name": "web", "kind": "Job", "spec": {"replicas": 1, "image": "a"}}).json
    sent = {"kind": "Scale", "spec": {"replicas": 5}}
    assert ask(method.upper(), "/jobs/web/scale", json=sent).json["spec"] == {"replicas": 5}
    assert ask("GET", "/jobs/web/scale").json["spec"] == {"replicas": 5}
    sent = {"name": "web", "status": {"ready": 3}, **({"spec": {"image": "b"}} if method == "put" else {})}
    assert ask(method.upper(), "/jobs/web/status", json=sent).json["status"] == {"ready": 3}
    changed = {"spec": {"replicas": 5, "image": "a"}, "status": {"ready": 3}}
    assert ask("GET", "/jobs/web").json == {**made, **changed}
