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


@pytest.mark.parametrize(
    ("text", "size"), [("64MB", 64_000_000), ("1 GB", 1_000_000_000), ("2000000", 2_000_000), ("5000kb", 5_000_000)]
)
def test_the_memory_of_the_journals_is_a_size(text: str, size: int) -> None:
    """In bytes, or with a unit; by flag and by environment; 256 MB unless it is set."""
    assert _read_settings(["--journal-memory", text], {}).journal_memory == size
    assert _read_settings([], {"MOCKSERVER_JOURNAL_MEMORY": text}).journal_memory == size
    assert _read_settings([], {}).journal_memory == 256_000_000


@pytest.mark.parametrize("text", ["much", "+1MB", "0", "10kB", "1.5GB", "9" * 15 + "GB", "MB"])
def test_another_text_is_no_size(text: str) -> None:
    """It is wrong usage, and the message shows how a size is written."""
    with pytest.raises(UsageError, match="write 64MB"):
        _read_settings(["--journal-memory", text], {})
