"""Prints inferred behaviours as a file to edit, with the reason beside every operation that was left to its example."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mockserver.inference.inference import Inferred

_PLAIN: Final = re.compile(r"[A-Za-z_$/](?:[\w$./,'()-]|, | (?=[\w$]))*", re.ASCII)
_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_WIDEST: Final = 110


def as_yaml(inferred: Inferred) -> str:
    """The text of a `behaviours.yaml` with what was inferred."""
    return "\n".join(_lines(inferred)) + "\n"


def _lines(inferred: Inferred) -> Iterator[str]:
    operations = inferred.behaviours["operations"]
    total = len(operations) + len(inferred.reasons)
    yield f"# Inferred from the contract: {len(operations)} of {total} operations have a behaviour."
    yield "# Edit it freely: the verbs are find, create, set, remove, list, stream, reply, notify."
    yield ""
    yield from _mapping("collections", inferred.behaviours["collections"])
    yield ""
    yield from _mapping("operations", operations)
    if inferred.reasons:
        yield ""
        yield "# Left to the contract's example:"
        yield from (f"#   {_scalar(name)}: {reason}" for name, reason in inferred.reasons.items())


def _mapping(name: str, entries: Mapping[str, Any]) -> Iterator[str]:
    if not entries:
        yield f"{name}: {{}}"
        return
    yield f"{name}:"
    for key, value in entries.items():
        yield from _entry(key, value, "  ")


def _entry(key: str, value: Any, indent: str) -> Iterator[str]:
    """One entry, in one line where it fits and isn't an operation."""
    flow = f"{indent}{_scalar(key)}: {_flow(value)}"
    if not isinstance(value, Mapping) or not value or (len(flow) <= _WIDEST and "because" not in value):
        yield flow
        return
    yield f"{indent}{_scalar(key)}:"
    for name, inner in value.items():
        yield from _entry(name, inner, indent + "  ")


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(name)}: {_flow(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    """A scalar, quoted as JSON quotes it wherever YAML could read it as anything else."""
    if not isinstance(value, str):
        return json.dumps(value)
    return value if _PLAIN.fullmatch(value) and value.lower() not in _WORDS else json.dumps(value, ensure_ascii=False)
