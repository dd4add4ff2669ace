"""How settings come from flags and environment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mockserver.cli.commands import _parser, read_options
from mockserver.cli.flags import FLAGS
from mockserver.cli.reading import read_settings
from mockserver.errors import UsageError
from mockserver.settings import Api, Settings, bundled

BACKEND = {
    "--upstream": ("http://h:1/b", "url", "http://h:1/b"),
    "--forward": ("getDevice", "forward", ("getDevice",)),
    "--mock": ("tag:admin", "mock", ("tag:admin",)),
    "--fallback": (None, "fallback", True),
    "--missing": ("404", "missing", (404,)),
    "--fail": (None, "fail", True),
    "--overlay": (None, "overlay", True),
    "--upstream-timeout": ("500ms", "timeout", 500),
    "--ca": (__file__, "ca", __file__),
    "--client-cert": (__file__, "client_cert", __file__),
    "--client-key": (__file__, "client_key", __file__),
    "--insecure": (None, "insecure", True),
}
"""The flags of a real backend: a value, the setting, and what that has then."""


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
@pytest.mark.parametrize("flag", ["--journal-memory", "--max-body"])
def test_another_text_is_no_size(flag: str, text: str) -> None:
    """It is wrong usage, and the message shows how a size is written."""
    if (flag, text) == ("--max-body", "10kB"):
        return  # enough for a body
    with pytest.raises(UsageError, match=f"{flag} .*write 64MB"):
        _read_settings([flag, text], {})


SETTINGS: dict[str, tuple[str, object]] = {
    "host": ("0.0.0.0", "0.0.0.0"),
    "port": ("0", 0),
    "spec": ("s.yaml", "s.yaml"),
    "auth": ("any", "any"),
    "seed": ("x", "x"),
    "log_format": ("json", "json"),
    "max_worlds": ("1000000", 1_000_000),
    "unknown_parents": ("adopt", "adopt"),
    "world_ttl": ("never", None),
    "journal_memory": ("1MB", 1_000_000),
    "stream_interval": ("1.5s", 1500),
    "store": ("sqlite:w.db", "sqlite:w.db"),
    "store_timeout": ("1.5s", 1500),
    "namespace": ("ours", "ours"),
    "workers": ("1", 1),
    "admin_token": ("secret", "secret"),
    "max_body": ("1KB", 1000),
    "read_timeout": ("5s", 5000),
    "drain": ("0s", 0),
    "webhook_secret": ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    "tls_cert": (__file__, Path(__file__)),
    "tls_key": (__file__, Path(__file__)),
}
SWITCHES = ("watch", "verbose", "show_secrets", "allow_remote_refs", "tls")


@pytest.mark.parametrize("key", SETTINGS)
def test_a_flag_and_its_variable_set_the_same(key: str) -> None:
    """`--log-format json` is `MOCKSERVER_LOG_FORMAT=json`."""
    text, value = SETTINGS[key]
    assert getattr(_read_settings([f"--{key.replace('_', '-')}", text], {}), key) == value
    assert getattr(_read_settings([], {f"MOCKSERVER_{key.upper()}": text}), key) == value


def test_a_certificate_switches_tls_on() -> None:
    """It must be a file, and so must its key."""
    assert _read_settings(["--tls-cert", __file__], {}).tls
    for flag in ("--tls-cert", "--tls-key"):
        with pytest.raises(UsageError, match=f"{flag} /none.*no such file"):
            _read_settings([flag, "/none"], {})


def test_folders_of_references_exist(tmp_path: Path) -> None:
    """Several by the flag or the variable; one that isn't there is refused."""
    (tmp_path / "a").mkdir()
    flags = ["--allow-refs-below", str(tmp_path), "--allow-refs-below", str(tmp_path / "a")]
    both = (tmp_path, tmp_path / "a")
    assert _read_settings(flags, {}).allow_refs_below == both
    assert _read_settings([], {"MOCKSERVER_ALLOW_REFS_BELOW": os.pathsep.join(map(str, both))}).allow_refs_below == both
    with pytest.raises(UsageError, match="no such folder"):
        _read_settings(["--allow-refs-below", str(tmp_path / "b")], {})


def test_switches_are_on_by_a_flag_or_a_word() -> None:
    """`1`, `true`, `yes` and `on`, however they are written; any other word is off."""
    for key in SWITCHES:
        assert getattr(_read_settings([], {}), key) is False
        assert getattr(_read_settings([f"--{key.replace('_', '-')}"], {}), key) is True
        words = {word: getattr(_read_settings([], {f"MOCKSERVER_{key.upper()}": word}), key)
                 for word in ("1", "true", "yes", "on", "ON", "0", "no", "")}  # fmt: skip
        assert [word for word, on in words.items() if on] == ["1", "true", "yes", "on", "ON"]


@pytest.mark.parametrize("flag", BACKEND)
def test_flags_of_a_backend(flag: str) -> None:
    """Each by the flag and by its variable."""
    text, name, value = BACKEND[flag]
    variable = f"MOCKSERVER_{flag[2:].replace('-', '_').upper()}"
    for settings in (
        _read_settings([flag] if text is None else [flag, text], {}),
        _read_settings([], {variable: text or "true"}),
    ):
        assert getattr(settings.upstream, name) == value


def test_lists_of_operations_are_separated_by_commas() -> None:
    """A tag has a colon in it, which separates paths elsewhere."""
    settings = _read_settings([], {"MOCKSERVER_MOCK": "tag:a, GET /b/*,c"})
    assert settings.upstream.mock == ("tag:a", "GET /b/*", "c")


def test_proxy_is_in_front_of_its_url() -> None:
    """The backend answers what no rule names, and any credential is accepted, unless a flag says otherwise."""
    settings = read_settings(_parser().parse_args(["proxy", "http://h:1", "--auth", "off"]), {})
    assert (settings.upstream.url, settings.upstream.first, settings.auth) == ("http://h:1", True, "off")
    assert read_settings(_parser().parse_args(["proxy", "http://h:1"]), {}).auth == "any"
    assert not _read_settings(["--upstream", "http://h:1"], {}).upstream.first


def test_the_help_says_what_each_flag_is_for() -> None:
    """With the form of its value."""
    (mock,) = (one for one in _parser()._subparsers._group_actions)  # type: ignore[union-attr]
    text = "".join(mock.choices["mock"].format_help().split())  # type: ignore[index,union-attr]
    for (name, *_), how in FLAGS:
        assert f"{name}{how.get('metavar', '')}" in text
        assert len(how["help"]) > 10
        assert how["help"].replace(" ", "") in text
    assert {name for (name, *_), _ in FLAGS} == {
        *(f"--{key.replace('_', '-')}" for key in (*SETTINGS, *SWITCHES)), "--behaviours", "--fixtures", "--period",
        "--allow-refs-below", "--config", "--deliver-to", "--state", "--states", "--record",
        "--record-size", "--scrub", *BACKEND,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("flag", "good", "bad"),
    [
        ("port", ("0", "65535"), ("65536", "-1", "x", "")),
        ("max-worlds", ("1", "1000000"), ("0", "1000001", "many")),
        ("journal-memory", ("1000000", "1000kb", " 1 MB ", "2gb", "1000GB"), ("999999", "1001GB", "1TB", "MB", "-1MB")),
        ("stream-interval", ("0", "0ms", "1ms", "30s", "30000ms"), ("1", "30001ms", "31s", "x", "1m")),
        ("store-timeout", ("10ms", "1", "30s"), ("9ms", "31s", "x")),
        ("namespace", ("a", "A.b_c-1", "n" * 64), ("n" * 65, "-a", "a b", "{a}")),
        ("workers", ("1",), ("0", "65", "x")),
        ("world-ttl", ("never", "PT1S", "P1D"), ("PT0S", "1d", "x")),
    ],
)
def test_values_are_taken_within_their_bounds(flag: str, good: tuple[str, ...], bad: tuple[str, ...]) -> None:
    """Both ends are in; the error names the flag."""
    for text in good:
        _read_settings([f"--{flag}={text}"], {})
    for text in bad:
        with pytest.raises(UsageError, match=f"--{flag}|{flag}"):
            _read_settings([f"--{flag}={text}"], {})


def test_several_workers_need_a_store() -> None:
    """In memory each would have worlds of its own; the error says what to add."""
    with pytest.raises(UsageError, match=r"--workers: .* worlds of their own in memory .*--store sqlite:FILE"):
        _read_settings(["--workers", "2"], {})
    assert _read_settings(["--workers", "2", "--store", "sqlite:w.db"], {}).workers == 2


def test_sizes_are_counted_in_bytes() -> None:
    """With a unit or without, in thousands."""
    sizes = {"3000000": 3_000_000, "3000000b": 3_000_000, "3000KB": 3_000_000, "3mb": 3_000_000, "3 GB": 3_000_000_000}
    assert {text: _read_settings([f"--journal-memory={text}"], {}).journal_memory for text in sizes} == sizes


@pytest.mark.parametrize("command", ["mock", "behaviours", "check-spec"])
def test_each_command_takes_a_contract(command: str) -> None:
    """Or none, or several; the help names it."""
    (commands,) = (one for one in _parser()._subparsers._group_actions)  # type: ignore[union-attr]
    text = commands.choices[command].format_help()  # type: ignore[index,union-attr]
    assert "[SPEC ...]" in text
    assert "OpenAPI document, or several; PATH=SPEC serves one below a path" in " ".join(text.split())
    assert _parser().parse_args([command, "x.yaml", "/y=y.yaml"]).contract == ["x.yaml", "/y=y.yaml"]
    assert _parser().parse_args([command]).contract == []


def test_several_contracts() -> None:
    """Each a document, or a path and a document; one below a path is as several."""
    apis = _read_settings(["a.yaml", "/b/v2=b.yaml"], {}).apis
    assert apis == (Api("a.yaml"), Api("b.yaml", "/b/v2"))
    assert read_options(["mock", "a.yaml", "--port", "1", "/b/v2=b.yaml"]).contract == ["a.yaml", "/b/v2=b.yaml"]
    assert _read_settings(["/b/=b.yaml"], {}).apis == (Api("b.yaml", "/b"),)
    assert _read_settings(["a.yaml"], {}).apis == ()
    for wrong in ("/a b=b.yaml", "/{x}=b.yaml", "/__mock__/x=b.yaml"):
        with pytest.raises(UsageError, match=r"path"):
            _read_settings([wrong, "a.yaml"], {})


def test_settings_of_deliveries() -> None:
    """A variable separates hosts by commas, as addresses have colons; wrong ones name their flag."""
    assert _read_settings(["--deliver-to", "app", "--deliver-to", "::1"], {}).deliver_to == ("app", "::1")
    assert _read_settings([], {"MOCKSERVER_DELIVER_TO": "app,fd00::/8"}).deliver_to == ("app", "fd00::/8")
    for flags in (["--deliver-to", "http://app"], ["--webhook-secret", "short"]):
        with pytest.raises(UsageError, match=flags[0]):
            _read_settings(flags, {})
