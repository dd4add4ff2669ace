"""With workers, a run has the same verdicts, and more than one request under way."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from contract_tests.cli import main
from tests.contract_tests.many.service import Many, contract_of
from tests.contract_tests.small import Asked, Reply, serving


class Counting(Many):
    """Knows how many requests were under way at a time, and answers one operation wrongly."""

    def __init__(self) -> None:
        super().__init__(2)
        self.under_way = self.most = 0
        self.counting = threading.Lock()

    def wait(self) -> None:
        with self.counting:
            self.under_way += 1
            self.most = max(self.most, self.under_way)
        time.sleep(0.002)
        with self.counting:
            self.under_way -= 1

    def listed(self, asked: Asked, kind: str) -> Reply:
        reply = super().listed(asked, kind)
        return Reply(200, {"items": [], "total": 0}) if kind == "bricks" and reply.status == 400 else reply


def judged(folder: Path, *flags: str) -> tuple[Counting, dict[str, Any]]:
    """The service after a run, and its report."""
    service, spec = Counting(), folder / "many.json"
    spec.write_text(json.dumps(contract_of(2)))
    with serving(service) as url:
        given = ["--target", url, "--spec", str(spec), "--suite", "conformance", "--examples", "1", *flags]
        main([*given, "--report", str(folder)])
    return service, json.loads((folder / "report.json").read_text())


@pytest.mark.thorough
def test_verdicts_do_not_depend_on_workers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same promises in the same order with the same outcomes; with workers, requests overlap."""
    verdicts = {}
    for workers in ("1", "4"):
        service, report = judged(tmp_path, "--workers", workers)
        assert (service.most > 1) == (workers == "4")
        assert report["left_behind"] == []
        verdicts[workers] = [(one["id"], one["outcome"], one["notes"]) for one in report["promises"]]
        broken = [one["id"] for one in report["promises"] if one["outcome"] == "broken"]
        assert broken == ["generated_inputs[listBricks]"]
    assert verdicts["1"] == verdicts["4"], capsys.readouterr().out
