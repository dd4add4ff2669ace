"""A target knows a path if it answers it otherwise than paths that nobody has, whatever changes between any answers."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.routes import has_route, right_root

PAGE = "text/html; charset=utf-8"
JSON = "application/json"
Reply = tuple[int, str, str, str]  # status, Content-Type, Allow, body
Server = Callable[[str, str], Reply]  # of method and path
RECORD = Sent("GET", "http://target/v1/things/42?a=1", "/things/42", {"Accept": JSON})


def is_route(path: str) -> bool:
    """Whether the path is one of a framework that serves `/v1/things/{id}`."""
    return path.startswith("/v1/things/")


def framework(absent: str) -> Server:
    """A framework that has a text of its own for a record that isn't there."""
    return lambda _, path: (404, JSON, "", f'{{"detail": "{absent if is_route(path) else "Not Found"}"}}')


def allowing(method: str, path: str) -> Reply:
    """The same 404 for all, but it knows which methods a path has."""
    known = method == "OPTIONS" and is_route(path)
    return (405, JSON, "GET", "") if known else (404, JSON, "", '{"detail": "Not Found"}')


def express(_: str, path: str) -> Reply:
    """Its own page for a path that it doesn't have."""
    return (404, JSON, "", "{}") if is_route(path) else (404, PAGE, "", f"<pre>Cannot GET {path}</pre>")


def echoing(_: str, path: str) -> Reply:
    """Shows the path that isn't there, encoded, with a number and a time of its own."""
    number = next(COUNTER)
    shown = path.replace("/", "&#x2F;")
    return 404, PAGE, "", f"<p>{shown} isn't here, request r{number:x}z at 12:00:{number:02}"


COUNTER = itertools.count()
SERVERS: list[tuple[Server, bool]] = [
    (framework("Thing not found"), True),
    (framework("Not Found"), False),
    (allowing, True),
    (express, True),
    (echoing, False),
    (lambda *_: (200, PAGE, "", "<div id=root></div>"), False),
    (lambda *_: (403, JSON, "", '{"message": "Missing Authentication Token"}'), False),
    (lambda *_: (302, PAGE, "", ""), False),
]


def asking(server: Server, asked: list[Sent]) -> Callable[[Sent], Answer]:
    """Requests to a server, which are kept."""

    def ask(sent: Sent) -> Answer:
        asked.append(sent)
        status, kind, allow, body = server(sent.method, sent.url.removeprefix("http://target").partition("?")[0])
        return Answer(sent, status, {"content-type": kind, **({"allow": allow} if allow else {})}, body.encode())

    return ask


@pytest.mark.parametrize(("server", "known"), SERVERS)
def test_a_path_is_known_that_is_answered_otherwise(server: Server, known: bool) -> None:
    """By status, media type, `Allow` or words; never by the path itself, a number or a time in the body."""
    assert has_route(asking(server, []), RECORD) == known


def test_only_reads_are_sent() -> None:
    """A write is asked for by OPTIONS alone, without what belongs to its body."""
    asked: list[Sent] = []
    write = Sent("POST", "http://target/v1/things", "/things", {"Content-Length": "2", "X-Key": "k"}, b"{}")
    has_route(asking(framework("Not Found"), asked), write)
    assert {(one.method, *one.headers, one.body) for one in asked} == {("OPTIONS", "X-Key", b"")}


def test_the_right_root_is_one_that_knows_the_path() -> None:
    """A web site that answers everything isn't one, nor is one that has a page of that name."""

    def server(_: str, path: str) -> Reply:
        if path.startswith("/api/v2/things/"):
            return 200, JSON, "", "{}"
        return 200, PAGE, "", "<h1>Thing</h1>" if path.startswith("/www/things/") else "<div id=root></div>"

    roots = ["http://target", "http://target/www", "http://target/api/v2"]
    assert right_root(asking(server, []), RECORD, roots) == ("http://target/api/v2", 200)
