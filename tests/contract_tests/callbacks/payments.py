"""A service of payments that calls back when one is done, written without any of the project's code, and its contract.

What differs from test to test is a subclass: the sound service, defects, and services that differ and are right.
"""

from __future__ import annotations

import http.client
import itertools
import json
import threading
import time
from contextlib import closing, suppress
from typing import Any
from urllib.parse import urlsplit

from tests.contract_tests.small import JSON, TOKEN, Asked, Reply, Small
from tests.support import TIMEOUT

SIGNED = {"X-Signature": "sha256=4a1b", "Content-Type": JSON}


class Payments(Small):
    """Takes payments, and sends each as done to the address that came with it."""

    refuses_others = True

    def __init__(self) -> None:
        super().__init__()
        self.payments: dict[str, dict[str, Any]] = {}
        self.numbers = itertools.count(1)

    def answer(self, asked: Asked) -> Reply:
        if asked.token != TOKEN:
            return self.refused(asked, Reply(401, {"error": "token"}, {"WWW-Authenticate": "Bearer"}))
        steps = asked.path.strip("/").split("/")
        if steps == ["payments"] and asked.method in {"GET", "HEAD"}:
            return Reply(200, list(self.payments.values()))
        if steps == ["payments"] and asked.method == "POST":
            return self.pay(asked)
        if len(steps) == 2 and steps[0] == "payments" and asked.method in {"GET", "HEAD"}:
            found = self.payments.get(steps[1])
            return Reply(200, found) if found else Reply(404, {"error": "no such payment"})
        allowed = {1: "GET, POST", 2: "GET"}.get(len(steps)) if steps[0] == "payments" else None
        return Reply(405, {"error": "method"}, {"Allow": allowed}) if allowed else Reply(404, {"error": "path"})

    def pay(self, asked: Asked) -> Reply:
        wanted = asked.json
        if not asked.headers.get("Content-Type", "").startswith(JSON):
            return Reply(415, {"error": "JSON, please"})
        if not is_payment(wanted):
            return self.refused(asked, Reply(400, {"error": "amount"}))
        payment = {"id": f"p{next(self.numbers)}", "amount": wanted["amount"], "status": "done"}
        self.keep(payment, wanted.get("callbackUrl"))
        return Reply(201, payment, {"Location": f"/payments/{payment['id']}"})

    def keep(self, payment: dict[str, Any], url: str | None) -> None:
        self.payments[payment["id"]] = payment
        if url:
            self.later(lambda: self.call_back(payment, url))

    def refused(self, asked: Asked, reply: Reply) -> Reply:
        return reply

    def later(self, send: Any) -> None:
        threading.Thread(target=send, daemon=True).start()

    def event(self, payment: dict[str, Any]) -> dict[str, Any]:
        return {"paymentId": payment["id"], "status": payment["status"], "amount": payment["amount"]}

    def call_back(self, payment: dict[str, Any], url: str) -> None:
        self.send(self.url(payment, url), self.event(payment))

    def url(self, payment: dict[str, Any], url: str) -> str:
        return f"{url}/done?payment={payment['id']}"

    def send(self, url: str, value: Any, method: str = "POST", headers: dict[str, str] | None = None) -> int:
        return sent(method, url, value if isinstance(value, bytes) else json.dumps(value).encode(), headers or SIGNED)


class Many(Small):
    """Several services side by side, each below its own name."""

    def __init__(self, *services: type[Payments]) -> None:
        super().__init__()
        self.services = {one.__name__: one() for one in services}
        for one in self.services.values():
            one.lock = self.lock

    def answer(self, asked: Asked) -> Reply:
        _, name, path = f"{asked.path}//".split("/", 2)
        if name not in self.services:
            return Reply(404, {"error": "path"})
        below = f"/{path.rstrip('/')}"
        return self.services[name].answer(Asked(asked.method, below, asked.headers, asked.body, asked.query))


def is_payment(value: Any) -> bool:
    """Whether a body is as the contract has it."""
    amount = value.get("amount") if isinstance(value, dict) else None
    url = value.get("callbackUrl", "http://x") if isinstance(value, dict) else None
    is_number = isinstance(amount, int) and not isinstance(amount, bool) and 1 <= amount <= 1000
    return is_number and isinstance(url, str) and url.startswith("http") and set(value) <= {"amount", "callbackUrl"}


def sent(method: str, url: str, body: bytes, headers: dict[str, str]) -> int:
    """Send a request, by the standard library alone; the status of its answer, 0 without one."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
    with closing(connection), suppress(OSError, http.client.HTTPException):
        connection.request(method, f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}", body, headers)
        return connection.getresponse().status
    return 0


class WrongBody(Payments):
    """Sends the amount as a text."""

    def event(self, payment: dict[str, Any]) -> dict[str, Any]:
        return {**super().event(payment), "amount": f"{payment['amount']} EUR"}


class LacksField(Payments):
    """Leaves the status out."""

    def event(self, payment: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in super().event(payment).items() if name != "status"}


class UnknownValue(Payments):
    """Sends a status that the contract doesn't list."""

    def event(self, payment: dict[str, Any]) -> dict[str, Any]:
        return {**super().event(payment), "status": "finished"}


class NotJson(Payments):
    """Sends what isn't JSON as such."""

    def call_back(self, payment: dict[str, Any], url: str) -> None:
        self.send(self.url(payment, url), b"{'paymentId': 'p1'}")


class WrongMethod(Payments):
    """Sends PUT."""

    def call_back(self, payment: dict[str, Any], url: str) -> None:
        self.send(self.url(payment, url), self.event(payment), "PUT")


class WrongMediaType(Payments):
    """Says that its JSON is text."""

    def call_back(self, payment: dict[str, Any], url: str) -> None:
        self.send(self.url(payment, url), self.event(payment), headers={**SIGNED, "Content-Type": "text/plain"})


class Unsigned(Payments):
    """Leaves out the header that the contract requires."""

    def call_back(self, payment: dict[str, Any], url: str) -> None:
        self.send(self.url(payment, url), self.event(payment), headers={"Content-Type": JSON})


class Missing(Payments):
    """Calls nobody back."""

    def call_back(self, payment: dict[str, Any], url: str) -> None:
        pass


class Twice(Payments):
    """Sends again what was taken."""

    def call_back(self, payment: dict[str, Any], url: str) -> None:
        super().call_back(payment, url)
        super().call_back(payment, url)


class WrongPath(Payments):
    """Sends to the address as it came, without what the contract puts behind it."""

    def url(self, payment: dict[str, Any], url: str) -> str:
        return url


class WrongQuery(Payments):
    """Names another payment in the URL."""

    def url(self, payment: dict[str, Any], url: str) -> str:
        return f"{url}/done?payment=p0"


class RootOfHost(Payments):
    """Sends to the root of the host."""

    def url(self, payment: dict[str, Any], url: str) -> str:
        return f"http://{urlsplit(url).netloc}/done?payment={payment['id']}"


class BeforeStored(Payments):
    """Calls back before the payment can be read."""

    def keep(self, payment: dict[str, Any], url: str | None) -> None:
        if url:
            self.lock.release()  # reads are answered meanwhile
            self.call_back(payment, url)
            self.lock.acquire()
        self.payments[payment["id"]] = payment


class AfterRefusal(Payments):
    """Calls back for a payment that it has refused."""

    def refused(self, asked: Asked, reply: Reply) -> Reply:
        url = asked.json.get("callbackUrl") if isinstance(asked.json, dict) else None
        if reply.status == 400 and isinstance(url, str) and url.startswith("http"):
            self.later(lambda: self.call_back({"id": "p0", "amount": 1, "status": "done"}, url))
        return reply


class AfterUnauthorized(Payments):
    """Calls back for a caller without a token."""

    def refused(self, asked: Asked, reply: Reply) -> Reply:
        url = asked.json.get("callbackUrl") if isinstance(asked.json, dict) else None
        if reply.status == 401 and isinstance(url, str) and url.startswith("http"):
            self.later(lambda: self.call_back({"id": "p0", "amount": 1, "status": "done"}, url))
        return reply


class Secret(Payments):
    """Sends a secret that no schema has."""

    def event(self, payment: dict[str, Any]) -> dict[str, Any]:
        return {**super().event(payment), "clientSecret": "s3cr3t-of-the-client"}


class CallersToken(Payments):
    """Passes the caller's credentials on."""

    def call_back(self, payment: dict[str, Any], url: str) -> None:
        headers = {**SIGNED, "Authorization": f"Bearer {TOKEN}"}
        self.send(self.url(payment, url), self.event(payment), headers=headers)


class AnotherPayment(Payments):
    """Names a payment that isn't the one."""

    def event(self, payment: dict[str, Any]) -> dict[str, Any]:
        return {**super().event(payment), "paymentId": "p0"}


class GivesUp(Payments):
    """Never sends again, though the contract says so."""


class Late(Payments):
    """Calls back after a moment."""

    def call_back(self, payment: dict[str, Any], url: str) -> None:
        time.sleep(0.7)
        super().call_back(payment, url)


class AsksFirst(Payments):
    """Asks whether there is anybody at the address."""

    def call_back(self, payment: dict[str, Any], url: str) -> None:
        sent("HEAD", url, b"", {})
        super().call_back(payment, url)


class Chunked(Payments):
    """Sends its body in pieces, with a charset, and headers of its own."""

    def send(self, url: str, value: Any, method: str = "POST", headers: dict[str, str] | None = None) -> int:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
        named = {**SIGNED, "Content-Type": "application/json; charset=utf-8", "X-Trace": "1"}
        pieces = iter([json.dumps(value).encode()[:5], json.dumps(value).encode()[5:]])
        with closing(connection), suppress(OSError, http.client.HTTPException):
            connection.request(method, f"{parts.path}?{parts.query}", pieces, named, encode_chunked=True)
            return connection.getresponse().status
        return 0


class WithinTheCall(Payments):
    """Calls back before it answers, when the payment is kept."""

    def keep(self, payment: dict[str, Any], url: str | None) -> None:
        self.payments[payment["id"]] = payment
        if url:
            self.call_back(payment, url)


class MoreThanAsked(Payments):
    """Sends members that the contract leaves open."""

    def event(self, payment: dict[str, Any]) -> dict[str, Any]:
        return {**super().event(payment), "eventId": "e1", "at": "2026-01-01T00:00:00Z"}


class Retries(Payments):
    """Sends again what wasn't taken."""

    def send(self, url: str, value: Any, method: str = "POST", headers: dict[str, str] | None = None) -> int:
        status = super().send(url, value, method, headers)
        return status if status < 500 else super().send(url, value, method, headers)


def contract_of_payments(*services: type[Payments], description: str = "The payment is done.") -> dict[str, Any]:
    """The contract of these services, of each below its own name."""
    paths = {path: item for one in services for path, item in paths_of(one.__name__, description).items()}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Payments", "version": "1"},
        "security": [{"bearer": []}],
        "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
        "paths": paths,
    }


def paths_of(name: str, description: str) -> dict[str, Any]:
    """The paths of one service."""
    payment = {
        "type": "object",
        "required": ["id", "amount", "status"],
        "properties": {
            "id": {"type": "string", "readOnly": True},
            "amount": {"type": "integer"},
            "status": {"enum": ["done", "failed"], "readOnly": True},
        },
    }
    new = {
        "type": "object",
        "required": ["amount"],
        "additionalProperties": False,
        "properties": {
            "amount": {"type": "integer", "minimum": 1, "maximum": 1000},
            "callbackUrl": {"type": "string", "format": "uri"},
        },
    }
    event = {
        "type": "object",
        "required": ["paymentId", "status", "amount"],
        "properties": {
            "paymentId": {"type": "string"},
            "amount": {"type": "integer"},
            "status": {"enum": ["done", "failed"]},
        },
    }
    error = {"description": "Refused", "content": {JSON: {"schema": {"type": "object", "required": ["error"]}}}}
    signature = {"name": "X-Signature", "in": "header", "required": True, "schema": {"type": "string"}}
    number = {"name": "payment", "in": "query", "required": True, "schema": {"type": "string"}}

    def shows(schema: Any, status: str, *refusals: str) -> dict[str, Any]:
        success = {"description": "Done", "content": {JSON: {"schema": schema}}}
        return {status: success, **dict.fromkeys(("401", *refusals), error)}

    done = {
        "post": {
            "description": description,
            "parameters": [signature, number],
            "requestBody": {"required": True, "content": {JSON: {"schema": event}}},
            "responses": {"204": {"description": "Taken"}},
        }
    }
    expression = "{$request.body#/callbackUrl}/done?payment={$response.body#/id}"
    return {
        f"/{name}/payments": {
            "get": {
                "operationId": f"list{name}",
                "responses": shows({"type": "array", "items": payment}, "200"),
            },
            "post": {
                "operationId": f"pay{name}",
                "requestBody": {"required": True, "content": {JSON: {"schema": new}}},
                "responses": shows(payment, "201", "400", "415"),
                "callbacks": {"paymentDone": {expression: done}},
            },
        },
        f"/{name}/payments/{{id}}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "get": {"operationId": f"get{name}", "responses": shows(payment, "200", "404")},
        },
    }
