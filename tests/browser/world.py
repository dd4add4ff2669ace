"""One world of the mock, for setup and checks without the browser."""

from __future__ import annotations

from typing import Any

from tests.support import NOTHING, LiveMock


class BrowserWorld:
    """A world of a running mock, which a test prepares and inspects without the browser."""

    def __init__(self, mock: LiveMock, name: str) -> None:
        self.mock, self.name = mock, name
        self.control("POST", "reset", {})

    @property
    def console(self) -> str:
        """The URL of the console with this world."""
        return f"{self.mock.url}/__mock__/?world={self.name}"

    def token(self, user: str = "alice") -> str:
        """The bearer token of a user for this world."""
        return f"{user}-token~{self.name}"

    def control(self, method: str, path: str, value: Any = NOTHING) -> Any:
        """Call the control API for this world, and return the JSON of the response."""
        if method != "GET" and value is NOTHING:
            value = {}
        response = self.mock(method, f"/__mock__/worlds/{self.name}/{path}".rstrip("/"), None, json=value)
        assert response.status < 300, response.body
        return response.json if response.body else None

    def ask(self, method: str, path: str, value: Any = NOTHING, *, headers: Any = None, user: str = "alice") -> int:
        """Send a request to the mocked API in this world, and return the status."""
        return self.mock(method, path, self.token(user), json=value, headers=headers).status

    def device(self, name: str) -> dict[str, Any]:
        """The stored record of a device."""
        record: dict[str, Any] = self.control("GET", f"state/devices/{name}")
        return record

    def fail(self, **rule: Any) -> None:
        """Add a fault rule."""
        self.control("POST", "faults", rule)
