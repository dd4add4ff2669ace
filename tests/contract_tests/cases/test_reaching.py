"""How a service is reached: by TLS of a private authority, with a client certificate, through a proxy, below a path."""

from __future__ import annotations

import json
import re
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contract_tests.core.transport import reason_of
from tests.contract_tests.cases.running import api, command, get, ok, run, thing
from tests.contract_tests.small import Asked, Reply, Small, Table, serving

HERE = Path(__file__).parent / "certificates"
AUTHORITY, SERVER, CLIENT = (str(HERE / f"{name}.pem") for name in ("authority", "server", "client"))
NAMED = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
ONE = thing(id={"type": "string"})
ERROR = {"description": "Refused", "content": {"application/json": {"schema": thing(error={"type": "string"})}}}
PATHS = {
    "/things": get("listThings", ok({"type": "array", "items": ONE})),
    "/things/{id}": get("getThing", {**ok(ONE), "404": ERROR}, NAMED),
}
TABLE = {"GET /things": Reply(200, [{"id": "t1"}]), "GET /things/t1": Reply(200, {"id": "t1"})}


def things() -> Table:
    """Two reads."""
    return Table(TABLE)


def secure(*, asks: bool = False) -> ssl.SSLContext:
    """TLS with a certificate of the authority; whether it asks for one of the client."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(SERVER)
    if asks:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(AUTHORITY)
    return context


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without proxies and authorities of the machine."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def test_a_private_authority_holds_for_every_request(tmp_path: Path) -> None:
    """Of each suite, those of generated inputs and of the oracle too."""
    service = things()
    ran = run(service, api(PATHS), tmp_path, "--ca", AUTHORITY, context=secure())
    assert (ran.code, ran.broken()) == (0, [])
    assert service.count("GET", "/things") > 20


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_the_authority_may_stand_in_the_environment(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the variables that other clients read."""
    monkeypatch.setenv(name, AUTHORITY)
    assert run(things(), api(PATHS), tmp_path, "--suite", "conformance", context=secure()).code == 0


def test_a_client_certificate_is_shown(tmp_path: Path) -> None:
    """Certificate and key may stand in one file."""
    flags = ["--ca", AUTHORITY, "--cert", CLIENT, "--suite", "conformance"]
    assert run(things(), api(PATHS), tmp_path, *flags, context=secure(asks=True)).code == 0


@pytest.mark.parametrize(
    ("flags", "asks", "hint"),
    [([], False, "--ca FILE"), (["--ca", AUTHORITY], True, "--cert FILE"), (["--ca", CLIENT], False, "--ca FILE")],
)
def test_a_certificate_that_is_missing_is_named(flags: list[str], asks: bool, hint: str, tmp_path: Path) -> None:
    """Exit 3, and the flag that would help."""
    ran = run(things(), api(PATHS), tmp_path, *flags, context=secure(asks=asks))
    assert ran.code == 3
    assert hint in ran.printed


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (["--ca", __file__], "no certificates can be read"),
        (["--cert", AUTHORITY], "not a pair"),
        (["--cert", CLIENT, "--key", SERVER], "not a pair"),
        (["--key", CLIENT], "add --cert FILE"),
    ],
)
def test_a_file_that_is_no_certificate_is_wrong_usage(flags: list[str], says: str, tmp_path: Path) -> None:
    """Exit 2, before any request, with the file that is wrong."""
    ran = run(things(), api(PATHS), tmp_path, *flags)
    assert ran.code == 2
    assert says in ran.printed


@pytest.mark.parametrize(
    ("reason", "hint"),
    [
        ("certificate verify failed: certificate has expired", "a new certificate"),
        ("certificate verify failed: Hostname mismatch, certificate is not valid for 'a'.", "name the host"),
        ("certificate verify failed: unable to get local issuer certificate", "--ca FILE"),
    ],
)
def test_a_wrong_certificate_has_its_own_hint(reason: str, hint: str) -> None:
    """No authority would make it right."""
    assert hint in reason_of(ssl.SSLCertVerificationError(1, f"[SSL: CERTIFICATE_VERIFY_FAILED] {reason} (_ssl.c:1)"))


class Proxy(Small):
    """Answers for the host that requests name; it alone knows that host."""

    def __init__(self) -> None:
        super().__init__()
        self.things = things()

    def answer(self, asked: Asked) -> Reply:
        is_ours = asked.headers.get("Host") == "things.invalid"
        return self.things.answer(asked) if is_ours else Reply(502, {"error": "no such host"})


@pytest.mark.parametrize("by_flag", [True, False])
def test_every_request_goes_through_the_proxy(by_flag: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By flag or by environment; never those to the mock of the oracle, which the proxy doesn't reach."""
    spec = tmp_path / "api.json"
    spec.write_text(json.dumps(api(PATHS)))
    proxy = Proxy()
    with serving(proxy) as url:
        if not by_flag:
            monkeypatch.setenv("HTTP_PROXY", url)
        flags = ["--proxy", url] if by_flag else []
        ran = command("--target", "http://things.invalid", "--spec", str(spec), *flags, report=tmp_path / "report")
    assert (ran.code, ran.broken(), ran.outcome("reads")) == (0, [], "kept")
    assert {asked.headers["Host"] for asked in proxy.log} == {"things.invalid"}


def test_hosts_without_a_proxy_are_reached_directly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As NO_PROXY says."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert run(things(), api(PATHS), tmp_path, "--suite", "conformance").code == 0


SITE = Reply(404, raw=b"<h1>Not Found</h1>", headers={"Content-Type": "text/html"})
"""What a web site says of a path that it doesn't have."""


class Below(Table):
    """Serves the API below a path; elsewhere is a web site."""

    def __init__(self, path: str, elsewhere: Reply = SITE) -> None:
        super().__init__(TABLE)
        self.path, self.elsewhere = path, elsewhere

    def answer(self, asked: Asked) -> Reply:
        if not asked.path.startswith(f"{self.path}/"):
            return self.elsewhere
        return super().answer(replace(asked, path=asked.path.removeprefix(self.path)))


SERVERS: list[tuple[dict[str, Any], str, str]] = [
    ({"url": "https://api.example/{stage}/v1", "variables": {"stage": {"default": "api"}}}, "", "/api/v1"),
    ({"url": "https://api.example/v2"}, "/v1", "/v2"),
    ({"url": "/v1"}, "/v1/v1", "/v1"),
    ({"url": "https://api.example"}, "/v1", ""),
]


@pytest.mark.parametrize(("server", "given", "right"), SERVERS)
def test_a_wrong_base_path_ends_the_run_with_the_right_one(
    server: dict[str, Any], given: str, right: str, tmp_path: Path
) -> None:
    """Exit 3, after a few requests; with the right one all is well."""
    service, document = Below(right), api(PATHS, servers=[server])
    ran = run(service, document, tmp_path, below=given)
    assert (ran.code, len(ran.broken())) == (3, 0)
    assert re.search(rf"use --target http://127.0.0.1:\d+{right}\)", ran.printed)
    assert len(service.log) < 12
    assert run(Below(right), document, tmp_path, "--suite", "conformance", below=f"{right}/").code == 0


@pytest.mark.parametrize(
    ("elsewhere", "hint"),
    [
        (Reply(200, raw=b"<div id=root></div>", headers={"Content-Type": "text/html"}), r"{url}/api/v1\)"),
        (Reply(403, {"message": "Missing Authentication Token"}), r"{url}/api/v1\)"),
        (Reply(301, raw=b"", headers={"Location": "https://api.example/v9/things"}), r"https://api.example/v9\)"),
        (Reply(308, raw=b"", headers={"Location": "/api/v2/things"}), r"{url}/api/v2\)"),
    ],
)
def test_other_answers_of_a_wrong_address_are_known_as_such(elsewhere: Reply, hint: str, tmp_path: Path) -> None:
    """The start page of a web site, the refusal of a gateway, a redirect to https or a version: exit 3, and a hint."""
    service, document = Below("/api/v1", elsewhere), api(PATHS, servers=[{"url": "https://api.example/api/v1"}])
    ran = run(service, document, tmp_path, "--token", "t")
    assert (ran.code, len(ran.broken())) == (3, 0)
    assert re.search("use --target " + hint.format(url=r"http://127.0.0.1:\d+"), ran.printed)


def test_a_contract_may_stand_in_several_files_and_at_a_url(tmp_path: Path) -> None:
    """In Swagger 2.0 too: what stands in another file is checked. Files of a URL need a flag, as those of a mock do."""
    answer = {"description": "Done", "schema": {"$ref": "more/schemas.json#/Things"}}
    whole = {"type": "array", "items": thing(id={"type": "integer"})}
    files = {
        "api.json": api({"/things": {"$ref": "paths.json#/things"}}),
        "paths.json": {"things": get("listThings", ok({"$ref": "more/schemas.json#/Things"}))},
        "more/schemas.json": {"Things": whole},
        "swagger.json": {
            "swagger": "2.0",
            "info": {"title": "Case", "version": "1"},
            "basePath": "/",
            "produces": ["application/json"],
            "paths": {"/things": {"get": {"operationId": "listThings", "responses": {"200": answer}}}},
        },
    }
    (tmp_path / "more").mkdir()
    for name, value in files.items():
        (tmp_path / name).write_text(json.dumps(value))
    served = Table({**TABLE, **{f"GET /spec/{name}": Reply(200, value) for name, value in files.items()}})
    with serving(served) as url:
        local = [[str(tmp_path / name)] for name in ("api.json", "swagger.json")]
        remote = [[f"{url}/spec/{name}", "--allow-remote-refs"] for name in ("api.json", "swagger.json")]
        for spec in [*local, *remote]:
            flags = ["--spec", *spec, "--suite", "conformance"]
            ran = command("--target", url, *flags, report=tmp_path / "report")
            assert (ran.code, [got for _, _, got in ran.broken()]) == (1, ['"t1", which must be an integer'])


def test_a_part_that_a_record_may_lack_is_documented_as_missing(tmp_path: Path) -> None:
    """Of two people one has a picture, and 404 is documented for it; nothing says that one may have no address."""
    paths = {
        "/people": get("listPeople", ok({"type": "array", "items": ONE})),
        "/people/{id}/picture": get("getPicture", {**ok(ONE), "404": ERROR}, NAMED),
        "/people/{id}/address": get("getAddress", ok(ONE), NAMED),
    }
    table = {"GET /people": Reply(200, [{"id": "a"}, {"id": "b"}])}
    table |= {f"GET /people/a/{part}": Reply(200, {"id": "a"}) for part in ("picture", "address")}
    ran = run(Table(table), api(paths), tmp_path, "--suite", "conformance")
    assert {name for name, _, _ in ran.broken() if name.startswith("known")} == {
        "known_records_are_answered[getAddress]"
    }


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (Reply(401, {"error": "who?"}), ""),
        (Reply(302, {}, {"Location": "/other"}), ""),
        (Reply(406, {"error": "no"}), "success from getBearer"),
    ],
)
def test_a_read_without_a_name_may_ask_for_what_the_contract_does_not_name(
    tmp_path: Path, reply: Reply, problem: str
) -> None:
    """A documented 401 where no scheme of the contract says what to send; where it leads to is reported as such."""
    paths = {"/bearer": get("getBearer", {**ok(ONE), "401": ERROR})}
    ran = run(Table({"GET /bearer": reply}), api(paths), tmp_path, "--suite", "conformance")
    known = [expected for name, expected, _ in ran.broken() if name.startswith("known")]
    assert known == ([problem] if problem else [])
    assert any("a documented status" in expected for _, expected, _ in ran.broken()) == (reply.status == 302)
