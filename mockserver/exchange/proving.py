"""A large contract proves a collection when it is first asked for, with the same result as `check-spec`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from threading import Lock
from time import monotonic
from typing import Any, Final, Protocol

import msgspec

from mockserver.behaviour.reader import read_behaviours
from mockserver.behaviour.vocabulary import Behaviour, Behaviours
from mockserver.contract.contract import Contract
from mockserver.errors import Refused
from mockserver.exchange.pipeline import Pipeline
from mockserver.exchange.proof import Proof, Prover, revised
from mockserver.inference import Inferred, Readings, infer
from mockserver.messages import Request
from mockserver.state.world import World

_REVISIONS: Final = 4
_FIRST: Final = Readings()
_PATIENCE: Final = 10.0
"""Seconds after which a request is answered with what was proven until then."""


class Served(Protocol):
    """The engine whose collections are proven."""

    contract: Contract
    behaviours: Behaviours
    pipeline: Pipeline
    proofs: tuple[Proof, ...]
    forgotten: tuple[str, ...]

    @property
    def base(self) -> Callable[[], World]:
        """Gives the world that new worlds start as."""

    def reread(self, fresh: Any) -> None:
        """Take over another reading of the same contract."""


Build = Callable[[Inferred, Behaviours | None], Served]
"""Makes an engine of what was inferred, and of the behaviours that this is, where they have been read."""


class Proving:
    """What is known of the memory of one engine's collections; called with each request before it is answered."""

    def __init__(self, engine: Served, inferred: Inferred, build: Build, readings: Readings = _FIRST) -> None:
        self.engine, self.inferred, self.build = engine, inferred, build
        self.readings = readings
        self.proofs: dict[str, Proof] = {}
        self.settled: set[str] = set(
            readings.described
        )  #: operations whose collections are proven, as far as they can be
        self._prover: Prover | None = None
        self._lock = Lock()

    def __call__(self, request: Request) -> None:
        """Prove the collections that a request is about."""
        try:
            operation = self.engine.contract.route(request.method, request.path, request).operation.id
        except Refused:
            return
        if operation not in self.settled:
            with self._lock:
                self.settle(operation)

    def settle(self, operation: str) -> None:
        """Prove the collections of an operation; what fails is read differently, or has no memory."""
        until = monotonic() + _PATIENCE
        for _ in range(_REVISIONS):
            names = _collections(self.engine.behaviours.operations.get(operation))
            proofs = [self._proof(name) for name in names]
            claims = {shape: why for shape, why in self.inferred.claims.items() if self._named(shape) in names}
            better = revised(self.readings, replace(self.inferred, claims=claims), self.engine.behaviours, proofs)
            if better == self.readings or monotonic() > until:
                break
            self._read(better)
        self.settled.add(operation)

    def is_proven(self, operation: str | None) -> bool:
        """Whether an operation has shown that it does what it claims."""
        return any(operation in proof.proven for proof in self.proofs.values())

    def _named(self, shape: tuple[str, ...]) -> str:
        resource = self.inferred.resources.get(shape)
        return resource.name if resource is not None else ""

    def _proof(self, name: str) -> Proof:
        if name not in self.proofs:
            engine = self.engine
            self._prover = self._prover or Prover(engine.contract, engine.behaviours, engine.base(), engine.pipeline)
            self.proofs[name] = self._prover.proof(name)
            engine.proofs = tuple(self.proofs.values())
        return self.proofs[name]

    def _read(self, readings: Readings) -> None:
        """Serve another reading of the contract; what was proven of the behaviours that stay the same stays proven."""
        before, self.readings = self.readings, readings
        broken = {name: why for name, why in readings.broken.items() if name not in before.broken}
        known, own = self.engine.behaviours, self.inferred.without(broken, self.engine.contract)
        if (readings.forgotten, readings.keys) == (before.forgotten, before.keys) and own is not None:
            self.inferred, self.proofs = own, {name: _but(proof, broken) for name, proof in self.proofs.items()}
            known = _left_out(known, broken, self.inferred, self.engine.contract)
            self._serve(self.build(self.inferred, known))
            return
        earlier, self.inferred = self.inferred.behaviours, infer(self.engine.contract, readings)
        changed = set(_changed(earlier["operations"], self.inferred.behaviours["operations"]))
        lost = set(_changed(earlier["collections"], self.inferred.behaviours["collections"]))
        lost |= {name for one in changed for name in _collections(known.operations.get(one))}
        self.proofs = {name: proof for name, proof in self.proofs.items() if name not in lost}
        self.settled = {
            one for one in self.settled - changed if lost.isdisjoint(_collections(known.operations.get(one)))
        }
        self._serve(self.build(self.inferred, None))

    def _serve(self, fresh: Served) -> None:
        fresh.proofs, fresh.forgotten = tuple(self.proofs.values()), self.readings.why
        self.engine.reread(fresh)
        self._prover = None


def _but(proof: Proof, broken: Mapping[str, str]) -> Proof:
    """A proof without the operations that are left to their examples; what it showed of the others holds."""
    kept = {name: why for name, why in proof.broken.items() if name not in broken}
    return msgspec.structs.replace(proof, broken=kept, proven=proof.proven - broken.keys())


def _left_out(known: Behaviours, broken: Mapping[str, str], inferred: Inferred, contract: Contract) -> Behaviours:
    """The behaviours without those of operations that are left to their examples."""
    operations = {name: one for name, one in known.operations.items() if name not in broken}
    echoes = inferred.behaviours.get("echoes", {})
    said = {name: echoes[name] for name in broken if name in echoes}
    more = read_behaviours({"echoes": said}, contract, locate=str, inferred=True).echoes
    return msgspec.structs.replace(known, operations=operations, echoes={**known.echoes, **more})


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    return (name for name in {**before, **after} if before.get(name) != after.get(name))


def _collections(behaviour: Behaviour | None) -> list[str]:
    """The collections that an operation uses."""
    if behaviour is None:
        return []
    queries = (behaviour.find, behaviour.create, behaviour.list, *behaviour.remove)
    return list(dict.fromkeys(query.collection for query in queries if query is not None))
