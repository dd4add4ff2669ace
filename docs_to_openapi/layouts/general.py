"""What a page says about the whole API: how requests are authenticated."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from docs_to_openapi.layouts.prose import scheme_in
from docs_to_openapi.layouts.titles import classify
from docs_to_openapi.pages.blocks import Block
from docs_to_openapi.pages.text import bare

_EVERYWHERE = re.compile(r"\b(?:all|every|each|any)\b[^.]*\b(?:requests?|calls?|endpoints?|methods?)\b", re.IGNORECASE)


def general_security(blocks: list[Block]) -> list[tuple[str, dict[str, Any], int]]:
    """The scheme that the page states for the whole API: in a part about authentication, or for every request."""
    inside = 0
    for block in _joined(blocks):
        if block.level:
            known = classify(bare(block.text))
            inside = block.level if known and known.kind == "auth" else inside if block.level > inside > 0 else 0
        if block.kind in ("text", "code") and (inside or _EVERYWHERE.search(block.text)):
            scheme = scheme_in(block.text)
            if scheme:
                return [(*scheme, block.line)]
    return []


def _joined(blocks: list[Block]) -> list[Block]:
    """The blocks, in which a line that ends with a colon has the words of the next one."""
    joined: list[Block] = []
    for block in blocks:
        last = joined[-1] if joined else None
        if (
            last
            and last.kind == "text"
            and last.text.endswith(":")
            and block.kind in ("text", "code")
            and not block.level
        ):
            joined[-1] = replace(last, text=f"{last.text} {block.text}")
        else:
            joined.append(block)
    return joined
