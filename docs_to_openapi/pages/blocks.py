"""Page text → blocks: text lines, table rows, code and anchors, each with its line number.

Markdown, HTML inside Markdown, GitBook's `{% tab %}` and pasted text all become the same blocks, so that the later
steps read one format.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from docs_to_openapi.errors import Place, Problem, UsageError
from docs_to_openapi.pages.html_tables import html_rows
from docs_to_openapi.pages.html_text import looks_like_html, markdown_lines
from docs_to_openapi.pages.magic import without_magic
from docs_to_openapi.pages.text import plain, unquoted

MAX_BYTES = 64 * 1024 * 1024
MAX_LINE = 20_000

_FENCE = re.compile(r"^\s*(?:>\s?)*(`{3,}|~{3,})\s*([\w+#.-]*)(.*)$")
_ANCHOR = re.compile(r"<a\s[^>]*\bid=\"([^\"]+)\"[^>]*>\s*</a>|<h[1-6]\s[^>]*\bid=\"([^\"]+)\"", re.IGNORECASE)
_HEADING = re.compile(
    r"^\s{0,3}(#{1,6})(?:\s+|(?=[A-Z]))(.*?)\s*#*\s*$|^\s*<h([1-6])(?:\s[^>]*)?>(.*?)</h[1-6]>\s*$", re.IGNORECASE
)
_DASHES = r"(?::?-{2,}:?|:-:?|-:)"
_SEPARATOR = re.compile(rf"^\s*\|?\s*{_DASHES}\s*(?:\|\s*{_DASHES}\s*)*\|?\s*$")
_LIQUID = re.compile(r"\{%\s*(\w+)\s*(.{0,1000}?)\s*%\}")
_TITLE = re.compile(r"title=\"([^\"]*)\"")
_BULLET = re.compile(r"^\s*(?:[*+\u2022\u2013-]|\d{1,2}\.)\s+(?=\S)")
_PIPE = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True)
class Block:
    """One line of text, one table row, one code block or one anchor of a page."""

    kind: Literal["text", "row", "code", "anchor"]
    line: int
    text: str
    raw: str = ""
    cells: tuple[str, ...] = ()
    lang: str = ""
    level: int = 0
    bullet: bool = False
    info: str = ""  # what stands after the language of a code block


@dataclass(frozen=True)
class Page:
    """A page as blocks; `front` is its YAML front matter, line by line."""

    name: str
    blocks: tuple[Block, ...]
    problems: tuple[Problem, ...]
    front: tuple[str, ...] = ()
    stock: bool = False
    lines: tuple[str, ...] = ()

    def place(self, line: int) -> Place:
        """The place of a line of this page."""
        return Place(self.name, line)


def load_page(path: Path, name: str = "") -> Page:
    """Read one page; a binary or oversized file becomes a page with a problem and no blocks."""
    name = name or path.as_posix()
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{name}: cannot be read ({error.strerror}); give the path of a page") from error
    return page_from_bytes(name, data)


def page_from_bytes(name: str, data: bytes) -> Page:
    """The page in these bytes. A file that isn't text becomes a page with a problem."""
    if len(data) > MAX_BYTES:
        return _unreadable(name, f"the page has {len(data)} bytes, more than {MAX_BYTES}; it was not read")
    if b"\x00" in data:
        return _unreadable(name, "the file is binary, not a page of text")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return _unreadable(name, f"the file is not UTF-8 text (byte {error.start})", line)
    if looks_like_html(text) or name.endswith((".html", ".htm")):
        return _page_of(name, markdown_lines(text))
    if "[block:" in text:
        return _page_of(name, without_magic(text.split("\n")))
    return page_from_text(name, text)


def _page_of(name: str, lines: list[tuple[int, str]]) -> Page:
    """The page in lines that were made from another format, with the line numbers of the file."""
    page = page_from_text(name, "\n".join(line for _, line in lines))
    numbers = [max(1, number) for number, _ in lines]

    def place(line: int) -> int:
        return numbers[min(line, len(numbers)) - 1] if numbers else 1

    blocks = tuple(replace(block, line=place(block.line)) for block in page.blocks)
    problems = tuple(replace(each, place=Place(name, place(each.place.line))) for each in page.problems)
    return replace(page, blocks=blocks, problems=problems)


def _unreadable(name: str, message: str, line: int = 1) -> Page:
    return Page(name, (), (Problem("unread", Place(name, line), message),))


def page_from_text(name: str, text: str) -> Page:
    """The page in this text."""
    lines = [line.rstrip("\r") for line in text.split("\n")]
    splitter = _Splitter(name, lines)
    splitter.run()
    stock = any("Generator: Widdershins" in line for line in lines[:80])
    return Page(name, tuple(splitter.blocks), tuple(splitter.problems), tuple(splitter.front), stock, tuple(lines))


class _Splitter:
    """Walks the lines of one page once and collects blocks."""

    def __init__(self, name: str, lines: list[str]) -> None:
        self.name = name
        self.lines = lines
        self.at = 0
        self.blocks: list[Block] = []
        self.problems: list[Problem] = []
        self.front: list[str] = []

    def run(self) -> None:
        self._front_matter()
        while self.at < len(self.lines):
            self._next_block()

    def _report(self, line: int, message: str) -> None:
        self.problems.append(Problem("unread", Place(self.name, line), message))

    def _front_matter(self) -> None:
        if not self.lines or self.lines[0].strip() != "---":
            return
        for end in range(1, min(len(self.lines), 400)):
            if self.lines[end].strip() == "---":
                self.front, self.at = self.lines[1:end], end + 1
                return

    def _next_block(self) -> None:
        line = self.lines[self.at]
        if len(line) > MAX_LINE and "<table" not in line.lower():
            self._report(self.at + 1, f"the line has {len(line)} characters, more than {MAX_LINE}; it was not read")
            self.at += 1
        elif fence := _FENCE.match(line):
            self._code(fence.group(1), fence.group(2), fence.group(3).strip())
        elif "<table" in line.lower():
            self._html_table()
        elif line.lstrip("> \t").startswith("|") or self._is_unbordered_row():
            self._row()
        else:
            self._text(line)
            self.at += 1

    def _code(self, fence: str, lang: str, info: str) -> None:
        start = self.at
        body: list[str] = []
        self.at += 1
        while self.at < len(self.lines):
            line = self.lines[self.at]
            self.at += 1
            if unquoted(line).strip().startswith(fence) and not unquoted(line).strip().strip(fence[0]):
                break
            body.append(line)
        else:
            self._report(start + 1, "the code block is not closed; what follows it was not read as text")
        text = "\n".join(body)
        self.blocks.append(Block("code", start + 1, text, text, lang=lang.lower(), info=info))

    def _html_table(self) -> None:
        start = self.at
        end = start
        while end < len(self.lines) and "</table" not in self.lines[end].lower():
            end += 1
        if end == len(self.lines):
            self._report(start + 1, "the table is not closed; it was not read")
            self.at = start + 1
            return
        self.at = end + 1
        for line, cells in html_rows("\n".join(self.lines[start : end + 1]), start + 1):
            self.blocks.append(Block("row", line, " ".join(cells), cells=cells))

    def _is_unbordered_row(self) -> bool:
        """Whether this line is a row of a Markdown table that has no outer pipes."""
        line = self.lines[self.at]
        if "|" not in line:
            return False
        after = self.lines[self.at + 1] if self.at + 1 < len(self.lines) else ""
        is_header = "|" in after and bool(_SEPARATOR.match(after))
        continues = bool(self.blocks) and self.blocks[-1].kind == "row" and self.blocks[-1].line >= self.at - 1
        return is_header or bool(_SEPARATOR.match(line)) or continues

    def _row(self) -> None:
        start = self.at
        line = unquoted(self.lines[start]).strip()
        self.at += 1
        if _SEPARATOR.match(line):
            return
        bordered = line.startswith("|")
        whole = line
        if bordered and not _is_closed(line):
            whole = self._continued(line)
        if bordered and not _is_closed(whole):
            self._report(start + 1, f"the table row is not closed: {line[:60]!r}")
            return
        body = whole.removeprefix("|")
        body = body[:-1] if _is_closed(body) else body
        cells = tuple(cell.strip() for cell in _PIPE.split(body))
        self.blocks.append(Block("row", start + 1, " ".join(cells), whole, cells=cells))

    def _continued(self, line: str) -> str:
        """The row joined with the following lines of its description, up to the line that closes it."""
        parts = [line]
        for ahead in range(self.at, min(self.at + 200, len(self.lines))):
            following = self.lines[ahead].strip()
            if following.startswith(("|", "```", "<h", "<aside", "> ")):
                break
            parts.append(following)
            if _is_closed(following):
                self.at = ahead + 1
                return " ".join(part for part in parts if part)
        return line

    def _underline(self, line: str) -> int:
        """The level of a heading that is underlined with `===` or `---`, or 0."""
        after = self.lines[self.at + 1].strip() if self.at + 1 < len(self.lines) else ""
        if not line.strip() or len(line) > 120 or line.lstrip().startswith((">", "-", "*  ", "+ ", "{", "<")):
            return 0
        return 1 if re.fullmatch(r"={3,}", after) else 2 if re.fullmatch(r"-{4,}", after) else 0

    def _text(self, line: str) -> None:
        number = self.at + 1
        for anchor in _ANCHOR.finditer(line):
            self.blocks.append(Block("anchor", number, anchor.group(1) or anchor.group(2)))
        line = _LIQUID.sub(_tab_title, line)
        heading = _HEADING.match(line)
        body = (heading.group(2) or heading.group(4) or "") if heading else unquoted(line)
        underlined = None if heading else self._underline(line)
        level = (len(heading.group(1)) if heading.group(1) else int(heading.group(3))) if heading else underlined or 0
        bullet = _BULLET.match(body)
        for part in body.split("\t"):
            text = plain(part[bullet.end() :] if bullet and part is body else part)
            if text and not text.startswith("<!--") and not re.fullmatch(r"={3,}|-{4,}", text):
                self.blocks.append(Block("text", number, text, line, level=level, bullet=bool(bullet)))


def _is_closed(row: str) -> bool:
    return row.endswith("|") and not row.endswith("\\|")


def _tab_title(match: re.Match[str]) -> str:
    """The text that replaces a GitBook tag: the title of a tab, nothing for any other tag."""
    title = _TITLE.search(match.group(2))
    return title.group(1) if match.group(1) == "tab" and title else ""
