"""Pages of any origin may call, with credentials; preflights are answered before anything else."""

from __future__ import annotations

import pytest

from mockserver.exchange.cors import cors_headers, preflight
from mockserver.messages import Request
from tests.support import Ask

ORIGIN = "http://localhost:3000"


def test_without_an_origin_nothing_is_added(ask: Ask) -> None:
    """A client that is no page gets no headers for pages."""
    assert not [name for name in ask("GET", "/devices").headers if name.startswith("access-control")]


def test_the_origin_is_echoed() -> None:
    """Credentials forbid the star, so the origin itself is allowed, and `Vary` names it."""
    headers = dict(cors_headers(ORIGIN))
    assert headers["Access-Control-Allow-Origin"] == ORIGIN
    assert headers["Access-Control-Allow-Credentials"] == "true"
    assert headers["Vary"] == "Origin"


def test_what_an_answer_varies_by_already_stays() -> None:
    """The origin is added to it."""
    assert dict(cors_headers(ORIGIN, (("vary", "Accept, origin"),)))["Vary"] == "Accept, Origin"


def test_a_page_can_read_every_header_of_an_answer(ask: Ask) -> None:
    """Those of the mock and of the web server too; a star would be the name of a header, as credentials are allowed."""
    answer = ask("GET", "/devices", "nobody", headers={"origin": ORIGIN})
    exposed = answer.headers["access-control-expose-headers"].lower().split(", ")
    assert {name for name in answer.headers if not name.startswith("access-control-")} <= set(exposed)
    assert {"www-authenticate", "mock-why", "date", "content-type", "content-length"} <= set(exposed)
    assert len(exposed) == len(set(exposed))


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {"origin": ORIGIN, "access-control-request-method": "POST"}),
        ("OPTIONS", {"origin": ORIGIN}),
        ("OPTIONS", {"access-control-request-method": "POST"}),
    ],
)
def test_other_requests_are_no_preflight(method: str, headers: dict[str, str]) -> None:
    """A preflight is OPTIONS with an origin and the method that it asks for."""
    assert preflight(Request(method, "/", headers=headers), headers.get("origin"), ("GET",)) is None


def _preflight(ask: Ask, path: str, **more: str) -> dict[str, str]:
    headers = {"origin": ORIGIN, "access-control-request-method": "POST", **more}
    answer = ask("OPTIONS", path, None, headers=headers)
    assert (answer.status, answer.body) == (204, b"")
    return dict(answer.headers)


def test_a_preflight_needs_no_token(ask: Ask) -> None:
    """Browsers send none: the methods of the path and the headers asked for are allowed."""
    headers = _preflight(ask, "/devices/trust", **{"access-control-request-headers": "authorization, content-type"})
    assert headers["access-control-allow-origin"] == ORIGIN
    assert "POST" in headers["access-control-allow-methods"]
    assert headers["access-control-allow-headers"] == "authorization, content-type"


def test_a_preflight_of_an_unknown_path_lets_the_page_read_its_404(ask: Ask) -> None:
    """The page then sees the real refusal instead of a blocked request."""
    assert _preflight(ask, "/nowhere")["access-control-allow-methods"] == "POST"


def test_a_preflight_for_this_machine_s_network_is_allowed(ask: Ask) -> None:
    """A public page may ask for the private network, and only then is allowed to."""
    name = "access-control-request-private-network"
    assert _preflight(ask, "/devices", **{name: "true"})["access-control-allow-private-network"] == "true"
    assert "access-control-allow-private-network" not in _preflight(ask, "/devices")


@pytest.mark.parametrize(
    ("path", "token", "status"), [("/devices", "alice-token", 200), ("/devices", None, 401), ("/nowhere", None, 404)]
)
def test_every_answer_can_be_read_by_the_page(ask: Ask, path: str, token: str | None, status: int) -> None:
    """Refusals as well carry the headers."""
    answer = ask("GET", path, token, headers={"origin": ORIGIN})
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (status, ORIGIN)
