"""A scripted backend, and mocks beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from mockserver.settings import Settings, Upstream
from tests.conftest import Build
from tests.mockserver.upstream.scripted import Scripted, started
from tests.support import TIMEOUT, Ask, bundled_settings


@pytest.fixture(scope="module")
def running() -> Iterator[Scripted]:
    """One backend for all tests of a module."""
    backend, end = started()
    yield backend
    end()


@pytest.fixture
def backend(running: Scripted) -> Scripted:
    """The backend, before it was asked anything."""
    running.answers.clear()
    running.came.clear()
    return running


@pytest.fixture
def beside(build: Build, backend: Scripted) -> Iterator[Callable[..., Ask]]:
    """Builds mocks in front of the backend; keyword arguments are those of `Upstream`."""

    asks: list[Ask] = []

    def made(**upstream: Any) -> Ask:
        store, spec = upstream.pop("store", None), upstream.pop("spec", None)
        beside = Upstream(**{"url": backend.url, "first": True, "timeout": TIMEOUT * 1000, **upstream})
        more = {} if store is None else {"store": store}
        plain = bundled_settings if spec is None else partial(Settings, spec=spec)
        asks.append(Ask(build(plain(auth="any", upstream=beside, **more))))
        return asks[-1]

    yield made
    for ask in asks:
        assert ask.engine.backend is not None
        ask.engine.backend.close()
