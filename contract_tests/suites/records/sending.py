"""Bodies as they are sent: in their media type, and unlike those of other records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from contract_tests.core.action import Action
from contract_tests.core.contract import Contract, Place, is_json
from contract_tests.core.creation import plain
from contract_tests.core.schemas import fits


def unique(contract: Contract, schema: Place, body: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The body with texts and addresses that no other record has, for servers that keep some of them unique."""
    found, tail = dict(body), uuid4().hex[:6]
    for name, value in body.items():
        if not isinstance(value, str) or name == key or plain(name).endswith("id"):
            continue
        local, at, domain = value.partition("@")
        for end in (f"-contract-tests-{tail}", tail):  # the first one is known in reports as made up
            other = {**found, name: f"{local}{end}{at}{domain}"}
            if fits(contract, schema, other, writing=True):
                found = other
                break
    return found


def as_declared(action: Action, body: Any) -> tuple[str, Any]:
    """The media type that the operation declares, and the body in its form: a JSON Patch is a list of changes."""
    declared = action.operation.declared.body.media_types if action.operation.declared.body else {}
    names = [name for name in declared if is_json(name) and "*" not in name]
    plain_names = [name for name in names if "json-patch" not in name]
    name = next(iter(plain_names or names), "application/json")
    if "json-patch" in name and isinstance(body, Mapping):
        body = [{"op": "add", "path": f"/{member}", "value": value} for member, value in body.items()]
    return name, body
