"""Sessions and quotas that end in the middle of a run: it is renewed, or ends with the reason, and is never red."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.contract_tests.cases.running import Ran, api, get, ok, run, thing
from tests.contract_tests.small import TOKEN, Asked, Notes, Reply, Table, contract_of_notes

NAMED = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
ONE = thing(id={"type": "string"})
ERROR = {"description": "Refused", "content": {"application/json": {"schema": thing(error={"type": "string"})}}}
DOCUMENT = api(
    {
        "/things": get("listThings", {**ok({"type": "array", "items": ONE}), "400": ERROR, "401": ERROR}),
        "/things/{id}": get("getThing", {**ok(ONE), "400": ERROR, "401": ERROR, "404": ERROR}, NAMED),
    },
    security=[{"session": []}],
    components={"securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "sid"}}},
)
LOGIN = '[login]\nurl = "/login"\nform = {user = "ann", password = "pw-of-ann"}\n'


class Sessions(Table):
    """A session lasts for some requests; then each is answered by `over`."""

    def __init__(self, over: Reply, lasts: int, *, renews: bool = True) -> None:
        super().__init__({"GET /things": Reply(200, [{"id": "t1"}]), "GET /things/t1": Reply(200, {"id": "t1"})})
        self.over, self.lasts, self.renews = over, lasts, renews
        self.logins, self.left = 0, 0

    def answer(self, asked: Asked) -> Reply:
        if asked.path == "/login":
            return self.begin(asked)
        if asked.headers.get("Cookie") != f"sid=session-{self.logins}":
            return Reply(401, {"error": "who?"})
        self.left -= 1
        return super().answer(asked) if self.left >= 0 else self.over

    def begin(self, asked: Asked) -> Reply:
        if asked.body != b"user=ann&password=pw-of-ann" or (self.logins and not self.renews):
            return Reply(403, {"error": "who?"})
        self.logins, self.left = self.logins + 1, self.lasts
        kept = f"sid=session-{self.logins}; Path=/; Expires=Wed, 21 Oct 2099 07:28:00 GMT"
        return Reply(204, headers=[("Set-Cookie", kept), ("Set-Cookie", "theme=dark; Path=/")])


def ended(service: Sessions, folder: Path, login: str = LOGIN) -> Ran:
    """A run of conformance with a login."""
    (folder / "contract-tests.toml").write_text(login)
    return run(service, DOCUMENT, folder, "--suite", "conformance", "--config", str(folder / "contract-tests.toml"))


OVER: dict[str, Callable[[], Reply]] = {
    "401": lambda: Reply(401, {"error": "over"}),
    "a redirect": lambda: Reply(302, raw=b"", headers={"Location": "/sign-in"}),
    "419": lambda: Reply(419, {"message": "Page Expired"}),
    "400": lambda: Reply(400, {"error": "jwt expired"}),  # which is documented, for other reasons
    "403": lambda: Reply(403, {"error": "not for you"}),
    "404": lambda: Reply(404, {"error": "not found"}),  # as of a record that isn't there
    "a page": lambda: Reply(200, raw=b"<form action=/login></form>", headers={"Content-Type": "text/html"}),
    "200": lambda: Reply(200, {"error": "please sign in"}),
    "nothing": lambda: Reply(200, raw=b""),
}


@pytest.mark.parametrize("how", OVER)
def test_a_session_in_a_cookie_is_renewed(how: str, tmp_path: Path) -> None:
    """As often as it ends, however the service says so; no output shows the session or the password."""
    service = Sessions(OVER[how](), 6)
    ran = ended(service, tmp_path, f'{LOGIN}cookie = "sid"\n')
    assert (ran.code, ran.broken()) == (0, [])
    assert service.logins > 2
    assert not any(word in text for text in (ran.printed, *ran.texts) for word in ("pw-of-ann", "session-1"))


@pytest.mark.parametrize("how", OVER)
def test_a_session_that_is_over_ends_the_run(how: str, tmp_path: Path) -> None:
    """Exit 3, and nothing is broken."""
    service = Sessions(OVER[how](), 6, renews=False)
    ran = ended(service, tmp_path, f'{LOGIN}cookie = "sid"\n')
    assert (ran.code, ran.broken()) == (3, [])
    assert len(service.log) < 30


class Ending(Notes):
    """Takes the token for some requests; then each with it is answered by `over`."""

    def __init__(self, over: Reply, lasts: int, *, of: str = "", is_open: bool = False) -> None:
        super().__init__()
        self.over, self.left, self.of, self.is_open = over, lasts, of, is_open

    def answer(self, asked: Asked) -> Reply:
        if self.is_open:
            asked = replace(asked, headers={**asked.headers, "Authorization": f"Bearer {TOKEN}"})
        if asked.token == TOKEN and (not self.of or self.of == f"{asked.method} {asked.path}"):
            self.left -= 1
        is_over = self.left < 0 and asked.token == TOKEN and self.of in {"", f"{asked.method} {asked.path}"}
        return self.over if is_over else super().answer(asked)


def with_writes(**more: Any) -> dict[str, Any]:
    """The contract of the notes, without the call that ends a session."""
    document = contract_of_notes() | more
    del document["paths"]["/session/end"]
    return document


@pytest.mark.parametrize("lasts", [2, 5, 9, 40])
@pytest.mark.parametrize("how", ["403", "404", "a page", "a redirect", "200"])
def test_a_token_that_ends_among_writes_ends_the_run(how: str, lasts: int, tmp_path: Path) -> None:
    """Exit 3, with the request after which nothing worked, and nothing of what was seen then is broken."""
    ran = run(Ending(OVER[how](), lasts), with_writes(), tmp_path, "--token", TOKEN, "--safety", "own")
    assert (ran.code, ran.broken()) == (3, [])
    assert "the token seems to have ended at request" in ran.printed


@pytest.mark.parametrize("how", ["403", "a page", "200"])
def test_one_operation_that_fails_from_some_request_on_is_broken(how: str, tmp_path: Path) -> None:
    """The others still work with the token: it isn't to blame."""
    service = Ending(OVER[how](), 3, of="GET /notes")
    ran = run(service, with_writes(), tmp_path, "--token", TOKEN, "--suite", "conformance")
    assert (ran.code, bool(ran.broken())) == (1, True)


@pytest.mark.parametrize("token", [(), ("--token", TOKEN)])
def test_a_contract_without_credentials_may_be_served_by_a_session_too(token: tuple[str, ...], tmp_path: Path) -> None:
    """Its end is noticed all the same."""
    service = Ending(OVER["a page"](), 30, is_open=True)
    ran = run(service, with_writes(security=[], components={}), tmp_path, *token, "--safety", "own")
    assert (ran.code, ran.broken()) == (3, [])
    assert "seems to have ended at request 31" in ran.printed


def test_a_cookie_that_the_login_does_not_set_is_named(tmp_path: Path) -> None:
    """Exit 3, before the first request; which of two cookies it is must be said."""
    ran = ended(Sessions(OVER["401"](), 15), tmp_path, f'{LOGIN}cookie = "id"\n')
    assert (ran.code, "set no cookie 'id'" in ran.printed) == (3, True)
    ran = ended(Sessions(OVER["401"](), 15), tmp_path)
    assert (ran.code, "name the cookie" in ran.printed) == (3, True)


class Limited(Table):
    """Answers some requests, then asks to wait."""

    def __init__(self, quota: int, headers: dict[str, str]) -> None:
        super().__init__(Sessions(Reply(401), 0).table)
        self.quota, self.headers = quota, headers

    def answer(self, asked: Asked) -> Reply:
        is_spent = len(self.log) > self.quota
        return Reply(429, {"error": "quota"}, self.headers) if is_spent else super().answer(asked)


@pytest.mark.parametrize("quota", [3, 12])
def test_a_quota_that_is_used_up_ends_the_run(quota: int, tmp_path: Path) -> None:
    """Exit 3 where the service asks for more time than there is."""
    document: dict[str, Any] = {**DOCUMENT, "security": []}
    ran = run(Limited(quota, {"Retry-After": "3600"}), document, tmp_path, "--suite", "conformance")
    assert (ran.code, ran.broken()) == (3, [])
    assert "quota of requests is used up" in ran.printed
    assert "3600" in ran.printed
