"""What reading and refusing requests must not import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support import TIMEOUT

ROOT = Path(__file__).resolve().parents[4]


def test_requests_are_read_without_other_implementations() -> None:
    """Loading, accepting and refusing by type import no openapi-core, which would take a third of a second, and no
    converter of Swagger 2.0."""
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
unwanted = ("openapi_core", "openapi_spec_validator", "jsonschema", "urllib.request",
            "mockserver.contract.document.swagger.conversion")
print([name for name in unwanted if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT, check=True
    )
    assert done.stdout.strip() == "[]"
