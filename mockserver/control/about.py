"""Control calls on the mock server itself: what it serves, and its contracts."""

from __future__ import annotations

from typing import Any

from mockserver import __version__
from mockserver.behaviour.names import record_schemas
from mockserver.contract.schemas.view import members
from mockserver.control.calls import Call, Handler, Result
from mockserver.control.served import served_contract
from mockserver.exchange.engine import Engine
from mockserver.exchange.journals import ENTRIES


def _contract(call: Call) -> Result:
    return Result(served_contract(call.engine, call.url, call.query("api", "")))


def _control_contract(call: Call) -> Result:
    return Result({**call.surface.document.root, "servers": [{"url": call.url}]})


def _about(call: Call) -> Result:
    engine = call.engine
    lists = {"operations": _operations(engine), "collections": _collections(engine)}
    return Result({**described(engine, call.url), **lists})


def described(engine: Engine, url: str) -> dict[str, Any]:
    """What there is to know of the mock server, without what grows with the contract."""
    return {
        "version": __version__,
        "title": str(engine.contract.document.root.get("info", {}).get("title", "")),
        "contract": engine.contract.document.name,
        "url": url,
        "apis": [
            {"name": one.name, "title": one.title, "contract": one.document.name, "path": one.path}
            for one in engine.contract.parts.values()
        ],
        "auth": engine.settings.auth,
        "users": [{"name": user.name, "id": user.id, "token": user.token} for user in engine.fixtures.users],
        "limits": {
            "worlds": engine.store.most,
            "worldTtl": engine.settings.world_ttl,
            "entries": ENTRIES,
            "body": engine.settings.max_body,
        },
        "store": engine.store.kind,
        "outgoing": sorted(engine.contract.outgoing),
        "jobs": any(map(engine.behaviours.starts_jobs, engine.behaviours.operations)),
        "backend": None if engine.backend is None else str(engine.backend.target),
    }


def _operations(engine: Engine) -> list[dict[str, Any]]:
    return [
        {
            "operation": operation.id,
            "method": operation.method,
            "path": operation.template,
            "summary": operation.summary,
            "statuses": list(operation.responses),
            "behaves": operation.id in engine.behaviours.operations,
        }
        for operation in engine.contract.operations.values()
    ]


def _collections(engine: Engine) -> list[dict[str, Any]]:
    schemas = record_schemas(engine.behaviours, engine.contract)
    contract = engine.contract
    return [
        {
            "collection": name,
            "key": rules.key,
            "owner": rules.owner,
            "expires": rules.expires,
            "fields": {
                field: contract.resolve(inner)
                for schema in schemas[name]
                for field, inner in members(schema, contract.view).items()
            },
        }
        for name, rules in sorted(engine.behaviours.collections.items())
    ]


HANDLERS: dict[str, Handler] = {
    "getAbout": _about,
    "getContract": _contract,
    "getControlContract": _control_contract,
}
"""The calls by the name of their operation."""
