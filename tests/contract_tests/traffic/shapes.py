"""The shapes in which other tools write the same entries as HTTP archives."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.contract_tests.traffic.recording import BASE, JSON, Entry, entry, pairs

Shape = Callable[[list[Entry]], list[Entry]]


def _each(change: Callable[[Entry], Entry | None]) -> Shape:
    """A shape that is made of each entry by itself; None leaves one out."""
    return lambda entries: [one for each in copy.deepcopy(entries) if (one := change(each)) is not None]


def _plain(one: Entry) -> Entry:
    """Without what only Chromium writes."""
    for message in (one["request"], one["response"]):
        message["headers"] = [line for line in message["headers"] if not line["name"].startswith(":")]
        message["httpVersion"] = "HTTP/1.1"
    one.pop("_resourceType", None)
    return one


def _is_called(one: Entry) -> bool:
    return one["request"]["url"].startswith("http")


def _firefox(one: Entry) -> Entry:
    """Names as they are sent, all cookies, a page for each entry, bodies that were not kept with a comment."""
    one = _plain(one)
    request, response = one["request"], one["response"]
    for line in (*request["headers"], *response["headers"]):
        line["name"] = "-".join(part.capitalize() for part in line["name"].split("-"))
    content = response["content"]
    if "text" not in content and content["size"]:
        content["comment"] = "Response bodies are not included."
    if not response["status"]:
        response |= {"httpVersion": "", "statusText": "", "content": {"mimeType": "", "size": 0, "text": ""}}
    post = request.get("postData")
    if post is not None:
        post["params"] = post.get("params", [])
    return {
        **one,
        "pageref": "page_1",
        "_securityState": "secure",
        "serverIPAddress": "203.0.113.1",
        "connection": "443",
    }


def _safari(one: Entry) -> Entry:
    """What kept answers came from, times as numbers with fractions."""
    one = _plain(one)
    return {**one, "time": 12.5, "_fetchType": "Network Load", "_priority": "high", "pageref": "page_0"}


def _charles(one: Entry) -> Entry | None:
    """Sizes of heads, an empty cache with a comment, and no aborted entry at all."""
    one = _plain(one)
    if not one["response"]["status"] or not _is_called(one):
        return None
    one["request"]["headers"] = pairs({"Host": urlsplit(one["request"]["url"]).netloc}) + one["request"]["headers"]
    one["response"]["headersSize"] = 210
    return {**one, "comment": ""}


def _fiddler(one: Entry) -> Entry:
    """Every body of an answer in base64, tunnels before the calls."""
    one = _plain(one)
    content = one["response"]["content"]
    if content.get("text") and content.get("encoding") != "base64":
        content |= {"text": base64.b64encode(content["text"].encode()).decode(), "encoding": "base64"}
    return {**one, "comment": "[#7]", "connection": "51022;ClientPort:51022;EgressPort:51023"}


def _mitmproxy(one: Entry) -> Entry:
    """Bodies of requests with empty parameters, no content without an answer, messages of WebSockets."""
    one = _plain(one)
    request, response = one["request"], one["response"]
    if "postData" in request:
        post = request["postData"]
        named = post.get("params") or []
        text = post.get("text") or "&".join(f"{pair['name']}={pair['value']}" for pair in named)
        request["postData"] = {"mimeType": post["mimeType"], "text": text, "params": []}
    if not response["status"]:
        response = {"status": 0, "statusText": "", "headers": [], "content": {}, "bodySize": -1, "_error": None}
    elif response["status"] == 101:
        one["_webSocketMessages"] = [{"type": "receive", "time": 1, "opcode": 1, "data": "{}"}]
        request["url"] = request["url"].replace("wss:", "https:")
    return {**one, "request": request, "response": response, "_resourceType": None}


def _insomnia(one: Entry) -> Entry | None:
    """Query strings beside the URL instead of in it, times in words, only what the user has called."""
    if one["_resourceType"] not in ("fetch", "xhr"):
        return None
    one = _plain(one)
    request = one["request"]
    url, _, query = request["url"].partition("?")
    request |= {"url": url, "queryString": [{"name": name, "value": text} for name, text in parse_qsl(query, True)]}
    request["headers"] = [line for line in request["headers"] if line["name"].lower() != "accept"]
    return {**one, "comment": "List products"}


def _toolkit(one: Entry) -> Entry:
    """Bodies that were not decoded, and calls that failed, with members of its own; names repeated in one line."""
    one = _plain(one)
    response = one["response"]
    if not response["status"]:
        response |= {"status": -1, "statusText": ""}
    return {**one, "_requestBodyStatus": "text", "comment": "Aborted" if response["status"] < 0 else ""}


def _puppeteer(one: Entry) -> Entry:
    """Names in lower case, values of several lines under one name, no text where it wasn't asked for."""
    if one["response"]["status"] in (302, 204):
        one["response"]["content"] = {"size": 0, "mimeType": "x-unknown"}
    for message in (one["request"], one["response"]):
        for line in message["headers"]:
            line["name"] = line["name"].lower()
    return {**one, "pageref": "page_9", "_initiator": {"type": "script"}, "_priority": "High"}


def _strings(one: Entry) -> Entry:
    """Numbers as text, methods in small letters, missing members: generators of one's own do that."""
    one = _plain(one)
    one["request"]["method"] = one["request"]["method"].lower()
    one["response"]["status"] = str(one["response"]["status"])
    for message in (one["request"], one["response"]):
        for name in ("cookies", "headersSize", "redirectURL", "queryString"):
            message.pop(name, None)
    return {"request": one["request"], "response": one["response"], "startedDateTime": one["startedDateTime"]}


def _objects(one: Entry) -> Entry:
    """Headers as an object, bodies of JSON as values."""
    one = _plain(one)
    for message in (one["request"], one["response"]):
        message["headers"] = {line["name"]: line["value"] for line in message["headers"]}
    content = one["response"]["content"]
    if content.get("text") and content["mimeType"] == JSON:
        with suppress(ValueError):
            content["text"] = json.loads(content["text"])
    return one


TUNNEL: Final = entry("CONNECT", "http://shop.example:443/", 200, "", mime="", kind="")
MEMORY: Final = {"_fetchType": "Memory Cache", "_fromCache": "memory"}


def _with(shape: Shape, *more: Entry) -> Shape:
    return lambda entries: [*copy.deepcopy([*more]), *shape(entries)]


def _doubled(entries: list[Entry]) -> list[Entry]:
    """Each call once more, answered from a cache, and pages of a second site."""
    again = [one | MEMORY for one in copy.deepcopy(entries) if one["response"]["status"] == 200]
    return [*copy.deepcopy(entries), *again]


def _encoded(entries: list[Entry]) -> list[Entry]:
    """Brackets and letters of queries and paths percent-encoded, as some clients do."""
    found = copy.deepcopy(entries)
    for one in found:
        url = one["request"]["url"]
        one["request"]["url"] = url.replace("[", "%5B").replace("]", "%5D").replace("shop.example", "Shop.Example:443")
        assert unquote(url)
    return found


SHAPES: Final[dict[str, Shape]] = {
    "Firefox": _each(_firefox),
    "Safari": _with(_each(_safari), entry("GET", f"{BASE}/products/1", 304, answered={"etag": '"a"'}) | MEMORY),
    "Charles": _each(_charles),
    "Fiddler": _with(_each(_fiddler), TUNNEL),
    "mitmproxy": _with(_each(_mitmproxy), TUNNEL),
    "Insomnia": _each(_insomnia),
    "HTTP Toolkit": _each(_toolkit),
    "Puppeteer": _each(_puppeteer),
    "caches": _doubled,
    "encoded": _encoded,
    "text for numbers": _each(_strings),
    "objects for lists": _each(_objects),
}
"""By the tool that writes it."""
