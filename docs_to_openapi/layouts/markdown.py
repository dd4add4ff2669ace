"""Hand-written Markdown: headings, an operation line, tables or lists of fields, examples. Also what Slate pages have."""

from __future__ import annotations

import re

from docs_to_openapi.layouts.front import front_matter
from docs_to_openapi.layouts.general import general_security
from docs_to_openapi.layouts.outline import Outline, SchemaOutline, Section
from docs_to_openapi.layouts.scopes import Scope, scopes_of
from docs_to_openapi.layouts.titles import classify
from docs_to_openapi.layouts.walk import fields_in, walk
from docs_to_openapi.pages.blocks import Block, Page
from docs_to_openapi.pages.text import bare

NAME = "markdown"
_SCHEMA = re.compile(
    r"^(?:the )?([A-Za-z][\w ]{0,40}?)(?: \(?(?:object|model|schema|resource|entity)\)?)$", re.IGNORECASE
)
_TYPE = re.compile(r"^([A-Z][A-Za-z0-9]+)$")
_STRONG = ("parameters", "request_body", "body_example", "table", "example", "samples")


def recognise(page: Page) -> float:
    """Likely if a line names a call; a better reader of the same page is surer."""
    return 0.55 if scopes_of(page.blocks) else 0.1


def read(page: Page) -> Outline:
    """The operations with their sections, the schemas, and what is said about the API as a whole."""
    result = Outline(problems=list(page.problems))
    scopes = scopes_of(page.blocks)
    covered: set[int] = set()
    for scope in scopes:
        operation = walk(page, scope, result)
        if operation.of(*_STRONG) or (scope.title is not None and not page.blocks[scope.at].bullet):
            result.operations.append(operation)
            covered |= set(range(scope.start, scope.end))
    if len(result.operations) == 1 and not result.operations[0].summary and scopes[0].title is None:
        result.operations[0].summary = front_matter(page).get("title", ("", 0))[0]
    rest = [block for index, block in enumerate(page.blocks) if index not in covered]
    result.schemas = _schemas(page, rest, result)
    result.general = [*_before_the_first(page, scopes), *rest]
    result.security = general_security(rest)
    return result


def _before_the_first(page: Page, scopes: list[Scope]) -> list[Block]:
    """The text between the page's first heading and its first operation, which may be about the whole API."""
    if not scopes or scopes[0].title is None or page.blocks[scopes[0].title].level != 1:
        return []
    return [block for block in page.blocks[scopes[0].title : scopes[0].at] if block.kind == "text"]


def _schemas(page: Page, blocks: list[Block], result: Outline) -> list[SchemaOutline]:
    """The named schemas: headings such as `The Pet object`, each with its fields."""
    found: list[SchemaOutline] = []
    for index, block in enumerate(blocks):
        match = (_SCHEMA.match(bare(block.text)) or _TYPE.match(bare(block.text))) if block.level else None
        if not match or classify(bare(block.text)):
            continue
        below: list[Block] = []
        for following in blocks[index + 1 :]:
            if following.level and (following.level <= block.level or classify(bare(following.text)) is None):
                break
            below.append(following)
        entries = fields_in(page, below, result)
        if entries and (match.re is _SCHEMA or any("type" in entry.cells for entry in entries)):
            words = match.group(1).split()
            name = words[0] if len(words) == 1 else "".join(word[:1].upper() + word[1:] for word in words)
            found.append(SchemaOutline(name, block.line, [Section("properties", block.line, entries=list(entries))]))
    return found


def slate_marks(page: Page) -> int:
    """How many marks of Slate a page has."""
    front = "\n".join(page.front)
    text = "\n".join(line for line in page.lines if line.startswith(("<aside", "> ", "### HTTP Request")))
    marks = (
        "language_tabs" in front or "toc_footers" in front,
        '<aside class="' in text,
        "### HTTP Request" in text,
        bool(re.search(r"^> .*(?:returns|command|responds|structured)", text, re.MULTILINE | re.IGNORECASE)),
    )
    return sum(marks)


__all__ = ["NAME", "Scope", "read", "recognise", "slate_marks"]
