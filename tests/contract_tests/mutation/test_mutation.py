"""The measure of the suite: what is a mutant, what an operator does to an answer, and what the score counts."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests

from contract_tests.core.contract import Contract
from contract_tests.core.document import bundled
from contract_tests.core.errors import UsageError
from contract_tests.mutation.body import example_of_another, shifted
from contract_tests.mutation.checking import Fate, Finding, verdict_on, without_folders
from contract_tests.mutation.command import main, parser, why_equivalent
from contract_tests.mutation.distortion import distortions
from contract_tests.mutation.edits import edits, read, without_notes
from contract_tests.mutation.of_encoding import first_list
from contract_tests.mutation.of_inputs import BODIES, CRASHES, LONG
from contract_tests.mutation.of_names import ACCEPTED, Memory, foreign
from contract_tests.mutation.of_time import lost
from contract_tests.mutation.proxy import Reply, Request, distorted
from contract_tests.mutation.score import Score
from contract_tests.mutation.sites import GONE, Distortion, Users, example_of, records_in, replaced
from tests.contract_tests.reference import Service, serve
from tests.support import ROOT, TIMEOUT

USERS = Users("red-token", "blue-token")
SMALL: dict[str, Any] = {
    "periods": {"lease": "PT1H"},
    "collections": {"things": {"key": "id", "owner": "userId"}},
    "operations": {
        "takeThing": {
            "because": "it is taken",
            "find": {"things": {"id": "$path.id"}},
            "set": {"isTaken": True, "until": "$now + lease"},
            "reply": {"until": "$record.until"},
        }
    },
}


@pytest.fixture(scope="module")
def catalogue() -> dict[str, Distortion]:
    """Every distortion of the bundled contract."""
    return {mutant.id: mutant for mutant in distortions(Contract.load(bundled()))}


def test_every_edit_is_one_edit_and_none_is_made_twice() -> None:
    """Each differs from the file and from all others; the file itself stays as it was."""
    before = json.dumps(SMALL)
    made = list(edits(SMALL))
    written = [json.dumps(without_notes(edit.document), sort_keys=True) for edit in made]
    assert len(set(written)) == len(made) == len({edit.id for edit in made})
    assert json.dumps(without_notes(SMALL), sort_keys=True) not in written
    assert json.dumps(SMALL) == before


@pytest.mark.parametrize(
    "name",
    [
        "behaviour set of one field dropped takeThing isTaken",
        "behaviour set to another value takeThing isTaken = false",
        "behaviour set to another value takeThing until = $now",
        "behaviour find without a filter takeThing things.id",
        "behaviour reply dropped takeThing",
        "behaviour owner dropped things",
        "behaviour period of another length lease PT0S",
        "behaviour operation dropped takeThing",
        "behaviour set of a further field takeThing note",
    ],
)
def test_each_part_of_a_behaviour_is_edited(name: str) -> None:
    """Verbs, fields, filters, rules and periods, derived from the data."""
    record = {"isTaken": {"type": "boolean"}, "until": {"type": "string"}, "note": {"type": "string"}}
    assert name in {edit.id for edit in edits(SMALL, [record])}


def test_an_edit_is_a_file_again(tmp_path: Path) -> None:
    """What is written reads as what was meant."""
    for edit in edits(SMALL):
        assert read(edit.write(tmp_path / "edited.yaml")) == edit.document


def test_the_catalogue_is_large_and_its_names_are_unique(catalogue: dict[str, Distortion]) -> None:
    """At least 120 distortions of the bundled contract, of each kind and for each operation."""
    assert len(catalogue) == len(list(distortions(Contract.load(bundled())))) > 120
    struck = {mutant.site for mutant in catalogue.values()}
    assert {operation.id for operation in Contract.load(bundled()).operations} <= struck


def test_an_undistorted_exchange_passes_unchanged(contract: Contract) -> None:
    """Status, headers and body of an answer are those of the server behind the proxy."""
    with serve(Service()) as sound, distorted(sound, contract, lambda request, forward: forward(request)) as url:
        own, passed = (
            requests.get(f"{base}/devices", headers={"Authorization": "Bearer red-token"}, timeout=TIMEOUT)
            for base in (sound, url)
        )
    assert (passed.status_code, passed.content) == (own.status_code, own.content)
    assert passed.headers["content-type"] == own.headers["content-type"]


@pytest.mark.parametrize(
    ("name", "operation", "says"),
    [
        ("answer last item left out listSessions sessions", "listSessions", "GET /sessions"),
        ("answer first answer repeated heartbeatSession", "heartbeatSession", "an end later than"),
        ("answer no token needed listDevices", "listDevices", "401"),
        ("answer field of another type everywhere isTrusted", "listDevices", "isTrusted"),
        ("answer token with more behind it taken", "listSessions", "more behind the token"),
        ("answer also acts by another operation trustDevice untrustDevice", "trustDevice", "to stay as they were"),
        ("answer gone record still answers heartbeatSession", "revokeSession", "which is gone"),
        ("answer one of several removed items still shown listSessions sessions", "revokeAllSessions", "no session"),
        (
            "answer one of several removed items still shown getDevice device/sessions",
            "untrustDevice",
            "ended by untrust",
        ),
    ],
)
def test_a_distorted_server_is_detected(
    contract: Contract, catalogue: dict[str, Distortion], name: str, operation: str, says: str
) -> None:
    """The suite fails it by an assertion that names the defect, whatever implementation stands behind the proxy."""
    with serve(Service()) as sound, distorted(sound, contract, catalogue[name].make(USERS)) as url:
        fate, reason = verdict_on(url, USERS, (operation,))
    assert (fate, says in reason) == (Fate.ASSERTION, True), reason


def test_of_two_writes_at_once_the_second_is_lost(contract: Contract) -> None:
    """It goes to another world of the mock; one that comes later does not."""
    distort = lost(contract.operation("heartbeatSession"))
    request = partial(Request, "POST", operation="heartbeatSession")
    sent: list[str] = []

    def forward(each: Request) -> Reply:
        sent.append(each.token)
        return Reply(200)

    requests = [request(f"/{number}", {"authorization": "Bearer red-token"}) for number in range(2)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda each: distort(each, forward), requests))
    distort(requests[0], forward)
    assert sorted(sent) == ["red-token", "red-token", "red-token~shadow"]


@pytest.mark.parametrize(
    ("value", "path", "change", "expected"),
    [
        ({"a": [{"b": 1}, {"b": 2}]}, ("a", "*", "b"), lambda _: GONE, {"a": [{}, {}]}),
        ({"a": [1, 2]}, ("a",), lambda items: items[:-1], {"a": [1]}),
        ({"a": 1}, ("b",), lambda _: 2, {"a": 1}),
        ({"a": None}, ("a", "b"), lambda _: 2, {"a": None}),
    ],
)
def test_a_value_is_changed_where_the_path_leads(value: Any, path: Any, change: Any, expected: Any) -> None:
    """In each item of a list, and nowhere when the path leads nowhere."""
    assert replaced(value, path, change) == expected


def test_records_and_texts_are_read_from_the_contract(contract: Contract) -> None:
    """Each kind of record with the schemas of its properties; another text comes from an operation of that method."""
    devices = [record for record in records_in(contract) if "deviceFingerprint" in record or "deviceName" in record]
    assert devices
    assert all(isinstance(schema, dict) and schema for record in devices for schema in record.values())
    untrust, listing = contract.operation("untrustDevice"), contract.operation("listDevices")
    other = example_of_another(contract, untrust, ("message",))
    assert other
    assert other != example_of(contract, untrust)["message"]
    assert example_of_another(contract, listing, ("devices", "*", "id")) == ""


def test_what_a_client_was_shown_is_remembered() -> None:
    """Of successes only, by token, over all of them."""
    memory, request = Memory(), Request("GET", "/devices/d-100", {"authorization": "Bearer t"}, values=("d-100",))
    for status, name in ((200, "first name"), (200, "other name"), (404, "no name")):
        memory.learn(request, Reply(status).with_json({"name": name, "other": [{"id": f"{name[:5]}-1"}]}))
    assert memory.shown["t"] == {"first name", "other name", "first-1", "other-1"}
    assert memory.valid["t", ("devices", False)] == {"d-100", "first-1", "other-1"}


def test_what_is_no_time_is_not_shifted() -> None:
    """Other values pass."""
    assert shifted("soon", None) == "soon"  # type: ignore[arg-type]


def test_the_score_counts_assertions_over_all_but_equivalent_ones(tmp_path: Path) -> None:
    """A crash and a survivor lower it; what is equivalent or does not load does not count."""
    fates = [Fate.ASSERTION, Fate.ASSERTION, Fate.CRASH, Fate.SURVIVED, Fate.EQUIVALENT, Fate.REFUSED]
    score = Score({}, [Finding(str(number), "operator", "site", fate) for number, fate in enumerate(fates)])
    assert score.value == 0.5
    assert "| site | 2 | 1 | 1 | 1 |" in score.table()
    score.write(tmp_path / "score.json", of=len(fates))
    written = json.loads((tmp_path / "score.json").read_text())
    assert (written["score"], written["complete"]) == (0.5, True)
    resumed = Score({"3": "argued later"})
    resumed.read(tmp_path / "score.json")
    assert resumed.findings[3].fate is Fate.EQUIVALENT
    assert [finding.mutant for finding in resumed.findings] == [finding.mutant for finding in score.findings]


def test_a_declared_equivalent_that_is_killed_counts_as_killed() -> None:
    """A claim that does not hold any more cannot hide a mutant."""
    score = Score({"m": "because"})
    assert score.settled(Finding("m", "o", "s", Fate.SURVIVED)).fate is Fate.EQUIVALENT
    assert score.settled(Finding("m", "o", "s", Fate.ASSERTION)).fate is Fate.ASSERTION


def test_every_claim_of_equivalence_names_a_mutant_and_a_reason(catalogue: dict[str, Distortion]) -> None:
    """Reasons are sentences; some mutants have one, most have none."""
    known = [edit.id for edit in edits(read(bundled().parent / "behaviours.yaml"))]
    reasons = [why_equivalent(name) for name in (*catalogue, *known)]
    assert 0 < sum(map(bool, reasons)) < len(reasons) / 5
    assert all(len(reason) > 20 for reason in reasons if reason)


def test_a_reason_names_files_and_no_folders() -> None:
    """The findings are kept in the repository, where a temporary folder means nothing."""
    reason = "mockserver: /tmp/x1/behaviours.yaml:23: getDevice: no field 'a/b' in C:/u/devices.yaml"
    assert without_folders(reason) == "mockserver: behaviours.yaml:23: getDevice: no field 'a/b' in devices.yaml"


def test_a_body_without_a_list_has_none_to_answer() -> None:
    """A bare list is the first one of the body; a body without one stays."""
    assert first_list({"a": 1, "b": [2], "c": [3]}) == [2]
    assert first_list({"a": 1}) == {"a": 1}


def test_the_help_names_each_flag_with_its_value() -> None:
    """As the README does."""
    text = " ".join(parser().format_help().split())
    for shown in ("--only WORD", "--jobs N", "--behaviours FILE", "--min-score SHARE", "--out FILE", "--page FILE"):
        assert shown in text


def test_an_unknown_word_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, one line that says how to find the names."""
    assert main(["--only", "nonsense"]) == 2
    assert "--list" in capsys.readouterr().err


def test_mutants_are_listed_without_checking_any(capsys: pytest.CaptureFixture[str]) -> None:
    """By name, with those declared equivalent marked."""
    assert main(["--list", "--only", "charset added"]) == 0
    assert capsys.readouterr().out == "answer charset added (equivalent)\n"


def test_the_page_shows_the_findings(tmp_path: Path) -> None:
    """The README's tables are those of the kept findings; a page without markers is left alone."""
    score, page = Score({}), tmp_path / "page.md"
    score.read(ROOT / "bench" / "mutation.json")
    readme = (ROOT / "contract_tests" / "README.md").read_text(encoding="utf-8")
    page.write_text(readme, encoding="utf-8")
    score.put_into(page)
    assert page.read_text(encoding="utf-8") == readme
    page.write_text("no marker", encoding="utf-8")
    with pytest.raises(UsageError, match="<!-- mutants -->"):
        score.put_into(page)
    assert page.read_text(encoding="utf-8") == "no marker"


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        (b"", {"no body"}),
        (b"{", {"malformed JSON"}),
        (b"[]", {"no object"}),
        (b"{}", {"required value missing"}),
        (b'{"a": null}', {"value null"}),
        (b'{"a": 1}', {"value a number"}),
        (b'{"a": 1.5, "b": "x"}', {"value a number"}),
        (b'{"a": []}', {"value a list or object"}),
        (b'{"a": {}}', {"value a list or object"}),
        (b'{"a": "x"}', set()),
        (b'"' + b"x" * (LONG - 2) + b'"', {"no object"}),
        (b'"' + b"x" * (LONG - 1) + b'"', {"no object", "long value"}),
    ],
)
def test_each_kind_of_body_is_known(body: bytes, kinds: set[str]) -> None:
    """By what is in it; and a media type by its name."""
    request = Request("POST", "/x", {"content-type": "application/json"}, body)
    assert {name for name, is_such in BODIES.items() if is_such(request)} == kinds
    names = ("text/plain", "application/x-www-form-urlencoded", "application/json; charset=x")
    other = {name: replace(request, headers={"content-type": name}, body=b'{"a": "x"}') for name in names}
    assert {name: [kind for kind, is_such in BODIES.items() if is_such(one)] for name, one in other.items()} == {
        "text/plain": ["another media type"],
        "application/x-www-form-urlencoded": ["another media type", "a form"],
        "application/json; charset=x": [],
    }
    assert not any(is_such(replace(request, headers={}, body=b'{"a": "x"}')) for is_such in BODIES.values())


def test_each_kind_of_crash_is_known() -> None:
    """By the path or the method."""
    paths = {"/x": [], "/" + "x" * (LONG - 1): [], "/" + "x" * LONG: ["crash on a long path"],
             "/%FF": ["crash on bytes that are no text"], "/%00": ["crash on a null byte"]}  # fmt: skip
    for path, kinds in paths.items():
        assert [name for name, is_such in CRASHES.items() if is_such(Request("GET", path, {}))] == kinds
    assert [name for name, is_such in CRASHES.items() if is_such(Request("OPTIONS", "/x", {}))] == ["crash on OPTIONS"]


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("d-123", {"name cut off accepted"}),
        ("d-12", set()),
        ("d-1234", {"gone record still answers"}),
        ("d-12345", {"name with more behind it accepted"}),
        ("first name", {"name of another kind accepted"}),
        ("first name more", {"name with more behind it accepted"}),
        ("other", set()),
        ("x-200", {"403"}),
    ],
)
def test_each_kind_of_name_is_known(name: str, known: set[str]) -> None:
    """By what both users have been shown, and by what has worked."""
    memory, paths = Memory(), {USERS.own: "d-1234", USERS.other: "x-200"}
    for token, worked in paths.items():
        request = Request("GET", f"/devices/{worked}", {"authorization": f"Bearer {token}"}, values=(worked,))
        memory.learn(request, Reply(200).with_json({"name": "first name" if token == USERS.own else "?", "id": worked}))
    asked = Request("GET", f"/devices/{name}", {"authorization": f"Bearer {USERS.own}"}, values=(name,))
    found = {kind for kind, is_such in ACCEPTED.items() if is_such(asked, memory, USERS)}
    assert found | ({"403"} if foreign(asked, memory, USERS) else set()) == known
