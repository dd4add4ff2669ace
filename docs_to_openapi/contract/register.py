"""The generated parts of spec/README.md: tables of the assumptions and corrections in the overlay."""

from __future__ import annotations

import re

from docs_to_openapi.contract.overlay import Action, Overlay
from docs_to_openapi.errors import OverlayError

_PART = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end of \2 -->)", re.DOTALL)


def register(overlay: Overlay) -> dict[str, str]:
    """The tables by name: `assumptions` and `corrections`."""
    return {"assumptions": _table(overlay, "assumption"), "corrections": _table(overlay, "correction")}


def _table(overlay: Overlay, kind: str) -> str:
    heads = {"assumption": ("what is assumed", "why"), "correction": ("what the contract says", "what the sources say")}
    rows = [f"| id | {heads[kind][0]} | {heads[kind][1]} | where |", "|---|---|---|---|"]
    actions: dict[str, list[Action]] = {}
    for action in overlay.actions:
        if action.kind == kind:
            actions.setdefault(action.id, []).append(action)
    for name in sorted(actions):
        first = actions[name][0]
        targets = "<br>".join(f"`{action.target}`" for action in actions[name][:3])
        more = f"<br>and {len(actions[name]) - 3} more" if len(actions[name]) > 3 else ""
        rows.append(f"| {name} | {_cell(first.reason)} | {_cell(first.evidence)} | {targets}{more} |")
    return "\n".join(rows) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def fill(readme: str, parts: dict[str, str]) -> str:
    """The README with its generated parts updated (raises OverlayError if it has no place for one)."""
    missing = [name for name in parts if f"<!-- generated: {name} -->" not in readme]
    if missing:
        raise OverlayError(f"README.md: the line <!-- generated: {missing[0]} --> is missing, and its end line")

    def updated(match: re.Match[str]) -> str:
        known = match.group(2) in parts
        return match.group(1) + parts[match.group(2)] + match.group(3) if known else match.group(0)

    return _PART.sub(updated, readme)
