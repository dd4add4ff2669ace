"""No artefact shows a secret."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.redaction import MOST_FORMS, Redactor, secrets_in_head

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
        'curl -H "Authorization: Basic [secret]" http://t/devices',
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


@pytest.mark.parametrize(
    "text",
    [
        "curl http://ann:abc123@host/things",
        "curl 'http://host/things?api_key=abc123&x=1'",
        "curl 'http://host/things?x=1&access_token=abc123'",
        '200 {"access_token": "abc123"}',
        r'"got": "200 {\"refresh_token\": \"abc123\"}"',
        "200 eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhYmMxMjMifQ.abc123",
    ],
)
def test_what_looks_like_a_secret_is_replaced(text: str) -> None:
    """In URLs, in bodies that give tokens, and JWTs anywhere."""
    assert "abc123" not in Redactor()(text)


def test_what_would_steer_a_terminal_is_shown_as_text() -> None:
    """Escape sequences, control characters and marks that turn the direction of a text; line breaks stay."""
    shown = Redactor()("a\x1b[31mb\x00c\u202ed\ud800e\nf\tg")
    assert shown == "a\\u001b[31mb\\u0000c\\u202ed\\ud800e\nf\tg"


def test_a_target_that_sets_ever_new_cookies_costs_no_more_and_more() -> None:
    """What is remembered has a bound; headers with cookies are known by their names."""
    redact = Redactor()
    for number in range(2000):
        redact.learn(f"cookie-{number:05}")
    assert len(redact._forms) <= MOST_FORMS + 8


def test_a_variable_with_more_behind_it_has_braces() -> None:
    """Else a shell would take `$CONTRACT_TOKENx` for another variable."""
    redact = Redactor()
    redact.learn("abc123", "$CONTRACT_TOKEN")
    assert redact("Bearer abc123x abc123") == "Bearer ${CONTRACT_TOKEN}x $CONTRACT_TOKEN"


@pytest.mark.parametrize("size", [6, 9, 15])
def test_the_beginning_of_a_secret_is_one_too(size: int) -> None:
    """Where a text was cut within it, in any of its forms; words that begin alike elsewhere stay."""
    redact, secret = Redactor(), "sécret-värde-123"
    redact.learn("sound", "[other]")
    redact.learn(secret, "$CONTRACT_TOKEN")
    for form in (secret, json.dumps(secret)[1:-1]):
        shown = redact(f"x {form[:size]}... (500 characters) and {form[:size]}; y... (9 characters)")
        assert shown == f"x $CONTRACT_TOKEN... (500 characters) and {form[:size]}; y... (9 characters)"


@pytest.mark.parametrize(
    ("cookie", "learnt"),
    [
        ("sid=8f3k-QpZ1; Path=/", ["8f3k-QpZ1"]),
        ("visit=QkRzTtWq", ["QkRzTtWq"]),
        ("session_token=never", ["never"]),
        ("sid=secret; Path=/", ["secret"]),
        ("PHPSESSID=12345", ["12345"]),
        ("visit=plain-text", ["plain-text"]),
        ("stale_after=never; Path=/", []),
        ("lang=en-US", []),
        ("theme=Dark", []),
        ("width=1920", []),
        ("width=", [""]),
        ("", []),
    ],
)
def test_a_cookie_that_is_a_setting_is_no_secret(cookie: str, learnt: list[str]) -> None:
    """An ordinary word or a short number under an ordinary name would blank out the words of the report itself."""
    assert secrets_in_head(Answer(Sent("GET", "http://t", "/", {}), 200, {"set-cookie": cookie}, b"")) == learnt
