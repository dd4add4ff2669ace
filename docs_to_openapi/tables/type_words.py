"""The words by which hand-written pages state a type → cells in one form: `type`, `required`, `enum` and others.

`String, required` becomes `{type: string, required: true}`, `array of Pet objects` becomes `{type: [Pet]}`.
"""

from __future__ import annotations

import re

from docs_to_openapi.pages.text import plain, unlinked

SIMPLE = {
    "string": "string", "str": "string", "text": "string", "char": "string", "varchar": "string",
    "alphanumeric": "string", "html": "string",
    "integer": "integer", "int": "integer", "long": "integer", "bigint": "integer", "whole number": "integer",
    "unsigned integer": "integer", "positive integer": "integer", "short": "integer",
    "int32": "integer(int32)", "int64": "integer(int64)",
    "number": "number", "decimal": "number", "numeric": "number", "float": "number", "double": "number",
    "boolean": "boolean", "bool": "boolean", "true/false": "boolean", "true|false": "boolean",
    "object": "object", "hash": "object", "map": "object", "dict": "object", "dictionary": "object",
    "json": "object", "json object": "object", "struct": "object", "nested object": "object",
    "array": "array", "list": "array", "collection": "array", "json array": "array",
    "date": "string(date)", "datetime": "string(date-time)", "date-time": "string(date-time)",
    "date time": "string(date-time)", "iso 8601": "string(date-time)", "iso8601": "string(date-time)",
    "rfc 3339": "string(date-time)", "rfc3339": "string(date-time)", "iso 8601 datetime": "string(date-time)",
    "iso 8601 date-time": "string(date-time)", "iso 8601 timestamp": "string(date-time)",
    "uuid": "string(uuid)", "guid": "string(uuid)", "email": "string(email)", "email address": "string(email)",
    "url": "string(uri)", "uri": "string(uri)", "password": "string(password)", "byte": "string(byte)",
    "binary": "string(binary)", "file": "string(binary)", "base64": "string(byte)",
    "null": "null", "any": "any", "mixed": "any",
}  # fmt: skip
"""Type words in lower case, and the cell that states the same."""

PLURALS = {
    "strings": "string", "integers": "integer", "ints": "integer", "numbers": "number", "floats": "number",
    "booleans": "boolean", "objects": "object", "arrays": "array", "dates": "string(date)", "uuids": "string(uuid)",
    "urls": "string(uri)", "uris": "string(uri)", "emails": "string(email)", "files": "string(binary)",
    "hashes": "object", "maps": "object", "datetimes": "string(date-time)",
}  # fmt: skip

FORMATS = {
    "date-time": "string", "date": "string", "uuid": "string", "email": "string", "uri": "string", "url": "string",
    "password": "string", "byte": "string", "binary": "string", "hostname": "string", "ipv4": "string",
    "ipv6": "string", "time": "string", "int32": "integer", "int64": "integer", "float": "number", "double": "number",
    "uri-reference": "string", "duration": "string", "regex": "string", "decimal": "",
}  # fmt: skip
"""Formats, and the type that each belongs to ("" for either)."""

_REQUIRED = re.compile(
    r"(?<![\w-])(?:is\s+)?(required|mandatory|optional|not required|non-?optional)(?![\w-])\*{0,2}", re.IGNORECASE
)
_NULLABLE = re.compile(r"(?<![\w-])nullable(?![\w-])|\s+or\s+null\b|\s*\|\s*null\b|\bnull\s*\|\s*|\?$", re.IGNORECASE)
_DEPRECATED = re.compile(r"(?<![\w-])(deprecated|read-?only|write-?only)(?![\w-])", re.IGNORECASE)
_LIST = re.compile(
    r"^(?:an?\s+)?(?:array|list|collection|set)\s*(?:of\s+|<|\(|\[|:\s*)\s*(.+?)\s*[>)\]]?$|^(.+?)\s*\[\s*\]$|^\[\s*(.+?)\s*\]$"
    r"|^(.+?)\s+(?:array|list)$",
    re.IGNORECASE,
)
_FORMATTED = re.compile(r"^([\w ]+?)\s*(?:\(\s*([\w-]+)\s*\)|<\s*([\w-]+)\s*>|/\s*([\w-]+)|:\s*([\w-]+))$")
_ENUM = re.compile(
    r"^(?:(string|integer|number)\s*)?\(?\s*enum(?:erated)?\s*\)?\s*(?:of\s+\w+)?(?:[:(\[<]\s*(.+?)\s*[)\]>]?)?$",
    re.IGNORECASE,
)
_ENUM_OF = re.compile(r"^enum\s*<\s*(\w+)\s*>$", re.IGNORECASE)
_MAP = re.compile(r"^(?:map|dictionary|record|hash)\s*<\s*string\s*,\s*(.+?)\s*>$", re.IGNORECASE)
_SCHEMA = re.compile(r"^(?:an?\s+|the\s+)?([A-Z]\w*(?:\.\w+)*|[a-z]+(?:[A-Z]\w*)+)(?:\s+objects?)?$")
_OBJECT = re.compile(r"^([\w-]+(?:\s[\w-]+)?)\s+objects?$", re.IGNORECASE)
_LENGTH = re.compile(r"\s*[\[(]\s*\d+(?:\s*(?:\.\.|-|,)\s*\d*)?\s*(?:characters|chars|bytes)?\s*[\])]$")
_BOUNDS = re.compile(
    r"\s*(?:[<>]=?\s*-?\d|[\u2264\u2265]|\[\s*-?\d+\s*\.\.|non-empty|unique|\^|=\s*\d|min(?:imum)?\b|max(?:imum)?\b|multiple of|between\b).*$",
    re.IGNORECASE,
)
_TAGGED = re.compile(r"(?<=objects)\s*\([\w .-]+\)$|(?<=object)\s*\([\w .-]+\)$", re.IGNORECASE)
_DISPLAY = re.compile(r"[`*]")


def words_of(cell: str) -> str:
    """A cell without links, emphasis and code marks, on one line."""
    return " ".join(_DISPLAY.sub("", unlinked(plain(cell))).split())


def read_type(cell: str) -> dict[str, str]:
    """What a cell with a type states; {} if its words are unknown."""
    text = words_of(cell).strip(" ,;.")
    cells: dict[str, str] = {}
    if match := _REQUIRED.search(text):
        cells["required"] = requirement(match.group(1))
        text = (text[: match.start()] + text[match.end() :]).replace("()", "").replace("[]", "[]").strip(" ,;.-|/")
        text = re.sub(r"\(\s*,?\s*|,?\s*\)$", lambda m: m.group(0) if "(" in text and ")" in text else "", text).strip()
    if match := _DEPRECATED.search(text):
        word = match.group(1).lower().replace("-", "")
        if word != "deprecated":
            cells["restrictions"] = "read-only" if word == "readonly" else "write-only"
        text = (text[: match.start()] + text[match.end() :]).replace("()", "").strip(" ,;.-|/")
    nullable = bool(_NULLABLE.search(text)) and text.lower() != "null"
    if nullable:
        text = _NULLABLE.sub("", text).replace("()", "").strip(" ,;.-|/")
    text = _LENGTH.sub("", _BOUNDS.sub("", text)).strip(" ,;")
    canonical, enum = _canonical(text)
    if not canonical:
        return cells if not text and cells else {}
    if enum:
        cells["enum"] = enum
    return cells | {"type": canonical + ("¦null" if nullable else "")}


def requirement(word: str) -> str:
    """`true` or `false` for a word such as `mandatory`."""
    return "false" if word.lower() in ("optional", "not required") else "true"


def is_type(text: str) -> bool:
    """Whether a text is certainly a type: one of the known words, not only something that could name a schema."""
    read = read_type(text)
    kind = read.get("type", "").removesuffix("¦null").strip("[]").partition("(")[0]
    return kind in ("string", "integer", "number", "boolean", "object", "array", "null", "any")


def _canonical(text: str) -> tuple[str, str]:
    """The type in the form of a Widdershins cell, and the values that it lists."""
    text = _TAGGED.sub("", text).strip()
    lower = text.lower()
    if lower in SIMPLE:
        return SIMPLE[lower], ""
    if match := _ENUM_OF.match(text):
        return SIMPLE.get(match.group(1).lower(), ""), ""
    if match := _ENUM.match(text):
        return (match.group(1) or "string").lower(), match.group(2) or ""
    if match := _MAP.match(text):
        return "object", ""
    if match := _LIST.match(text):
        inner = next(part for part in match.groups() if part).strip()
        items = PLURALS.get(inner.lower()) or _canonical(_singular(inner))[0]
        return (f"[{items}]" if items else ""), ""
    if (match := _FORMATTED.match(text)) and (base := SIMPLE.get(match.group(1).lower())):
        form = next(part for part in match.groups()[1:] if part).lower()
        form = {"datetime": "date-time", "url": "uri"}.get(form, form)
        base = base.partition("(")[0]
        if form in FORMATS and FORMATS[form] in ("", base):
            return f"{base}({form})", ""
        return base, ""
    if match := _SCHEMA.match(text):
        return match.group(1), ""
    if match := _OBJECT.match(text):
        return "object", ""
    return "", ""


def _singular(text: str) -> str:
    return re.sub(r"\s+objects$", " object", text, flags=re.IGNORECASE)


_VALUE = r"(?:`[^`]+`|\"[^\"]+\"|'[^']+'|\u201c[^\u201d]+\u201d)"
_LEAD = (
    r"(?:one of(?: the following)?|(?:possible|allowed|valid|accepted|supported|available|enum) values?(?: are| is|\s+include)?"
    r"|allowed|enum|options(?: are)?|can(?: only)? be(?: one of)?|may be|must be|either|is one of|accepts|values)"
)
_QUOTED = re.compile(
    rf"\b{_LEAD}\s*(?:either)?\s*[:=(]*\s*({_VALUE}(?:\s*(?:,|/|\||\bor\b|\band\b|;)+\s*(?:or\s+)?{_VALUE})+)",
    re.IGNORECASE,
)
_SPACED = re.compile(rf"\b(?:enum|(?:allowed|possible) values)\s*:\s*((?:{_VALUE}\s*){{2,}})$", re.IGNORECASE)
_ONLY = re.compile(rf"^({_VALUE}(?:\s*(?:,|/|\||\bor\b)+\s*(?:or\s+)?{_VALUE})+)\.?$")
_IN_BRACKETS = re.compile(
    r"\((?:one of|values|allowed|possible values|enum)\s*:\s*([\w-]+(?:(?:\s*,\s*(?:or\s+)?|\s+or\s+|\s*\|\s*)[\w-]+)+)\)",
    re.IGNORECASE,
)
_ONE = re.compile(_VALUE)


def quoted_values(description: str) -> list[str]:
    """The values that a description lists in quotes or as code, after words such as `one of`; [] if it lists none."""
    match = _QUOTED.search(description) or _SPACED.search(description) or _ONLY.match(description.strip())
    if not match:
        listed = _IN_BRACKETS.search(description)
        return re.split(r"\s*,\s*(?:or\s+)?|\s+or\s+|\s*\|\s*", listed.group(1)) if listed else []
    values = [value[1:-1].strip() for value in _ONE.findall(match.group(1))]
    return values if len(values) == len(set(values)) and all(values) else []


def listed_values(cell: str) -> list[str]:
    """The values in a cell of a column of values: quoted, or separated by commas, bars or line breaks."""
    text = plain(cell).strip()
    quoted = _ONE.findall(text)
    if quoted:
        return list(dict.fromkeys(value[1:-1].strip() for value in quoted))
    parts = [part.strip() for part in re.split(r"\s*(?:,|\||/|;|\bor\b)\s*", text) if part.strip()]
    return parts if len(parts) > 1 and all(re.fullmatch(r"[\w.+-]+", part) for part in parts) else []
