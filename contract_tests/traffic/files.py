"""Finds the files of recorded traffic and reads them entry by entry: no file is held as a whole."""

from __future__ import annotations

import gzip
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, Final

import ijson

from contract_tests.core.errors import UsageError
from contract_tests.traffic import har, journal
from contract_tests.traffic.entry import Entry

ENDINGS: Final = (".har", ".zip", ".ndjson", ".jsonl", ".har.gz", ".ndjson.gz", ".jsonl.gz")
"""The names of files that a folder is searched for."""
LINES: Final = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz")
LARGEST: Final = 64 * 1024 * 1024  # bytes of a line, or of a body in a file of its own
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
JOURNAL: Final = re.compile(rb'\s*\{\s*"requests"\s*:')
ARCHIVE: Final = re.compile(rb'\s*\{\s*"log"\s*:')
BLOCK: Final = 1 << 18
FIX: Final = "give HAR, NDJSON of the mock's journal, or folders of them"


@dataclass(frozen=True)
class Skipped:
    """A part of a file that can't be read, and why."""

    place: str
    why: str


Read = Entry | Skipped


def found(paths: Iterable[Path]) -> list[Path]:
    """The files, and those in the folders; raises `UsageError` where there are none."""
    files = []
    for path in paths:
        if path.is_dir():
            inside = sorted(one for one in path.rglob("*") if one.is_file() and one.name.lower().endswith(ENDINGS))
            if not inside:
                raise UsageError(
                    f"{path}: no recorded traffic in this folder", fix=f"names end in {', '.join(ENDINGS)}"
                )
            files += inside
        elif path.is_file():
            files.append(path)
        else:
            raise UsageError(f"{path}: no such file", fix=FIX)
    return list(dict.fromkeys(files))


def entries(path: Path) -> Iterator[Read]:
    """What a file has, one entry at a time; raises `UsageError` where it has no entry at all."""
    count = 0
    try:
        with opened(path) as (file, attached):
            for one in _entries(path, file, attached):
                count += 1
                yield one
    except (ijson.JSONError, UnicodeDecodeError, EOFError, gzip.BadGzipFile, zipfile.BadZipFile) as error:
        if not count:
            raise UsageError(f"{path}: this isn't recorded traffic: {_first_line(error)}", fix=FIX) from None
        yield Skipped(f"{path.name} after entry {count}", f"the file breaks off there: {_first_line(error)}")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from None


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _entries(path: Path, file: IO[bytes], attached: har.Attached) -> Iterator[Read]:
    if path.name.lower().endswith(LINES) or _has_lines(file):
        yield from _lines(path, file)
        return
    start = file.read(1 << 12).removeprefix(BYTE_ORDER_MARK)
    is_journal = JOURNAL.match(start) is not None
    read = journal.entry_of if is_journal else partial(har.entry_of, attached=attached)
    prefix = "requests.item" if is_journal else "log.entries.item"
    number = 0
    for number, data in enumerate(ijson.items(_After(start, file), prefix, use_float=True, buf_size=BLOCK), 1):
        yield _read(read, data, f"{path.name} entry {number}")
    if not number and not (is_journal or ARCHIVE.match(start)):
        raise UsageError(f"{path}: it has no entries", fix=FIX)


def _lines(path: Path, file: IO[bytes]) -> Iterator[Read]:
    number = 0
    while line := file.readline(LARGEST):
        number += 1
        if not line.strip():
            continue
        place = f"{path.name} line {number}"
        try:
            data = json.loads(line)
        except ValueError as error:
            yield Skipped(place, f"isn't JSON: {_first_line(error)}")
            continue
        yield _read(journal.entry_of, data, place)
    if not number:
        raise UsageError(f"{path}: it is empty", fix=FIX)


def _read(read: Any, data: Any, place: str) -> Read:
    try:
        entry: Entry = read(data, place)
    except (ValueError, TypeError, AttributeError) as error:
        return Skipped(place, str(error))
    return entry


def _has_lines(file: IO[bytes]) -> bool:
    """Whether the first line is a value of its own, which has a request."""
    start = file.read(1 << 16)
    file.seek(0)
    first, _, rest = start.partition(b"\n")
    if not rest.strip():
        return False
    try:
        data = json.loads(first)
    except ValueError:
        return False
    return isinstance(data, dict) and "log" not in data and "requests" not in data


@contextmanager
def opened(path: Path) -> Iterator[tuple[IO[bytes], har.Attached]]:
    """The file, uncompressed, and what reads the bodies that stand beside it."""
    with ExitStack() as stack:
        if path.suffix.lower() == ".zip":
            archive = stack.enter_context(zipfile.ZipFile(path))
            name = next((name for name in archive.namelist() if name.lower().endswith(".har")), None)
            if name is None:
                raise UsageError(f"{path}: no .har in this zip file", fix=FIX)
            yield stack.enter_context(archive.open(name)), partial(_inside, archive)
            return
        opener: Any = gzip.open if path.suffix.lower() == ".gz" else open
        yield stack.enter_context(opener(path, "rb")), partial(_beside, path.parent)


def _inside(archive: zipfile.ZipFile, name: str) -> bytes | None:
    try:
        return archive.read(name) if archive.getinfo(name).file_size <= LARGEST else None
    except KeyError:
        return None


def _beside(folder: Path, name: str) -> bytes | None:
    """A file in the folder of the archive; none elsewhere, whatever its name says."""
    file = folder / name
    try:
        is_inside = file.resolve().is_relative_to(folder.resolve())
        return file.read_bytes() if is_inside and file.stat().st_size <= LARGEST else None
    except OSError:
        return None


class _After:
    """A file whose first bytes were read already."""

    def __init__(self, start: bytes, file: IO[bytes]) -> None:
        self._start, self._file = start, file

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        if not size:  # to see whether it is a file of bytes
            return b""
        start, self._start = self._start, b""
        return start or self._file.read(size)
