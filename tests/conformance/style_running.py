"""Sends the rows of the style tables to a mock, and compares what it accepts and answers with them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.conformance.styles import REFUSED, Row
from tests.support import LiveMock


@dataclass(frozen=True)
class StyleResult:
    """What the mock made of one row; `detail` is its answer."""

    row: Row
    agrees: bool
    detail: str = ""


def run_styles(rows: Sequence[Row], folder: Path) -> Iterator[StyleResult]:
    """The results of all rows: one document and one mock for each version of OpenAPI."""
    for version, group in groupby(rows, lambda row: row.version):
        members = list(group)
        path = folder / f"styles-{version}.json"
        path.write_text(json.dumps(style_document(version, members)), encoding="utf-8")
        mock = LiveMock(str(path)).wait_until_started()
        try:
            yield from (result(mock, number, row) for number, row in enumerate(members))
        finally:
            mock.kill()


def style_document(version: str, rows: Sequence[Row]) -> dict[str, Any]:
    """A document with one operation for each row."""
    paths = {}
    for number, row in enumerate(rows):
        path = f"/{number}/{{p}}" if row.location == "path" else f"/{number}"
        paths[path] = {"get": {"operationId": f"read{number}", **_operation(row)}}
    return {"openapi": version, "info": {"title": "Styles", "version": "1"}, "paths": paths}


def _operation(row: Row) -> dict[str, Any]:
    if row.location != "response":
        responses = {"204": {"description": "read"}, "422": {"description": "refused"}}
        return {"parameters": [row.parameter], "responses": responses}
    header = {name: value for name, value in row.parameter.items() if name not in ("name", "in")}
    return {"responses": {"200": {"description": "answered", "headers": {"p": header}}}}


def result(mock: LiveMock, number: int, row: Row) -> StyleResult:
    """The result of one row."""
    status, headers, body = _asked(mock, number, row)
    if row.location == "response":
        sent = [text for name, text in headers if name.lower() == "p"]
        return StyleResult(row, (status, *sent) == (200, *row.sent), f"{status} {sent}")
    wanted = 422 if row.value is REFUSED else 204
    return StyleResult(row, status == wanted, f"{status} {body}")


def _asked(mock: LiveMock, number: int, row: Row) -> tuple[int, list[tuple[str, str]], str]:
    connection = mock.connection()
    try:
        connection.putrequest("GET", _target(number, row))
        if row.location in ("header", "cookie"):
            for text in row.sent:
                connection.putheader("p" if row.location == "header" else "Cookie", text)
        connection.endheaders()
        response = connection.getresponse()
        return response.status, response.getheaders(), response.read().decode()[:300]
    finally:
        connection.close()


def _target(number: int, row: Row) -> str:
    sent = quote(row.sent[0], safe="%/:;,=?@&+|[]!$'()*~.")
    if row.location == "path":
        return f"/{number}/{sent}"
    return f"/{number}?{sent}" if row.location in ("query", "querystring") else f"/{number}"
