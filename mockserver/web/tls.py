"""What `--tls` serves: a certificate and its key, from files or from the local authority; and who trusts that.

The local authority is this user's own: its certificate and key lie in a folder that no one else can read.
"""

from __future__ import annotations

import os
import ssl
import sys
from hashlib import blake2b
from pathlib import Path
from time import time
from typing import Final

from msgspec.structs import replace

from mockserver.errors import UsageError, to_install
from mockserver.settings import Settings

AUTHORITY: Final = "ca.pem"
"""The name of the authority's certificate in its folder."""
_NEAR: Final = ("localhost", "127.0.0.1", "::1")
_FRESH: Final = 60 * 24 * 3600.0
"""Seconds for which a certificate is served that was made before; it is valid for 90 days."""
_DIRECTORIES: Final = {"darwin": ("", "Library/Application Support"), "win32": ("LOCALAPPDATA", "AppData/Local")}
"""Where programs keep their data: a variable that names the place, and the place below the user's folder."""


def with_certificate(settings: Settings) -> Settings:
    """The settings with the files that are served, where the server is to use TLS. Raises UsageError."""
    if not settings.tls:
        return settings
    if settings.tls_cert is None:
        both = _local(settings.host)
        return replace(settings, tls_cert=both, tls_key=both)
    _must_fit(settings.tls_cert, settings.tls_key or settings.tls_cert)
    return replace(settings, tls_key=settings.tls_key or settings.tls_cert)


def folder() -> Path:
    """The folder of this user's local authority."""
    variable, place = _DIRECTORIES.get(sys.platform, ("XDG_DATA_HOME", ".local/share"))
    named = os.environ.get(variable) if variable else None
    return (Path(named) if named else Path.home() / place) / "mockserver" / "tls"


def authority() -> Path:
    """The certificate of the local authority, which is made when it is first asked for. Raises UsageError."""
    try:
        from mockserver.web.authority import made
    except ImportError as error:
        if (error.name or "").partition(".")[0] != "cryptography":
            raise
        fix = f"{to_install('tls')}, or name files with --tls-cert and --tls-key"
        raise UsageError("the Python package cryptography isn't installed", place="--tls", fix=fix) from None
    return made(folder() / AUTHORITY)


def trusting() -> ssl.SSLContext:
    """What a client of this machine trusts: what the system does, and the local authority where there is one."""
    context = ssl.create_default_context()
    if (folder() / AUTHORITY).is_file():
        context.load_verify_locations(folder() / AUTHORITY)
    return context


def names_for(host: str) -> tuple[str, ...]:
    """The names and addresses for which the certificate of a server is that listens on a host."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        import socket

        host = socket.gethostname()
    return tuple(dict.fromkeys((*_NEAR, host)))


def _local(host: str) -> Path:
    """The file with a key and a certificate of the local authority. One that is fresh is served again."""
    names = names_for(host)
    digest = blake2b("\n".join(names).encode(), digest_size=6).hexdigest()
    file, own = folder() / f"server-{digest}.pem", folder() / AUTHORITY
    try:
        made = file.stat().st_mtime
        if made >= own.stat().st_mtime and 0 <= time() - made < _FRESH:
            return file
    except OSError:
        pass
    authority()
    from mockserver.web.authority import issue

    issue(own, names, file)
    return file


def _must_fit(certificate: Path, key: Path) -> None:
    """Raise UsageError where the server could not use these files."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key, password=lambda: b"")
    except (ssl.SSLError, ValueError, OSError) as error:
        reason = getattr(error, "reason", None) or str(error)
        problem = f"{certificate} and {key} can't be used together: {str(reason).replace('_', ' ').lower()}"
        fix = "both in PEM form, the key without a password and of this certificate"
        raise UsageError(problem, place="--tls-cert", fix=fix) from None
