"""The contract as the running mock server serves it: with its own address, and its own records as examples."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from mockserver.exchange.engine import Engine
from mockserver.insight.samples import Sample, samples


def served_contract(engine: Engine, url: str) -> dict[str, Any]:
    """The OpenAPI document with this server's address, and with examples that refer to existing records."""
    document: dict[str, Any] = {**engine.contract.document.root, "servers": [{"url": url}]}
    document["paths"] = copy.deepcopy(document.get("paths") or {})
    for name, requests in samples(engine).items():
        operation = engine.contract.operations[name]
        raw = document["paths"].get(operation.template, {}).get(operation.method.lower())
        if raw is not None and requests:
            _fill_parameters(raw, requests, engine)
            _fill_body(raw, requests, engine)
    return document


def _fill_parameters(raw: dict[str, Any], requests: list[Sample], engine: Engine) -> None:
    filled = []
    for declared in raw.get("parameters") or []:
        parameter = dict(engine.contract.resolve(declared))
        name = str(parameter.get("name"))
        if parameter.get("in") == "path" and all(name in sample.path for sample in requests):
            parameter.pop("example", None)
            parameter["examples"] = {
                f"record{place}": {"value": sample.path[name]} for place, sample in enumerate(requests, 1)
            }
        filled.append(parameter)
    if filled:
        raw["parameters"] = filled


def _fill_body(raw: dict[str, Any], requests: list[Sample], engine: Engine) -> None:
    if not all(sample.body for sample in requests) or "requestBody" not in raw:
        return
    body = raw["requestBody"] = copy.deepcopy(engine.contract.resolve(raw["requestBody"]))
    for media in (body.get("content") or {}).values():
        base = media.pop("example", None)
        base = base if isinstance(base, Mapping) else {}
        media["examples"] = {
            f"record{place}": {"value": {**base, **sample.body}} for place, sample in enumerate(requests, 1)
        }
