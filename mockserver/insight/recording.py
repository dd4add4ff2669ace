"""Records what passes as an HTTP archive on disk, bounded in bytes.

Secrets become pseudonyms (`exchange/shown.py` hides them by the one list of names), what tells of people is made up.
"""

from __future__ import annotations

import os
import secrets as random
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import msgspec

from mockserver.background import attempt, start, warn
from mockserver.contract.messages.secrets import Secrets
from mockserver.errors import Unavailable, UsageError
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.shown import shown
from mockserver.insight.archive import Archive
from mockserver.insight.har import har_entry
from mockserver.insight.pseudonyms import Pseudonyms
from mockserver.insight.scrubbing import Scrubber

PREFIX: Final = "traffic"
SUFFIX: Final = ".har"
ARCHIVE: Final = f"{PREFIX}{SUFFIX}"
KEY: Final = "recording.key"
KEY_SIZE: Final = 32
_PAUSE: Final = 0.1
"""Seconds between two writes."""
_WAITING: Final = 64 * 1000 * 1000
"""How many bytes of exchanges may wait to be written; what comes then is counted only."""
_HEAD: Final = 2000
"""What an exchange takes in addition to its bodies."""
_BODY: Final = 8 * 1000 * 1000
"""The largest body that is recorded whole."""


class Recorder:
    """Writes exchanges into a folder; called with each of them, it returns at once."""

    def __init__(
        self,
        folder: Path,
        url: str,
        secrets: Callable[[], Secrets],
        most: int,
        paths: Sequence[str],
        *,
        name: str = ARCHIVE,
    ) -> None:
        self.path, self._url, self._secrets, self._most = folder / name, url, secrets, most
        self._waiting: deque[Exchange] = deque()
        self._bytes = 0
        self.lost, self.count = 0, 0
        self._writing = threading.Lock()
        self._woken = threading.Event()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            pseudonyms = Pseudonyms(key_of(folder))
            self._archive = Archive(self.path)
            self.continued = self._archive.count
        except (OSError, ValueError) as error:
            raise Unavailable(
                f"can't record: {getattr(error, 'strerror', None) or error}",
                place=repr(str(folder)),
                fix="check --record",
            ) from None
        self._scrubber, self._instead = Scrubber(pseudonyms, paths), pseudonyms.secret

    def start(self) -> None:
        """Write in a thread that ends with the process."""
        start("record", self._run)

    def __call__(self, exchange: Exchange) -> None:
        """Accept an exchange, to be written soon; one whose body still passes comes again when that has ended."""
        if exchange.passing:
            return
        size = _HEAD + len(exchange.request.body) + len(exchange.answer.body)
        if self._bytes + size > _WAITING or self.is_full:
            self.lost += 1
            return
        self._bytes += size
        self._waiting.append(exchange)
        self._woken.set()

    @property
    def is_full(self) -> bool:
        """Whether the archive has as many bytes as it may."""
        return self._most <= 0

    def flush(self) -> None:
        """Write all that waits."""
        with self._writing:
            lines: list[bytes] = []
            while self._waiting and not self.is_full:
                exchange = self._waiting.popleft()
                self._bytes -= _HEAD + len(exchange.request.body) + len(exchange.answer.body)
                lines.append(msgspec.json.encode(self.entry(exchange)))
            if lines and not self._archive.is_closed:
                self._write(lines)

    def close(self) -> None:
        """Write all that waits, and nothing more."""
        self.flush()
        with self._writing:
            self._archive.close()

    def _write(self, lines: list[bytes]) -> None:
        room = self._most - self._archive.size
        fitting = [line for line in lines if (room := room - len(line)) > 0]
        self._archive.add(fitting)
        self.count += len(fitting)
        if len(fitting) < len(lines):
            self.lost += len(lines) - len(fitting)
            self._most = 0
            warn(f"{self.path} has as many bytes as --record-size allows: what follows isn't recorded")

    def entry(self, exchange: Exchange) -> dict[str, Any]:
        """The entry of an exchange, with pseudonyms for secrets and people."""
        secrets = msgspec.structs.replace(self._secrets(), instead=self._instead, shows=False)
        rendered, scrub = shown(exchange, secrets, _BODY), self._scrubber
        request, answer = rendered["request"], rendered["answer"]
        request["path"] = scrub.encoded(request["path"])
        request["query"] = scrub.pairs(request["query"])
        request["body"], answer["body"] = scrub.value(request["body"]), scrub.body(answer["body"])
        for message in (request, answer):
            message["headers"] = {name: scrub.text(text) for name, text in message["headers"].items()}
        entry = har_entry(exchange, self._url, rendered)
        entry["comment"] = f"{exchange.world} #{exchange.number}: {exchange.operation or '-'}, {exchange.verdict}"
        if exchange.size > len(exchange.answer.body):
            entry["response"]["content"] |= {"size": exchange.size, "comment": exchange.because}
            entry["response"]["bodySize"] = exchange.size
        return entry

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            self._woken.wait()
            self._woken.clear()
            attempt("record", self.flush)
            pause.wait(_PAUSE)


def key_of(folder: Path) -> bytes:
    """The key of a recording, made with the recording; nobody else may read it."""
    path = folder / KEY
    if not path.exists():
        mine = folder / f"{KEY}.{os.getpid()}"
        file = os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "wb") as opened:  # Windows would translate a byte that looks like the end of a line
            opened.write(random.token_bytes(KEY_SIZE))
        with suppress(FileExistsError):  # another process of this mock was faster
            os.link(mine, path)
        mine.unlink()
    key = path.read_bytes()
    if len(key) != KEY_SIZE:
        raise UsageError(f"isn't a key of {KEY_SIZE} bytes", place=str(path), fix="name another folder")
    return key
