"""Records that have another name in answers than in their paths: a `channel` of the conversations."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockserver.inference.playing import Play
from tests.mockserver.inference.test_infer import answer, thing
from tests.support import Ask

FLAG, TEXT, OK = {"type": "boolean"}, {"type": "string"}, {"type": "boolean", "enum": [True]}
PUBLIC = {**thing(id=TEXT, name=TEXT, is_archived=FLAG, topic=TEXT), "required": ["id", "name"]}
PRIVATE = {**thing(id=TEXT, user=TEXT, is_open=FLAG), "required": ["id", "user"]}
CLOSED = [{**one, "additionalProperties": False} for one in (PUBLIC, PRIVATE)]
CHANNEL = {"$ref": "#/components/schemas/Channel"}


def _talk(play: Play, channel: Any) -> Ask:
    """A mock of an API whose paths are verbs."""

    def post(shown: Any = None, **fields: Any) -> dict[str, Any]:
        form = {"application/x-www-form-urlencoded": {"schema": thing(**fields)}}
        whole = thing(ok=OK) if shown is None else {**thing(ok=OK, channel=shown), "required": ["ok", "channel"]}
        return {"post": {"requestBody": {"content": form}, "responses": answer(whole)}}

    query = [{"name": name, "in": "query", "schema": TEXT} for name in ("cursor", "channel", "limit")]
    listed = {"type": "array", "items": CHANNEL}
    read = {"get": {"parameters": query[1:2], "responses": answer(thing(ok=OK, channel=CHANNEL))}}
    page = {**thing(next_cursor=TEXT), "required": ["next_cursor"]}
    many = answer(thing(ok=OK, channels=listed, response_metadata=page))
    return play(
        {
            "/conversations.create": post(CHANNEL, name=TEXT, is_private=FLAG),
            "/conversations.info": read,
            "/conversations.list": {"get": {"parameters": [query[0], query[2]], "responses": many}},
            "/conversations.rename": post(CHANNEL, channel=TEXT, name=TEXT),
            "/conversations.archive": post(channel=TEXT),
            "/conversations.delete": post(channel=TEXT),
            "/conversations.history": {"get": {"parameters": query[1:2], "responses": answer(thing(ok=OK))}},
        },
        Channel=channel,
    )


def _send(ask: Ask, verb: str, form: str) -> Any:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return ask("POST", f"/conversations.{verb}", body=form.encode(), headers=headers)


@pytest.mark.parametrize(
    "channel", [PUBLIC, {"anyOf": [PUBLIC, PRIVATE]}, {"anyOf": CLOSED}, {"items": {"anyOf": CLOSED}, "title": "Any"}]
)
def test_a_record_is_called_what_its_answers_call_it(play: Play, channel: Any) -> None:
    """By one schema or by alternatives, also where these hide in the `items` of no list, as converters leave them."""
    ask = _talk(play, channel)
    made = [_send(ask, "create", f"name={name}").json["channel"] for name in ("one", "two", "three")]
    assert [one["name"] for one in made] == ["one", "two", "three"]
    key = made[0]["id"]
    assert ask("GET", "/conversations.info", query=f"channel={key}").json["channel"] == made[0]
    assert _send(ask, "rename", f"channel={key}&name=new").json["channel"] == {**made[0], "name": "new"}
    assert _send(ask, "archive", f"channel={key}").json == {"ok": True}
    assert ask("GET", "/conversations.info", query=f"channel={key}").json["channel"]["is_archived"] is True
    assert ask("GET", "/conversations.history", query=f"channel={key}").status == 200
    assert _send(ask, "delete", f"channel={key}").status == 200
    for verb in ("info", "history"):
        assert ask("GET", f"/conversations.{verb}", query=f"channel={key}").status == 404


def test_a_list_of_verbs_has_pages(play: Play) -> None:
    """The cursor stands in an object of its own, and is empty on the last page."""
    ask = _talk(play, PUBLIC)
    made = {_send(ask, "create", f"name={name}").json["channel"]["id"] for name in ("one", "two", "three")}
    seen, cursor = [], ""
    for _ in range(20):
        found = ask("GET", "/conversations.list", query=f"limit=2&cursor={cursor}").json
        seen += [one["id"] for one in found["channels"]]
        cursor = found["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert (cursor, made - set(seen), len(seen)) == ("", set(), len(set(seen)))
