"""How bodies are read, and how much they may take together."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from mockserver.web.bodies import SMALL, Bodies
from tests.support import TIMEOUT

_LIMIT = 3 * SMALL


class _Slow(io.BytesIO):
    """A body whose client sends it when it is allowed to."""

    def __init__(self, body: bytes) -> None:
        super().__init__(body)
        self.asked, self.go = threading.Event(), threading.Event()

    def read(self, size: int | None = -1) -> bytes:
        self.asked.set()
        assert self.go.wait(TIMEOUT)
        return super().read(size)


def _with_size(bodies: Bodies, sent: io.BytesIO) -> tuple[bytes, int] | None:
    return bodies.read(sent, len(sent.getvalue()))


def _in_chunks(bodies: Bodies, sent: io.BytesIO) -> tuple[bytes, int] | None:
    return bodies.read(sent, None)


@pytest.mark.parametrize("read", [_with_size, _in_chunks])
@pytest.mark.parametrize(("size", "counted"), [(1, False), (SMALL - 1, False), (SMALL + 1, True), (_LIMIT, True)])
def test_a_body_is_read_as_a_whole(
    read: Callable[[Bodies, io.BytesIO], tuple[bytes, int] | None], size: int, counted: bool
) -> None:
    """However it is sent; only one that is not small takes room."""
    body = bytes(range(256)) * (size // 256 + 1)
    found = read(Bodies(_LIMIT, 1.0), io.BytesIO(body[:size]))
    assert found is not None
    assert found[0] == body[:size]
    assert bool(found[1]) is counted


@pytest.mark.parametrize("size", [None, _LIMIT + 1])
@pytest.mark.parametrize("limit", [10, _LIMIT])
def test_a_body_that_is_too_large_is_read_to_its_end(limit: int, size: int | None) -> None:
    """And not kept: its client would not read the refusal before it has sent all."""
    sent = io.BytesIO(b"x" * (_LIMIT + 1))
    found = Bodies(limit, 1.0).read(sent, size)
    assert found is not None
    assert len(found[0]) == (0 if size else limit + 1)
    assert sent.read() == b""


def test_bodies_wait_for_room() -> None:
    """Until another one is done with; a small one waits for nobody."""
    bodies, slow = Bodies(_LIMIT, TIMEOUT, 2 * _LIMIT - 1), _Slow(b"x" * _LIMIT)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(_with_size, bodies, slow)
        assert slow.asked.wait(TIMEOUT)
        waiting = _Slow(b"y" * _LIMIT)
        second = pool.submit(_with_size, bodies, waiting)
        assert bodies.read(io.BytesIO(b"z"), 1) == (b"z", 0)
        slow.go.set()
        assert first.result(TIMEOUT) == (b"x" * _LIMIT, _LIMIT)
        assert not waiting.asked.wait(0.05)
        bodies.give(_LIMIT)
        assert waiting.asked.wait(TIMEOUT)
        waiting.go.set()
        assert second.result(TIMEOUT) == (b"y" * _LIMIT, _LIMIT)


def test_a_body_without_room_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the time that a client has to send one; nothing of it was read."""
    monkeypatch.setattr("mockserver.web.bodies._LATER", 0.0)
    bodies = Bodies(_LIMIT, 0.05, 1)
    assert bodies.read(io.BytesIO(b"x" * _LIMIT), _LIMIT) is not None
    late = io.BytesIO(b"y" * _LIMIT)
    assert bodies.read(late, _LIMIT) is None
    assert late.tell() == 0


def test_a_broken_body_gives_its_room_back() -> None:
    """Whatever the server raises for it."""

    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(size)

    bodies = Bodies(_LIMIT, 1.0, 1)
    for _ in range(2):
        with pytest.raises(OSError, match=str(_LIMIT)):
            bodies.read(Broken(), _LIMIT)
