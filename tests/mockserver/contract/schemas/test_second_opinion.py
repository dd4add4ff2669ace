"""The second opinion: asked for when a refusal is based on keywords that put schemas together, and for nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mockserver.contract.schemas import validators
from mockserver.contract.schemas.compiled import compiled
from mockserver.contract.schemas.second_opinion import MOST_BYTES, SecondOpinion

ROOT = Path(__file__).resolve().parents[4]
EITHER = {"oneOf": [{"type": "integer"}, {"$ref": "#/components/schemas/Named"}]}
COMPONENTS = {"schemas": {"Either": EITHER, "Named": {"type": "object", "required": ["name"]}}}


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0", "3.2.0"])
@pytest.mark.parametrize(
    ("value", "fits"), [(5, True), ({"name": 1}, True), ({}, False), ("x", False), (["x" * MOST_BYTES], False)]
)
def test_openapi_core_judges_by_a_schema(load: Any, version: str, value: Any, fits: bool) -> None:
    """References are followed; what is too large, or cannot be checked, does not fit."""
    document = load(None, version, components=COMPONENTS).document
    schema = document.root["components"]["schemas"]["Either"]
    second_opinion = SecondOpinion(document)
    assert second_opinion.accepts(schema, value, writing=True) is fits
    assert second_opinion.accepts(schema, value, writing=False) is fits
    assert second_opinion.accepts({"$ref": "#/nowhere"}, value, writing=True) is False


@pytest.mark.parametrize(("value", "violations"), [({"name": 1}, 0), ({}, 1)])
def test_a_doubtful_refusal_needs_both(load: Any, monkeypatch: pytest.MonkeyPatch, value: Any, violations: int) -> None:
    """Were our conversion of `oneOf` too strict, what openapi-core accepts would still pass."""
    contract = load(None, components=COMPONENTS)
    monkeypatch.setattr(validators, "compiled", lambda _: compiled({"oneOf": [False, False]}))
    schema = contract.document.root["components"]["schemas"]["Either"]
    assert len(contract.violations(schema, value, place="body")) == violations


def test_plain_refusals_do_without() -> None:
    """Loading, accepting and refusing by type import no openapi-core: it would take a third of a second."""
    script = """
import sys
from mockserver.contract.contract import load_contract
from mockserver.messages import Request
from mockserver.errors import Refused
contract = load_contract("spec/openapi.yaml")
for body in (b'{"fingerprint": "a"}', b'{"fingerprint": 5}', b"{", b"{}"):
    request = Request("POST", "/devices/trust", "", {"content-type": "application/json"}, body)
    try:
        contract.read_inputs(contract.route("POST", "/devices/trust"), request)
    except Refused:
        pass
unwanted = ("openapi_core", "openapi_spec_validator", "jsonschema", "urllib.request")
print([name for name in unwanted if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"
