"""The parts of one running mock, which change only together; no web framework yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from mockserver.behaviour.vocabulary import Behaviours
from mockserver.contract.contract import Contract
from mockserver.exchange.base import Base
from mockserver.exchange.journals import Journals, Note
from mockserver.exchange.meter import Meter
from mockserver.exchange.pipeline import Pipeline
from mockserver.settings import Settings
from mockserver.state.fixtures import Fixtures
from mockserver.state.store import Store
from mockserver.state.world import World

if TYPE_CHECKING:
    from mockserver.exchange.dispatching import Dispatcher
    from mockserver.exchange.following import Following
    from mockserver.exchange.proof import Proof
    from mockserver.exchange.proving import Proving
    from mockserver.inference import Inferred
    from mockserver.upstream.backend import Backend


class Engine(msgspec.Struct):
    """One mock server: its settings, its state, and the pipeline that answers.

    Its parts change only together, when the files behind them have changed (`adopt`).
    """

    settings: Settings
    contract: Contract
    behaviours: Behaviours
    fixtures: Fixtures
    base: Base
    store: Store
    journal: Journals
    pipeline: Pipeline
    inferred: Inferred | None  #: the behaviours, where they are inferred, as far as they are proven
    reasons: Mapping[str, str]  #: why operations were left to their example, where behaviours were inferred
    proofs: tuple[Proof, ...] = ()  #: what scratch worlds showed of inferred collections
    forgotten: tuple[str, ...] = ()  #: why collections that paths show have no memory
    proving: Proving | None = None  #: proves the collections of a large contract when they are first asked for
    backend: Backend | None = None  #: the real backend beside the mock
    trouble: str = ""  #: why the files as they are now cannot be used, while the last good ones are
    followed: Following | None = None  #: streams changes, where a client follows some
    dispatcher: Dispatcher | None = None  #: sends callbacks and webhooks, where there can be any

    @property
    def meter(self) -> Meter:
        """What counts the requests and the steps of the store."""
        return self.pipeline.meter

    @property
    def passes_unknown(self) -> bool:
        """Whether paths that the contract doesn't know lead to the backend."""
        return self.backend is not None and self.backend.router.routes.unknown == "backend"

    @property
    def files(self) -> frozenset[Path]:
        """Every file that this mock was made from."""
        named = (self.settings.behaviours, *(api.behaviours for api in self.settings.apis))
        behaviours = [file for file in named if file is not None]
        calls = [behaviour.call for behaviour in self.behaviours.operations.values() if behaviour.call is not None]
        modules = [call.file for call in calls if call.file is not None]
        state = (self.settings.state,) if self.settings.state is not None else ()
        files = (*self.contract.document.files, *behaviours, *modules, *self.fixtures.files, *state)
        return frozenset(path.resolve() for path in files)

    def adopt(self, fresh: Engine) -> None:
        """Take over contract, behaviours and fixtures of an engine made anew; worlds, journal and clock stay.

        Worlds keep their records: a changed fixture shows after a reset, in worlds made from now on, and nowhere else.
        """
        rules = fresh.behaviours.collections
        self._follow(fresh, lambda world: world.with_rules(rules))
        self.proving = fresh.proving
        if self.proving is not None:
            self.proving.engine = self

    def reread(self, fresh: Engine) -> None:
        """Take over another reading of the same contract: worlds keep what was changed in them, and nothing else."""
        rules = fresh.behaviours.collections
        fresh.base = self.base.kept(fresh.base, rules)
        before, after = self.base(), fresh.base()
        fresh.pipeline.first = self.proving
        self._follow(fresh, lambda world: world.moved(before, after, rules))

    def _follow(self, fresh: Engine, change: Callable[[World], World]) -> None:
        fresh.pipeline.keep_state(self.store, self.journal, self.meter)
        if self.backend is not None:
            self.backend.router.adopt(fresh.contract.operations)
            fresh.pipeline.stand_beside(self.backend, fresh.base)  # type: ignore[attr-defined]  # made for one
        self.pipeline.followed_by(fresh.pipeline)  # first: requests that are under way lose their collections next
        self.store.rebase(fresh.base, change)
        self.journal.kind, self.journal.secrets = fresh.journal.kind, fresh.journal.secrets
        self.contract, self.behaviours, self.fixtures = fresh.contract, fresh.behaviours, fresh.fixtures
        self.base, self.pipeline, self.reasons, self.trouble = fresh.base, fresh.pipeline, fresh.reasons, ""
        self.inferred = fresh.inferred
        if fresh.pipeline.sends:
            self.dispatching()
        self.proofs, self.forgotten = fresh.proofs, fresh.forgotten

    def dispatching(self) -> Dispatcher:
        """What sends callbacks and webhooks, made where there can be any."""
        if self.dispatcher is None:
            from mockserver.exchange.dispatching import Dispatcher  # few mocks send anything

            self.dispatcher = Dispatcher(self)
            self.journal.listeners.append(self.dispatcher)
        return self.dispatcher

    def following(self) -> Following:
        """What streams the changes of records, made when a client first follows some."""
        if self.followed is None:
            from mockserver.exchange.following import Following  # few mocks have such streams

            self.followed = Following(self)
            self.journal.listeners.append(self.followed)
        return self.followed

    def note(self, world: str, moves: Iterable[tuple[World, World]] = ()) -> None:
        """Note that a control call has changed a world, with what it changed of the records that streams may follow."""
        note, named = Note("world", world), self.behaviours.followed
        if named:
            from mockserver.exchange.watching import noted

            note = noted(note, moves, named, self.pipeline.clock)
        self.journal.note(note)
        if self.followed is not None:
            self.followed.wake()

    def reset(self, world: str, keep: Iterable[str] = ()) -> World:
        """Put a world back to the fixtures, date math resolved anew, with no faults, on the machine's time, and forget
        its journal; `clock`, `faults` and `requests` are kept where `keep` says so."""
        self.base.renew()
        if self.backend is not None:
            self.backend.seen.forget(world)
        kept = set(keep)
        if "requests" not in kept:
            self.journal.clear(world)
        return self.store.reset(world, tuple(kept & {"clock", "faults"}))
