"""Expected calls compared with those that a world received."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.exchange.exchange import Exchange
from mockserver.insight.verify import verify
from mockserver.messages import Answer, Request
from tests.support import START


def _entry(number: int, method: str = "GET", path: str = "/devices", status: int = 200, **more: Any) -> Exchange:
    known: dict[str, Any] = {"operation": "listDevices", "user": "alice", "body": b"", **more}
    request = Request(method, path, body=known["body"])
    return Exchange(number=number, at=START, request=request, answer=Answer(status), operation=known["operation"],
                    user=known["user"], world="main", reason="", violations=(), changes=(), before=None, micros=1,
                    verdict="kept")  # fmt: skip


RECEIVED = (
    _entry(1),
    _entry(2, "POST", "/devices/trust", operation="trustDevice", body=b'{"fingerprint": "f", "more": [1, {"a": 2}]}'),
    _entry(3, "OPTIONS"),
    _entry(4, user="bob"),
    _entry(5, "DELETE", "/devices/d1", 404, operation="removeDevice"),
)
TRUST = {"operation": "trustDevice"}


@pytest.mark.parametrize(
    ("expected", "problems"),
    [
        ({"calls": [TRUST]}, []),
        ({"calls": [{"method": "POST", "path": "/devices/trust", "user": "alice", "status": 200}]}, []),
        ({"calls": [{**TRUST, "body": {"fingerprint": "f"}}]}, []),
        ({"calls": [{**TRUST, "body": {"more": [1, {}]}}]}, []),
        ({"calls": [{"operation": "listDevices", "count": {"min": 1}}]}, []),
        ({"calls": [{"operation": "listDevices", "count": {"min": 2, "max": 2}}]}, []),
        ({"calls": [{"operation": "heartbeat", "count": {"max": 0}}]}, []),
        ({"calls": [{"operation": "listDevices"}]}, ["listDevices was expected once and was received 2 times"]),
        ({"since": 1, "calls": [{"operation": "listDevices"}]}, []),
        ({"calls": [{"operation": "listDevices", "count": {"min": 3}}]},
         ["listDevices was expected 3 times or more and was received 2 times"]),
        ({"calls": [{"operation": "listDevices", "count": {"max": 1}}]},
         ["listDevices was expected once at most and was received 2 times"]),
        ({"calls": [{"operation": "listDevices", "count": {"min": 3, "max": 5}}]},
         ["listDevices was expected 3 to 5 times and was received 2 times"]),
        ({"calls": [{"operation": "listDevices", "count": {"min": 0}}, {"method": "OPTIONS"}]},
         ["OPTIONS was expected once and was never received"]),
        ({"calls": [{"operation": "nothing"}]}, ["nothing was expected once and was never received"]),
        ({"calls": [{**TRUST, "user": "bob"}]},
         ["trustDevice by bob was expected once and was never received; nearest is request 2", "another user"]),
        ({"calls": [{"method": "POST", "path": "/devices/trust", "status": 201}]},
         ["nearest is request 2", "another status"]),
        ({"calls": [{**TRUST, "body": {"fingerprint": "g"}}]}, ["nearest is request 2", "another body"]),
        ({"calls": [{**TRUST, "body": {"more": [1]}}]}, ["another body"]),
        ({"calls": [{**TRUST, "body": {"other": 1}}]}, ["another body"]),
        ({"calls": [{"path": "/devices/d2", "method": "DELETE", "status": 404}]},
         ["nearest is request 5", "another path"]),
        ({"order": "listed", "calls": [{"operation": "listDevices", "count": {"min": 1}}, TRUST]}, []),
        ({"order": "listed", "calls": [TRUST, {"operation": "listDevices", "user": "alice"}]}, ["listDevices"]),
        ({"only": True, "calls": [{"operation": "listDevices", "count": {"min": 1}}, {"operation": "removeDevice"}]},
         ["was not expected (request 2)"]),
        ({"only": True, "calls": [{"operation": "listDevices", "count": {"min": 1}}, TRUST, {"status": 404}]}, []),
    ],
)  # fmt: skip
def test_calls_are_compared_by_what_is_expected_of_them(expected: dict[str, Any], problems: list[str]) -> None:
    """How often, in which order, and none beside; preflights count nowhere, and the nearest call is named."""
    found = verify(RECEIVED, expected)
    assert bool(found.problems) is bool(problems) is bool(found.diff)
    text = "\n".join(found.problems)
    assert [problem for problem in problems if problem not in text] == []
    assert len(found.problems) <= 1
