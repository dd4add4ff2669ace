"""What `make real-servers` makes of the reports of a tool and of the records of a server; no server is started here."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.real_servers.judging import failures, harm, still
from tests.real_servers.report import PAGE, Result, compared, defects, found, kept, merged, others, row, write
from tests.real_servers.server import Defect, Server, read, servers

CRASH = Defect("it crashes", "curl $URL", ours="^getThing: no server error", theirs="^GET /things: Server error")
SERVER = Server("s", "S", "run", "/doc", defects=(CRASH,), false={"Undocumented status code": "401"})


def result(tool: str, *reports: str, when: str = "2026-11-29T10:00:00") -> Result:
    """A run of a tool."""
    return Result("s", tool, "1", when, "abcd", reports, 9, 2.0, 3, 1, 0)


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
    true, missed = compared([SERVER], [row(SERVER, ours), row(SERVER, theirs)])
    assert (true[2:6], missed[2:6]) == (["1", "0", "0", "1"], ["0", "1", "1", "1"])


def test_a_row_stays_until_a_later_run_of_its_server_and_tool() -> None:
    """Rows without a result on this machine are kept, and so are those that are newer than the result."""
    crash, nothing = "getThing: no server error | 500", result("ours", when="2026-11-30T10:00:00")
    before = merged([SERVER], [], [result("ours", crash), result("theirs")])
    assert merged([SERVER], before, []) == before
    assert [one.true for one in merged([SERVER], before, [nothing])] == [(), ()]
    newer = merged([SERVER], [], [nothing])
    assert merged([SERVER], newer, [result("ours", crash)]) == newer
    assert merged([], before, []) == []


def test_the_page_is_written_from_the_rows(tmp_path: Path) -> None:
    """The rows of a run without a result here are in the tables, each with its date and commit, and levels apart."""
    path, page = tmp_path / "rows.json", tmp_path / "page.md"
    page.write_text("<!-- real-servers -->\n<!-- /real-servers -->\n")
    write([SERVER], [result("ours", "getThing: no server error | 500"), result("observe")], path, page)
    first = page.read_text()
    write([SERVER], [], path, page)
    assert page.read_text() == first
    assert "| S 1 | contract-tests | 1 | 0 | 0 | 0 | 9 | 2 | 1 of 3 | 0 | 2026-11-29 abcd |" in first
    assert "| S | observe | 0 | 0 | 9 | 2 | 1 of 3 | 0 | 2026-11-29 abcd |" in first


def test_the_page_is_what_the_rows_in_git_say() -> None:
    """Every row belongs to a server that is described, and its defects are known there by their titles."""
    titles = {one.id: {defect.title for defect in one.defects} for one in servers()}
    assert all(set(one.true) <= titles[one.server] for one in kept())
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"| {' | '.join(cells)} |" in page for cells in compared(servers(), kept()))
    assert all(line in page for line in defects(servers(), kept()))


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
