"""How settings come from flags and environment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mockserver.cli.commands import _parser
from mockserver.cli.flags import read_settings
from mockserver.errors import UsageError
from mockserver.settings import Settings, bundled


def _read_settings(arguments: list[str], environment: dict[str, str]) -> Settings:
    return read_settings(_parser().parse_args(["mock", *arguments]), environment)


def test_without_flags_the_bundled_contract_is_played() -> None:
    """On this machine's own address, port 4010, with the users' tokens enforced."""
    settings = _read_settings([], {})
    assert (settings.host, settings.port, settings.auth, settings.seed) == ("127.0.0.1", 4010, "enforce", "0")
    assert settings.spec == str(bundled("spec/openapi.yaml"))
    assert (settings.behaviours, settings.fixtures) == (bundled("spec/behaviours.yaml"), (bundled("fixtures"),))


def test_another_contract_does_not_take_the_bundled_data() -> None:
    """Behaviours and fixtures of one contract say nothing of another."""
    settings = _read_settings(["other.yaml"], {})
    assert (settings.spec, settings.behaviours, settings.fixtures) == ("other.yaml", None, ())


def test_flags_win_over_the_environment() -> None:
    """`MOCKSERVER_...` says what no flag says."""
    environment = {
        "MOCKSERVER_PORT": "5000",
        "MOCKSERVER_AUTH": "off",
        "MOCKSERVER_SEED": "7",
        "MOCKSERVER_FIXTURES": os.pathsep.join(["a", "b"]),
    }
    settings = _read_settings(["--port", "6000"], environment)
    assert (settings.port, settings.auth, settings.seed) == (6000, "off", "7")
    assert settings.fixtures == (Path("a"), Path("b"))


@pytest.mark.parametrize(
    ("name", "value"),
    [("AUTH", "maybe"), ("LOG_FORMAT", "xml"), ("PORT", "-1"), ("PORT", "²"), ("BEHAVIOURS", "nowhere")],
)
def test_the_environment_is_checked_like_flags(name: str, value: str) -> None:
    """A wrong value is wrong usage."""
    with pytest.raises(UsageError):
        _read_settings([], {f"MOCKSERVER_{name}": value})


def test_settings_of_worlds() -> None:
    """Their number, how long one lives that nobody uses, and what is no such thing."""
    settings = _read_settings(["--max-worlds", "5", "--world-ttl", "PT1H", "--admin-token", "t", "--verbose"], {})
    assert (settings.max_worlds, settings.world_ttl, settings.admin_token, settings.verbose) == (5, "PT1H", "t", True)
    assert _read_settings([], {"MOCKSERVER_WORLD_TTL": "never"}).world_ttl is None
    for wrong in (["--max-worlds", "0"], ["--world-ttl", "1h"], ["--world-ttl", "-PT1H"], ["--world-ttl", "PT0S"]):
        with pytest.raises(UsageError):
            _read_settings(wrong, {})
