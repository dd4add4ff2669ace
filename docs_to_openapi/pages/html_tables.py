"""HTML tables inside a page → rows of cells, with their lines."""

from __future__ import annotations

from html.parser import HTMLParser


class _Rows(HTMLParser):
    def __init__(self, first_line: int) -> None:
        super().__init__(convert_charrefs=True)
        self.first_line = first_line
        self.rows: list[tuple[int, tuple[str, ...]]] = []
        self._cells: list[str] | None = None
        self._line = first_line
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - its signature
        if tag == "tr":
            self._cells, self._line = [], self.first_line + self.getpos()[0] - 1
        elif tag in ("td", "th") and self._cells is not None:
            self._cells.append("")
            self._inside = True
        elif tag == "br":
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._inside = False
        elif tag == "tr" and self._cells is not None:
            self.rows.append((self._line, tuple(cell.strip() for cell in self._cells)))
            self._cells = None

    def handle_data(self, data: str) -> None:
        if self._inside and self._cells:
            self._cells[-1] += data


def html_rows(text: str, first_line: int) -> list[tuple[int, tuple[str, ...]]]:
    """Every closed row of the tables in `text`, with the line of its `<tr>`."""
    parser = _Rows(first_line)
    parser.feed(text)
    parser.close()
    return parser.rows
