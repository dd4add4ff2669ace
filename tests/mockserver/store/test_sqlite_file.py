"""A SQLite file: how long its write-ahead log gets, and what of it others hold up."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mockserver.state import sqlite_file
from mockserver.state.sqlite_file import SqliteFile


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SqliteFile:
    """A file that is served, with some writes in its log; a log of more than ten pages is long."""
    monkeypatch.setattr(sqlite_file, "_LONG", 10)
    made = SqliteFile(str(tmp_path / "a.db"), 0.05)
    made.prepare()
    for _ in range(20):
        _write(made)
    return made


def _write(file: SqliteFile) -> None:
    with file.writing() as run:
        run("INSERT INTO snapshot VALUES (1, (SELECT count(*) FROM snapshot), ?)", (b"x" * 5000,))


def _pages(file: SqliteFile) -> int:
    """How many pages the log has after one more write."""
    _write(file)
    with closing(sqlite3.connect(file.path)) as connection:
        _, pages, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return int(pages)


def _copied(file: SqliteFile) -> None:
    with closing(sqlite3.connect(file.path, timeout=0.05)) as connection:
        file._copied(connection)


def test_a_long_log_begins_anew(file: SqliteFile) -> None:
    """The next write is at its beginning."""
    assert _pages(file) > 20
    _copied(file)
    assert _pages(file) < 10


def test_a_reader_of_another_program_holds_up_no_writes(file: SqliteFile) -> None:
    """The log begins anew once it is gone."""
    with closing(sqlite3.connect(file.path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM snapshot").fetchone()
        _write(file)
        _copied(file)
        assert _pages(file) > 20
    _copied(file)
    assert _pages(file) < 10


def test_a_process_that_is_killed_loses_nothing(file: SqliteFile, tmp_path: Path) -> None:
    """Nor does one that is killed after its log has begun anew: a copy of the files, as they are, has all writes."""
    _copied(file)
    _write(file)
    for name in ("a.db", "a.db-wal"):
        (tmp_path / name.replace("a.", "b.")).write_bytes((tmp_path / name).read_bytes())
    with closing(sqlite3.connect(tmp_path / "b.db")) as copy:
        assert copy.execute("SELECT count(*) FROM snapshot").fetchone() == (21,)
