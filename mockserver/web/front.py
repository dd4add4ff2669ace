"""Which application stands in front of an engine."""

from __future__ import annotations

from collections.abc import Callable

from mockserver.exchange.engine import Engine
from mockserver.web.wsgi import ContractFirst, Wsgi


def front_of(
    engine: Engine,
    behind: Callable[[], Wsgi],
    step_aside: Callable[[], None] = lambda: None,
    headers_after: str | None = None,
) -> ContractFirst:
    """The application of an engine."""
    if engine.backend is None:
        return ContractFirst(engine, behind, step_aside, headers_after)
    from mockserver.web.passing_on import PassesOn  # few mocks have a backend

    return PassesOn(engine, behind, step_aside, headers_after)
