"""Carries requests to the target and reads the answers, each bounded in size and time. Only the gate may use it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.connection import Connection
from contract_tests.core.contract import SAFE_METHODS
from contract_tests.core.errors import (
    TargetUnavailable,
)
from contract_tests.core.limits import Limits
from contract_tests.core.transfer import POOLS, beyond, dropped, headers_of, read_bounded

CERTIFICATE_HINTS = {
    "certificate has expired": "the target needs a new certificate",
    "certificate is not valid for": "name the host in --target that the certificate is for",
    "CERTIFICATE_VERIFY_FAILED": "name the authority that has signed the target's certificate with --ca FILE",
    "CERTIFICATE_REQUIRED": "show a client certificate with --cert FILE and --key FILE",
    "EOF occurred in violation": "does it want a client certificate? --cert FILE and --key FILE show one",
}
BODILESS = frozenset({204, 304})  # after these, and after an answer to HEAD, the client reads no body
CONNECTIONS = 32  # that are kept open, for as many threads at most
NETWORK_ERRORS = (requests.ConnectionError, requests.Timeout, urllib3.exceptions.HTTPError, OSError)


class Transport(HTTPAdapter):
    """Connections to the target, and to where tokens are fetched."""

    def __init__(self, base_url: str, limits: Limits, connection: Connection | None = None) -> None:
        super().__init__(pool_maxsize=CONNECTIONS)
        self.connection = connection or Connection()
        self.base_url, self.limits = base_url.rstrip("/"), limits
        self._prefix = urlsplit(base_url).path.rstrip("/")

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        """Make connections whose answers end in time."""
        super().init_poolmanager(*args, **more)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **more: Any) -> Any:
        """The same through a proxy."""
        manager = super().proxy_manager_for(proxy, **more)
        manager.pool_classes_by_scheme = POOLS
        return manager

    def fetch(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send a request outside the contract that the settings name, to any host: it fetches a token."""
        request = requests.Request(method, url, dict(headers), data=body).prepare()
        sent = Sent(method, url, urlsplit(url).path, dict(headers), body)
        try:
            response, content, truncated = self._transfer(request)
        except NETWORK_ERRORS as error:
            raise TargetUnavailable(f"the login at {url} does not answer: {reason_of(error)}") from None
        found = headers_of(response)
        return Answer(sent, response.status_code, found, content, truncated=truncated)

    def _described(self, request: requests.PreparedRequest) -> Sent:
        given: Any = request.body or b""
        body = given.encode("utf-8", "replace") if isinstance(given, str) else bytes(given)
        url = str(request.url)
        path = (urlsplit(url).path or "/").removeprefix(self._prefix) or "/"
        headers = {name: as_text(value) for name, value in request.headers.items()}
        return Sent(str(request.method), url, path, headers, body)

    def _transfer(self, request: requests.PreparedRequest) -> tuple[requests.Response, bytes, bool]:
        try:
            return self._transfer_once(request)
        except requests.ConnectionError as error:
            if not dropped(error):  # a kept-alive connection that the server has closed meanwhile: try a new one
                raise
            return self._transfer_once(request)

    def _transfer_once(
        self, request: requests.PreparedRequest, limit: float | None = None
    ) -> tuple[requests.Response, bytes, bool]:
        limit = limit or self.limits.for_one_answer(is_write=request.method not in SAFE_METHODS)
        end = time.monotonic() + limit
        options = self.connection.options(str(request.url))
        response = super().send(request, stream=True, timeout=(limit, limit), **options)
        extra = beyond(response)
        body, truncated = read_bounded(response, end)
        body = body or extra
        if extra or may_be_followed(request, response):
            self.poolmanager.clear()  # the body that must not be there would be taken for the next answer
        response._content = body  # noqa: SLF001 - requests has no public way to hand over a body read with bounds
        response._content_consumed = True  # noqa: SLF001
        return response, body, truncated


def may_be_followed(request: requests.PreparedRequest, response: requests.Response) -> bool:
    """Whether an answer that has no body announces one, which a server in error may have sent all the same."""
    is_bodiless = response.status_code in BODILESS or request.method == "HEAD"
    announced = response.headers.get("content-length", "0") != "0" or "transfer-encoding" in response.headers
    return is_bodiless and announced


def reason_of(error: BaseException) -> str:
    """Why a network error happened, in few words."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    name = type(error).__name__
    if hint := next((hint for words, hint in CERTIFICATE_HINTS.items() if words in str(error)), ""):
        return f"{name} {error} ({hint})"
    if isinstance(error, ConnectionRefusedError):
        return "the connection is refused"
    return "no answer in time" if "Timeout" in name or "timed out" in str(error) else f"{name} {error}".strip()


def as_text(value: str | bytes) -> str:
    """A header value as text."""
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
