"""What was asked and answered: one bounded journal for each world, secrets redacted when an entry is shown."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

import msgspec

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


class Entry(NamedTuple):
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


class Journal:
    """The journals of all worlds of one app."""

    def __init__(self, entries: int = ENTRIES, size: int = BYTES, secrets: Iterable[str] = ()) -> None:
        self._worlds: dict[str, deque[Entry]] = {}
        self._numbers: dict[str, int] = {}
        self._entries, self._size, self._held = entries, size, 0
        self._lock = threading.Lock()
        self.secrets = frozenset(name.lower() for name in secrets)  # headers and query parameters of this contract
        self.listeners: list[Callable[[Entry], None]] = []

    def next_number(self, world: str) -> int:
        """The number of the world's next entry; each number is given once."""
        with self._lock:
            number = self._numbers.get(world, 0) + 1
            self._numbers[world] = number
            return number

    def keep(self, entry: Entry) -> None:
        """Keep an entry, in the place of the oldest one when the journal is full."""
        size = len(entry.request.body) + len(entry.answer.body)
        with self._lock:
            if self._held + size > self._size:
                entry, size = _without_bodies(entry), 0
            self._held += size
            held = self._worlds.get(entry.world)
            if held is None:
                held = self._worlds[entry.world] = deque()
            held.append(entry)
            if len(held) > self._entries:
                oldest = held.popleft()
                self._held -= len(oldest.request.body) + len(oldest.answer.body)
        for listener in self.listeners:
            listener(entry)

    def entries(self, world: str) -> Iterator[Entry]:
        """The entries of a world, oldest first."""
        return iter(tuple(self._worlds.get(world, ())))

    def clear(self, world: str) -> None:
        """Forget the entries of a world; its numbers go on."""
        with self._lock:
            for entry in self._worlds.pop(world, ()):
                self._held -= len(entry.request.body) + len(entry.answer.body)


def _without_bodies(entry: Entry) -> Entry:
    request, answer = entry.request, entry.answer
    return entry._replace(
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
        "changes": [change._asdict() for change in entry.changes],
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
