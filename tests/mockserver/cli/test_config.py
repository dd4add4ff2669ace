"""The settings file: every flag, paths relative to the file, and what it says where it is wrong."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from mockserver.cli.banner import banner
from mockserver.cli.commands import main, read_options
from mockserver.cli.config import settings_of
from mockserver.cli.flags import FLAGS
from mockserver.errors import UsageError
from mockserver.settings import Api, Settings, bundled
from tests.conftest import Build

KEYS = [names[0].removeprefix("--") for names, _ in FLAGS if names[0] != "--config"]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
VALUES: dict[str, tuple[str, str]] = {
    "auth": ('"any"', "any"),
    "log-format": ('"json"', "json"),
    "port": ("4999", "4999"),
    "max-worlds": ("7", "7"),
    "unknown-parents": ('"adopt"', "adopt"),
    "world-ttl": ('"PT1H"', "PT1H"),
    "journal-memory": ('"2MB"', "2MB"),
    "max-body": ('"1MB"', "1MB"),
    "record-size": ('"2MB"', "2MB"),
    "store": ('"redis://127.0.0.1:1/0"', "redis://127.0.0.1:1/0"),
    "store-timeout": ("0.5", "0.5"),
    "read-timeout": ('"5s"', "5s"),
    "drain": ("2", "2"),
    "stream-interval": ('"100ms"', "100ms"),
    "workers": ("1", "1"),
    "missing": ('"404"', "404"),
    "upstream-timeout": ('"5s"', "5s"),
    "webhook-secret": (f'"{SECRET}"', SECRET),
    "period": ('{trust = "P7D"}', "trust=P7D"),
}
"""What the file has, and the flag that means the same, where any text will not do."""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(*words: str, **environment: str) -> Settings:
    """The settings of `mockserver mock`."""
    return settings_of(read_options(["mock", *words]), environment)


@pytest.mark.parametrize("key", KEYS)
def test_each_flag_is_a_key(key: str, here: Path) -> None:
    """With the same meaning; also with underscores, and in pyproject.toml."""
    how = next(how for names, how in FLAGS if names[0] == f"--{key}")
    if how.get("action") == "store_true":
        flags, text = [f"--{key}"], "true"
    else:
        text, value = VALUES.get(key, ('"x"', "x"))
        flags = [f"--{key}", value]
    (here / "x").mkdir() if key == "allow-refs-below" else (here / "x").write_text("")
    wanted = read(*flags)
    for name, start in (("mockserver.toml", ""), ("pyproject.toml", "[tool.mockserver]\n")):
        for spelt in {key, key.replace("-", "_")}:
            (here / name).write_text(f"{start}{spelt} = {text}\n")
            found = read()
            assert found.config == Path(name)
            assert repr(found).replace(f"config={found.config!r}", "config=None") == repr(wanted)
        (here / name).unlink()


def test_paths_are_relative_to_the_file(here: Path) -> None:
    """Of the contract, its files, folders of references and a store; not URLs."""
    (here / "conf/more").mkdir(parents=True)
    (here / "conf/b.yaml").write_text("")
    file = here / "conf/mock.toml"
    file.write_text(
        'spec = "api.yaml"\nbehaviours = "b.yaml"\nfixtures = ["f", "g.json"]\nallow-refs-below = ["more"]\n'
        'store = "sqlite:worlds.db"\n'
    )
    found = read("--config", "conf/mock.toml")
    assert (found.spec, found.behaviours) == ("conf/api.yaml", Path("conf/b.yaml"))
    assert (found.fixtures, found.allow_refs_below) == ((Path("conf/f"), Path("conf/g.json")), (Path("conf/more"),))
    assert found.store == "sqlite:conf/worlds.db"
    file.write_text('spec = "https://x.example/api.yaml"\n')
    assert read("--config", "conf/mock.toml").spec == "https://x.example/api.yaml"


def test_flags_and_environment_override_the_file(here: Path) -> None:
    """In this order; `mockserver.toml` comes before `pyproject.toml`, and `none` reads neither."""
    (here / "pyproject.toml").write_text("[tool.mockserver]\nport = 1\n")
    assert read().port == 1
    (here / "mockserver.toml").write_text("port = 2\nwatch = true\n")
    assert (read().port, read().watch) == (2, True)
    assert read(MOCKSERVER_PORT="3", MOCKSERVER_WATCH="0").port == 3
    assert read(MOCKSERVER_WATCH="0").watch is False
    assert read("--port", "4", MOCKSERVER_PORT="3").port == 4
    assert read("--config", "none") == read("--config", "none", "--port", "4010")
    assert read("--config", "pyproject.toml").port == 1


@pytest.mark.parametrize("named", [["other.yaml"], ["--spec", "other.yaml"], []])
def test_another_contract_does_not_take_the_data_of_the_file(named: list[str], here: Path) -> None:
    """Nor its periods; the rest holds for any contract. The same contract, however it is spelt, does."""
    (here / "b.yaml").write_text("")
    (here / "mockserver.toml").write_text(
        'spec = "api.yaml"\nbehaviours = "b.yaml"\nfixtures = "f"\nperiod = {x = "P1D"}\nseed = "7"\n'
    )
    found = read(*named) if named else read(MOCKSERVER_SPEC="other.yaml")
    assert (found.spec, found.behaviours, found.fixtures, found.periods) == ("other.yaml", None, (), {})
    assert found.seed == "7"
    for same in ("api.yaml", "./api.yaml", str(here / "api.yaml")):
        assert read(same).fixtures == (Path("f"),)


def test_several_apis(here: Path) -> None:
    """Each in a table, with paths relative to the file; a contract that is named takes their place."""
    (here / "conf").mkdir()
    (here / "conf/b.yaml").write_text("")
    (here / "conf/mock.toml").write_text(
        'fixtures = "all"\n[[api]]\nspec = "pay.yaml"\npath = "/pay/"\nbehaviours = "b.yaml"\n'
        '[[api]]\nspec = "https://x.test/s.yaml"\nfixtures = ["f", "g.json"]\n'
    )
    found = read("--config", "conf/mock.toml")
    assert found.apis == (
        Api("conf/pay.yaml", "/pay", Path("conf/b.yaml")),
        Api("https://x.test/s.yaml", "", None, (Path("conf/f"), Path("conf/g.json"))),
    )
    assert (found.behaviours, found.fixtures) == (None, (Path("conf/all"),))
    assert read("other.yaml", "--config", "conf/mock.toml").apis == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[api]]\npath = '/x'", "mockserver.toml: api[0]: has no spec (add spec"),
        ("[[api]]\nspec = 'a'\npth = '/x'", "mockserver.toml: api[0]: unknown key 'pth' (did you mean 'path'?)"),
        ("[[api]]\nspec = 'a'\npath = 'x'", "mockserver.toml: api[0].path: 'x' isn't a path to serve an API at"),
        ("[[api]]\nspec = 'a'\npath = 7", "mockserver.toml: api[0].path: must be a text"),
        ("[api]\nspec = 'a'", "mockserver.toml: api: must be tables [[api]]"),
        ("spec = 'a'\n[[api]]\nspec = 'b'", "mockserver.toml: spec: spec is for one API"),
        ("prot = 1", "mockserver.toml: unknown key 'prot' (did you mean 'port'?)"),
        ("port = 70000", "mockserver.toml: port: '70000' isn't a port number"),
        ("port = true", "mockserver.toml: port: must be a text or a number"),
        ("port = [1]", "mockserver.toml: port: must be a text or a number"),
        ("watch = 'yes'", "mockserver.toml: watch: must be true or false"),
        ("fixtures = 7", "mockserver.toml: fixtures: must be a text or a list of texts"),
        ("auth = 'maybe'", "mockserver.toml: auth: 'maybe' isn't a known value"),
        ("port 1", "mockserver.toml: is not TOML"),
        ("workers = 2", "mockserver.toml: workers: several processes"),
        ("config = 'x'", "unknown key 'config'"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(
    text: str, says: str, here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """One line, exit code 2."""
    (here / "mockserver.toml").write_text(text)
    assert main(["mock", "--port", "0"] if not text.startswith("port") else ["mock"]) == 2
    error = capfd.readouterr().err
    assert says in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("name", ["nowhere.toml", "pyproject.toml"])
def test_a_file_that_is_named_must_have_settings(name: str, here: Path) -> None:
    """A pyproject.toml without a table counts where it is named, and is passed over where it is found."""
    (here / "pyproject.toml").write_text("tool = 7\n")
    assert read().config is None
    with pytest.raises(UsageError, match="--config"):
        read("--config", name)


def test_a_wrong_flag_is_not_blamed_on_the_file(here: Path) -> None:
    """Its place is the flag."""
    (here / "mockserver.toml").write_text("port = 1\n")
    with pytest.raises(UsageError, match=r"^--port: 'x'"):
        read("--port", "x")
    with pytest.raises(UsageError, match=r"^--port: 'y'"):
        read(MOCKSERVER_PORT="y")


def test_the_other_commands_read_it(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """And the banner names it."""
    (here / "mockserver.toml").write_text(f'spec = "{os.path.relpath(bundled("spec/openapi.yaml"))}"\nauth = "off"\n')
    assert main(["check-spec"]) == 0
    assert main(["behaviours"]) == 0
    assert "listDevices" in capfd.readouterr().out


def test_the_banner_names_the_file(build: Build, here: Path) -> None:
    """Otherwise a setting from it would be a riddle."""
    (here / "mockserver.toml").write_text("seed = 3\n")
    lines: Any = banner(build(read())).splitlines()
    assert "Settings      mockserver.toml" in lines
