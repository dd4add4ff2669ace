"""Follows the files behind a running mock: a good edit is taken over, a broken one leaves the last good state."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from mockserver.background import start
from mockserver.errors import MockError
from mockserver.exchange.engine import Engine, build_engine
from mockserver.state.store import MAIN

MOST_LOOKED_AT = 100
"""Records of each collection that are held against an edited contract."""

Changes = Iterable[object]
"""Each item stands for one burst of changes to the files watched."""


def watch(engine: Engine, tell: Callable[[str], None]) -> None:
    """Follow the engine's files in a thread that ends with the process; `tell` is given what happened."""
    start("watch", follow, engine, tell, changes_of(engine))


def changes_of(engine: Engine) -> Changes:
    """The changes of the engine's files, as they come. Folders are watched, since editors replace files."""
    import watchfiles

    folders = {path.parent for path in engine.files}
    return watchfiles.watch(*folders, watch_filter=lambda _, path: Path(path) in engine.files, debounce=100)


def follow(engine: Engine, tell: Callable[[str], None], changes: Changes) -> None:
    """Reload at every change."""
    for _ in changes:
        tell(reload(engine))


def reload(engine: Engine) -> str:
    """Read the files again and take them over when they are good; what happened is returned as a line."""
    try:
        engine.adopt(build_engine(engine.settings, engine.pipeline.clock))
    except MockError as error:
        engine.trouble = str(error)
        return f"kept the last good state: {error}"
    return f"reloaded, {len(engine.contract.operations)} operations; records and journal stay{_outdated(engine)}"


def _outdated(engine: Engine) -> str:
    """How many of the main world's records the new contract could not show, and what helps; looks at the first ones."""
    world, _ = engine.store.load(MAIN)
    shapes = [(name, shape.misfits) for name, shape in engine.behaviours.shapes.items() if shape.misfits is not None]
    found = [
        name
        for name, misfits in shapes
        for record in (world.collections[name].matching(())[:MOST_LOOKED_AT] if name in world.collections else ())
        if misfits(record)
    ]
    names = ", ".join(dict.fromkeys(found))
    return f"; {len(found)} of {names} fit it no longer (POST /__mock__/reset makes new ones)" if found else ""
