"""The two limits: constant responses on the mock's web server and its settings, without and with Flask.

Usage: python -m bench.peers.limits raw|flask ANSWERS PORT
"""

import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from granian import Granian
from granian.constants import Interfaces

THREADS = 1  # the cheapest for a constant; the mock's threads take turns, so only one runs at a time there too
Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], object]
Application = Callable[..., Iterable[bytes]]


def raw(bodies: dict[str, bytes]) -> Application:
    """A WSGI callable that only looks at the method."""
    headers = {
        method: [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        for method, body in bodies.items()
    }

    def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        start_response("200 OK", headers[method])
        return [bodies[method]]

    return application


def flask(bodies: dict[str, bytes]) -> Application:
    """A Flask app with two views that return constants."""
    from flask import Flask, Response

    app = Flask("constant")

    @app.get("/devices")
    def list_devices() -> Response:
        return Response(bodies["GET"], mimetype="application/json")

    @app.post("/devices/trust")
    def trust_device() -> Response:
        return Response(bodies["POST"], mimetype="application/json")

    return app


def main(kind: str, answers: str, port: str) -> None:
    """Serve one of the two until the process ends."""
    responses = json.loads(Path(answers).read_text())
    bodies = {method: json.dumps(responses[method], separators=(",", ":")).encode() for method in ("GET", "POST")}
    application = {"raw": raw, "flask": flask}[kind](bodies)
    if sys.platform == "linux":
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    server = Granian(  # every other option as in mockserver.web.server
        "limits",
        address="127.0.0.1",
        port=int(port),
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        log_enabled=False,
        websockets=False,
        workers_kill_timeout=2,
    )
    server.serve(target_loader=lambda: application, wrap_loader=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
