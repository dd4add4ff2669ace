"""`explain`: the page lines and overlay actions behind an operation or a JSON Pointer of the contract."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docs_to_openapi.contract.build import Build
from docs_to_openapi.contract.facts import METHODS
from docs_to_openapi.errors import UsageError
from docs_to_openapi.pages.yaml_text import line_numbers, pointer
from docs_to_openapi.reading.infer import INFERRED

Parts = tuple[str, ...]


def explain(build: Build, what: str, spec: Path) -> str:
    """The evidence of an operation (its id, page or `METHOD /path`) or of the node at a JSON Pointer."""
    lines = line_numbers(build.text)
    root = what if what.startswith("/") and _exists(build.full, what) else pointer(_operation(build, what))
    entries = [
        entry
        for place, node in _nodes_with_evidence(build.full, root)
        for entry in _entry(build, spec, lines, place, node)
    ]
    return "\n".join([f"{what}  (openapi.yaml:{lines.get(root, 1)}, {root})", *entries, *_layouts(build, entries)])


def _layouts(build: Build, entries: list[str]) -> Iterator[str]:
    """How the pages in these entries were read, and how sure the choice of the layout is."""
    text = "\n".join(entries)
    for reading in build.readings:
        if f"    page     {reading.page.name}:" in text:
            yield f"{reading.page.name} was read as {reading.layout} (confidence {reading.confidence:.2f})"


def _exists(document: Any, place: str) -> bool:
    return get(document, place) is not None


def get(document: Any, place: str) -> Any:
    """The value at a JSON Pointer, or None."""
    for step in place.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(document, list):
            document = document[int(key)] if key.isdigit() and int(key) < len(document) else None
        else:
            document = document.get(key) if isinstance(document, dict) else None
    return document


def _operation(build: Build, what: str) -> Parts:
    """The operation with this id (`trustDevice`), call (`POST /devices/trust`) or page (`devices.trust`)."""
    places: dict[str, Parts] = {}
    for path, item in build.full["paths"].items():
        for method in METHODS:
            if method in item:
                operation, place = item[method], ("paths", path, method)
                page = Path(_sources(operation)[0].rpartition(":")[0]).stem if _sources(operation) else ""
                names = (operation.get("operationId", ""), f"{method.upper()} {path}", page, page.replace("-", "."))
                places |= {name: place for name in names if name not in places}
    if what in places:
        return places[what]
    similar = difflib.get_close_matches(what, list(places), n=1)
    hint = (
        f"; did you mean {similar[0]!r}?"
        if similar
        else f"; the contract has {', '.join(sorted(filter(None, places)))}"
    )
    raise UsageError(f"{what!r} isn't an operation, page or JSON Pointer of the contract{hint}")


def _sources(node: dict[str, Any]) -> list[str]:
    source = node.get("x-source", [])
    return list(source) if isinstance(source, list) else [str(source)]


def _nodes_with_evidence(document: Any, root: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The node at the pointer and every node below it that has evidence or a mark; references are followed once."""
    seen: set[str] = set()
    waiting = [root]
    while waiting:
        place = waiting.pop(0)
        node = get(document, place)
        if isinstance(node, dict):
            if "x-source" in node or "x-assumed" in node or INFERRED in node or place == root:
                yield place, node
            reference = node.get("$ref")
            if isinstance(reference, str) and reference not in seen:
                seen.add(reference)
                waiting.insert(0, reference[1:])
            waiting[0:0] = [place + pointer((key,)) for key in node if key not in ("example", "links", "$ref")]
        elif isinstance(node, list):
            waiting[0:0] = [f"{place}/{index}" for index in range(len(node))]


def _entry(build: Build, spec: Path, lines: dict[str, int], place: str, node: dict[str, Any]) -> Iterator[str]:
    yield f"{place}  openapi.yaml:{lines.get(place, '?')}"
    for source in _sources(node):
        yield f"    page     {source}  {_page_line(spec, source)}"
    if INFERRED in node:
        yield "    inferred from an example body, which states no types"
    marks = node.get("x-assumed", [])
    ids = [*(marks if isinstance(marks, list) else [marks]), *(id_ for id_, at in build.touched if at == place)]
    for id_ in dict.fromkeys(ids):
        action = next(action for action in build.overlay.actions if action.id == id_)
        yield f"    overlay  {id_} ({action.kind}, action {action.number}): {action.reason}"
        if action.evidence:
            yield f"             because {action.evidence}"


def _page_line(spec: Path, source: str) -> str:
    """The text of that line of the page."""
    page, _, number = source.rpartition(":")
    try:
        line = (spec / page).read_text(encoding="utf-8").split("\n")[int(number) - 1].strip()
    except (OSError, ValueError, IndexError):
        return ""
    return f"“{line[:90]}”"
