"""One world of the mock, as a test drives it beside the browser."""

from __future__ import annotations

from typing import Any

from tests.support import NOTHING, LiveMock


class BrowserWorld:
    """A world of a running mock: what a test sets up and looks at without the browser."""

    def __init__(self, mock: LiveMock, name: str) -> None:
        self.mock, self.name = mock, name
        self.control("POST", "reset", {})

    @property
    def console(self) -> str:
        """The address of the console on this world."""
        return f"{self.mock.url}/__mock__/?world={self.name}"

    def token(self, user: str = "alice") -> str:
        """The bearer token that puts a user into this world."""
        return f"{user}-token~{self.name}"

    def control(self, method: str, path: str, value: Any = NOTHING) -> Any:
        """A call of the control surface on this world; its answer."""
        if method != "GET" and value is NOTHING:
            value = {}
        response = self.mock(method, f"/__mock__/worlds/{self.name}/{path}".rstrip("/"), None, json=value)
        assert response.status < 300, response.body
        return response.json if response.body else None

    def ask(self, method: str, path: str, value: Any = NOTHING, *, headers: Any = None, user: str = "alice") -> int:
        """A request to the mocked API in this world; its status."""
        return self.mock(method, path, self.token(user), json=value, headers=headers).status

    def device(self, name: str) -> dict[str, Any]:
        """A device as it is stored."""
        found: dict[str, Any] = self.control("GET", f"state/devices/{name}")
        return found

    def fail(self, **rule: Any) -> None:
        """Add a fault rule."""
        self.control("POST", "faults", rule)
