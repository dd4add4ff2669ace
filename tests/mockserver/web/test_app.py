"""The Flask app: the contract's operations in front, the control API behind."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder

from mockserver.control.api import HANDLERS
from mockserver.exchange.engine import Engine
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.shown import shown
from mockserver.reply.problems import PROBLEM
from mockserver.settings import MAX_BODY
from mockserver.web.app import app_for, create_app
from mockserver.web.wsgi import ContractFirst
from tests.support import answers, bundled_settings, document

ALICE = {"Authorization": "Bearer alice-token"}


@pytest.fixture
def client(engine: Engine) -> FlaskClient:
    """Flask's own client of the app."""
    return app_for(engine).test_client()


def test_each_app_has_a_state_of_its_own() -> None:
    """`create_app` makes a whole mock."""
    one, other = (create_app(bundled_settings()).test_client() for _ in range(2))
    assert one.delete("/devices/dev-01", headers=ALICE).status_code == 200
    assert other.get("/devices/dev-01", headers=ALICE).status_code == 200


def test_the_contract_is_answered_in_front_of_flask(client: FlaskClient, entries: list[Exchange]) -> None:
    """With a length and the contract's media type; journaled with what WSGI handed over."""
    answer = client.post("/devices/trust?x=1", headers=ALICE, json={"fingerprint": "fp-alice-ipad"})
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    [entry] = entries
    assert (entry.request.method, entry.request.path, entry.request.query) == ("POST", "/devices/trust", "x=1")
    assert entry.request.body == b'{"fingerprint": "fp-alice-ipad"}'


def test_head_has_the_headers_of_get_and_no_body(client: FlaskClient) -> None:
    """RFC 9110, section 9.3.2."""
    get, head = client.get("/devices", headers=ALICE), client.head("/devices", headers=ALICE)
    assert head.data == b""
    assert head.headers["Content-Length"] == get.headers["Content-Length"]
    assert head.status_code == 200


@pytest.mark.parametrize("path", ["/__mock__/nowhere", "/__mock__/state/of/mind"])
def test_what_flask_refuses_is_a_problem(client: FlaskClient, path: str, entries: list[Exchange]) -> None:
    """The control API refuses in the standard's shape, and its requests are not the API's: none is journaled."""
    answer = client.get(path)
    assert (answer.status_code, answer.content_type) == (404, PROBLEM)
    assert answer.json["detail"].startswith(f"there is nothing at {path}; see /__mock__/docs/")
    assert entries == []


def test_a_name_that_only_begins_alike_is_the_contract_s(client: FlaskClient, entries: list[Exchange]) -> None:
    """`/__mock__x` is an unknown path of the API."""
    assert client.get("/__mock__x", headers=ALICE).status_code == 404
    assert len(entries) == 1


def test_a_wrong_method_on_the_control_surface_says_the_right_ones(client: FlaskClient) -> None:
    """405 with Allow."""
    answer = client.put("/__mock__/health")
    assert (answer.status_code, answer.content_type) == (405, PROBLEM)
    assert "GET" in answer.headers["Allow"]


def _environ(**changes: Any) -> dict[str, Any]:
    environ = EnvironBuilder("/devices/trust", method="POST", headers={**ALICE, "X-Odd-Name": "1"}).get_environ()
    return {**environ, **changes}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"CONTENT_LENGTH": str(MAX_BODY + 1)}, 413),
        ({"CONTENT_LENGTH": "9" * 30}, 413),
        ({"CONTENT_LENGTH": "abc"}, 400),
        ({"CONTENT_LENGTH": "-1"}, 400),
        ({"CONTENT_LENGTH": "²"}, 400),
        ({"CONTENT_LENGTH": "0"}, 400),
        ({"CONTENT_LENGTH": ""}, 400),
        ({"PATH_INFO": "/devices/\xff\xfe/untrust"}, 404),
    ],
)
def test_any_environment_is_answered(engine: Engine, changes: Any, status: int) -> None:
    """Odd lengths and paths are refused, not tripped over; a body that is too large is never read."""
    started: list[str] = []

    class Unread(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            assert size is not None
            assert size <= MAX_BODY
            return super().read(size)

    app = ContractFirst(engine, lambda: app_for(engine))
    environ = _environ(**{"wsgi.input": Unread(b""), **changes})
    list(app(environ, lambda line, headers: started.append(line)))
    assert started[0].startswith(str(status))


@pytest.mark.parametrize(("size", "status"), [(10, 400), (MAX_BODY + 1, 413)])
def test_a_body_without_a_length_is_read_up_to_the_limit(engine: Engine, size: int, status: int) -> None:
    """Chunked bodies have no length."""
    started: list[str] = []
    changes = {
        "CONTENT_LENGTH": "",
        "CONTENT_TYPE": "application/json",
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input_terminated": True,
        "wsgi.input": io.BytesIO(b"x" * size),
    }
    app = ContractFirst(engine, lambda: app_for(engine))
    list(app(_environ(**changes), lambda line, headers: started.append(line)))
    assert started[0].startswith(str(status))


def test_a_request_has_a_dictionary_of_its_own_headers(engine: Engine, entries: list[Exchange]) -> None:
    """By lower-case name, those of WSGI's own names among them, and nothing else of the server's environment."""
    app = ContractFirst(engine, lambda: app_for(engine))
    for odd in ("1", "2"):
        environ = _environ(CONTENT_TYPE="text/x", CONTENT_LENGTH="0", HTTP_X_ODD_NAME=odd, HTTP_CONTENT_TYPE="spoofed")
        list(app({**environ, "SERVER_SOFTWARE": "x", "PATH": "/bin"}, lambda line, headers: None))
    [first, second] = [entry.request.headers for entry in entries]
    assert first == {
        **{key[5:].lower().replace("_", "-"): text for key, text in _environ().items() if key.startswith("HTTP_")},
        "content-type": "text/x",
        "content-length": "0",
        "x-odd-name": "1",
    }
    assert second == {**first, "x-odd-name": "2"}


def test_headers_are_shown_in_the_order_of_arrival(engine: Engine, entries: list[Exchange]) -> None:
    """Though the mock reads the last one first."""
    names = ["HTTP_X_B", "HTTP_X_C", "HTTP_X_A"]
    list(
        ContractFirst(engine, lambda: app_for(engine))(
            _environ(**dict.fromkeys(names, "1")), lambda line, headers: None
        )
    )
    headers = shown(entries[0])["request"]["headers"]
    assert [name for name in headers if name.startswith("x-")] == ["x-odd-name", "x-b", "x-c", "x-a"]


def test_a_path_is_read_as_utf_8(client: FlaskClient, entries: list[Exchange]) -> None:
    """WSGI hands bytes over as latin-1."""
    client.get("/devices/%F0%9F%94%91é", headers=ALICE)
    request = entries[0].request
    assert (request.method, request.path, request.query) == ("GET", "/devices/🔑é", "")


STEERED = {
    "cookie": ("mock_world=blue", "/worlds/blue/"),
    "mock-delay": ("soon", "400 Bad Request"),
    "mock-world": ("blue", "/worlds/blue/"),
    "origin": ("https://app.test", "https://app.test"),
    "prefer": ("code=500", "500 Internal Server Error"),
}


@pytest.mark.parametrize("header", STEERED)
def test_a_header_that_steers_the_mock_does_so_alone(engine: Engine, header: str) -> None:
    """Most requests have none of them; one of them is enough."""
    value, shows = STEERED[header]
    sent: list[str] = []

    def start_response(line: str, headers: list[tuple[str, str]]) -> None:
        sent.extend([line, *(text for _, text in headers)])

    bare = {name: text for name, text in _environ().items() if name not in ("HTTP_ACCEPT", "HTTP_COOKIE")}
    environ = {**bare, "REQUEST_METHOD": "GET", "PATH_INFO": "/devices"}
    app = ContractFirst(engine, lambda: app_for(engine))
    list(app(environ, start_response))
    assert sent[0] == "200 OK"
    assert not any(shows in text for text in sent)
    sent.clear()
    list(app({**environ, f"HTTP_{header.upper().replace('-', '_')}": value}, start_response))
    assert any(shows in text for text in sent), sent


def test_an_exception_of_the_control_surface_is_one_line(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """No traceback on the terminal; the client gets a problem that says what it was."""

    def fail(_: Any) -> Any:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setitem(HANDLERS, "getHealth", fail)
    answer = client.get("/__mock__/health", environ_overrides={"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1"})
    assert (answer.status_code, answer.content_type) == (500, PROBLEM)
    assert answer.json["detail"] == "internal error: ZeroDivisionError: division by zero"
    assert capfd.readouterr().err.startswith(
        "mockserver: GET /__mock__/health: internal error: ZeroDivisionError: division by zero ("
    )


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", 302),
        ("text/html", 302),
        ("*/*", 404),
        ("application/json", 404),
        ("text/html;q=0.1, application/problem+json", 404),
    ],
)
def test_a_browser_is_sent_to_the_console(client: FlaskClient, accept: str, status: int) -> None:
    """At `/`, if the contract has no such path; other clients get the problem that every unknown path gets."""
    answer = client.get("/", headers={"Accept": accept})
    assert answer.status_code == status
    if status == 302:
        assert (answer.headers["Location"], answer.headers["Vary"]) == ("/__mock__/", "Accept")
        assert client.head("/", headers={"Accept": accept}).status_code == 302
        assert client.post("/", headers={"Accept": accept}).status_code == 404


def test_a_contract_with_a_root_answers_there_itself(tmp_path: Path) -> None:
    """Also a browser."""
    spec = tmp_path / "spec.json"
    paths = {"/": {"get": {"operationId": "getRoot", "responses": answers({"type": "object"}, {"hello": "world"})}}}
    spec.write_text(json.dumps(document(paths)), encoding="utf-8")
    client = create_app(bundled_settings(spec=str(spec), behaviours=None, fixtures=())).test_client()
    answer = client.get("/", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.json) == (200, {"hello": "world"})
