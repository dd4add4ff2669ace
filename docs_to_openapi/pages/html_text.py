"""An HTML page, as saved from a browser → the Markdown lines that say the same, each with its line in the file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_SKIP = (
    "script",
    "style",
    "svg",
    "nav",
    "noscript",
    "template",
    "head",
    "select",
    "iframe",
    "canvas",
    "object",
    "video",
    "audio",
)
_VOID = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
_BLOCKS = (
    "address", "article", "aside", "blockquote", "body", "button", "dd", "details", "dialog", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "header", "hr", "label", "li", "main", "ol", "p", "section", "summary", "ul",
)  # fmt: skip
_HIDDEN = re.compile(
    r"(?:^|[\s_-])(?:toc|sidebar|side-bar|sidenav|menu|menu-content|table-of-contents|breadcrumbs?|pagination|visually-hidden|sr-only|screenreader-only|lang-selector|tocify[\w-]*)(?:$|[\s_-])",
    re.IGNORECASE,
)
_LANGUAGE = re.compile(
    r"(?:language|lang|brush|highlight-source)[-:\s]+([\w+#-]+)|\bhighlight\s+([a-z]+)\b|\b([a-z]+)\s+highlight\b",
    re.IGNORECASE,
)
_INLINE = {"code": "`", "kbd": "`", "strong": "**", "b": "**", "tt": "`"}


def looks_like_html(text: str) -> bool:
    """Whether a text is a whole HTML page, rather than Markdown with tags in it."""
    start = text[:2000].lstrip("\ufeff \t\r\n").lower()
    return start.startswith(("<!doctype html", "<html", "<!--")) and "<body" in text.lower()


def markdown_lines(text: str) -> list[tuple[int, str]]:
    """The lines of the page as Markdown, each with its line number in the file."""
    writer = _Writer()
    writer.feed(text)
    writer.close()
    writer.end_block()
    return writer.lines


@dataclass
class _Cell:
    header: bool
    line: int
    lines: list[tuple[int, str]] = field(default_factory=list)
    blocks: bool = False  # whether something in it stands on a line of its own


@dataclass
class _Table:
    line: int
    rows: list[list[_Cell]] = field(default_factory=list)
    head: bool = False


class _Writer(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[tuple[int, str]] = []
        self.text = ""
        self.line = 0
        self.hidden: list[str] = []  # the tags that are open inside one that is skipped
        self.prefix: list[str] = []
        self.tables: list[_Table] = []
        self.outer: list[list[tuple[int, str]]] = []
        self.code: list[str] | None = None
        self.code_line = 0
        self.language = ""
        self.languages: list[tuple[str, str]] = []
        self.depth = 0
        self.title = 0

    # tags

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if self.hidden:
            if tag not in _VOID:
                self.hidden.append(tag)
            return
        if tag not in _VOID and (tag in _SKIP or self._is_hidden(given)):
            self.hidden = [tag]
            return
        if self.code is not None:
            self._in_code(tag, given)
        else:
            self._open(tag, given)

    def _open(self, tag: str, given: dict[str, str]) -> None:
        if tag == "pre":
            self._start_code(given)
        elif re.fullmatch(r"h[1-6]", tag):
            self.end_block()
            self.prefix.append("#" * int(tag[1]) + " ")
        elif tag in ("table", "thead", "tr", "td", "th"):
            self._table_tag(tag)
        elif tag == "br":
            self._line_break()
        elif tag in _INLINE:
            self._mark(_INLINE[tag])
        elif tag == "span" and self.text[-1:].strip():
            self.text += " "  # parts that stand apart on the screen
        elif tag in _BLOCKS:
            self._open_block(tag, given)

    def _is_hidden(self, given: dict[str, str]) -> bool:
        return (
            "hidden" in given or given.get("role") in ("navigation", "search")
            or bool(_HIDDEN.search(given.get("class", ""))) or "display:none" in given.get("style", "").replace(" ", "")
        )  # fmt: skip

    def _open_block(self, tag: str, given: dict[str, str]) -> None:
        self.end_block()
        if self.tables and self.tables[-1].rows and self.tables[-1].rows[-1] and tag in ("div", "p", "ul", "button"):
            self.tables[-1].rows[-1][-1].blocks = True
        if tag in ("ul", "ol"):
            self.depth += 1
        elif tag == "li":
            self.prefix = [*self.prefix, "  " * max(0, self.depth - 1) + "- "]
        elif tag == "blockquote":
            self.prefix = [*self.prefix, "> "]
        elif tag == "div" and given.get("class"):
            match = _LANGUAGE.search(given["class"])
            self.language = next((part for part in match.groups() if part), "") if match else self.language

    def handle_endtag(self, tag: str) -> None:
        if self.hidden:
            while self.hidden and self.hidden.pop() != tag:
                pass
            return
        if self.code is not None:
            if tag == "pre":
                self._end_code()
            elif tag in ("div", "p", "li") and self.code and not self.code[-1].endswith("\n"):
                self.code.append("\n")
        else:
            self._close(tag)

    def _close(self, tag: str) -> None:
        if re.fullmatch(r"h[1-6]", tag):
            self.end_block()
            self.prefix = self.prefix[:-1]
        elif tag in ("table", "tr", "td", "th", "thead"):
            self._table_end(tag)
        elif tag in _INLINE:
            self._mark(_INLINE[tag])
        elif tag in _BLOCKS:
            self.end_block()
            if tag in ("ul", "ol"):
                self.depth = max(0, self.depth - 1)
            elif tag in ("li", "blockquote"):
                self.prefix = self.prefix[:-1]

    # text

    def handle_data(self, data: str) -> None:
        if self.hidden:
            return
        if self.code is not None:
            self.code.append(data)
            return
        words = re.sub(r"[ \t\r\n\f]+", " ", data)
        if not self.text.strip():
            if not words.strip():
                return
            lead = data[: len(data) - len(data.lstrip())]
            self.line = self.getpos()[0] + lead.count("\n")
        self.text += words

    def _mark(self, mark: str) -> None:
        if not self.text:
            self.line = self.getpos()[0]
        self.text += mark

    def _line_break(self) -> None:
        if self.tables and self._cell() is not None:
            self.text += " "
        else:
            self.end_block()

    def end_block(self) -> None:
        """Write the collected text as one line."""
        text = re.sub(r"(`|\*\*)\s*\1", "", self.text).strip()
        text = re.sub(r"\*\*\s+|\s+\*\*(?=\s|$)", lambda match: match.group(0) if text.count("**") > 2 else "**", text)
        self.text = ""
        if not text.strip("`* "):
            return
        prefix = "".join(self.prefix)
        if self._cell() is None and text.startswith(("|", "```", "#")) and not prefix:
            text = "\\" + text
        self._target().append((self.line, prefix + text))
        self.prefix = [re.sub(r"- $", "  ", each) for each in self.prefix]

    def _target(self) -> list[tuple[int, str]]:
        cell = self._cell()
        return self.lines if cell is None else cell.lines

    def _cell(self) -> _Cell | None:
        table = self.tables[-1] if self.tables else None
        return table.rows[-1][-1] if table and table.rows and table.rows[-1] else None

    # code

    def _start_code(self, given: dict[str, str]) -> None:
        self.end_block()
        self.code, self.code_line = [], self.getpos()[0]
        match = _LANGUAGE.search(given.get("class", ""))
        self.language = (
            given.get("lang") or next((part for part in match.groups() if part), "") if match else self.language
        )

    def _in_code(self, tag: str, given: dict[str, str]) -> None:
        assert self.code is not None  # noqa: S101 - the caller has looked
        match = _LANGUAGE.search(given.get("class", ""))
        if tag == "code" and match:
            self.language = next((part for part in match.groups() if part), "")
        elif tag == "br" or (tag in ("div", "p", "li") and self.code and not self.code[-1].endswith("\n")):
            self.code.append("\n")

    def _end_code(self) -> None:
        text = "".join(self.code or []).replace("\xa0", " ").strip("\n")
        language = self.language if self.language not in ("tab", "highlight", "plaintext", "code", "text") else ""
        self.code, self.language = None, ""
        if not text.strip():
            return
        target = self._target()
        target.append((self.code_line, f"```{language}"))
        target += [(self.code_line + offset, line) for offset, line in enumerate(text.split("\n"))]
        target.append((self.code_line + text.count("\n"), "```"))

    # tables

    def _table_tag(self, tag: str) -> None:
        self.end_block()
        if tag == "table":
            if (cell := self._cell()) is not None:
                cell.blocks = True
            self.tables.append(_Table(self.getpos()[0]))
        elif self.tables and tag == "thead":
            self.tables[-1].head = True
        elif self.tables and tag == "tr":
            self.tables[-1].rows.append([])
        elif self.tables:
            if not self.tables[-1].rows:
                self.tables[-1].rows.append([])
            self.tables[-1].rows[-1].append(_Cell(tag == "th" or self.tables[-1].head, self.getpos()[0]))

    def _table_end(self, tag: str) -> None:
        self.end_block()
        if not self.tables:
            return
        if tag == "thead":
            self.tables[-1].head = False
        elif tag == "table":
            table = self.tables.pop()
            self._target().extend(_written(table, nested=bool(self.tables)))


def _written(table: _Table, *, nested: bool) -> list[tuple[int, str]]:
    """The lines of a table: rows with bars if it has a header, else the lines of its cells, as a browser copies them."""
    rows = [row for row in table.rows if row]
    headed = bool(rows) and len(rows[0]) > 1 and all(cell.header for cell in rows[0])
    stacked = any(cell.blocks for row in rows for cell in row) and not headed
    if not stacked:
        lines: list[tuple[int, str]] = []
        for number, row in enumerate(rows):
            cells = [" ".join(text for _, text in cell.lines).replace("|", "\\|") for cell in row]
            lines.append((row[0].line, "| " + " | ".join(cells) + " |"))
            if not number:
                lines.append((row[0].line, "|" + "---|" * len(cells)))
        return [(0, ""), *lines, (0, "")]
    mark = "\u00bb" if nested else ""
    written: list[tuple[int, str]] = []
    for row in rows:
        for number, cell in enumerate(row):
            own = [(line, text) for line, text in cell.lines]
            if mark and own and number == 0:
                own = [
                    (line, f"{mark} {text}" if at == 0 or text.startswith("\u00bb") else text)
                    for at, (line, text) in enumerate(own)
                ]
            elif mark:
                own = [(line, mark + text if text.startswith("\u00bb") else text) for line, text in own]
            written += own
    return written
