"""An HTTP archive on disk: whole JSON after each write, and continued behind its last whole entry after a crash.

An entry is one line of the file, so that what a crash has cut off is found at its end, and reading needs no memory.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final

import msgspec

from mockserver.errors import UsageError
from mockserver.insight.har import HEAD

_START: Final = b'{"log":' + msgspec.json.encode(HEAD)[:-1] + b',"entries":[\n'
_END: Final = b"\n]}}\n"


class Archive:
    """A file to which entries are added."""

    def __init__(self, path: Path) -> None:
        """Open it, to be continued where it exists. Raises OSError, and UsageError where it isn't such a file."""
        self.path = path
        self._file, self.count = _opened(path)

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self._file.tell() + len(_END)

    @property
    def is_closed(self) -> bool:
        """Whether nothing more can be added."""
        return self._file.closed

    def add(self, entries: Sequence[bytes]) -> None:
        """Add entries that are encoded as JSON."""
        if not entries:
            return
        self._file.write((b",\n" if self.count else b"") + b",\n".join(entries) + _END)
        self._file.seek(-len(_END), os.SEEK_CUR)
        self._file.flush()
        self.count += len(entries)

    def close(self) -> None:
        """Add nothing more."""
        self._file.close()


def _opened(path: Path) -> tuple[IO[bytes], int]:
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
