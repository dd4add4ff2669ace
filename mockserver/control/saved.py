"""Saved states: a world as a text that people read, share and start from.

A state has the records, the clock, the faults with their counts, the seed and the number of changes of a world. It has
no users, as their tokens belong to the fixtures, and neither requests nor the windows of rate limits.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec

from mockserver import plain_yaml
from mockserver.clock import RUNNING, WorldClock, format_instant, parse_instant
from mockserver.contract.contract import Contract
from mockserver.contract.document import pointers
from mockserver.control.calls import Call, Handler, Result, conflict
from mockserver.control.disturbances import checked_rules
from mockserver.control.records import seeded, stored_state
from mockserver.control.surface import Surface
from mockserver.control.worlds import shown_world
from mockserver.errors import FixtureError, Refused, UsageError
from mockserver.exchange.base import StateBase
from mockserver.exchange.engine import Engine
from mockserver.exchange.faults import Armed, shown_rule
from mockserver.state.fixtures import Written
from mockserver.state.world import World

FORM: Final = 1
"""Which form of saved states this is."""
_HEAD: Final = "# A saved state: mockserver state load NAME, or mockserver mock --state FILE.\n"
_BYTES: Final = "$base64"
_SCHEMA: Final = {"$ref": "#/components/schemas/SavedState"}


def text_of(engine: Engine, world: World) -> str:
    """A world as YAML text; collections without records are left out."""
    now = world.clock.now(engine.pipeline.clock)
    value = {
        "state": FORM,
        "contract": str(engine.contract.document.root.get("info", {}).get("title", "")),
        "clock": {"now": format_instant(now), "frozen": world.clock.frozen is not None},
        "seed": world.seed,
        "changes": world.step,
        "faults": [_shown(one) for one in world.faults],
        "records": {name: _written(records) for name, records in stored_state(world) if records},
    }
    return _HEAD + plain_yaml.dump(value)


def _shown(fault: Armed) -> dict[str, Any]:
    counts = {"preset": fault.preset, "met": fault.matched, "done": fault.done}
    return {"rule": shown_rule(fault.rule), **{name: value for name, value in counts.items() if value}}


def _written(value: Any) -> Any:
    """A value of a record; the bytes of a file as base64, which YAML has no word for that JSON has too."""
    if isinstance(value, bytes):
        return {_BYTES: b64encode(value).decode()}
    if isinstance(value, Mapping):
        return {name: _written(inner) for name, inner in value.items()}
    return [_written(inner) for inner in value] if isinstance(value, list | tuple) else value


def _read(value: Any) -> Any:
    """The value that was written so."""
    if isinstance(value, dict):
        if value.keys() == {_BYTES} and isinstance(value[_BYTES], str):
            return b64decode(value[_BYTES])
        return {name: _read(inner) for name, inner in value.items()}
    return [_read(inner) for inner in value] if isinstance(value, list) else value


class Saved(msgspec.Struct, frozen=True):
    """What a state says, checked against the contract."""

    world: World
    now: int | None  #: what its clock shows; None for the machine's time
    frozen: bool = False

    def begun(self, source: Callable[[], int]) -> World:
        """The world as it was: its clock shows the same instant, and stands still there or runs on."""
        clock = RUNNING if self.now is None else RUNNING.set(self.now, frozen=self.frozen, source=source)
        return msgspec.structs.replace(self.world, clock=clock)


def read_state(engine: Engine, surface: Contract, text: str, file: str) -> Saved:
    """A state from its text. Raises UsageError with the place in the file, the problem and the fix."""
    value = plain_yaml.parse(text, file)
    for violation, breach in zip(
        surface.violations(_SCHEMA, value, place="state"), surface.breaches(_SCHEMA, value), strict=False
    ):
        raise FixtureError(f"{violation.place} {violation.message}", place=_place(text, file, breach.path))
    try:
        clock, records = value.get("clock", {}), _read(value["records"])
    except ValueError as error:
        raise FixtureError(f"a value of {_BYTES} is no base64: {error}", place=file) from None
    now = parse_instant(clock["now"]) if "now" in clock else None
    shown = (WorldClock() if now is None else WorldClock(frozen=now)).now(engine.pipeline.clock)
    sources = dict.fromkeys(records, Written(file, text, "/records"))
    world = seeded(engine, records, shown, sources)
    try:
        faults = tuple(_armed(engine, one) for one in value.get("faults", ()))
    except Refused as refused:
        raise FixtureError(refused.reason, place=_place(text, file, ("faults",))) from None
    seed, step = value.get("seed", engine.settings.seed), value.get("changes", 0)
    world = msgspec.structs.replace(world, faults=faults, seed=seed, step=step, base=0)
    return Saved(world, now, clock.get("frozen", False))


def _armed(engine: Engine, value: dict[str, Any]) -> Armed:
    (rule,) = checked_rules(engine, [value["rule"]])
    return Armed(rule, value.get("preset"), value.get("met", 0), value.get("done", 0))


def _place(text: str, file: str, path: tuple[str | int, ...]) -> str:
    line = plain_yaml.line_of(text, pointers.join("", *path))
    return f"{file}:{line}" if line else file


def begin_from_state(engine: Engine) -> None:
    """Have all worlds start as the state that the settings name. Raises UsageError."""
    file: Path | None = engine.settings.state
    if file is None:
        return
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the state cannot be read: {error}", place=str(file)) from None
    saved = read_state(engine, Surface(engine).contract, text, str(file))
    engine.base = StateBase(partial(saved.begun, engine.pipeline.clock))
    engine.store.rebase(engine.base, lambda world: world)


def _save(call: Call) -> Result:
    return Result(text_of(call.engine, call.existing()), media="application/yaml")


def _load(call: Call) -> Result:
    engine, file = call.engine, call.body.get("file", "the state")
    try:
        saved = read_state(engine, call.surface, call.body["yaml"], file)
    except UsageError as error:
        raise conflict(str(error)) from None
    wanted = saved.begun(engine.pipeline.clock)

    def changed(world: World) -> World:
        return msgspec.structs.replace(wanted, name=world.name, base=world.base, aside=world.aside)

    return Result(shown_world(engine, call.update(changed)))


HANDLERS: dict[str, Handler] = {"saveWorld": _save, "loadWorld": _load}
"""The calls by the name of their operation."""
