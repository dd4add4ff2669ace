"""Serves various documents over a socket, and checks the responses to a valid and an invalid request per operation."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from mockserver.exchange.building import build_engine
from mockserver.settings import Settings
from tests.sampling.playing import DocumentCheck
from tests.support import ROOT, LiveMock

SAMPLES = Path(__file__).with_name("sampling") / "documents"
DOCUMENTS = [
    *sorted(SAMPLES.glob("*.yaml")),
    ROOT / "tests" / "mockserver" / "inference" / "petstore.yaml",
    ROOT / "spec" / "openapi.yaml",
]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_operation_follows_its_contract(path: Path) -> None:
    """No undeclared 5xx; valid requests are accepted, invalid ones rejected; openapi-core accepts every response."""
    engine = build_engine(Settings(spec=str(path)))
    mock = LiveMock(str(path)).wait_until_started()
    try:
        tally = DocumentCheck(engine, mock.port, Random(path.stem)).run()
    finally:
        mock.kill()
    assert not tally.faults, "\n".join(tally.faults)
    assert tally.counts["valid requests"] == tally.counts["invalid requests"] == len(engine.contract.operations)
    explained = sum(number for cause, number in tally.causes.items() if cause.startswith("a request"))
    assert tally.counts["invalid: 2XX"] <= explained <= 1
