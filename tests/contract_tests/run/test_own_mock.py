"""The command without a target: it checks the mock that it starts, by any contract."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contract_tests.cli import main
from contract_tests.core.redaction import Redactor
from contract_tests.report.markdown import markdown
from contract_tests.report.writer import cleaned
from contract_tests.run.run import Run
from contract_tests.run.settings import Settings
from contract_tests.run.summary import summary

NOTE = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, "text": {"type": "string"}}}


def contract(schemes: Mapping[str, Any], *securities: list[dict[str, list[str]]]) -> dict[str, Any]:
    """A list of notes for each of the securities: those whom it lets in may read it."""
    answer = {"application/json": {"schema": {"type": "array", "items": NOTE}}}
    responses = {"200": {"description": "all of them", "content": answer}}
    paths = {f"/notes{at}": {"get": {"security": one, "responses": responses}} for at, one in enumerate(securities)}
    components = {"securitySchemes": schemes}
    return {"openapi": "3.1.0", "info": {"title": "Notes", "version": "1"}, "components": components, "paths": paths}


def outcomes(folder: Path, document: Mapping[str, Any], *arguments: str) -> tuple[int, dict[str, str], list[str]]:
    """The exit code of a run, the outcome of each promise by its name, and the remarks."""
    spec = folder / "notes.json"
    spec.write_text(json.dumps(document))
    code = main(["--spec", str(spec), "--budget", "100", "--report", str(folder), *arguments])
    report = json.loads((folder / "report.json").read_text())
    return code, {promise["id"]: promise["outcome"] for promise in report["promises"]}, report["remarks"]


SCHEMES = {
    "oauth": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://a.example/token", "scopes": {}}}},
    "oidc": {"type": "openIdConnect", "openIdConnectUrl": "https://a.example/.well-known/openid-configuration"},
    "basic": {"type": "http", "scheme": "basic"},
    "word": {"type": "http", "scheme": "Token"},
    "key": {"type": "apiKey", "in": "query", "name": "key"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "session"},
}


def test_wrong_credentials_are_refused_by_whatever_scheme(tmp_path: Path) -> None:
    """The mock of a run knows two users, whose tokens every scheme can carry, and refuses all others. A token that was
    given, or stands in the environment, is that of another target."""
    document = contract(
        SCHEMES, *([{name: []}] for name in SCHEMES), [{"basic": [], "key": []}], [{"oauth": [], "oidc": []}]
    )
    code, found, remarks = outcomes(tmp_path, document, "--suite", "access", "--token", "carol:secret")
    assert code == 0
    assert (found["without_credentials"], found["wrong_credentials"], remarks) == ("kept", "kept", [])


def test_a_client_certificate_is_not_in_the_request(tmp_path: Path) -> None:
    """Who shows a certificate when connecting needs nothing in the request, so no request can lack it."""
    document = contract({"tls": {"type": "mutualTLS"}, **SCHEMES}, [{"tls": []}, {"basic": []}])
    code, found, _ = outcomes(tmp_path, document, "--examples", "1")
    assert code == 0
    assert found["without_credentials"] == "not checked"


def test_a_run_that_ends_before_its_mock_answers_has_reports(tmp_path: Path) -> None:
    """As on a busy machine: the mock has no address yet, and all the same it is the target."""
    spec = tmp_path / "notes.json"
    spec.write_text(json.dumps(contract(SCHEMES, [{"basic": []}])))
    data = summary(Run.prepare(Settings(target=None, spec=str(spec))), 3, "the budget is spent")
    assert "target `the bundled mock`" in markdown(cleaned(data, Redactor()))
