"""The contract of the control API, with the mock server's own operations, users and collections filled in."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from mockserver import plain_yaml
from mockserver.contract.contract import Contract
from mockserver.contract.document.document import Document
from mockserver.contract.document.sources import Source
from mockserver.contract.operations.outgoing import outgoing_names
from mockserver.exchange.engine import Engine

STREAMS = 4
"""How many streams of events may be open at once; each holds a thread of the server."""
FILE = Path(__file__).with_name("openapi.yaml")


class Surface:
    """The contract that control calls are validated against; read at the first call, and again when the mocked API's
    contract has changed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._made: tuple[Any, Contract] | None = None
        self.streams = threading.BoundedSemaphore(STREAMS)  #: how many event streams may still be opened

    @property
    def contract(self) -> Contract:
        """The contract, filled in for the current state of the mock server."""
        if self._made is None or self._made[0] is not self._engine.contract:
            self._made = (self._engine.contract, Contract(filled(self._plain, self._engine)))
        return self._made[1]

    @cached_property
    def _plain(self) -> Document:
        return Document(plain_yaml.read(FILE), Source.of(FILE), "3.1")


def filled(document: Document, engine: Engine) -> Document:
    """The document with `x-filled` replaced by the mock server's names."""
    known = {
        "operations": {"enum": sorted(engine.contract.operations)},
        "events": {"enum": sorted(outgoing_names(engine.contract.outgoing)) or ["none"]},
        "everything": {"enum": sorted({*engine.contract.operations, *outgoing_names(engine.contract.outgoing)})},
        "users": {"enum": sorted(user.name for user in engine.fixtures.users) or ["anyone"]},
        "collections": {"enum": sorted(engine.behaviours.collections)} if engine.behaviours.collections else {},
        "apis": {"enum": list(engine.contract.parts) or [""]},
        "state": _state(engine),
    }
    root = _filled(document.root, known)
    _fill_examples(root, engine)
    return replace(document, root=root)


def _state(engine: Engine) -> dict[str, Any]:
    records = {"type": "array", "items": {"$ref": "#/components/schemas/Record"}}
    names = sorted({*engine.behaviours.collections, "users"})
    return {"properties": dict.fromkeys(names, records), "additionalProperties": False}


def _filled(node: Any, known: Mapping[str, dict[str, Any]]) -> Any:
    if isinstance(node, list):
        return [_filled(inner, known) for inner in node]
    if not isinstance(node, dict):
        return node
    copy = {name: _filled(inner, known) for name, inner in node.items() if name != "x-filled"}
    return {**copy, **known[node["x-filled"]]} if "x-filled" in node else copy


def readable(engine: Engine) -> str:
    """The path of an operation that reads and needs no parameter."""
    reads = (one.template for one in engine.contract.operations.values() if one.method == "GET")
    return next((template for template in reads if "{" not in template), "/")


def _fill_examples(root: dict[str, Any], engine: Engine) -> None:
    """Examples of an existing record, if there is one."""
    collections = engine.base().collections
    names = sorted(collections)  # the records of a collection are made when it is first asked for
    first = next(((name, collections[name]) for name in names if len(collections[name].records)), None)
    if first is None:
        return
    name, collection = first
    key, (_, record) = min(collection.records.items(), key=lambda stored: stored[1][0])
    parameters = root["components"]["parameters"]
    parameters["Collection"]["example"] = name
    parameters["Key"]["example"] = key
    send = root["paths"]["/__mock__/worlds/{world}/requests"]["post"]["requestBody"]["content"]["application/json"]
    send["example"] = {"method": "GET", "path": readable(engine)}
    path = root["paths"]["/__mock__/worlds/{world}/state/{collection}/{key}"]
    path["put"]["requestBody"]["content"]["application/json"]["example"] = dict(record)
