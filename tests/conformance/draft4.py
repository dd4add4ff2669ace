"""What schemas of OpenAPI 3.0, which are built on JSON Schema draft 4, mean otherwise than those of 3.1 (2020-12)."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mockserver.contract.contract import load_contract

BASE: Final = {"type": "string"}


@dataclass(frozen=True)
class Keyword:
    """A schema and a value, and whether each version accepts it."""

    name: str
    schema: dict[str, Any]
    value: Any
    older: bool  #: in 3.0
    newer: bool  #: in 3.1
    why: str


ROWS: Final = (
    Keyword("exclusiveMinimum", {"minimum": 1, "exclusiveMinimum": True}, 1, False, True, "3.0: a flag for `minimum`"),
    Keyword("exclusiveMinimum", {"exclusiveMinimum": 1}, 1, True, False, "3.0: no flag, so ignored with a note"),
    Keyword("exclusiveMaximum", {"maximum": 1, "exclusiveMaximum": True}, 1, False, True, "3.0: a flag for `maximum`"),
    Keyword("nullable", {"type": "string", "nullable": True}, None, True, False, "3.1: no keyword"),
    Keyword("nullable", {"type": "string", "nullable": True, "enum": ["a"]}, None, False, False, "`enum` lacks null"),
    Keyword("nullable", {"nullable": True, "allOf": [BASE]}, None, True, False, "3.0: beside `allOf` too"),
    Keyword("$ref", {"$ref": "#/components/schemas/Base", "maxLength": 1}, "ab", True, False, "3.0: has no siblings"),
    Keyword("enum", {"enum": []}, 1, True, False, "3.0: has at least one value; ignored with a note"),
    Keyword("required", {"required": []}, {}, True, True, "3.0: has at least one name; a note"),
    Keyword("type", {"type": ["string", "null"]}, None, True, True, "3.0: a name; read as in 3.1, with a note"),
    Keyword("type", {"type": "null"}, 1, False, False, "3.0: has no such type; read as in 3.1, with a note"),
    Keyword("type", {"type": "integer"}, 1.0, True, True, "draft 4 may tell 1.0 from 1, as JSON doesn't (RFC 8259, 6)"),
    Keyword("const", {"const": "x"}, "y", False, False, "3.0: read as in 3.1, with a note"),
    Keyword("contains", {"contains": BASE}, [1], False, False, "3.0: read as in 3.1, with a note"),
    Keyword("if, then", {"if": BASE, "then": {"maxLength": 1}}, "xx", False, False, "3.0: read as in 3.1, with a note"),
    Keyword("prefixItems", {"prefixItems": [BASE]}, [1], False, False, "3.0: read as in 3.1, with a note"),
    Keyword(
        "items", {"items": [BASE]}, [1], False, False, "a list of one schema, a tuple of draft 4: read as that schema"
    ),
    Keyword("patternProperties", {"patternProperties": {"^a": BASE}}, {"a": 1}, False, False, "3.0: read as in 3.1"),
    Keyword("propertyNames", {"propertyNames": {"maxLength": 1}}, {"aa": 1}, False, False, "3.0: read as in 3.1"),
    Keyword("unevaluatedProperties", {"unevaluatedProperties": False}, {"a": 1}, False, False, "3.0: read as in 3.1"),
    Keyword("dependentRequired", {"dependentRequired": {"a": ["b"]}}, {"a": 1}, False, False, "3.0: read as in 3.1"),
    Keyword("dependencies", {"dependencies": {"a": ["b"]}}, {"a": 1}, True, True, "in neither; noted"),
    Keyword(
        "false", {"properties": {"a": False}}, {"a": 1}, False, False, "3.0: no schema; read as in 3.1, with a note"
    ),
)


def tried() -> Iterator[tuple[Keyword, bool, bool]]:
    """Each row with the verdicts of both versions."""
    with tempfile.TemporaryDirectory() as folder:
        verdicts = [_verdicts(version, Path(folder) / f"{version}.json") for version in ("3.0.4", "3.1.1")]
    yield from zip(ROWS, *verdicts, strict=True)


def _verdicts(version: str, path: Path) -> list[bool]:
    schemas = {"Base": BASE, **{f"S{number}": row.schema for number, row in enumerate(ROWS)}}
    info = {"title": "Draft 4", "version": "1"}
    path.write_text(json.dumps({"openapi": version, "info": info, "paths": {}, "components": {"schemas": schemas}}))
    contract = load_contract(path)
    known = contract.document.root["components"]["schemas"]
    return [not contract.violations(known[f"S{at}"], row.value, place="body") for at, row in enumerate(ROWS)]
