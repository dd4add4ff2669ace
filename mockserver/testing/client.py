"""A client of a running mock server for tests: `MockServer` is the server, `MockWorld` one of its worlds."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

TIMEOUT = 30.0
"""Seconds that the mock server may take to start or to respond."""
_NOTHING: Any = object()


@dataclass(frozen=True, slots=True)
class MockAnswer:
    """A response of the mock server; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def why(self) -> str:
        """The path of the explanation of this response."""
        return self.headers["mock-why"]


class MockRefused(AssertionError):
    """The mock server refused a control call, or a verification failed; the text explains why."""


@dataclass(frozen=True, slots=True)
class MockServer:
    """A running mock server: its address, the tokens of its users, and its admin token if it runs elsewhere."""

    url: str
    users: Mapping[str, str]
    admin_token: str | None = None

    def send(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> MockAnswer:
        """Send one request over a new connection; the path is sent as written."""
        connection = _connection(self.url)
        try:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return MockAnswer(response.status, names, response.read())
        finally:
            connection.close()

    def control(self, method: str, path: str, value: Any = _NOTHING) -> Any:
        """Make one call of the control API, with a path below `/__mock__`; returns the decoded response."""
        body = None if value is _NOTHING else json.dumps(value).encode()
        headers = {} if body is None else {"content-type": "application/json"}
        headers |= {"authorization": f"Bearer {self.admin_token}"} if self.admin_token else {}
        answer = self.send(method, f"/__mock__{path}", headers=headers, body=body)
        if answer.status >= 400:
            raise MockRefused(f"{method} /__mock__{path}: {answer.status} {answer.json.get('detail', '')}")
        is_json = "json" in answer.headers.get("content-type", "")
        return answer.json if is_json else answer.body.decode()


def _connection(url: str) -> http.client.HTTPConnection:
    """A connection to a mock server; over TLS, this user's local CA is trusted as the system's are."""
    address = urlsplit(url)
    if address.scheme != "https":
        return http.client.HTTPConnection(address.hostname or "", address.port, timeout=TIMEOUT)
    from mockserver.web.tls import trusting

    context = trusting()
    return http.client.HTTPSConnection(address.hostname or "", address.port, timeout=TIMEOUT, context=context)


class MockWorld:
    """A world of the mock server, with its own records, clock, faults and journal."""

    def __init__(self, server: MockServer, name: str) -> None:
        self.server, self.name = server, name

    @property
    def url(self) -> str:
        """The address of the mock server; `token()` or `headers()` select the world."""
        return self.server.url

    def token(self, user: str | None = None) -> str:
        """The bearer token of a user (by default the first one) in this world."""
        users = self.server.users
        if user is not None and user not in users:
            raise MockRefused(f"the mock has no user {user!r}; its users: {', '.join(users) or 'none'}")
        return f"{users[user] if user is not None else next(iter(users.values()), 'any')}~{self.name}"

    def headers(self, user: str | None = None, **more: str) -> dict[str, str]:
        """The headers that put a request of a user into this world."""
        return {"Authorization": f"Bearer {self.token(user)}", "Mock-World": self.name, **more}

    def request(
        self,
        method: str,
        path: str,
        *,
        user: str | None = None,
        json: Any = _NOTHING,
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> MockAnswer:
        """Send one request in this world, anonymously without `user` and `Authorization`."""
        sent = {"Mock-World": self.name} if user is None else self.headers(user)
        if json is not _NOTHING:
            sent["Content-Type"], body = "application/json", _encoded(json)
        raw = body.encode() if isinstance(body, str) else body
        return self.server.send(method, path, headers={**sent, **(headers or {})}, body=raw)

    def advance(self, by: str) -> str:
        """Move the clock forward by an ISO 8601 duration such as `P31D`; returns the new time."""
        return str(self._control("POST", "/clock/advance", {"by": by})["now"])

    def set_clock(self, now: str | None = None, *, frozen: bool | None = None) -> str:
        """Set the clock to an instant, stop it or let it run; returns the new time."""
        settings = {"now": now, "frozen": frozen}
        return str(self._control("PUT", "/clock", {k: v for k, v in settings.items() if v is not None})["now"])

    def fail(
        self, operation: str | None = None, status: int | None = 500, *, times: int | None = 1, **rule: Any
    ) -> None:
        """Make an operation (by default every one) return a status, by default once.

        Other faults are written as in rules: `delay={"fixed": 2000}`, `body="truncated"`, `reset=True`,
        `limit={"calls": 5, "seconds": 60}`, `nth=2`, `probability=0.5`; then pass `status=None`.
        """
        fault = {"operation": operation, "status": status, "times": times, **rule}
        self._control("POST", "/faults", {name: value for name, value in fault.items() if value is not None})

    def fail_job(self, operation: str | None = None, *, times: int | None = 1) -> None:
        """Make the next job that an operation (by default any) starts fail later, as `fails` in the behaviours says."""
        self.fail(operation, None, times=times, fails=True)

    def faults(self, *presets: str) -> None:
        """Activate these presets and no other fault; without presets, remove all faults."""
        self._control("PUT", "/faults", {"presets": list(presets)})

    def requests(self, **filters: Any) -> list[dict[str, Any]]:
        """The journal of this world: entries, filtered by `operation`, `status`, `user`, `verdict`, `since`."""
        query = f"?{urlencode(filters)}" if filters else ""
        entries: list[dict[str, Any]] = self._control("GET", f"/requests{query}")["requests"]
        return entries

    def why(self, number: int | str = "last") -> str:
        """The explanation of a request, as text."""
        return str(self._control("GET", f"/requests/{number}/why"))

    def verify(self, *calls: Mapping[str, Any], order: str = "any", only: bool = False) -> None:
        """Fail with a diff unless these calls were received, e.g. `{"operation": "trustDevice", "status": 200}`."""
        __tracebackhide__ = True
        result = self._control("POST", "/verify", {"calls": list(calls), "order": order, "only": only})
        if not result["verified"]:
            raise MockRefused("\n".join([*result["problems"], result["diff"]]))

    def deliveries(self, **filters: str) -> list[dict[str, Any]]:
        """The callbacks and webhooks of this world, filtered by `state` and `event`."""
        query = f"?{urlencode(filters)}" if filters else ""
        sent: list[dict[str, Any]] = self._control("GET", f"/deliveries{query}")["deliveries"]
        return sent

    def notify(self, event: str, to: str, body: Any = _NOTHING) -> dict[str, Any]:
        """Send a webhook or callback by hand; returns the delivery after its first attempt."""
        more = {} if body is _NOTHING else {"body": body}
        sent: dict[str, Any] = self._control("POST", "/deliveries", {"event": event, "to": to, **more})
        return sent

    def resend(self, delivery: str) -> dict[str, Any]:
        """Send a delivery again, with the same id and body; returns it after the attempt."""
        sent: dict[str, Any] = self._control("POST", f"/deliveries/{quote(delivery, safe='')}/resend")
        return sent

    def drop(self, delivery: str) -> dict[str, Any]:
        """Drop a delivery that still waits."""
        dropped: dict[str, Any] = self._control("DELETE", f"/deliveries/{quote(delivery, safe='')}")
        return dropped

    def pause_deliveries(self, *, on: bool = True) -> None:
        """Hold all deliveries, or send them again; what has become due meanwhile is sent before this returns."""
        self._control("PATCH", "/deliveries", {"paused": on})

    def state(self) -> dict[str, list[dict[str, Any]]]:
        """The records of this world by collection."""
        records: dict[str, list[dict[str, Any]]] = self._control("GET", "/state")
        return records

    def set_state(self, records: Mapping[str, Any]) -> None:
        """Replace the records of this world."""
        self._control("PUT", "/state", records)

    def save(self) -> str:
        """This world as a text that `load` and `mockserver mock --state FILE` read."""
        return str(self._control("GET", "/saved"))

    def load(self, state: str | Path) -> None:
        """Make this world what a saved one was: a text that `save` returned, or the file of a state."""
        named = {"file": str(state), "yaml": state.read_text("utf-8")} if isinstance(state, Path) else {"yaml": state}
        self._control("PUT", "/saved", named)

    def rewind(self, before: int | str = "last") -> None:
        """Restore this world to its state before a request."""
        self._control("POST", "/rewind", {"before": before})

    def reset(self) -> None:
        """Reset this world to the fixtures."""
        self._control("POST", "/reset")

    def _control(self, method: str, path: str, value: Any = _NOTHING) -> Any:
        return self.server.control(method, f"/worlds/{quote(self.name)}{path}", value)


def _encoded(value: Any) -> bytes:
    return json.dumps(value).encode()
