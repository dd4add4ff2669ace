"""Text of rendered API references (ReadMe, Redoc, Scalar and others), as copied from a browser.

Their order differs: the call stands above its parameters, or in a panel below them. Titles and stacked fields are alike.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from docs_to_openapi.layouts.outline import OperationOutline, Outline, Section
from docs_to_openapi.layouts.placing import place_by_example
from docs_to_openapi.layouts.prose import media_type_in
from docs_to_openapi.layouts.rendered_lines import (
    EXAMPLE_FOR,
    MEDIA,
    NOISE,
    SAMPLES,
    TABS,
    WITH_MEDIA,
    bare_text,
    lines_of,
)
from docs_to_openapi.layouts.rendered_parts import Part, parts_of
from docs_to_openapi.layouts.schemes import BASIC, BEARER, api_key
from docs_to_openapi.layouts.stacked import field_lines, read_stack, starts_field
from docs_to_openapi.layouts.titles import classify
from docs_to_openapi.pages.blocks import Block, Page
from docs_to_openapi.pages.text import bare, sentence
from docs_to_openapi.tables.cells import Row

NAME = "reference"
_STATUS = re.compile(
    r"^(?:(?i:status)\s*:?\s*|(?i:http)\s+)?([1-5]\d\d|[1-5]XX|default)(?:\s*[-:\u2013\u2014]?\s+(.*)|\s*[-:\u2013\u2014]\s*(.*))?$",
)
_AUTH = re.compile(r"^(?:authorizations?|security|auth|authentication)\s*:?\s*(.*)$", re.IGNORECASE)
_SCHEMES = re.compile(
    r"\b(?:\w*bearer\w*|\w*jwt\w*)\b|\bbasic\w*\b|\b[\w-]*api[_-]?key\w*\b|\b\w*oauth\w*\b", re.IGNORECASE
)


def recognise(page: Page) -> float:
    """By the stacked fields: a call, and at least two fields with their types on lines of their own."""
    blocks = lines_of(page)
    if not parts_of(blocks):
        return 0.0
    fields = sum(starts_field(blocks, at) for at in range(len(blocks)))
    rows = sum(block.kind == "row" for block in page.blocks)
    headings = sum(bool(block.level) for block in page.blocks)
    sure = 0.62 if fields >= 2 else 0.56 if fields else 0.0
    return max(0.0, sure - 0.1 * bool(rows) - 0.08 * (headings > 2))


def sure_by(
    marks: Sequence[re.Pattern[str]], page: Page, *, least: int, base: float, each: float, most: float = 0.95
) -> float:
    """How sure it is that a page is of one product, by which of its marks the text has: none below `least` of them."""
    text = bare_text(page)
    found = sum(bool(mark.search(text)) for mark in marks)
    names_a_call = found >= least and not page.stock and parts_of(lines_of(page))
    return min(most, base + each * found) if names_a_call else 0.0


def read(page: Page) -> Outline:
    """The operations of the page; what stands before the first one is general text."""
    result = Outline(problems=list(page.problems))
    blocks = lines_of(page)
    parts = parts_of(blocks)
    for part in parts:
        result.operations.append(_Reader(page, blocks, part, result).read())
    first = min((blocks[part.start].line for part in parts), default=len(page.lines) + 1)
    result.general = [block for block in page.blocks if block.line < first and not NOISE.match(bare(block.text))]
    return result


class _Reader:
    def __init__(self, page: Page, blocks: list[Block], part: Part, outline: Outline) -> None:
        self.page, self.blocks, self.part, self.outline = page, blocks, part, outline
        call = part.call
        self.operation = OperationOutline(
            call.method, call.path, blocks[part.at].line, server=call.origin, summary="", lists_statuses=False
        )
        self.kind, self.argument, self.media, self.required = "intro", "", "", ""
        self.fields = field_lines(blocks)
        self.texts: list[Block] = []
        self.status = ""
        self.sample = ""  # the status of the sample that follows, or `request`
        self.responses = Section("responses", self.operation.line)
        self.prose: list[str] = []
        self.queue: list[str] = []  # statuses that were listed without anything below them
        self.filled = False  # whether something stands below the status
        self.called = False  # whether the call stands above
        self.stopped = False
        self.answered = 0  # the line of the responses
        self.above = ""  # the media type that stands above a title
        self.tab_open = False  # the samples show the body of the first of several statuses

    def read(self) -> OperationOutline:
        """The operation with its sections."""
        for index in range(self.part.start, self.part.end):
            self.called = self.called or index >= self.part.at
            if self.stopped:
                words = "a status is described again; the rest was not read"
                self.outline.report(self.page, self.blocks[index].line, words)
                break
            if index not in self.part.skip:
                self._block(self.blocks[index], index)
            elif index == self.part.at and self.kind != "intro":
                self._open("samples")
        self._flush()
        operation = self.operation
        if self.responses.entries:
            self.responses.line = self.responses.entries[0].line
            operation.sections.append(self.responses)
        operation.summary = self._summary()
        operation.description = sentence(" ".join(self.prose))
        place_by_example(operation, self.page, self.outline)
        return operation

    def _summary(self) -> str:
        """The line that names the operation: the first one, or below the header of the API the last short one."""
        names = [at for at, text in enumerate(self.prose) if len(text) < 90 and not text.endswith((".", ":"))]
        if not names:
            return ""
        at = names[-1] if self.part.first and len(self.prose) > 2 else names[0]
        if at and not self.part.first:
            return ""
        self.prose = self.prose[at:]
        return bare(self.prose.pop(0))

    def _open(self, kind: str, argument: str = "", media: str = "", required: str = "") -> None:
        self._flush()
        if kind == "request_body" and not media:
            media, self.above = self.above, ""
        self.kind, self.argument, self.media, self.required = kind, argument, media, required

    def _block(self, block: Block, index: int) -> None:
        if block.kind == "code":
            self._code(block)
            return
        words = bare(block.text)
        is_field = index in self.fields
        if not is_field and (self._section(words, block.line) or self._status(block, words)):
            return
        if (auth := _AUTH.match(words)) and len(words) < 100 and not is_field:
            self._open("auth")
            self._scheme(auth.group(1))
        elif self.kind == "auth":
            self._scheme(words)
            if not _SCHEMES.search(words):
                self._open("intro")
                self._block(block, index)
        elif media := MEDIA.match(words):
            self.media = self.above = media.group(1).lower()
            if self.kind == "status" and not self.queue:
                self.operation.sections.append(Section("example", block.line, self.status, media=self.media))
        else:
            self.texts.append(block)

    def _section(self, words: str, line: int) -> bool:
        """Open the section of a title."""
        if len(words) > 90:
            return False
        if SAMPLES.match(words) or EXAMPLE_FOR.match(words):
            self._open("samples")
            self.sample = "response" if "response" in words.lower() else "request"
            return True
        match = WITH_MEDIA.match(words)
        known = classify(match.group(1) if match and match.group(1) else words)
        if known and known.kind == "request" and not match:
            self._open("intro")
            return True
        if known is None or known.kind in ("other", "auth", "status", "request", "enums"):
            return False
        kind = {"example": "response", "errors": "response"}.get(known.kind, known.kind)
        media = match.group(2).lower() if match else media_type_in(words)
        self._open(kind, known.argument, media, known.required)
        if words.lower() in ("response", "responses"):
            self.status = ""
            self.answered = self.answered or line
        return True

    def _status(self, block: Block, words: str) -> bool:
        """Open a status of the responses, or of the samples."""
        named = re.match(r"^response\s+(?=[1-5]\d\d\b)", words, re.IGNORECASE)
        match = _STATUS.match(words[named.end() :] if named else words)
        if self.kind == "samples" and not named and (TABS.match(words) or match):
            found = re.match(r"^\D*([1-5]\d\d|default)", words, re.IGNORECASE)
            if found and not self.tab_open:
                self.sample = found.group(1)
            self.tab_open = True
            return True
        if not match or not (named or self.kind in ("response", "status", "headers")):
            return False
        if self.kind == "status" and self.status == match.group(1) and not self.texts and not self.filled:
            return True  # the status again, as the title of its body
        waiting = self.kind == "status" and not self.texts and not self.filled
        self._open("status")
        self.queue = [*self.queue, self.status] if waiting else []
        self.filled = False
        rest = match.group(2) or match.group(3) or ""
        self.status = match.group(1)
        media = MEDIA.match(rest)
        self.media = media.group(1).lower() if media else ""
        known = {row.cells["status"] for row in self.responses.entries if isinstance(row, Row)}
        if self.status in known and not self.called:
            self._restart()
        elif self.status in known:
            self.stopped = True
        if self.status not in known or not self.called:
            self.responses.entries.append(
                Row(block.line, {"status": self.status, "description": "" if media else rest})
            )
        return True

    def _restart(self) -> None:
        """Forget what stands above: the same status again means that the call of an operation before is missing."""
        self.outline.report(
            self.page, self.operation.line, "what stands far above this call describes another operation"
        )
        kept = ("parameters", "request_body")
        self.operation.sections = [
            each for each in self.operation.sections if each.line > self.answered and each.kind in kept
        ]
        self.responses.entries = []
        self.prose = []

    def _start_queue(self) -> None:
        """Take the first of the statuses that were listed one after the other: their bodies follow in this order."""
        if self.queue and not self.filled and self.kind == "status":
            self.queue.append(self.status)
            self.status = self.queue.pop(0)
        self.filled = True

    def _next_status(self) -> None:
        if self.queue and self.kind == "status":
            self.status = self.queue.pop(0)

    def _scheme(self, words: str) -> None:
        if not words or not _SCHEMES.search(words):
            return
        lower = words.lower()
        scheme = BEARER if "bearer" in lower or "jwt" in lower else BASIC if "basic" in lower else None
        if scheme is None and (header := re.search(r"\b(X-[\w-]+)\b", words)):
            scheme = api_key(header.group(1))
        if scheme and not self.operation.security:
            self.operation.security = [scheme]

    def _flush(self) -> None:
        texts, self.texts = self.texts, []
        if not texts:
            return
        if self.kind == "intro":
            self.prose += [block.text for block in texts]
            return
        if self.kind not in ("parameters", "request_body", "response", "status", "headers"):
            return
        if self.kind == "request_body" and re.fullmatch(r"required", bare(texts[0].text), re.IGNORECASE):
            texts = texts[1:]
        stack = read_stack(texts, self.required)
        unread = list(stack.unread)
        if self.kind == "status":
            self._start_queue()
        if self.kind == "status" and unread and unread[0] is texts[0]:
            self._describe(unread.pop(0).text)
        if stack.rows:
            self._fields(stack.rows, is_list=stack.is_list)
        if not stack.rows and self.kind == "parameters" and unread:
            words = f"no field with a type was read here: {unread[0].text[:50]!r}"
            self.outline.report(self.page, unread[0].line, words)

    def _describe(self, words: str) -> None:
        row = next(
            (row for row in self.responses.entries if isinstance(row, Row) and row.cells["status"] == self.status), None
        )
        if row and not row.cells.get("description"):
            row.cells["description"] = sentence(words)

    def _fields(self, rows: list[Row], *, is_list: bool) -> None:
        line = rows[0].line
        if self.kind == "parameters":
            place = self.argument or "query"
            names = set(re.findall(r"\{([^{}]+)\}", self.operation.path))
            for location in ("path", place):
                mine = [
                    row
                    for row in rows
                    if (row.cells["name"] in names and not self.argument) == (location == "path" != place)
                ]
                mine = (
                    [row for row in rows if row.cells["name"] in names]
                    if location == "path" != place and not self.argument
                    else mine
                )
                if mine and (location == place or not self.argument):
                    entries = [Row(row.line, row.cells | {"in": location}) for row in mine]
                    self.operation.sections.append(Section("parameters", line, location, entries=list(entries)))
                if location == place:
                    break
        elif self.kind == "request_body":
            self.operation.sections.append(Section("request_body", line, entries=list(rows), media=self.media))
            self._mark_list(is_list)
        elif self.kind == "headers":
            entries = [Row(row.line, row.cells | {"header": row.cells["name"], "status": self.status}) for row in rows]
            self.operation.sections.append(Section("headers", line, entries=list(entries)))
        else:
            self.operation.sections.append(Section("table", line, self.status, entries=list(rows), media=self.media))
            self._mark_list(is_list)

    def _mark_list(self, is_list: bool) -> None:
        if is_list:
            self.operation.sections[-1].is_list = True

    def _code(self, block: Block) -> None:
        text = block.text.strip()
        self.tab_open = False
        if not text.startswith(("{", "[")):
            self._flush()
            self.operation.sections.append(Section("samples", block.line, blocks=[block]))
            return
        self._flush()
        if self.kind == "status":
            self._start_queue()
        if self.kind in ("samples", "intro") and self.sample == "request":
            if self.operation.method in ("post", "put", "patch") and not self.operation.of("body_example"):
                self.operation.sections.append(Section("body_example", block.line, blocks=[block]))
            return
        status = self.status if self.kind in ("status", "response") else self.sample
        status = "" if status in ("response", "request") else status
        if self.kind == "request_body":
            self.operation.sections.append(Section("body_example", block.line, blocks=[block]))
        else:
            self.operation.sections.append(Section("example", block.line, status, [block]))
            self._next_status()
