"""`contract-tests traffic`: what it finds in recordings, and what it says of them."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contract_tests.traffic.command import main
from tests.contract_tests.traffic.recording import (
    BASE,
    DEFECTS,
    JSON,
    PRODUCT,
    SPEC,
    TOKEN,
    archive,
    entry,
    listed,
    one_product,
    pairs,
    sound,
    with_defect,
)  # fmt: skip
from tests.contract_tests.traffic.shapes import SHAPES

Check = Callable[..., tuple[int, str]]


@pytest.fixture
def check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Check:
    """Checks entries, or the file of that name, and returns the exit code and all that was printed."""

    def checking(recorded: Any, *arguments: str, spec: Path = SPEC) -> tuple[int, str]:
        path = recorded if isinstance(recorded, Path) else tmp_path / "shop.har"
        if path is not recorded:
            path.write_text(json.dumps(archive(recorded)), encoding="utf-8")
        code = main([str(path), "--spec", str(spec), *arguments])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return checking


def test_a_sound_recording_has_no_finding(check: Check) -> None:
    """Pages, preflights, other hosts, caches, aborted calls, missing bodies and redacted secrets are no breach."""
    code, out = check(sound(), "--undocumented", "fail", "--strict")
    assert (code, "FAILED" in out) == (0, False), out
    assert "16 of 25 entries are calls of the API at https://shop.example/api/v1" in out
    for line in (
        "ignored: 1, preflights (CORS)",
        "shop.example (4), stats.example (1), cdn.example (1)",
        "not checked (1): a 304 to a conditional request",
        "not checked (1): the recording has no body of the answer",
        "not checked (1): the recording has no answer to it",
        "not checked (1): the header Set-Cookie",
    ):
        assert line in out


@pytest.mark.parametrize("kind", DEFECTS)
def test_a_defect_is_named_with_its_entry(check: Check, kind: str) -> None:
    """Each kind of defect is named, with the number of its entry and a curl line without the token."""
    code, out = check(with_defect(kind), "--undocumented", "fail")
    assert code == 1, out
    assert DEFECTS[kind][1] in out, out
    assert "seen in   shop.har entry 13\n" in out, out
    assert "curl -i " in out
    assert TOKEN not in out


@pytest.mark.parametrize("tool", SHAPES)
def test_recordings_of_other_tools(check: Check, tool: str) -> None:
    """Each in its own shape: nothing is said of the sound one, and defects of both sides are found."""
    code, out = check(SHAPES[tool](sound()), "--undocumented", "fail")
    assert (code, "FAILED" in out) == (0, False), out
    kinds = ("answer: field of another type", "request: parameter out of range", "request: inner field missing")
    code, out = check(SHAPES[tool]([*sound(), *(DEFECTS[kind][0]() for kind in kinds)]))
    assert code == 1
    assert [kind for kind in kinds if DEFECTS[kind][1] not in out] == [], out


@pytest.mark.parametrize(
    ("servers", "base"),
    [
        ([], "http://localhost:3000"),
        ([], "http://localhost:3000/backend"),
        ([{"url": "/api/v1"}], "http://localhost:5173/api/v1"),
        ([{"url": "https://api.example/v1"}, {"url": "https://staging.example/v1"}], "https://staging.example/v1"),
        (
            [{"url": "https://{at}.shop.example/v1", "variables": {"at": {"default": "eu"}}}],
            "https://us.shop.example/v1",
        ),
    ],
)
def test_the_api_is_found_in_the_traffic(check: Check, tmp_path: Path, servers: list[Any], base: str) -> None:
    """By the servers of the contract, or by its paths; another host with one such path isn't taken for it."""
    spec = tmp_path / "servers.yaml"
    text = SPEC.read_text().replace("servers: [{url: https://shop.example/api/v1}]", f"servers: {json.dumps(servers)}")
    spec.write_text(text if servers else text.replace("servers: []\n", ""))
    recorded = json.loads(json.dumps(with_defect("answer: null")).replace(BASE, base))
    code, out = check(recorded, spec=spec)
    assert (code, out.count("FAILED  ")) == (1, 1), out
    assert "/name of the 200 body" in out


def test_entries_of_one_cause_are_counted(check: Check) -> None:
    """A cause is reported once, with its first entries and how many more there are."""
    _, out = check([one_product(name=...) for _ in range(9)])
    assert out.count("FAILED  ") == 1
    assert (
        "seen in   shop.har entry 1, shop.har entry 2, shop.har entry 3, shop.har entry 4, shop.har entry 5 and 4 more"
        in out
    )


def test_an_entry_with_two_problems_of_a_kind_is_named_once(check: Check) -> None:
    """Two fields are missing in one answer."""
    _, out = check([entry("GET", f"{BASE}/orders?since=2026-01-01", 200, [{}], token=True)])
    assert "seen in   shop.har entry 1\n" in out
    assert "entry 1, shop.har entry 1" not in out


def test_requests_can_be_left_out(check: Check) -> None:
    """`--requests ignore` checks the server alone."""
    code, out = check(with_defect("request: field missing"), "--requests", "ignore")
    assert (code, "body.count" in out) == (0, False)


def test_undocumented_parts_are_notes_by_default(check: Check) -> None:
    """What isn't documented is listed, and fails only where the settings say so."""
    code, out = check(with_defect("request: undocumented parameter"))
    assert (code, "undocumented: the query parameter limt: listProducts request (1)" in out) == (0, True)


def test_the_baseline_accepts_what_is_known(check: Check, tmp_path: Path) -> None:
    """A baseline of one recording accepts the same defect in another entry of another one, and no other defect."""
    known, other = with_defect("answer: field missing"), with_defect("answer: null")
    baseline = str(tmp_path / "accepted.json")
    check(known, "--baseline", baseline, "--baseline-update")
    assert check(known[5:], "--baseline", baseline)[0] == 0
    assert check(other, "--baseline", baseline)[0] == 1


def test_reports_have_the_entries(check: Check, tmp_path: Path) -> None:
    """The reports of a run, with the entries that show a problem, and what the contract has beside them."""
    check(with_defect("answer: null"), "--report", str(tmp_path / "reports"))
    data = json.loads((tmp_path / "reports/report.json").read_text())
    assert data["causes"][0]["seen"] == "shop.har entry 13"
    assert data["recorded"] == "26 entries of recorded traffic"
    assert any("never sent" in remark for remark in data["remarks"]) is False
    for name in ("report.html", "report.md"):
        text = (tmp_path / "reports" / name).read_text()
        assert "shop.har entry 13" in text
        assert TOKEN not in text
        assert "Safety level" not in text


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (None, 2, "no such file"),
        (b"", 2, "this isn't recorded traffic"),
        (b"<html>", 2, "this isn't recorded traffic"),
        (b'{"entries": []}', 2, "it has no entries"),
        (b'{"log": {"entries": []}}', 3, "nothing was learnt"),
        (b'{"log": {"entries": [7]}}', 3, "not read: x.har entry 1: isn't an object"),
        (b'{"log": {"entries": [{"request": {"url": "ht', 2, "this isn't recorded traffic"),
    ],
)
def test_what_is_no_recording(check: Check, tmp_path: Path, content: bytes | None, code: int, says: str) -> None:
    """Files that aren't recordings are an error of usage with the reason; nothing learnt is 3."""
    path = tmp_path / "x.har"
    if content is not None:
        path.write_bytes(content)
    found, out = check(path)
    assert (found, says in out) == (code, True), out


def test_a_recording_that_breaks_off_is_read_up_to_there(check: Check, tmp_path: Path) -> None:
    """The entries before the end of a file that breaks off are checked, and the output says where it ends."""
    whole = json.dumps(archive([one_product(name=...), one_product(), one_product()]))
    path = tmp_path / "cut.har"
    path.write_text(whole[:-400])
    code, out = check(path)
    assert (code, "not read: cut.har after entry 2: the file breaks off there" in out) == (1, True), out


def test_a_recording_without_a_call_teaches_nothing(check: Check) -> None:
    """Where no entry is a call of the API, the exit code is 3, and the hosts are named."""
    code, out = check(sound(), "--target", "https://other.example")
    assert (code, "hosts: shop.example, stats.example, cdn.example" in out) == (3, True), out


def test_the_base_url_can_be_given(check: Check) -> None:
    """`--target` says where the API is in this traffic, below whatever path."""
    moved = json.loads(json.dumps(sound()).replace("https://shop.example/api/v1", "http://localhost:5173/backend"))
    code, out = check(moved, "--target", "http://localhost:5173/backend")
    assert (code, "16 of 25 entries" in out) == (0, True), out


def test_hosts_are_found_by_their_paths(check: Check) -> None:
    """Without a base URL that is known, a host counts whose paths are those of the contract; others are named."""
    local = json.loads(json.dumps(sound()).replace("https://shop.example", "http://localhost:5173"))
    stranger = entry("GET", "http://localhost:5173/api/v1/carts", 200, {})
    code, out = check([*local, stranger])
    assert (code, "GET /api/v1/carts: an operation of the contract" in out) == (1, True), out
    assert "cdn.example (1)" in out
    assert out.count("FAILED  ") == 1, out


def test_other_forms_of_files(check: Check, tmp_path: Path) -> None:
    """Archives with a byte order mark, in gzip, in a zip file with bodies beside them, and folders of all these."""
    text = json.dumps(archive([one_product(kind="game")])).encode()
    folder = tmp_path / "all"
    folder.mkdir()
    (folder / "a.har").write_bytes(b"\xef\xbb\xbf" + text)
    (folder / "b.har.gz").write_bytes(gzip.compress(text))
    attached = one_product()
    attached["response"]["content"] = {"size": 70, "mimeType": JSON, "_file": "body.json"}
    with zipfile.ZipFile(folder / "c.zip", "w") as file:
        file.writestr("body.json", json.dumps({**PRODUCT, "kind": "game"}))
        file.writestr("har.har", json.dumps(archive([attached])))
    (folder / "notes.txt").write_text("no recording")
    code, out = check(folder)
    assert (code, "seen in   a.har entry 1, b.har.gz entry 1, c.zip entry 1\n" in out) == (1, True), out


def test_a_file_elsewhere_is_no_body(check: Check, tmp_path: Path) -> None:
    """A body is read from the folder of its archive alone."""
    (tmp_path / "secret.json").write_text(json.dumps({**PRODUCT, "kind": "game"}))
    folder = tmp_path / "in"
    folder.mkdir()
    attached = one_product()
    attached["response"]["content"] = {"size": 70, "mimeType": JSON, "_file": "../secret.json"}
    (folder / "a.har").write_text(json.dumps(archive([attached])))
    code, out = check(folder / "a.har")
    assert (code, "not checked (1): the recording has no body of the answer" in out) == (0, True), out


@pytest.mark.parametrize("form", ["lines", "list"])
def test_the_journal_of_the_mock(check: Check, tmp_path: Path, form: str) -> None:
    """The journal as the control API lists it, or one entry a line; what a fault caused isn't the server's."""
    request = {"method": "GET", "path": "/products/1", "query": "", "headers": {}, "body": None}
    answer = {"status": 200, "headers": {"Content-Type": JSON}, "body": {**PRODUCT, "kind": "game"}}
    broken = {"number": 1, "verdict": "ok", "request": request, "answer": answer}
    fault = {**broken, "verdict": "fault", "answer": {**answer, "status": 503}}
    entries = [broken, fault, broken]
    path = tmp_path / "journal.ndjson"
    text = "\n".join(map(json.dumps, entries)) if form == "lines" else json.dumps({"requests": entries, "last": 3})
    if form == "list":
        path = path.with_suffix(".json")
    path.write_text(text)
    code, out = check(path)
    word = "line" if form == "lines" else "entry"
    assert (code, f"seen in   {path.name} {word} 1, {path.name} {word} 3\n" in out) == (1, True), out
    assert "not checked (1): the mock server answered with a fault" in out


def test_without_any_credentials_nothing_is_said_of_them(check: Check) -> None:
    """Browsers leave credentials out: where a recording has none at all, whether they are asked for isn't checked."""
    code, out = check([one for one in with_defect("answer: without credentials") if TOKEN not in json.dumps(one)])
    assert (code, "the recording has no credentials at all" in out) == (0, True), out


def test_secrets_of_requests_and_answers_are_hidden(check: Check, tmp_path: Path) -> None:
    """Values that the one list of names hides don't stand in any output, wherever they were sent."""
    shown = listed(
        answered={"x-total": "many", "set-cookie": "sid=cookie-value-1234"}, query="?api_key=query-value-1234"
    )
    shown["request"]["headers"] += pairs({"X-Api-Key": "header-value-1234", "cookie": "sid=cookie-value-1234"})
    _, out = check([shown], "--report", str(tmp_path / "reports"))
    assert "header X-Total" in out
    for text in (out, *(path.read_text() for path in (tmp_path / "reports").iterdir())):
        assert not [secret for secret in ("header-value", "query-value", "cookie-value") if secret in text]


def test_wrong_flags_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A misspelt flag gets a suggestion; a target that isn't a URL is refused."""
    with pytest.raises(SystemExit) as ended:
        main(["x.har", "--taget", "http://x"])
    assert ended.value.code == 2
    assert "did you mean '--target'?" in capsys.readouterr().err
    assert main([str(SPEC), "--target", "shop"]) == 2


def test_operations_can_be_chosen(check: Check) -> None:
    """`--only` and `--skip` choose the operations that are checked."""
    recorded = with_defect("answer: null")
    assert check(recorded, "--skip", "getProduct")[0] == 0
    assert check(recorded, "--only", "getProduct")[0] == 1


def test_bases_are_asked_for_at_their_boundaries(check: Check) -> None:
    """`/api/v10` isn't below `/api/v1`."""
    code, out = check([one_product(), entry("GET", f"{BASE}0/products/1", 200, {})])
    assert (code, "1 of 2 entries" in out) == (0, True), out
