"""Which lines of a rendered API reference belong to which operation."""

from __future__ import annotations

import re
from dataclasses import dataclass

from docs_to_openapi.layouts.paths import Call, call_of
from docs_to_openapi.layouts.rendered_lines import EXAMPLE_FOR, MEDIA, SAMPLES, TABS, WITH_MEDIA
from docs_to_openapi.layouts.titles import classify
from docs_to_openapi.pages.blocks import Block
from docs_to_openapi.pages.text import bare

_METHODS = ("GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS")


@dataclass
class Part:
    call: Call
    at: int
    start: int
    end: int
    skip: tuple[int, ...] = ()
    first: bool = False  # whether the header of the API may stand above it


def parts_of(blocks: list[Block]) -> list[Part]:
    """The operations with the lines that belong to each."""
    found: list[Part] = []
    at = 0
    while at < len(blocks):
        named = _call(blocks, at)
        if named and not (found and _same(found[-1].call, named[0])):
            found.append(Part(named[0], at, at, at, tuple(range(at, named[1]))))
        at = named[1] if named else at + 1
    panel = bool(found) and any(_title(block) for block in blocks[: found[0].at])
    for number, part in enumerate(found):
        before = found[number - 1] if number else None
        if panel:
            part.start = _after_panel(blocks, before.at, part.at) if before else 0
            part.first = before is None
        else:
            part.start = _title_above(blocks, before.at if before else -1, part.at)
    for number, part in enumerate(found):
        last = _after_panel(blocks, part.at, len(blocks)) if panel else len(blocks)
        part.end = found[number + 1].start if number + 1 < len(found) else last
    return [part for part in found if part.end > part.start]


def _same(call: Call, other: Call) -> bool:
    return call.method == other.method and other.path.endswith(call.path)


def _call(blocks: list[Block], at: int) -> tuple[Call, int] | None:
    """The call at this line, and the index after the lines that name it."""
    if blocks[at].kind != "text" or not blocks[at].raw:  # a cell of a table names no operation
        return None
    text = EXAMPLE_FOR.sub("", bare(blocks[at].text))
    call = call_of(EXAMPLE_FOR.sub("", blocks[at].text), lower=True) or call_of(text, lower=True)
    if call:
        return call, at + 1
    if (
        at + 1 < len(blocks)
        and bare(blocks[at + 1].text).upper() in _METHODS
        and re.match(r"(?:https?://|/)\S*$", text)
    ):
        call = call_of(f"{bare(blocks[at + 1].text).upper()} {text}")
        return (call, at + 2) if call else None
    if text.upper() not in _METHODS or at + 1 >= len(blocks):
        return None
    path, end = "", at + 1
    while end < len(blocks) and end < at + 24 and blocks[end].kind == "text":
        piece = blocks[end].text.strip("`* ")
        glue = piece.startswith(("/", "http")) or path.endswith("/") or (path and piece.startswith("{"))
        if not glue or " " in piece:
            break
        path += piece
        end += 1
    call = call_of(f"{text.upper()} {path}") if path else None
    return (call, end) if call else None


def _title(block: Block) -> str:
    """The kind of section that a line opens, or ""."""
    if block.kind != "text" or len(block.text) > 90:
        return ""
    words = bare(block.text)
    match = WITH_MEDIA.match(words)
    known = classify(match.group(1) if match and match.group(1) else words)
    return known.kind if known and known.kind not in ("other", "auth", "request", "status", "enums") else ""


def _after_panel(blocks: list[Block], before: int, at: int) -> int:
    """The first line after the samples of the operation before."""
    last = max((index for index in range(before, at) if blocks[index].kind == "code"), default=before)
    said = {block.text for block in blocks[:before] if block.kind == "text"}
    for index in range(last + 1, at):
        if blocks[index].text in said and index + 1 < at:
            continue  # the description of a response, again below its sample
        words = bare(blocks[index].text)
        if blocks[index].kind == "text" and not (
            SAMPLES.match(words)
            or TABS.match(words)
            or MEDIA.match(words)
            or words.startswith(("http", "curl", "-", "--"))
        ):
            return index
    return at


def _title_above(blocks: list[Block], before: int, at: int) -> int:
    """The line above a call that names its operation, if there is one."""
    if (
        at - 1 > before
        and blocks[at - 1].kind == "text"
        and len(blocks[at - 1].text) < 90
        and not blocks[at - 1].text.endswith(".")
    ):
        return at - 1
    return at
