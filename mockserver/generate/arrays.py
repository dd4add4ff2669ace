"""Arrays: how many items, which of them differ, which one a `contains` asks for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from mockserver.generate.demands import Demands
from mockserver.generate.equality import among
from mockserver.generate.errors import Unsatisfiable
from mockserver.generate.place import Drawer, Where

_ATTEMPTS: Final = 100


def make_array(draw: Drawer, demands: Demands, where: Where) -> list[Any]:
    """An array with as many items as are required, one at least where there is room."""
    contained = [(schema, part.get("minContains", 1)) for part in demands.parts for schema in part_contains(part)]
    least = max(demands.most("minItems"), max((count for _, count in contained), default=0))
    most = demands.least("maxItems")
    if most is not None and least > most:
        raise Unsatisfiable(f"it needs {least} items and allows {most}", where.pointer)
    items: list[Any] = []
    for index in range(_count(draw, demands, where, least, most)):
        asked = [*demands.of_item(index), *(schema for schema, count in contained if index < count)]
        try:
            items.append(_item(draw, asked, where.inside(index, demands.targets), items, demands))
        except Unsatisfiable:
            if index < least:
                raise
            break
    return items


def part_contains(part: Any) -> list[Any]:
    """The schema of a `contains`, if there is one."""
    return [part["contains"]] if "contains" in part else []


def _count(draw: Drawer, demands: Demands, where: Where, least: int, most: int | None) -> int:
    count = least
    if draw.includes(demands.of_item(0), where.inside(0, demands.targets)):
        first = max((len(items) for items in demands.each("prefixItems")), default=0)
        count = max(least, first or (draw.random.randint(1, 2) if where.varied else 1))
    return count if most is None else min(count, most)


def _item(draw: Drawer, schemas: list[Any], place: Where, items: list[Any], demands: Demands) -> Any:
    unique = any(value is True for value in demands.each("uniqueItems"))
    for attempt in range(_ATTEMPTS):
        item = draw.value(schemas, place if attempt == 0 else replace(place, varied=True))
        if not unique or not among(item, items):
            return item
    raise Unsatisfiable(f"found only {len(items)} different items", place.pointer)
