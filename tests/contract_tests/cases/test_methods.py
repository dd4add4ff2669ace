"""Methods beside those that every contract has: QUERY, those of `additionalOperations`, and a HEAD of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.contract_tests.cases.running import api, get, ok, run, thing
from tests.contract_tests.small import JSON, Asked, Reply, Small

TEXT = {"type": "string"}
ROWS = {"type": "array", "items": thing(id=TEXT, name=TEXT)}
TOTAL = {"X-Total": {"required": True, "schema": {"type": "integer"}}}
REFUSED = {"description": "Refused"}


def operation(name: str, *, body: bool = False, **responses: Any) -> dict[str, Any]:
    """An operation that lists things."""
    sought = {"required": True, "content": {JSON: {"schema": thing(name=TEXT)}}}
    found = {"operationId": name, "responses": (responses or ok(ROWS)) | {"400": REFUSED}}
    return found | ({"requestBody": sought} if body else {})


DOCUMENT = api(
    {
        "/things": get("listThings", ok(ROWS)) | {
            "query": operation("queryThings", body=True),
            "head": operation("headThings", **ok(headers=TOTAL)),
            "additionalOperations": {
                "SEARCH": operation("searchThings"),
                "PURGE": operation("purgeThings", **{"204": {"description": "Gone"}}),
            },
        },
    },
    openapi="3.2.0",
)  # fmt: skip


class Things(Small):
    """Answers each method with the things; by one of them with a thing that the contract doesn't have."""

    def __init__(self, wrong: str = "", *, is_lax: bool = False) -> None:
        super().__init__()
        self.wrong, self.is_lax = wrong, is_lax

    def answer(self, asked: Asked) -> Reply:
        if asked.path != "/things":
            return Reply(404, {"error": "path"})
        if asked.method not in {"GET", "HEAD", "QUERY", "SEARCH", "PURGE"}:
            return Reply(405, {"error": "method"}, {"Allow": "GET, QUERY"})
        named = asked.json.get("name") if isinstance(asked.json, dict) else None
        if asked.method == "QUERY" and not isinstance(named, str) and not self.is_lax:
            return Reply(400, {"error": "name"})
        is_wrong = asked.method == self.wrong
        headers: Mapping[str, str] = {"X-Total": "many" if is_wrong else "1"} if asked.method == "HEAD" else {}
        return Reply(200, [{"id": 1 if is_wrong else "a", "name": "A"}], headers)


@pytest.mark.parametrize("safety", ["observe", "own"])
@pytest.mark.parametrize("wrong", ["", "QUERY", "SEARCH", "HEAD"])
def test_what_only_reads_by_its_method_is_called(wrong: str, safety: str, tmp_path: Path) -> None:
    """At each level of safety, and its answers are checked; what isn't known to only read is not called."""
    service = Things(wrong)
    ran = run(service, DOCUMENT, tmp_path, "--safety", safety, "--suite", "conformance")
    names = {expected.partition(":")[0] for _, expected, _ in ran.broken()}
    assert (ran.code, names) == ((1, {f"{wrong.lower()}Things"}) if wrong else (0, set())), ran.printed
    assert [service.count(method) > 0 for method in ("QUERY", "SEARCH", "HEAD", "PURGE")] == [True, True, True, False]
    assert ran.report["changed"] == []


def test_invalid_input_of_a_query_is_refused(tmp_path: Path) -> None:
    """Without its body, too."""
    ran = run(Things(is_lax=True), DOCUMENT, tmp_path, "--safety", "observe", "--suite", "conformance")
    assert {name for name, _, _ in ran.broken()} == {"generated_inputs[queryThings]"}
    assert any("Missing request body" in expected for _, expected, _ in ran.broken())
