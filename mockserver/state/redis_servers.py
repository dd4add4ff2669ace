"""Which Redis servers an address names: one, the primary that Sentinels know, or the nodes of a cluster.

`redis://`, `rediss://` and `unix://` are the client library's own forms. It has none for Sentinel and Cluster; these
are common in other Python libraries: `redis+sentinel://HOST:PORT,HOST:PORT/SERVICE/DB`, `redis+cluster://HOST:PORT`,
and `rediss+…` with TLS.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from redis.backoff import NoBackoff
from redis.connection import ConnectionPool, SSLConnection, parse_url
from redis.crc import key_slot
from redis.exceptions import ConnectionError, RedisClusterException, ResponseError  # noqa: A004 - the library's own
from redis.retry import Retry

SENTINEL: Final = "+sentinel"
CLUSTER: Final = "+cluster"
_PORTS: Final = {SENTINEL: 26379, CLUSTER: 6379}

Command = Sequence[Any]
Node = tuple[str, int] | None
"""A node of a cluster; None for an address that names one server."""


class Servers(Protocol):
    """Makes connections to the servers of one address."""

    together: bool  #: whether all keys are on the same server

    def node(self, command: Command) -> Node:
        """The node that has the keys of a command."""

    def connection(self, node: Node) -> Any:
        """A new connection to a node, which isn't connected yet."""

    def redirected(self, error: ResponseError) -> tuple[Node, bool] | None:
        """The node that an error names instead, and whether it must be told so; None where it names none."""

    def forget(self) -> None:
        """Find the nodes anew the next time: one may be gone."""


def servers_of(url: str, timeout: float) -> Servers:
    """The servers that an address names. Raises ValueError."""
    scheme = urlsplit(url).scheme
    options = {"socket_timeout": timeout, "socket_connect_timeout": timeout, "protocol": 2}
    if scheme.endswith((SENTINEL, CLUSTER)):
        kind = SENTINEL if scheme.endswith(SENTINEL) else CLUSTER
        hosts, path, given = _parsed(url, kind)
        return (
            _Cluster(hosts, {**given, **options}) if kind == CLUSTER else _Single(_watched(hosts, path, given, options))
        )
    # The pool only reads the address: it would count each connection that it makes, and one day make no more.
    pool = ConnectionPool.from_url(url, retry=Retry(NoBackoff(), 0), **options)
    return _Single(partial(pool.connection_class, **pool.connection_kwargs))


def _parsed(url: str, kind: str) -> tuple[list[tuple[str, int]], list[str], dict[str, Any]]:
    """The hosts of an address, the parts of its path, and what else it says of connections."""
    parts = urlsplit(url)
    user, at, listed = parts.netloc.rpartition("@")
    hosts = [urlsplit(f"//{one}") for one in listed.split(",")]
    if not all(host.hostname for host in hosts):
        raise ValueError(f"{listed!r} isn't a list of HOST:PORT")
    plain = parts.scheme.removesuffix(kind)
    untyped: Any = parse_url
    given = untyped(f"{plain}://{user}{at}localhost/?{parts.query}")
    given = {name: value for name, value in given.items() if name not in ("host", "port", "connection_class")}
    if plain == "rediss":
        given["ssl"] = True
    known = [(str(host.hostname), host.port or _PORTS[kind]) for host in hosts]
    return known, [part for part in parts.path.split("/") if part], given


def _watched(
    hosts: list[tuple[str, int]], path: list[str], given: dict[str, Any], options: dict[str, Any]
) -> Callable[[], Any]:
    """Makes connections to the primary that Sentinels name at that moment."""
    from redis import sentinel as library

    if not path or not "".join(path[1:] or "0").isdecimal():
        raise ValueError(
            "the address of Sentinels ends with the name of a service: redis+sentinel://HOST:PORT/SERVICE/DB"
        )
    secured = {name: value for name, value in given.items() if name.startswith("ssl")}
    untyped: Any = library
    sentinels = untyped.Sentinel(hosts, sentinel_kwargs={**options, **secured, "retry": Retry(NoBackoff(), 0)})
    pool = untyped.SentinelConnectionPool(
        path[0], sentinels, db=int("".join(path[1:] or "0")), retry=Retry(NoBackoff(), 0), **given, **options
    )

    def made() -> Any:
        return pool.connection_class(**pool.connection_kwargs)

    return made


class _Single:
    together = True

    def __init__(self, made: Callable[[], Any]) -> None:
        self._made = made

    def node(self, command: Command) -> Node:  # noqa: ARG002 - there is one
        return None

    def connection(self, node: Node) -> Any:  # noqa: ARG002 - there is one
        return self._made()

    def redirected(self, error: ResponseError) -> tuple[Node, bool] | None:  # noqa: ARG002 - there is one
        return None

    def forget(self) -> None:
        """Nothing: there is one."""


class _Cluster:
    together = False

    def __init__(self, hosts: list[tuple[str, int]], options: dict[str, Any]) -> None:
        from redis.connection import Connection

        self._hosts, self._options = hosts, options
        self._class = SSLConnection if options.get("ssl") else Connection
        self._topology: Any = None
        self._lock = threading.Lock()

    def node(self, command: Command) -> Node:
        """The primary of the slot in which the first key of a command is; any one for a command without keys."""
        nodes = self._nodes()
        key = command[3] if command[0] == "EVALSHA" else command[1] if command[0].startswith(("H", "Z")) else None
        found = nodes.default_node if key is None else nodes.get_node_from_slot(key_slot(key.encode()))
        return found.host, found.port

    def _nodes(self) -> Any:
        from redis import cluster as library

        untyped: Any = library

        with self._lock:
            if self._topology is None:
                nodes = [untyped.ClusterNode(*host) for host in self._hosts]
                try:
                    client = untyped.RedisCluster(
                        startup_nodes=nodes, retry=Retry(NoBackoff(), 0), require_full_coverage=False, **self._options
                    )
                except RedisClusterException as error:
                    raise ConnectionError(str(error).splitlines()[0]) from error
                self._topology = client.nodes_manager
            return self._topology

    def connection(self, node: Node) -> Any:
        """A new connection to a node."""
        host, port = node or self._hosts[0]
        options = {name: value for name, value in self._options.items() if name != "ssl"}
        return self._class(host=host, port=port, retry=Retry(NoBackoff(), 0), **options)

    def redirected(self, error: ResponseError) -> tuple[Node, bool] | None:
        """The node that has a slot now (`MOVED`), or will have it soon (`ASK`)."""
        word, _, rest = str(error).partition(" ")
        if word not in ("MOVED", "ASK"):
            return None
        if word == "MOVED":
            self.forget()
        host, _, port = rest.rpartition(" ")[2].rpartition(":")
        return (host, int(port)), word == "ASK"

    def forget(self) -> None:
        """Ask for the nodes anew the next time."""
        with self._lock:
            self._topology = None
