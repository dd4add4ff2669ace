"""The commands `read`, `explain` and `diff`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from docs_to_openapi.cli import main
from spec.builder import run
from tests.docs_to_openapi.reading import DOCS, SPEC
from tests.support import TIMEOUT


def test_read_prints_openapi_on_standard_output() -> None:
    """`docs-to-openapi read PAGE` prints a document on standard output and problems on standard error."""
    command = [sys.executable, "-m", "docs_to_openapi", "read", "spec/docs/devices-untrust.md"]
    completed = subprocess.run(command, cwd=SPEC.parent, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert completed.returncode == 0
    assert list(yaml.safe_load(completed.stdout)["paths"]) == ["/devices/{id}/untrust"]
    assert "spec/docs/devices-untrust.md:80: contradiction" in completed.stderr


def test_read_of_no_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file without an operation exits 1 with a message; a file that does not exist exits 2."""
    (tmp_path / "page.md").write_text("Nothing here.\n")
    assert main(["read", str(tmp_path / "page.md")]) == 1
    assert "this page has no operation" in capsys.readouterr().err
    assert main(["read", str(tmp_path / "ghost.md")]) == 2
    assert "give the path of a page" in capsys.readouterr().err


def test_a_contract_is_not_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever passes one wants to serve it."""
    path = tmp_path / "api.yaml"
    path.write_text("# ours\nopenapi: 3.1.0\npaths: {}\n")
    assert main(["read", str(path)]) == 2
    assert "is an OpenAPI document already: mockserver mock" in capsys.readouterr().err


@pytest.mark.parametrize(("words", "said"), [(["biuld"], "did you mean 'build'?"), (["init"], "required: PAGES")])
def test_wrong_usage_is_one_line(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2; the flags are not listed before it."""
    with pytest.raises(SystemExit) as left:
        main(words)
    printed = capsys.readouterr().err
    assert (left.value.code, printed.count("\n"), said in printed) == (2, 1, True)


@pytest.mark.parametrize("name", ["devices.trust", "devices-trust", "trustDevice", "POST /devices/trust"])
def test_explain_an_operation(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """You can name an operation by page, id or call; the page lines, overlay actions and contract lines are printed."""
    assert run(["explain", name]) == 0
    out = capsys.readouterr().out
    contract = (SPEC / "openapi.yaml").read_text().split("\n")
    [line] = [
        line
        for line in out.split("\n")
        if line.startswith("/components/schemas/TrustResponse/properties/trustExpiresAt")
    ]
    assert contract[int(line.rsplit(":", 1)[1]) - 1].strip() == "trustExpiresAt:"
    assert "docs/devices-trust.txt:3  “POST /devices/trust”" in out
    assert "A-08 (assumption, action" in out
    assert "because the page says that the period is prolonged, not by how much" in out


def test_explain_a_pointer(capsys: pytest.CaptureFixture[str]) -> None:
    """A JSON Pointer is explained with what is below it; a shared schema has the evidence of every page."""
    assert run(["explain", "/components/schemas/Error/properties/error"]) == 0
    assert capsys.readouterr().out.count("    page  ") == 15


def test_explain_an_unknown_name(capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown name is answered with the most similar one."""
    assert run(["explain", "devices.trusst"]) == 2
    assert "did you mean 'devices.trust'?" in capsys.readouterr().err


def _changed(tmp_path: Path, *changes: tuple[str, str]) -> str:
    text = (DOCS / "devices-trust.txt").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "new.txt"
    path.write_text(text)
    return str(path)


def test_diff_of_the_same_page(capsys: pytest.CaptureFixture[str]) -> None:
    """A page that states the same changes nothing."""
    assert run(["diff", str(DOCS / "devices-trust.txt")]) == 0
    assert capsys.readouterr().out == "The pages change nothing.\n"


def test_diff_names_what_breaks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A new required field is breaking and has its line in the newer page; nothing is written."""
    before = (SPEC / "openapi.yaml").read_bytes()
    last = "Fingerprint of the device\n"
    path = _changed(tmp_path, (last, last + "\nreason\n\nstring\n\ntrue\n\nnone\n\nWhy\n"))
    assert run(["diff", path]) == 0
    output = capsys.readouterr()
    assert "added property of POST /devices/trust request .reason" in output.out
    assert f"[{path}:27]" in output.out
    assert "clients that leave it out fail" in output.out
    assert "1 of them breaking" in output.out
    assert (SPEC / "openapi.yaml").read_bytes() == before


def test_diff_of_a_page_that_needs_a_decision(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A newer page that contradicts itself is compared without the overlay, and the open decision is printed."""
    path = _changed(tmp_path, ("500\n\nThe server failed\n\nInline\n\n", ""), ("string(date-time)", "string"))
    assert run(["diff", path]) == 0
    output = capsys.readouterr()
    assert "status 500 of POST /devices/trust" in output.err
    assert "removed format of POST /devices/trust 200 .trustExpiresAt" in output.out


def test_diff_of_a_new_operation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The page of an operation that isn't in the contract is one added operation."""
    path = _changed(tmp_path, ("/devices/trust", "/devices/ban"))
    assert run(["diff", path]) == 0
    assert "added operation of POST /devices/ban" in capsys.readouterr().out
