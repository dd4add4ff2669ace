"""Writes made at the same time: none is lost. And the words that go with every answer of the run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from contract_tests.core.answer import Answer
from contract_tests.core.contract import Operation
from contract_tests.core.errors import Broken, TargetUnavailable
from contract_tests.core.promises import promise
from contract_tests.run.run import Run
from contract_tests.suites.flashback.api import Flashback, by_id, moment, must, not_checked
from contract_tests.suites.flashback.helpers import HEARTBEAT, LIST, TRUST, listed, same

AT_ONCE = 4


def at_once(run: Run, me: Flashback, write: Callable[[str], Answer], names: Sequence[str]) -> dict[str, Answer]:
    """The answers to the same write of several records, made at the same time."""
    if run.settings.rate:
        raise not_checked("--rate lets no two requests out at the same time")
    if len(names) < 2:
        raise not_checked("it takes two records to write to at the same time")
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return dict(zip(names, pool.map(write, names), strict=True))
    except (TargetUnavailable, Broken) as error:
        if isinstance(error, Broken) and error.answers:
            raise
        me.succeed("listDevices")  # a target that has gone is found out here
        raise not_checked("the target takes one connection at a time") from None


@pytest.mark.usefixtures("writable")
@promise("Sessions prolonged at the same time are all prolonged", page=HEARTBEAT, stage=27, about="heartbeatSession")
def test_heartbeats_at_once_are_all_kept(run: Run, me: Flashback) -> None:
    """GET /sessions shows for each the end that its heartbeat answered."""
    names = me.known_state().lasting_sessions[:AT_ONCE]
    answers = at_once(run, me, lambda name: me.succeed("heartbeatSession", name), names)
    shown = me.succeed("listSessions")
    for name, answer in answers.items():
        new = moment(answer.get("newExpiry"), "newExpiry", answer)
        end = moment(by_id(shown, "sessions").get(name, {}).get("expiresAt"), f"expiresAt of {name}", answer, shown)
        must(same(end, new), f"expiresAt {new} of {name}, prolonged at the same time as others", end, answer, shown)


@pytest.mark.usefixtures("writable")
@promise("Devices trusted at the same time are all trusted", page=TRUST, stage=27, about="trustDevice")
def test_trust_given_at_once_is_all_kept(run: Run, me: Flashback) -> None:
    """GET /devices shows each as trusted."""
    state = listed(me)
    prints = {device: str(found) for device in state.free_devices if (found := state.fingerprint(device))}
    answers = at_once(run, me, lambda device: me.trust(prints[device]), list(prints)[:AT_ONCE])
    shown = me.succeed("listDevices")
    for device, answer in answers.items():
        got = by_id(shown, "devices").get(device, {}).get("isTrusted")
        must(got is True, f"isTrusted true of {device}, trusted at the same time as others", got, answer, shown)


@pytest.mark.usefixtures("me")
@promise("Every answer says by `success` whether it worked, in the documented words", page=LIST, stage=97)
def test_answers_say_what_happened(run: Run, operation: Operation) -> None:
    """The flag and the texts of all answers of the run."""
    breaches = [breach for (name, _), breach in run.ledger.breaches.items() if name == operation.id and breach.suite]
    run.ledger.note_all(breach for breach in breaches if breach.is_note)
    if broken := [breach.as_broken() for breach in breaches if not breach.is_note]:
        raise Broken.together(broken)
    if operation.id not in run.ledger.answered:
        raise not_checked("the operation was never answered")
