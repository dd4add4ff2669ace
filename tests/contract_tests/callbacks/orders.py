"""A service of orders that sends webhooks to its subscribers, written without any of the project's code."""

from __future__ import annotations

import itertools
import json
import threading
from typing import Any

from tests.contract_tests.callbacks.payments import sent
from tests.contract_tests.small import JSON, Asked, Reply, Small


class Orders(Small):
    """Takes orders, and tells its subscribers of each that they want to know of."""

    def __init__(self, *known: str) -> None:
        super().__init__()
        self.subscribers = [{"target": url, "events": ["order.created"]} for url in known]
        self.orders: dict[str, dict[str, Any]] = {}
        self.numbers = itertools.count(1)

    def answer(self, asked: Asked) -> Reply:
        value = asked.json
        if asked.method == "POST" and asked.path == "/hooks":
            return self.subscribe(value)
        if asked.method == "POST" and asked.path == "/orders":
            if not isinstance(value, dict) or not isinstance(value.get("item"), str):
                return Reply(400, {"error": "item"})
            return self.order(value)
        name = asked.path.removeprefix("/orders/")
        if asked.method == "GET" and name in self.orders:
            return Reply(200, self.orders[name])
        return Reply(404, {"error": "path"})

    def subscribe(self, value: Any) -> Reply:
        if not isinstance(value, dict) or not str(value.get("target", "")).startswith("http"):
            return Reply(400, {"error": "target"})
        self.subscribers.append(value)
        return Reply(201, {"id": f"s{len(self.subscribers)}"})

    def order(self, value: dict[str, Any]) -> Reply:
        order = {"id": f"o{next(self.numbers)}", "item": value["item"]}
        self.orders[order["id"]] = order
        for one in self.subscribers:
            if "order.created" in one.get("events", ()) and "example.com" not in one["target"]:
                threading.Thread(target=self.tell, args=(one["target"], order), daemon=True).start()
        return Reply(201, order)

    def tell(self, url: str, order: dict[str, Any]) -> None:
        sent("POST", url, json.dumps(self.event(order)).encode(), {"Content-Type": JSON})

    def event(self, order: dict[str, Any]) -> dict[str, Any]:
        return {"event": "order.created", "order": order}


class OtherEvent(Orders):
    """Sends an event that the contract doesn't have."""

    def event(self, order: dict[str, Any]) -> dict[str, Any]:
        return {**super().event(order), "event": "order.made"}


class BareOrder(Orders):
    """Sends the order where the contract has it inside of the event."""

    def event(self, order: dict[str, Any]) -> dict[str, Any]:
        return {"event": "order.created", **order}


class Put(Orders):
    """Sends PUT."""

    def tell(self, url: str, order: dict[str, Any]) -> None:
        sent("PUT", url, json.dumps(self.event(order)).encode(), {"Content-Type": JSON})


class Leaks(Orders):
    """Sends a secret that no schema has."""

    def event(self, order: dict[str, Any]) -> dict[str, Any]:
        return {**super().event(order), "clientSecret": "s3cr3t-of-the-shop"}


def contract_of_orders(*, subscribes: bool = True) -> dict[str, Any]:
    """The contract of `Orders`; where nobody `subscribes` by it, the addresses are set elsewhere."""

    def json_of(schema: Any) -> dict[str, Any]:
        return {"description": "JSON", "content": {JSON: {"schema": schema}}}

    order = {"type": "object", "required": ["id", "item"], "additionalProperties": False,
             "properties": {"id": {"type": "string"}, "item": {"type": "string"}}}  # fmt: skip
    error = json_of({"type": "object", "required": ["error"]})
    hook = {"type": "object", "required": ["target", "events"], "properties": {
        "target": {"type": "string", "format": "uri"},
        "events": {"type": "array", "items": {"enum": ["order.created", "order.removed"]}},
    }}  # fmt: skip

    def webhook(name: str) -> dict[str, Any]:
        event = {
            "type": "object",
            "required": ["event", "order"],
            "properties": {"event": {"const": name}, "order": order},
        }
        return {
            "post": {
                "requestBody": {"required": True, **json_of(event)},
                "responses": {"200": {"description": "Taken"}},
            }
        }

    paths: dict[str, Any] = {
        "/orders": {"post": {
            "operationId": "createOrder",
            "requestBody": {"required": True, **json_of(
                {"type": "object", "required": ["item"], "properties": {"item": {"type": "string"}}})},
            "responses": {"201": json_of(order), "400": error},
        }},
        "/orders/{id}": {"get": {
            "operationId": "getOrder",
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "responses": {"200": json_of(order), "404": error},
        }},
    }  # fmt: skip
    if subscribes:
        paths["/hooks"] = {"post": {
            "operationId": "addHook",
            "requestBody": {"required": True, **json_of(hook)},
            "responses": {"201": json_of({"type": "object", "required": ["id"]}), "400": error},
        }}  # fmt: skip
    return {
        "openapi": "3.1.0",
        "info": {"title": "Orders", "version": "1"},
        "paths": paths,
        "webhooks": {"order.created": webhook("order.created"), "order.removed": webhook("order.removed")},
    }
