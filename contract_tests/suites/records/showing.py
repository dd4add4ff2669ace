"""Checks that records are shown as they were sent, and finds what has changed in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contract_tests.core.action import Action
from contract_tests.core.answer import Answer
from contract_tests.core.errors import Broken
from contract_tests.core.words import ABSENT, in_json
from contract_tests.suites.records.comparing import can_be_shown, losses
from contract_tests.suites.records.kinds import declared
from contract_tests.suites.records.life import Life


def check_as_sent(
    life: Life, action: Action, sent: Mapping[str, Any], shown: Mapping[str, Any], *answers: Answer, by: str = ""
) -> None:
    """Raise `Broken` for members that an answer does not show as they were sent, `by` which operation."""
    to = f" to {by}" if by and by != action.id else ""
    members = declared(life.contract, action)
    sent = {name: value for name, value in sent.items() if not is_unsaid(life, name, value)}
    lost = list(losses(life.contract, {"properties": dict(members)}, sent, shown)) if members else []
    lost = [loss for loss in lost if is_readable(life, loss.way.split("/")[1], sent)]
    life.left_out += [(action, loss, answers[-1]) for loss in lost if loss.is_left_out]
    broken = [loss for loss in lost if not loss.is_left_out and loss.way.split("/")[1] != life.kind.key]
    if broken:
        raise Broken.together(
            Broken(f"{action.id} to show {loss.way} as it was sent{to}: {in_json(loss.sent)}",
                   what_came(loss.sent, loss.shown), *answers, in_order=True)
            for loss in broken[:3]
        )  # fmt: skip


def what_came(sent: Any, shown: Any) -> str:
    """A value in the place of another one; of a list that has other items, how many, and the first that is lacking."""
    lacking = [one for one in sent if one not in shown] if isinstance(sent, list) and isinstance(shown, list) else []
    return f"{len(shown)} of {len(sent)} items, without {in_json(lacking[0])}" if lacking else in_json(shown)


def check_names(life: Life, action: Action, names: Mapping[str, str], shown: Mapping[str, Any], answer: Answer) -> None:
    """Raise `Broken` where a record is shown with another key, or below another parent, than its path names."""
    for name, part in action.fields_in_path(life.kind.name).items():
        if part in shown and name in names and str(shown[part]) != names[name]:
            raise Broken(f"{action.id} to show {part} {names[name]}, as in its path", in_json(shown[part]), answer)


def differences(life: Life, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """The fields that a client sends, where they differ."""
    for name in sorted((life.settable & before.keys()) - {life.kind.key}):
        if before[name] != after.get(name, ABSENT):
            yield name, before[name], after.get(name, ABSENT)


def is_unsaid(life: Life, name: str, value: Any) -> bool:
    """Whether a value is none of those that the member's description lists: a server may put one in its place."""
    known = life.listed.get(name, frozenset())
    return bool(known) and isinstance(value, str) and value not in known


def is_readable(life: Life, name: str, sent: Mapping[str, Any]) -> bool:
    """Whether a read could show the value of a member: what none can show, a server stores in a form of its own."""
    read = life.kind.read
    schema = declared(life.contract, read).get(name) if read is not None else None
    return schema is None or can_be_shown(life.contract, schema, sent[name])
