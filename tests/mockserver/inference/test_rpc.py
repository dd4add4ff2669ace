"""Verbs in paths: which word stands for which method at the collection or at one of its records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from mockserver.inference import infer
from tests.mockserver.inference.lists import TEXT, Data, contract, each, many, parameter
from tests.mockserver.inference.test_infer import answer, body, thing, values

THING = {"$ref": "#/components/schemas/Thing"}
VERBS = {
    "create": "create add new insert createnew addnew",
    "list": "list all getall findall listall fetchall getlist",
    "read": """get read info show retrieve detail details find view getbyid findbyid byid getone findone fetch""",
    "update": "update edit modify change patch updatebyid editbyid",
    "remove": "delete remove destroy del deletebyid removebyid",
}
METHODS = {
    "create": "POST PUT",
    "list": "GET POST",
    "read": "GET POST",
    "update": "POST PUT PATCH",
    "remove": "POST DELETE PUT",
}
OPERATIONS: dict[str, Data] = {
    "create": {"requestBody": body(THING), "responses": answer(THING, "201")},
    "list": {"responses": answer(many(THING))},
    "read": {"responses": answer(THING)},
    "update": {"requestBody": body(THING), "responses": answer(THING)},
    "remove": {"responses": {"204": {"description": ""}}},
}
PATTERNS = {
    "create": "POST /{}",
    "list": "GET /{}",
    "read": "GET /{}/ID",
    "update": "PATCH /{}/ID",
    "remove": "DELETE /{}/ID",
}
WHOLE_LIST = {"list", "create"}
NOTHING: Mapping[str, str] = {}


def _path(text: str) -> str:
    return text.replace("ID", "{id}")


def _operations(*named: tuple[str, str, Data], known: set[str], beside: Mapping[str, str] = NOTHING) -> Data:
    """What each operation does, by its number: each has a collection of its own with the known verbs, and others."""
    paths: Data = {}
    for number, (path, method, operation) in enumerate(named):
        base = f"{chr(97 + number // 26)}{chr(97 + number % 26)}xys"
        for verb in known:
            way, place = PATTERNS[verb].replace("{}", base).split()
            paths.setdefault(_path(place), {"parameters": values(_path(place))})[way.lower()] = {**OPERATIONS[verb]}
        for other, verb in beside.items():
            at = f"/{other.replace('{}', base).replace('[]', base[:-1])}"
            paths[at] = {METHODS[verb].split()[0].lower(): {**OPERATIONS[verb]}}
        place = _path(path.replace("{}", base).replace("[]", base[:-1]))
        one = {"operationId": f"one{number}", **operation}
        paths.setdefault(place, {"parameters": values(place)})[method.lower()] = one
    done = infer(contract(paths, Thing=thing(id=TEXT, name=TEXT))).behaviours["operations"]
    return {number: _verb(done.get(f"one{number}", {})) for number in range(len(named))}


def _verb(behaviour: Data) -> str | None:
    for key, verb in (("create", "create"), ("list", "list"), ("remove", "remove"), ("set", "update")):
        if key in behaviour:
            return verb
    return "read" if behaviour.get("because") == "GET on a record reads it" else None


def _beside(verb: str) -> set[str]:
    """What else a collection can do, so that a verb is the first that does what it says."""
    return {"read"} if verb in WHOLE_LIST else WHOLE_LIST


@pytest.mark.parametrize("verb", VERBS)
def test_each_word_stands_for_its_method(verb: str) -> None:
    """After the collection, behind a dot, before or after the value, and before the name of a collection or of one."""
    words, method = VERBS[verb].split(), METHODS[verb].split()[0]
    styles = ["/{}/%s/ID", "/{}/ID/%s", "/{}/%s_[]/ID"]
    if verb in WHOLE_LIST:
        styles = ["/{}/%s", "/{}.%s", "/{}/%s_[]"]
    for style in styles:
        found = _operations(*((style % word, method, OPERATIONS[verb]) for word in words), known=_beside(verb))
        assert dict(zip(words, found.values(), strict=True)) == each(words, verb), style
    first = f"/%s_{'{}' if verb == 'list' else '[]'}{'' if verb in WHOLE_LIST else '/ID'}"
    words += VERBS["read"].split() if verb == "list" else []
    known = {"insert_[]": "create"} if verb == "list" else {"fetchall_{}": "list"}
    found = _operations(*((first % word, method, OPERATIONS[verb]) for word in words), known=set(), beside=known)
    assert dict(zip(words, found.values(), strict=True)) == each(words, verb)


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_has_its_methods(verb: str) -> None:
    """A GET never creates, changes or removes."""
    word = VERBS[verb].split()[0]
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    path = f"/{{}}/{word}" if verb in WHOLE_LIST else f"/{{}}/{word}/ID"
    found = _operations(*((path, method, OPERATIONS[verb]) for method in methods), known=_beside(verb))
    known = METHODS[verb].split()
    assert dict(zip(methods, found.values(), strict=True)) == {
        method: verb if method in known else None for method in methods
    }


@pytest.mark.parametrize("place", ["query", "body"])
def test_a_value_that_is_sent_names_the_record(place: str) -> None:
    """By a name that identifies one, with the collection's name before it or alone; a required value goes first."""
    names = each("id ids uid uuid guid key name slug code", "remove") | each("colour other_id idea name.id", None)
    operations = []
    for name in names:
        removal: Any = {"responses": OPERATIONS["remove"]["responses"]}
        removal |= (
            {"parameters": [parameter(name)]} if place == "query" else {"requestBody": body(thing(**{name: TEXT}))}
        )
        operations.append(("/{}/delete", "POST", removal))
    found = _operations(*operations, known=WHOLE_LIST)
    assert dict(zip(names, found.values(), strict=True)) == names
