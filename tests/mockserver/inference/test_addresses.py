"""Members that hold the address at which their record is read."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.inference import infer
from tests.mockserver.inference.lists import contract, each
from tests.mockserver.inference.playing import Play
from tests.mockserver.inference.test_infer import answer, crud, thing

NOTE, URI = {"$ref": "#/components/schemas/Note"}, {"type": "string", "format": "uri"}
HERE = "https://api.example.com/v1/notes/7"


@pytest.mark.parametrize(("member", "path"), [
    ({"self": URI}, "self"), ({"selfLink": {"type": "string"}}, "selfLink"),
    ({"_links": thing(self=thing(href=URI), other=URI)}, "_links.self.href"),
    ({"links": thing(self=URI)}, "links.self"),
    ({"url": {**URI, "example": HERE}}, "url"), ({"href": {**URI, "examples": [HERE]}}, "href"),
    ({"url": {**URI, "example": "https://example.com/picture.png"}}, ""), ({"url": URI}, ""),
    ({"self": {"type": "string", "format": "email"}}, ""),
    ({"_links": {**thing(self=URI, up=URI), "required": ["self", "up"]}}, ""),
])  # fmt: skip
def test_a_record_has_its_own_address(play: Play, member: dict[str, Any], path: str) -> None:
    """A new one and the first ones alike, in lists and alone; what may be the address of something else stays."""
    ask = play(crud("/notes", "id", NOTE, thing(text=None)), Note=thing(id=None, text=None, **member))
    made = ask("POST", "/notes", json={"text": "mine"}).json
    for note in (*ask("GET", "/notes").json, made, ask("GET", f"/notes/{made['id']}").json):
        value: Any = note
        for name in (path or next(iter(member))).split("."):
            value = value.get(name) if isinstance(value, dict) else None
        own = isinstance(value, str) and value.endswith(f"/notes/{note['id']}")
        assert own is bool(path), note
        if own:
            assert ask("GET", "/notes/" + value.rpartition("/")[2]).json == note


def test_an_address_that_clients_send_is_theirs(play: Play) -> None:
    """A bookmark keeps the URL that it was made with."""
    mark = thing(id=None, url={**URI, "example": "https://example.com/notes/7"})
    ask = play(crud("/notes", "id", NOTE), Note=mark)
    made = ask("POST", "/notes", json={"url": "https://example.org/"}).json
    assert ask("GET", f"/notes/{made['id']}").json["url"] == "https://example.org/"


def test_an_example_of_the_response_says_whose_address_it_is(play: Play) -> None:
    """As documents do that show one whole record."""
    paths = crud("/notes", "id", NOTE, thing(text=None))
    shown = answer(NOTE)
    shown["200"]["content"]["application/json"]["example"] = {"id": "7", "text": "-", "url": HERE}
    paths["/notes/{id}"]["get"]["responses"] = shown
    ask = play(paths, Note=thing(id=None, text=None, url=URI))
    made = ask("POST", "/notes", json={"text": "mine"}).json
    assert made["url"].endswith(f"/notes/{made['id']}")


def test_records_below_others_have_addresses_too(play: Play) -> None:
    """With the values of their path, and below the base path of the server."""
    ask = play(crud("/teams/{team}/notes", "id", NOTE, thing(text=None)), Note=thing(id=None, text=None, self=URI))
    made = ask("POST", "/teams/red/notes", json={"text": "mine"}).json
    assert made["self"].endswith(f"/teams/red/notes/{made['id']}")
    assert [one["self"] for one in ask("GET", "/teams/red/notes").json] == [made["self"]]


OWN = "self selfLink self_url selfUri selfHref resourceUrl resourceURI apiUrl"
OTHERS = "href url uri link location permalink"


def _addresses(**members: Any) -> Any:
    """The members that hold the address of a note."""
    found = infer(contract(crud("/notes", "id", NOTE, thing(text=None)), Note=thing(id=None, text=None, **members)))
    return found.behaviours["collections"]["notes"].get("addresses", [])


def test_an_address_is_known_by_its_name_or_by_its_example() -> None:
    """As text of any form that addresses have; in objects for links, at most three deep."""
    own, others = OWN.split(), OTHERS.split()
    assert _addresses(**each(own, URI)) == own
    assert _addresses(**each(others, {**URI, "example": HERE})) == others
    assert _addresses(**each(others, URI)) == _addresses(picture={**URI, "example": HERE}) == []
    assert _addresses(self=thing(**each(others, URI))) == [f"self.{name}" for name in others]
    around = ["links", "_links", "link", "meta", "self", "metadata"]
    assert _addresses(**each(around, thing(selfUrl=URI))) == [f"{name}.selfUrl" for name in around]
    assert _addresses(owner=thing(selfUrl=URI)) == []
    assert _addresses(links=thing(meta=thing(selfUrl=URI))) == ["links.meta.selfUrl"]
    assert _addresses(links=thing(meta=thing(links=thing(selfUrl=URI)))) == []
    for form in ("uri", "url", "uri-reference", "iri", "uri-template"):
        assert _addresses(self={"type": "string", "format": form}) == ["self"]
    for limit in ({"enum": ["a"]}, {"pattern": "a"}, {"const": "a"}, {"format": "email"}):
        assert _addresses(self={"type": "string", **limit}) == []
    assert _addresses(self={"type": "integer"}) == _addresses(**{"a.self": URI}) == []
