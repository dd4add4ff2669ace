"""Control calls on faults: which rules and presets are active, and how often they applied."""

from __future__ import annotations

from typing import Any

import msgspec

from mockserver.contract.operations.operation import Operation
from mockserver.control.calls import Call, Handler, Result, conflict
from mockserver.exchange.engine import Engine
from mockserver.exchange.faults import Armed, Faults, Rule, presets_of, rules_from, shown_rule
from mockserver.exchange.presets import PRESETS, armed
from mockserver.state.world import World


def shown_presets() -> list[dict[str, Any]]:
    """The presets with their rules."""
    return [
        {"name": one.name, "description": one.description, "rules": [shown_rule(rule) for rule in one.rules]}
        for one in PRESETS.values()
    ]


def _presets(_: Call) -> Result:
    return Result({"presets": shown_presets()})


def _get(call: Call) -> Result:
    return Result(shown_faults(call.existing().faults))


def _set(call: Call) -> Result:
    rules = checked_rules(call.engine, call.body.get("rules", []))
    faults = armed(rules, tuple(call.body.get("presets", ())))
    return Result(shown_faults(_with(call, faults)))


def _add(call: Call) -> Result:
    (rule,) = checked_rules(call.engine, [call.body])

    def added(world: World) -> World:
        return msgspec.structs.replace(world, faults=(Armed(rule), *world.faults)[:MOST])

    return Result(shown_faults(call.engine.store.update(call.world, added).faults))


MOST = 100
"""How many rules a world has at most; the oldest ones are dropped."""


def checked_rules(engine: Engine, values: list[Any]) -> tuple[Rule, ...]:
    """The rules; `Refused(409)` where the contract doesn't have the example that one of them answers, or the behaviours
    no job that can fail."""
    rules = rules_from(values)
    for rule in rules:
        if rule.example is not None and rule.status is None:
            raise conflict("a rule with an example also needs the example's status")
        if rule.example is not None and rule.operation is not None:
            _must_have_example(engine.contract.operations[rule.operation], rule)
        if rule.fails:
            _must_start_jobs(engine, rule.operation)
    return rules


def _must_start_jobs(engine: Engine, operation: str | None) -> None:
    asked = engine.contract.operations if operation is None else (operation,)
    if not any(map(engine.behaviours.starts_jobs, asked)):
        whose = "no operation starts a job" if operation is None else f"{operation} starts no job"
        raise conflict(f"{whose} that can fail: add `fails` to a move of `becomes` in the behaviours")


def _must_have_example(operation: Operation, rule: Rule) -> None:
    response = operation.response_for(rule.status or 0)
    medias = response.media_types.values() if response is not None else ()
    known = sorted({name for media in medias for name in media.examples if name})
    if rule.example not in known:
        named = ", ".join(known) or "none is named"
        raise conflict(f"{operation.id} has no example {rule.example!r} of status {rule.status}; examples: {named}")


def _with(call: Call, faults: Faults) -> Faults:
    def changed(world: World) -> World:
        return msgspec.structs.replace(world, faults=faults)

    return call.engine.store.update(call.world, changed).faults


def shown_faults(faults: Faults) -> dict[str, Any]:
    """The rules of a world, and how often each applied."""
    rules = [
        {"rule": shown_rule(one.rule), "preset": one.preset, "met": one.matched, "done": one.done} for one in faults
    ]
    return {"rules": rules, "presets": list(presets_of(faults))}


HANDLERS: dict[str, Handler] = {
    "listPresets": _presets,
    "getFaults": _get,
    "setFaults": _set,
    "addFault": _add,
}
"""The calls by the name of their operation."""
