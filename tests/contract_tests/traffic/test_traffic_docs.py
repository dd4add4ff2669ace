"""The page on recorded traffic: its command works, and its output is what is printed."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from contract_tests import cli
from contract_tests.core.document import bundled
from contract_tests.traffic.command import parser
from tests.contract_tests.traffic.recording import archive, entry

PAGE = (Path(__file__).resolve().parents[3] / "docs/traffic.md").read_text(encoding="utf-8")
URL = "http://127.0.0.1:4010/devices/trust"


def test_the_command_of_the_page_prints_what_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The problem of the page, found in a recording by the command of the page."""
    (command,) = re.findall(r"```console\n\$ (contract-tests .*)\n", PAGE)
    (block,) = re.findall(r"```\n(FAILED.*?)```", PAGE, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    shutil.copy(bundled(), "openapi.yaml")
    (tmp_path / "recordings").mkdir()
    refused = entry("POST", URL, 400, {"success": False, "error": "Fingerprint required"}, sent={}, token=True)
    (tmp_path / "recordings/shop.har").write_text(json.dumps(archive([refused])))
    assert cli.main(shlex.split(command)[1:]) == 1
    out = capsys.readouterr().out
    for line in block.splitlines():
        assert line.startswith("seen in") or line in out, out


def test_the_job_of_the_page_fails_for_what_is_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its command accepts what the baseline has, as the page says, and leaves the reports that the job uploads."""
    (command,) = re.findall(r"^- run: (contract-tests .*)$", PAGE, re.MULTILINE)
    (accepts,) = re.findall(r"`(--baseline .* --baseline-update)`", PAGE)
    monkeypatch.chdir(tmp_path)
    shutil.copy(bundled(), "openapi.yaml")
    (tmp_path / "recordings").mkdir()
    known = entry("POST", URL, 400, {"success": False, "error": "Fingerprint required"}, sent={}, token=True)
    new = entry("GET", URL.removesuffix("/trust"), 200, {"success": True, "devices": {}}, token=True)
    words, codes = shlex.split(command)[1:], []
    for entries, arguments in (([known], shlex.split(accepts)), ([known], ()), ([known, new], ())):
        (tmp_path / "recordings/shop.har").write_text(json.dumps(archive(entries)))
        codes.append(cli.main([*words, *arguments]))
    assert codes == [0, 0, 1], capsys.readouterr().out
    assert (tmp_path / "reports/report.html").exists()


def test_the_page_names_flags_that_there_are() -> None:
    """Each flag of the page is one of the command."""
    flags = {flag for action in parser()._actions for flag in action.option_strings}
    assert set(re.findall(r"`(--[a-z-]+)", PAGE)) <= flags
