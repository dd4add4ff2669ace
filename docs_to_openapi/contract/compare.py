"""The differences between two documents: facts added, removed and changed, and which of them break clients."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from docs_to_openapi.contract.facts import Fact, facts

PARTS = ("operationId", "security", "required", "parameter required", "body required", "type", "format", "enum")
Effect = Literal["added", "removed", "changed"]


@dataclass(frozen=True)
class Change:
    """One fact that differs; `breaks` says why a client may break, or is empty."""

    effect: Effect
    before: Fact | None
    after: Fact | None
    breaks: str = ""

    @property
    def fact(self) -> Fact:
        """The fact in the newer document, or the one that it no longer states."""
        fact = self.after or self.before
        assert fact is not None  # noqa: S101 - a change has at least one side
        return fact

    def __str__(self) -> str:
        fact = self.fact
        old = f"{_as_json(self.before.value)} -> " if self.effect == "changed" and self.before else ""
        value = "" if fact.value is True and self.effect != "changed" else f": {old}{_as_json(fact.value)}"
        source = f"  [{fact.source}]" if fact.source else ""
        breaks = f"  BREAKING: {self.breaks}" if self.breaks else ""
        return f"{self.effect} {fact.kind} of {fact.where.strip()}{value}{source}{breaks}"


def _as_json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 100 else text[:97] + "..."


def compare(before: dict[str, Any], after: dict[str, Any], only: set[str] | None = None) -> list[Change]:
    """The changes from one document to another; `only` narrows them to these calls (`POST /devices/trust`)."""
    old, new = facts(before), facts(after)
    changes: list[Change] = []
    for key in [*old, *(key for key in new if key not in old)]:
        old_fact, new_fact = old.get(key), new.get(key)
        if old_fact and new_fact and old_fact.value == new_fact.value:
            continue
        effect: Effect = "changed" if old_fact and new_fact else "added" if new_fact else "removed"
        change = Change(effect, old_fact, new_fact, _breaks(effect, old_fact, new_fact))
        if only is None or any(change.fact.where == call or change.fact.where.startswith(call + " ") for call in only):
            changes.append(change)
    return _without_consequences(changes)


def _without_consequences(changes: list[Change]) -> list[Change]:
    """Drop changes that follow from a bigger one: the parts of an added or removed operation, status or field."""
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


def _breaks(effect: Effect, old_fact: Fact | None, new_fact: Fact | None) -> str:
    fact = new_fact or old_fact
    assert fact is not None  # noqa: S101 - a change has at least one side
    in_request = " request" in fact.where or fact.kind.startswith(("parameter", "body"))
    if fact.kind in ("operation", "status", "media type") and effect == "removed":
        return f"clients that use this {fact.kind} fail"
    if fact.kind in ("type", "format", "security", "scheme") and effect == "changed":
        return "clients still send or read the old one"
    if fact.kind == "property" and effect == "removed":
        return "" if in_request else "clients that read it fail"
    if fact.kind in ("parameter required", "body required", "required") and new_fact and new_fact.value and in_request:
        return "clients that leave it out fail"
    if fact.kind == "required" and old_fact and old_fact.value and not (new_fact and new_fact.value) and not in_request:
        return "clients that rely on it fail"
    if fact.kind == "enum":
        return _enum_breaks(old_fact, new_fact, in_request=in_request)
    return (
        "clients that read it may receive null"
        if fact.kind == "nullable" and effect == "added" and not in_request
        else ""
    )


def _enum_breaks(old_fact: Fact | None, new_fact: Fact | None, *, in_request: bool) -> str:
    old, new = (set(map(str, fact.value)) if fact else None for fact in (old_fact, new_fact))
    if in_request and new is not None and (old is None or old - new):
        return "values that were accepted no longer are"
    if not in_request and old is not None and (new is None or new - old):
        return "clients may receive values that they do not know"
    return ""
