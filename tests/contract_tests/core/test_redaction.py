"""No artefact shows a secret."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.core.redaction import Redactor

SECRET = 'to"ken/+ü<1>'


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        json.dumps(SECRET),
        quote(SECRET, safe=""),
        base64.b64encode(SECRET.encode()).decode(),
        SECRET.replace("<", "&lt;").replace(">", "&gt;"),
    ],
)
def test_every_spelling_is_replaced(form: str) -> None:
    """As it is, in JSON, in a URL, in basic credentials, in HTML."""
    redact = Redactor()
    redact.learn(SECRET, "$CONTRACT_TOKEN")
    shown = redact(f"before {form} after")
    assert form not in shown
    assert "$CONTRACT_TOKEN" in shown


@pytest.mark.parametrize(
    "line",
    [
        "Cookie: sid=abc123",
        "Set-Cookie: sid=abc123; Path=/",
        '"Authorization": "Bearer abc123"',
        "authorization: basic abc123",
    ],
)
def test_unknown_credentials_are_replaced_too(line: str) -> None:
    """Cookies and authorization headers lose their values even when nobody named them."""
    assert "abc123" not in Redactor()(line)


@pytest.mark.parametrize(
    "line",
    [
        'curl -H "Authorization: Bearer " http://t/devices',
        "curl -H &quot;Authorization: Bearer &quot; http://t/devices",
        '"curl -H \\"Authorization: Bearer \\" http://t/devices"',
        'curl -H "Authorization: Basic [credentials]" http://t/devices',
        'curl -H "Authorization: Bearer contract-tests-unknown-token" http://t/devices',
    ],
)
def test_a_line_without_a_secret_stays_as_it_is(line: str) -> None:
    """An empty credential, one that we made up and one that was replaced before leave the quotes around them alone."""
    assert Redactor()(line) == line


@given(st.text(st.characters(exclude_characters="•"), min_size=4), st.text(), st.text())
def test_a_learnt_secret_never_survives(secret: str, before: str, after: str) -> None:
    """Whatever stands around it."""
    redact = Redactor()
    redact.learn(secret, "•")
    assert secret not in redact(before + secret + after)
