"""The entries of the mock server's journal: one JSON object on each line, or `{"requests": [...]}`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.contract import is_json
from contract_tests.traffic.entry import ON_PURPOSE, Entry, as_bytes

CUT: Final = "... ("  # how the journal ends a body that it shows in part
NOWHERE: Final = "http://mock"
"""Stands for the address of the mock server, which its journal doesn't have."""


def entry_of(data: Any, place: str) -> Entry:
    """The entry; raises `ValueError` where it isn't one of the journal."""
    if not isinstance(data, Mapping) or not all(isinstance(data.get(name), Mapping) for name in ("request", "answer")):
        raise ValueError("is no entry of a journal with request and answer (a summary has no headers and bodies)")
    request, answer = data["request"], data["answer"]
    headers = {str(name): str(value) for name, value in (request.get("headers") or {}).items()}
    body, is_whole = _body(request.get("body"), headers.get("content-type", ""))
    path, query = quote(str(request.get("path") or "/"), safe="/:@!$&'()*+,;=~%"), str(request.get("query") or "")
    url = f"{NOWHERE}{path}{'?' if query else ''}{query}"
    sent = Sent(str(request.get("method") or "GET"), url, path, headers, body)
    said = {str(name).lower(): str(value) for name, value in (answer.get("headers") or {}).items()}
    body, is_known = _body(answer.get("body"), said.get("content-type", ""))
    found = Answer(sent, int(answer.get("status") or 0), said, body, place=place, body_is_known=is_known)
    return Entry(found, "fetch", ON_PURPOSE if data.get("verdict") == "fault" else "", is_whole)


def _body(value: Any, content_type: str) -> tuple[bytes, bool]:
    """The bytes of a body that is shown as JSON or as text, and whether that is all of it."""
    if value is None:
        return b"", True
    if isinstance(value, str) and CUT in value[-40:] and value.endswith(" bytes)"):
        return b"", False
    if isinstance(value, str) and not (is_json(content_type) and not value.lstrip().startswith(("{", "["))):
        return as_bytes(value, content_type), "\ufffd" not in value
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"), True
