"""The key that signs tokens."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

from mockserver.identity.keys import BadToken, SigningKey, signing_key


def test_a_seed_has_one_key() -> None:
    """The same on every machine: other processes read what this one signs, and other seeds have other keys."""
    key = signing_key("0")
    assert (key.id, SigningKey("0").id) == ("mock-v0oDAbJDxuIr", "mock-v0oDAbJDxuIr")
    assert key.id != SigningKey("3").id
    assert key.sign({"sub": "alice"}, "JWT") == SigningKey("0").sign({"sub": "alice"}, "JWT")


def test_another_library_reads_what_is_signed() -> None:
    """By the public key alone, which has the full length."""
    public = signing_key("0").public()
    assert {"d", "p", "q"}.isdisjoint(public)
    n, e = (int.from_bytes(_decoded(public[name]), "big") for name in ("n", "e"))
    text, _, signature = signing_key("0").sign({"sub": "alice"}, "JWT").rpartition(".")
    key = RSAPublicNumbers(e, n).public_key()
    assert key.key_size == 2048
    key.verify(_decoded(signature), text.encode(), PKCS1v15(), SHA256())
    assert json.loads(_decoded(text.partition(".")[2])) == {"sub": "alice"}


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.parametrize("forged", ["", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "other"])
def test_what_others_signed_is_refused(forged: str) -> None:
    """Nothing, no token, no signature, the key of another seed."""
    text = SigningKey("3").sign({"sub": "alice"}, "at+jwt") if forged == "other" else forged
    with pytest.raises(BadToken):
        signing_key("0").read(text)
