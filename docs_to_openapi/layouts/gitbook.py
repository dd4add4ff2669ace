"""GitBook's API blocks: `{% api-method %}` (until 2021) and `{% swagger %}` (since)."""

from __future__ import annotations

import re

from docs_to_openapi.layouts.nesting import nested
from docs_to_openapi.layouts.outline import OperationOutline, Outline, Section
from docs_to_openapi.layouts.paths import split_url
from docs_to_openapi.pages.blocks import Block, Page
from docs_to_openapi.pages.tags import Tag, liquid
from docs_to_openapi.pages.text import plain, sentence
from docs_to_openapi.tables.cells import Group, Row
from docs_to_openapi.tables.entries import entry

NAME = "gitbook"
_OLD = (
    "api-method", "api-method-summary", "api-method-description", "api-method-spec", "api-method-request",
    "api-method-path-parameters", "api-method-query-parameters", "api-method-body-parameters",
    "api-method-form-data-parameters", "api-method-headers", "api-method-parameter", "api-method-response",
    "api-method-response-example", "api-method-response-example-description",
)  # fmt: skip
_NEW = ("swagger", "swagger-description", "swagger-parameter", "swagger-response", "swagger-response-example")
_TAGS = frozenset((*_OLD, *_NEW))
_LOCATIONS = {
    "api-method-path-parameters": "path", "api-method-query-parameters": "query", "api-method-headers": "header",
    "api-method-body-parameters": "body", "api-method-form-data-parameters": "form",
}  # fmt: skip
_OPENING = re.compile(r"\{%\s*(?:api-method|swagger)\s[^%]{0,500}\bmethod=")

_ELSEWHERE = re.compile(r"\{%\s*openapi(?:-operation)?\s[^%]{0,500}%\}")


def recognise(page: Page) -> float:
    """Certain if a block names a method, or refers to an OpenAPI document."""
    return 1.0 if any(_OPENING.search(line) or _ELSEWHERE.search(line) for line in page.lines) else 0.0


def read(page: Page) -> Outline:
    """Each block is one operation; the rest is general text."""
    tree = liquid(page, _TAGS)
    result = Outline(problems=list(page.problems))
    covered: set[int] = set()
    blocks = list(tree.all("api-method", "swagger"))
    for block in blocks:
        covered |= _lines(block)
        operation = _operation(block)
        if operation is None:
            result.report(page, block.line, "this block has no method or no path; it was not read")
        else:
            result.operations.append(operation)
    for number, line in enumerate(page.lines, 1):
        if _ELSEWHERE.search(line):
            words = (
                "this block shows a part of an OpenAPI document that is elsewhere; use that document as the contract"
            )
            result.report(page, number, words)
    result.general = [part for part in page.blocks if part.line not in covered]
    return result


def _lines(tag: Tag) -> set[int]:
    lines = {tag.line}
    for part in tag.parts:
        if isinstance(part, Tag):
            lines |= _lines(part)
        else:
            lines |= (
                set(range(part.line, part.line + part.text.count("\n") + 3)) if hasattr(part, "info") else {part.line}
            )
    return lines


def _operation(block: Tag) -> OperationOutline | None:
    given = block.attributes
    method = given.get("method", "").lower()
    host = given.get("host") or given.get("baseUrl") or ""
    split = split_url(_joined(host, given.get("path", "").strip()))
    if not method or split is None:
        return None
    base = split_url(_joined(host, "")) if host else None
    origin, path, _ = split
    if base and base[1] != "/" and path.startswith(base[1].rstrip("/") + "/"):  # the base URL has a path of its own
        origin, path = origin + base[1].rstrip("/"), path[len(base[1].rstrip("/")) :]
    operation = OperationOutline(method, path, block.line, server=origin, lists_statuses=False)
    operation.summary = _text(block, "api-method-summary") or plain(given.get("summary", ""))
    operation.description = _text(block, "api-method-description", "swagger-description")
    operation.deprecated = given.get("deprecated") == "true"
    operation.sections = [*_parameters(block), *_responses(block)]
    return operation


def _joined(host: str, path: str) -> str:
    """Base URL and path as one URL; either may be missing, and the host may be a placeholder."""
    host = re.sub(
        r"<<([^<>]*)>>|<([^<>]*)>",
        lambda match: "{" + (match.group(1) or match.group(2)).replace(" ", "_") + "}",
        plain(host),
    )
    path = plain(path)
    return host if not path else host.rstrip("/") + ("" if path.startswith("/") else "/") + path


def _text(block: Tag, *names: str) -> str:
    return sentence(" ".join(tag.words for tag in block.all(*names)))


def _parameters(block: Tag) -> list[Section]:
    """The parameters, by location."""
    located: dict[str, Section] = {}
    groups = [
        (_LOCATIONS[group.name], tag)
        for group in block.all(*_LOCATIONS)
        for tag in group.children("api-method-parameter")
    ]
    groups += [(tag.attributes.get("in", "").lower(), tag) for tag in block.all("swagger-parameter")]
    for location, tag in groups:
        kind = "request_body" if location in ("body", "form", "formdata") else f"parameters:{location}"
        section = located.setdefault(kind, Section(kind.partition(":")[0], tag.line, location))
        if location in ("form", "formdata"):
            section.media = "multipart/form-data"
        if name := plain(tag.attributes.get("name", "")):
            required = tag.attributes.get("required", "")
            row = entry(
                tag.line, name, kind=tag.attributes.get("type", ""), required=required if required in ("true", "false") else "",
                description=tag.words, location="" if kind == "request_body" else location,
            )  # fmt: skip
            section.entries.append(row)
    for section in located.values():
        if section.kind == "request_body":
            section.entries = list[Row | Group](nested([row for row in section.entries if isinstance(row, Row)]))
    return list(located.values())


def _responses(block: Tag) -> list[Section]:
    sections: list[Section] = []
    for tag in block.all("api-method-response-example", "swagger-response"):
        stated = re.match(
            r"[1-5]\d\d|[1-5]XX|default", tag.attributes.get("httpCode") or tag.attributes.get("status") or ""
        )
        if not stated:
            continue
        words = _text(tag, "api-method-response-example-description") or plain(tag.attributes.get("description", ""))
        section = Section("example", tag.line, stated.group(0), description=words)
        for code in tag.code:
            info = code.info.split()[0] if code.info else ""
            section.blocks.append(Block("code", code.line, code.text, code.text, lang=info.lower()))
        sections.append(section)

    return sections
