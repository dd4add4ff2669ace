"""Fields as text, one under the other (name, type, `required`, description, each on a line) → rows in one form."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from docs_to_openapi.pages.blocks import Block
from docs_to_openapi.pages.text import bare
from docs_to_openapi.tables.cells import Row
from docs_to_openapi.tables.entries import entry
from docs_to_openapi.tables.type_words import FORMATS, SIMPLE, is_type, quoted_values, read_type

_NAME = re.compile(r"^[\w$@.\[\]{}-]+(?::[\w-]+)*\*?$")
_REQUIRED = re.compile(r"^(required|optional|mandatory)[.,*]?$", re.IGNORECASE)
_TYPE_LABEL = re.compile(r"^types?\s*:\s*", re.IGNORECASE)
_GLUED = re.compile(r"^(.+?)(required|optional|nullable|deprecated)$", re.IGNORECASE)
_ON_ONE_LINE = re.compile(r"^(\S+?)\*?[\s:]+(?:\u00b7\s*)?(.+?)$")
_BOUND = re.compile(
    r"^(?:[<>]?=\s*-?\d|[<>\u2264\u2265]\s*-?\d|\[\s*-?\d+.*\]|\^|non-empty|unique|min(?:imum)?\b|max(?:imum)?\b|length\b|pattern\b|multiple of|"
    r"(?:recommended|constraints?)\s*:|minlength|maxlength|\u00b7$|nullable$|additional properties|read-?only$|write-?only$|deprecated$|<= |>= )",
    re.IGNORECASE,
)
_DEFAULT = re.compile(r"^defaults?(?: to| value)?\s*:?\s*(.*)$", re.IGNORECASE)
_EXAMPLE = re.compile(r"^examples?\s*:?\s*(.*)$", re.IGNORECASE)
_FORMAT = re.compile(r"^format\s*:\s*([\w-]+)$", re.IGNORECASE)
_VALUES = re.compile(
    r"^(?:items )?(?:enum|allowed|values?|possible values|allowed values|enum values|available options|accepted values)(?: values)?\s*:?\s*(.*)$",
    re.IGNORECASE,
)
_VALUE = re.compile(r"^[\"'`]?[\w.+/-]+[\"'`]?$")
_ROOT = re.compile(
    r"^(array(?: of \w+)?(?: \[)?|object|array of objects|list of objects|array\s*\(.*\)|object\s*\(.*\)|any of|one of)\s*$",
    re.IGNORECASE,
)
_RESERVED = {
    "required",
    "optional",
    "array",
    "object",
    "default",
    "defaults",
    "example",
    "examples",
    "enum",
    "schema",
    "nullable",
    "deprecated",
}


@dataclass
class Stack:
    """The fields of a section of text: their rows, whether they are those of the items of a list, and what is unread."""

    rows: list[Row] = field(default_factory=list)
    is_list: bool = False
    unread: list[Block] = field(default_factory=list)


def read_stack(blocks: list[Block], required: str = "") -> Stack:
    """The fields in these lines of text."""
    result = Stack()
    one_line = _on_one_line_mostly(blocks)
    levels: list[int] = []
    at = 0
    while at < len(blocks):
        start = _start(blocks, at)
        if start and result.rows and start["lines"] == "1" and not one_line and not _is_toggle(start, result.rows[-1]):
            start = None  # a description such as `Article number`, where types have lines of their own
        if start and result.rows and _is_toggle(start, result.rows[-1]):
            result.rows[-1].cells["opens"] = "1"  # its own fields follow
            at += 1
        elif start:
            one_line = one_line or (not result.rows and start["lines"] == "1")
            _indent(blocks[at], start, levels)
            row, at = _field(blocks, at, start, required, one_line=one_line)
            result.rows.append(row)
        else:
            if not result.rows and (root := _ROOT.match(bare(blocks[at].text))):
                result.is_list = root.group(1).lower().startswith(("array", "list"))
            else:
                result.unread.append(blocks[at])
            at += 1
    return result


def _on_one_line_mostly(blocks: list[Block]) -> bool:
    """Whether fields have name and type on one line: a description such as `Article number` could look like one."""
    starts = [start for at in range(len(blocks)) if (start := _start(blocks, at))]
    ones = [
        start for start in starts if start["lines"] == "1" and (start["name"][:1].islower() or "_" in start["name"])
    ]
    return bool(ones) and 2 * len(ones) >= len(starts)


def _indent(block: Block, start: dict[str, str], levels: list[int]) -> None:
    """The depth of a field that is an item of a list, by its indentation."""
    if not block.bullet or not block.raw:
        return
    width = len(block.raw) - len(block.raw.lstrip())
    while levels and levels[-1] >= width:
        levels.pop()
    start["depth"], start["placed"] = str(len(levels)), "1"
    levels.append(width)


def _is_toggle(found: dict[str, str], last: Row) -> bool:
    """Whether a line such as `owner object` only opens the fields of the row above."""
    kind = found.get("type", "")
    return found["lines"] == "1" and found["name"] == last.cells["name"] and kind.strip("[]") in ("object", "array")


def field_lines(blocks: list[Block]) -> set[int]:
    """The indexes of the lines that state the name, type and requirement of a field."""
    found: set[int] = set()
    for at in range(len(blocks)):
        if start := _start(blocks, at):
            found |= set(range(at, at + int(start["lines"])))
    return found


def starts_field(blocks: list[Block], at: int) -> bool:
    """Whether a field starts at this line."""
    return _start(blocks, at) is not None


def _start(blocks: list[Block], at: int) -> dict[str, str] | None:
    """Name, type and requirement where a field starts, with the number of lines that state them."""
    text = _line(blocks, at)
    if not text or len(text) > 120:
        return None
    if text.startswith("\u00bb"):
        below = _start([Block("text", 0, text.lstrip("\u00bb ")), *blocks[at + 1 : at + 5]], 0)
        return below and below | {"depth": str(text[: len(text) - len(text.lstrip("\u00bb "))].count("\u00bb"))}
    if spaced := _spaced(blocks[at].text):
        return spaced | {"lines": "1"}
    if on_one := _on_one_line(text):
        return on_one | {"lines": "1"}
    if not _NAME.match(text) or text.lower().rstrip("*") in _RESERVED or text.isdigit():
        return None
    found = {"name": text.rstrip("*")} | ({"required": "true"} if text.endswith("*") else {})
    for ahead in range(1, 4):
        line = _line(blocks, at + ahead)
        if match := _REQUIRED.match(line):
            found["required"] = "false" if match.group(1).lower() == "optional" else "true"
        elif kind := _type_of(line):
            return found | kind | {"lines": str(ahead + 1)}
        elif line.lower() not in ("deprecated", "nullable", "\u00b7", "read-only", "copy link"):
            return None
    return None


def _line(blocks: list[Block], at: int) -> str:
    return bare(blocks[at].text).strip() if at < len(blocks) else ""


def _type_of(line: str) -> dict[str, str]:
    """What a line that is certainly a type states."""
    text = _TYPE_LABEL.sub("", line)
    if not text or len(text) > 100:
        return {}
    glued = _GLUED.match(text)
    if glued and is_type(glued.group(1)) and " " not in glued.group(1):
        text = f"{glued.group(1)}, {glued.group(2)}"
    lower = text.lower()
    if FORMATS.get(lower):
        return {"type": f"{FORMATS[lower]}({lower})" if lower != "url" else "string(uri)"}
    text = re.sub(r"\s*\u00b7\s*", ", ", text)
    first = re.split(r"\s*(?:,|\s(?=length|format:|default|enum|min|max))\s*", text)[0]
    if not is_type(first) and not is_type(text):
        return {}
    if not is_type(text) and first.lower() not in SIMPLE and len(text.split()) > 8:
        return {}
    read = read_type(text) if "type" in read_type(text) else read_type(first)
    if "required" not in read and re.search(r"\brequired\b", text, re.IGNORECASE):
        read["required"] = "true"
    if form := re.search(r"format:\s*([\w-]+)", text, re.IGNORECASE):
        read["type"] = _with_format(read["type"], form.group(1))
    return read


def _with_format(kind: str, form: str) -> str:
    base = kind.partition("(")[0]
    return f"{base}({form})" if form in FORMATS and FORMATS[form] in ("", base) else kind


def _spaced(text: str) -> dict[str, str] | None:
    """Cells of a table that was pasted with spaces between them: name, type, perhaps `required`, description."""
    cells = re.split(r"\s{2,}", text.strip())
    if len(cells) < 3 or not _NAME.match(bare(cells[0])) or not is_type(cells[1]):
        return None
    found = {"name": bare(cells[0]).rstrip("*")} | read_type(cells[1])
    rest = cells[2:]
    if match := _REQUIRED.match(bare(rest[0])):
        found["required"] = "false" if match.group(1).lower() == "optional" else "true"
        rest = rest[1:]
    return found | {"words": " ".join(rest)}


def _on_one_line(text: str) -> dict[str, str] | None:
    """`id stringrequired`, `limit integer <int32>`, `name* string`."""
    match = _ON_ONE_LINE.match(text)
    if match is None or re.match(
        r"(?:type|format|min|max|default|example|enum|pattern|status)\w*:", text, re.IGNORECASE
    ):
        return None
    if not _NAME.match(match.group(1)) or match.group(1).lower() in _RESERVED or len(text.split()) > 7:
        return None
    if is_type(match.group(1)) and match.group(1).lower() in ("array", "object", "list"):
        return None
    kind = _type_of(match.group(2))
    if not kind or "type" not in kind or text.endswith((".", ":")):
        return None
    rest = re.split(r"[\s,(<\[]", match.group(2))[0].lower()
    glued = _GLUED.match(rest)
    if not is_type(rest) and not (glued and is_type(glued.group(1))):
        return None
    starred = {"required": "true"} if re.match(r"^\S+\*", text) else {}
    return {"name": match.group(1)} | kind | starred


def _field(blocks: list[Block], at: int, found: dict[str, str], required: str, *, one_line: bool) -> tuple[Row, int]:
    """The row that starts at this line, and the index of the line after it."""
    reader = _Field(blocks, at, found)
    while reader.at < len(blocks):
        start = _start(blocks, reader.at)
        named = reader.name == (start or {}).get("name")
        if start and (start["lines"] != "1" or one_line or named):
            break
        reader.line()
    return reader.row(required), reader.at


class _Field:
    """The lines of one field, below its name and type."""

    def __init__(self, blocks: list[Block], at: int, found: dict[str, str]) -> None:
        self.blocks = blocks
        self.first = blocks[at].line
        self.at = at + int(found.pop("lines"))
        self.name, self.depth = found.pop("name"), int(found.pop("depth", "0"))
        self.found = found
        self.words: list[str] = [words] if (words := found.pop("words", "")) else []
        self.values: list[str] = []
        self.default = self.example = ""
        self.open = False  # whether values may follow a label without any

    def line(self) -> None:
        """Take the next line."""
        text = _line(self.blocks, self.at)
        self.at += 1
        taken = (
            self._requirement(text)
            or self._format(text)
            or self._enum(text)
            or self._default(text)
            or self._example(text)
        )
        if not taken and self.open and _VALUE.match(text):
            self.values.append(text.strip("\"'`"))
        elif not taken and not _BOUND.match(text):
            self.open = False
            self.words.append(self.blocks[self.at - 1].text)

    def _requirement(self, text: str) -> bool:
        if match := _REQUIRED.match(text):
            self.found.setdefault("required", "false" if match.group(1).lower() == "optional" else "true")
        elif text.lower() == "nullable" and "\u00a6null" not in self.found.get("type", ""):
            self.found["type"] = self.found.get("type", "any") + "\u00a6null"
        else:
            return False
        return True

    def _format(self, text: str) -> bool:
        match = _FORMAT.match(text)
        if match:
            self.found["type"] = _with_format(self.found.get("type", ""), match.group(1))
        return bool(match)

    def _enum(self, text: str) -> bool:
        """Values behind a label, or each on a line below it."""
        match = _VALUES.match(text)
        if not match or words_follow(match.group(1)):
            return False
        listed = quoted_values(f"enum: {self.blocks[self.at - 1].text.partition(':')[2]}") or _split(match.group(1))
        while not listed and self.at < len(self.blocks):
            value = _line(self.blocks, self.at)
            if not self._requirement(value):
                if not _VALUE.match(value) or _DEFAULT.match(value) or _start(self.blocks, self.at) is not None:
                    break
                self.values.append(value.strip("\"'`"))
            self.at += 1
        self.values += listed
        self.open = not self.values
        return True

    def _default(self, text: str) -> bool:
        match = _DEFAULT.match(text)
        if not match or self.words or len(text) >= 80:
            return False
        self.default = match.group(1).strip("\"'`")
        below = _line(self.blocks, self.at)
        if not self.default and _VALUE.match(below):
            self.default, self.at = below.strip("\"'`"), self.at + 1
        return True

    def _example(self, text: str) -> bool:
        match = _EXAMPLE.match(text)
        if not match or len(text) >= 200 or (self.words and not match.group(1)):
            return False
        self.example = match.group(1)
        if not self.example and self.at < len(self.blocks) and _start(self.blocks, self.at) is None:
            self.example, self.at = _line(self.blocks, self.at), self.at + 1
        return True

    def row(self, required: str) -> Row:
        """What all the lines state."""
        row = entry(
            self.first, self.name, depth=self.depth, required=self.found.get("required", required),
            description=" ".join(self.words), default=self.default, values=list(dict.fromkeys(self.values)), example=self.example,
        )  # fmt: skip
        return Row(
            row.line, row.cells | {key: value for key, value in self.found.items() if key not in ("required", "enum")}
        )


def words_follow(text: str) -> bool:
    """Whether a text is a sentence, not a list of values."""
    return len(text.split()) > 1 and not re.search(r"[\"'`,|]", text) and len(text.split()) > 6


def _split(text: str) -> list[str]:
    text = text.strip("[] ")
    if not text:
        return []
    quoted = re.findall(r"[\"'`]([^\"'`]+)[\"'`]", text)
    return quoted or [part for part in re.split(r"[\s,|]+", text) if part]
