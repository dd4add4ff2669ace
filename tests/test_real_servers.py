"""What `make real-servers` makes of the reports of a tool and of the records of a server; no server is started here."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.real_servers.judging import failures, harm, still
from tests.real_servers.report import Result, found, others, rows
from tests.real_servers.server import Defect, Server, read, servers

CRASH = Defect("it crashes", "curl $URL", ours="^getThing: no server error", theirs="^GET /things: Server error")
SERVER = Server("s", "S", "run", "/doc", defects=(CRASH,), false={"Undocumented status code": "401"})


def result(tool: str, *reports: str) -> Result:
    """A run of a tool."""
    return Result("s", tool, "1", "2026-11-29", reports, 9, 2.0, 3, 1, 0)


def test_every_server_is_described() -> None:
    """At least five, each with packages, a document, records to compare, and a curl line for each violation."""
    known = servers()
    assert len(known) >= 5
    for server in known:
        assert server.debian or server.pypi or server.npm
        assert all("$URL" in defect.curl and defect.ours for defect in server.defects)


def test_an_unknown_key_is_an_error(tmp_path: Path) -> None:
    """A misspelt key would otherwise be left out in silence."""
    path = tmp_path / "x.toml"
    path.write_text('name = "X"\ncomand = "run"\n')
    with pytest.raises(ValueError, match="comand"):
        read(path)


def test_reports_are_true_false_or_unknown() -> None:
    """True by the patterns of the defects, false by the kinds that are known, unknown otherwise; equal kinds once."""
    ours = result("ours", "getThing: no server error | 500", "getThing: another | 200")
    theirs = result("theirs", "GET /a: Undocumented status code", "GET /b: Undocumented status code", "GET /c: Odd")
    assert found(SERVER, ours) == [CRASH]
    assert others(SERVER, ours) == ([], ["getThing: another | 200"])
    assert found(SERVER, theirs) == []
    assert others(SERVER, theirs) == (["Undocumented status code"], ["Odd"])
    true, missed = ([row[2:6] for row in rows([SERVER], [ours, theirs])][at] for at in (0, 1))
    assert (true, missed) == (["1", "0", "0", "1"], ["0", "1", "1", "1"])


def test_harm_is_what_is_gone_or_changed() -> None:
    """New records are counted apart; what the server changes by itself is left out before."""
    before = {"/a": Counter(["one", "two"])}
    after = {"/a": Counter(["one", "two!", "three"])}
    seen = harm(before, after)
    assert (seen.records, seen.changed, seen.left) == (2, ("/a: two",), 1)
    assert still([{"id": 1, "seen": 2}], ("seen",)) == [{"id": 1}]


def test_failures_without_an_operation_are_kept() -> None:
    """A dropped connection is an error of the run as a whole."""
    report = {
        "failures": [{"title": "Odd", "operations": ["GET /a", "GET /b"]}],
        "errors": [{"title": "Network Error"}],
    }
    assert list(failures(report)) == ["GET /a: Odd", "GET /b: Odd", "any operation: Network Error"]
