"""The client that measures documents of repositories finds memory where there is some, and none elsewhere."""

import json
from pathlib import Path
from typing import Any

from bench.repository_documents import PAIRS, REFERENCES, RESOLVED, STATEFUL, WITHOUT, measured
from tests.mockserver.inference.test_infer import answer, body, crud, thing

LIBRARY = Path(__file__).parents[1] / "tests" / "mockserver" / "inference" / "library.yaml"
WHOLE = {"type": "integer"}


def _document(folder: Path, paths: dict[str, Any], **schemas: Any) -> Path:
    """The file of a document."""
    told = {"openapi": "3.1.0", "info": {"title": "a", "version": "1"}, "paths": paths}
    path = folder / "openapi.json"
    path.write_text(json.dumps({**told, "components": {"schemas": schemas}}))
    return path


def test_what_is_created_is_read_again() -> None:
    """The library of the unit tests remembers its books."""
    found = measured(LIBRARY)
    assert found.counts[PAIRS] > 0
    assert found.counts[STATEFUL] == found.counts[PAIRS], found.lines


def test_a_pair_without_memory_is_named_with_its_reason(tmp_path: Path) -> None:
    """What is sent and shown have nothing in common."""
    item = {"$ref": "#/components/schemas/Thing"}
    paths = crud("/things", "id", item)
    paths["/things"]["post"] = {"requestBody": body(thing(colour=None)), "responses": answer(thing(message=None))}
    found = measured(_document(tmp_path, paths, Thing=thing(id=None, name=None)))
    assert (found.counts[PAIRS], found.counts[STATEFUL]) == (1, 0)
    assert found.lines[0].startswith("POST /things -> GET /things/{id}: ")


def test_a_reference_leads_to_a_record_or_is_named(tmp_path: Path) -> None:
    """A number can't be the key of records whose keys are texts."""
    room, box = ({"$ref": f"#/components/schemas/{name}"} for name in ("Room", "Box"))
    paths = crud("/rooms", "id", room) | crud("/boxes", "id", box, kind="Box")
    for kind, share in (({"type": "string"}, 1), (WHOLE, 0)):
        path = _document(tmp_path, paths, Room=thing(id=None, name=None), Box=thing(id=WHOLE, room_id=kind))
        found = measured(path)
        assert found.counts[REFERENCES] > 0
        assert found.counts[RESOLVED] == share * found.counts[REFERENCES], found.lines


def test_a_list_shows_a_new_record_under_the_key_that_was_answered(tmp_path: Path) -> None:
    """Nothing else need be the same, but the record must be new; a key that no record has is none."""
    item = {"$ref": "#/components/schemas/Flow"}
    for key, share in (("flow_id", 1), ("ticket", 0)):
        paths = crud("/flows", "id", item, kind="Flow")
        paths["/flows"]["post"] = {
            "requestBody": body({"type": "object"}),
            "responses": answer(thing(**{key: None, "message": None})),
        }
        del paths["/flows/{id}"]
        found = measured(_document(tmp_path, paths, Flow=thing(id=None, name=None)))
        assert (found.counts[PAIRS], found.counts[STATEFUL]) == (1, share), found.lines


def test_a_parent_that_no_response_shows_is_put(tmp_path: Path) -> None:
    """A client that knows no room makes one at a key of its own, and puts a box into it."""
    room, box = ({"$ref": f"#/components/schemas/{name}"} for name in ("Room", "Box"))
    uuid = {"type": "string", "format": "uuid"}
    paths = crud("/rooms", "id", room, kind="Room") | crud("/rooms/{room_pk}/boxes", "id", box, kind="Box")
    for name, parameter in (("/rooms/{id}", 0), ("/rooms/{room_pk}/boxes", 0), ("/rooms/{room_pk}/boxes/{id}", 0)):
        paths[name]["parameters"][parameter]["schema"] = uuid
    paths["/rooms/{id}"]["put"] = {"requestBody": body(room), "responses": answer(room)}
    found = measured(_document(tmp_path, paths, Room=thing(name=None), Box=thing(id=None, label=None)))
    assert found.counts[STATEFUL] == found.counts[PAIRS] == 2, found.lines


def test_a_read_that_can_show_no_record_is_left_out_and_named(tmp_path: Path) -> None:
    """A text, or a list of numbers; an object, or a response of which nothing is said, stays a pair."""
    item = {"$ref": "#/components/schemas/Thing"}
    numbers = {"type": "array", "items": WHOLE}
    for schema, pairs in (({"type": "string"}, 0), (numbers, 0), (item, 1), ({}, 1)):
        paths = crud("/things", "id", item)
        paths["/things/{id}"]["get"]["responses"] = answer(schema)
        found = measured(_document(tmp_path, paths, Thing=thing(id=None, name=None)))
        assert (found.counts[PAIRS], found.counts[WITHOUT]) == (pairs, 1 - pairs), found.lines
        assert any(line.startswith("POST /things -> GET /things/{id}: left out") for line in found.lines) == (not pairs)
