"""Who answers an operation, and what tells a missing route from a missing record."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from mockserver.errors import UsageError
from mockserver.exchange import faults
from mockserver.exchange.faults import Armed
from mockserver.settings import Upstream
from mockserver.upstream.backend import backend_of
from mockserver.upstream.route import BACKEND, MOCK, Router, Routes, Rule, routes_of
from tests.conftest import Build
from tests.mockserver.upstream.scripted import Came, Scripted, answer
from tests.support import Ask, bundled_settings

Beside = Callable[..., Ask]


def test_the_first_rule_counts(beside: Beside) -> None:
    """By id, path, method and tag; what no rule names has a default, and so have unknown paths."""
    operations = beside().engine.contract.operations
    rules = (Rule("getDevice", MOCK), Rule("/devices/*", BACKEND), Rule("tag:Devices", MOCK), Rule("GET", MOCK))
    router = Router(Routes(rules, unknown=MOCK), operations)
    chosen = {name: router.chosen(operation).by for name, operation in operations.items()}
    assert [name for name, by in chosen.items() if by == MOCK] == ["listDevices", "getDevice", "listSessions"]
    assert router.chosen(operations["getDevice"]).why == "the rule 'getDevice'"
    assert router.chosen(None).by == MOCK


def test_flags_become_rules() -> None:
    """Those of `--mock` first; the mock answers the rest unless the backend is in front."""
    routes = routes_of(Upstream(url="http://h", mock=("a",), forward=("b",), missing=(404,), fallback=True))
    assert routes.rules == (Rule("a", MOCK), Rule("b", BACKEND))
    assert (routes.others, routes.unknown, routes.missing) == (MOCK, BACKEND, (404,))
    assert routes_of(Upstream(url="http://h", first=True)).others == BACKEND


def test_a_rule_that_names_nothing_is_an_error(build: Build) -> None:
    """With the flag and the nearest name; so is a rule without a backend."""
    with pytest.raises(UsageError, match=r"--forward: .*did you mean 'getDevice'"):
        build(bundled_settings(upstream=Upstream(url="http://127.0.0.1:9", forward=("getDevise",))))
    with pytest.raises(UsageError, match=r"--fallback: needs a backend \(add --upstream"):
        backend_of(Upstream(fallback=True), {})


RECORD = answer({"success": False, "error": "Device not found"}, "404 Not Found")


@pytest.mark.parametrize(
    ("kind", "falls_back"),
    [
        (answer({"detail": "Not Found"}, "404 Not Found"), True),
        (RECORD, False),
        (answer({"detail": "Method Not Allowed"}, "405 Method Not Allowed"), True),
        (answer({}, "501 Not Implemented"), True),
        (answer({}, "500 Internal Server Error"), False),
    ],
)
def test_the_mock_answers_what_has_no_route(kind: bytes, falls_back: bool, beside: Beside, backend: Scripted) -> None:
    """A record that is missing is the backend's; it is asked once what it answers where nobody has a path."""
    backend.answers["/devices/dev-01"] = kind
    ask = beside(fallback=True)
    for _ in range(2):
        given = ask("GET", "/devices/dev-01")
        assert (given.headers["mock-by"].startswith('mock; why="fallback: '), given.status == 200) == (
            falls_back, falls_back,
        )  # fmt: skip
    probes = [came for came in backend.came if "mockserver-probe" in came.path]
    assert len(probes) == (1 if kind.startswith(b"HTTP/1.1 404") else 0)


@pytest.mark.parametrize("packed", [False, True])
def test_a_page_that_names_method_and_path_is_that_of_a_missing_route(
    packed: bool, beside: Beside, backend: Scripted
) -> None:
    """As Express writes it, compressed as well."""

    def express(came: Came) -> list[bytes]:
        text = f"<pre>Cannot {came.method} {came.path}</pre> at 12:{len(backend.came):02}".encode()
        coding = ["Content-Encoding: gzip"] if packed else []
        body = gzip.compress(text) if packed else text
        return [answer(body, "404 Not Found", "text/html; charset=utf-8", *coding)]

    backend.answers["*"] = express
    given = beside(fallback=True)("POST", "/devices/dev-01/untrust", query="a=b")
    assert (given.status, given.headers["mock-by"].startswith("mock;")) == (200, True)


def test_a_status_can_always_mean_a_missing_route(beside: Beside, backend: Scripted) -> None:
    """`--missing 404`: where the backend answers for records and routes alike."""
    backend.answers["*"] = RECORD
    assert beside(fallback=True, missing=(404,))("GET", "/devices/dev-01").status == 200


def test_nobody_falls_back_unless_asked_to(beside: Beside, backend: Scripted) -> None:
    """And never for paths that the contract doesn't have."""
    assert beside()("GET", "/devices/dev-01").status == 404
    given = beside(fallback=True)("GET", "/nowhere")
    assert (given.status, given.headers["mock-by"].startswith("backend;")) == (404, True)


def test_a_fallback_is_counted_once_by_faults(beside: Beside, backend: Scripted) -> None:
    """The second request is the one that the fault is for."""
    backend.answers["*"] = answer({}, "501 Not Implemented")
    ask = beside(fallback=True)
    fault = Armed(faults.Rule(nth=2, status=500))
    ask.engine.store.update("main", lambda world: replace(world, faults=(fault,)))
    assert [ask("GET", "/devices").status for _ in range(3)] == [200, 500, 200]
