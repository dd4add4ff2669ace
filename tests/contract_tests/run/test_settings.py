"""Flags over environment over profile over defaults; nonsense is refused with the fix."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contract_tests.core.errors import UsageError
from contract_tests.core.safety import Safety
from contract_tests.run.cli import parser
from contract_tests.run.options import OPTIONS, SUITES, rate
from contract_tests.run.settings import Settings
from tests.support import ROOT


def gather(**given: Any) -> Settings:
    """Settings from flags by their keys."""
    return Settings.gather({f"contract_{key}": value for key, value in given.items()})


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings in the environment, none in the folder."""
    monkeypatch.chdir(tmp_path)
    for option in OPTIONS:
        monkeypatch.delenv(option.env or "CONTRACT_NONE", raising=False)


@pytest.mark.parametrize(
    ("target", "safety"),
    [(None, Safety.FULL), ("http://127.0.0.1:1", Safety.OWN), ("http://localhost", Safety.OWN),
     ("http://[::1]:8", Safety.OWN), ("https://staging.example", Safety.PROBE)],
)  # fmt: skip
def test_only_loopback_is_written_to_by_default(target: str | None, safety: Safety) -> None:
    """Other hosts get harmless writes only."""
    assert gather(target=target).safety is safety


def test_full_elsewhere_needs_a_word() -> None:
    """--i-own-this-data is that word."""
    with pytest.raises(UsageError, match="i-own-this-data"):
        gather(target="https://staging.example", safety="full")
    assert gather(target="https://staging.example", safety="full", i_own_this_data=True).safety is Safety.FULL


def test_flags_win_over_environment_over_profile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each source is asked when those before it are silent."""
    (tmp_path / "contract-tests.toml").write_text(
        '[default]\nseed = 1\nspare = ["a"]\n'
        '[staging]\ntarget = "https://staging.example"\ntoken = "${SECRET}"\nrate = "120/m"\n'
    )
    monkeypatch.setenv("SECRET", "from-environment")
    settings = gather(profile="staging", seed=7)
    assert (settings.target, settings.token, settings.rate) == ("https://staging.example", "from-environment", 2.0)
    assert (settings.seed, settings.spare) == (7, ("a",))
    monkeypatch.setenv("CONTRACT_TOKEN", "x-token")
    assert gather(profile="staging").token == "x-token"


@pytest.mark.parametrize(
    ("text", "problem"),
    [("[default]\nsede = 1\n", "unknown setting 'sede'"), ("[default\n", "contract-tests.toml"),
     ('[default]\nsafety = "wild"\n', "safety"), ('[default]\nrate = "fast"\n', "isn't a rate")],
)  # fmt: skip
def test_broken_profiles_are_refused(tmp_path: Path, text: str, problem: str) -> None:
    """With file or setting, and what is wrong."""
    (tmp_path / "contract-tests.toml").write_text(text)
    with pytest.raises(UsageError, match=problem):
        gather()


@pytest.mark.parametrize("target", ["staging.example", "ftp://x", "http://", "127.0.0.1:4010"])
def test_a_target_is_a_url(target: str) -> None:
    """Anything else is refused."""
    with pytest.raises(UsageError, match="isn't a URL"):
        gather(target=target)


def test_missing_settings_file_is_said() -> None:
    """A file that was asked for must be there."""
    with pytest.raises(UsageError, match="no such settings file"):
        gather(config=Path("gone.toml"))


@pytest.mark.parametrize(("text", "value"), [("5/s", 5.0), ("120/m", 2.0), ("3", 3.0)])
def test_rates(text: str, value: float) -> None:
    """Per second or per minute."""
    assert rate(text) == value


PEM = ROOT / "tests/contract_tests/cases/certificates"
SCALARS = {
    "target": ("http://127.0.0.1:1", "http://127.0.0.1:1"),
    "token": ("t", "t"),
    "other_token": ("o", "o"),
    "spec": ("s.yaml", "s.yaml"),
    "behaviours": ("b.yaml", Path("b.yaml")),
    "safety": ("observe", Safety.OBSERVE),
    "rate": ("30/m", 0.5),
    "budget": ("1.5", 1.5),
    "timeout": ("2.5", 2.5),
    "wait": ("3.5", 3.5),
    "seed": ("4", 4),
    "settle": ("2s", 2.0),
    "listen": ("[::1]:9000", ("::1", 9000)),
    "listen_url": ("https://tunnel.example/in", "https://tunnel.example/in"),
    "ca": (str(PEM / "authority.pem"), PEM / "authority.pem"),
    "cert": (str(PEM / "client.pem"), PEM / "client.pem"),
    "key": (str(PEM / "client.pem"), PEM / "client.pem"),
    "proxy": ("http://proxy:1", "http://proxy:1"),
    "undocumented": ("fail", "fail"),
    "shard": ("2/5", (2, 5)),
    "changed_since": ("old.yaml", "old.yaml"),
    "examples": ("5", 5),
    "baseline": ("base.toml", Path("base.toml")),
    "history": ("past.json", Path("past.json")),
    "min_coverage": ("6.5", 6.5),
    "report": ("out", Path("out")),
    "workers": ("3", 3),
}
LISTS = {"spare": ("a", "b"), "only": ("a", "b"), "skip": ("a", "b"), "secret": ("a", "b"), "suite": SUITES[:2],
         "allow_refs_below": (Path("a"), Path("b")), "credential": ("a=1", "b=2"),
         "other_credential": ("a=1", "b=2")}  # fmt: skip
FLAGS = ("allow_remote_refs", "i_own_this_data", "strict", "baseline_update", "fail_fast")


def test_every_flag_sets_its_setting() -> None:
    """Each value is read as its setting needs it; what may be repeated is collected in order."""
    arguments = [part for key, (text, _) in SCALARS.items() for part in (f"--{key.replace('_', '-')}", text)]
    arguments += [
        part for key, values in LISTS.items() for value in values for part in (f"--{key.replace('_', '-')}", str(value))
    ]
    arguments += [f"--{key.replace('_', '-')}" for key in FLAGS]
    settings = Settings.gather(vars(parser().parse_args(arguments)))
    assert {key: getattr(settings, key) for key in SCALARS} == {key: value for key, (_, value) in SCALARS.items()}
    assert {key: getattr(settings, key) for key in LISTS} == LISTS
    assert all(getattr(settings, key) is True for key in FLAGS)
    named = {option.key for option in OPTIONS}
    assert named == {*SCALARS, *LISTS, *FLAGS, "config", "profile"}


def test_without_flags_the_defaults_hold() -> None:
    """They are those that the help names; without a target the tokens are those of the own mock's users."""
    settings = Settings.gather(vars(parser().parse_args([])))
    assert (settings.budget, settings.timeout, settings.wait, settings.seed, settings.examples) == (600, 10, 0, 0, 40)
    assert (settings.token, settings.other_token, settings.safety) == ("alice-token", "bob-token", Safety.FULL)
    assert not any(getattr(settings, key) for key in (*FLAGS, *LISTS, "target", "rate", "baseline", "report"))
    assert all(settings.runs(suite) for suite in SUITES)
    assert [suite for suite in SUITES if gather(suite=[SUITES[1]]).runs(suite)] == [SUITES[1]]


def test_the_help_names_each_flag_with_its_value() -> None:
    """Flags without a value have none there."""
    text = " ".join(parser().format_help().split())
    whole = text.replace(" ", "")
    assert [one.name for one in OPTIONS if not one.help or one.help.replace(" ", "") not in whole] == []
    for shown in ("--target URL", "--spec FILE", "--rate N/s", "--budget SECONDS", "--seed N", "--skip PATTERN",
                  "--min-coverage PERCENT", "--report DIR", "--secret VALUE", "--profile NAME", "--spare ID",
                  "--safety {", "--suite {", "--strict ", "--i-own-this-data "):  # fmt: skip
        assert shown in text
