"""Records what passes as an HTTP archive on disk: valid after each write, bounded in bytes, continued after a crash.

An entry is one line of the file, so that what a crash has cut off is found at its end, and reading needs no memory.
Secrets become pseudonyms (`exchange/shown.py` hides them by the one list of names), what tells of people is made up.
"""

from __future__ import annotations

import os
import secrets as random
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final

import msgspec

from mockserver.background import attempt, start, warn
from mockserver.contract.messages.secrets import Secrets
from mockserver.errors import Unavailable, UsageError
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.shown import shown
from mockserver.insight.har import HEAD, har_entry
from mockserver.insight.pseudonyms import Pseudonyms
from mockserver.insight.scrubbing import Scrubber

PREFIX: Final = "traffic"
SUFFIX: Final = ".har"
ARCHIVE: Final = f"{PREFIX}{SUFFIX}"
KEY: Final = "recording.key"
KEY_SIZE: Final = 32
_START: Final = b'{"log":' + msgspec.json.encode(HEAD)[:-1] + b',"entries":[\n'
_END: Final = b"\n]}}\n"
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
            self._file, self.continued = opened(self.path)
        except (OSError, ValueError) as error:
            raise Unavailable(f"can't record: {error}", place=repr(str(folder)), fix="check --record") from None
        self._scrubber, self._instead = Scrubber(pseudonyms, paths), pseudonyms.secret

    def start(self) -> None:
        """Write in a thread that ends with the process."""
        start("record", self._run)

    def __call__(self, exchange: Exchange) -> None:
        """Accept an exchange, to be written soon."""
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
            if lines and not self._file.closed:
                self._write(lines)

    def close(self) -> None:
        """Write all that waits, and nothing more."""
        self.flush()
        with self._writing:
            self._file.close()

    def _write(self, lines: list[bytes]) -> None:
        room = self._most - self._file.tell() - len(_END)
        fitting = [line for line in lines if (room := room - len(line)) > 0]
        if fitting:
            text = b",\n".join(fitting)
            self._file.write((b",\n" if self.continued + self.count else b"") + text + _END)
            self._file.seek(-len(_END), os.SEEK_CUR)
            self._file.flush()
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
        request["body"], answer["body"] = scrub.value(request["body"]), scrub.value(answer["body"])
        for message in (request, answer):
            message["headers"] = {name: scrub.text(text) for name, text in message["headers"].items()}
        entry = har_entry(exchange, self._url, rendered)
        entry["comment"] = f"{exchange.world} #{exchange.number}: {exchange.operation or '-'}, {exchange.verdict}"
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
        os.write(file, random.token_bytes(KEY_SIZE))
        os.close(file)
        with suppress(FileExistsError):  # another process of this mock was faster
            os.link(mine, path)
        mine.unlink()
    key = path.read_bytes()
    if len(key) != KEY_SIZE:
        raise UsageError(f"isn't a key of {KEY_SIZE} bytes", place=str(path), fix="name another folder")
    return key


def opened(path: Path) -> tuple[IO[bytes], int]:
    """An archive to be continued behind its last whole entry, and how many entries it has."""
    if not path.exists():
        file = path.open("w+b")
        file.write(_START + _END.lstrip())
        file.flush()
        file.seek(len(_START))
        return file, 0
    count, end = 0, len(_START)
    with path.open("rb") as before:
        if before.readline() + b"" != _START:
            raise UsageError("isn't a recording of the mock server", place=str(path), fix="name another folder")
        for line, after in _lines(before):
            count, end = count + 1, after - (len(line) - len(line.rstrip(b",\n")))
    file = path.open("r+b")
    file.truncate(end)
    file.seek(end)
    file.write(_END if count else _END.lstrip())
    file.seek(end)
    file.flush()
    return file, count


def _lines(file: IO[bytes]) -> Iterator[tuple[bytes, int]]:
    """Each whole entry of an archive with where its line ends."""
    while line := file.readline():
        text = line.rstrip(b",\n")
        if text.startswith(b"{") and _is_whole(text):
            yield line, file.tell()
        else:
            return


def _is_whole(text: bytes) -> bool:
    try:
        msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True


def entries(path: Path) -> Iterator[dict[str, Any]]:
    """The entries of a recording, one after the other."""
    try:
        with path.open("rb") as file:
            if file.readline() != _START:
                raise UsageError(
                    "isn't a recording of the mock server", place=str(path), fix="record with --record DIR"
                )
            for line, _ in _lines(file):
                yield msgspec.json.decode(line.rstrip(b",\n"))
    except OSError as error:
        raise UsageError(str(error.strerror), place=str(path), fix="record with --record DIR") from None
