"""What a run prints and writes, whatever the service sends: no secret, nothing that steers a terminal, sound files."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest

from contract_tests.cli import main
from tests.contract_tests.cases.running import Ran, api, command, get, ok, run, thing
from tests.contract_tests.small import Asked, Reply, Table, serving

PASSWORD = "p@ss/w:rd<&>"
BASIC = base64.b64encode(f"ann:{PASSWORD}".encode()).decode()
SESSION, MADE = "session-of-the-service-1", "made-up-access-token-2"
SECOND, ISSUED = "second-cookie-of-the-service-3", "issued-in-a-header-4"
HOSTILE = b"bad \x12 \x00 \x1b[31mred\x1b[0m \xc2\x9b31m \xe2\x80\xae \xed\xa0\x80 ]]> </script><b>&amp; \xef\xbf\xbf"
STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]")
NAMED = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
ONE = thing(id={"type": "string"})
DOCUMENT = api({
    "/things": get("listThings", ok({"type": "array", "items": ONE})),
    "/things/{id}": get("getThing", ok(ONE), NAMED),
    "/token": get("giveToken", ok(thing(count={"type": "integer"}, access_token={"type": "string"}))),
})  # fmt: skip


class Loud(Table):
    """Sends what no terminal, page or file should show as it is; wants a password."""

    def __init__(self) -> None:
        super().__init__({
            "GET /things": Reply(200, [{"id": "t1"}]),
            "GET /things/t1": Reply(200, raw=HOSTILE, headers={"Content-Type": "application/json", "X-Note": "a\x1bb"}),
            "GET /token": Reply(200, {"count": "two", "access_token": MADE}),
        })  # fmt: skip

    def answer(self, asked: Asked) -> Reply:
        if asked.headers.get("Authorization") != f"Basic {BASIC}":
            return Reply(401, {"error": "who?"})
        if asked.path.startswith("/things/") and asked.path != "/things/t1":
            raw = b'{"error": "\x12\x01 bad\\u0000\\u009b ]]>", "sent": "' + BASIC.encode() + b'"}'
            cookies = [("Set-Cookie", f"sid={SESSION}; Path=/"), ("Set-Cookie", f"remember={SECOND}; Path=/")]
            headers = [("Content-Type", "application/json"), ("X-Auth-Token", ISSUED), *cookies]
            return Reply(500, raw=raw, headers=headers)
        return super().answer(asked)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A run with the password in the address."""
    folder = tmp_path_factory.mktemp("output")
    spec = folder / "api.json"
    spec.write_text(json.dumps(DOCUMENT))
    with serving(Loud()) as url:
        target = url.replace("://", f"://ann:{quote(PASSWORD, safe='')}@")
        return command("--target", target, "--spec", str(spec), "--suite", "conformance", report=folder / "report")


def test_the_service_was_checked(ran: Ran) -> None:
    """Its defects are found, so all that it sent is in the reports."""
    said = " ".join(expected for _, expected, _ in ran.broken())
    assert ran.code == 1
    assert all(part in said for part in ("getThing: a JSON body", "getThing: no server error", "giveToken: /count"))


def test_no_secret_is_shown(ran: Ran) -> None:
    """Neither that of the address, in any spelling, nor cookies and tokens of the service."""
    spellings = {PASSWORD, quote(PASSWORD), quote(PASSWORD, safe=""), json.dumps(PASSWORD)[1:-1], BASIC, SESSION, MADE}
    spellings |= {SECOND, ISSUED}
    shown = {word for word in spellings for text in (ran.printed, *ran.texts) if word in text}
    assert shown == set()
    assert "ann:" not in ran.printed


@pytest.mark.parametrize(
    "flags",
    [
        ["--target", "ann:pass-of-ann@127.0.0.1"],
        ["--target", "http://127.0.0.1", "--spec", "http://ann:pass-of-ann@127.0.0.1:9/api.json"],
        ["--target", "http://127.0.0.1", "--spec", "http://127.0.0.1:9/api.json?access_token=pass-of-ann"],
    ],
)
def test_wrong_usage_shows_no_secret(flags: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """The error names the address without it."""
    assert main(flags) == 2
    said = capsys.readouterr().err
    assert "127.0.0.1" in said
    assert "pass-of-ann" not in said


def test_nothing_steers_a_terminal(ran: Ran) -> None:
    """Control characters are written out, on the console and in the files that people open there."""
    assert STEERS.search(ran.printed) is None
    assert [found[0] for text in ran.texts if (found := STEERS.search(text))] == []


def test_the_files_can_be_read(ran: Ran) -> None:
    """By parsers of XML and JSON; the page has no element of the service's."""
    junit = next(text for text in ran.texts if "<testsuite" in text)
    page = next(text for text in ran.texts if "<html" in text.lower())
    assert ET.fromstring(junit).findall(".//failure")
    assert "</script><b>" not in page
    assert ran.report["counts"]["broken"] > 0


def test_a_duplicate_name_is_told_apart_and_said(tmp_path: Path) -> None:
    """Each operation is checked by its own schema; the console and the report name the second one."""
    document = api({"/users": get("find", ok({"type": "array"})), "/admins": get("find", ok(thing(admins={})))})
    service = Table({"GET /users": Reply(200, []), "GET /admins": Reply(200, {"admins": 1})})
    ran = run(service, document, tmp_path, "--suite", "conformance")
    assert (ran.code, ran.broken()) == (0, [])
    said = "the contract: /paths/~1admins/get: operationId 'find' is taken"
    assert said in ran.printed
    assert any(note.startswith(said) for note in ran.report["remarks"])


def test_the_first_line_says_what_is_sent(tmp_path: Path) -> None:
    """Of a contract that only reads, no write is announced, and none is sent that could be accepted."""
    service = Table({"GET /things": Reply(200, [{"id": "t1"}]), "GET /things/t1": Reply(200, {"id": "t1"})})
    ran = run(service, api({path: DOCUMENT["paths"][path] for path in ("/things", "/things/{id}")}), tmp_path)
    assert ran.code == 0
    assert "safety own (reads, and writes that must be refused)" in ran.printed.splitlines()[0]
    assert not any(word in ran.printed for word in ("are changed", "may change", "creates records"))


def test_undocumented_fields_are_named_and_may_fail(tmp_path: Path) -> None:
    """By pointer, with the operation; a note unless they shall fail."""
    fields = {"id": "r1", "cost": 12, "parts": [{"id": "p1", "host": "db-3"}]}
    parts = {"type": "array", "items": thing(id={"type": "string"})}
    document = api({"/report": get("getReport", ok(thing(id={"type": "string"}, parts=parts)))})
    service = Table({"GET /report": Reply(200, fields)})
    noted = run(service, document, tmp_path, "--suite", "conformance")
    assert (noted.code, noted.broken()) == (0, [])
    for pointer in ("/cost", "/parts/*/host"):
        assert f"undocumented: the field {pointer}: getReport 200" in noted.printed
    failed = run(service, document, tmp_path, "--suite", "conformance", "--undocumented", "fail")
    assert failed.code == 1
    assert {got.split(":")[0] for _, _, got in failed.broken()} == {"the field /cost", "the field /parts/*/host"}
