"""Writes an HTTP archive from events of Chromium's devtools protocol, with the fields that its tools export."""

from __future__ import annotations

from typing import Any

from tests.browser.play import Error, Page


class Devtools:
    """Collects the network events of a page."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)
        self.seen: dict[str, dict[str, Any]] = {}
        for name in ("requestWillBeSent", "responseReceived", "loadingFinished", "loadingFailed"):
            self.session.on(f"Network.{name}", lambda event, name=name: self.saw(name, event))
        self.session.send("Network.enable", {"maxPostDataSize": 65536})

    def saw(self, name: str, event: dict[str, Any]) -> None:
        """Keep an event with those of the same request."""
        self.seen.setdefault(event["requestId"], {})[name] = event

    def archive(self) -> dict[str, Any]:
        """All requests as an archive."""
        entries = [self.entry(key, events) for key, events in self.seen.items() if "requestWillBeSent" in events]
        return {"log": {"version": "1.2", "creator": {"name": "WebInspector", "version": "537.36"}, "entries": entries}}

    def entry(self, key: str, events: dict[str, Any]) -> dict[str, Any]:
        """One request with its response."""
        sent, got = events["requestWillBeSent"], events.get("responseReceived", {}).get("response", {})
        request = sent["request"]
        data = {
            "method": request["method"],
            "url": request["url"],
            "headers": pairs(request["headers"]),
            "bodySize": len(request.get("postData", "")),
        }
        if "postData" in request:
            mime = request["headers"].get("Content-Type", "")
            data["postData"] = {"mimeType": mime, "text": request["postData"]}
        response = {"status": got.get("status", 0), "headers": pairs(got.get("headers", {})), "bodySize": -1}
        response["content"] = {"mimeType": got.get("mimeType", "x-unknown"), "size": 0, **self.body(key, events)}
        return {
            "_resourceType": sent["type"].lower(),
            "_initiator": sent["initiator"],
            "request": data,
            "response": response,
        }

    def body(self, key: str, events: dict[str, Any]) -> dict[str, Any]:
        """The content of a response that has ended."""
        if "loadingFinished" not in events or "responseReceived" not in events:
            return {}
        try:
            found = self.session.send("Network.getResponseBody", {"requestId": key})
        except Error:  # of a preflight, and of what the browser has dropped
            return {}
        text = {"text": found["body"], "size": len(found["body"].encode())}
        return {**text, "encoding": "base64"} if found["base64Encoded"] else text


def pairs(headers: dict[str, str]) -> list[dict[str, str]]:
    """Headers as HAR has them."""
    return [{"name": name, "value": value} for name, value in headers.items()]
