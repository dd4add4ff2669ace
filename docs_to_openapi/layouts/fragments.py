"""Pages with OpenAPI inside: a code block that is (part of) an OpenAPI document."""

from __future__ import annotations

import json
import re
from typing import Any

from docs_to_openapi.layouts.outline import Outline
from docs_to_openapi.pages.blocks import Block, Page
from docs_to_openapi.pages.yaml_text import YAMLError, load

NAME = "openapi"
_PATHS = re.compile(r"^\s*[\"']?paths[\"']?\s*:", re.MULTILINE)
_CALLS = re.compile(
    r"[\"']?/[^\s\"':]*[\"']?\s*:\s*\{?\s*[\"']?(?:get|put|post|delete|patch|head|options)[\"']?\s*:", re.IGNORECASE
)


def recognise(page: Page) -> float:
    """Certain if a code block has `paths` with methods."""
    return 0.99 if any(document_in(block) for block in page.blocks) else 0.0


def read(page: Page) -> Outline:
    """The documents; everything else on the page is general text."""
    result = Outline(problems=list(page.problems))
    for block in page.blocks:
        document = document_in(block)
        if document is None:
            result.general.append(block)
        elif str(document.get("swagger", "")).startswith("2"):
            result.report(page, block.line, "this is Swagger 2.0; convert it to OpenAPI 3 and use it as it is")
        else:
            result.documents.append((block, document))
    return result


def document_in(block: Block) -> dict[str, Any] | None:
    """The OpenAPI document in a code block, or None. Without `openapi:`, it must have paths with methods."""
    text = block.text
    if block.kind != "code" or len(text) < 20 or not (_PATHS.search(text) or ("paths" in text and _CALLS.search(text))):
        return None
    try:
        value = json.loads(text) if text.lstrip().startswith("{") else load(text)
    except (ValueError, YAMLError, RecursionError):
        return None
    paths = value.get("paths") if isinstance(value, dict) else None
    if not isinstance(paths, dict) or not any(
        isinstance(item, dict) and str(path).startswith("/") for path, item in paths.items()
    ):
        return None
    document: dict[str, Any] = value
    return document
