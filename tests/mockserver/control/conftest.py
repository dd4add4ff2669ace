"""A client of the control API whose every answer is validated against the API's own contract."""

from __future__ import annotations

import json as json_module
from collections.abc import Mapping
from typing import Any

import pytest

from mockserver.contract.operations.operation import ABSENT
from mockserver.control.surface import Surface
from mockserver.exchange.engine import Engine
from mockserver.web.app import app_for
from tests.support import NOTHING, ClientResponse

MOCK = "/__mock__"


class Control:
    """Calls the control API; an answer that its contract does not declare fails the test."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.client = engine, app_for(engine).test_client()
        self.contract = Surface(engine).contract

    def __call__(
        self, method: str, path: str, json: Any = NOTHING, *, headers: Mapping[str, str] | None = None, **environ: Any
    ) -> ClientResponse:
        """One call, given below `/__mock__`."""
        sent = {"Host": "127.0.0.1:4010", **(headers or {})}
        given: dict[str, Any] = {} if json is NOTHING else {"json": json}
        overrides = {"REMOTE_ADDR": "127.0.0.1", **environ}
        answer = self.client.open(MOCK + path, method=method, headers=sent, environ_overrides=overrides, **given)
        response = ClientResponse(answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, answer.data)
        self._checked(method, path.partition("?")[0], response)
        return response

    def _checked(self, method: str, path: str, response: ClientResponse) -> None:
        if response.status == 405 or not self.contract.allowed(MOCK + path):
            return
        operation = self.contract.route(method, MOCK + path).operation
        media = response.headers.get("content-type")
        value: Any = ABSENT if not response.body else response.body.decode()
        if media is not None and "json" in media:
            value = json_module.loads(response.body)
        headers = tuple(response.headers.items())
        if media != "application/yaml":
            assert not self.contract.check_response(operation, response.status, headers, media, value), response

    def world(self, path: str = "", world: str = "main") -> Any:
        """What a GET below a world gives."""
        heard = self("GET", f"/worlds/{world}{path}")
        assert heard.status == 200, heard
        return heard.json


@pytest.fixture
def control(engine: Engine) -> Control:
    """The control API of `engine`."""
    return Control(engine)
