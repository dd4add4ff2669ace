"""Selections in one text: of labels, of fields, or of fields as JSON."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.behaviour.selecting import matching, selecting

LABELS = {"app": "web", "example.com/tier": "front", "size": 5}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("app=web", True), ("app==web", True), ("app=db", False), ("app!=db", True), ("other!=db", True),
        ("app!=web", False),
        ("example.com/tier=front", True), ("app=web,size=5", True), ("app=web, size=6", False), ("app", True),
        ("other", False), ("!other", True), ("!app", False), ("app in (db, web)", True), ("app in (db),size=5", False),
        ("app notin (db)", True), ("app notin (web,db)", False), ("other notin (db)", True),
    ],
)  # fmt: skip
def test_labels_are_selected(text: str, expected: bool) -> None:
    """Every requirement must hold; a record without labels has none of them."""
    test = selecting(text)
    assert test is not None
    assert test([LABELS]) is expected
    assert test([]) is (text in ("app!=db", "other!=db", "app!=web", "!other", "!app") or "notin" in text)


def test_fields_are_selected_by_their_path() -> None:
    """As in `metadata.name=web`."""
    test = selecting("metadata.name=web,status.phase!=Failed")
    assert test is not None
    assert test([{"metadata": {"name": "web"}}])
    assert not test([{"metadata": {"name": "web"}, "status": {"phase": "Failed"}}])


@pytest.mark.parametrize("wanted", ["", " ", None, 5])
def test_what_is_no_selection_selects_nothing(wanted: Any) -> None:
    """An empty text filters nothing."""
    assert selecting(wanted) is None


RECORD = {"Name": "web-1", "Config": {"Labels": {"app": "web"}}, "State": {"Status": "running"}, "Tags": ["a", "b"]}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ('{"name": ["web"]}', True), ('{"name": ["db"]}', False), ('{"name": ["db", "web"]}', True),
        ('{"label": ["app=web"]}', True), ('{"label": ["app"]}', True), ('{"label": ["app=db"]}', False),
        ('{"status": {"running": true}}', True), ('{"status": "exited"}', False), ('{"tag": ["b"]}', True),
        ('{"unknown": ["x"]}', True), ('{"name": []}', True), ({"name": "WEB"}, True),
    ],
)  # fmt: skip
def test_records_have_the_fields_of_an_object(wanted: Any, expected: bool) -> None:
    """By names however they are spelt, at any depth of two; what a record doesn't have filters nothing."""
    test = matching(wanted)
    assert test is not None
    assert test([RECORD]) is expected


@pytest.mark.parametrize("wanted", ["no json", "5", "[]", None])
def test_what_is_no_object_filters_nothing(wanted: Any) -> None:
    """Whatever else a client sends."""
    assert matching(wanted) is None
