"""Contracts made of small documents."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver.contract.contract import Contract, load_contract

Load = Callable[..., Contract]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Loads the contract with these paths; any other part of the document by name."""

    def load(paths: Any = None, openapi: str = "3.1.0", **parts: Any) -> Contract:
        document = {
            "openapi": openapi,
            "info": {"title": "T", "version": "1"},
            "paths": {} if paths is None else paths,
            **parts,
        }
        path = tmp_path / "openapi.json"
        path.write_text(json.dumps(document))
        return load_contract(path)

    return load
