"""`mockserver record`: fixtures and examples from a recording; and the recorder of a mock that runs."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from mockserver import plain_yaml
from mockserver.cli.log import Writer
from mockserver.errors import Unavailable, UsageError
from mockserver.exchange.engine import Engine
from mockserver.insight.archive import entries
from mockserver.insight.recorded import Recorded, taken
from mockserver.insight.recording import ARCHIVE, PREFIX, SUFFIX, Recorder
from mockserver.settings import Recording, Settings, bundled, near_host

FIXTURES: Final = "fixtures.yaml"
EXAMPLES: Final = "examples"
OVERLAY: Final = "overlay.yaml"
_HEAD: Final = "# Made by `mockserver record` from {archive}. Secrets and people are made up.\n"


_MOST_CHANGES: Final = 20
"""How many fields that break the contract are listed."""


def recorder_of(engine: Engine, wanted: Recording, slot: int) -> Recorder:
    """The recorder of one process of a mock. Raises MockError where it can't write."""
    scheme = "https" if engine.settings.tls else "http"
    url = f"{scheme}://{near_host(engine.settings.host)}:{engine.settings.port}"
    name = f"{PREFIX}-{slot + 1}{SUFFIX}" if slot else ARCHIVE
    return Recorder(wanted.folder, url, lambda: engine.journal.secrets, wanted.size, wanted.scrub, name=name)


def listening(engine: Engine, recorder: Recorder, out: Writer, flush: Callable[[], None]) -> Callable[[], None]:
    """Record what a mock answers from now on; what is returned writes what still waits, and where the recording is."""
    settings = engine.settings
    engine.journal.listeners.append(recorder)
    if engine.backend is not None:
        engine.backend.ended = recorder
    recorder.start()

    def ended() -> None:
        recorder.close()
        flush()
        if settings.log_format == "json":
            value = {"event": "recorded", "requests": recorder.count, "lost": recorder.lost, "file": str(recorder.path)}
            out.write(msgspec.json.encode(value).decode() + "\n")
            return
        lost = f", {recorder.lost} more weren't" if recorder.lost else ""
        out.write(f"{recorder.count} requests were recorded in {recorder.path}{lost}.\n")
        out.write(f"Fixtures and examples from them: mockserver record {recorder.path.parent}{_named(settings)}\n")

    return ended


def _named(settings: Settings) -> str:
    """The contract as the command line names it; nothing where it is the bundled one."""
    return "" if settings.spec == str(bundled("spec/openapi.yaml")) else f" {settings.spec}"


def export(engine: Engine, folder: Path) -> Iterator[str]:
    """Write the fixtures and the examples of a recording beside it; yields what a person reads of it."""
    archives = sorted(folder.glob(f"{PREFIX}*{SUFFIX}"))
    if not archives:
        raise UsageError("no recording there", place=str(folder), fix="record one with --record DIR")
    ordered = heapq.merge(*map(entries, archives), key=lambda entry: str(entry["startedDateTime"]))
    recorded = taken(engine, ordered)
    if not recorded.known:
        spec = engine.settings.spec
        raise UsageError(f"none of {recorded.count} requests is for an operation of {spec}", place=str(folder))
    head = _HEAD.format(archive=" and ".join(archive.name for archive in archives))
    overlay = folder / EXAMPLES / OVERLAY
    try:
        (folder / FIXTURES).write_text(head + plain_yaml.dump(recorded.fixtures()), encoding="utf-8")
        overlay.parent.mkdir(exist_ok=True)
        overlay.write_text(head + plain_yaml.dump(recorded.overlay()), encoding="utf-8")
    except OSError as error:
        raise Unavailable(f"can't write: {error.strerror}", place=str(folder)) from None
    yield from _said(recorded, folder, overlay, engine.settings)


def _said(recorded: Recorded, folder: Path, overlay: Path, settings: Settings) -> Iterator[str]:
    records = {name: len(found) for name, found in recorded.records.items() if found}
    shown = ", ".join(f"{count} {name}" for name, count in records.items()) or "no records"
    users = len(recorded.tokens)
    yield f"{recorded.known} of {recorded.count} requests are for operations of the contract"
    yield f"{folder / FIXTURES}: {shown}, {users} user{'' if users == 1 else 's'}"
    yield from (f"  {change}" for change in recorded.changes[:_MOST_CHANGES])
    if len(recorded.changes) > _MOST_CHANGES:
        yield f"  {len(recorded.changes) - _MOST_CHANGES} more fields that break the contract were changed"
    yield f"{overlay}: examples for {len(recorded.examples)} responses (Overlay 1.0)"
    yield f"Play it: mockserver mock{_named(settings)} --fixtures {folder}"
