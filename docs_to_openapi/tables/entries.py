"""Rows in one form for the shared readers, whatever a layout calls its fields."""

from __future__ import annotations

import json
import re

from docs_to_openapi.pages.text import plain, sentence
from docs_to_openapi.tables.cells import Row
from docs_to_openapi.tables.type_words import listed_values, quoted_values, read_type, words_of

_LEADING = re.compile(
    r"^[(\[*_`]*\s*(required|optional|mandatory|not required)\s*[)\]*_`]*\s*(?:[.,:;\u2013\u2014-]+\s*|$|(?=[A-Z(`]))",
    re.IGNORECASE,
)
_INSIDE = re.compile(
    r"[(\[]\s*(required|optional)\s*[)\]]|(?:\*\*|__|`)(required|optional)\.?(?:\*\*|__|`)", re.IGNORECASE
)
_DEFAULT = re.compile(
    r"\(?\bdefaults?(?: value)?(?: is| to|s to)?\s*[:=]?\s*(?:`([^`]+)`|\"([^\"]+)\"|'([^']+)'|(-?\d+(?:\.\d+)?|true|false)(?![\w-]|\.\d))\)?",
    re.IGNORECASE,
)
_STAR = re.compile(r"^(.*?[\w\])])\s*\*+$")
_NAME_NOTE = re.compile(
    r"^(.+?)\s*[(\[]\s*(required|optional|mandatory)\s*[)\]]$|^(.+?)\s+(required|optional)$", re.IGNORECASE
)


def entry(
    line: int, name: str, *, kind: str = "", required: str = "", description: str = "", location: str = "",
    depth: int = 0, default: str = "", values: list[str] | None = None, example: str = "", restrictions: str = "",
) -> Row:  # fmt: skip
    """The row of a field. A type that no word explains stays as it is, so that it is reported."""
    cells = {"name": "\u00bb" * depth + (" " if depth else "") + name}
    stated = read_type(_timestamp(kind, description)) if kind.strip() else {}
    if kind.strip() and "type" not in stated and not stated:
        stated = {"type": words_of(kind)}
    words, said = from_description(description)
    for extra in (said, stated):
        cells |= extra
    if required:
        cells["required"] = required
    if location:
        cells["in"] = location
    if restrictions:
        cells["restrictions"] = restrictions
    cells.pop("enum", None)
    if listed := values or _values(kind, stated, description):
        cells["enum"] = json.dumps(listed)
    if default:
        cells["default"] = default
    if example:
        cells["example"] = example
    return Row(line, cells | {"description": words})


def _values(kind: str, stated: dict[str, str], description: str) -> list[str]:
    """The values that a type cell or a description lists."""
    listed = [part.strip(" `\"'") for part in re.split(r"[,|/]", stated.get("enum", "")) if part.strip(" `\"'")]
    is_enum = bool(re.match(r"\W*(?:string )?enum\b", kind, re.IGNORECASE))
    return listed or quoted_values(description) or (listed_values(description) if is_enum else [])


def _timestamp(kind: str, description: str) -> str:
    """The type `timestamp`, as its description explains it."""
    if words_of(kind).lower() not in ("timestamp", "time", "date time"):
        return kind
    if re.search(r"\bISO[ -]?8601\b|\bRFC[ -]?3339\b", description, re.IGNORECASE):
        return "date-time"
    return "integer" if re.search(r"\bunix\b|\bepoch\b", description, re.IGNORECASE) else kind


def from_description(description: str) -> tuple[str, dict[str, str]]:
    """A description without its leading `Required.`, and what it states: `required`, `default`."""
    text = sentence(description)
    said: dict[str, str] = {}
    if match := _LEADING.match(text):
        said["required"] = _truth(match.group(1))
        text = text[match.end() :].strip() or text[match.end() :]
    elif match := _INSIDE.search(text):
        said["required"] = _truth(match.group(1) or match.group(2))
    if match := _DEFAULT.search(text):
        said["default"] = next(part for part in match.groups() if part is not None)
    return text, said


def _truth(word: str) -> str:
    return "false" if word.lower() in ("optional", "not required") else "true"


def name_and_required(cell: str) -> tuple[str, str]:
    """A name cell such as `id*`, `id (required)` or `**id** required`: the name, and `true`, `false` or ""."""
    marked = re.sub(r"<mark[^>]*>\s*\*\s*</mark>", "\u2217", cell).replace("\\*", "\u2217")
    text = words_of(marked)
    if "\u2217" in text:
        return text.replace("\u2217", "").strip(), "true"
    if match := _NAME_NOTE.match(text):
        return (match.group(1) or match.group(3)).strip(" ,:"), _truth(match.group(2) or match.group(4))
    bold = plain(marked).strip().strip("`").replace("**", "")
    if _STAR.match(bold) and bold.count("*") % 2:
        return text.rstrip("* ").strip(), "true"
    return text, ""
