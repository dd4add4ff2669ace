"""Documents of every kind, served over a socket: each operation asked once well and once badly, each answer judged."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from mockserver.exchange.engine import build_engine
from mockserver.settings import Settings
from tests.sampling.playing import Player
from tests.support import ROOT, LiveMock

OURS = Path(__file__).with_name("sampling") / "documents"
DOCUMENTS = [
    *sorted(OURS.glob("*.yaml")),
    ROOT / "tests" / "mockserver" / "inference" / "petstore.yaml",
    ROOT / "spec" / "openapi.yaml",
]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_operation_answers_by_its_contract(path: Path) -> None:
    """No 5xx but a declared one, valid requests taken, invalid ones refused, and openapi-core finds nothing wrong."""
    engine = build_engine(Settings(spec=str(path)))
    mock = LiveMock(str(path)).started()
    try:
        tally = Player(engine, mock.port, Random(path.stem)).play()
    finally:
        mock.kill()
    assert not tally.faults, "\n".join(tally.faults)
    assert tally.counts["valid requests"] == tally.counts["invalid requests"] == len(engine.contract.operations)
    explained = sum(number for cause, number in tally.causes.items() if cause.startswith("a request"))
    assert tally.counts["invalid: 2XX"] <= explained <= 1
