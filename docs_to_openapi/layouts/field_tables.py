"""Tables of hand-written pages → rows in one form: their columns have many names, and some cells state several things."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from docs_to_openapi.pages.blocks import Block
from docs_to_openapi.pages.text import bare, plain
from docs_to_openapi.tables.cells import Row
from docs_to_openapi.tables.entries import entry, name_and_required
from docs_to_openapi.tables.type_words import listed_values, read_type, words_of

_COLUMNS = {
    "name": "name|parameters?|params?|fields?|property|properties|key|attributes?|arguments?|args?|variables?|element|member|option|filter|"
            "(?:field|parameter|param|property|attribute|variable|key|argument|header|query|path|body|url|form) (?:name|key|parameter|param|field)|headers?|"
            "query|column|json key|placeholder|segment|item",
    "type": "(?:data|value|field|json|param(?:eter)?)? ?types?|datatype|schema|class|kind",
    "required": "(?:is )?(?:required|mandatory)|req|presence|required/optional|necessity|requirement|must|compulsory|obligatory|required or optional",
    "optional": "(?:is )?optional",
    "default": "defaults?(?: value)?",
    "example": "(?:example|sample)s?(?: values?)?|e g",
    "in": "in|location|located in|where|passed (?:in|as)|param(?:eter)? type|place|sent (?:in|as)|position|source",
    "values": "(?:possible|allowed|accepted|valid|supported|available) ?(?:values|options)?|values?|enum|options|choices",
    "format": "formats?|pattern",
    "restrictions": "restrictions?|constraints?|validations?|limits?|rules?|range|length|max length|notes?|remarks?|comments?",
    "nullable": "nullable|null|can be null",
    "status": "(?:http |response |error |return )?(?:status|code)s?(?: code)?s?|http (?:status )?(?:response )?codes?|status/code|http",
    "meaning": "meaning|reason|title|text|error|message|status text|result|outcome|state|error (?:type|message|name)|condition|case|scenario|when",
    "schema": "schema|model|body|content|response(?: body| type| schema)?|returns|object",
    "description": "descriptions?|details?|meaning|explanation|info(?:rmation)?|definition|purpose|usage|what it (?:does|is|means)|about|summary|"
                   "effect|function|use",
}  # fmt: skip
_PATTERNS = [(kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _COLUMNS.items()]
_STATUS = re.compile(r"^\W*([1-5]\d\d|[1-5]xx|default)(?:\b|$)\W*(.*)$", re.IGNORECASE)
_INDENT = re.compile(
    r"^((?:&nbsp;|&emsp;|&ensp;|\xa0|\u2003|\u2002)*)\s*((?:[\u2514\u2570\u251c\u2523\u2517][\u2500\u2501-]*|\u21b3|->|\u2192|&gt;|>|-|\u2022|&rarr;|&rdsh;|\\--|\.)\s*)*"
)
_YES = re.compile(
    r"^(?:yes|y|true|required|mandatory|always|must|x|\u2713|\u2714\ufe0f?|\u2705|\u2611\ufe0f?|1|\u2022|:white_check_mark:|:heavy_check_mark:|\*)(?![\w-])|^[\u2713\u2714\u2705\u2611\u2022*]",
    re.IGNORECASE,
)
_LOCATIONS = (
    ("path", r"\b(?:path|url|uri|route)\b(?! ?query)"), ("query", r"\bquery\b|\bquerystring\b|\burl query\b"),
    ("header", r"\bheaders?\b"), ("cookie", r"\bcookies?\b"), ("body", r"\bbody\b|\bpayload\b|\bjson\b|\bpost\b|\bform\b"),
)  # fmt: skip
_NOTHING = ("", "-", "\u2013", "\u2014", "none", "n/a", "na", "/", "null", "nil", "empty", "undefined", "required")


@dataclass
class Table:
    """A table whose header is understood: `fields` or `statuses`, and the rows that were read."""

    kind: str
    line: int
    rows: list[Row] = field(default_factory=list)
    unread: list[tuple[int, str]] = field(default_factory=list)
    locations: bool = False  # whether rows state where they are sent
    headed: str = ""  # the word above the names


def columns_of(cells: tuple[str, ...]) -> list[str]:
    """The kinds of the columns that a header names; "" for one that is unknown, [] if this isn't a header."""
    words = [re.sub(r"[?*:.()_]", " ", bare(cell)).strip().lower() for cell in cells]
    words = [" ".join(word.split()) for word in words]
    kinds: list[str] = []
    for word in words:
        options = [kind for kind, pattern in _PATTERNS if pattern.fullmatch(word)]
        kinds.append(next((kind for kind in options if kind not in kinds), ""))
    if kinds and kinds[0] in ("type", "example", "default", "in"):
        return []
    if kinds[:1] == ["name"] and "status" in kinds[1:] and "required" not in kinds:
        kinds[kinds.index("status")] = "required"  # of cells such as `optional`
    known = sum(bool(kind) for kind in kinds)
    return (
        kinds
        if len(kinds) >= 2 and kinds[0] and known >= 2 and not any(re.match(r"[1-5]\d\d\b", word) for word in words)
        else []
    )


def read_table(blocks: list[Block], default: str = "") -> Table | None:
    """The table in these row blocks, or None if its header isn't one of fields or statuses."""
    header = columns_of(blocks[0].cells)
    words = bare(blocks[0].cells[0]).lower() if blocks and blocks[0].cells else ""
    if not header and default and len(blocks) > 1 and len(blocks[0].cells) >= 2:
        second = columns_of(("name", *blocks[0].cells[1:]))  # the first column has a name of its own
        header = second if any(kind in ("type", "description", "required") for kind in second) else []
    if not header:
        return None
    rows = blocks[1:]
    _swap_requirement(header, blocks)
    statuses = [bool(_STATUS.match(bare(block.cells[0]))) for block in rows if block.cells]
    if statuses and all(statuses) and "type" not in header[:2]:
        return _status_table(rows, header)
    if header[0] == "status":
        if "type" not in header and "required" not in header:
            return None
        header[0] = "name"
    if header[0] != "name":
        header = ["name", *header[1:]] if header[0] in ("values", "schema", "meaning") and "type" in header else header
    return _field_table(rows, header, words, blocks[0].line) if header[0] == "name" else None


def _swap_requirement(header: list[str], blocks: list[Block]) -> None:
    """A column `type` with the cells `required` and `optional` states this, and `data type` is the type."""
    if "type" not in header or "required" in header:
        return
    at = header.index("type")
    cells = [bare(block.cells[at]).lower() for block in blocks[1:] if len(block.cells) > at]
    if not cells or not all(re.fullmatch(r"required|optional", cell) for cell in cells):
        return
    header[at] = "required"
    for other, cell in enumerate(blocks[0].cells):
        if other != at and other < len(header) and not header[other] and "type" in bare(cell).lower():
            header[other] = "type"


def _status_table(blocks: list[Block], header: list[str]) -> Table:
    table = Table("statuses", blocks[0].line)
    for block in blocks:
        match = _STATUS.match(bare(block.cells[0]))
        assert match  # noqa: S101 - the caller has looked
        cells = dict(zip(header[1:], block.cells[1:], strict=False))
        said = [cells.get(kind, "") for kind in ("description", "meaning", "values", "example", "restrictions")]
        words = next((plain(text) for text in said if plain(text)), "") or match.group(2)
        row = {
            "status": match.group(1).upper() if "x" in match.group(1).lower() else match.group(1),
            "description": words,
        }
        if schema := read_type(cells.get("schema", "")).get("type"):
            row["schema"] = schema
        table.rows.append(Row(block.line, row))
    return table


def _field_table(blocks: list[Block], header: list[str], words: str, line: int) -> Table:
    table = Table("fields", line, locations="in" in header, headed=words)
    indents: list[int] = []
    for block in blocks:
        cells = block.cells
        if sum(bool(cell.strip()) for cell in cells) < 1:
            continue
        if len(cells) > len(header) and header[-1] == "description":
            cells = (*cells[: len(header) - 1], " | ".join(cells[len(header) - 1 :]))
        row = _field(block.line, dict(zip(header, cells, strict=False)), indents) if len(cells) <= len(header) else None
        if row is None:
            table.unread.append((block.line, block.text))
        else:
            table.rows.append(row)
    return table


def _field(line: int, cells: dict[str, str], indents: list[int]) -> Row | None:
    name, depth = _indented(cells["name"], indents)
    name, required = name_and_required(name)
    name, kind = _name_and_type(name, cells.get("type", ""))
    if not re.fullmatch(r"[\w$@.:\[\]*{}/+-]+", name) or not name.strip("-:. "):
        return None
    required = required or _truth(cells)
    default = words_of(cells.get("default", ""))
    format_cell = cells.get("format", "")
    if not kind and format_cell:
        kind = format_cell
    elif kind and format_cell and read_type(kind).get("type") in ("string", "integer", "number"):
        kind = f"{words_of(kind)} ({words_of(format_cell)})" if re.fullmatch(r"[\w-]+", words_of(format_cell)) else kind
    description = cells.get("description") or cells.get("meaning", "")
    restrictions = words_of(cells.get("restrictions", ""))
    description = description or restrictions
    limit = restrictions.lower() if restrictions.lower() in ("read-only", "write-only") else ""
    if "null" not in kind.lower() and _YES.match(words_of(cells.get("nullable", "")).strip()):
        kind = f"{kind} or null"
    return entry(
        line, name, kind=kind, required=required, description=description, location=_location(cells.get("in", "")),
        depth=depth, default="" if default.lower() in _NOTHING else default, values=listed_values(cells.get("values", "")),
        example=words_of(cells.get("example", "")), restrictions=limit,
    )  # fmt: skip


def _indented(cell: str, indents: list[int]) -> tuple[str, int]:
    """A name without the marks that indent it, and its depth."""
    depth = plain(cell)[: len(plain(cell)) - len(plain(cell).lstrip("\u00bb "))].count("\u00bb")
    if depth:
        return plain(cell).lstrip("\u00bb "), depth - 1
    match = _INDENT.match(cell)
    lead = match.group(0) if match else ""
    width = len(re.findall(r"&\w+;|\xa0|[\u2002\u2003]", lead)) + 2 * bool(
        re.search(r"[^\s&;\w\xa0\u2002\u2003]", re.sub(r"&(?:nbsp|emsp|ensp);", "", lead))
    )
    if not width:
        indents.clear()
        indents.append(0)
        return cell, 0
    while indents and indents[-1] >= width:
        indents.pop()
    depth = len(indents)
    indents.append(width)
    return cell[len(lead) :], depth


def _name_and_type(name: str, kind: str) -> tuple[str, str]:
    """A name cell that also has the type: `id (string)` or `id string`."""
    match = re.match(r"^(\S+)\s*[(<:]?\s*([^()<>]+?)\s*[)>]?$", name)
    if not kind and match and " " in name and "type" in read_type(match.group(2)):
        return match.group(1), match.group(2)
    return name, kind


def _truth(cells: dict[str, str]) -> str:
    if "required" in cells:
        words = words_of(cells["required"].replace("\\*", "\u2022")) or plain(cells["required"])
        return "true" if _YES.match(words.strip()) else "false"
    if "optional" in cells:
        return "false" if _YES.match(words_of(cells["optional"]).replace("optional", "yes").strip()) else "true"
    return ""


def _location(cell: str) -> str:
    words = words_of(cell).lower()
    return next((name for name, pattern in _LOCATIONS[::-1] if re.search(pattern, words)), "") if words else ""
