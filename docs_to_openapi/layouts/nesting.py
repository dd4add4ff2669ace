"""Names such as `address.city` and `items[].sku` → rows below the rows of their parents."""

from __future__ import annotations

import re

from docs_to_openapi.tables.cells import Row, depth_of, row_name

_DOTTED = re.compile(r"^[\w$@-]+(?:\[\w*\])?(?:\.[\w$@-]+(?:\[\w*\])?)+$")
_BRACKETED = re.compile(r"^([\w-]+)((?:\[[\w-]*\])+)$")


def nested(rows: list[Row]) -> list[Row]:
    """The rows with depth marks in place of dotted names. A parent without a row of its own is an object."""
    if not any(_parts(row_name(row.cells["name"])) for row in rows) or any(depth_of(row.cells["name"]) for row in rows):
        return rows
    tree: dict[str, tuple[Row, list[str]]] = {}  # path: row, paths of its children
    roots: list[str] = []
    for row in rows:
        parts = _parts(row_name(row.cells["name"])) or [row_name(row.cells["name"])]
        for depth in range(len(parts)):
            path = ".".join(parts[: depth + 1]).replace("[]", "")
            if path not in tree:
                last = depth == len(parts) - 1
                kind = {} if last else {"type": "[object]" if parts[depth].endswith("[]") else "object"}
                cells = row.cells if last else {"description": ""}
                name = parts[depth].removesuffix("[]")
                extra = {"type": "[any]"} if last and parts[depth].endswith("[]") and "type" not in row.cells else {}
                tree[path] = (Row(row.line, cells | kind | extra | {"name": name}), [])
                above = path.rpartition(".")[0]
                (tree[above][1] if above else roots).append(path)
    return _flat(roots, tree, 0)


def _flat(paths: list[str], tree: dict[str, tuple[Row, list[str]]], depth: int) -> list[Row]:
    rows: list[Row] = []
    for path in paths:
        row, below = tree[path]
        cells = row.cells | {"name": "\u00bb" * depth + (" " if depth else "") + row_name(row.cells["name"])}
        if below and cells.get("type", "any") in ("array", "[any]", "any"):
            cells["type"] = "object" if cells.get("type", "any") == "any" else "[object]"
        rows.append(Row(row.line, cells))
        rows += _flat(below, tree, depth + 1)
    return rows


def _parts(name: str) -> list[str]:
    """The steps of a dotted or bracketed name; [] for a plain one."""
    if _DOTTED.match(name):
        return re.sub(r"\[\w*\]", "[]", name).split(".")
    match = _BRACKETED.match(name)
    if not match:
        return []
    steps = [match.group(1)]
    for step in re.findall(r"\[([\w-]*)\]", match.group(2)):
        if step and not step.isdigit():
            steps.append(step)
        else:
            steps[-1] += "[]"
    return steps if len(steps) > 1 else []
