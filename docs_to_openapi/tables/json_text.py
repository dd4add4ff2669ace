"""JSON inside other text: the body that a command sends."""

from __future__ import annotations

import html
import json
import re
from typing import Any

_DATA = re.compile(r"(?:-d|--data(?:-raw)?)\s+'(.*)", re.DOTALL)


def json_sent(text: str) -> tuple[Any, int] | None:
    """The JSON body that a curl command sends, and the offset of its option; None if it sends none."""
    plain = html.unescape(text)
    match = _DATA.search(plain)
    if not match or "curl" not in plain:
        return None
    try:
        return json.JSONDecoder().raw_decode(match.group(1).lstrip())[0], match.start()
    except (ValueError, RecursionError):
        return None


def sends_json(line: str) -> bool:
    """Whether a line has the option that sends a body."""
    return bool(_DATA.search(line))
