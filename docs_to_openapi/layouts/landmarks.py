"""The lines that divide a page into parts: operation lines, section titles, labels, column names."""

from __future__ import annotations

import re
from dataclasses import dataclass

from docs_to_openapi.pages.blocks import Block, Page
from docs_to_openapi.pages.text import bare, plain, unlinked

_METHOD = "GET|PUT|POST|DELETE|OPTIONS|HEAD|PATCH|TRACE"
_OPERATION = re.compile(rf"^({_METHOD})\s*(/(?:[^\s{{}}]|\{{[^\s{{}}]+\}})*)$")
_LABELLED = re.compile(r"^(?:endpoint|http request|request|url)\s*:\s*", re.IGNORECASE)
_FOREIGN = re.compile(rf"^`({_METHOD})\s+[^/`][^`]*`$")
_MENTION = re.compile(rf"\b({_METHOD})[`*\s]*(/[^\s|`*)\],;]*)")
_EXAMPLE = re.compile(r"^(?:example\s+)?([1-5]\d\d|[1-5]XX|default)\s+response(?:\s+example)?$", re.IGNORECASE)
_STATUS_TABLE = re.compile(r"^(?:status code|状态码):?\s+([1-5]\d\d|[1-5]XX|default)$", re.IGNORECASE)
_SECURED = re.compile(
    r"^to perform this operation, you must be authenticated by means of one of the following methods:?"
)
_OPEN = re.compile(r"^this operation does not require authentication\.?$")
_NAVIGATION = re.compile(
    r"^(last updated.*|was this helpful\??|githubedit|previous|next|copy|edit on github|on this page|ask)$"
)
_SAMPLES = re.compile(r"^(code samples?|code examples?|example requests?|request examples?|.+ client library)$")

SECTIONS = {
    "request body": "request_body", "request body parameters": "request_body", "body parameters": "request_body",
    "request body schema": "request_body", "body schema": "request_body",
    "body parameter": "body_example", "example request body": "body_example", "request body example": "body_example",
    "parameters": "parameters", "request parameters": "parameters", "url parameters": "parameters",
    "path parameters": "parameters:path", "query parameters": "parameters:query",
    "header parameters": "parameters:header", "request headers": "parameters:header",
    "example responses": "examples", "example response": "examples", "response examples": "examples",
    "response": "examples",
    "responses": "responses", "response codes": "responses", "status codes": "responses",
    "response schema": "schemas", "response schemas": "schemas",
    "response headers": "headers", "enumerated values": "enums", "detailed descriptions": "details",
    "请求参数": "parameters", "body 请求参数": "body_example", "返回示例": "examples", "返回结果": "responses",
    "返回数据结构": "schemas", "枚举值": "enums",
    "links": "links", "callbacks": "callbacks", "properties": "properties",
}  # fmt: skip


@dataclass(frozen=True)
class Landmark:
    """The kind of part that a block opens; `argument` is its method, status, location or remaining text."""

    kind: str
    argument: str = ""
    path: str = ""


def landmark(block: Block, page: Page) -> Landmark | None:
    """The part of the page that this block opens, or None for content."""
    if block.kind != "text" or len(block.text) > 400:
        return None
    words = bare(block.text)
    return _operation(block, page, words) or _section(block, page, words)


def _operation(block: Block, page: Page, words: str) -> Landmark | None:
    is_code = block.raw.strip().startswith("`")
    if page.stock and not is_code:
        return None
    if match := _OPERATION.match(_path_text(block, words)):
        return Landmark("operation", match.group(1).lower(), match.group(2))
    return Landmark("foreign") if page.stock and _FOREIGN.match(block.raw.strip()) else None


def _path_text(block: Block, words: str) -> str:
    """An operation line without its label and emphasis: `_` and `*` inside a path belong to it."""
    text = re.sub(r"[`]|\*\*", "", unlinked(plain(block.text))).strip() if "/" in words else words
    return _LABELLED.sub("", text)


def _section(block: Block, page: Page, words: str) -> Landmark | None:
    lower = words.lower()
    if _SECURED.match(lower):
        return Landmark("security", words[_SECURED.match(lower).end() :].strip())  # type: ignore[union-attr]
    if _OPEN.match(lower):
        return Landmark("security", "None")
    if match := _STATUS_TABLE.match(lower):
        return Landmark("table", match.group(1).upper() if "x" in match.group(1) else match.group(1))
    if match := _EXAMPLE.match(lower):
        return Landmark("example", match.group(1).upper() if "x" in match.group(1) else match.group(1))
    if _SAMPLES.match(lower) and len(words) < 60:
        return Landmark("samples")
    if _NAVIGATION.match(lower):
        return Landmark("navigation")
    if lower == "schemas" and block.level == 1:
        return Landmark("named")
    kind = SECTIONS.get(lower)
    if kind and not block.bullet and _looks_like_title(block, page, kind):
        name, _, argument = kind.partition(":")
        return Landmark(name, argument)
    return None


def _looks_like_title(block: Block, page: Page, kind: str) -> bool:
    """Whether the block is formatted as a title. Unmodified Widdershins has one format; in it, prose isn't a title."""
    if not page.stock:
        return True
    raw = block.raw.lstrip()
    if kind in ("parameters", "responses", "schemas"):
        return raw.startswith("<h3 id=")
    return raw.startswith((">", "###")) and kind != "request_body"


def mentions(text: str) -> list[tuple[str, str]]:
    """The operations that a line of prose or a table row mentions, as (method, path)."""
    return [(m.group(1).lower(), m.group(2).rstrip(".:")) for m in _MENTION.finditer(unlinked(text))]
