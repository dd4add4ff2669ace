"""What is chosen is checked, what isn't gets no request, and the parts of a run are together the whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from contract_tests.cli import main
from tests.contract_tests.cases.running import api, get, ok, run, thing
from tests.contract_tests.cases.test_sessions import with_writes
from tests.contract_tests.small import TOKEN, Asked, Notes, Reply, Table

TEXT = {"type": "string"}
NAMES = ("alpha", "beta", "gamma", "delta", "omega")
CONFORMANCE = ("--suite", "conformance")


def service() -> Table:
    """Reads of five kinds, an export that costs money, and a call that ends the session."""
    table: dict[str, Reply] = {f"GET /{name}": Reply(200, {"id": name}) for name in NAMES}
    table |= {"GET /admin/export": Reply(200, {"id": "e"}), "GET /admin/sign-out": Reply(200, {"id": "s"})}
    table |= {"POST /admin/wipe": Reply(204)}
    return Table(table)


def document(**schemas: Any) -> dict[str, Any]:
    """Their contract; each member may have another schema."""
    paths = {f"/{name}": get(name, ok(thing(id=schemas.get(name, TEXT)))) for name in NAMES}
    paths["/admin/export"] = get("export", ok(thing(id=TEXT)), tags=["dear"])
    paths["/admin/sign-out"] = get("signOut", ok(thing(id=TEXT)), deprecated=True)
    paths["/admin/wipe"] = {"post": {"operationId": "wipe", "responses": {"204": {"description": "Done"}}}}
    return api(paths)


def reached(asked: list[Asked]) -> set[str]:
    """The paths that got any request."""
    return {one.path for one in asked}


ALL = {f"/{name}" for name in NAMES}
ADMIN = {"/admin/export", "/admin/sign-out", "/admin/wipe"}


def test_the_root_is_asked_for_by_no_run_that_leaves_it_out(tmp_path: Path) -> None:
    """Whether the service is there shows at another path, where nothing that was chosen can be read without input."""
    called = Table({"GET /": Reply(200, {"id": "root"}), "POST /admin/wipe": Reply(204)})
    paths = {"/": get("root", ok(thing(id=TEXT))), "/admin/wipe": document()["paths"]["/admin/wipe"]}
    ran = run(called, api(paths), tmp_path, "--only", "wipe", "--suite", "conformance", "--safety", "full")
    assert (ran.code, ran.broken()) == (3, []), ran.printed  # it was not called: that is nothing learnt
    assert "/" not in {one.path for one in called.log}


@pytest.mark.parametrize(
    ("flags", "paths"),
    [
        (["--skip", "/admin/*"], ALL),
        (["--skip", "tag:dear", "--skip", "deprecated", "--skip", "POST", *CONFORMANCE], ALL),
        (["--only", "*a", "--skip", "GET /beta", *CONFORMANCE], {"/alpha", "/gamma", "/delta", "/omega"}),
        (["--only", "export", *CONFORMANCE], {"/admin/export"}),
    ],
)
def test_what_is_left_out_gets_no_request(flags: list[str], paths: set[str], tmp_path: Path) -> None:
    """By no suite, whatever the level; by path, tag, method, name, or because it is deprecated."""
    called = service()
    ran = run(called, document(), tmp_path, *flags, "--safety", "full")
    assert (ran.code, ran.broken()) == (0, [])
    there = reached(called.log) & (ALL | ADMIN)
    assert there == paths
    assert set(ran.report["coverage"]["matrix"]) <= {path.rpartition("/")[2] for path in paths}


def test_what_changed_is_checked(tmp_path: Path) -> None:
    """Since an older document: the operation whose schema differs, and a new one."""
    older = document(beta={"type": "integer"})
    del older["paths"]["/omega"]
    (tmp_path / "older.json").write_text(json.dumps(older))
    called = service()
    ran = run(called, document(), tmp_path, *CONFORMANCE, "--changed-since", str(tmp_path / "older.json"))
    assert ran.code == 0
    assert reached(called.log) & (ALL | ADMIN) == {"/beta", "/omega"}


def test_the_parts_of_a_run_are_together_the_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each operation is checked by one of them; the merged reports have the exit code and the problems of all."""
    parts = []
    for number in (1, 2, 3):
        folder = tmp_path / str(number)
        folder.mkdir()
        wrong = document(gamma={"type": "integer"})
        ran = run(service(), wrong, folder, *CONFORMANCE, "--skip", "/admin/*", "--shard", f"{number}/3")
        parts.append(set(ran.report["coverage"]["matrix"]))
    assert sorted(name for part in parts for name in part) == sorted(NAMES)
    folders = [str(tmp_path / str(number) / "report") for number in (1, 2, 3)]
    assert main(["merge", *folders, "--report", str(tmp_path / "all")]) == 1
    merged = json.loads((tmp_path / "all" / "report.json").read_text())
    assert set(merged["coverage"]["matrix"]) == set(NAMES)
    assert [one["id"] for one in merged["promises"] if one["outcome"] == "broken"] == ["every_answer_fits[gamma]"]
    assert "FAILED" in capsys.readouterr().out


def test_a_run_that_calls_no_operation_that_was_chosen_learns_nothing(tmp_path: Path) -> None:
    """Exit 3, even if undefined methods are refused; a shard of that kind takes nothing from the others."""
    contract, codes = with_writes(), dict[str, int]()
    for name, *flags in (["only", "--only", "deleteNote"], *([str(at), "--shard", f"{at}/5"] for at in range(1, 6))):
        (tmp_path / name).mkdir()
        ran = run(Notes(), contract, tmp_path / name, "--token", TOKEN, "--safety", "observe", *flags)
        codes[name] = ran.code
        assert ("NOT COMPLETED: nothing was learnt" in ran.printed) == (ran.code == 3)
    assert codes == {"only": 3, "1": 0, "2": 3, "3": 0, "4": 3, "5": 3}
    folders = [str(tmp_path / str(at) / "report") for at in range(1, 6)]
    assert main(["merge", *folders, "--report", str(tmp_path / "all")]) == 0
    assert main(["merge", folders[1], "--report", str(tmp_path / "all")]) == 3


ACTIONS = ("List", "Count")


def by_action(asked: Asked) -> Reply:
    """What one address answers, where a parameter says what to do."""
    named = dict(parse_qsl(asked.query)).get("Action")
    return Reply(200, {"did": named}) if named in ACTIONS else Reply(400, {"error": "Action"})


@pytest.mark.parametrize("mark", ["#", "?"])
@pytest.mark.parametrize("chosen", [ACTIONS, ACTIONS[:1], ACTIONS[1:]])
def test_operations_of_one_address_are_chosen_and_called_by_what_they_require(
    mark: str, chosen: tuple[str, ...], tmp_path: Path
) -> None:
    """A fragment or a query in the template of a path names them; what they require tells them apart on the wire."""
    paths = {}
    for name in ACTIONS:
        action = {"name": "Action", "in": "query", "required": True, "schema": {"type": "string", "enum": [name]}}
        refused = {"400": {"description": "No such action"}}
        done = ok(thing(did={"type": "string", "enum": [name]}))
        paths[f"/{mark}Action={name}"] = get(name, done | refused, action)
    called = Table({"GET /": by_action})
    ran = run(called, api(paths), tmp_path, *(flag for name in chosen for flag in ("--only", name)), *CONFORMANCE)
    assert (ran.code, ran.broken()) == (0, []), ran.printed
    assert ran.outcome(f"known_records_are_answered[{chosen[0]}]") == "kept"
    named = {value for one in called.log for key, value in parse_qsl(one.query) if key == "Action"} & {*ACTIONS}
    assert named == {*chosen}
