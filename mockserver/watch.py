"""Follows the files behind a running mock: a good edit is taken over, a broken one leaves the last good state."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from mockserver.engine import Engine, build_engine
from mockserver.errors import MockError

Changes = Iterable[object]
"""Each item stands for one burst of changes to the files watched."""


def watch(engine: Engine, tell: Callable[[str], None]) -> None:
    """Follow the engine's files in a thread that ends with the process; `tell` is given what happened."""
    threading.Thread(target=follow, args=(engine, tell, changes_of(engine)), name="watch", daemon=True).start()


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
    return f"reloaded, {len(engine.contract.operations)} operations; records and journal stay"
