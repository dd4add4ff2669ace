"""Fixtures: read from files, checked against the contract, their date math resolved when a world is made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mockserver.clock import format_instant, parse_instant
from mockserver.errors import FixtureError, MockError, UsageError
from mockserver.exchange.engine import Engine
from mockserver.state.fixtures import read_fixtures
from mockserver.state.users import User
from tests.conftest import Build
from tests.support import START, Ask, Clock, bundled_settings

DEVICE = {
    "id": "d1",
    "userId": "ann",
    "deviceName": "Laptop",
    "deviceType": "DESKTOP",
    "os": "Linux",
    "browser": "Firefox",
    "isTrusted": False,
    "trustLevel": "LOW",
    "lastSeen": "now-5m",
    "createdAt": "now-1d",
}


def _yaml(records: list[dict[str, Any]]) -> str:
    """Records as YAML text, one field a line, so that every field has a line of its own."""
    lines = []
    for record in records:
        for place, (name, value) in enumerate(record.items()):
            lines.append(f"{'- ' if place == 0 else '  '}{name}: {json.dumps(value)}")
    return "\n".join(lines) + "\n"


def _written(folder: Path, text: str) -> Path:
    file = folder / "devices.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def _devices(*records: dict[str, Any]) -> str:
    return "users:\n- {name: ann, token: ann-token}\ndevices:\n" + _yaml(list(records))


def _without(name: str) -> dict[str, Any]:
    return {key: value for key, value in DEVICE.items() if key != name}


def _second(**changes: Any) -> str:
    """A good device, and a second one with these changes."""
    return _devices(DEVICE, {**DEVICE, "id": "d2", **changes})


GOOD_LINES = len(_devices(DEVICE).splitlines())

BROKEN = [
    # the file, the line counted from the second record, and what is said
    pytest.param(_second(deviceType="TOASTER"), 4, "devices[1].deviceType", id="enum"),
    pytest.param(_second(isTrusted="yes"), 7, "devices[1].isTrusted", id="type"),
    pytest.param(_second(lastSeen="yesterday"), 9, "devices[1].lastSeen", id="date"),
    pytest.param(_second(lastSeen="now-5x"), 9, "devices[1].lastSeen", id="date math"),
    pytest.param(_second(createdAt="2026-02-30T00:00:00Z"), 10, "devices[1].createdAt", id="day of month"),
    pytest.param(_devices(DEVICE, {**_without("browser"), "id": "d2"}), 1, "devices[1].browser", id="missing"),
    pytest.param(_devices(DEVICE, _without("id")), 1, "devices[1] has no id", id="no key"),
    pytest.param(_devices(DEVICE, DEVICE), 1, "devices[1].id d1 is used twice", id="key twice"),
    pytest.param(_second(id=7), 1, "devices[1].id", id="type of key"),
]


@pytest.mark.parametrize(("text", "line", "said"), BROKEN)
def test_a_record_that_breaks_the_contract_stops_the_start(
    text: str, line: int, said: str, tmp_path: Path, build: Build
) -> None:
    """The error names file, line, record and field."""
    file = _written(tmp_path, text)
    with pytest.raises(FixtureError) as caught:
        build(bundled_settings(fixtures=(file,)))
    assert caught.value.exit_code == 2
    assert str(caught.value).startswith(f"{file}:{GOOD_LINES + line}: {said}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gadgets: []\n", "gadgets.*known: devices, sessions"),
        ("device: []\n", "unknown collection 'device'.*did you mean 'devices'"),
        ("devices: {d1: {}}\n", ":1: devices must be a list of records"),
        ("devices:\n- d1\n", r":2: devices\[0\] is no record"),
        ("- devices\n", "maps collections to lists"),
        ("just text\n", "maps collections to lists"),
        ("devices: [\n", "is not YAML"),
        ("devices: []\ndevices: []\n", ":2: has the key 'devices' twice"),
        ("users:\n- {name: ann}\n", r":2: users\[0\] needs a name and a token"),
        ("users:\n- {token: t}\n", r":2: users\[0\] needs a name and a token"),
        ("users:\n- {name: ann, token: ''}\n", r"users\[0\] needs a name and a token"),
        ("users:\n- {name: ann, token: a~b}\n", ":2: a token cannot hold '~'"),
        ("users:\n- {name: ann, tokn: t}\n", ":2:.*'tokn'.*did you mean 'token'"),
        (
            "users:\n- {name: ann, token: t}\n- {name: bo, token: t}\n",
            r":3: users\[1\] has a token that another user has",
        ),
    ],
)
def test_a_file_that_is_no_fixture_stops_the_start(text: str, said: str, tmp_path: Path, build: Build) -> None:
    """The error names the file, and the line where it can."""
    file = _written(tmp_path, text)
    with pytest.raises(UsageError, match=said) as caught:
        build(bundled_settings(fixtures=(file,)))
    assert str(caught.value).startswith(str(file))


def test_a_missing_file_and_an_empty_folder_are_said_so(tmp_path: Path) -> None:
    """Nothing to read is an error of usage, with the path."""
    with pytest.raises(UsageError, match="nowhere: no such file"):
        read_fixtures([tmp_path / "nowhere"])
    with pytest.raises(UsageError, match="holds no fixture file"):
        read_fixtures([tmp_path])


def test_a_collection_stands_in_one_file(tmp_path: Path) -> None:
    """Two files with the same collection are refused, both named."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text("devices: []\n", encoding="utf-8")
    with pytest.raises(FixtureError, match=r"b\.yaml: devices stand in .*a\.yaml too"):
        read_fixtures([tmp_path])


def test_a_folder_is_read_file_by_file(tmp_path: Path) -> None:
    """YAML and JSON count, other files do not; users add up, with an id of their own or their name."""
    (tmp_path / "a.yaml").write_text("users: [{name: ann, token: t1}]\n", encoding="utf-8")
    (tmp_path / "b.json").write_text('{"users": [{"name": "bo", "token": "t2", "id": 7}]}', encoding="utf-8")
    (tmp_path / "c.yml").write_text("things: [{id: 1, colour: red}]\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not: [read", encoding="utf-8")
    fixtures = read_fixtures([tmp_path])
    assert fixtures.users == (User("ann", "t1", "ann"), User("bo", "t2", "7"))
    assert fixtures.fields() == {"things": frozenset({"id", "colour"})}
    assert [file.name for file in fixtures.files] == ["a.yaml", "b.json", "c.yml"]


def test_users_that_are_records_may_have_a_token(tmp_path: Path) -> None:
    """Where the contract has a collection of that name: a caller has a name, a token and an id, and nothing else."""
    users = "users:\n- {name: ann, token: t1}\n- {id: 1, token: null, role: a}\n- {id: 2, name: bo}\n"
    (tmp_path / "users.yaml").write_text(users, encoding="utf-8")
    fixtures = read_fixtures([tmp_path], {"users"})
    assert fixtures.users == (User("ann", "t1", "ann"),)
    assert fixtures.records == {"users": [{"id": 1, "token": None, "role": "a"}, {"id": 2, "name": "bo"}]}


def test_date_math_is_read_at_the_clock_of_the_world(ask: Ask) -> None:
    """`now-5m` is five minutes before the world was made, to the millisecond."""
    assert ask.records("devices")["dev-01"]["lastSeen"] == format_instant(START - 5 * 60_000)
    assert ask.records("devices")["dev-01"]["trustExpiresAt"] == format_instant(START + 21 * 86_400_000)


def test_a_world_made_later_has_later_times(ask: Ask, clock: Clock) -> None:
    """Another world's date math is that of its own beginning, at most a minute older."""
    ask("GET", "/devices")
    clock.advance(days=3)
    ask("GET", "/devices", "alice-token~late")
    seen = parse_instant(ask.records("devices", "late")["dev-01"]["lastSeen"])
    assert 0 <= clock() - 5 * 60_000 - seen <= 60_000
    assert parse_instant(ask.records("devices")["dev-01"]["lastSeen"]) == START - 5 * 60_000


def test_a_reset_reads_date_math_anew(ask: Ask, clock: Clock) -> None:
    """After a reset the fixtures are as old as they were at the start."""
    ask("GET", "/devices")
    clock.advance(days=3)
    ask.engine.reset("main")
    assert parse_instant(ask.records("devices")["dev-01"]["lastSeen"]) == clock() - 5 * 60_000


def test_date_math_is_read_only_where_the_contract_says_date_time(tmp_path: Path, build: Build) -> None:
    """A name that looks like date math stays a name."""
    file = _written(tmp_path, _devices({**DEVICE, "deviceName": "now-2h", "os": "now"}))
    record = Ask(build(bundled_settings(fixtures=(file,)))).records("devices")["d1"]
    assert (record["deviceName"], record["os"]) == ("now-2h", "now")
    assert record["lastSeen"] == format_instant(START - 5 * 60_000)


def test_records_keep_the_order_of_the_file(engine: Engine) -> None:
    """Resolving date math moves no record."""
    assert list(Ask(engine).records("devices")) == [f"dev-{number:02}" for number in range(1, 11)]


def test_the_state_shown_is_a_fixture_file(ask: Ask, tmp_path: Path, build: Build) -> None:
    """What a world holds, written down as it is, starts a mock with the same records."""
    ask("POST", "/devices/trust", json={"fingerprint": "fp-alice-ipad"})
    held = {name: list(ask.records(name).values()) for name in ("devices", "sessions")}
    file = tmp_path / "state.json"
    file.write_text(json.dumps(held), encoding="utf-8")
    again = Ask(build(bundled_settings(fixtures=(file,))))
    assert {name: list(again.records(name).values()) for name in ("devices", "sessions")} == held


def test_every_error_of_fixtures_is_one_the_user_can_mend() -> None:
    """They end the command with exit code 2, not with a traceback."""
    assert issubclass(FixtureError, MockError)
    assert FixtureError.exit_code == 2
