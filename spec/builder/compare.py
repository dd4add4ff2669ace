"""What one document changes in another: facts added, removed and changed, and which of them break consumers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from spec.builder.facts import Fact, facts

PARTS = ("operationId", "security", "required", "parameter required", "body required", "type", "format", "enum")
Effect = Literal["added", "removed", "changed"]


@dataclass(frozen=True)
class Change:
    """One fact that differs; `breaks` says why a consumer may break, or is empty."""

    effect: Effect
    before: Fact | None
    after: Fact | None
    breaks: str = ""

    @property
    def fact(self) -> Fact:
        """The fact that the newer document states, or the one that it lost."""
        fact = self.after or self.before
        assert fact is not None  # noqa: S101 - a change has one side at least
        return fact

    def __str__(self) -> str:
        fact = self.fact
        old = f"{_shown(self.before.value)} -> " if self.effect == "changed" and self.before else ""
        value = "" if fact.value is True and self.effect != "changed" else f": {old}{_shown(fact.value)}"
        source = f"  [{fact.source}]" if fact.source else ""
        breaks = f"  BREAKING: {self.breaks}" if self.breaks else ""
        return f"{self.effect} {fact.kind} of {fact.where.strip()}{value}{source}{breaks}"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 100 else text[:97] + "..."


def compare(before: dict[str, Any], after: dict[str, Any], only: set[str] | None = None) -> list[Change]:
    """The changes from one document to another; `only` narrows them to these calls (`POST /devices/trust`)."""
    old, new = facts(before), facts(after)
    changes: list[Change] = []
    for key in [*old, *(key for key in new if key not in old)]:
        was, now = old.get(key), new.get(key)
        if was and now and was.value == now.value:
            continue
        effect: Effect = "changed" if was and now else "added" if now else "removed"
        change = Change(effect, was, now, _breaks(effect, was, now))
        if only is None or any(change.fact.where == call or change.fact.where.startswith(call + " ") for call in only):
            changes.append(change)
    return _without_echoes(changes)


def _without_echoes(changes: list[Change]) -> list[Change]:
    """Drop what follows from a bigger change: the parts of an added or removed operation, status or field."""
    roots = [
        (change.effect, change.fact.where)
        for change in changes
        if change.effect != "changed" and change.fact.kind in ("operation", "status", "parameter", "property", "body")
    ]
    return [change for change in changes if not any(_inside(change, effect, where) for effect, where in roots)]


def _inside(change: Change, effect: str, where: str) -> bool:
    place = change.fact.where
    within = place != where and place.startswith((where + " ", where + ".", where + "[", where + "|"))
    same = place.strip() == where and change.fact.kind in PARTS and not change.breaks
    return change.effect == effect and (within or same)


def _breaks(effect: Effect, was: Fact | None, now: Fact | None) -> str:
    fact = now or was
    assert fact is not None  # noqa: S101 - one side is there
    asked = " request" in fact.where or fact.kind.startswith(("parameter", "body"))
    if fact.kind in ("operation", "status", "media type") and effect == "removed":
        return f"clients that use this {fact.kind} fail"
    if fact.kind in ("type", "format", "security", "scheme") and effect == "changed":
        return "clients send or read it as it was"
    if fact.kind == "property" and effect == "removed":
        return "" if asked else "clients that read it fail"
    if fact.kind in ("parameter required", "body required", "required") and now and now.value and asked:
        return "clients that leave it out fail"
    if fact.kind == "required" and was and was.value and not (now and now.value) and not asked:
        return "clients that count on it fail"
    if fact.kind == "enum":
        return _enum_breaks(was, now, asked=asked)
    return "clients that read it meet null" if fact.kind == "nullable" and effect == "added" and not asked else ""


def _enum_breaks(was: Fact | None, now: Fact | None, *, asked: bool) -> str:
    old, new = (set(map(str, fact.value)) if fact else None for fact in (was, now))
    if asked and new is not None and (old is None or old - new):
        return "values that were accepted no longer are"
    if not asked and old is not None and (new is None or new - old):
        return "clients meet values that they do not know"
    return ""
