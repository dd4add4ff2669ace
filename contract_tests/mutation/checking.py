"""Checks one mutant with the suite, in a world of its own, until the first broken promise."""

from __future__ import annotations

import io
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from contract_tests.core.contract import Contract
from contract_tests.core.document import bundled
from contract_tests.core.errors import TargetUnavailable
from contract_tests.core.mock_process import MockProcess
from contract_tests.core.promises import Outcome
from contract_tests.mutation.distortion import distortions
from contract_tests.mutation.edits import Edit, edits, read
from contract_tests.mutation.proxy import Forward, Reply, Request, distorted
from contract_tests.mutation.sites import Distortion, Users, records_in
from contract_tests.run.run import Run
from contract_tests.run.session import Session
from contract_tests.run.settings import OWN_OTHER_TOKEN, OWN_TOKEN, Settings

EXAMPLES, BUDGET = 5, 180.0
SUITES = (
    "behaviours",
    "conformance",
    "workflows",
)  # the oracle would compare a mock with itself, at ten times the cost
USERS = Users(OWN_TOKEN, OWN_OTHER_TOKEN)
CLEAN = "clean"


class Fate(StrEnum):
    """The result for a mutant."""

    ASSERTION = "killed by assertion"
    CRASH = "killed by crash"
    SURVIVED = "survived"
    EQUIVALENT = "equivalent"
    REFUSED = "refused at load"


@dataclass(frozen=True)
class Finding:
    """A mutant's fate, and the promise that it broke or the reason."""

    mutant: str
    operator: str
    site: str
    fate: Fate
    reason: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Setup:
    """What the checks of all mutants share: the behaviours file, and an unmodified mock that runs all the time."""

    behaviours: Path
    url: str
    world: str = "m"


@cache
def contract() -> Contract:
    """The bundled contract, read once in each process."""
    return Contract.load(bundled())


@cache
def catalogue(behaviours: Path) -> dict[str, Edit | Distortion]:
    """Every mutant by its name."""
    found: list[Edit | Distortion] = [*edits(read(behaviours), records_in(contract())), *distortions(contract())]
    return {mutant.id: mutant for mutant in found}


def check(setup: Setup, name: str, number: int) -> Finding:
    """Check the mutant of that name; `CLEAN` is the unmodified mock.

    The checks of its own operation come first and kill nearly every one; then the whole suite, then the checks of each
    operation alone. Each of these runs has a world of its own, where no other has used up the records.
    """
    mutant = catalogue(setup.behaviours).get(name)
    operator, site = (mutant.operator, mutant.site) if mutant else (CLEAN, "")
    started = time.monotonic()
    fate, reason = Fate.SURVIVED, ""
    own = [(site,)] if contract().has(site) else []
    others = [(each.id,) for each in contract().operations if each.id != site]
    for about in [*own, (), *(others if mutant else ())]:
        world = "-".join([f"{setup.world}{number}", *about])
        try:
            with alive(setup, mutant, world) as url:
                fate, reason = verdict_on(url, USERS, about)
        except TargetUnavailable as error:
            fate, reason = Fate.REFUSED, without_folders(error.problem)
        if fate is not Fate.SURVIVED:
            break
    return Finding(name, operator, site, fate, reason, round(time.monotonic() - started, 2))


def without_folders(text: str) -> str:
    """A reason with file names in the place of paths: findings are kept, and folders differ from machine to machine."""
    return re.sub(r"\S*/(?=[^/\s]+\.ya?ml)", "", text)


@contextmanager
def alive(setup: Setup, mutant: Edit | Distortion | None, world: str) -> Iterator[str]:
    """The URL at which the mutant answers: a mock of its own, or a proxy in front of a world of the unmodified one."""
    with ExitStack() as stack:
        if isinstance(mutant, Edit):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            mock = MockProcess.start("--behaviours", str(mutant.write(folder / "behaviours.yaml")))
            stack.callback(mock.stop)
            yield mock.url
        else:
            distort = mutant.make(USERS) if mutant else undistorted
            yield stack.enter_context(distorted(setup.url, contract(), distort, world))


def undistorted(request: Request, forward: Forward) -> Reply:
    """Pass the exchange as it is."""
    return forward(request)


def verdict_on(url: str, users: Users, about: tuple[str, ...] = ()) -> tuple[Fate, str]:
    """The fate of the server at a URL under the whole suite, or under the checks of these operations only."""
    settings = Settings(
        url,
        users.own,
        users.other,
        fail_fast=True,
        examples=EXAMPLES,
        budget=BUDGET,
        timeout=5.0,
        about=about,
        suite=SUITES,
    )
    session = Session(Run.prepare(settings, contract()), io.StringIO())
    try:
        session.check()
    finally:
        session.run.close()
    if broken := session.run.ledger.with_outcome(Outcome.BROKEN):
        problem = next(iter(broken[0].problems), None)
        reason = f"{broken[0].id}: expected {problem.expected}, got {problem.got}" if problem else broken[0].id
        return Fate.ASSERTION, reason[:300]
    if (code := session.exit_code()) == 0:
        return Fate.SURVIVED, ""
    faults = [verdict.reason for verdict in session.run.ledger.with_outcome(Outcome.FAULT)]
    return Fate.CRASH, str(session.plugin.stopped_by or next(iter([*faults, *session.run.faults]), f"exit {code}"))
