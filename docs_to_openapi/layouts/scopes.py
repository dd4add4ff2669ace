"""Where the operations of a hand-written page start and end: their lines, their headings, and what follows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from docs_to_openapi.layouts.paths import METHOD, Call, call_of, calls_inside, display
from docs_to_openapi.layouts.titles import classify
from docs_to_openapi.pages.blocks import Block
from docs_to_openapi.pages.text import bare

_METHOD_ONLY = re.compile(rf"^({METHOD})$")
_PATH_ONLY = re.compile(r"^(?:https?://|/)\S*$")
_URL_LABEL = re.compile(
    r"^(?:url|endpoint|path|uri|route|resource|request url|api endpoint)\b\s*:?\s*(\S*)$", re.IGNORECASE
)
_METHOD_LABEL = re.compile(rf"^(?:http )?(?:method|verb|request method|http method)\s*:?\s*({METHOD})?$", re.IGNORECASE)
_CALL_AND_NAME = re.compile(rf"^((?:{METHOD}) (?:/|https?://)\S*) \(([^()]+)\)$")
_CALL_WITH_WORDS = re.compile(
    rf"^((?:\*\*`?|`)(?:{METHOD})(?:\*\*|`)?\s*`?(?:/|https?://)[^\s`*]*(?:`?\*\*|`))\s*(?:[-:\u2013\u2014]+\s+)(\S.*)$"
)
_LOOK_AHEAD = 8


@dataclass
class Scope:
    """One operation: the blocks from its title to its end, and the block that names it."""

    call: Call
    start: int  # index of the first block
    at: int  # index of the block with the call
    end: int  # index after the last block
    title: int | None = None  # index of its heading
    words: str = ""  # the other words of the heading that names the call
    shared: bool = False  # whether its heading is above other operations too
    skip: tuple[int, ...] = ()  # indexes of further blocks that name the call


def scopes_of(blocks: tuple[Block, ...]) -> list[Scope]:
    """The operations of a page in page order."""
    found = _lines(blocks)
    scopes: list[Scope] = []
    for number, scope in enumerate(found):
        before = found[number - 1].at if number else -1
        scope.title = _title(blocks, before, scope)
        scope.start = scope.at if scope.title is None else scope.title
        scopes.append(scope)
    for number, scope in enumerate(scopes):
        limit = scopes[number + 1].start if number + 1 < len(scopes) else len(blocks)
        scope.end = _end(blocks, scope, limit, alone=len(scopes) == 1)
    _mark_shared(scopes)
    return scopes


def _lines(blocks: tuple[Block, ...]) -> list[Scope]:
    found: list[Scope] = []
    used: set[int] = set()
    for index in range(len(blocks)):
        if index not in used and (scope := _line(blocks, index)):
            found.append(scope)
            used |= set(scope.skip)
    examples = [scope for scope in found if scope.call.is_example]
    templates = [scope for scope in found if not scope.call.is_example]
    found = [scope for scope in found if scope not in examples or not _is_sample(blocks, scope, templates)]
    return _without_lists(blocks, _without_repeats(found))


def _without_repeats(found: list[Scope]) -> list[Scope]:
    """The calls without those that come again: they are samples of the operation above."""
    seen: set[tuple[str, str]] = set()
    kept: list[Scope] = []
    for scope in found:
        key = scope.call.method, scope.call.path
        if key not in seen:
            kept.append(scope)
        seen.add(key)
    return kept


def _without_lists(blocks: tuple[Block, ...], found: list[Scope]) -> list[Scope]:
    """The calls without those in a list of calls, which names operations and describes none."""
    listed = {scope.at for scope in found if blocks[scope.at].bullet}
    return [scope for scope in found if scope.at not in listed or not {scope.at - 1, scope.at + 1} & listed]


def _is_sample(blocks: tuple[Block, ...], scope: Scope, templates: list[Scope]) -> bool:
    """Whether a call with ids in its path only shows how to use another operation."""
    if blocks[scope.at].kind == "code":
        return True
    segments = scope.call.path.split("/")
    for other in templates:
        pattern = other.call.path.split("/")
        same = len(pattern) == len(segments) and all(
            a == b or b.startswith("{") for a, b in zip(segments, pattern, strict=True)
        )
        if same and other.call.method == scope.call.method:
            return True
    return False


def _line(blocks: tuple[Block, ...], index: int) -> Scope | None:
    """The call that this block names, alone or with the next ones."""
    block = blocks[index]
    if block.kind == "code":
        lines = block.text.strip().splitlines()
        call = call_of(lines[0].strip()) if len(lines) == 1 and len(lines[0]) < 300 else None
        return Scope(call, index, index, index) if call else None
    if block.kind != "text" or len(block.text) > 300:
        return None
    if call := call_of(block.text, lower=True):
        return Scope(call, index, index, index)
    if (match := _CALL_AND_NAME.match(display(block.text))) and (call := call_of(match.group(1))):
        return Scope(call, index, index, index, words=match.group(2))
    if match := _CALL_WITH_WORDS.match(block.text.strip()):
        call = call_of(re.sub(r"[*`_]", "", match.group(1)) if "_" not in match.group(1) else match.group(1))
        return Scope(call, index, index, index, words=bare(match.group(2))) if call else None
    if block.level and len(inside := calls_inside(block.text)) == 1:
        return Scope(inside[0][0], index, index, index, words=inside[0][1].lstrip("# "))
    return _two_lines(blocks, index) or _labelled(blocks, index)


def _two_lines(blocks: tuple[Block, ...], index: int) -> Scope | None:
    """A method, and its path on the next line."""
    if index + 1 >= len(blocks) or not _METHOD_ONLY.match(bare(blocks[index].text).upper()):
        return None
    path = blocks[index + 1]
    words = path.text.strip("`* ")
    if path.kind not in ("text", "code") or not _PATH_ONLY.match(words):
        return None
    call = call_of(f"{bare(blocks[index].text).upper()} {words}")
    return Scope(call, index, index, index, skip=(index + 1,)) if call else None


def _labelled(blocks: tuple[Block, ...], index: int) -> Scope | None:
    """Labels `URL` and `Method`, each with its value on the same line or the next."""
    words = bare(blocks[index].text)
    if not (_URL_LABEL.match(words) or _METHOD_LABEL.match(words)):
        return None
    method, path, skip = "", "", []
    for at in range(index, min(index + _LOOK_AHEAD, len(blocks))):
        text = bare(blocks[at].text) if blocks[at].kind == "text" else blocks[at].text.strip()
        value = re.sub(r"[`*]", "", blocks[at].text).strip()
        if (label := _METHOD_LABEL.match(text)) and not method:
            method = (label.group(1) or "").upper() or method
            skip.append(at)
        elif not path and (label := _URL_LABEL.match(text)):
            given = value.partition(":")[2].strip() if ":" in value else ""
            path = given if _PATH_ONLY.match(given) else ""
            skip.append(at)
        elif not method and _METHOD_ONLY.match(text.upper()):
            method = text.upper()
            skip.append(at)
        elif not path and _PATH_ONLY.match(value):
            path = value
            skip.append(at)
        if method and path:
            call = call_of(f"{method} {path}")
            return Scope(call, index, index, index, skip=tuple(skip)) if call else None
    return None


def _title(blocks: tuple[Block, ...], before: int, scope: Scope) -> int | None:
    """The heading of an operation: the nearest one above that isn't the title of a section."""
    if blocks[scope.at].level:
        return scope.at
    for index in range(scope.at - 1, before, -1):
        if blocks[index].level and classify(bare(blocks[index].text)) is None:
            return index
    return None


def _end(blocks: tuple[Block, ...], scope: Scope, limit: int, *, alone: bool) -> int:
    """Where another part of the page starts: a heading as high as the operation's own that isn't one of its sections."""
    level = blocks[scope.title].level if scope.title is not None else 0
    if not level:
        return limit
    for index in range(max(scope.at, *scope.skip, scope.at) + 1, limit):
        block = blocks[index]
        if not block.level or block.level > level:
            continue
        known = classify(bare(block.text))
        if known is None or (
            block.level < level and not alone and known.kind in ("errors", "auth", "other", "request")
        ):
            return index
    return limit


def _mark_shared(scopes: list[Scope]) -> None:
    """A heading above several operations is the summary of none of them."""
    for scope, following in pairwise(scopes):
        inside = following.title is None and following.start <= scope.end
        deeper = scope.title is not None and following.title is None
        scope.shared = inside and deeper
