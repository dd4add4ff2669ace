"""Pages of Widdershins, as generated, in GitBook, or pasted as text → their outline."""

from __future__ import annotations

import re

from docs_to_openapi.errors import Problem
from docs_to_openapi.layouts.general import general_security
from docs_to_openapi.layouts.landmarks import Landmark, landmark
from docs_to_openapi.layouts.outline import OperationOutline, Outline, SchemaOutline, Section
from docs_to_openapi.pages.blocks import Block, Page
from docs_to_openapi.pages.text import bare
from docs_to_openapi.tables.columns import columns_of

_LABEL = re.compile(r"^([1-5]\d\d)(?:\s*[:-]?\s*[A-Z][A-Za-z ]{1,30})?$")
TABLES = ("parameters", "request_body", "responses", "table", "headers", "enums", "properties")


NAME = "widdershins"
_MARKS = re.compile(
    r"status code \**[1-5]\d\d\**$|^\W*example responses\W*$|^\W*response schema\W*$|^\W*code samples\W*$|^\W*enumerated values\W*$"
    r"|^\W*\u00bb|\|\s*\u00bb|&raquo;|restrictions|名称|状态码|authenticated by means of one of|^\W*[1-5]\d\d response\W*$",
    re.IGNORECASE,
)

_HEADERS = re.compile(
    r"^(?:status meaning description schema|name type required restrictions description)$", re.IGNORECASE
)


def recognise(page: Page) -> float:
    """Certain if the page names its generator; else by the titles and marks of its templates."""
    if page.stock:
        return 1.0
    marks = {match.group(0).strip(" |#*>").lower()[:8] for block in page.blocks if (match := _MARKS.search(block.text))}
    tables = any(_HEADERS.match(" ".join(block.text.split())) for block in page.blocks if block.kind == "row")
    return min(0.95, 0.3 + 0.2 * (len(marks) + 2 * tables)) if marks or tables else 0.2


def read(page: Page) -> Outline:
    """Divide the page into operations, named schemas and general text."""
    divider = _Divider(page)
    for block in page.blocks:
        divider.add(block)
    result = divider.finish()
    if not page.stock:
        result.security = general_security(result.general)
    return result


class _Divider:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.result = Outline(problems=list(page.problems))
        self.operation: OperationOutline | None = None
        self.schema: SchemaOutline | None = None
        self.section: Section | None = None
        self.in_schemas = False
        self.in_callback = False
        self.tag = ""
        self.anchor = ""
        self.leading_samples: list[Section] = []  # samples before the operation line that they belong to

    def add(self, block: Block) -> None:
        mark = landmark(block, self.page) or self._label(block)
        if block.kind == "anchor":
            self._anchor(block)
        elif mark and mark.kind == "operation":
            self._open(block, mark)
        elif mark and mark.kind == "callback":
            self._skip(block)
        elif mark and mark.kind == "named":
            self._close()
            self.in_schemas, self.schema = True, None
        elif mark:
            self._landmark(block, mark)
        else:
            self._content(block)

    def _label(self, block: Block) -> Landmark | None:
        """The label in an example response's tab or title, such as `404` or `404 Not Found`."""
        if self.section is None or self.section.kind not in ("examples", "example") or block.kind != "text":
            return None
        match = _LABEL.match(bare(block.text))
        return Landmark("example", match.group(1)) if match else None

    def _anchor(self, block: Block) -> None:
        if block.text.startswith("opId"):
            self.anchor = block.text[4:]
        elif block.text.startswith("tocS_") and self.in_schemas:
            self.schema = SchemaOutline(block.text[5:], block.line)
            self.result.schemas.append(self.schema)
            self.section = None

    def _open(self, block: Block, mark: Landmark) -> None:
        self._move_leading_samples()
        self._close()
        self.in_callback = False
        self.operation = OperationOutline(mark.argument, mark.path, block.line, self.anchor, self.tag)
        self.section = Section("intro", block.line)
        self.operation.sections = [*self.leading_samples, self.section]
        self.anchor, self.leading_samples, self.in_schemas, self.schema = "", [], False, None

    def _move_leading_samples(self) -> None:
        """Move the samples under the new operation's title, which were read as the end of the operation before it."""
        sections = self.operation.sections if self.operation else []
        start = len(sections)
        while start and sections[start - 1].kind in ("other", "samples"):
            start -= 1
        if start < len(sections) and sections[start].kind == "other":
            self.leading_samples = [section for section in sections[start:] if section.kind == "samples"]
            del sections[start:]

    def _skip(self, block: Block) -> None:
        self._close()
        self.in_callback = True
        message = f"a callback is described here; callbacks are not read: {block.text[:60]}"
        self.result.problems.append(Problem("note", self.page.place(block.line), message))

    def _landmark(self, block: Block, mark: Landmark) -> None:
        if self.in_callback:
            return
        self.section = Section(mark.kind, block.line, mark.argument, title=bare(block.text))
        if self.operation:
            self.operation.sections.append(self.section)
        elif self.schema:
            self.schema.sections.append(self.section)
        elif mark.kind == "samples":
            self.leading_samples = [self.section]
        elif mark.kind != "navigation":
            self.result.general.append(block)

    def _content(self, block: Block) -> None:
        if block.level and block.level <= 2 and not self._heading_is_text():
            self._heading(block)
        elif self.in_callback:
            return
        elif self.section and (self.operation or self.schema or self.section.kind == "samples"):
            self._into_section(block)
        elif self.schema:
            self.section = Section("title", block.line, blocks=[block])
            self.schema.sections.append(self.section)
        else:
            self.result.general.append(block)

    def _heading_is_text(self) -> bool:
        """Whether a heading is plain text here: in a description, or as a `#` comment in a sample without a fence."""
        kind = self.section.kind if self.section else ""
        return kind == "intro" or (kind == "samples" and not self.page.stock)

    def _heading(self, block: Block) -> None:
        """A top heading that opens no known part: a tag, the name of the next operation, or an unknown section."""
        if self.page.stock:
            if block.level == 1:
                self.tag = bare(block.text)
                self.in_schemas = False
            if not self.in_schemas:
                self._close()
            self.leading_samples = []
        elif self.operation:
            self.section = Section("other", block.line, title=bare(block.text))
            self.operation.sections.append(self.section)
            return
        self.result.general.append(block)

    def _into_section(self, block: Block) -> None:
        assert self.section is not None  # noqa: S101 - the caller checks this
        columns = columns_of(block.cells) if block.kind == "row" else None
        if columns and self.operation and self.section.kind not in TABLES and not self.page.stock:
            self._section_from_columns(block, columns)
        self.section.blocks.append(block)

    def _section_from_columns(self, block: Block, columns: tuple[str, ...]) -> None:
        """Open the section of a table whose title is missing or unknown, by its columns."""
        assert self.operation is not None  # noqa: S101 - the caller checks this
        kind = "responses" if columns[0] == "status" else "parameters" if "in" in columns else ""
        if kind:
            self.section = Section(kind, block.line)
            self.operation.sections.append(self.section)

    def _close(self) -> None:
        if self.operation and self.operation.described:
            self.result.operations.append(self.operation)
        elif self.operation:  # only mentioned: the text below it is about the API as a whole
            self.result.named.append(self.operation)
            self.result.general += [block for section in self.operation.sections for block in section.blocks]
        self.operation, self.section = None, None

    def finish(self) -> Outline:
        self._close()
        return self.result
