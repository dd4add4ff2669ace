"""The status of a success, by what was done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support import Ask, answers, document, json_body, path_parameter

TEXT = {"type": "string"}
FLAG = {"type": "object", "required": ["key", "on"], "properties": {"key": TEXT, "on": {"type": "boolean"}}}


def _flags(put: dict[str, Any]) -> dict[str, Any]:
    item = {
        "parameters": [path_parameter("key")],
        "get": {"responses": answers(FLAG)},
        "put": {"requestBody": json_body(FLAG), "responses": put},
    }
    return document({"/flags": {"get": {"responses": answers({"type": "array", "items": FLAG})}}, "/flags/{key}": item})


EMPTY = {"description": "done"}


@pytest.mark.parametrize(
    ("declared", "created", "replaced"),
    [
        (answers(FLAG) | answers(FLAG, status=201), 201, 200),
        (answers(FLAG, status=201) | {"204": EMPTY}, 201, 204),
        (answers(FLAG) | {"201": EMPTY}, 201, 200),
        ({"201": EMPTY, "204": EMPTY}, 201, 204),
        (answers(FLAG, status=201), 201, 201),
    ],
)
def test_a_put_that_creates_is_201_and_one_that_replaces_is_not(
    mock_of: Callable[..., Ask], declared: dict[str, Any], created: int, replaced: int
) -> None:
    """Where the contract declares both (RFC 9110, section 9.3.4)."""
    ask = mock_of(_flags(declared))
    statuses = [ask("PUT", "/flags/new", json={"key": "new", "on": on}).status for on in (True, False)]
    assert statuses == [created, replaced]
    assert ask("GET", "/flags/new").json == {"key": "new", "on": False}


def test_a_put_that_creates_names_its_place(mock_of: Callable[..., Ask]) -> None:
    """The path itself."""
    declared = answers(FLAG) | answers(FLAG, status=201)
    declared["200"]["headers"] = {"Location": {"schema": TEXT}}
    answer = mock_of(_flags(declared))("PUT", "/flags/a b", json={"key": "a b", "on": True}, headers={"host": "x.test"})
    assert answer.status == 201


@pytest.mark.parametrize(
    ("declared", "status"),
    [
        (answers(FLAG) | answers(FLAG, status=201), 201),
        (answers(FLAG) | {"201": EMPTY}, 200),
        (
            answers(FLAG)
            | answers({"type": "object", "required": ["other"], "not": {"required": ["key"]}}, status=201),
            200,
        ),
        ({"200": EMPTY, "201": EMPTY}, 201),
    ],
)
def test_a_post_that_creates_is_201_where_that_shows_as_much(
    mock_of: Callable[..., Ask], declared: dict[str, Any], status: int
) -> None:
    """A client must learn the key of its record."""
    contract = _flags(answers(FLAG))
    contract["paths"]["/flags"]["post"] = {"requestBody": json_body(FLAG), "responses": declared}
    assert mock_of(contract)("POST", "/flags", json={"key": "new", "on": True}).status == status
