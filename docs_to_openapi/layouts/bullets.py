"""Lists of fields (`- **limit** (integer, optional): how many`) → rows in one form."""

from __future__ import annotations

import re

from docs_to_openapi.pages.blocks import Block
from docs_to_openapi.pages.text import bare
from docs_to_openapi.tables.cells import Row
from docs_to_openapi.tables.entries import entry, name_and_required
from docs_to_openapi.tables.type_words import is_type, read_type

_NAMED = re.compile(
    r"^(?P<mark>\*\*`|`\*\*|\*\*|__|`)?(?P<name>[\w$@.\[\]{}-]+(?::[\w-]+)*)(?:`\*\*|\*\*`|\*\*|__|`)?(?P<after>\*(?!\*))?(?=[\s(:\[,\u2013\u2014=-]|$)\s*(?P<rest>.*)$",
    re.DOTALL,
)
_PAREN = re.compile(r"^[*_`]*[(\[{]\s*([^()\[\]]*(?:[(\[][^()\[\]]*[)\]][^()\[\]]*)*)[)\]}][*_`]*\s*(.*)$", re.DOTALL)
_ASSIGNED = re.compile(r"^`?([\w-]+)\s*=\s*\[([\w ]+)\]`?$")
_VALUE = re.compile(r"^:\s*`?([^`(]+?)`?\s*(\([^()]*\).*)$", re.DOTALL)
_WORD = re.compile(
    r"^(?:`([^`]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*|_([^_]+)_|([A-Za-z][\w\[\]<>-]*(?: of \w+)?))(?=[\s,.;:|(\u2013\u2014]|$)[\s,.;|]*(.*)$",
    re.DOTALL,
)
_REQUIRED = re.compile(r"^\W*(required|optional|mandatory)\b\W*", re.IGNORECASE)
_NO_FIELD = re.compile(
    r"^(?:(?i:status|code|http|response)?[\s:]*(?i:code)?[\s:]*[1-5]\d\d\b|(?:Content|Notes?|Examples?|Warning|Tip|Important|Default)\s*:)"
)
_SEPARATOR = re.compile(r"^\s*(?::|-{1,2}|\u2013|\u2014|=|\|)\s*")


def field_of(block: Block, depth: int = 0, required: str = "") -> Row | None:
    """The field that a list item describes, or None if it isn't certainly one."""
    text = block.text.strip()
    if match := _ASSIGNED.match(text):
        return entry(block.line, match.group(1), kind=match.group(2), required=required, depth=depth)
    match = _NAMED.match(text)
    if match is None:
        return None
    name, starred = name_and_required(match.group("name"))
    starred = "true" if match.group("after") else starred
    rest, example = match.group("rest"), ""
    if (
        (value := _VALUE.match(rest))
        and not match.group("mark")
        and "type" in read_type(value.group(2).split(")")[0].strip("() "))
    ):
        example, rest = value.group(1), value.group(2)
    stated, rest = _stated(rest)
    separated = bool(_SEPARATOR.match(rest)) or not rest
    if not (match.group("mark") or "type" in stated or (stated and separated)):
        return None
    if match.group("mark") and rest and not separated and not stated:
        return None  # a sentence that starts with code
    rest = _SEPARATOR.sub("", rest)
    if "type" not in stated:
        more, rest_after = _stated(rest)
        if more:
            stated |= more
            rest = _SEPARATOR.sub("", rest_after)
    row = entry(
        block.line,
        name,
        required=starred or stated.pop("required", "") or required,
        description=rest,
        depth=depth,
        example=example,
    )
    return Row(row.line, row.cells | {key: value for key, value in stated.items() if key != "enum"})


def _stated(text: str) -> tuple[dict[str, str], str]:
    """The type and requirement at the start of a text, and the rest of it."""
    stated: dict[str, str] = {}
    while text:
        if match := _PAREN.match(text):
            read = _in_parens(match.group(1))
            if not read:
                break
            stated |= {key: value for key, value in read.items() if key not in stated}
            text = match.group(2)
            continue
        tail = _SEPARATOR.sub("", text) if stated or _SEPARATOR.match(text) else text
        if match := _REQUIRED.match(tail):
            stated.setdefault("required", "false" if match.group(1).lower() == "optional" else "true")
            text = tail[match.end() :]
        elif "type" not in stated and (match := _WORD.match(tail)):
            word = next(part for part in match.groups()[:5] if part)
            if not is_type(word):
                break
            stated |= read_type(word)
            text = match.group(6)
        else:
            break
    return stated, text


def _in_parens(text: str) -> dict[str, str]:
    """What a bracket states: `string, required`, `optional`, `integer - default 10`."""
    read = read_type(text)
    if ("type" in read and is_type(text.split(",", maxsplit=1)[0].strip("`* "))) or (read and "type" not in read):
        return read
    stated: dict[str, str] = {}
    for part in re.split(r"\s*[,;|]\s*", text):
        if is_type(part) or read_type(part).keys() == {"required"}:
            stated |= read_type(part)
        elif match := re.match(r"^default(?:s to)?\s*[:=]?\s*`?([^`]+)`?$", part.strip(), re.IGNORECASE):
            stated["default"] = match.group(1).strip()
    return (
        stated
        if "type" in stated or "required" in stated
        else read
        if "type" in read and text[:1].isupper()
        else stated
    )


def read_bullets(blocks: list[Block], required: str = "") -> tuple[list[Row], list[Block]]:
    """The fields of a list, nested by indentation, and the blocks that aren't fields."""
    rows: list[Row] = []
    others: list[Block] = []
    levels: list[int] = []
    for block in blocks:
        if not block.bullet:
            others.append(block)
            continue
        indent = (
            len(block.raw)
            - len(block.raw.lstrip(" \t"))
            + 3 * block.raw[: len(block.raw) - len(block.raw.lstrip())].count("\t")
        )
        while levels and levels[-1] >= indent:
            levels.pop()
        row = None if _NO_FIELD.match(bare(block.text)) else field_of(block, len(levels), required)
        if row is None:
            others.append(block)
        else:
            levels.append(indent)
            rows.append(row)
    return rows, others
