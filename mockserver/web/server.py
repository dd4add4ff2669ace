"""The production WSGI server (granian), in this process, which holds the worlds."""

from __future__ import annotations

import errno
import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from time import monotonic, sleep
from typing import Any

from granian.constants import Interfaces, SSLProtocols
from granian.server import mp
from granian.server.mp import MPServer

from mockserver.background import attempt, start
from mockserver.errors import Unavailable, UsageError
from mockserver.exchange.engine import Engine
from mockserver.exchange.memory import pack_memory
from mockserver.settings import Settings, near_host
from mockserver.web.descriptors import Overflow, raise_limit
from mockserver.web.front import front_of
from mockserver.web.gateway import Gateway
from mockserver.web.leader import Relay

THREADS = 128
"""How many clients may keep the server waiting for their bodies; a thread takes 65 kB. What waits or streams is
elsewhere."""
HEADERS_AFTER = "wsgi.input"
"""The key of granian's environments behind which all request headers come."""
_FREE_FOR_ALL = 1024
"""The first port that every user may take."""
_SHARES_BOUND_PORTS = sys.platform == "linux"
"""Whether a server may listen on a port to which another socket is bound that doesn't listen."""
_PATIENCE = 10.0
_FAREWELL = 0.2
"""Seconds that open connections may delay the end; browsers keep theirs open, and Ctrl-C is to end at once."""
_TICK = 0.01
_ENDS = ("SIGHUP", "SIGQUIT", "SIGUSR1")
"""Signals that end the process beside those that granian knows; a terminal that is closed sends the first."""
_SENT = 1.0
"""Seconds in which the server sends the last answers that it was given; it ends by itself once it has."""
_COLLECTOR = (50_000, 20, 20)
"""When the collector looks for cycles: a journal full of live entries would have it look at them for nothing."""


def serve(engine: Engine, ready: Callable[[], None], last: Callable[[], None]) -> None:
    """Serve until interrupted, then end the process; `ready` is called once connections are accepted, and `last`
    before the process ends, even where it is interrupted before it was ready.

    Raises Unavailable when the address is taken.
    """
    settings = engine.settings
    raise_limit()
    if settings.workers == 1:  # several share the address
        check_address(settings.host, settings.port)
    _hide_from_requests()
    server = _OneProcess(
        "mockserver",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        log_enabled=False,
        websockets=False,
        **({"ssl_cert": settings.tls_cert, "ssl_key": settings.tls_key} if settings.tls else {}),
        ssl_protocol_min=SSLProtocols.tls12,
    )
    pack_memory()
    server.ending.last = last
    server.ending.come_with_signal(settings.drain / 1000)
    server.serve(target_loader=partial(_front, engine, ready, server.ending), wrap_loader=False)


def _hide_from_requests() -> None:
    """Take `HTTP_PROXY` and its like out of the environment, of which the server makes request headers (PEP 3333)."""
    for name in [name for name in os.environ if name.startswith("HTTP_")]:
        del os.environ[name]


class _Ending:
    """The end of the process. Threads of the server may still run, so the interpreter is not torn down under them."""

    def __init__(self) -> None:
        self.last: Callable[[], None] = lambda: None
        self.idle: Callable[[], bool] = lambda: True  #: whether no request is under way

    def come_with_signal(self, drain: float) -> None:
        """Have a signal end the process after a moment, whatever the server still waits for: it would give a client
        that sends half a body, or one that waits for a slow answer, all the time in the world. Signals other than
        Ctrl-C let answers that are under way end, for `drain` seconds."""
        reader, writer = socket.socketpair()
        writer.setblocking(False)
        signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        for name in _ENDS:
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), lambda *_: None)
        start("end", self._come_after, reader, writer, drain)

    def _come_after(self, reader: socket.socket, _writer: socket.socket, drain: float) -> None:
        waits = 0.0 if reader.recv(1)[0] == signal.SIGINT else drain
        until = monotonic() + waits
        while monotonic() < until and not self.idle():
            sleep(_TICK)
        sleep(_SENT if waits else _FAREWELL)
        self.come()

    def come(self) -> None:
        """End the process with all that there is to write."""
        attempt("end", self.last)
        with suppress(OSError, ValueError):
            sys.stdout.flush()
        os._exit(0)


_WSGI = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
}
"""What a WSGI environment has beside what granian says of a request (PEP 3333)."""


class _OneProcess(MPServer):
    """The server without the process of its own that it keeps for its workers: it would hold 12 MB more, and a mock
    whose parent was killed would keep the port."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.ending = _Ending()
        # granian's own wrapper answers in the thread that it calls, at the end of the call; our gateway need not.
        mp._wsgi_call_wrap = lambda called, *_: called  # type: ignore[attr-defined]  # noqa: SLF001 - no public way

    def _spawn_workers(self, spawn_target: Any, target_loader: Any) -> None:
        self._spawn_worker(0, spawn_target, target_loader).inner.run()
        self.ending.come()


def _front(engine: Engine, ready: Callable[[], None], ending: _Ending) -> Any:
    """The app, once the process is prepared for serving it."""
    calm_collector()
    _yield_to_clients()
    relay = Relay()
    front = front_of(engine, partial(_flask, engine), relay.step_aside, HEADERS_AFTER)
    gateway = Gateway(front, relay, engine.settings.read_timeout / 1000)
    ending.idle = lambda: gateway.idle
    relay.start()
    start("start", _announce, engine.settings, ready, relay)
    return relay.over(gateway.work)


def calm_collector() -> None:
    """Have the garbage collector look seldom, and never at what is loaded: that stays, and is no garbage."""
    gc.freeze()
    gc.set_threshold(*_COLLECTOR)
    gc.enable()


def _yield_to_clients() -> None:
    """Have the threads of this process wake one another, and be woken by clients, without taking the processor away
    from whoever runs: where client and server share two cores, they do more in each turn, and switch less often."""
    if hasattr(os, "sched_setscheduler") and hasattr(os, "SCHED_BATCH"):  # Linux alone has both
        with suppress(OSError):  # a sandbox may forbid it
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _flask(engine: Engine) -> Any:
    """Flask and the control API, loaded on their first use: they take 10 MB, and longer to import than all the rest."""
    from mockserver.web.app import app_for

    app = app_for(engine)
    return lambda environ, start_response: app({**_WSGI, **environ}, start_response)


def _announce(settings: Settings, ready: Callable[[], None], relay: Relay) -> None:
    """Call `ready` once the port answers: the socket is opened a moment after the app is made."""
    host = near_host(settings.host)
    pause, waited = threading.Event(), 0.0
    while waited < _PATIENCE:
        try:
            socket.create_connection((host, settings.port), timeout=1).close()
        except OSError:
            pause.wait(0.005)
            waited += 0.005
        else:
            overflow = Overflow(settings.port, speaks=not settings.tls)
            overflow.start()
            relay.looks.append(overflow.look)
            ready()
            return


def check_address(host: str, port: int) -> None:
    """Raise Unavailable when the address is in use (the server itself shares ports and would not notice), or the port
    is not for everyone to take; UsageError when the host isn't an address of this machine."""
    family, kind, address = _resolved(host, port)
    with socket.socket(family, kind) as probe:
        # On Windows, the first option would let several programs listen on one port.
        alone = getattr(socket, "SO_EXCLUSIVEADDRUSE", None)
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR if alone is None else alone, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise _no_address(host, error) from None
            problem = f"cannot listen on {host}:{port}: {error.strerror or error}"
            raise Unavailable(problem, fix=_fix_for(error.errno, port)) from None


def _fix_for(number: int | None, port: int) -> str:
    if number == errno.EACCES and port < _FREE_FOR_ALL:  # Windows says it of a port that another program keeps
        return "ports below 1024 need rights that this user doesn't have; leave out --port, or choose a higher one"
    return f"is a mock running there already? --port {port + 1}"


@contextmanager
def free_port(host: str) -> Iterator[int]:
    """A free port, which no other program is given in the meantime; a server may listen on it.

    Raises UsageError when the host isn't an address of this machine.
    """
    family, kind, address = _resolved(host, 0)
    with socket.socket(family, kind) as kept:
        if _SHARES_BOUND_PORTS:
            kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            kept.bind(address)
        except OSError as error:
            raise _no_address(host, error) from None
        port: int = kept.getsockname()[1]
        if not _SHARES_BOUND_PORTS:
            kept.close()
        yield port


def _resolved(host: str, port: int) -> tuple[socket.AddressFamily, socket.SocketKind, Any]:
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:  # a name that is no host name can't even be encoded
        raise _no_address(host, error) from None
    return family, kind, address


def _no_address(host: str, error: Exception) -> UsageError:
    problem = f"{host[:100]!r} isn't an address of this machine: {getattr(error, 'strerror', None) or error}"
    if "/" in host or host.count(":") == 1:
        return UsageError(problem, place="--host", fix="it takes a name or address alone; --port sets the port")
    fix = "0.0.0.0 is all of its addresses; leave --host out for clients on this machine"
    return UsageError(problem, place="--host", fix=fix)
