"""Sessions and quotas that end in the middle of a run: it is renewed, or ends with the reason, and is never red."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract_tests.cases.running import Ran, api, get, ok, run, thing
from tests.contract_tests.small import Asked, Reply, Table

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
