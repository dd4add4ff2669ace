"""A ledger in Redis 7 or Valkey 8, which mocks on any number of machines share."""

from __future__ import annotations

from collections.abc import Sequence
from time import time
from typing import Any, Final

from mockserver.background import warn
from mockserver.errors import StoreLost, Unavailable
from mockserver.state import redis_scripts as scripts
from mockserver.state.ledger import ENTRIES, FORMAT, Addition, Full, Kept, Ledger, Outcome, Place, Settled, Step, Tail
from mockserver.state.redis_line import RedisLine, run
from mockserver.state.redis_servers import Command

_OLDEST: Final = 7
"""The first version of Redis that is known to work; Valkey calls itself 7.2 or newer there."""
_STAMP: Final = 19
"""The digits of a stamp, with which each change begins."""
_ELSEWHERE: Final = 6
"""How many things a step answers with that isn't kept."""
_REMEMBERED: Final = 10_000
"""How many removed worlds are remembered."""


class RedisLedger(Ledger):
    """One namespace. Keys of a world share a hash slot, and so do those of all worlds together."""

    kind = "Redis"

    def __init__(self, url: str, namespace: str, *, timeout: float = 1.0, memory: int = 256_000_000) -> None:
        self.namespace, self._memory = namespace, memory
        self._line = RedisLine(url, timeout)
        self._all = f"mock:{{{namespace}}}"
        self._worlds, self._removed = f"{self._all}:worlds", f"{self._all}:removed"
        self._events, self._gone = f"{self._all}:events", f"{self._all}:gone"
        self._shared = (self._all, self._worlds, self._events)

    def open(self) -> None:
        """Check the server's version and settings, and the version of what is there. Raises Unavailable."""
        try:
            form = (("HSETNX", self._all, "format", FORMAT), ("HGET", self._all, "format"))
            info, _, found = self._line.write(("INFO", "server"), *form)
        except StoreLost as error:
            raise Unavailable(
                f"the store can't be used: {error}", fix="is it running? --store redis://HOST:PORT/DB"
            ) from None
        version = _version_in(info)
        if version < _OLDEST:
            problem = f"{self._line.address} has version {version}, and {_OLDEST} or newer is needed"
            raise Unavailable(problem, fix="upgrade it, or use --store sqlite:FILE")
        if int(found) != FORMAT:
            problem = f"the namespace {self.namespace} has format {int(found)}, and this mock server reads {FORMAT}"
            raise Unavailable(problem, fix="use the version that wrote it, or another --namespace")
        self._warn_of_eviction()
        self._line.close()  # a process that is forked makes its own connection

    def _warn_of_eviction(self) -> None:
        try:
            (setting,) = self._line.read(("CONFIG", "GET", "maxmemory-policy"))
        except StoreLost:  # not every user may ask
            return
        if len(setting) == 2 and setting[1].startswith(b"allkeys"):
            policy = setting[1].decode()
            fix = f"set maxmemory-policy noeviction, not {policy}"
            warn(f"{self._line.address} evicts worlds when its memory is full: {fix}")

    def check(self) -> None:
        """Whether the server answers."""
        self._line.read(("PING",))

    def read(self, world: str, seen: Place) -> Tail | None:
        """What the log has after a place; None where there is no such world."""
        now = f"{time():.3f}"
        where = (seen.generation, seen.sequence, _stamp(seen.stamp), now)
        (found,) = self._line.read(run(scripts.READ, self._log(world), *where))
        if found is None:
            return None
        stale, rest = found
        if stale:
            self._line.write(("ZADD", self._worlds, "XX", now, world))
        return _tail(*rest)

    def past(self, world: str, place: Place) -> Tail | None:
        """The log up to a place, from a snapshot on; None where it isn't kept."""
        (found,) = self._line.read(run(scripts.PAST, self._log(world), place.generation, place.sequence))
        return None if found is None else _tail(*place, *found)

    def create(self, world: str, snapshot: bytes, most: int) -> int | None:
        """The generation of a new world; None where there is one of that name. Raises Full."""
        now = f"{time():.3f}"
        (generation,) = self._line.write(run(scripts.REGISTER, (self._all, self._worlds), world, most, now))
        if not generation:
            raise Full
        made, _ = self._line.write(
            run(scripts.CREATE, self._log(world), generation, now, snapshot, _stamp(0)), ("ZREM", self._removed, world)
        )
        return int(generation) if made else None

    def append(self, world: str, at: Place, addition: Addition) -> bool:
        """Add to a log at a place; False, and nothing is added, where the log is elsewhere."""
        keys = (*self._log(world), self._key(world, "journal"))
        where = (at.generation, _stamp(at.stamp), at.sequence)
        (added,) = self._line.write(run(scripts.APPEND, keys, *where, *_written(addition)))
        return bool(added)

    def settle(self, steps: Sequence[Step]) -> list[Outcome | StoreLost]:
        """Keep what requests leave, in this order, in one round trip."""
        now = f"{time():.3f}"
        answers = self._line.write(*(self._settling(step, now) for step in steps))
        outcomes: list[Outcome | StoreLost] = []
        total, gone = 0, []
        for step, answer in zip(steps, answers, strict=True):
            if answer is None:
                outcomes.append(None)
                gone += [] if step.exact else [("HINCRBY", self._gone, step.kind, 1)]
            elif len(answer) == _ELSEWHERE:
                outcomes.append(_tail_or_loss(*answer))
            else:
                number, place, total = map(int, answer if self._line.together else self._noted(step, *answer))
                outcomes.append(Settled(number, place))
        if gone:
            self._line.write(*gone)
        if total > self._memory:
            self._drop_old()
        return outcomes

    def _settling(self, step: Step, now: str) -> Command:
        """The command that keeps a step."""
        world, at, known = step.world, step.at, step.known
        shared = self._shared if self._line.together else ()
        keys = (*self._log(world), self._key(world, "journal"), self._key(world, "tally"), *shared)
        where = (at.generation, _stamp(at.stamp) if step.exact else "", known.sequence, _stamp(known.stamp))
        entry = (step.kind, b"%012d" % at.sequence + step.data, ENTRIES, now, world)
        return run(scripts.SETTLE, keys, *where, *entry, *_written(step.addition))

    def _noted(self, step: Step, number: int, size: int, now: bytes) -> tuple[Any, ...]:
        """Note a step among those of all worlds, which are on another node; its number, place and the bytes of all."""
        text = f" {number} {step.world}"
        return number, *self._line.write(run(scripts.NOTE, self._shared, text, ENTRIES, step.world, size, now))[0]

    def remove(self, world: str, idle_since: float | None = None) -> bool:
        """Remove a world with its journal, or only if it was not used since."""
        keys = (*self._log(world), self._key(world, "journal"), self._key(world, "tally"))
        limit = "" if idle_since is None else idle_since
        (found,) = self._line.write(run(scripts.REMOVE, keys, limit))
        if found is None:
            return False
        commands: list[Any] = [("ZREM", self._worlds, world), run(scripts.FORGET_EVENTS, (self._events,), world)]
        if idle_since is None:
            commands += [
                ("ZADD", self._removed, time(), world),
                ("ZREMRANGEBYRANK", self._removed, 0, -1 - _REMEMBERED),
            ]
        self._line.write(*commands, *self._as_gone(*found))
        return True

    def _as_gone(self, tally: list[Any], freed: int) -> list[Any]:
        """The commands that count what a journal has counted for all worlds together, and no longer its bytes."""
        pairs = zip(tally[::2], tally[1::2], strict=True)
        counts = [("HINCRBY", self._gone, kind, int(times)) for kind, times in pairs]
        return [*counts, ("HINCRBY", self._all, "bytes", -int(freed))]

    def was_removed(self, world: str) -> bool:
        """Whether a world was removed on purpose, and not made anew."""
        return self._line.read(("ZSCORE", self._removed, world))[0] is not None

    def names(self, idle_since: float | None = None) -> list[str]:
        """The names of all worlds, or of those not used since, the last used first."""
        limit = "+inf" if idle_since is None else idle_since
        (names,) = self._line.read(("ZREVRANGEBYSCORE", self._worlds, limit, "-inf"))
        return [name.decode() for name in names]

    def count(self) -> int:
        """How many worlds there are."""
        return int(self._line.read(("ZCARD", self._worlds))[0])

    def used(self, world: str) -> float | None:
        """When a world was last used, in seconds since 1970, to about a second."""
        (used,) = self._line.read(("HGET", self._key(world), "used"))
        return None if used is None else float(used)

    def _drop_old(self) -> None:
        """Drop the older half of the journals of the worlds that were not used longest, until there is room again."""
        names = self.names()[::-1]
        sizes = [int(size or 0) for size in self._line.read(*(("HGET", self._key(name), "bytes") for name in names))]
        total, least = sum(sizes), self._memory - self._memory // 16
        while total > least:
            before = total
            for name in names:
                keys = (self._key(name), self._key(name, "journal"))
                total -= int(self._line.write(run(scripts.DROP_HALF, keys))[0])
                if total <= least:
                    break
            if total == before:
                break
        self._line.write(("HSET", self._all, "bytes", total))

    def note(self, world: str, data: bytes) -> int:
        """Keep a note about a world; its place."""
        keys = (self._all, self._worlds, self._events)
        text = b" 0 %b %b" % (world.encode(), data)
        ((place, _),) = self._line.write(run(scripts.NOTE, keys, text, ENTRIES, world, 0, ""))
        return int(place)

    def entries(self, world: str) -> list[Kept]:
        """The journal of a world, oldest first."""
        (found,) = self._line.read(("HGETALL", self._key(world, "journal")))
        pairs = zip(found[::2], found[1::2], strict=True)
        return sorted(Kept(0, world, int(number), data[12:]) for number, data in pairs)

    def entry(self, world: str, number: int) -> Kept | None:
        """One entry of a world."""
        (data,) = self._line.read(("HGET", self._key(world, "journal"), number))
        return None if data is None else Kept(0, world, number, data[12:])

    def last(self, world: str) -> int:
        """The number of the newest entry of a world; 0 before the first."""
        return int(self._line.read(("HGET", self._key(world), "number"))[0] or 0)

    def after(self, place: int) -> list[Kept]:
        """The newest entries and notes of all worlds that come after a place, oldest first."""
        (members,) = self._line.read(("ZRANGEBYSCORE", self._events, f"({place}", "+inf"))
        events = [_event(member) for member in members[-ENTRIES:]]
        wanted = [event for event in events if event.number]
        found = self._line.read(*(("HGET", self._key(one.world, "journal"), one.number) for one in wanted))
        bodies = {one.place: data[12:] for one, data in zip(wanted, found, strict=True) if data is not None}
        there = (event for event in events if not event.number or event.place in bodies)
        return [event._replace(data=bodies.get(event.place, event.data)) for event in there]

    def total(self) -> int:
        """The place of the newest entry or note."""
        return int(self._line.read(("HGET", self._all, "place"))[0] or 0)

    def weight(self) -> int:
        """The bytes of the journals of all worlds."""
        return int(self._line.read(("HGET", self._all, "bytes"))[0] or 0)

    def tally(self, world: str | None) -> dict[str, int]:
        """How many entries of each kind there have been: of a world, or of all, removed ones among them."""
        names = self.names() if world is None else [world]
        keys = [*(self._key(name, "tally") for name in names), *([self._gone] if world is None else [])]
        counted: dict[str, int] = {}
        for found in self._line.read(*(("HGETALL", key) for key in keys)):
            for kind, times in zip(found[::2], found[1::2], strict=True):
                counted[kind.decode()] = counted.get(kind.decode(), 0) + int(times)
        return counted

    def clear(self, world: str) -> None:
        """Forget the entries of a world; numbers go on, and its kinds are counted for all worlds together."""
        keys = (self._key(world), self._key(world, "journal"), self._key(world, "tally"))
        (found,) = self._line.write(run(scripts.CLEAR, keys))
        self._line.write(run(scripts.FORGET_EVENTS, (self._events,), world), *self._as_gone(*found))

    def _key(self, world: str, part: str = "") -> str:
        key = f"mock:{{{self.namespace}:{world}}}"
        return f"{key}:{part}" if part else key

    def _log(self, world: str) -> tuple[str, str, str]:
        key = f"mock:{{{self.namespace}:{world}}}"
        return key, f"{key}:changes", f"{key}:snapshots"


def _stamp(stamp: int) -> str:
    return f"{stamp:0{_STAMP}d}"


def _written(addition: Addition | None) -> tuple[bytes | str, ...]:
    """An addition as the scripts take it."""
    if addition is None:
        return "", "", ""
    return addition.entry, _stamp(addition.stamp), addition.snapshot or b""


def _tail(generation: Any, sequence: Any, stamp: Any, since: Any, snapshot: bytes | None, entries: list[bytes]) -> Tail:
    """The end of a log from a place on. Raises StoreLost where a part of it is gone, as after an eviction."""
    place = Place(int(generation), int(sequence), int(stamp))
    if len(entries) != place.sequence - int(since):
        raise StoreLost("Redis has lost a part of a world's log; was it evicted? Remove that world")
    return Tail(place, snapshot, [entry[_STAMP:] for entry in entries])


def _tail_or_loss(*parts: Any) -> Tail | StoreLost:
    try:
        return _tail(*parts)
    except StoreLost as lost:
        return lost


def _event(member: bytes) -> Kept:
    place, number, world, *data = member.split(b" ", 3)
    return Kept(int(place), world.decode(), int(number), data[0] if data else b"")


def _version_in(info: bytes) -> int:
    text = info.decode() if isinstance(info, bytes) else str(info)
    lines = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    return int(lines.get("redis_version", "0").partition(".")[0])
