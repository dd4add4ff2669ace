"""Each operation is called once before any is looked at closely."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from contract_tests.cli import main
from tests.contract_tests.many.service import Many, contract_of
from tests.contract_tests.small import serving

KINDS = 4


@pytest.mark.parametrize("workers", ["1", "3"])
def test_every_operation_answers_before_any_is_deepened(workers: str, tmp_path: Path) -> None:
    """The first success of each comes before the tenth request to one of them; nothing stays behind."""
    spec = tmp_path / "many.json"
    spec.write_text(json.dumps(contract_of(KINDS)))
    service = Many(KINDS)
    before = json.dumps(service.kinds)
    with serving(service) as url:
        main(["--target", url, "--spec", str(spec), "--suite", "access", "--workers", workers])
    often, reached = Counter[str](), set[str]()
    for visit in service.visits:
        often[visit.operation] += 1
        if 200 <= visit.status < 300:
            reached.add(visit.operation)
        if len(reached) == 5 * KINDS:
            break
    assert (len(reached), often.most_common(1)[0][1] < 10) == (5 * KINDS, True), often
    assert json.dumps(service.kinds) == before


def test_observing_reaches_what_can_be_read(tmp_path: Path) -> None:
    """Without the right to write, one record of each kind is read."""
    spec = tmp_path / "many.json"
    spec.write_text(json.dumps(contract_of(KINDS)))
    service = Many(KINDS)
    with serving(service) as url:
        main(["--target", url, "--spec", str(spec), "--suite", "access", "--safety", "observe"])
    assert {visit.method for visit in service.visits} == {"GET"}
    assert len({visit.operation for visit in service.visits}) == 2 * KINDS
    assert len(service.visits) <= 2 * KINDS + 2
