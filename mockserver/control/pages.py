"""The pages of the control API: the console, and Swagger UI for the mock server. They load local files only."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, redirect, request, send_from_directory, url_for
from werkzeug.wrappers import Response as Redirect

from mockserver.control.bundle import bundled
from mockserver.control.start import start_data
from mockserver.exchange.engine import Engine
from mockserver.settings import PREFIX
from mockserver.state.store import MAIN

CONSOLE = Path(__file__).with_name("console")
_OWN = "default-src 'none'; connect-src 'self'; img-src 'self' data:; script-src 'self'; base-uri 'none'; "
_SHUT = "form-action 'none'; frame-ancestors 'none'"
CONSOLE_POLICY = f"{_OWN}style-src 'self'; {_SHUT}"
"""What the console may load: its own files, no inline script or style. It never builds HTML from text."""
DOCS_POLICY = f"{_OWN}style-src 'self' 'unsafe-inline'; {_SHUT}"  # Swagger UI styles its elements one by one

_START = b'<script id="start" type="application/json"></script>'
"""Where the page has the data that it starts with: a browser doesn't run it."""
_BUNDLES = {"all.js": ("text/javascript", ("console.js",)), "all.css": ("text/css", ("base.css", "console.css"))}


def add_pages(control: Blueprint, engine: Engine) -> None:
    """Serve the pages from the control API's blueprint."""

    @control.get(f"{PREFIX}/")
    def console() -> Response:
        data = start_data(engine, request.host_url.rstrip("/"), request.args.get("world", MAIN))
        page = (CONSOLE / "index.html").read_bytes()
        filled = page.replace(_START, _START.replace(b"></", b">" + data + b"</"))
        return _guarded(Response(filled, content_type="text/html; charset=utf-8"), CONSOLE_POLICY)

    @control.get(f"{PREFIX}/console/<any({', '.join(map(repr, _BUNDLES))}):name>")
    def console_bundle(name: str) -> Response:
        media, names = _BUNDLES[name]
        response = Response(bundled(CONSOLE, names), content_type=f"{media}; charset=utf-8")
        response.add_etag()
        response.make_conditional(request)
        return _guarded(response, CONSOLE_POLICY)

    @control.get(f"{PREFIX}/console/<path:name>")
    def console_file(name: str) -> Response:
        return _file(CONSOLE, name, CONSOLE_POLICY)

    @control.get(f"{PREFIX}/docs")
    def docs_door() -> Redirect:
        return redirect(url_for("control.docs"))

    @control.get(f"{PREFIX}/docs/")
    def docs() -> Response:
        return _file(CONSOLE, "docs.html", DOCS_POLICY)

    @control.get(f"{PREFIX}/docs/<path:name>")
    def docs_file(name: str) -> Response:
        return _file(_swagger_ui(), name, DOCS_POLICY)


def _swagger_ui() -> Path:
    from openapi_ui_bundles import swagger_ui

    return Path(swagger_ui.static_path)


def _file(folder: Path, name: str, policy: str) -> Response:
    return _guarded(send_from_directory(folder, name, max_age=0), policy)


def _guarded(response: Response, policy: str) -> Response:
    """A response that is revalidated each time, so that an upgraded mock server never gets the pages of the old one."""
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
