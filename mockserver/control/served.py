"""The contract as the running mock server serves it: with its own address, and its own records as examples."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from mockserver.contract.document.document import Document
from mockserver.exchange.engine import Engine
from mockserver.identity.places import AUTH, DECLARED, DISCOVERY
from mockserver.insight.samples import Sample, samples


def served_contract(engine: Engine, url: str, api: str = "") -> dict[str, Any]:
    """The OpenAPI document with this server's address, and with examples that refer to existing records.

    Of several documents it is the one that `api` names, as it is alone.
    """
    part = engine.contract.parts[api] if api else None
    source, path = (part.document, part.path) if part is not None else (engine.contract.document, "")
    document: dict[str, Any] = {**source.root, "servers": [{"url": url + path}]}
    document["paths"] = copy.deepcopy(document.get("paths") or {})
    _lead_to_provider(document, f"{url}{AUTH}")
    for name, requests in samples(engine).items():
        operation = engine.contract.operations[name]
        item = document["paths"].get(operation.template[len(path) :]) if operation.template.startswith(path) else None
        raw = item.get(operation.method.lower()) if isinstance(item, dict) else None
        if raw is not None and requests:
            _fill_parameters(raw, requests, source)
            _fill_body(raw, requests, source)
    return document


def _lead_to_provider(document: dict[str, Any], issuer: str) -> None:
    """Have the security schemes name the addresses of the mock's own provider."""
    schemes = (document.get("components") or {}).get("securitySchemes")
    if not isinstance(schemes, Mapping):
        return
    own = copy.deepcopy(dict(schemes))
    for scheme in own.values():
        if isinstance(scheme, dict) and "openIdConnectUrl" in scheme:
            scheme["openIdConnectUrl"] = f"{issuer}/{DISCOVERY}"
        flows = scheme.get("flows") if isinstance(scheme, dict) else None
        for flow in flows.values() if isinstance(flows, dict) else ():
            flow |= {member: f"{issuer}/{path}" for member, path in DECLARED.items() if member in flow}
    document["components"] = {**document["components"], "securitySchemes": own}


def _fill_parameters(raw: dict[str, Any], requests: list[Sample], source: Document) -> None:
    filled = []
    for declared in raw.get("parameters") or []:
        parameter = dict(source.resolve(declared))
        name = str(parameter.get("name"))
        if parameter.get("in") == "path" and all(name in sample.path for sample in requests):
            parameter.pop("example", None)
            parameter["examples"] = {
                f"record{place}": {"value": sample.path[name]} for place, sample in enumerate(requests, 1)
            }
        filled.append(parameter)
    if filled:
        raw["parameters"] = filled


def _fill_body(raw: dict[str, Any], requests: list[Sample], source: Document) -> None:
    if not all(sample.body for sample in requests) or "requestBody" not in raw:
        return
    body = raw["requestBody"] = copy.deepcopy(source.resolve(raw["requestBody"]))
    for media in (body.get("content") or {}).values():
        base = media.pop("example", None)
        base = base if isinstance(base, Mapping) else {}
        media["examples"] = {
            f"record{place}": {"value": {**base, **sample.body}} for place, sample in enumerate(requests, 1)
        }
