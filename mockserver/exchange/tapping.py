"""What is done with a body that passes in pieces: items of a stream are checked, and text is kept for a recording."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from msgspec.structs import replace

from mockserver.background import attempt
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.items import Item, Items

_MOST_NAMED: Final = 10
"""How many items of one stream get a journal entry each."""
_SHOWN: Final = 64 * 1024
"""How many bytes of such an item are kept."""
KEPT: Final = 1024 * 1024
"""How many bytes of a body that passes in pieces are recorded."""
_ALL_KEPT: Final = 64 * KEPT
"""How many bytes of such bodies are held together, until they end."""

Ended = Callable[[Exchange], None]
"""Records an exchange whose body has passed."""


class Room:
    """How much of bodies that pass is held, for all of them together."""

    def __init__(self, size: int = _ALL_KEPT) -> None:
        self._left, self._lock = size, threading.Lock()

    def take(self, size: int) -> bool:
        """Whether there is room for so many bytes more."""
        with self._lock:
            self._left -= size if (fits := size <= self._left) else 0
        return fits

    def give(self, size: int) -> None:
        """Return them."""
        with self._lock:
            self._left += size


class Tap:
    """Looks at one body as it passes. It never holds it up: what goes wrong here is no matter of the client's."""

    def __init__(self, items: Items | None, keep: Callable[[Exchange], None], ended: Ended | None, room: Room) -> None:
        self.exchange: Exchange | None = None  #: of which the body is, once that is known
        self._items, self._keep, self._ended, self._room = items, keep, ended, room
        self._named = self._broken = self._size = self._held = 0
        self._parts: list[bytes] = []

    def over(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The pieces, looked at."""
        return _Tapped(pieces, self)

    def take(self, piece: bytes) -> None:
        """Look at a piece."""
        self._size += len(piece)
        if self._ended is not None and self._held < KEPT and self._room.take(len(piece)):
            self._parts.append(piece)
            self._held += len(piece)
        if self._items is not None:
            self._note(self._items.take(piece))

    def _note(self, found: Iterable[Item]) -> None:
        for item in found:
            self._broken += 1
            if self._named < _MOST_NAMED and self.exchange is not None:
                self._named += 1
                self._keep(_of_item(self.exchange, item, self._named == _MOST_NAMED))

    def end(self, how: str) -> None:
        """All of it has passed, or no more will."""
        if self._items is not None and not how:
            self._note(self._items.end())
        exchange, ended, self._ended = self.exchange, self._ended, None
        self._room.give(self._held)
        if ended is None or exchange is None:
            return
        body = b"".join(self._parts)[:KEPT]
        notes = [exchange.because, how]
        if len(body) < self._size:
            notes.append(f"the first {len(body)} of its {self._size} bytes are recorded")
        verdict = "broken" if self._broken else exchange.verdict
        because = "; ".join(filter(None, notes))
        answer = replace(exchange.answer, body=body)
        ended(replace(exchange, answer=answer, verdict=verdict, because=because, passing=False, size=self._size))


class _Tapped:
    """Pieces that are looked at. Closing them closes the body."""

    def __init__(self, pieces: Iterable[bytes], tap: Tap) -> None:
        self._whole, self._pieces, self._tap, self._ended = pieces, iter(pieces), tap, False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            piece = next(self._pieces)
        except StopIteration:
            self._end("")
            raise
        except Exception as error:
            self._end(str(error))
            raise
        attempt("stream", self._tap.take, piece)
        return piece

    def close(self) -> None:
        """Leave the rest."""
        close: Any = getattr(self._whole, "close", None)
        if close is not None:
            close()
        self._end("the client left before its end")

    def _end(self, how: str) -> None:
        if not self._ended:
            self._ended = True
            attempt("stream", self._tap.end, how)


def _of_item(exchange: Exchange, item: Item, last: bool) -> Exchange:
    """The journal entry of an item that breaks the contract."""
    first = item.violations[0]
    more = f" (and {len(item.violations) - 1} more)" if len(item.violations) > 1 else ""
    reason = (
        f"item {item.number} of the backend's stream breaks the contract: response.{first.place} {first.message}{more}"
    )
    because = f"item {item.number} of the stream that answers #{exchange.number}"
    if last:
        because += "; further items of it are checked, and not listed"
    violations = tuple(replace(one, place=f"response.{one.place}") for one in item.violations)
    return Exchange(
        exchange.request, exchange.steering, exchange.operation, exchange.user, exchange.world,
        at=exchange.at, verdict="broken", reason=reason, violations=violations, by=exchange.by, because=because,
        answer=replace(exchange.answer, body=item.content[:_SHOWN], transport=None), passing=True,
    )  # fmt: skip
