"""What the end of the process waits for: a mock with an answer under way isn't idle."""

from __future__ import annotations

from queue import SimpleQueue
from types import SimpleNamespace
from typing import Any

import pytest

from mockserver.web.gateway import Gateway
from mockserver.web.leader import Relay
from mockserver.web.transport import Later
from mockserver.web.wsgi import Unkept
from tests.support import TIMEOUT


def _kept(then: Any) -> Unkept:
    """An answer that waits for its store, which has just kept it."""
    pending: Any = SimpleNamespace(later=lambda call: call(None))
    return Unkept(pending, lambda _: then)


@pytest.mark.parametrize("waits", [Later(0.01, lambda: [b"late"]), _kept([b"late"])], ids=["a delay", "a store"])
def test_an_answer_that_waited_is_under_way_until_the_server_has_it(waits: Any) -> None:
    """The process may end as soon as it is idle: an answer that no longer waits and isn't sent would be lost."""
    idle: SimpleQueue[bool] = SimpleQueue()
    front: Any = SimpleNamespace(engine=SimpleNamespace(settings=SimpleNamespace(max_body=1)), passes_on=False)
    gateway = Gateway(front, Relay(), TIMEOUT)
    handle = SimpleNamespace(response_bytes=lambda *_: idle.put(gateway.idle))
    gateway._send(handle, SimpleNamespace(status=200, headers=[]), waits)  # type: ignore[arg-type]
    assert idle.get(timeout=TIMEOUT) is False
