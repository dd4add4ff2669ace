"""A recording of a shop's end-to-end tests without a defect, and many kinds of defects that can be put into it."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

SPEC: Final = Path(__file__).with_name("shop.yaml")
BASE: Final = "https://shop.example/api/v1"
ORDER: Final = "0b6f1c1e-7a4e-4f0e-9d3b-2f9f1f0c9a11"
KEY: Final = "5f0c9a11-7a4e-4f0e-9d3b-2f9f1f0c9a22"
TOKEN: Final = "secret-token-of-alice"
PNG: Final = base64.b64encode(b"\x89PNG\r\n\x1a\n\0\0\0").decode()
JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"
PRODUCT: Final = {"id": 1, "name": "Novel", "price": 9.5, "kind": "book", "note": None}
MADE: Final = {"id": ORDER, "product": 1, "at": "2026-01-15T12:00:00Z", "state": "open"}

Entry = dict[str, Any]


def entry(
    method: str,
    url: str,
    status: int,
    body: Any = None,
    *,
    mime: str = JSON,
    sent: Any = None,
    headers: Mapping[str, str] | None = None,
    answered: Mapping[str, str] | None = None,
    kind: str = "fetch",
    token: bool = False,
) -> Entry:
    """One entry as Chromium writes it."""
    text = body if isinstance(body, str) or body is None else json.dumps(body)
    lines = {"Accept": "*/*", **({"Authorization": f"Bearer {TOKEN}"} if token else {}), **(headers or {})}
    request: Entry = {"method": method, "url": url, "httpVersion": "http/2.0", "cookies": [], "queryString": [],
                      "headers": pairs({":method": method, **lines}), "headersSize": -1, "bodySize": 0}  # fmt: skip
    if sent is not None:
        content = sent if isinstance(sent, str) else json.dumps(sent)
        request["headers"] += (
            [] if "content-type" in {name.lower() for name in lines} else pairs({"content-type": JSON})
        )
        request["postData"] = {"mimeType": JSON, "text": content}
        request["bodySize"] = len(content)
    known = {"content-type": mime} if text is not None else {}
    content = {"size": len(text or ""), "mimeType": mime if text is not None else "x-unknown"}
    content |= {"text": text} if text is not None else {}
    response = {"status": status, "statusText": "", "httpVersion": "http/2.0", "cookies": [], "redirectURL": "",
                "headers": pairs({**known, **(answered or {})}), "headersSize": -1, "bodySize": -1,
                "content": content}  # fmt: skip
    return {"startedDateTime": "2026-01-15T12:00:00.000Z", "time": 1, "cache": {}, "timings": {},
            "_resourceType": kind, "request": request, "response": response}  # fmt: skip


def pairs(headers: Mapping[str, str]) -> list[dict[str, str]]:
    """Headers as HAR has them."""
    return [{"name": name, "value": value} for name, value in headers.items()]


def sound() -> list[Entry]:
    """What a browser records of tests of a sound shop: calls, and all that isn't one."""
    products = [PRODUCT, {**PRODUCT, "id": 2, "kind": "toy", "note": "new"}]
    made = {"Location": f"/api/v1/orders/{ORDER}"}
    picture = entry("GET", f"{BASE}/products/1/picture", 200, "", mime="image/png", kind="image")
    picture["response"]["content"] = {"size": 11, "mimeType": "image/png", "text": PNG, "encoding": "base64"}
    lost = entry("GET", f"{BASE}/products?limit=50", 200, "", answered={"x-total": "50", "content-encoding": "br"})
    lost["response"]["content"] = {"size": 4711, "mimeType": JSON}
    aborted = entry("GET", f"{BASE}/products", 0, kind="xhr")
    aborted["response"] |= {"_error": "net::ERR_ABORTED", "headers": []}
    tunnel = entry("GET", "wss://shop.example/live", 101, kind="websocket")
    form = entry("POST", f"{BASE}/login", 200, {"accessToken": "[redacted]"})
    form["request"]["headers"] += pairs({"content-type": "application/x-www-form-urlencoded"})
    named = [{"name": "user", "value": "alice"}, {"name": "password", "value": "[redacted]"}]
    form["request"]["postData"] = {"mimeType": "application/x-www-form-urlencoded", "params": named}
    packed = entry("GET", f"{BASE}/products/2", 200, products[1], answered={"content-encoding": "gzip"})
    packed["response"]["content"] |= {"compression": -20}
    preflight = {"access-control-request-method": "POST", "origin": "https://app.example"}
    return [
        entry("GET", "https://shop.example/", 200, "<html></html>", mime="text/html", kind="document"),
        entry("GET", "https://shop.example/app.js", 200, "1", mime="text/javascript", kind="script"),
        entry("GET", "https://shop.example/favicon.ico", 404, "gone", mime="text/html", kind="other"),
        entry("POST", "https://stats.example/collect", 204, kind="ping", sent="x"),
        entry("GET", "https://cdn.example/products", 200, {"not": "ours"}),
        entry("OPTIONS", f"{BASE}/orders", 204, headers=preflight, kind="preflight"),
        entry("GET", f"{BASE}/products", 200, products, answered={"x-total": "2", "date": "now"}),
        entry("GET", f"{BASE}/products?limit=1&sort=price&filter[kind]=toy&_=17", 200, products[:1],
              answered={"X-Total": "1", "access-control-allow-origin": "*"}),
        entry("GET", f"{BASE}/products", 304, headers={"If-None-Match": '"a"'}),
        entry("GET", f"{BASE}/products", 200, "id;name\n1;Novel\n", mime="text/csv; charset=utf-8",
              answered={"x-total": "1"}),
        lost, aborted, tunnel, picture, packed, form,
        entry("GET", f"{BASE}/products/1", 200, PRODUCT),
        entry("HEAD", f"{BASE}/products/1", 200, answered={"content-type": JSON, "content-length": "70"}),
        entry("GET", f"{BASE}/products/999", 404, {"title": "No such product", "status": 404}, mime=PROBLEM),
        entry("GET", f"{BASE}/products/2/picture", 302, kind="image", answered={"location": "https://cdn.example/2.png"}),
        entry("GET", f"{BASE}/orders?since=2026-01-01", 401, {"title": "Who are you?"}, mime=PROBLEM),
        entry("GET", f"{BASE}/orders?since=2026-01-01", 200, [MADE], token=True),
        entry("POST", f"{BASE}/orders", 201, MADE, token=True, headers={"idempotency-key": KEY}, answered=made,
              sent={"product": 1, "count": 2, "address": {"city": "Bern"}}),
        entry("DELETE", f"{BASE}/orders/{ORDER}", 204, token=True),
        entry("DELETE", f"{BASE}/orders/{KEY}", 404, {"title": "No such order"}, mime=PROBLEM, token=True),
    ]  # fmt: skip


def archive(entries: Iterable[Entry], *, creator: str = "WebInspector") -> Entry:
    """The entries as an archive."""
    return {"log": {"version": "1.2", "creator": {"name": creator, "version": "1"}, "pages": [], "entries": [*entries]}}


def one_product(**changes: Any) -> Entry:
    """An answer with a product that isn't as it should be; a value of `...` leaves the field out."""
    found = {name: value for name, value in {**PRODUCT, **changes}.items() if value is not ...}
    return entry("GET", f"{BASE}/products/1", 200, found)


def listed(**given: Any) -> Entry:
    """An answer with the list of products."""
    return entry("GET", f"{BASE}/products{given.pop('query', '')}", 200, [PRODUCT], **given)


def ordered(order: Any, **given: Any) -> Entry:
    """A request for a new order."""
    headers = given.pop("headers", {"idempotency-key": KEY})
    return entry("POST", f"{BASE}/orders", 201, MADE, token=True, headers=headers, sent=order,
                 answered={"Location": "/x"}, **given)  # fmt: skip


def in_base64() -> Entry:
    """A defect that stands in base64."""
    found = one_product()
    text = base64.b64encode(json.dumps({**PRODUCT, "kind": "game"}).encode()).decode()
    found["response"]["content"] = {"size": 70, "mimeType": JSON, "text": text, "encoding": "base64"}
    return found


COUNTED: Final = {"answered": {"x-total": "1"}}
ORDERED: Final = {"product": 1, "count": 2}
PROBLEMATIC: Final = {"mime": PROBLEM}
TRACE: Final = 'Traceback (most recent call last):\n  File "/srv/app.py", line 3'
DEFECTS: Final[dict[str, tuple[Callable[[], Entry], str]]] = {
    "answer: field missing": (lambda: one_product(name=...), "field missing: name"),
    "answer: field of another type": (lambda: one_product(price="9.5"), "/price of the 200 body"),
    "answer: value outside the enumeration": (lambda: one_product(kind="game"), "/kind of the 200 body"),
    "answer: null": (lambda: one_product(name=None), "/name of the 200 body"),
    "answer: number out of range": (lambda: one_product(price=-1), "/price of the 200 body"),
    "answer: wrong format": (
        lambda: entry("GET", f"{BASE}/orders?since=2026-01-01", 200, [{**MADE, "at": "15.1.2026"}], token=True),
        "/0/at of the 200 body"),
    "answer: not JSON": (lambda: entry("GET", f"{BASE}/products/1", 200, "{'id': 1}"), "a JSON body in a 200"),
    "answer: a name twice": (
        lambda: entry("GET", f"{BASE}/products/1", 200, json.dumps(PRODUCT)[:-1] + ', "id": 2}'), "'id' twice"),
    "answer: in base64": (in_base64, "/kind of the 200 body"),
    "answer: object for a list": (
        lambda: entry("GET", f"{BASE}/products", 200, {"items": [PRODUCT]}, **COUNTED), "/ of the 200 body"),
    "answer: undocumented status": (lambda: entry("GET", f"{BASE}/products/1", 202, PRODUCT), "a documented status"),
    "answer: undocumented media type": (
        lambda: entry("GET", f"{BASE}/products/1", 200, "<p>1</p>", mime="text/html"), "Content-Type application/json"),
    "answer: another charset": (
        lambda: entry("GET", f"{BASE}/products/1", 200, PRODUCT, mime=f"{JSON}; charset=iso-8859-1"), "UTF-8"),
    "answer: header missing": (listed, "the header X-Total in a 200"),
    "answer: header of another type": (lambda: listed(answered={"x-total": "many"}), "header X-Total"),
    "answer: error of another form": (
        lambda: entry("GET", f"{BASE}/products/9", 404, {"error": "none"}, **PROBLEMATIC), "field missing: title"),
    "answer: server error": (lambda: entry("GET", f"{BASE}/products/1", 500, "oops"), "no server error"),
    "answer: stack trace": (
        lambda: entry("GET", f"{BASE}/products/9", 404, {"title": TRACE}, **PROBLEMATIC), "no stack trace"),
    "answer: content in a 204": (
        lambda: entry("DELETE", f"{BASE}/orders/{ORDER}", 204, answered={"content-length": "2"}, token=True),
        "no body in a 204"),
    "answer: a secret": (lambda: one_product(password_hash="x1"), "no secret of the user"),
    "answer: without credentials": (
        lambda: entry("GET", f"{BASE}/orders?since=2026-01-01", 200, [MADE]), "without the credentials"),
    "answer: undocumented field": (lambda: one_product(stock=3), "the field /stock"),
    "answer: undocumented header": (
        lambda: listed(answered={"x-total": "1", "x-shard": "7"}), "the header x-shard"),
    "request: undocumented path": (lambda: entry("GET", f"{BASE}/carts/17", 200, {"id": 17}), "GET /carts/{}"),
    "request: undocumented method": (lambda: entry("PUT", f"{BASE}/products/1", 405, "no"), "PUT /products/{}"),
    "request: trailing slash": (lambda: entry("GET", f"{BASE}/products/", 404, "no"), "the contract has GET for"),
    "request: undocumented parameter": (lambda: listed(query="?limt=1", **COUNTED), "the query parameter limt"),
    "request: parameter of another type": (lambda: listed(query="?limit=all", **COUNTED), "query.limit"),
    "request: parameter out of range": (lambda: listed(query="?limit=1000", **COUNTED), "query.limit"),
    "request: parameter missing": (
        lambda: entry("GET", f"{BASE}/orders", 200, [MADE], token=True), "query.since"),
    "request: header missing": (lambda: ordered(ORDERED, headers={}), "header.Idempotency-Key"),
    "request: name in the path": (
        lambda: entry("GET", f"{BASE}/products/undefined", 404, {"title": "none"}, **PROBLEMATIC), "path.id"),
    "request: field missing": (lambda: ordered({"product": 1}), "body.count"),
    "request: field of another type": (lambda: ordered({"product": "1", "count": 2}), "body.product"),
    "request: inner field missing": (lambda: ordered({**ORDERED, "address": {}}), "body.address.city"),
    "request: undocumented field": (lambda: ordered({**ORDERED, "gift": True}), "the request field /gift"),
    "request: another media type": (
        lambda: ordered("product=1", headers={"idempotency-key": KEY, "content-type": "text/plain"}), "text/plain"),
    "request: no body": (lambda: ordered(None), "body of the request"),
}  # fmt: skip
"""Kinds of defects: the entry that has it, and what the report has to say of it."""


def with_defect(kind: str) -> list[Entry]:
    """The sound recording with one defect in its middle."""
    found = copy.deepcopy(sound())
    found.insert(len(found) // 2, DEFECTS[kind][0]())
    return found
