"""The harness of `make clients`, without a registry: flow files, faults, and the table."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.clients import packages, report
from tests.clients.client import FLOWS, Client, KnownFault, clients, read
from tests.clients.running import Result, Step, run
from tests.support import ROOT

FLOW = '# /// client\n# name = "tiny"\n# document = "clone:spec/openapi.yaml"\n# [faults.late]\n# whose = "SDK"\n'
FLOW += '# reason = "too old"\n# ///\nfrom steps import URL, same, step\n'


@pytest.fixture
def flow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A flow file of its own, with no packages."""
    monkeypatch.setattr("tests.clients.running.WORK", tmp_path / "work")
    path = tmp_path / "tiny.py"
    path.write_text(FLOW, encoding="utf-8")
    return path


@pytest.mark.parametrize("path", sorted(FLOWS.iterdir()), ids=lambda path: path.name)
def test_every_flow_is_complete(path: Path) -> None:
    """Each flow names a client, a document and pinned packages, and has steps."""
    client = read(path)
    assert client.name
    assert re.match(r"(npm|pypi|clone):.", client.document)
    assert all(re.search(r".@\d|==\d", package) for package in client.packages), client.packages
    assert "step(" in path.read_text(encoding="utf-8")


def test_only_selects_by_file_name() -> None:
    """`--only stripe` chooses every client of that vendor."""
    assert {client.id for client in clients("stripe")} == {"stripe_python", "stripe_node"}


def test_an_unknown_key_is_reported(flow: Path) -> None:
    """A misspelt key names the known ones."""
    flow.write_text(FLOW.replace("# name", "# nmae"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"unknown nmae; known are .*name"):
        read(flow)


def test_a_flow_runs_against_a_mock_of_its_own(flow: Path) -> None:
    """The steps come in order, a failed one keeps its reason, and those that need it are skipped."""
    flow.write_text(
        FLOW + "import urllib.request\n"
        '@step("create")\ndef made():\n    return urllib.request.urlopen(URL + "/__mock__/health").status\n'
        '@step("late")\ndef late():\n    same(made, 201)\n'
        '@step("after")\ndef _():\n    late.id\n',
        encoding="utf-8",
    )
    result = run(read(flow))
    assert [(step.name, step.state) for step in result.steps] == [
        ("create", "passed"),
        ("late", "failed"),
        ("after", "skipped"),
    ]
    assert "got 200, expected 201" in result.steps[1].reason
    assert (result.mock_failed, result.outdated) == (False, ())


def test_a_flow_that_crashes_is_a_failure(flow: Path) -> None:
    """A client that ends before its first step fails by the mock's fault, until somebody finds another cause."""
    flow.write_text(FLOW + "raise SystemExit(3)\n", encoding="utf-8")
    result = run(read(flow))
    assert [(step.name, step.state) for step in result.steps] == [("flow", "failed")]
    assert result.mock_failed
    assert result.outdated == ("late",)


def test_the_table_names_the_fault() -> None:
    """One row for each client, and the reason of each failure."""
    client = Client(
        Path("a.py"), "a client", ("a==1",), "npm:b@1/c.json", faults={"list": KnownFault("SDK", "no\npages")}
    )
    steps = (
        Step("create", "passed"),
        Step("list", "failed", "got 1", client.faults["list"]),
        Step("delete", "skipped"),
        Step("stream", "passed"),
    )
    text = report.markdown([Result(client, steps)])
    assert "| a client | a==1 | b@1/c.json | yes |  | **no** |  | skipped |  |  | 1 of 1 |" in text
    assert "| a client | list | SDK | no pages |" in text


def test_a_document_of_the_clone_needs_no_registry(tmp_path: Path) -> None:
    """`clone:` names a file of this repository."""
    assert packages.document("clone:spec/openapi.yaml", tmp_path) == ROOT / "spec/openapi.yaml"


def test_what_is_installed_is_not_installed_again(tmp_path: Path) -> None:
    """The folder says for which packages it was made."""
    (tmp_path / "installed.json").write_text(json.dumps(["a==1"]), encoding="utf-8")
    packages.install(["a==1"], tmp_path, python=True)
    assert [path.name for path in tmp_path.iterdir()] == ["installed.json"]
