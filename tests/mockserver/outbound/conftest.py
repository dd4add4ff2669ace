"""A receiver for the tests of this folder, and a small API that sends callbacks and webhooks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.mockserver.control.conftest import Control
from tests.mockserver.outbound.receiver import Receiver
from tests.support import Ask, answers, document, json_body, path_parameter

SUBSCRIPTION = {
    "type": "object",
    "required": ["url"],
    "properties": {
        "id": {"type": "string", "readOnly": True},
        "url": {"type": "string"},
        "events": {"type": "array", "items": {"type": "string"}},
    },
}
DEVICE = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "string"}, "trusted": {"type": "boolean"}},
}
EVENT = {
    "type": "object",
    "required": ["type", "data"],
    "properties": {
        "type": {"enum": ["device.removed", "deviceTrusted"]},
        "timestamp": {"type": "string", "format": "date-time"},
        "data": {"$ref": "#/components/schemas/Device"},
    },
}
API = document(
    {
        "/subscriptions": {
            "post": {
                "operationId": "subscribe",
                "requestBody": json_body({"$ref": "#/components/schemas/Subscription"}),
                "responses": answers({"$ref": "#/components/schemas/Subscription"}, status=201),
                "callbacks": {
                    "onEvent": {
                        "{$request.body#/url}?id={$response.body#/id}": {
                            "post": {
                                "requestBody": json_body({"$ref": "#/components/schemas/Subscription"}),
                                "responses": answers(status=204),
                            }
                        }
                    }
                },
            },
        },
        "/devices/{id}/trust": {
            "parameters": [path_parameter()],
            "post": {"operationId": "trust", "responses": answers({"$ref": "#/components/schemas/Device"})},
        },
        "/devices/{id}": {
            "parameters": [path_parameter()],
            "get": {"operationId": "getDevice", "responses": answers({"$ref": "#/components/schemas/Device"})},
        },
    },
    {"Subscription": SUBSCRIPTION, "Device": DEVICE, "Event": EVENT},
    webhooks={
        "deviceTrusted": {
            "post": {"requestBody": json_body({"$ref": "#/components/schemas/Event"}), "responses": answers(status=204)}
        }
    },
)
BEHAVIOURS: dict[str, Any] = {
    "collections": {"subscriptions": {}, "devices": {}},
    "operations": {
        "subscribe": {"create": {"subscriptions": {"*": "$body"}}, "reply": "$record"},
        "getDevice": {"find": {"devices": {"id": "$path.id"}}, "reply": "$record"},
        "trust": {
            "find": {"devices": {"id": "$path.id"}},
            "set": {"trusted": True},
            "reply": "$record",
            "notify": {"deviceTrusted": {"to": "$subscriptions.url", "where": {"events": "deviceTrusted"}}},
        },
    },
    "deliveries": {"attempts": 4, "wait": "PT10S", "factor": 3},
}
FIXTURES: dict[str, Any] = {"devices": [{"id": "d1", "trusted": False}], "subscriptions": []}


@pytest.fixture(scope="module")
def listening() -> Iterator[Receiver]:
    """A receiver for all tests of a module."""
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture
def receiver(listening: Receiver) -> Receiver:
    """The receiver, without what came before."""
    listening.clear()
    return listening


@pytest.fixture
def api(mock_of: Callable[..., Ask]) -> Ask:
    """A mock of the small API."""
    return mock_of(API, BEHAVIOURS, FIXTURES)


@pytest.fixture
def control(api: Ask) -> Control:
    """The control API of that mock."""
    return Control(api.engine)
