"""A connection to Redis for each thread: commands are sent together and answered in one round trip."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial
from hashlib import sha1
from time import monotonic
from typing import Any, Final
from urllib.parse import urlsplit

from redis.backoff import NoBackoff
from redis.connection import ConnectionPool
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    ConnectionError,  # noqa: A004 - the library's own
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TimeoutError,  # noqa: A004 - the library's own
)
from redis.retry import Retry

from mockserver.errors import StoreLost
from mockserver.state.redis_scripts import SCRIPTS

_HASHES: Final = {script: sha1(script.encode(), usedforsecurity=False).hexdigest() for script in SCRIPTS}
_REST: Final = 0.25
"""Seconds after a server did not answer in time during which it isn't asked again: all threads would wait for it."""

Command = Sequence[Any]


def run(script: str, keys: Sequence[str], *arguments: Any) -> Command:
    """The command that runs a script."""
    return ("EVALSHA", _HASHES[script], len(keys), *keys, *arguments)


class _Resting(TimeoutError):
    """The server did not answer a moment ago."""


class RedisLine:
    """Asks one server. A step that only reads is tried again on a new connection, as a server that was restarted has
    closed the old one; one that writes may have happened, and is not."""

    def __init__(self, url: str, timeout: float) -> None:
        self.address, self._timeout = _shown(url), timeout
        reader = ConnectionPool.from_url(
            url, socket_timeout=timeout, socket_connect_timeout=timeout, retry=Retry(NoBackoff(), 0), protocol=2
        )
        # The pool only reads the URL: it would count each connection that it makes, and one day make no more.
        self._connection = partial(reader.connection_class, **reader.connection_kwargs)
        self._local = threading.local()
        self._rest_until = 0.0

    def read(self, *commands: Command) -> list[Any]:
        """The answers to commands that change nothing that counts. Raises StoreLost."""
        try:
            return self._asked(commands)
        except (ConnectionError, TimeoutError) as error:
            if isinstance(error, TimeoutError | AuthenticationError):
                raise self._lost(error) from error
        except RedisError as error:
            raise self._lost(error) from error
        return self.write(*commands)

    def write(self, *commands: Command) -> list[Any]:
        """The answers to commands. Raises StoreLost; then they may have been carried out or not."""
        try:
            return self._asked(commands)
        except RedisError as error:
            raise self._lost(error) from error

    def _asked(self, commands: Sequence[Command]) -> list[Any]:
        if monotonic() < self._rest_until:
            raise _Resting
        connection = getattr(self._local, "connection", None) or self._connected()
        try:
            connection.send_packed_command(connection.pack_commands(commands), check_health=False)
            answers = [_answer(connection) for _ in commands]
        except BaseException:
            self.close()
            raise
        for answer in answers:
            if isinstance(answer, RedisError):
                raise answer
        return answers

    def _connected(self) -> Any:
        connection: Any = self._connection()
        connection.connect()
        connection.send_packed_command(connection.pack_commands([("SCRIPT", "LOAD", script) for script in SCRIPTS]))
        for _ in SCRIPTS:
            connection.read_response()
        self._local.connection = connection
        return connection

    def close(self) -> None:
        """Give up the connection of this thread; its next step makes one."""
        connection = getattr(self._local, "connection", None)
        self._local.connection = None
        if connection is not None:
            connection.disconnect()

    def _lost(self, error: RedisError) -> StoreLost:
        if isinstance(error, TimeoutError) and not isinstance(error, _Resting):
            self._rest_until = max(self._rest_until, monotonic() + _REST)
        if not isinstance(error, (OutOfMemoryError, ReadOnlyError)):
            self.close()
        return StoreLost(f"{self.address} {_words(error, self._timeout)}")


def _answer(connection: Any) -> Any:
    """The next answer; an error is returned, so that those behind it are read as well."""
    try:
        return connection.read_response()
    except ResponseError as error:
        return error


def _shown(url: str) -> str:
    """The address without the password."""
    parts = urlsplit(url)
    return f"Redis at {parts.path if parts.scheme == 'unix' else parts.netloc.rpartition('@')[2]}"


def _words(error: RedisError, timeout: float) -> str:
    for kind, words in (
        (TimeoutError, f"doesn't answer within {timeout:g} s (--store-timeout)"),
        (AuthenticationError, "refuses the user or the password: write redis://USER:PASSWORD@HOST:PORT/DB"),
        (BusyLoadingError, "is loading its data"),
        (NoPermissionError, f"doesn't let this user do that ({error})"),
        (OutOfMemoryError, "has reached its maxmemory: raise it, or remove worlds"),
        (ReadOnlyError, "is a replica that can't be written: name the primary"),
        (ConnectionError, f"can't be reached ({error})"),
    ):
        if isinstance(error, kind):
            return words
    return f"refuses: {error}"
