"""Whether a schema admits a value that is not too deep: what recursion must be steered by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from mockserver.contract.schemas.view import own_types
from mockserver.generate.demands import Demands, Flattener
from mockserver.generate.errors import Unsatisfiable

_MOST_KNOWN: Final = 200_000


class Heights:
    """Remembers which schemas admit a value nested at most so deep."""

    def __init__(self, flatten: Flattener, hides: Callable[[Any], bool]) -> None:
        self._flatten, self._hides = flatten, hides
        self._known: dict[tuple[int, int], tuple[Any, bool]] = {}  # holds the schema, so that its id stays its own

    def within(self, schema: Any, levels: int) -> bool:
        """Whether the schema admits a value of at most this many levels."""
        if not isinstance(schema, dict):
            return schema is not False
        known = self._known.get((id(schema), levels))
        if known is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[id(schema), levels] = (schema, False)  # the schema again, on its own level: no way out
            known = self._known[id(schema), levels] = (schema, self._admits(schema, levels))
        return known[1]

    def least(self, schema: Any, most: int) -> int:
        """The fewest levels of a value; `most` when there is no shallower one."""
        return next((levels for levels in range(most) if self.within(schema, levels)), most)

    def _admits(self, schema: Mapping[str, Any], levels: int) -> bool:
        try:
            demands = self._flatten([schema])
        except Unsatisfiable:
            return False
        return self._chooses(demands, levels) and (
            self._is_flat(demands) or (levels > 0 and self._nests(demands, levels - 1))
        )

    def _chooses(self, demands: Demands, levels: int) -> bool:
        choices = (options for keyword in ("anyOf", "oneOf") for options in demands.each(keyword))
        return all(any(self.within(option, levels) for option in options) for options in choices)

    @staticmethod
    def _is_flat(demands: Demands) -> bool:
        """Whether a value without members will do: a scalar, an empty list or an empty object."""
        nested = (demands.required() or demands.most("minProperties"), demands.most("minItems"))
        asked = {name for part in demands.parts for name in own_types(part)}
        return not (nested[0] and asked <= {"object"}) and not (nested[1] and asked <= {"array"})

    def _nests(self, demands: Demands, levels: int) -> bool:
        needed = [
            schema for name in demands.required() for schema in demands.of_property(name) if not self._hides(schema)
        ]
        if demands.most("minItems"):
            needed += demands.of_item(0)
        return all(self.within(schema, levels) for schema in needed)
