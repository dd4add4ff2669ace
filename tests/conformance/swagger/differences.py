"""Where the meanings of two documents differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from tests.conformance.swagger.meaning import Meaning, without_texts

ABSENT: Final = "(absent)"
_DATA: Final = frozenset(("example", "default", "enum"))
_NAMES: Final = frozenset(("properties", "patternProperties"))
_NAMED: Final = (("properties",), ("patternProperties",), ("responses",), ("headers",))
Way = tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """A place in an operation, what stands there in this conversion, and in the other."""

    operation: str
    way: Way
    ours: Any
    theirs: Any
    reference_may_be_null: bool = False  #: whether the schema around it is a reference that may be null, in ours

    @property
    def place(self) -> str:
        """The way as text."""
        return " > ".join(self.way)


def differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[Difference]:
    """Every difference of two documents."""
    comparison = _Comparison(Meaning(ours), Meaning(theirs))
    left, right = dict(comparison.left.operations()), dict(comparison.right.operations())
    for name in dict.fromkeys((*left, *right)):
        comparison.operation = name
        yield from comparison.compare(left.get(name, ABSENT), right.get(name, ABSENT), ())


class _Comparison:
    def __init__(self, left: Meaning, right: Meaning) -> None:
        self.left, self.right = left, right
        self.operation = ""
        self.seen: set[tuple[str, str]] = set()

    def compare(self, ours: Any, theirs: Any, way: Way) -> Iterator[Difference]:
        """The differences of two nodes; pairs of schemas that are referred to are compared once."""
        if way and way[-1] in _DATA and way[-2:-1] not in _NAMED:
            yield from self.leaf(ours, theirs, way)
            return
        if (pair := (_reference(ours), _reference(theirs))) != ("", ""):
            if pair in self.seen:
                return
            self.seen.add(pair)
            ours, theirs = self.left.at(ours), self.right.at(theirs)
        if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
            may_be_null = ours.get("nullable") is True and "allOf" in ours and "allOf" not in theirs
            named = bool(way) and way[-1] in _NAMES
            if not named:
                ours, theirs = without_texts(ours), without_texts(theirs)
            for key in dict.fromkeys((*ours, *theirs)):
                for one in self.compare(ours.get(key, ABSENT), theirs.get(key, ABSENT), (*way, str(key))):
                    yield replace(one, reference_may_be_null=True) if may_be_null else one
        elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
            for place, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
                yield from self.compare(mine, other, (*way, str(place)))
        else:
            yield from self.leaf(ours, theirs, way)

    def leaf(self, ours: Any, theirs: Any, way: Way) -> Iterator[Difference]:
        """The difference of two values."""
        if _as_json(ours) != _as_json(theirs):
            yield Difference(self.operation, way, ours, theirs)


def _as_json(value: Any) -> Any:
    """The value with numbers as JavaScript has them."""
    if isinstance(value, list):
        return [_as_json(one) for one in value]
    if isinstance(value, Mapping):
        return {key: _as_json(one) for key, one in value.items()}
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else (type(value).__name__, value)


def _reference(node: Any) -> str:
    reference = node.get("$ref") if isinstance(node, Mapping) else None
    return reference if isinstance(reference, str) else ""
