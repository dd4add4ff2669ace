"""`mockserver mock`: an engine is built, served, and announced on the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from mockserver.background import warn
from mockserver.cli.banner import banner
from mockserver.cli.log import Terminal, style_for
from mockserver.cli.output import Output
from mockserver.cli.state_files import must_exist
from mockserver.clock import system_now
from mockserver.contract.contract import without_collection
from mockserver.exchange.building import build_engine
from mockserver.exchange.engine import Engine
from mockserver.settings import Settings
from mockserver.web.server import check_address, free_port, serve

if TYPE_CHECKING:
    from mockserver.insight.recording import Recorder


def run(settings: Settings) -> None:
    """Serve until interrupted. Raises MockError."""
    if settings.port == 0:
        with free_port(settings.host) as port:
            run(replace(settings, port=port))
        return
    if settings.state is not None:
        must_exist(settings.state, settings.states or settings.state.parent)
    check_address(settings.host, settings.port)
    if settings.tls:
        from mockserver.web.tls import with_certificate

        settings = with_certificate(settings)
    if settings.upstream.insecure and settings.upstream.url is not None:
        warn("the backend's certificate isn't checked (--insecure): anyone on the way can read and change what passes")
    with without_collection():  # until the worker has frozen what is loaded
        engine, first, slot = built(settings), True, 0
        if settings.workers > 1:
            from mockserver.web.workers import shared_by

            worker = shared_by(settings.workers)
            engine.meter.work_as(worker.slot)
            first, slot = worker.first, worker.slot
        recorder = None
        if settings.recording is not None:
            from mockserver.cli.record import recorder_of

            recorder = recorder_of(engine, settings.recording, slot)  # where it can't write, nothing is served
        serve(engine, *logged(engine, first=first, recorder=recorder))


def built(settings: Settings, clock: Callable[[], int] = system_now) -> Engine:
    """An engine whose worlds begin as the settings say. Raises UsageError."""
    if settings.state is None:
        return build_engine(settings, clock)
    from mockserver.control.saved import begin_from_state

    return build_engine(settings, clock, begin=begin_from_state)


def logged(
    engine: Engine, *, first: bool = True, recorder: Recorder | None = None
) -> tuple[Callable[[], None], Callable[[], None]]:
    """Note each request from now on; returns what shows that the mock is ready, after which a line follows for each
    request, and what writes the lines that still wait at the end.

    Of several processes, the first one alone shows the former.
    """
    settings, output = engine.settings, Output(sys.stdout)
    style = style_for(sys.stdout, os.environ, settings.verbose)
    terminal = Terminal(output, settings.log_format, style, lambda: engine.journal.secrets)
    engine.journal.listeners.append(terminal)
    flush: Callable[[], None] = terminal.flush
    if recorder is not None:
        from mockserver.cli.record import listening

        flush = listening(engine, recorder, output, terminal.flush)

    def ready() -> None:
        if first:
            output.write(banner(engine, quiet=style.quiet) + "\n")
        terminal.start()
        if settings.watch:
            from mockserver.cli.watch import watch

            watch(engine, lambda line: output.write(line + "\n"), built)

    return ready, flush
