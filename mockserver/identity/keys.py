"""The key that signs tokens, made from the seed: the same on every machine and in every process.

Whoever knows the seed can sign too; a mock has no secrets. Signing, checking and the proof that both primes are prime
are the libraries' work (joserfc, and OpenSSL by cryptography): what is here only says where they search.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from joserfc.util import int_to_base64

ALGORITHM: Final = "RS256"
"""What every client knows (OpenID Connect Discovery, section 3), and what signs a text in one way only."""
_BITS: Final = 1024
_EXPONENT: Final = 65537
_SIEVED: Final = 1 << 16
"""Up to which prime candidates are sieved: it costs a few milliseconds and leaves one in twenty to be tried."""
_SPAN: Final = 1 << 14
"""How many odd numbers are looked at; a prime of this size is found after 355 on average."""


class BadToken(Exception):
    """A text isn't a token that this key has signed."""


class SigningKey:
    """Signs claims, and reads what it has signed."""

    def __init__(self, seed: str) -> None:
        self._key = RSAKey.import_key(_numbers(seed))
        self.id: str = f"mock-{self._key.thumbprint()[:12]}"

    def sign(self, claims: Mapping[str, Any], kind: str) -> str:
        """The claims as a JSON Web Token; `kind` is its `typ`."""
        return jwt.encode({"alg": ALGORITHM, "typ": kind, "kid": self.id}, dict(claims), self._key)

    def read(self, text: str) -> tuple[str, Mapping[str, Any]]:
        """The kind and the claims of a token. Raises BadToken."""
        try:
            token = jwt.decode(text, self._key, algorithms=[ALGORITHM])
        except (JoseError, ValueError) as error:
            raise BadToken(str(error)) from None
        return str(token.header.get("typ", "")), token.claims

    def public(self) -> dict[str, Any]:
        """The public key as a JSON Web Key."""
        return {**self._key.as_dict(private=False), "use": "sig", "alg": ALGORITHM, "kid": self.id}


@lru_cache(maxsize=4)
def signing_key(seed: str) -> SigningKey:
    """The key of a seed; it takes a tenth to half a second to make."""
    return SigningKey(seed)


def _numbers(seed: str) -> dict[str, str | list[str]]:
    """The numbers of a 2048-bit RSA key as a JSON Web Key (RFC 7518, section 6.3)."""
    material = HKDF(SHA256(), 2 * _BITS // 8, salt=None, info=b"mockserver signing key").derive(seed.encode())
    half = _BITS // 8
    q, p = sorted(_prime(int.from_bytes(part, "big")) for part in (material[:half], material[half:]))
    d = pow(_EXPONENT, -1, (p - 1) * (q - 1))
    numbers = {
        "n": p * q, "e": _EXPONENT, "d": d, "p": p, "q": q, "dp": d % (p - 1), "dq": d % (q - 1), "qi": pow(q, -1, p)
    }  # fmt: skip
    return {"kty": "RSA", **{name: int_to_base64(number) for name, number in numbers.items()}}


def _prime(start: int) -> int:
    """The first prime from `start` on that makes a key of full length; OpenSSL checks it when the key is imported."""
    first = start | (3 << (_BITS - 2)) | 1
    for place, candidate in enumerate(_sieved(first)):
        number = first + 2 * place
        if candidate and number % _EXPONENT != 1 and pow(2, number - 1, number) == 1:
            return number
    return _prime(first + 2 * _SPAN)


def _sieved(first: int) -> bytearray:
    """Which of the odd numbers from `first` on have no small divisor."""
    open_ = bytearray(b"\x01") * _SPAN
    for divisor in _small_primes():
        begin = -first * ((divisor + 1) // 2) % divisor
        open_[begin::divisor] = bytes(len(range(begin, _SPAN, divisor)))
    return open_


@cache
def _small_primes() -> tuple[int, ...]:
    odd = bytearray(b"\x01") * (_SIEVED // 2)
    for place in range(1, int(_SIEVED**0.5) // 2 + 1):
        if odd[place]:
            begin, step = 2 * place * (place + 1), 2 * place + 1
            odd[begin::step] = bytes(len(range(begin, _SIEVED // 2, step)))
    return tuple(2 * place + 1 for place in range(1, _SIEVED // 2) if odd[place])
