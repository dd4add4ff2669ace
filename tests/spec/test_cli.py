"""`read`, `explain` and `diff`, as a user meets them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from spec.builder.cli import main
from tests.spec.reading import DOCS, SPEC


def test_read_prints_openapi_on_standard_output() -> None:
    """`python -m spec.builder read PAGE` prints a document on standard output and problems on standard error."""
    command = [sys.executable, "-m", "spec.builder", "read", "spec/docs/devices-untrust.md"]
    done = subprocess.run(command, cwd=SPEC.parent, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0
    assert list(yaml.safe_load(done.stdout)["paths"]) == ["/devices/{id}/untrust"]
    assert "spec/docs/devices-untrust.md:80: contradiction" in done.stderr


def test_read_of_no_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file without an operation exits 1 and says so; a file that is not there exits 2."""
    (tmp_path / "page.md").write_text("Nothing here.\n")
    assert main(["read", str(tmp_path / "page.md")]) == 1
    assert "no operation was found" in capsys.readouterr().err
    assert main(["read", str(tmp_path / "ghost.md")]) == 2
    assert "give the path of a page" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["devices.trust", "devices-trust", "trustDevice", "POST /devices/trust"])
def test_explain_an_operation(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The chain runs from page line over overlay action to contract line, whatever the operation is called by."""
    assert main(["explain", name]) == 0
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
    """A JSON Pointer is explained with what is below it; a shared shape names every page."""
    assert main(["explain", "/components/schemas/Error/properties/error"]) == 0
    assert capsys.readouterr().out.count("    page  ") == 15


def test_explain_the_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    """A name that is none is answered with the nearest."""
    assert main(["explain", "devices.trusst"]) == 2
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
    """A page that says the same changes nothing."""
    assert main(["diff", str(DOCS / "devices-trust.txt")]) == 0
    assert capsys.readouterr().out == "The pages change nothing.\n"


def test_diff_names_what_breaks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A new required field breaks, with its line in the newer page; nothing is written."""
    before = (SPEC / "openapi.yaml").read_bytes()
    last = "Fingerprint of the device\n"
    path = _changed(tmp_path, (last, last + "\nreason\n\nstring\n\ntrue\n\nnone\n\nWhy\n"))
    assert main(["diff", path]) == 0
    told = capsys.readouterr()
    assert "added property of POST /devices/trust request .reason" in told.out
    assert f"[{path}:27]" in told.out
    assert "clients that leave it out fail" in told.out
    assert "1 of them breaking" in told.out
    assert (SPEC / "openapi.yaml").read_bytes() == before


def test_diff_of_a_page_that_needs_a_decision(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A newer page that contradicts itself is compared without the overlay, and the open decision is told."""
    path = _changed(tmp_path, ("500\n\nThe server failed\n\nInline\n\n", ""), ("string(date-time)", "string"))
    assert main(["diff", path]) == 0
    told = capsys.readouterr()
    assert "status 500 of POST /devices/trust" in told.err
    assert "removed format of POST /devices/trust 200 .trustExpiresAt" in told.out


def test_diff_of_a_new_operation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A page of an operation that the contract does not have adds it, in one line."""
    path = _changed(tmp_path, ("/devices/trust", "/devices/ban"))
    assert main(["diff", path]) == 0
    assert "added operation of POST /devices/ban" in capsys.readouterr().out
