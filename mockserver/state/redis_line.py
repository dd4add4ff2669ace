"""A connection to Redis for each thread: commands are sent together and answered in one round trip."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from hashlib import sha1
from time import monotonic
from typing import Any, Final
from urllib.parse import urlsplit

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

from mockserver.errors import StoreLost
from mockserver.state.redis_scripts import SCRIPTS
from mockserver.state.redis_servers import Command, Node, servers_of

_HASHES: Final = {script: sha1(script.encode(), usedforsecurity=False).hexdigest() for script in SCRIPTS}
_REST: Final = 0.25
"""Seconds after a server did not answer in time during which it isn't asked again: all threads would wait for it."""
_IDLE: Final = 0.05
"""Seconds without a command after which a connection may be closed: then that is found out before one is sent."""
_REDIRECTIONS: Final = 3
"""How often a command follows a slot of a cluster to another node."""


def run(script: str, keys: Sequence[str], *arguments: Any) -> Command:
    """The command that runs a script."""
    return ("EVALSHA", _HASHES[script], len(keys), *keys, *arguments)


class _Resting(TimeoutError):
    """The server did not answer a moment ago."""


class RedisLine:
    """Asks the servers of one address. A step that only reads is tried again on a new connection, as a server that was
    restarted has closed the old one; one that writes may have happened, and is not."""

    def __init__(self, url: str, timeout: float) -> None:
        self.address, self._timeout = _shown(url), timeout
        self._servers = servers_of(url, timeout)
        self.together = self._servers.together  #: whether all keys are on the same server
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
        try:
            answers = self._answers([(self._servers.node(command), (command,)) for command in commands])
            for _ in range(_REDIRECTIONS):
                if self.together or not self._follow(commands, answers):
                    break
        except BaseException:
            self.close()
            raise
        for answer in answers:
            if isinstance(answer, RedisError):
                raise answer
        return answers

    def _answers(self, asked: Sequence[tuple[Node, Sequence[Command]]]) -> list[Any]:
        """The answers to the last command of each group, which are sent to each node together."""
        by_node: dict[Node, list[Command]] = {}
        for node, commands in asked:
            by_node.setdefault(node, []).extend(commands)
        connections = {node: self._ready(node) for node in by_node}
        for node, commands in by_node.items():
            connections[node].send_packed_command(connections[node].pack_commands(commands), check_health=False)
        return [[_answer(connections[node]) for _ in commands][-1] for node, commands in asked]

    def _follow(self, commands: Sequence[Command], answers: list[Any]) -> bool:
        """Repeat the commands whose slots are on other nodes, and were not carried out; whether there were any."""
        moved = {}
        for place, answer in enumerate(answers):
            found = self._servers.redirected(answer) if isinstance(answer, ResponseError) else None
            if found is not None:
                node, must_ask = found
                moved[place] = (node, (("ASKING",), commands[place]) if must_ask else (commands[place],))
        if moved:
            for place, answer in zip(moved, self._answers(list(moved.values())), strict=True):
                answers[place] = answer
        return bool(moved)

    def _ready(self, node: Node) -> Any:
        """This thread's connection to a node."""
        known: dict[Node, tuple[Any, float]] = getattr(self._local, "connections", None) or {}
        self._local.connections = known
        connection, used = known.get(node, (None, 0.0))
        now = monotonic()
        if connection is not None and now - used > _IDLE and _is_closed(connection):
            connection.disconnect()
            connection = None
        if connection is None:
            connection = self._connected(node)
        known[node] = (connection, now)
        return connection

    def _connected(self, node: Node) -> Any:
        connection: Any = self._servers.connection(node)
        connection.connect()
        connection.send_packed_command(connection.pack_commands([("SCRIPT", "LOAD", script) for script in SCRIPTS]))
        for _ in SCRIPTS:
            connection.read_response()
        return connection

    def close(self) -> None:
        """Give up the connections of this thread; its next step makes others, to the nodes that there are then."""
        known: dict[Node, tuple[Any, float]] = getattr(self._local, "connections", None) or {}
        self._local.connections = {}
        self._servers.forget()
        for connection, _ in known.values():
            connection.disconnect()

    def _lost(self, error: RedisError) -> StoreLost:
        if isinstance(error, TimeoutError) and not isinstance(error, _Resting):
            self._rest_until = max(self._rest_until, monotonic() + _REST)
        if not isinstance(error, (OutOfMemoryError, ReadOnlyError)):
            self.close()
        return StoreLost(f"{self.address} {_words(error, self._timeout)}")


def _is_closed(connection: Any) -> bool:
    """Whether a connection that waits for no answer has something to read: its end."""
    try:
        return bool(connection.can_read(0))
    except RedisError:
        return True


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
