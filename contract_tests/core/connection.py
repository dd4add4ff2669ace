"""How the target is reached: whose certificates count, which one we show, and through which proxy."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import requests.utils

BUNDLES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


@dataclass(frozen=True)
class Connection:
    """Authorities, client certificate and proxy; `is_direct` for a mock of our own, which no proxy stands before."""

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    proxy: str | None = None
    is_direct: bool = False

    def options(self, url: str) -> Mapping[str, Any]:
        """The options of requests for a request to a URL; the environment holds where nothing is set."""
        bundle = next((os.environ[name] for name in BUNDLES if os.environ.get(name)), True)
        cert = (str(self.cert), str(self.key)) if self.cert and self.key else str(self.cert) if self.cert else None
        return {"verify": str(self.ca) if self.ca else bundle, "cert": cert, "proxies": self._proxies(url)}

    def _proxies(self, url: str) -> Mapping[str, str]:
        if self.is_direct or requests.utils.should_bypass_proxies(url, no_proxy=None):
            return {}
        if self.proxy:
            return {"http": self.proxy, "https": self.proxy}
        return requests.utils.get_environ_proxies(url)
