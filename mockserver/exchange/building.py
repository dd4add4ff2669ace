"""Puts the parts of a mock together from its settings: contract, behaviours, fixtures, and the proof of memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mockserver.behaviour.facets import facets_of
from mockserver.behaviour.names import record_schemas
from mockserver.behaviour.reader import read_behaviours
from mockserver.behaviour.vocabulary import Behaviours
from mockserver.clock import parse_period, system_now
from mockserver.contract.contract import Contract, without_collection
from mockserver.contract.messages.secrets import Secrets
from mockserver.exchange.auth import Auth
from mockserver.exchange.base import Base
from mockserver.exchange.described import Described, contract_of, described_by, fixtures_of, with_inferred
from mockserver.exchange.engine import Engine
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.journal import Journal
from mockserver.exchange.journals import Kind
from mockserver.exchange.meter import Meter
from mockserver.exchange.pipeline import Pipeline
from mockserver.exchange.sign_in import SignIn
from mockserver.identity.places import provided
from mockserver.settings import MEMORY, Settings, Upstream
from mockserver.state.fixtures import Fixtures
from mockserver.state.lazy import Lazy
from mockserver.state.seeding import seed_world
from mockserver.state.store import MemoryStore, Store
from mockserver.state.users import check_keys

if TYPE_CHECKING:
    from mockserver.identity.provider import Provider
    from mockserver.inference import Inferred, Readings

PROVEN = 300
"""How many operations a contract may have for the memory of its collections to be proven at the start, and for the
names in what was inferred to be checked."""
_REVISIONS = 4
"""How many times a contract is read differently before what still fails goes without memory."""


@without_collection()
def build_engine(
    settings: Settings,
    clock: Callable[[], int] = system_now,
    *,
    prove: bool = False,
    strict: bool = False,
    begin: Callable[[Engine], None] | None = None,
) -> Engine:
    """Read contract, behaviours and fixtures, check them against each other, and put the parts together.

    The memory of inferred collections is proven; that of a large contract when it is first used, or now with `prove`.
    With `strict`, a contract with an invalid part is refused. `begin` is called before the engine has any world.
    Raises UsageError (DocumentError, BehaviourError, FixtureError) with place, problem and fix.
    """
    engine = _read_engine(settings, clock, prove=prove, strict=strict)
    if begin is not None:
        begin(engine)
    if settings.store != MEMORY and not prove:
        _keep_in_store(engine)
    engine.store.on_conflict = engine.meter.conflict
    if _has_backend(settings) and not prove:
        _stand_beside(engine)
    if engine.pipeline.sends and not prove:
        engine.dispatching()
    return engine


def _has_backend(settings: Settings) -> bool:
    return settings.upstream != Upstream()


def _stand_beside(engine: Engine) -> None:
    """Have the backend that the settings name beside the mock."""
    from mockserver.upstream.backend import backend_of

    engine.backend = backend_of(engine.settings.upstream, engine.contract.operations)
    if engine.backend is not None:
        engine.pipeline.stand_beside(engine.backend, engine.base)  # type: ignore[attr-defined]  # made for one
        engine.store.on_removed.append(engine.backend.seen.forget)


def _keep_in_store(engine: Engine) -> None:
    """Have the engine keep its worlds and journals in the store that its settings name."""
    from mockserver.exchange.stores import digest_of, opened

    digest = digest_of(engine.settings, engine.contract.document.root, engine.files)
    meter = Meter(engine.contract.operations, engine.settings.workers)
    engine.store, engine.journal = opened(engine.settings, engine.base, engine.journal, digest, meter.step)
    engine.pipeline.keep_state(engine.store, engine.journal, meter)


def _read_engine(settings: Settings, clock: Callable[[], int], *, prove: bool, strict: bool) -> Engine:
    contract = contract_of(settings, strict=strict)
    described = described_by(settings, contract)
    if described.whole and _has_fixtures(settings):
        return _put_together(settings, contract, described, None, clock)
    from mockserver.inference import Readings, infer

    readings = Readings() if described.whole else Readings(described=described.operations)
    inferred = infer(contract, readings)
    engine = _put_together(settings, contract, described, inferred, clock)
    if described.whole:
        return engine
    if prove or len(contract.operations) <= PROVEN:
        return _proven(engine, described, inferred, readings, clock)
    return _proving(engine, described, inferred, readings, clock)


def _has_fixtures(settings: Settings) -> bool:
    return bool(settings.fixtures) or (bool(settings.apis) and all(api.fixtures for api in settings.apis))


def _proving(
    engine: Engine, described: Described, inferred: Inferred, readings: Readings, clock: Callable[[], int]
) -> Engine:
    """The engine that proves each inferred collection when it is first asked for."""
    from mockserver.exchange.proving import Proving

    @without_collection()
    def build(again: Inferred, known: Behaviours | None) -> Engine:
        return _put_together(engine.settings, engine.contract, described, again, clock, known)

    engine.proving = engine.pipeline.first = Proving(engine, inferred, build, readings)
    return engine


def _proven(
    engine: Engine, described: Described, inferred: Inferred, readings: Readings, clock: Callable[[], int]
) -> Engine:
    """The engine whose inferred collections have shown their memory: what fails is read differently, or has none."""
    from mockserver.exchange.proof import Prover, revised
    from mockserver.inference import infer

    for _ in range(_REVISIONS):
        prover = Prover(engine.contract, engine.behaviours, engine.base(), engine.pipeline)
        engine.proofs = tuple(map(prover.proof, inferred.behaviours["collections"]))
        better = revised(readings, inferred, engine.behaviours, engine.proofs)
        if better == readings:
            break
        readings = better
        inferred = infer(engine.contract, readings)
        engine = _put_together(engine.settings, engine.contract, described, inferred, clock)
    engine.forgotten = readings.why
    return engine


def _put_together(
    settings: Settings,
    contract: Contract,
    described: Described,
    inferred: Inferred | None,
    clock: Callable[[], int],
    known: Behaviours | None = None,
) -> Engine:
    data, locate = _with_inferred(described, inferred)
    fixtures = _with_made(fixtures_of(settings, contract, data), settings, contract, inferred, data)
    behaviours = known or read_behaviours(
        data,
        contract,
        locate=locate,
        fields=MappingProxyType(fixtures.fields()),
        periods=settings.periods,
        folder=described.folder,
        adopts=settings.unknown_parents == "adopt",
        inferred=not described.whole,
        checked=bool(described.operations) or len(contract.operations) <= PROVEN,
    )
    schemas = schemas_of_records(behaviours, contract, fixtures)
    seeded = seed_world(fixtures, behaviours.collections, schemas, contract, now=clock(), seed=settings.seed)
    base = Base(seeded, clock)
    ttl = parse_period(settings.world_ttl) / 1000 if settings.world_ttl else None
    store = MemoryStore(base, most=settings.max_worlds, ttl=ttl)
    remembered = settings.journal_memory // 64
    journal = _journal(settings, contract, behaviours, store, settings.journal_memory - remembered)
    check_keys(fixtures.users, contract.security_schemes)
    auth = Auth(contract.security_schemes, fixtures.users, settings.auth, remembered, settings.seed)
    pipeline = _pipeline(settings, contract, behaviours, auth, store, journal, clock)
    read = inferred if not described.whole else None
    reasons = read.reasons if read is not None else {}
    return Engine(settings, contract, behaviours, fixtures, base, store, journal, pipeline, read, reasons)


def _with_made(
    fixtures: Fixtures, settings: Settings, contract: Contract, inferred: Inferred | None, data: Any
) -> Fixtures:
    """The fixtures, with the records that are made up for inferred collections."""
    if inferred is None:
        return fixtures
    from mockserver.inference import seed_records

    made = seed_records(contract, inferred, seed=settings.seed)
    return fixtures.with_generated(Lazy([name for name in _unowned(data) if name in made], made.__getitem__))


def _journal(settings: Settings, contract: Contract, behaviours: Behaviours, store: Store, memory: int) -> Journal:
    credentials = [scheme.parameter for scheme in contract.security_schemes.values()]
    journal = Journal(
        memory=memory,
        secrets=Secrets.of(credentials, shows=settings.show_secrets),
        kind=_kinds(behaviours, contract),
        exists=lambda name: store.find(name) is not None,
    )
    store.on_removed.append(journal.left)
    return journal


def _pipeline(
    settings: Settings,
    contract: Contract,
    behaviours: Behaviours,
    auth: Auth,
    store: Store,
    journal: Journal,
    clock: Callable[[], int],
) -> Pipeline:
    return _kind_of_pipeline(settings)(
        contract,
        behaviours,
        auth,
        store,
        journal,
        seed=settings.seed,
        clock=clock,
        pause=settings.stream_interval,
        max_body=settings.max_body,
        metered=settings.metrics,
        sign_in=_sign_in(contract, auth),
    )


def _kind_of_pipeline(settings: Settings) -> type[Pipeline]:
    if settings.upstream.url is None:
        return Pipeline
    from mockserver.exchange.beside import Beside

    return Beside


def _sign_in(contract: Contract, auth: Auth) -> SignIn | None:
    """The mock as the provider of its own API, where the contract declares bearer tokens."""
    if all(scheme.kind != "bearer" for scheme in contract.security_schemes.values()):
        return None
    auth.elsewhere = provided(contract)

    def make() -> Provider:
        from mockserver.identity.provider import Provider

        return Provider(contract, auth.users, auth.tokens)

    return SignIn(make)


def schemas_of_records(behaviours: Behaviours, contract: Contract, fixtures: Fixtures) -> dict[str, list[Any]]:
    """The schemas that records must satisfy. Answers that show made-up records in another form are adapted to it."""
    schemas = record_schemas(behaviours, contract)
    if not behaviours.inferred:
        return schemas
    made = {name: shape.schema for name, shape in behaviours.shapes.items() if name in fixtures.made}
    return schemas | {name: [schema] for name, schema in made.items() if schema is not None}


def _kinds(behaviours: Behaviours, contract: Contract) -> Callable[[Exchange], Kind]:
    """Sorts journal entries by operation, status, and the states of the record that it selected."""
    late = cache(lambda: facets_of(behaviours, contract))
    is_large = len(contract.operations) > PROVEN  # then they are found for the first entry, and not at the start
    find = (lambda name: late().get(name)) if is_large else late().get

    def kind(entry: Exchange) -> Kind:
        known = find(entry.operation or "")
        states = known.states_of(entry.selected, entry.at) if known is not None else ()
        return entry.operation, entry.answer.status, states

    return kind


def _unowned(data: Any) -> list[str]:
    """The collections without an owner. All others begin empty, since the users aren't known."""
    collections = data.get("collections") if isinstance(data, Mapping) else None
    if not isinstance(collections, Mapping):
        return []
    return [name for name, rules in collections.items() if not (isinstance(rules, Mapping) and rules.get("owner"))]


def _with_inferred(described: Described, inferred: Inferred | None) -> tuple[Any, Callable[[str], str]]:
    """The behaviours as data, and what finds a place in them. Raises BehaviourError."""
    if described.whole or inferred is None:
        return described.data, described.locate
    if not described.operations:
        return inferred.behaviours, _inferred
    return with_inferred(described, inferred.behaviours), described.locate


def _inferred(pointer: str) -> str:
    return f"inferred behaviours, {pointer}"
