"""What was asked and answered: one bounded journal for each world, secrets redacted when an entry is shown."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

import msgspec
from msgspec.structs import asdict, replace

from mockserver.clock import format_instant
from mockserver.messages import Answer, Request
from mockserver.state.world import World

ENTRIES = 1000
"""How many entries a world keeps; the oldest go first."""
BYTES = 32 * 1024 * 1024
"""How many bytes of bodies all journals keep together; beyond, bodies are not kept."""
_SHOWN = 64 * 1024
_SECRETS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key"})
_SECRET_WORDS = re.compile(r"(api[_-]?key|token|password|secret)$")
REDACTED = "[redacted]"


class Entry(msgspec.Struct, frozen=True):
    """One request and its answer; cheap to make, rendered only when somebody looks."""

    number: int
    at: int  #: the world's clock
    request: Request
    answer: Answer
    operation: str | None
    user: str | None
    world: str
    reason: str  #: why a request was refused or an answer withheld; empty otherwise
    violations: tuple[Any, ...]  #: breaches of the contract by the answer, or of the request by the client
    changes: tuple[Any, ...]
    before: World | None  #: the world just before, to rewind to
    micros: int  #: how long the answer took
    verdict: str  #: `kept`, `refused`, `fault` or `broken`
    fault: str = ""  #: what was made to go wrong; empty when nothing was
    found: Any = None  #: the record that the operation was about as it showed, or why none was found


class Note(NamedTuple):
    """Something that happened to a world beside requests: `world` when a control call changed it, `removed`."""

    type: str
    world: str


Kind = tuple[str | None, int, tuple[str, ...]]
"""Operation, status, and the states of the record that the operation was about."""
Tally = dict[Kind, int]
"""How many entries of each kind there were."""


class _Diary(msgspec.Struct):
    """The journal of one world."""

    entries: deque[Entry] = msgspec.field(default_factory=deque)
    numbers: Iterator[int] = msgspec.field(default_factory=lambda: count(1))
    newest: int = 0  #: the highest number kept
    dropped: Tally = msgspec.field(default_factory=dict)


class Journal:
    """The journals of all worlds of one app; `kind` sorts entries, so that they can be counted when they are gone."""

    def __init__(
        self,
        entries: int = ENTRIES,
        size: int = BYTES,
        secrets: Iterable[str] = (),
        kind: Callable[[Entry], Kind] = lambda entry: (entry.operation, entry.answer.status, ()),
    ) -> None:
        self._worlds: dict[str, _Diary] = {}
        self._gone: Tally = {}
        self._entries, self._size, self._held = entries, size, 0
        self._lock = threading.Lock()
        self._recent: deque[tuple[int, Entry | Note]] = deque(maxlen=entries)  # of all worlds, by place
        self.total = 0  #: how many entries and notes there have been in all worlds
        self.kind = kind
        self.secrets = frozenset(name.lower() for name in secrets)  # headers and query parameters of this contract
        self.listeners: list[Callable[[Entry], None]] = []

    def next_number(self, world: str) -> int:
        """The number of the world's next entry; each number is given once."""
        return next((self._worlds.get(world) or self._diary(world)).numbers)

    def _diary(self, world: str) -> _Diary:
        return self._worlds.setdefault(world, _Diary())

    def keep(self, entry: Entry) -> None:
        """Keep an entry, in the place of the oldest one when the journal is full."""
        size = len(entry.request.body) + len(entry.answer.body)
        with self._lock:
            if self._held + size > self._size:
                entry, size = _without_bodies(entry), 0
            self._held += size
            self.total = place = self.total + 1
            self._recent.append((place, entry))
            diary = self._worlds.get(entry.world) or self._diary(entry.world)
            entries = diary.entries
            entries.append(entry)
            if entry.number > diary.newest:
                diary.newest = entry.number
            if len(entries) > self._entries:
                self._count(entries.popleft(), diary.dropped)
        for listener in self.listeners:
            listener(entry)

    def entries(self, world: str) -> Iterator[Entry]:
        """The entries of a world, oldest first."""
        diary = self._worlds.get(world)
        return iter(tuple(diary.entries) if diary is not None else ())

    def entry(self, world: str, number: int) -> Entry | None:
        """The entry of this number; None when there is none, or no more."""
        return next((entry for entry in self.entries(world) if entry.number == number), None)

    def last(self, world: str) -> int:
        """The number of the world's newest entry; 0 before the first."""
        diary = self._worlds.get(world)
        return diary.newest if diary is not None else 0

    def note(self, note: Note) -> None:
        """Keep a note for those who follow what happens."""
        with self._lock:
            self.total += 1
            self._recent.append((self.total, note))

    def after(self, place: int) -> list[tuple[int, Entry | Note]]:
        """What happened in all worlds after the first `place` events, each with its place, as far as it is known."""
        with self._lock:
            return [pair for pair in self._recent if pair[0] > place]

    def tally(self, world: str | None = None) -> Tally:
        """How many entries of each kind there were, those that are gone among them: of a world, or of all on None."""
        with self._lock:
            diaries = [one for name, one in self._worlds.items() if world in (None, name)]
            tallies = [*(one.dropped for one in diaries), *([self._gone] if world is None else [])]
            entries = [entry for one in diaries for entry in one.entries]
        counted: Tally = {}
        for tally in tallies:
            _add(counted, tally)
        for entry in entries:
            kind = self.kind(entry)
            counted[kind] = counted.get(kind, 0) + 1
        return counted

    def clear(self, world: str) -> None:
        """Forget the entries of a world; its numbers go on, and its kinds are counted for all worlds together."""
        with self._lock:
            diary = self._worlds.get(world) or _Diary()
            while diary.entries:
                self._count(diary.entries.popleft(), diary.dropped)
            _add(self._gone, diary.dropped)
            diary.dropped = {}
            kept = [pair for pair in self._recent if pair[1].world != world]
            self._recent = deque(kept, maxlen=self._entries)

    def forget(self, world: str) -> None:
        """Forget all of a world that is gone."""
        self.clear(world)
        with self._lock:
            self._worlds.pop(world, None)

    def _count(self, entry: Entry, tally: Tally) -> None:
        self._held -= len(entry.request.body) + len(entry.answer.body)
        kind = self.kind(entry)
        tally[kind] = tally.get(kind, 0) + 1


def _add(tally: Tally, other: Tally) -> None:
    for kind, times in other.items():
        tally[kind] = tally.get(kind, 0) + times


def _without_bodies(entry: Entry) -> Entry:
    request, answer = entry.request, entry.answer
    return replace(
        entry,
        request=Request(request.method, request.path, request.query, request.headers),
        answer=Answer(answer.status, answer.headers, transport=answer.transport),
    )


def shown(entry: Entry, secrets: frozenset[str] = frozenset()) -> dict[str, Any]:
    """An entry as JSON, without secrets (those that `secrets` names among them) and with long bodies cut."""
    request, answer = entry.request, entry.answer
    return {
        "number": entry.number,
        "at": format_instant(entry.at),
        "world": entry.world,
        "user": entry.user,
        "operation": entry.operation,
        "verdict": entry.verdict,
        "reason": entry.reason,
        "fault": entry.fault,
        "violations": [
            {"place": item.place, "message": item.message, "pointer": item.pointer} for item in entry.violations
        ],
        "changes": [asdict(change) for change in entry.changes],
        "microseconds": entry.micros,
        "request": {
            "method": request.method,
            "path": request.path,
            "query": "&".join(_safe_pair(pair, secrets) for pair in request.query.split("&")),
            "headers": redacted(request.headers, secrets),
            "body": _body(request.body),
        },
        "answer": {"status": answer.status, "headers": redacted(dict(answer.headers)), "body": _body(answer.body)},
    }


def redacted(headers: Mapping[str, str], secrets: frozenset[str] = frozenset()) -> dict[str, str]:
    """Headers with the values of secret ones left out."""
    hidden = _SECRETS | secrets
    return {name: REDACTED if name.lower() in hidden else value for name, value in headers.items()}


def _safe_pair(pair: str, secrets: frozenset[str]) -> str:
    """One pair of a query string; a secret one loses its value."""
    name, equals, _ = pair.partition("=")
    said = unquote_plus(name).lower()
    return f"{name}={REDACTED}" if equals and (said in secrets or _SECRET_WORDS.search(said)) else pair


def _body(body: bytes) -> Any:
    if not body:
        return None
    if len(body) > _SHOWN:
        return f"{body[:_SHOWN].decode(errors='replace')}... ({len(body)} bytes)"
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return body.decode(errors="replace")
