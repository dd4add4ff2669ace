"""The words that table headers use, and the methods and statuses of HTTP."""

from __future__ import annotations

import re

from docs_to_openapi.pages.text import bare

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
STATUS = re.compile(r"^(?:[1-5]\d\d|[1-5]XX|default)$", re.IGNORECASE)

COLUMNS = {
    "name": "name", "parameter": "name", "field": "name", "property": "name", "key": "name",
    "in": "in", "location": "in", "type": "type", "data type": "type", "required": "required", "mandatory": "required",
    "restrictions": "restrictions", "description": "description", "details": "description",
    "status": "status", "status code": "status", "code": "status", "meaning": "meaning", "schema": "schema",
    "value": "value", "header": "header", "format": "format",
    # the Chinese titles that Apifox's fork of Widdershins prints
    "名称": "name", "属性": "name", "位置": "in", "类型": "type", "必选": "required", "约束": "restrictions", "中文名": "title",
    "说明": "description", "状态码": "status", "状态码含义": "meaning", "数据模型": "schema", "值": "value",
}  # fmt: skip


def columns_of(cells: tuple[str, ...]) -> tuple[str, ...] | None:
    """The columns that a header row names, or None when the row isn't a header."""
    names = [COLUMNS.get(bare(cell).lower(), "") for cell in cells]
    while names and not bare(cells[len(names) - 1]):
        names.pop()
    return tuple(names) if len(names) >= 2 and all(names) and len(set(names)) == len(names) else None
