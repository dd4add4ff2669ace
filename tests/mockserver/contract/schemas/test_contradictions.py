"""Keywords that no value has together: which of them is ignored."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver.contract.schemas.contradictions import overruled
from mockserver.exchange.engine import Engine
from mockserver.settings import Settings
from tests.support import Ask

Build = Callable[[Settings], Engine]


@pytest.mark.parametrize(
    ("schema", "ignored"),
    [
        ({"format": "date", "pattern": r"^\d{2}/\d{2}/\d{4}$"}, ["format"]),
        ({"format": "date", "pattern": r"^2031-\d\d-\d\d$"}, []),
        ({"format": "date-time", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"}, []),
        ({"format": "date-time", "pattern": r"^\d{8}$"}, ["format"]),
        ({"format": "byte", "pattern": ".* maxLength: 2097152"}, ["format"]),
        ({"format": "byte", "pattern": "^[A-Z]{8}$"}, []),
        ({"format": "uuid", "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"}, []),
        ({"format": "email", "pattern": r"^\S+@corp\.example$"}, []),
        ({"format": "password", "pattern": "^a$"}, []),
        ({"type": "integer", "enum": ["low", "high"]}, ["type"]),
    ],
)
def test_the_narrower_keyword_is_meant(schema: dict[str, Any], ignored: list[str]) -> None:
    """A format is ignored where no text that its pattern matches has it; a `type` beside an `enum` without one."""
    assert [keyword for keyword, _ in overruled(schema)] == ignored


def test_a_text_that_only_its_pattern_describes_is_sent_and_answered(tmp_path: Path, build: Build) -> None:
    """A day that is written 24/12/2031, though its format says `date`."""
    day = {"type": "string", "format": "date", "pattern": r"^\d{2}/\d{2}/\d{4}$"}
    shape = {"type": "object", "required": ["day"], "properties": {"day": day}}
    media = {"application/json": {"schema": shape}}
    post = {"requestBody": {"content": media}, "responses": {"200": {"description": "", "content": media}}}
    paths = {"/day": {"post": post, "get": {"responses": post["responses"]}}}
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths}))
    ask = Ask(build(Settings(str(path), auth="off")), None)
    assert ask("GET", "/day").status == 200
    assert [ask("POST", "/day", json={"day": day}).status for day in ("24/12/2031", "2031-12-24")] == [200, 422]
