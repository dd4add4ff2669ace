"""ReadMe's `[block:parameters]` and other blocks, whose content is JSON → the Markdown lines that say the same."""

from __future__ import annotations

import json
import re
from typing import Any

_OPEN = re.compile(r"^\s*\[block:([\w-]+)\]\s*$")
_CLOSE = re.compile(r"^\s*\[/block\]\s*$")
MAX_CELLS = 20_000


def without_magic(lines: list[str]) -> list[tuple[int, str]]:
    """The lines with each block replaced by Markdown, every line with its number in the file."""
    result: list[tuple[int, str]] = []
    at = 0
    while at < len(lines):
        opened = _OPEN.match(lines[at])
        end = (
            next((index for index in range(at + 1, len(lines)) if _CLOSE.match(lines[index])), None) if opened else None
        )
        written = _markdown(opened.group(1), "\n".join(lines[at + 1 : end])) if opened and end is not None else None
        if written is None or end is None:
            result.append((at + 1, lines[at].rstrip("\r")))
            at += 1
        else:
            result += [(at + 1, ""), *((_line(lines, at, end, text), text) for text in written), (end + 1, "")]
            at = end + 1
    return result


def _line(lines: list[str], start: int, end: int, text: str) -> int:
    """The line of the block that has the first words of a row or a title."""
    words = text.strip("|#` ").split(" | ")[0].replace("\\|", "|").strip()
    quoted = json.dumps(words)[1:-1]
    return next((at + 1 for at in range(start, end) if words and quoted in lines[at]), start + 1)


def _markdown(kind: str, text: str) -> list[str] | None:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    if kind == "api-header":
        return ["## " + str(content.get("title", ""))]
    if kind == "parameters" and isinstance(content.get("data"), dict):
        return _table(content)
    if kind == "code" and isinstance(content.get("codes"), list):
        return _code(content["codes"])
    return None


def _table(content: dict[str, Any]) -> list[str]:
    data = content["data"]
    columns, rows = (content.get(key) for key in ("cols", "rows"))
    if not isinstance(columns, int) or not isinstance(rows, int) or not 0 < columns * (rows + 1) <= MAX_CELLS:
        return []

    def row(name: object) -> str:
        cells = (
            str(data.get(f"{name}-{column}", "")).replace("|", "\\|").replace("\n", " ") for column in range(columns)
        )
        return "| " + " | ".join(cells) + " |"

    return [row("h"), "|" + "---|" * columns, *map(row, range(rows))]


def _code(codes: list[Any]) -> list[str]:
    lines: list[str] = []
    for each in codes:
        if isinstance(each, dict):
            title = f" {each['name']}" if each.get("name") else ""
            lines += [f"```{each.get('language', '')}{title}", *str(each.get("code", "")).split("\n"), "```"]
    return lines
