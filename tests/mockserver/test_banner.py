"""What is shown at the start."""

from __future__ import annotations

import pytest

from mockserver.auth import MODES
from mockserver.banner import banner
from mockserver.engine import Engine
from tests.conftest import Build
from tests.support import bundled_settings


def test_the_banner_says_all_on_one_screen(engine: Engine) -> None:
    """Address, contract, users with tokens, the control surface, and a line to try."""
    lines = banner(engine).splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 200
    text = "\n".join(lines)
    for said in ("http://127.0.0.1:4010", "openapi.yaml (9 operations)", "alice (alice-token)", "bob (bob-token)"):
        assert said in text
    assert "carol (carol-token)" in text
    assert "/__mock__/" in text
    assert "curl -X POST http://127.0.0.1:4010/devices/trust -H 'Authorization: Bearer alice-token'" in text


def test_the_banner_of_a_v6_address_can_be_clicked(build: Build) -> None:
    """Brackets around the address."""
    assert "http://[::1]:4010/" in banner(build(bundled_settings(host="::1")))


def test_modes_that_are_not_the_usual_are_said(build: Build) -> None:
    """Who reads the banner sees that tokens are not enforced; without auth the line to try has no token."""
    for mode in MODES:
        text = banner(build(bundled_settings(auth=mode)))
        assert ("Auth " in text) is (mode != "enforce")
        assert ("Authorization" in text) is (mode != "off")


@pytest.mark.parametrize(
    ("host", "token", "said"),
    [
        ("127.0.0.1", None, None),
        ("localhost", "secret", None),
        ("::1", None, None),
        ("0.0.0.0", None, "the control surface answers this machine only"),
        ("0.0.0.0", "secret", "to those with the admin token"),
        ("192.0.2.7", None, "as any user above"),
    ],
)
def test_what_other_machines_reach_is_said(build: Build, host: str, token: str | None, said: str | None) -> None:
    """Where the mock listens to them, and never the token itself."""
    text = banner(build(bundled_settings(host=host, admin_token=token)))
    assert ("Exposed" in text) is (said is not None)
    assert said is None or said in text
    assert "secret" not in text
