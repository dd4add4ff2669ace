"""What the contract says that only one record may have is refused with its 409 for another."""

from __future__ import annotations

from typing import Any

from tests.mockserver.inference.playing import Play
from tests.mockserver.inference.test_infer import body, crud, thing

TEXT = {"type": "string"}
GROUP = {"$ref": "#/components/schemas/Group"}
RECORD = thing(id=TEXT, name=TEXT, note=TEXT)
TAKEN = {"description": "The name is already in use."}


def paths_of(base: str, *conflicting: str) -> dict[str, Any]:
    """A collection whose POST, and whose PUT or PATCH where they are named, document that a name may be taken."""
    paths = crud(base, "id", GROUP)
    for method in conflicting:
        at = paths[base] if method == "post" else paths[f"{base}/{{id}}"]
        at[method] = {**at["post" if method == "post" else "get"], "requestBody": body(thing(name=TEXT, note=TEXT))}
        at[method]["responses"] = {**at[method]["responses"], "409": TAKEN}
    return paths


def test_a_taken_name_is_refused(play: Play) -> None:
    """By the POST and the PATCH that say so; a record keeps its own name, and a name is free once it is given up."""
    ask = play(paths_of("/groups", "post", "patch"), Group=RECORD)
    first = ask("POST", "/groups", json={"name": "a"}).json["id"]
    assert ask("POST", "/groups", json={"name": "a", "note": "x"}).status == 409
    second = ask("POST", "/groups", json={"name": "b"}).json["id"]
    assert ask("PATCH", f"/groups/{second}", json={"name": "a"}).status == 409
    assert ask("GET", f"/groups/{second}").json["name"] == "b"
    assert ask("PATCH", f"/groups/{first}", json={"name": "a", "note": "y"}).status == 200
    assert ask("PATCH", f"/groups/{first}", json={"name": "c"}).status == 200
    assert ask("PATCH", f"/groups/{second}", json={"name": "a"}).status == 200


def test_what_is_not_sent_is_not_taken(play: Play) -> None:
    """Nor what is empty, though the server fills it in for all records alike."""
    ask = play(paths_of("/groups", "post"), Group=RECORD)
    made = [
        ask("POST", "/groups", json=sent).status for sent in ({"note": "x"}, {"note": "x"}, {"name": ""}, {"name": ""})
    ]
    assert made == [201] * 4


def test_a_name_is_unique_among_the_records_of_one_parent(play: Play) -> None:
    """As nothing says that it is so among those of all."""
    paths = crud("/teams", "id", {"$ref": "#/components/schemas/Team"}) | paths_of("/teams/{team_id}/groups", "post")
    team = thing(id=TEXT, title=TEXT)
    ask = play(paths, Team=team, Group=RECORD)
    teams = [ask("POST", "/teams", json={"title": title}).json["id"] for title in "xy"]
    assert [ask("POST", f"/teams/{one}/groups", json={"name": "a"}).status for one in teams] == [201, 201]
    assert ask("POST", f"/teams/{teams[0]}/groups", json={"name": "a"}).status == 409
