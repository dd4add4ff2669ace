"""What the console shows first. It stands in the page itself, so that the page can be used without further calls."""

from __future__ import annotations

from typing import Any

from mockserver.control.about import described
from mockserver.control.clocks import shown_clock
from mockserver.control.disturbances import shown_faults, shown_presets
from mockserver.control.surface import readable
from mockserver.errors import Refused, StoreLost
from mockserver.exchange.auth import world_named
from mockserver.exchange.engine import Engine
from mockserver.exchange.shown import summary
from mockserver.reply.reply import encode
from mockserver.state.store import MAIN
from mockserver.state.world import World

FIRST = 60
"""How many of the newest requests the page starts with: more than a window has room for."""
_UNSAFE: dict[str, int | str | None] = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}
"""What could end a script element, or be read as markup; in JSON these characters occur in strings only."""


def start_data(engine: Engine, url: str, world: str) -> bytes:
    """The data as JSON that may stand in a script element."""
    text = encode(_data(engine, url, world)).decode()
    return text.translate(str.maketrans(_UNSAFE)).encode()


def _data(engine: Engine, url: str, world: str) -> dict[str, Any]:
    collections = [
        {"collection": name, "key": rules.key} for name, rules in sorted(engine.behaviours.collections.items())
    ]
    about = {**described(engine, url), "collections": collections, "example": readable(engine)}
    return {"about": about, "presets": shown_presets(), "shown": _shown(engine, world)}


def _shown(engine: Engine, name: str) -> dict[str, Any] | None:
    """What the page shows of a world; None where it can't be had: the page then asks for it, and says why."""
    try:
        found = _found(engine, world_named(name))
    except (Refused, StoreLost):
        return None
    if found is None:
        return None
    entries = list(engine.journal.entries(name))
    return {
        "world": name,
        "clock": shown_clock(engine, found),
        "faults": shown_faults(found.faults),
        "requests": [summary(entry) for entry in entries[-FIRST:]],
        "total": len(entries),
    }


def _found(engine: Engine, name: str) -> World | None:
    stored = engine.store.load(MAIN) if name == MAIN else engine.store.find(name)
    return None if stored is None else stored[0]
