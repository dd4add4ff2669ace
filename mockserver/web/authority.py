"""The local certificate authority; the door to cryptography for TLS.

Programs that trust it accept whatever its key signs, so that key is readable by this user alone, and it can sign for no
other authority.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mockserver.errors import UsageError

_KEY: Final = "ca.key"
"""Holds the certificate as well: of two processes that make an authority at once, one alone has made it."""
_YEARS, _DAYS = timedelta(days=3650), timedelta(days=90)
_YESTERDAY: Final = timedelta(days=1)
"""Clocks of other machines may be late."""
_PRIVATE: Final = 0o600


def made(own: Path) -> Path:
    """The authority's certificate; it and the key beside it are made where there are none. Raises UsageError."""
    folder, private = own.parent, own.with_name(_KEY)
    if own.is_file() and private.is_file():
        return own
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not private.is_file():
            _write(private, _new(), _PRIVATE, replaces=False)
        certificate, _ = _read(folder)
        _write(own, certificate.public_bytes(Encoding.PEM))
    except OSError as error:
        raise _unwritable(folder, error) from None
    return own


def _new() -> bytes:
    """A new authority's key and certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"mockserver local CA ({socket.gethostname()[:40]})")
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    builder = _builder(name, name, key, key, _YEARS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    certificate = builder.add_extension(usage, critical=True).sign(key, hashes.SHA256())
    return _pem_of(key) + certificate.public_bytes(Encoding.PEM)


def _read(folder: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """The authority's certificate and key. Raises UsageError."""
    try:
        data = (folder / _KEY).read_bytes()
        certificate, key = x509.load_pem_x509_certificate(data), load_pem_private_key(data, None)
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"the local CA can't be read: {error}", place="--tls", fix=f"remove {folder}") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise UsageError("the local CA isn't one that mockserver made", place="--tls", fix=f"remove {folder}")
    return certificate, key


def issue(own: Path, names: Sequence[str], file: Path) -> None:
    """Write a key and a certificate for these names and addresses into a file, with that of the authority.

    Raises UsageError.
    """
    signed, signer = _read(own.parent)
    key = ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    builder = _builder(_name("localhost"), signed.subject, key, signer, _DAYS)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(usage, critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    builder = builder.add_extension(x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False)
    certificate = builder.sign(signer, hashes.SHA256())
    text = _pem_of(key) + certificate.public_bytes(Encoding.PEM) + signed.public_bytes(Encoding.PEM)
    try:
        _write(file, text, _PRIVATE)
    except OSError as error:
        raise _unwritable(file.parent, error) from None


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    lasts: timedelta,
) -> x509.CertificateBuilder:
    """What the certificates of authority and servers have in common (RFC 5280)."""
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - _YESTERDAY).not_valid_after(now + lasts)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    return builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name.encode("idna").decode())


def _pem_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(file: Path, data: bytes, mode: int = 0o644, *, replaces: bool = True) -> None:
    """Write a file that others see as a whole, or not at all; one that is there may be left."""
    place = Path(mkdtemp(dir=file.parent))
    try:
        new = place / file.name
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as opened:
            opened.write(data)
        if replaces:
            new.replace(file)
        else:
            with suppress(FileExistsError):
                os.link(new, file)
    finally:
        rmtree(place, ignore_errors=True)


def _unwritable(folder: Path, error: OSError) -> UsageError:
    problem = f"{folder} can't be written: {error.strerror or error}"
    return UsageError(problem, place="--tls", fix="name files with --tls-cert and --tls-key")
