"""Entity tags and times of change, and the preconditions on them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest

from mockserver.clock import format_http_date
from mockserver.errors import Refused
from mockserver.exchange.validators import changed_at, check_write, is_unchanged
from mockserver.messages import Request
from tests.support import Ask, answers, document, json_body, path_parameter

TEXT = {"type": "string"}
PAGE = {
    "type": "object",
    "required": ["id", "text"],
    "properties": {"id": TEXT, "text": TEXT, "updatedAt": {"type": "string", "format": "date-time"}},
}
VALIDATORS = {"ETag": {"schema": TEXT}, "Last-Modified": {"schema": TEXT}}


def _operation(headers: Any = VALIDATORS, *, body: bool = False, **more: Any) -> dict[str, Any]:
    responses = answers(PAGE) | more
    responses["200"]["headers"] = headers
    return {"responses": responses, **({"requestBody": json_body(PAGE)} if body else {})}


def _pages(*, read: Any = None, write: Any = None, remove: Any = None) -> dict[str, Any]:
    item = {
        "parameters": [path_parameter()],
        "get": read or _operation(**{"304": {"description": "same"}}),
        "put": write or _operation(body=True, **{"412": {"description": "changed"}, "404": {"description": "none"}}),
        "delete": remove or {"responses": {"204": {"description": "gone"}, "412": {"description": "changed"}}},
    }
    listed = {"responses": answers({"type": "array", "items": PAGE})}
    return document({"/pages": {"get": listed}, "/pages/{id}": item})


@pytest.fixture
def ask(mock_of: Callable[..., Ask]) -> Ask:
    """A mock whose pages have validators."""
    return mock_of(_pages())


@pytest.fixture
def page(ask: Ask) -> dict[str, Any]:
    """The first page."""
    record: dict[str, Any] = ask("GET", "/pages").json[0]
    return record


def test_a_tag_is_quoted_and_changes_with_the_record(ask: Ask, page: Any) -> None:
    """The answer to the change has the tag that a read has afterwards."""
    path = f"/pages/{page['id']}"
    tags = [ask("GET", path).headers["etag"] for _ in range(2)]
    assert tags[0] == tags[1]
    assert tags[0].startswith('"')
    assert tags[0].endswith('"')
    changed = ask("PUT", path, json={**page, "text": "new"}).headers["etag"]
    assert changed != tags[0]
    assert ask("GET", path).headers["etag"] == changed


@pytest.mark.parametrize("sent", ["*", "{tag}", "W/{tag}", '"other", {tag}'])
def test_a_read_of_what_the_client_has_is_304(ask: Ask, page: Any, sent: str) -> None:
    """Without a body, with the tag (RFC 9110, section 13.1.2)."""
    path = f"/pages/{page['id']}"
    tag = ask("GET", path).headers["etag"]
    answer = ask("GET", path, headers={"if-none-match": sent.format(tag=tag)})
    assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", tag)
    assert ask("HEAD", path, headers={"if-none-match": tag}).status == 304
    ask("PUT", path, json={**page, "text": "new"})
    assert ask("GET", path, headers={"if-none-match": tag}).status == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize(
    ("header", "sent", "status"),
    [
        ("if-match", '"stale"', 412),
        ("if-match", "W/{tag}", 412),
        ("if-match", "{tag}", None),
        ("if-match", "*", None),
        ("if-match", '"stale", {tag}', None),
        ("if-none-match", "*", 412),
        ("if-none-match", '"stale"', None),
        ("if-unmodified-since", "Thu, 01 Jan 1970 00:00:00 GMT", 412),
        ("if-unmodified-since", "Fri, 01 Jan 2100 00:00:00 GMT", None),
        ("if-unmodified-since", "yesterday", None),
    ],
)
def test_a_write_on_what_has_changed_is_412(
    ask: Ask, page: Any, method: str, header: str, sent: str, status: int | None
) -> None:
    """Nothing is written then (RFC 9110, sections 13.1.1 to 13.1.4)."""
    path = f"/pages/{page['id']}"
    before = ask("GET", path)
    body = {"json": {**page, "text": "lost"}} if method == "PUT" else {}
    answer = ask(method, path, headers={header: sent.format(tag=before.headers["etag"])}, **body)
    assert answer.status == (status or (200 if method == "PUT" else 204))
    if status:
        assert ask("GET", path).body == before.body


def test_times_of_change_are_those_of_the_record(ask: Ask, page: Any) -> None:
    """As an HTTP date; a read since then is 304."""
    path = f"/pages/{page['id']}"
    ask("PUT", path, json={**page, "updatedAt": "2026-03-04T05:06:07.890Z"})
    changed = ask("GET", path).headers["last-modified"]
    assert changed.endswith(" GMT")
    assert ask("GET", path, headers={"if-modified-since": changed}).status == 304
    assert ask("GET", path, headers={"if-modified-since": "Thu, 01 Jan 1970 00:00:00 GMT"}).status == 200


def test_preconditions_count_only_where_they_are_declared(mock_of: Callable[..., Ask]) -> None:
    """Without a 304 and a 412 in the contract they are ignored."""
    ask = mock_of(_pages(read=_operation(), write=_operation(body=True), remove={"responses": {"204": {}}}))
    page = ask("GET", "/pages").json[0]
    path = f"/pages/{page['id']}"
    assert ask("GET", path, headers={"if-none-match": "*"}).status == 200
    assert ask("PUT", path, json=page, headers={"if-match": '"stale"'}).status == 200


def test_what_preconditions_need_is_sent_undeclared(mock_of: Callable[..., Ask]) -> None:
    """A read shows a tag where it may be answered 304, or where a write of the same path may be answered 412."""
    ask = mock_of(_pages(read=_operation({})))
    page = ask("GET", "/pages").json[0]
    tag = ask("GET", f"/pages/{page['id']}").headers["etag"]
    assert ask("PUT", f"/pages/{page['id']}", json=page, headers={"if-match": tag}).status == 200


def test_a_list_has_a_tag_of_its_own(mock_of: Callable[..., Ask]) -> None:
    """Any change of its records changes it."""
    listed = {"responses": answers({"type": "array", "items": PAGE}) | {"304": {"description": "same"}}}
    contract = _pages()
    contract["paths"]["/pages"] = {"get": listed}
    ask = mock_of(contract)
    first = ask("GET", "/pages")
    assert ask("GET", "/pages", headers={"if-none-match": first.headers["etag"]}).status == 304
    ask("DELETE", f"/pages/{first.json[0]['id']}")
    assert ask("GET", "/pages", headers={"if-none-match": first.headers["etag"]}).status == 200


def test_a_required_tag_without_memory_is_that_of_the_bytes(mock_of: Callable[..., Ask]) -> None:
    """It is made from the answer."""
    operation = {"responses": answers({"type": "object"}, {"a": 1})}
    operation["responses"]["200"]["headers"] = {"ETag": {"schema": TEXT, "required": True}}
    ask = mock_of(document({"/one": {"get": operation}}))
    assert ask("GET", "/one").headers["etag"] == ask("GET", "/one").headers["etag"]
    assert ask("GET", "/one").headers["etag"].startswith('"')


@pytest.mark.parametrize(
    ("record", "changed"),
    [
        *(({name: "2025-06-01T12:00:00Z", "created": 5}, 1748779200000) for name in (
            "updated", "updatedAt", "Modified_On", "changed-at", "edited", "lastUpdate", "last_modified_at",
        )),
        *(({name: 1748779200}, 1748779200000) for name in ("created", "inserted_at", "addedOn")),
        ({"updated": "soon", "created": 1748779200000}, 1748779200000),
        ({"updated": True, "created": None}, None),
        ({"updates": {"updated": 1748779200}, "uploaded": 1748779200}, None),
        (None, None),
    ],
)  # fmt: skip
def test_a_record_says_when_it_was_changed(record: Any, changed: int | None) -> None:
    """By a time of its change, else of its creation, in milliseconds."""
    assert changed_at(record) == changed


@pytest.mark.parametrize(("since", "refused"), [(0, False), (1, False), (-1, True), (-1000, True)])
def test_a_write_is_refused_if_the_record_was_changed_after(since: int, refused: bool) -> None:
    """To the second, and not to the day."""
    changed = 1_748_779_200
    headers = {"if-unmodified-since": format_http_date((changed + since) * 1000)}
    request = Request("PUT", "/pages/1", headers=headers)
    with pytest.raises(Refused) if refused else nullcontext():
        check_write(request, {"updatedAt": changed * 1000 + 999})


@pytest.mark.parametrize(("since", "unchanged"), [(0, True), (1, True), (-1, False), (-1000, False)])
def test_a_read_is_answered_if_the_record_was_changed_after(since: int, unchanged: bool) -> None:
    """To the second too; a tag is stronger, and what is no date says nothing."""
    changed = 1_748_779_200
    since_then = {"if-modified-since": format_http_date((changed + since) * 1000)}
    assert is_unchanged(Request("GET", "/", headers=since_then), '"a"', changed * 1000 + 999) is unchanged
    assert is_unchanged(Request("GET", "/", headers=since_then), '"a"', None) is False
    tagged = {**since_then, "if-none-match": 'W/"a", "b"'}
    assert is_unchanged(Request("GET", "/", headers=tagged), '"b"', 0) is True
    assert is_unchanged(Request("GET", "/", headers=tagged), '"c"', 0) is False
    assert is_unchanged(Request("GET", "/", headers={"if-none-match": " * "}), '"c"', 0) is True
    assert is_unchanged(Request("GET", "/", headers={"if-modified-since": "soon"}), '"a"', 0) is False
