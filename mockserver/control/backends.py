"""Control calls on the real backend beside the mock: who answers what, changed while requests are answered."""

from __future__ import annotations

from typing import Any

import msgspec

from mockserver.control.calls import Call, Handler, Result, conflict
from mockserver.errors import Refused, UsageError
from mockserver.upstream.backend import Backend
from mockserver.upstream.route import Routes, Rule


def _backend(call: Call) -> Backend:
    backend = call.engine.backend
    if backend is None:
        raise Refused(404, "there is no backend beside this mock; start it with mockserver proxy, or --upstream URL")
    return backend


def _get(call: Call) -> Result:
    return _shown(_backend(call))


def _change(call: Call) -> Result:
    backend = _backend(call)
    if call.engine.settings.workers > 1:
        raise conflict("with --workers, each process has rules of its own: name them by flags")
    routes = backend.router.routes
    changes: dict[str, Any] = dict(call.body)
    if "rules" in changes:
        changes["rules"] = tuple(Rule(one["operation"], one["by"]) for one in changes["rules"])
    if "missing" in changes:
        changes["missing"] = tuple(changes["missing"])
    try:
        backend.router.change(msgspec.structs.replace(routes, **changes))
    except UsageError as error:
        raise conflict(f"{error.problem} ({error.fix})") from None
    return _shown(backend)


def _shown(backend: Backend) -> Result:
    routes: Routes = backend.router.routes
    return Result(
        {
            "url": str(backend.target),
            "rules": [{"operation": one.operation, "by": one.by} for one in routes.rules],
            "others": routes.others,
            "unknown": routes.unknown,
            "fallback": routes.fallback,
            "missing": list(routes.missing),
            "fail": routes.fail,
            "overlay": routes.overlay,
        }
    )


HANDLERS: dict[str, Handler] = {"getBackend": _get, "changeBackend": _change}
"""The calls by the name of their operation."""
