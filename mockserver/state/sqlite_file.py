"""A SQLite file as a ledger uses it: its tables, transactions, and errors in plain words."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any, Final

from mockserver.background import start
from mockserver.errors import StoreLost
from mockserver.state.ledger import FORMAT

Run = Callable[..., sqlite3.Cursor]
"""Runs one statement."""
_APPLICATION: Final = 0x6D6F636B
"""`mock`: how a file says what it is."""
_PRAGMAS: Final = (
    "journal_mode = WAL",
    "synchronous = NORMAL",
    "cache_size = -16000",
    "wal_autocheckpoint = 50000",  # 200 MB: only where the thread that copies the log does not come to it
    "journal_size_limit = 64000000",
    "secure_delete = OFF",  # Debian's SQLite overwrites what is deleted, which writes a third more
)
_WAL: Final = 4_000_000
"""Bytes of the write-ahead log from which it is copied into the file."""
_LONG: Final = 8000
"""Pages of it from which it is begun anew. Until all of it is copied it only grows, and under load there is always
more; so requests wait for the last of it, which takes a few milliseconds."""
_SHORT: Final = 0.05
"""Seconds for which that waits for others who read the log; then it is tried again at the next look."""
_LOOK: Final = 0.5
"""Seconds between two looks at its size."""
_TABLES: Final = (
    """CREATE TABLE world (
      id INTEGER PRIMARY KEY AUTOINCREMENT, namespace TEXT NOT NULL, name TEXT NOT NULL, sequence INTEGER DEFAULT 0,
      stamp INTEGER DEFAULT 0, number INTEGER DEFAULT 0, used REAL NOT NULL, UNIQUE (namespace, name))""",
    "CREATE INDEX world_by_use ON world (namespace, used)",
    "CREATE TABLE change (world INTEGER, sequence INTEGER, data BLOB, PRIMARY KEY (world, sequence)) WITHOUT ROWID",
    "CREATE TABLE snapshot (world INTEGER, sequence INTEGER, data BLOB, PRIMARY KEY (world, sequence)) WITHOUT ROWID",
    """CREATE TABLE entry (
      place INTEGER PRIMARY KEY, namespace TEXT NOT NULL, name TEXT NOT NULL, world INTEGER, number INTEGER,
      before INTEGER, kind TEXT, data BLOB)""",
    "CREATE UNIQUE INDEX entry_of_world ON entry (world, number) WHERE number IS NOT NULL",
    "CREATE INDEX note ON entry (namespace, name) WHERE number IS NULL",
    """CREATE TABLE tally (namespace TEXT, world INTEGER, kind TEXT, times INTEGER,
      PRIMARY KEY (namespace, world, kind)) WITHOUT ROWID""",
    "CREATE TABLE removed (namespace TEXT, name TEXT, at REAL, PRIMARY KEY (namespace, name)) WITHOUT ROWID",
    # The place of the newest entry, under no name, and the bytes of the journals of each namespace: together, because
    # a request changes both, and each table has a page of its own to be written.
    "CREATE TABLE counted (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
    "INSERT INTO counted VALUES ('', 0)",
    """CREATE TRIGGER gone AFTER DELETE ON world BEGIN
      DELETE FROM change WHERE world = OLD.id; DELETE FROM snapshot WHERE world = OLD.id; END""",
)


class SqliteFile:
    """One file, used by the threads of this process in turns.

    It is in WAL mode with `synchronous=NORMAL`: what a transaction has written is with the operating system when it
    ends, and outlives this process however that ends. Only a failure of the machine can lose the last ones; `FULL`
    would have each of them wait for the disk.
    """

    def __init__(self, path: str, timeout: float) -> None:
        self.path, self._timeout = path, timeout
        self._connection: sqlite3.Connection | None = None
        self._lock = threading.RLock()
        self._copier = 0  # the process in which a thread copies the log

    def prepare(self) -> None:
        """Make the tables of a new file, and check one that is there. Raises StoreLost.

        Nothing stays open: a process that is forked afterwards opens its own connection.
        """
        with self._lock, self._in_words():
            self._connected()
            self.close()

    @contextmanager
    def looking(self) -> Iterator[Run]:
        """Runs single queries, each of which sees all that was written before it."""
        with self._lock, self._in_words():
            yield (self._connection or self._served()).execute

    @contextmanager
    def reading(self) -> Iterator[Run]:
        """Runs queries that see one state."""
        with self._transaction("BEGIN") as run:
            yield run

    @contextmanager
    def writing(self) -> Iterator[Run]:
        """Runs statements that happen together or not at all."""
        with self._transaction("BEGIN IMMEDIATE") as run:
            yield run

    def close(self) -> None:
        """Give the connection up; the next step opens one."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                with suppress(sqlite3.Error):
                    connection.close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Run]:
        with self._lock, self._in_words():
            run = (self._connection or self._served()).execute
            run(begin)
            try:
                yield run
            except BaseException:
                with suppress(sqlite3.Error):
                    run("ROLLBACK")
                raise
            run("COMMIT")

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            self.close()
            raise StoreLost(f"{self.path}: {_words(error)}") from error

    def _connected(self) -> sqlite3.Connection:
        connection: Any = sqlite3.connect(
            self.path, timeout=self._timeout, isolation_level=None, check_same_thread=False, cached_statements=200
        )
        self._connection = connection
        is_new = self._is_new(connection.execute)
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        if is_new:
            with self._transaction("BEGIN IMMEDIATE") as run:
                if self._is_new(run):  # no other process has made them meanwhile
                    for table in _TABLES:
                        run(table)
                    run(f"PRAGMA application_id = {_APPLICATION}")
                    run(f"PRAGMA user_version = {FORMAT}")
        return self._connection

    def _served(self) -> sqlite3.Connection:
        """A connection of a process that goes on to use the file."""
        connection = self._connected()
        if self._copier != os.getpid():
            self._copier = os.getpid()
            start("store", self._copy)
        return connection

    def _copy(self) -> None:
        """Copy the write-ahead log into the file where it is long, which waits for the disk: no request should."""
        pause = threading.Event()
        while True:
            pause.wait(_LOOK)
            with suppress(OSError, sqlite3.Error):
                if os.stat(f"{self.path}-wal").st_size > _WAL:  # noqa: PTH116 - a suffix of a name
                    with closing(sqlite3.connect(self.path, timeout=_SHORT)) as connection:
                        self._copied(connection)

    def _copied(self, connection: sqlite3.Connection) -> None:
        """Copy what is in the log while requests go on; where that is long, have the log begin anew."""
        (_, pages, _) = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        if pages > _LONG:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")  # what has come meanwhile: far less
            with self._lock:
                connection.execute("PRAGMA wal_checkpoint(RESTART)")

    def _is_new(self, run: Run) -> bool:
        """Whether the file is empty. Raises StoreLost for a file of something else, or of another version."""
        ((application,), (version,)) = (run(f"PRAGMA {one}").fetchone() for one in ("application_id", "user_version"))
        if application == _APPLICATION:
            if version != FORMAT:
                wanted = f"has format {version}, and this mock server reads {FORMAT}"
                raise StoreLost(f"{self.path} {wanted}: use the version that wrote it, or another file")
            return False
        if application or run("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise StoreLost(f"{self.path} is the database of another program")
        return True


def _words(error: sqlite3.Error) -> str:
    text = str(error)
    if "locked" in text:
        return "another process has locked the database for longer than --store-timeout"
    if "full" in text:
        return "the disk is full"
    if "malformed" in text or "not a database" in text:
        return f"the file is damaged ({text})"
    if "readonly" in text:
        return "the file can't be written"
    return text
