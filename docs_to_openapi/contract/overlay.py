"""OpenAPI Overlay 1.0: actions with `target`, `update` and `remove`, applied in order.

Each action also has a kind (`x-kind`), an id (`x-id`), a reason and evidence. What an assumption adds or changes is
marked with `x-assumed`. The contradictions that a correction settles are listed in its `x-settles`.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docs_to_openapi.errors import OverlayError, Place, UsageError
from docs_to_openapi.pages.yaml_text import YAMLError, load

OPAQUE = ("example", "examples", "default", "const", "enum")
KINDS = ("correction", "assumption")


@dataclass(frozen=True)
class Action:
    """One overlay action; `number` is its position in the file, from 1."""

    number: int
    id: str
    kind: str
    target: str
    reason: str
    evidence: str
    update: Any = None
    remove: bool = False
    settles: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"overlay action {self.number} ({self.id})"


@dataclass(frozen=True)
class Acceptance:
    """A place of a page whose problems are accepted: its lines, and why (`x-accepts`)."""

    page: str
    first: int
    last: int
    reason: str

    def covers(self, place: Place) -> bool:
        """Whether the place is in these lines."""
        return place.page == self.page and self.first <= place.line <= self.last

    def __str__(self) -> str:
        return f"{self.page}:{self.first}-{self.last}"


@dataclass(frozen=True)
class Overlay:
    """An overlay file: its actions, names for what the pages do not name (`x-names`), and accepted problems."""

    info: dict[str, Any]
    actions: tuple[Action, ...]
    names: dict[str, Any]
    accepts: tuple[Acceptance, ...] = ()


def load_overlay(path: Path) -> Overlay:
    """Read an overlay file (raises OverlayError if it isn't one)."""
    try:
        return parse_overlay(load(path.read_text(encoding="utf-8")), path.name)
    except (OSError, YAMLError) as error:
        raise OverlayError(f"{path.name}: cannot be read: {error}") from error


def parse_overlay(data: Any, name: str = "overlay") -> Overlay:
    """The overlay in this value, checked."""
    if not isinstance(data, dict) or not str(data.get("overlay", "")).startswith("1.0"):
        raise OverlayError(f"{name}: this isn't an Overlay 1.0 document (it must have `overlay: 1.0.0`)")
    actions = data.get("actions")
    if not isinstance(actions, list):
        raise OverlayError(f"{name}: `actions` must be a list")
    parsed = tuple(_action(number, action, name) for number, action in enumerate(actions, 1))
    return Overlay(data.get("info", {}), parsed, data.get("x-names") or {}, _accepts(data.get("x-accepts") or [], name))


_LINES = re.compile(r"^(.+):(\d+)(?:-(\d+))?$")


def _accepts(entries: Any, name: str) -> tuple[Acceptance, ...]:
    """The accepted places: `- {at: 'docs/page.md:12-15', reason: ...}`."""
    accepted: list[Acceptance] = []
    for number, entry in enumerate(entries if isinstance(entries, list) else [entries], 1):
        at = entry.get("at") if isinstance(entry, dict) else None
        reason = entry.get("reason") if isinstance(entry, dict) else None
        match = _LINES.match(at) if isinstance(at, str) else None
        if not match or not isinstance(reason, str) or not reason.strip():
            raise OverlayError(
                f"{name}: x-accepts {number}: write `at: PAGE:LINE` or `at: PAGE:FIRST-LAST`, and a `reason`"
            )
        first = int(match.group(2))
        accepted.append(Acceptance(match.group(1), first, int(match.group(3) or first), reason))
    return tuple(accepted)


def _action(number: int, data: Any, name: str) -> Action:
    if not isinstance(data, dict):
        raise OverlayError(f"{name}: action {number} must be a mapping")
    for field in ("target", "x-id", "x-kind"):
        if not isinstance(data.get(field), str):
            raise OverlayError(f"{name}: action {number} has no {field}")
    if data["x-kind"] not in KINDS:
        raise OverlayError(
            f"{name}: action {number}: x-kind is {data['x-kind']!r}; it must be one of {', '.join(KINDS)}"
        )
    return Action(
        number, data["x-id"], data["x-kind"], data["target"], data.get("description", ""), data.get("x-evidence", ""),
        data.get("update"), bool(data.get("remove")), tuple(data.get("x-settles", [])),
    )  # fmt: skip


def apply(document: dict[str, Any], overlay: Overlay) -> dict[str, Any]:
    """A copy of the document with all actions applied, in order."""
    document = copy.deepcopy(document)
    for action in overlay.actions:
        document = apply_action(document, action)
    return document


def apply_action(document: dict[str, Any], action: Action) -> dict[str, Any]:
    """Apply one action in place (raises OverlayError when its target matches nothing)."""
    places = matches(document, action)
    if action.remove:
        for parts in sorted(places, key=_later_first, reverse=True):
            _remove(document, parts)
        return document
    for parts in places:
        _update(document, parts, action)
    return document


def matches(document: dict[str, Any], action: Action) -> list[tuple[str | int, ...]]:
    """The places that the action's target matches, as paths of keys and indexes."""
    try:
        from jsonpath import JSONPathEnvironment, JSONPathError
    except ImportError as error:
        raise UsageError(
            "overlay actions need one more package: pip install 'flashback-mock[docs-to-openapi]'"
        ) from error
    try:
        places = [match.parts for match in JSONPathEnvironment(strict=True).finditer(action.target, document)]
    except JSONPathError as error:
        raise OverlayError(f"{action}: the target {action.target} isn't valid JSONPath: {error}") from error
    if not places:
        raise OverlayError(f"{action}: the target {action.target} matches nothing; the pages may have changed")
    return places


def _later_first(parts: tuple[str | int, ...]) -> tuple[tuple[int, int, str], ...]:
    return tuple((0, part, "") if isinstance(part, int) else (1, 0, part) for part in parts)


def at(document: Any, parts: tuple[str | int, ...]) -> Any:
    """The value at a path of keys and indexes."""
    for part in parts:
        document = document[part]
    return document


def _remove(document: dict[str, Any], parts: tuple[str | int, ...]) -> None:
    if not parts:
        raise OverlayError("an action removes the whole document")
    del at(document, parts[:-1])[parts[-1]]


def _update(document: dict[str, Any], parts: tuple[str | int, ...], action: Action) -> None:
    target = at(document, parts)
    if isinstance(target, list):  # Overlay 1.0: an array target gets the update as a new entry
        target.append(copy.deepcopy(action.update))
        _mark(at(document, parts[:-1]), action)
    elif not isinstance(target, dict):
        raise OverlayError(f"{action}: the target {action.target} is neither an object nor an array")
    elif action.update is None or action.update == {}:
        _mark(target, action)
    elif isinstance(action.update, dict):
        if _merge(target, action.update, action):
            _mark(target, action)
    else:
        raise OverlayError(f"{action}: the target {action.target} is an object, so the update must be an object")


def _merge(target: dict[str, Any], update: dict[str, Any], action: Action) -> bool:
    """Merge as Overlay 1.0 states: objects key by key, arrays by appending, the rest by replacing.

    New objects are marked themselves. The result is True if anything else changed, so that the action's target must be
    marked.
    """
    changed = False
    for key, value in update.items():
        existing = target.get(key)
        if isinstance(value, dict) and isinstance(existing, dict):
            changed = _merge(existing, value, action) or changed
        elif isinstance(value, list) and isinstance(existing, list):
            existing.extend(copy.deepcopy(value))
            changed = True
        else:
            target[key] = copy.deepcopy(value)
            changed = key in OPAQUE or _mark_new(target[key], action) or changed
    return changed


def _mark_new(value: Any, action: Action) -> bool:
    """Mark an added value if it is an object; True if the object around it must be marked instead."""
    if not isinstance(value, dict):
        return True
    if "$ref" in value:
        return False
    if any(not isinstance(part, dict) for part in value.values()):
        _mark(value, action)
        return False
    unmarked = [_mark_new(part, action) for part in value.values()]
    return any(unmarked)


def _mark(node: Any, action: Action) -> None:
    """Mark a node as based on this action."""
    if not isinstance(node, dict) or action.kind != "assumption":
        return
    present = node.get("x-assumed", [])
    listed = present if isinstance(present, list) else [present]
    if action.id not in listed:
        listed = sorted([*listed, action.id])
        node["x-assumed"] = listed if len(listed) > 1 else action.id
