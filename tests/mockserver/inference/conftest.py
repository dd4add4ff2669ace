"""A mock of a small contract, running on nothing but what is inferred from it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver.exchange.engine import Engine
from mockserver.settings import Settings
from tests.mockserver.inference.playing import Play
from tests.support import Ask


@pytest.fixture
def play(tmp_path: Path, build: Callable[[Settings], Engine]) -> Play:
    """A mock of a contract with these paths and schemas; every check of names and records is on."""

    def play(paths: Any, **schemas: Any) -> Ask:
        path = tmp_path / "openapi.json"
        parts = {"info": {"title": "T", "version": "1"}, "paths": paths, "components": {"schemas": schemas}}
        path.write_text(json.dumps({"openapi": "3.1.0", **parts}))
        return Ask(build(Settings(str(path), auth="off")), None)

    return play
