"""`mockserver behaviours --jobs` proposes states that move where an enum reads like the life of a job."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mockserver import plain_yaml
from mockserver.cli.commands import main
from tests.support import answers, document, json_body, path_parameter


def api(**fields: Any) -> dict[str, Any]:
    """An API of jobs with these fields."""
    job = {"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": "string"}, **fields}}
    new = {"type": "object", "properties": {"name": {"type": "string"}}}
    ref = {"$ref": "#/components/schemas/Job"}
    paths = {
        "/jobs": {
            "get": {"operationId": "list", "responses": answers({"type": "array", "items": ref})},
            "post": {"operationId": "start", "requestBody": json_body(new), "responses": answers(ref, status=202)},
        },
        "/jobs/{id}": {"parameters": [path_parameter()], "get": {"operationId": "get", "responses": answers(ref)}},
    }
    return document(paths, {"Job": job})


def proposed(document: Any, folder: Path, capfd: pytest.CaptureFixture[str], *flags: str) -> Any:
    """What the command prints, as data."""
    (folder / "openapi.json").write_text(json.dumps(document), encoding="utf-8")
    assert main(["behaviours", *flags, str(folder / "openapi.json")]) == 0
    return plain_yaml.parse(capfd.readouterr().out, "printed")


@pytest.mark.parametrize(
    ("states", "moves"),
    [
        (
            ["failed", "IN_PROGRESS", "QUEUED", "SUCCEEDED"],
            {
                "QUEUED": {"after": "PT5S", "is": "IN_PROGRESS"},
                "IN_PROGRESS": {
                    "after": "PT25S",
                    "is": "SUCCEEDED",
                    "set": {"finishedAt": "$now"},
                    "fails": {"is": "failed", "set": {"finishedAt": "$now"}},
                },
            },
        ),
        (
            ["pending", "done", "completed_with_errors"],
            {"pending": {"after": "PT5S", "is": "done", "set": {"finishedAt": "$now"}}},
        ),
        (["open", "closed"], None),
        (["pending", "rejected"], None),
    ],
)
def test_states_are_recognized(
    states: list[str], moves: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Start, run and end, in any order and spelling; anything else is no job. A new record begins at the start."""
    times = {"format": "date-time", "type": "string"}
    told = proposed(api(state={"enum": states}, finishedAt=times, deletedAt=times), tmp_path, capfd, "--jobs")
    assert told["collections"]["jobs"].get("becomes") == (None if moves is None else {"state": moves})
    made = told["operations"]["start"]["create"]["jobs"]
    assert (isinstance(made, dict) and made.get("state") == next(iter(moves))) if moves else "state" not in str(made)


def test_the_proposal_is_a_valid_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The mock reads it; without the flag, nothing moves."""
    document_ = api(status={"enum": ["pending", "done"]})
    plain = proposed(document_, tmp_path, capfd)
    assert "becomes" not in plain["collections"]["jobs"]
    told = proposed(document_, tmp_path, capfd, "--jobs")
    (tmp_path / "behaviours.json").write_text(json.dumps(told), encoding="utf-8")
    spec, behaviours = str(tmp_path / "openapi.json"), str(tmp_path / "behaviours.json")
    assert main(["check-spec", spec, "--behaviours", behaviours]) == 0
