"""The lines of a rendered API reference: its buttons left out, commands and JSON as blocks of code."""

from __future__ import annotations

import json
import re

from docs_to_openapi.layouts.stacked import starts_field
from docs_to_openapi.pages.blocks import Block, Page
from docs_to_openapi.pages.text import bare

NOISE = re.compile(
    r"^(?:copy(?: link| page)?|copied!?|(?:copy)? ?expand all ?(?:collapse all)?|collapse all|try it!?|send(?: api request)?|language|credentials|"
    r"click try it.*|updated .* ago|did this page help you\??|suggest edits|jump to content|recent requests|log in to see full request history|"
    r"time\s*status\s*user agent|make a request to see history\.?|\d+ requests? this month|(?:show|hide) (?:child )?(?:attributes|properties|parameters)?.*|"
    r"test request.*|\((?:get|put|post|patch|delete) .*\)|time|status|user agent|content type|media type|payload|table of contents|download.*|server(?:s)?|powered by.*|ask (?:ai|a question).*|loading.*|"
    r"example \(from schema\)|schema|examples?|auto|callbacks?|add a (?:header|body).*|retrieving recent requests.*|skip to (?:main )?content|"
    r"hide response attributes.*|section titled .*|click here.*|expand|collapse|\u00b7|response data type|no (?:body|content)|shell|node|ruby|php|python|curl|"
    r"javascript|java|go|c#|http|httpie|libcurl|fetch|axios|requests|url|bearer|header|authorization|rate limit.*|yes|no|search(?: docs| the docs|\.\.\.)?|\u200b)$",
    re.IGNORECASE,
)
_COMMAND = re.compile(
    r"^(?:\$ )?curl\b|^(?:const|import|require|from|var|let|await)\s.*[;({']$|^-H |^--?\w[\w-]* ['\"]"
)
MEDIA = re.compile(r"^(?:media type\s*:?\s*)?((?:application|text|multipart|image|audio)/[\w.+*-]+)$", re.IGNORECASE)
WITH_MEDIA = re.compile(r"^(.*?)\s*:?\s*((?:application|multipart|text)/[\w.+-]+)(?:\s*(required))?$", re.IGNORECASE)
TABS = re.compile(r"^((?:[1-5]\d\d|default)\s*){1,12}$", re.IGNORECASE)
SAMPLES = re.compile(
    r"^(?:request (?:samples?|examples?)(?: for .*)?|response (?:samples?|examples?)|example (?:requests?|responses?))$",
    re.IGNORECASE,
)
EXAMPLE_FOR = re.compile(r"^request (?:example|sample) for\s+", re.IGNORECASE)
MAX_ATTEMPTS = 200
"""How often a page may have lines that look like JSON and aren't, before they are only text."""


def bare_text(page: Page) -> str:
    """The lines of a page without the marks of Markdown."""
    return "\n".join(re.sub(r"^[#>*\s-]+|[\s*]+$", "", line) for line in page.lines)


def lines_of(page: Page) -> list[Block]:
    """The lines of text, and JSON as code blocks, whether fenced or not; the noise of buttons is left out."""
    lines: list[Block] = []
    blocks = [block for block in page.blocks if block.kind in ("text", "code", "row")]
    at, attempts = 0, MAX_ATTEMPTS
    while at < len(blocks):
        block = blocks[at]
        starts = block.kind == "text" and block.text.lstrip().startswith(("{", "[")) and attempts
        if starts and (found := _json(blocks, at)):
            text, at = found
            lines.append(Block("code", block.line, text, text, lang="json"))
            continue
        attempts -= bool(starts)
        at += 1
        if block.kind == "text" and _COMMAND.match(block.text):
            text, at = _command(blocks, at - 1)
            lines.append(Block("code", block.line, text, text, lang="shell"))
        elif block.kind == "row":
            lines += [Block("text", block.line, cell) for cell in block.cells if cell.strip()]
        elif block.kind == "code" or not NOISE.match(bare(block.text)) or starts_field(blocks, at - 1):
            text = re.sub(r"[\u200b\s]*Copy link$", "", block.text)
            lines.append(
                Block(block.kind, block.line, text, block.raw, lang=block.lang, level=block.level, bullet=block.bullet)
            )
    return lines


def _command(blocks: list[Block], at: int) -> tuple[str, int]:
    """The command or statement that starts at this line, up to its last line, and the index after it."""
    text = blocks[at].raw or blocks[at].text
    end = at + 1
    while (
        end < len(blocks)
        and end < at + 200
        and blocks[end].kind == "text"
        and (text.rstrip().endswith("\\") or text.count("'") % 2)
    ):
        text += "\n" + (blocks[end].raw or blocks[end].text)
        end += 1
    return text, end


def _json(blocks: list[Block], at: int) -> tuple[str, int] | None:
    """The JSON that starts at this line, and the index after it."""
    text, depth = "", 0
    for end in range(at, min(at + 600, len(blocks))):
        line = blocks[end].raw.strip() or blocks[end].text
        if blocks[end].kind != "text":
            return None
        text += line + "\n"
        outside = re.sub(r"\"(?:[^\"\\]|\\.)*\"", "", line)
        depth += sum(outside.count(sign) for sign in "{[") - sum(outside.count(sign) for sign in "}]")
        if depth <= 0:
            try:
                json.loads(text)
            except ValueError:
                return None
            return text, end + 1
    return None
