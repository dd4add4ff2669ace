"""Which members of an error say what was wrong, by their names and their schemas."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.contract.schemas.view import SchemaView
from mockserver.errors import Violation
from mockserver.generate import Generator
from mockserver.reply.causes import Cause
from mockserver.reply.explaining import explained

VIEW = SchemaView(lambda reference: (reference, True))
TEXT, WHOLE, NUMBER = {"type": "string"}, {"type": "integer"}, {"type": "number"}
MISSING, WRONG = Violation("body.name", "is required"), Violation("body.tags[1].kind", "must be a text")
FIRST, SECOND = "body.name is required", "body.tags[1].kind must be a text"
CAUSE = Cause(409, "why")
DETAILED = Cause(409, "why", (MISSING, WRONG))


def _many(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def _make(schema: Any) -> Any:
    return Generator(VIEW).value(schema, 1, sparse=True)


def _explained(
    value: Any, schema: Any, cause: Cause = CAUSE, *, generic: bool = True, fits: Any = lambda _: True
) -> Any:
    return explained(value, schema, cause, VIEW, _make, fits, generic=generic)


def _all(names: str, schema: Any, value: Any, cause: Cause = CAUSE, **others: Any) -> dict[str, Any]:
    """What each of these members says in an error of its own."""
    return {
        name: _explained({name: value}, _object(**{name: schema}, **others), cause).get(name) for name in names.split()
    }


def test_the_reason_stands_where_people_read_it() -> None:
    """In the most usual of the members for text; where it is a choice or has a form, in another."""
    names = ["detail", "message", "msg", "error", "error_description", "errorMessage", "description", "reason", "title"]
    for place, name in enumerate(names):
        rest = dict.fromkeys(reversed(names[place:]), TEXT)
        assert _explained({}, _object(**rest), generic=False) == {name: "why"}
    limits = ({"enum": ["a"]}, {"const": "a"}, {"pattern": "a"}, {"maxLength": 9}, {"format": "date"})
    for limit in limits:
        assert _explained({}, _object(detail={**TEXT, **limit}, title=TEXT), generic=False) == {"title": "why"}
    assert _explained({}, _object(detail=WHOLE, other=TEXT), generic=False) == {}
    assert _explained({}, _object(detail={"type": ["string", "null"]}), generic=False) == {"detail": "why"}


def test_numbers_and_codes_repeat_the_status() -> None:
    """Where they were made for no status in particular; an example of a code says how it is written."""
    numbers = "status code statusCode status_code httpStatus httpCode errorCode"
    for schema in (WHOLE, NUMBER):
        assert _all(numbers, schema, 7) == dict.fromkeys(numbers.split(), 409)
    assert _all("count id line", WHOLE, 7) == {"count": 7, "id": 7, "line": 7}
    codes = "id code type name kind status errorCode error_code errorType"
    assert _all(codes, TEXT, "some_code", title=WHOLE) == dict.fromkeys(codes.split(), "conflict") | {
        "type": "about:blank"
    }
    assert _all("code", TEXT, "SOME-CODE") == {"code": "CONFLICT"}
    assert _all("code", {**TEXT, "example": "SomeCode"}, "x") == {"code": "Conflict"}
    assert _all("code", TEXT, "SomeCode") == {"code": "conflict"}
    assert _all("trace", TEXT, "some_code") == {"trace": "some_code"}
    assert _all("code", {**TEXT, "enum": ["FULL", "DUPLICATE"]}, "FULL") == {"code": "DUPLICATE"}
    assert _all("other", {"const": "already_there"}, "x") == {"other": "already_there"}
    assert _all("code", {**TEXT, "enum": ["zebra"]}, "zebra") == {"code": "zebra"}
    whole = _object(detail=TEXT, title=TEXT, type=TEXT, instance=TEXT, status=WHOLE)
    problem = {"detail": "d", "title": "t", "type": "https://x", "instance": "/i", "status": 7}
    assert _explained(problem, whole) == {
        "detail": "why", "title": "Conflict", "type": "about:blank", "instance": "/i", "status": 409,
    }  # fmt: skip
    assert _explained(problem, whole, generic=False) == {**problem, "detail": "why"}
    assert _explained({}, whole) == {"detail": "why"}


@pytest.mark.parametrize(
    "name", ["error", "errors", "detail", "details", "fault", "problem", "data", "status", "meta", "body"]
)
def test_a_reason_may_lie_inside_a_member(name: str) -> None:
    """One that is there, or one that may be."""
    schema = _object(**{name: _object(message=TEXT, size=WHOLE)})
    assert _explained({name: {"size": 1}}, schema, generic=False) == {name: {"message": "why", "size": 1}}
    assert _explained({}, schema, generic=False) == {name: {"message": "why"}}
    assert _explained({}, _object(title=TEXT, **schema["properties"]), generic=False) == {"title": "why"}


def test_other_members_are_left_alone() -> None:
    """Unless the whole was made up, and nothing else has room for the reason; at most so deep."""
    schema = _object(other=_object(message=TEXT))
    assert _explained({"other": {"message": "m"}}, schema, generic=False) == {"other": {"message": "m"}}
    assert _explained({"other": {"message": "m"}}, schema) == {"other": {"message": "why"}}
    assert _explained({}, schema) == {}
    nested: Any = _object(message=TEXT)
    inner: Any = {"message": "m"}
    for _ in range(4):
        nested, inner = _object(error=nested), {"error": inner}
    assert _explained(inner, nested)["error"]["error"]["error"]["error"] == {"message": "why"}
    assert _explained({"error": inner}, _object(error=nested)) == {"error": inner}
    assert _explained(3, WHOLE) == 3


@pytest.mark.parametrize(
    "name",
    ["errors", "error", "detail", "details", "violations", "issues", "validation", "validationErrors", "messages",
     "causes", "reasons", "invalid-params", "invalidParameters", "fields", "field_errors", "failures", "problems",
     "non_field_errors", "errorDetails", "message", "fieldViolations", "parameterErrors"],
)  # fmt: skip
def test_a_list_has_an_item_for_each_violation(name: str) -> None:
    """Of text or of objects, and a map of them by field; at most fifty."""
    texts, objects = _object(**{name: _many(TEXT)}), _object(**{name: _many(_object(message=TEXT))})
    assert _explained({}, texts, DETAILED) == {name: [FIRST, SECOND]}
    assert _explained({}, texts) == {name: ["why"]}
    assert _explained({}, objects, DETAILED) == {name: [{"message": FIRST}, {"message": SECOND}]}
    assert _explained([], _many(TEXT), DETAILED) == [FIRST, SECOND]
    by_field = {"type": "object", "additionalProperties": TEXT}
    expected = {"name": "is required", "tags[1].kind": "must be a text"}
    assert _explained({}, _object(**{name: by_field}), DETAILED) == {name: expected}
    lists = {"type": "object", "additionalProperties": _many(TEXT)}
    assert _explained({}, _object(**{name: lists}), Cause(409, "why", (MISSING, MISSING))) == {
        name: {"name": ["is required"] * 2}
    }
    assert _explained({}, _object(**{name: by_field}), Cause(409, "", (MISSING, MISSING))) == {
        name: {"name": "is required; is required"}
    }
    assert len(_explained({}, texts, Cause(409, "why", (MISSING,) * 60))[name]) == 50
    other = _object(**{f"{name}Other": _many(TEXT)})
    assert _explained({}, other, DETAILED) == {}


def test_a_list_that_may_be_left_out_is_made_where_it_is_needed() -> None:
    """For violations, or where the reason has no other place."""
    schema = _object(message=TEXT, errors=_many(TEXT))
    assert _explained({}, schema) == {"message": "why"}
    assert _explained({"errors": ["x"]}, schema) == {"message": "why", "errors": ["why"]}
    assert _explained({}, schema, DETAILED) == {"message": "why", "errors": [FIRST, SECOND]}
    assert _explained({}, _object(errors=_many(WHOLE)), DETAILED) == {}
    assert _explained({}, _object(errors={"type": "array"}), DETAILED) == {}


def _item(schema: Any, violation: Violation = WRONG) -> Any:
    """The item of a list of errors for one violation."""
    return _explained({}, _object(errors=_many(schema)), Cause(409, "why", (violation,)))["errors"][0]


def test_an_item_names_the_place_of_what_was_wrong() -> None:
    """As a text, a pointer, a list of steps, or the part of the request."""
    names = """field param parameter property propertyName attribute key target propertyPath fieldName argument source
    name path loc location parameterName instance where"""
    for name in names.split():
        assert _item(_object(**{name: TEXT, "msg": TEXT})) == {name: "tags[1].kind", "msg": "must be a text"}
        assert _item(_object(**{name: {}})) == {name: "tags[1].kind"}
        steps = _item(_object(**{name: _many({"type": ["string", "integer"]})}))
        assert steps == {name: ["body", "tags", 1, "kind"]}
    for name in ("pointer", "instancePath", "dataPath", "jsonPointer", "json_path"):
        assert _item(_object(**{name: TEXT, "title": TEXT})) == {name: "/tags/1/kind", "title": "must be a text"}
        assert _item(_object(**{name: {"type": ["string", "null"]}})) == {name: "/tags/1/kind"}
    for name in ("in", "location", "locationType", "where", "loc", "source"):
        assert _item(_object(**{name: {"enum": ["query", "body"]}, "field": TEXT})) == {
            name: "body",
            "field": "tags[1].kind",
        }
    assert _item(_object(**{"in": TEXT, "field": TEXT, "path": TEXT})) == {"in": "body", "field": "tags[1].kind"}
    assert _item(_object(field=TEXT), Violation("body", "is empty")) == {"field": "body"}
    assert _item(_object(field=TEXT), Violation("query.limit", "is")) == {"field": "limit"}


def test_an_item_names_the_kind_and_the_status() -> None:
    """The members that it has or must have: a code, a number, a text of it, an object with the place."""
    codes = "id code error type name kind reason errorCode error_code errorType"
    for name in codes.split():
        kept = {**_object(**{name: TEXT}), "required": [name]}
        said = {"error": SECOND, "reason": SECOND, "name": "tags[1].kind"}.get(name, "invalid")
        assert _item(kept) == {name: said}
    required = {**_object(code=TEXT, message=TEXT), "required": ["code"]}
    assert _item(required, MISSING) == {"code": "missing", "message": FIRST}
    for name in ("status", "code", "statusCode", "status_code", "httpStatus", "httpCode", "errorCode"):
        for schema in (WHOLE, NUMBER):
            assert _item({**_object(**{name: schema}), "required": [name]}) == {name: 409}
    assert _item({**_object(status=TEXT), "required": ["status"]}) == {"status": "409"}
    titled = {**_object(title=TEXT, detail=TEXT), "required": ["title", "detail"]}
    assert _item(titled) == {"title": "Conflict", "detail": SECOND}
    enum = {**_object(code={"enum": ["zebra", "already_there"]}), "required": ["code"]}
    assert _item(enum) == {"code": "already_there"}
    assert _item(_object(source=_object(pointer=TEXT), detail=TEXT)) == {
        "source": {"pointer": "/tags/1/kind"},
        "detail": SECOND,
    }
    assert _explained({}, _object(errors=_many({**_object(code=TEXT), "required": ["code"]}))) == {
        "errors": [{"code": "conflict"}]
    }


def test_what_would_break_the_contract_is_left_out_alone() -> None:
    """The rest is said all the same."""
    schema = _object(detail=TEXT, status=WHOLE)
    value = {"detail": "d", "status": 7}
    assert _explained(value, schema, fits=lambda made: made["status"] == 7) == {"detail": "why", "status": 7}
    assert _explained(value, schema, fits=lambda made: made["detail"] == "d") == {"detail": "d", "status": 409}
    assert _explained(value, schema, fits=lambda _: False) == value
