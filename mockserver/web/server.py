"""The production WSGI server (granian): one worker, which holds the worlds."""

from __future__ import annotations

import errno
import gc
import multiprocessing
import os
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from granian import Granian
from granian.constants import Interfaces

from mockserver.background import attempt, start
from mockserver.errors import Unavailable, UsageError
from mockserver.exchange.engine import Engine, build_engine
from mockserver.exchange.memory import pack_memory
from mockserver.settings import Settings, near_host
from mockserver.web.leader import Relay
from mockserver.web.wsgi import ContractFirst

THREADS = 32
"""How many requests may be answered at once; a delayed answer holds one thread."""
HEADERS_AFTER = "wsgi.input"
"""The key of granian's environments behind which all request headers come."""
_PATIENCE = 10.0
_FAREWELL = 0.2
"""Seconds that open connections may delay the end; browsers keep theirs open, and Ctrl-C is to end at once."""
_COLLECTOR = (50_000, 20, 20)
"""When the collector looks for cycles: a journal full of live entries would have it look at them for nothing."""

Announce = Callable[[Engine], None]
"""A function of a module (a new process must find it by name), called in the worker once it accepts connections."""


def serve(engine: Engine, announce: Announce) -> None:
    """Serve until interrupted; `announce` is called once connections are accepted.

    Raises Unavailable when the address is taken.
    """
    settings = engine.settings
    check_address(settings.host, settings.port)
    _hide_from_requests()
    server = Granian(
        "mockserver",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        log_enabled=False,
        websockets=False,
        workers_kill_timeout=_FAREWELL,  # type: ignore[arg-type]  # any number of seconds will do for it
    )
    server.serve(target_loader=_loader(engine, announce), wrap_loader=False)


def _hide_from_requests() -> None:
    """Take `HTTP_PROXY` and its like out of the environment, of which the server makes request headers (PEP 3333)."""
    for name in [name for name in os.environ if name.startswith("HTTP_")]:
        del os.environ[name]


def _loader(engine: Engine, announce: Announce) -> Callable[[], Any]:
    """What the worker process calls to get the app: under fork it has the engine already, under spawn it builds it."""
    if multiprocessing.get_start_method() == "fork":
        return lambda: _announced(engine, announce)
    return partial(_built, engine.settings, announce)


def _built(settings: Settings, announce: Announce) -> Any:
    return _announced(build_engine(settings), announce)


def _announced(engine: Engine, announce: Announce) -> Any:
    calm_collector()
    pack_memory()
    _yield_to_clients()
    start("parent", _end_with_parent)
    relay = Relay()
    relay.start()
    front = ContractFirst(engine, partial(_flask, engine), relay.step_aside, HEADERS_AFTER)
    start("start", _announce, front, announce)
    return relay.over(front)


def calm_collector() -> None:
    """Have the garbage collector look seldom, and never at what is loaded: that stays, and is no garbage."""
    gc.freeze()
    gc.set_threshold(*_COLLECTOR)
    gc.enable()


def _yield_to_clients() -> None:
    """Have the threads of this process wake one another, and be woken by clients, without taking the processor away
    from whoever runs: where client and server share two cores, they do more in each turn, and switch less often."""
    if sys.platform == "linux":
        with suppress(OSError):  # a sandbox may forbid it
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _end_with_parent() -> None:
    """End this process when the one that started it is gone: killed, it could not stop its worker, which would go on
    to hold the port."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


def _flask(engine: Engine) -> Any:
    """Flask and the control API, which take longer to import than all the rest."""
    from mockserver.web.app import app_for

    return app_for(engine)


def _announce(front: ContractFirst, announce: Announce) -> None:
    """Call `announce` once the port answers (the worker opens the socket a moment after the app is made), then load
    what the first request may do without."""
    engine = front.engine
    settings = engine.settings
    host = near_host(settings.host)
    pause, waited = threading.Event(), 0.0
    while waited < _PATIENCE:
        try:
            socket.create_connection((host, settings.port), timeout=1).close()
        except OSError:
            pause.wait(0.005)
            waited += 0.005
        else:
            attempt("start", announce, engine)
            front.load()
            return


def check_address(host: str, port: int) -> None:
    """Raise Unavailable when the address is in use (the server itself shares ports and would not notice), or the port
    is not for everyone to take; UsageError when the host isn't an address of this machine."""
    family, kind, address = _resolved(host, port)
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise _no_address(host, error) from None
            problem = f"cannot listen on {host}:{port}: {error.strerror or error}"
            raise Unavailable(problem, fix=_fix_for(error.errno, port)) from None


def _fix_for(number: int | None, port: int) -> str:
    if number == errno.EACCES:
        return "ports below 1024 need rights that this user doesn't have; leave out --port, or choose a higher one"
    return f"is a mock running there already? --port {port + 1}"


def free_port(host: str) -> int:
    """A free port. Raises UsageError when the host isn't an address of this machine."""
    family, kind, address = _resolved(host, 0)
    with socket.socket(family, kind) as probe:
        try:
            probe.bind(address)
        except OSError as error:
            raise _no_address(host, error) from None
        port: int = probe.getsockname()[1]
        return port


def _resolved(host: str, port: int) -> tuple[socket.AddressFamily, socket.SocketKind, Any]:
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise _no_address(host, error) from None
    return family, kind, address


def _no_address(host: str, error: OSError) -> UsageError:
    return UsageError(f"{host} isn't an address of this machine: {error.strerror or error}", fix="--host 127.0.0.1")
