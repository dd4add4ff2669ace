"""Delayed answers, and plain ones beside them."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from tests.support import LiveMock


def hold_nobody_up(mock: LiveMock, count: int, seconds: int) -> bool:
    """Whether plain requests are answered while so many others wait for their delay, and these wait at the same time.

    Of a sound mock, too, that is only seen on a machine that does all that is asked within the delay.
    """
    with ThreadPoolExecutor(count) as pool:
        began = time.monotonic()
        late = [pool.submit(mock.status_of_devices, **{"Mock-Delay": f"{seconds}s"}) for _ in range(count)]
        assert [mock.status_of_devices() for _ in range(20)] == [200] * 20
        came_first = not any(one.done() for one in late)
        assert {one.result() for one in late} == {200}
    return came_first and time.monotonic() - began < seconds * count / 2
