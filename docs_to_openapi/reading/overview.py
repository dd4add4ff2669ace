"""General text, outside every operation → servers, the API's name, and statements about all operations."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from docs_to_openapi.layouts.landmarks import mentions
from docs_to_openapi.pages.blocks import Block, Page
from docs_to_openapi.pages.text import bare, plain, unemphasised, unlinked
from docs_to_openapi.tables.columns import METHODS

_BASE = re.compile(
    r"\b(?:(?:api )?(?:base|root|server|production|api)\s*(?:urls?|root|uri|address|endpoint|host)\b|(?:base|root) of (?:the|all|every)\b"
    r"|following base|relative to|served (?:from|at|over)|available at|reachable at|lives at|hosted at|sent to|start(?:s|ing)? with|prefixed with)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"^[^.!?]{0,60}?[`*<(]*(https?://[^\s`*<>)\],]+)")
_FRONT_TITLE = re.compile(r"^title:\s*['\"]?(.+?)['\"]?\s*$")
_URL = re.compile(r"^[`*]*(https?://[^\s`*<>)\]]+)[`*]*$")
_VARIABLE = re.compile(r"^\*\*(.+?)\*\*\s*-\s*(.*?)\s*Default:\s*(\S+)$")
_STATUS = re.compile(r"^([1-5]\d\d)\s*[-\u2013\u2014:]\s*\S")
_ENVELOPE = re.compile(r"\bresponse (?:format|envelope|structure|shape)\b", re.IGNORECASE)
_KEY = re.compile(r"^\s*\"(\w+)\"\s*:")
_TITLE = re.compile(r"^(.*?)\s+v(\d\S*|v\S*)$")


@dataclass
class Overview:
    """What a page states about the API as a whole; every entry with its line."""

    title: str = ""
    version: str = ""
    servers: dict[str, tuple[dict[str, Any], int]] = field(default_factory=dict)
    mentions: list[tuple[str, str, int]] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    envelope: dict[str, int] = field(default_factory=dict)


def read_overview(page: Page, general: list[Block], prose: list[Block]) -> Overview:
    """Read the general text of a page; `prose` are the blocks that may mention operations."""
    result = Overview()
    _title(page, general, result)
    _servers(general, result)
    for block in _join_calls(prose):
        result.mentions += [(method, path, block.line) for method, path in mentions(plain(block.text))]
    for block in general:
        if block.kind == "text" and (match := _STATUS.match(bare(block.text))):
            result.statuses.setdefault(match.group(1), block.line)
    _envelope(general, result)
    return result


def _title(page: Page, general: list[Block], result: Overview) -> None:
    first = next((block for block in general if block.kind == "text"), None)
    front = next((match.group(1) for line in page.front if (match := _FRONT_TITLE.match(line))), "")
    if first is None or (front and not page.stock):
        result.title = front
        return
    text = unemphasised(unlinked(plain(first.text)))
    match = _TITLE.match(text) if page.stock else None
    result.title, result.version = (match.group(1), match.group(2)) if match else (text, "")


def _servers(general: list[Block], result: Overview) -> None:
    expecting = False
    current: dict[str, Any] = {}
    for block in general:
        if block.kind not in ("text", "code") or (block.kind == "code" and not expecting):
            continue
        text = unlinked(block.text).strip()
        base = _BASE.search(text)
        address = _ADDRESS.match(text[base.end() :]) if base else None
        url = address.group(1) if address else None
        match = _URL.match(text) if expecting else None
        if url or match:
            current = {"url": (url or match.group(1)).rstrip(".")}  # type: ignore[union-attr]
            result.servers.setdefault(current["url"], (current, block.line))
        elif current and (variable := _VARIABLE.match(block.text)):
            current.setdefault("variables", {})[variable.group(1)] = _variable(variable)
        elif expecting and block.bullet and text.startswith(("/", "{")) and " " not in text:
            current = {"url": text}
            result.servers.setdefault(text, (current, block.line))
        elif not block.bullet:
            expecting = False
        expecting = expecting or bool(base)


def _variable(match: re.Match[str]) -> dict[str, str]:
    words = {"description": match.group(2)} if match.group(2) else {}
    return {"default": match.group(3)} | words


def _join_calls(blocks: list[Block]) -> list[Block]:
    """Text blocks, in which a method and the path on the next line are joined."""
    joined: list[Block] = []
    for block in blocks:
        last = joined[-1] if joined else None
        is_method = last is not None and bare(last.text).lower() in METHODS
        if last is not None and is_method and block.kind == "text" and block.text.startswith("/"):
            joined[-1] = Block("text", last.line, f"{bare(last.text)} {block.text}")
        elif block.kind in ("text", "row"):
            joined.append(block)
    return joined


def _envelope(general: list[Block], result: Overview) -> None:
    """Read the fields that the page states for every response."""
    remaining = 0
    for block in general:
        if block.kind == "text" and _ENVELOPE.search(block.text) and len(block.text) < 60:
            remaining = 40
        elif remaining and block.kind == "code":
            result.envelope = _code_keys(block)
            return
        elif remaining and block.kind == "text" and (match := _KEY.match(block.text)):
            result.envelope.setdefault(match.group(1), block.line)
        elif remaining and result.envelope:
            return
        remaining -= 1 if remaining else 0


def _code_keys(block: Block) -> dict[str, int]:
    try:
        value = json.loads(block.text)
    except ValueError:
        value = None
    lines = list(enumerate(block.text.split("\n"), block.line + 1))
    keys = {match.group(1): line for line, text in lines if (match := _KEY.match(text))}
    return {key: line for key, line in keys.items() if key in value} if isinstance(value, dict) else keys
