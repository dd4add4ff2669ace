"""How the target is reached: whose certificates count, which one we show, and through which proxy."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import requests.utils

from contract_tests.core.errors import UsageError

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


def check_files(ca: Path | None, cert: Path | None, key: Path | None) -> None:
    """Raise `UsageError` where one of the files isn't what it should be: no target would ever be reached with it."""
    for name, path in (("ca", ca), ("cert", cert), ("key", key)):
        if path and not path.is_file():
            raise UsageError(f"--{name} {path}: no such file")
    if key and not cert:
        raise UsageError("--key is that of a certificate, and there is none", fix="add --cert FILE")
    context = ssl.create_default_context()
    try:
        if ca:
            context.load_verify_locations(ca)
    except (ssl.SSLError, ValueError) as error:
        raise UsageError(f"--ca {ca}: no certificates can be read ({error})", fix="name a file in PEM format") from None
    try:
        if cert:
            context.load_cert_chain(cert, key, password=lambda: "")  # none: else OpenSSL would ask for one
    except (ssl.SSLError, ValueError) as error:
        fix = "give them in PEM format, the key without a password"
        raise UsageError(f"--cert {cert}{f' --key {key}' if key else ''}: not a pair ({error})", fix=fix) from None
