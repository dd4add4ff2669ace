"""What the documentation pages of the bundled API say: its operations, its texts, the subjects of its assumptions."""

from __future__ import annotations

from functools import cache

from contract_tests.core.contract import Contract
from contract_tests.core.document import bundled
from contract_tests.core.target import Target
from contract_tests.run.suites import Subjects, Suite
from contract_tests.suites.flashback.api import OPERATIONS, SUBJECTS, Flashback, envelope_breaches


def applies_to(contract: Contract) -> bool:
    """Whether the contract has the operations that the pages describe."""
    return contract.has(*OPERATIONS)


def subjects(contract: Contract) -> Subjects:
    """The subjects of the assumptions, where each stands in the contract as it does in the bundled one.

    Another contract may number assumptions of its own alike; nothing is known of what those are about.
    """
    return SUBJECTS if applies_to(contract) and assumed_in(contract) == assumed_in(bundled_contract()) else {}


def assumed_in(contract: Contract) -> dict[str, tuple[tuple[str, ...], ...]]:
    """The assumption numbers of each operation and of its responses."""
    operations = map(contract.operation, OPERATIONS)
    return {one.id: (one.assumed, *(answer.assumed for answer in one.responses.values())) for one in operations}


@cache
def bundled_contract() -> Contract:
    """The bundled contract."""
    return Contract.load(bundled())


def two_sessions(target: Target) -> frozenset[str]:
    """Two sessions on different devices, and these devices: the records that revoke-all is checked on at the end."""
    if not target.gate.rules.level.writes:
        return frozenset()
    state = Flashback(target, target.token).state()
    holders = [device for device in state.devices if state.sessions_of(device)][-2:]
    names = {name for holder in holders for name in (holder, state.fingerprint(holder))}
    return frozenset(str(name) for name in names | {s for holder in holders for s in state.sessions_of(holder)[:1]})


SUITE = Suite("behaviours", applies_to, envelope_breaches, two_sessions, subjects, frozenset({"access"}))
