"""Watches the files of a running mock server: a valid edit is loaded, an invalid one leaves the last good state."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from mockserver.background import attempt, start
from mockserver.errors import MockError, internal_error
from mockserver.exchange.building import build_engine
from mockserver.exchange.engine import Engine
from mockserver.settings import Settings
from mockserver.state.store import MAIN

MOST_CHECKED = 100
"""Records of each collection that are checked against an edited contract."""
_SECOND = 1000
"""Milliseconds after which files are compared though no change was reported: folders may vanish and come back."""

Stamp = tuple[int, int, int] | None
"""Inode, size and time of the last change of a file or folder; None where there is none."""


Build = Callable[[Settings, Callable[[], int]], Engine]
"""Makes an engine from settings and a clock."""


class Watcher:
    """Reloads one engine when one of its files has changed, and passes a line for each reload to `report`."""

    def __init__(self, engine: Engine, report: Callable[[str], None], build: Build | None = None) -> None:
        self.engine, self._report, self._build = engine, report, build
        self._failed = ""  # the place of the last error: a file that may not be read by the engine yet
        self._stamps = self._stamped()

    @property
    def paths(self) -> frozenset[Path]:
        """The files that the engine was made from, the fixture folders, and the file of the last error."""
        settings = self.engine.settings
        failed = re.sub(r"(:\d+|#.*)$", "", self._failed)
        own = (path for api in settings.apis for path in api.fixtures)
        named = (*settings.fixtures, *own, *([Path(failed)] if failed else []))
        return self.engine.files | {path.resolve() for path in named}

    @property
    def folders(self) -> frozenset[Path]:
        """The folders to watch, since editors replace files; in place of a missing one the nearest that exists."""
        return frozenset(_existing(path if path.is_dir() else path.parent) for path in self.paths)

    def check(self) -> None:
        """Reload if anything has changed since the last check."""
        seen = self._stamped()
        if seen != self._stamps:
            try:
                self._report(self._reloaded())
            finally:  # a file that changed during the reload differs at the next check
                self._stamps = {path: seen.get(path, stamp) for path, stamp in self._stamped().items()}

    def _reloaded(self) -> str:
        """Read the files again and use them if they are valid; returns one line on what happened."""
        engine, self._failed = self.engine, ""
        try:
            engine.adopt((self._build or build_engine)(engine.settings, engine.pipeline.clock))
        except MockError as error:
            engine.trouble, self._failed = str(error), error.place
        except Exception as error:  # noqa: BLE001 - an internal error in reading one edit must not end the watching
            engine.trouble = " ".join(internal_error(error).split())
        else:
            count = len(engine.contract.operations)
            return f"reloaded, {count} operations; records and journal stay{_outdated(engine)}"
        return f"kept the last good state: {engine.trouble}"

    def _stamped(self) -> dict[Path, Stamp]:
        return {path: _stamp(path) for path in self.paths}


def watch(engine: Engine, report: Callable[[str], None], build: Build | None = None) -> None:
    """Watch the engine's files in a thread that ends with the process; `report` gets a line for each reload."""
    watcher = Watcher(engine, report, build)
    start("watch", follow, watcher, changes_of(watcher))


def follow(watcher: Watcher, changes: Iterable[object]) -> None:
    """Check the files at each change."""
    for _ in changes:
        attempt("watch", watcher.check)


def changes_of(watcher: Watcher) -> Iterator[object]:
    """An item at each change in the watched folders, and each second; a reload may lead to other folders."""
    import watchfiles

    while True:
        folders = watcher.folders
        try:
            for _ in watchfiles.watch(
                *folders, recursive=False, debounce=100, rust_timeout=_SECOND, yield_on_timeout=True
            ):
                yield None
                if watcher.folders != folders:
                    break
        except OSError:  # a folder has just vanished, or the system watches no more
            threading.Event().wait(_SECOND / 1000)
            yield None


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.is_dir())


def _stamp(path: Path) -> Stamp:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def _outdated(engine: Engine) -> str:
    """How many of the main world's records the new contract makes invalid, and the fix; checks the first ones."""
    world, _ = engine.store.load(MAIN)
    shapes = [(name, shape.misfits) for name, shape in engine.behaviours.shapes.items() if shape.misfits is not None]
    misfits = [
        name
        for name, is_misfit in shapes
        for record in (world.collections[name].matching(())[:MOST_CHECKED] if name in world.collections else ())
        if is_misfit(record)
    ]
    names = ", ".join(dict.fromkeys(misfits))
    return f"; {len(misfits)} of {names} are no longer valid (POST /__mock__/reset creates new ones)" if misfits else ""
