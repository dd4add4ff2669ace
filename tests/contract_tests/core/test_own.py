"""Which operations make records, and which writes could touch what a run has not made."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.contract import Contract
from contract_tests.core.creation import key_names, key_of, makers
from contract_tests.core.errors import NotChecked
from contract_tests.core.own import EVERYTHING, EXISTING, OVERWRITES
from contract_tests.core.safety import Rules, Safety
from tests.contract_tests.conftest import ContractOf

DONE = {"responses": {"200": {"description": "Done"}}}
MADE = {"responses": {"201": {"description": "Made"}}}
PATHS: dict[str, Any] = {
    "/notes": {"get": DONE, "post": DONE, "delete": DONE},
    "/notes/{noteId}": {"get": DONE, "put": DONE, "delete": DONE},
    "/notes/{noteId}/archive": {"post": DONE},
    "/notes/{noteId}/lines": {"post": DONE},
    "/notes/{noteId}/lines/{number}": {"delete": DONE},
    "/notes/{noteId}/marks/{name}": {"put": DONE},
    "/hosts/{host}/marks/{name}": {"put": DONE},
    "/entries": {"get": DONE, "post": DONE},
    "/entry/{id}": {"get": DONE, "delete": DONE},
    "/boxes/create": {"post": DONE},
    "/notes/bulk": {"post": MADE},
    "/boxes/{id}": {"delete": DONE},
    "/tags/{name}": {"get": DONE, "put": MADE, "delete": DONE},
    "/hosts/{host}/zones": {"post": DONE},
    "/hosts/{host}/zones/{zone}": {"delete": DONE},
    "/settings": {"put": DONE},
    "/notes/search": {"post": DONE},
    "/notes/purge": {"post": DONE},
    "/jobs": {"post": MADE},
}


@pytest.fixture(scope="module")
def api(contract_of: ContractOf) -> Contract:
    """A contract in which records are made in several ways."""
    paths = {
        path: {
            "parameters": [
                {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                for name in ("noteId", "number", "id", "name", "host", "zone")
                if f"{{{name}}}" in path
            ],
            **item,
        }
        for path, item in PATHS.items()
    }
    return contract_of({"openapi": "3.0.3", "paths": paths})


def test_makers_are_known_by_the_paths_of_what_they_make(api: Contract) -> None:
    """POST beside the path of a record, in the plural or with a verb; PUT that documents 201; any other 201."""
    assert {maker.operation.label: maker.templates for maker in makers(api)} == {
        "POST /notes": ("/notes/{}",),
        "POST /entries": ("/entry/{}",),
        "POST /boxes/create": ("/boxes/{}",),
        "POST /notes/bulk": ("/notes/{}",),
        "POST /jobs": (),
        "POST /notes/{noteId}/lines": ("/notes/{}/lines/{}",),
        "PUT /tags/{name}": ("/tags/{}",),
        "POST /hosts/{host}/zones": ("/hosts/{}/zones/{}",),
    }


def test_parents_are_made_before_their_children(api: Contract) -> None:
    """The makers of the fewest path parameters come first."""
    labels = [maker.operation.label for maker in makers(api)]
    assert labels.index("POST /notes") < labels.index("POST /notes/{noteId}/lines")


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ({"id": 7, "name": "a"}, "7"),
        ({"note_id": 7, "id": 1}, "7"),
        ({"id": "https://api.example/notes/a-1/"}, "a-1"),
        ({"id": "https://api.example/"}, "https://api.example/"),
        ({"data": {"id": "a"}}, "a"),
        ({"name": "a", "id": None}, "a"),
        ({"text": "a"}, None),
        ([], None),
    ],
)
def test_a_key_is_found_by_its_name(value: Any, key: str | None) -> None:
    """That of the parameter, else a usual one."""
    assert key_of(value, "noteId", "note") == key


@pytest.mark.parametrize(
    ("parameter", "kind", "key"),
    [("addonName", "service", "n"), ("id", "collection", "c"), ("serviceId", "service", "1")],
)
def test_a_key_is_what_the_path_calls_it(parameter: str, kind: str, key: str | None) -> None:
    """A name before an id where the path asks for a name; the word for the record itself at last."""
    record = {"collection": "c", "meta": {"size": 1}} if parameter == "id" else {"id": 1, "name": "n"}
    assert key_of(record, parameter, kind) == key
    assert key_of({"collection": "c", "meta": {"id": "m"}}, "id", "collection") is None


@pytest.mark.parametrize(
    ("parameter", "names"),
    [("petName", ["name", "petId"]), ("pet_slug", ["slug", "petId"]), ("petId", ["petId"]), ("pet", ["petId"])],
)
def test_a_body_names_its_record_as_the_path_does(parameter: str, names: list[str]) -> None:
    """`{petName}` is the `name` of a pet, whose other members name other things."""
    assert key_names(dict.fromkeys(["name", "slug", "petId", "text"], "a"), parameter, "pet") == names


def request(method: str, path: str, body: Any = None) -> Sent:
    """A request as it is sent."""
    content = b"" if body is None else json.dumps(body).encode()
    return Sent(method, f"http://target{path}", path, {"Content-Type": "application/json"}, content)


def told(rules: Rules, sent: Sent, status: int, body: Any = None, **headers: str) -> None:
    """Let the rules learn an answer."""
    found = rules.contract.match(sent.method, sent.path, sent)
    assert found is not None
    rules.learn(Answer(sent, status, headers, b"" if body is None else json.dumps(body).encode()), found[0])


@pytest.fixture
def rules(api: Contract) -> Rules:
    """The rules of `own`, after the lists were read and some records made."""
    rules = Rules(Safety.OWN, api)
    told(rules, request("GET", "/notes"), 200, [{"id": 1}, {"id": 2}])
    told(rules, request("GET", "/entries"), 200, [{"id": "e-1"}])
    told(rules, request("POST", "/notes", {}), 200, {"id": 5})
    told(rules, request("POST", "/entries", {}), 200, {"id": "e-5"})
    told(rules, request("POST", "/boxes/create", {}), 200, None, location="/boxes/9")
    told(rules, request("POST", "/jobs", {}), 201, {"id": "0d4bb6bb-3f6e-4a1e-9a1b-1f3b5c0a7e11"})
    rules.minted.add("made-up")
    return rules


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (request("PUT", "/notes/5", {}), None),
        (request("DELETE", "/notes/5"), None),
        (request("POST", "/notes/5/archive"), None),
        (request("POST", "/notes/5/lines", {}), None),
        (request("DELETE", "/notes/5/lines/1"), None),
        (request("DELETE", "/entry/e-5"), None),
        (request("DELETE", "/boxes/9"), None),
        (request("DELETE", "/notes/made-up"), None),
        (request("PUT", "/tags/made-up", {}), None),
        (request("POST", "/notes", {"text": "a"}), None),
        (request("POST", "/notes", {"id": "5"}), OVERWRITES),
        (request("POST", "/notes", {"id": 1}), OVERWRITES),
        (request("POST", "/entries", {"id": "e-1"}), OVERWRITES),
        (request("POST", "/notes/search", {}), None),
        (request("PUT", "/notes/5/marks/a", {}), None),
        (request("PUT", "/notes/made-up/marks/made-up", {}), None),
        (request("PUT", "/notes/1/marks/made-up", {}), EXISTING),  # it may make one
        (request("PUT", "/notes/1/marks/%C3%B6", {}), EXISTING),
        (request("PUT", "/hosts/local/marks/made-up", {}), None),  # no host can be made
        (request("POST", "/hosts/local/zones", {}), None),  # no host can be made
        (request("DELETE", "/notes/1"), EXISTING),
        (request("PUT", "/notes/6", {}), EXISTING),
        (request("POST", "/notes/1/lines", {}), EXISTING),  # a note can be made, to make lines in
        (request("DELETE", "/boxes/5"), EXISTING),  # the note has that id
        (request("PUT", "/tags/a", {}), EXISTING),
        (request("DELETE", "/notes"), EVERYTHING),
        (request("POST", "/notes/purge", {"before": "2020"}), EVERYTHING),
        (request("POST", "/notes/purge", {"ids": ["1"]}), EVERYTHING),
        (request("POST", "/notes/purge", {"ids": ["5"]}), None),
        (request("PUT", "/settings", {}), EVERYTHING),
    ],
)
def test_own_touches_what_the_run_has_made(rules: Rules, sent: Sent, reason: str | None) -> None:
    """And what lies below it; nothing that was there, and no write to everything."""
    try:
        rules.permit(sent)
        refused = None
    except NotChecked as error:
        refused = error.reason
    assert refused == (f"--safety own: {reason}" if reason else None)


@pytest.mark.parametrize(("count", "made"), [(2, ["/notes/6", "/notes/7"]), (1, [])])
def test_a_call_makes_as_many_records_as_its_body_has(api: Contract, count: int, made: list[str]) -> None:
    """Those that its answer lists; where there are more, others are among them, and none is known to be new."""
    rules = Rules(Safety.OWN, api)
    sent = request("POST", "/notes/bulk", {"notes": [{"text": "a"}] * count})
    told(rules, sent, 201, {"notes": [{"id": 6}, {"id": 7}]})
    assert sorted(rules.own.alive("/notes/{}")) == made


def test_a_call_that_makes_several_records_names_none_that_was_there(rules: Rules) -> None:
    """Its items have keys of their own, or none."""
    assert not rules.allows(request("POST", "/notes/bulk", {"notes": [{"text": "a"}, {"id": 3}]}))
    assert rules.allows(request("POST", "/notes/bulk", {"notes": [{"text": "a"}]}))


def test_what_was_there_is_not_taken_for_made(rules: Rules) -> None:
    """Where a POST answers with a record that a list had shown before."""
    told(rules, request("POST", "/notes", {"text": "a"}), 200, {"id": 2})
    assert not rules.allows(request("DELETE", "/notes/2"))


@pytest.mark.parametrize(
    ("body", "answer", "made"),
    [
        ({}, {"id": 6, "lines": [{"name": "a"}]}, ["/notes/6"]),
        ({}, {"took": 3, "made": [{"id": 6}, {"id": 7}]}, ["/notes/6", "/notes/7"]),
        ([{}, {}], [{"id": 6}, {"id": 7}], ["/notes/6", "/notes/7"]),
    ],
)
def test_the_parts_of_a_new_record_are_no_records_of_its_kind(
    api: Contract, body: Any, answer: Any, made: list[str]
) -> None:
    """Their names would be taken for keys; the items of an answer without a key of its own are records."""
    rules = Rules(Safety.OWN, api)
    told(rules, request("POST", "/notes", body), 200, answer)
    assert sorted(rules.own.alive("/notes/{}")) == made


def test_full_leaves_existing_records_alone_where_it_has_made_some(api: Contract) -> None:
    """Of kinds that it could not make, those that are there have to do."""
    rules = Rules(Safety.FULL, api)
    assert rules.allows(request("DELETE", "/notes/1"))
    told(rules, request("POST", "/notes", {}), 201, {"id": 5})
    assert not rules.allows(request("DELETE", "/notes/1"))
    assert rules.allows(request("DELETE", "/boxes/1"))
    assert rules.allows(request("PUT", "/settings", {}))
    told(rules, request("PUT", "/settings", {}), 200)
    assert list(rules.own.changed) == ["PUT /settings"]


def test_a_record_under_a_new_key_stays_the_runs_own(rules: Rules) -> None:
    """A change of its key is followed where the answer shows it, and never to a record that was there."""
    with pytest.raises(NotChecked, match=OVERWRITES):
        rules.permit(request("PUT", "/notes/5", {"noteId": 2}))
    change = request("PUT", "/notes/5", {"noteId": 7})
    rules.permit(change)
    told(rules, change, 204)
    assert list(rules.own.perhaps) == ["/notes/7"]
    told(rules, change, 200, {"noteId": 5})
    assert rules.own.alive("/notes/{}") == ["/notes/5"]
    told(rules, change, 200, {"noteId": 7})
    assert rules.own.alive("/notes/{}") == ["/notes/7"]
    told(rules, request("PUT", "/notes/7", {"noteId": 8}), 200, None, location="/notes/8")
    assert rules.own.alive("/notes/{}") == ["/notes/8"]
    told(rules, request("PUT", "/notes/8", {"noteId": ""}), 200)
    assert rules.own.alive("/notes/{}") == ["/notes/8"]  # an empty text isn't a key
    assert "/notes/" not in {*rules.own.urls, *rules.own.perhaps}


def test_what_a_put_under_a_new_key_may_have_made_is_the_runs_own(rules: Rules) -> None:
    """Though the contract doesn't say that it makes records; what was there is not, and is named as changed."""
    key = rules.mint()
    told(rules, request("PUT", f"/hosts/h/marks/{key}", {}), 200)
    assert list(rules.own.perhaps) == [f"/hosts/h/marks/{key}"]
    assert rules.own.holds(f"/hosts/h/marks/{key}")
    assert not rules.own.changed
    told(rules, request("PUT", "/notes/2", {}), 200)
    assert list(rules.own.changed) == ["PUT /notes/2"]
    assert len(rules.own.perhaps) == 1


def test_a_change_of_a_list_is_no_change_of_a_record(contract_of: ContractOf) -> None:
    """Where single records have an operation of their own, a body with an own id may still change all others; without
    one, the body says which record is meant."""
    ids = {"parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]}
    paths = {
        "/tasks": {"get": DONE, "post": MADE, "patch": DONE, "delete": DONE, "put": DONE},
        "/tasks/{id}": {"get": DONE, "patch": DONE, "delete": DONE, **ids},
        "/pet": {"post": MADE, "put": DONE},
        "/pet/{id}": {"get": DONE, "delete": DONE, **ids},
    }
    rules = Rules(Safety.OWN, contract_of({"openapi": "3.0.3", "paths": paths}))
    told(rules, request("POST", "/tasks", {}), 201, {"id": "t-5"})
    told(rules, request("POST", "/pet", {}), 201, {"id": "p-5"})
    for method in ("PATCH", "PUT", "DELETE"):
        assert not rules.allows(request(method, "/tasks", {"id": "t-5", "done": True}))
    assert rules.allows(request("PATCH", "/tasks/t-5", {"done": True}))
    assert rules.allows(request("PUT", "/pet", {"id": "p-5"}))


@pytest.mark.parametrize(("status", "is_own"), [(201, True), (200, False)])
def test_a_record_that_another_worker_sees_first_is_the_own(status: int, is_own: bool, rules: Rules) -> None:
    """A list may show it before the answer comes that says that it was made; a mere success may show an old one."""
    post = request("POST", "/entries", {})
    told(rules, request("GET", "/entries"), 200, [{"id": "e-1"}, {"id": "e-6"}])
    told(rules, post, status, {"id": "e-6"})
    assert ("/entry/e-6" in rules.own.urls, "/entry/e-6" in rules.own.existing) == (is_own, not is_own)
    told(rules, request("POST", "/entries", {}), 201, {"id": "e-1"})
    assert "/entry/e-1" not in rules.own.urls


def test_a_record_refers_to_others_not_by_its_own_id(rules: Rules) -> None:
    """The `id` of something within a body is not that of a record, though one has an `id` as well."""
    told(rules, request("GET", "/notes/1"), 200, {"id": 1, "ownerId": "e-1", "text": "a"})
    assert rules.own.references == {"ownerid": "e-1"}
