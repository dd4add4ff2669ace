"""Files that are uploaded: what their records show of them, and that downloads have the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support import Ask, ClientResponse, answers, document, path_parameter

TEXT = {"type": "string"}
BINARY = {"type": "string", "format": "binary"}
CONTENT = b"\x89PNG\0\xff" * 100
NONE = {"description": "none"}


def _file(media: str = "application/octet-stream") -> dict[str, Any]:
    return {"description": "the file", "content": {media: {"schema": BINARY}}}


def _files(record: dict[str, Any], *, field: Any = BINARY, answered: Any = None, **sent: Any) -> dict[str, Any]:
    """A collection whose records are made from an uploaded file, and an operation that downloads it."""
    shown = {"type": "object", "required": ["id"], "properties": {"id": TEXT, **record}}
    schema = {"type": "object", "required": ["file"], "properties": {"file": field, **sent}}
    post = {
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}},
        "responses": answers(shown, status=201),
    }
    download = {"responses": {"200": answered or _file(), "404": NONE}}
    one = {"parameters": [path_parameter()]}
    return document(
        {
            "/files": {"post": post, "get": {"responses": answers({"type": "array", "items": shown})}},
            "/files/{id}": {**one, "get": {"responses": answers(shown)}},
            "/files/{id}/content": {**one, "get": download},
        }
    )


def _upload(ask: Ask, *parts: tuple[str, str, bytes]) -> ClientResponse:
    sections = [
        f"--x\r\nContent-Disposition: form-data; name={head}\r\n{more}\r\n".encode() + content + b"\r\n"
        for head, more, content in parts
    ]
    body = b"".join(sections) + b"--x--"
    answer = ask("POST", "/files", body=body, headers={"content-type": "multipart/form-data; boundary=x"})
    assert answer.status == 201, answer.body
    return answer


PICTURE = ('file; filename="my pic.png"', "Content-Type: image/png\r\n", CONTENT)


@pytest.mark.parametrize("field", [BINARY, {"type": "string", "contentMediaType": "application/octet-stream"}])
@pytest.mark.parametrize(
    ("name", "schema", "value"),
    [
        ("name", TEXT, "my pic.png"),
        ("file_name", TEXT, "my pic.png"),
        ("originalName", TEXT, "my pic.png"),
        ("size", {"type": "integer"}, len(CONTENT)),
        ("fileSize", {"type": "integer"}, len(CONTENT)),
        ("mimeType", TEXT, "image/png"),
        ("content_type", TEXT, "image/png"),
    ],
)
def test_a_record_says_what_its_file_is(
    mock_of: Callable[..., Ask], name: str, schema: Any, value: Any, field: Any
) -> None:
    """Name, size and type, under the usual names; reads show the same."""
    ask = mock_of(_files({name: schema, "label": TEXT}, field=field, label=TEXT))
    made = _upload(ask, PICTURE, ("label", "", b"L")).json
    assert (made[name], made["label"]) == (value, "L")
    assert made.keys() == {"id", name, "label"}
    assert ask("GET", f"/files/{made['id']}").json == made


@pytest.mark.parametrize(
    ("name", "kind", "content"),
    [
        ("picture.png", "image/png", CONTENT),
        ("settings.json", "application/json", b'{"theme": 1}'),
        ("lines.jsonl", "application/x-ndjson", b"{}\n"),
    ],
)
@pytest.mark.parametrize(
    "answered",
    [_file(), _file("text/csv"), *(answers(one)["200"] for one in (TEXT, {})), {"description": "the file"}],
)
def test_a_file_comes_back_as_it_was_sent(
    mock_of: Callable[..., Ask], name: str, kind: str, content: bytes, answered: Any
) -> None:
    """Whatever the file is, where its part is any text, and where the download is called a text, JSON or nothing."""
    extension = {"type": "string", "description": "Such as `png` or `pdf`."}
    ask = mock_of(_files({"filename": TEXT, "type": extension}, field=TEXT, answered=answered))
    made = _upload(ask, (f'file; filename="{name}"', f"Content-Type: {kind}\r\n", content)).json
    assert (made["filename"], made["type"]) == (name, name.partition(".")[2])
    assert ask("GET", f"/files/{made['id']}/content").body == content


def test_what_the_request_says_itself_counts(mock_of: Callable[..., Ask]) -> None:
    """The name of the file is only what nobody gave another one for."""
    ask = mock_of(_files({"name": TEXT}, name=TEXT))
    assert _upload(ask, PICTURE, ("name", "", b"mine")).json["name"] == "mine"


def test_a_download_has_the_bytes_of_the_upload(mock_of: Callable[..., Ask]) -> None:
    """Of its own record; one that was never uploaded answers an example."""
    ask = mock_of(_files({"name": TEXT}))
    first, second = (_upload(ask, (*PICTURE[:2], content)).json["id"] for content in (CONTENT, b"other"))
    assert ask("GET", f"/files/{first}/content").body == CONTENT
    assert ask("GET", f"/files/{second}/content").body == b"other"
    seeded = next(one["id"] for one in ask("GET", "/files").json if one["id"] not in (first, second))
    assert ask("GET", f"/files/{seeded}/content").status == 200
    assert ask("GET", "/files/nothing/content").status == 404


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_file_that_is_put_at_a_path_is_read_there(mock_of: Callable[..., Ask], method: str) -> None:
    """By the values of the path; 404 before and after."""
    taken = {"requestBody": {"required": True, "content": {"image/*": {}}}, "responses": {"204": {"description": "ok"}}}
    item = {
        "parameters": [path_parameter("owner"), path_parameter("kind")],
        method.lower(): taken,
        "get": {"responses": {"200": _file("image/png"), "404": NONE}},
        "delete": {"responses": {"204": {"description": "gone"}}},
    }
    ask = mock_of(document({"/owners/{owner}/pictures/{kind}": item}))
    paths = ["/owners/a/pictures/small", "/owners/a/pictures/large", "/owners/b/pictures/small"]
    assert ask("GET", paths[0]).status == 404
    for number, path in enumerate(paths):
        sent = ask(method, path, body=CONTENT + bytes([number]), headers={"content-type": "image/png"})
        assert sent.status == 204
    assert [ask("GET", path).body[-1] for path in paths] == [0, 1, 2]
    assert ask("DELETE", paths[0]).status == 204
    assert [ask("GET", path).status for path in paths] == [404, 200, 200]


@pytest.mark.parametrize("several", [True, False])
@pytest.mark.parametrize("label", [True, False])
def test_each_of_several_files_is_a_record(mock_of: Callable[..., Ask], several: bool, label: bool) -> None:
    """Of one upload; what stands beside the files is said of each, and each download has its own bytes."""
    fields = {"name": TEXT, "size": {"type": "integer"}, **({"label": TEXT} if label else {})}
    made = _files(fields, field={"type": "array", "items": BINARY}, **({"label": TEXT} if label else {}))
    post = made["paths"]["/files"]["post"]
    if several:
        listed_as = made["paths"]["/files"]["get"]["responses"]["200"]["content"]
        post["responses"] = {"201": {"description": "the files", "content": listed_as}}
    ask = mock_of(made)
    other = ('file; filename="b.txt"', "Content-Type: text/plain\r\n", b"plain")
    before = len(ask("GET", "/files").json)
    shown = _upload(ask, PICTURE, other, *([("label", "", b"L")] if label else [])).json
    listed = ask("GET", "/files").json[before:]
    assert [(one["name"], one["size"]) for one in listed] == [("my pic.png", len(CONTENT)), ("b.txt", 5)]
    assert shown == (listed if several else listed[-1])
    assert all(one.get("label") == ("L" if label else None) for one in listed)
    assert [ask("GET", f"/files/{one['id']}/content").body for one in listed] == [CONTENT, b"plain"]
