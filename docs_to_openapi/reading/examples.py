"""Example bodies: read from below their labels, and checked against the schema that the same page states."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from docs_to_openapi.layouts.outline import Section
from docs_to_openapi.reading.tree import Report

_LANGUAGES = {"json": "json", "xml": "xml", "yaml": "yaml", "": "text", "javascript": "json", "js": "json"}


@dataclass(frozen=True)
class Example:
    """One example body: its status, line, kind of text, and its value where it is JSON."""

    status: str
    line: int
    kind: str
    value: Any = None
    json: bool = False


def read_examples(section: Section, report: Report) -> list[Example]:
    """The bodies under one label. Text after a body, and a body that isn't valid JSON, is reported."""
    code = [block for block in section.blocks if block.kind == "code"]
    if code:
        examples = [_from_code(section.argument, block.line, block.lang, block.text, report) for block in code]
        return [example for example in examples if example]
    if not section.blocks:
        return []
    lines = [(block.line, block.raw or block.text) for block in section.blocks if block.kind == "text"]
    return _from_lines(section.argument, lines, report)


def _from_code(status: str, line: int, lang: str, text: str, report: Report) -> Example | None:
    kind = _LANGUAGES.get(lang, lang)
    if kind in ("json", "text") and text.strip():
        try:
            value = json.loads(_unescaped(text))
            return Example(status, line, "json" if isinstance(value, dict | list) else kind, value, json=True)
        except (ValueError, RecursionError) as error:
            if kind == "json" or text.lstrip().startswith(("{", "[")):
                report(line, f"the example body isn't valid JSON ({error}); it was not read")
                return None
    return Example(status, line, kind)


def _from_lines(status: str, lines: list[tuple[int, str]], report: Report) -> list[Example]:
    text = _unescaped("\n".join(line for _, line in lines))
    start = lines[0][0] if lines else 0
    if not text.lstrip().startswith(("{", "[")):
        if text.strip():
            report(start, f"there is no JSON body under the label: {text.strip()[:40]!r}")
        return []
    try:
        value, end = json.JSONDecoder().raw_decode(text.lstrip())
    except (ValueError, RecursionError) as error:
        report(start, f"the example body isn't valid JSON ({error}); it was not read")
        return []
    rest = text.lstrip()[end:].strip()
    if rest:
        report(start, f"text after the example body was not read: {rest[:40]!r}")
    return [Example(status, start, "json", value, json=True)]


def _unescaped(text: str) -> str:
    """JSON whose quotes or spaces were pasted as entities or non-breaking spaces, restored."""
    text = text.replace("\xa0", " ")
    return html.unescape(text) if "&quot;" in text or "&#34;" in text else text


@dataclass(frozen=True)
class Disagreement:
    """A violation of the schema by an example body: where in the schema, and how."""

    schema_path: tuple[str | int, ...]
    message: str
    keyword: str
    is_null: bool = False  # the example shows null there


def disagreements(schema: dict[str, Any], components: dict[str, Any], value: Any) -> list[Disagreement]:
    """The violations of the schema by the value; none if the schema itself cannot be compiled."""
    whole = {"allOf": [schema], "components": {"schemas": components}}
    try:
        validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=False)
        errors = list(validator.iter_errors(value))
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError, RecursionError):
        return []
    return [_disagreement(error) for error in errors[:20]]


def _disagreement(error: jsonschema_rs.ValidationError) -> Disagreement:
    path = tuple(error.schema_path)
    return Disagreement(path[2:], f"{_at(error.instance_path)}: {error.message}", str(path[-1]), error.instance is None)


def _at(path: list[str | int]) -> str:
    return "/".join(map(str, path)) or "the body"
