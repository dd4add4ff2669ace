"""The composition root: a Flask app whose contract operations are answered by the pipeline, in front of Flask."""

from __future__ import annotations

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from mockserver.background import report
from mockserver.control.api import control_blueprint
from mockserver.errors import Refused, internal_error
from mockserver.exchange.building import build_engine
from mockserver.exchange.engine import Engine
from mockserver.reply.problems import PROBLEM, problem_value
from mockserver.reply.reply import encode
from mockserver.settings import PREFIX, Settings
from mockserver.web.front import front_of


def create_app(settings: Settings) -> Flask:
    """The mock as a Flask app with a state of its own. Raises UsageError when contract or data cannot be used."""
    return app_for(build_engine(settings))


def app_for(engine: Engine) -> Flask:
    """The Flask app of an engine."""
    app = Flask("mockserver", static_folder=None)
    app.extensions["mockserver"] = engine
    app.register_blueprint(control_blueprint(engine))
    app.register_error_handler(HTTPException, _as_problem)
    app.register_error_handler(Exception, _as_internal_error)
    behind = app.wsgi_app
    app.wsgi_app = front_of(engine, lambda: behind)  # type: ignore[method-assign]  # Flask's own way to wrap
    return app


def _as_problem(error: HTTPException) -> Response:
    """What Flask refuses on the control API, as a problem (RFC 9457)."""
    status = error.code or 500
    nothing = f"there is nothing at {request.path}; see {PREFIX}/docs/ and {PREFIX}/control.json"
    value = problem_value(Refused(status, nothing if status == 404 else error.description or ""), status)
    response = Response(encode(value), status, content_type=PROBLEM)
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _as_internal_error(error: Exception) -> Response:
    """An exception of the control API: one line on the terminal, and a problem for the client."""
    reason = internal_error(error)
    report(f"{request.method} {request.path}: {reason}", error)
    return Response(encode(problem_value(Refused(500, reason), 500)), 500, content_type=PROBLEM)
