"""Recordings: the archive on disk, pseudonyms, and what is made of it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mockserver.cli.record import export
from mockserver.contract.messages.secrets import LISTED
from mockserver.errors import UsageError
from mockserver.exchange.engine import Engine
from mockserver.insight.archive import entries
from mockserver.insight.pseudonyms import Pseudonyms, is_card
from mockserver.insight.recorded import json_path
from mockserver.insight.recording import ARCHIVE, KEY, Recorder
from mockserver.insight.scrubbing import Scrubber
from mockserver.settings import Settings
from tests.support import Ask, bundled_settings

Record = Callable[..., Recorder]
KEYED = Pseudonyms(b"key")


@pytest.fixture
def record(engine: Engine, tmp_path: Path) -> Iterator[Record]:
    """Records what the engine answers into a folder; write with `flush`."""
    started = []

    def recording(most: int = 1_000_000, paths: tuple[str, ...] = ()) -> Recorder:
        recorder = Recorder(tmp_path, "http://127.0.0.1:4010", lambda: LISTED, most, paths)
        engine.journal.listeners.append(recorder)
        started.append(recorder)
        return recorder

    yield recording
    for recorder in started:
        recorder.close()


def archived(folder: Path) -> list[dict[str, Any]]:
    """The entries of the archive, which is whole JSON."""
    found: list[dict[str, Any]] = json.loads((folder / ARCHIVE).read_text())["log"]["entries"]
    return found


def test_the_archive_is_whole_after_each_write(record: Record, ask: Ask, tmp_path: Path) -> None:
    """An archive without entries, and after each write, is JSON that browsers open."""
    recorder = record()
    assert archived(tmp_path) == []
    for count in (1, 2, 3):
        ask("GET", "/devices")
        recorder.flush()
        assert len(archived(tmp_path)) == count == len([*entries(tmp_path / ARCHIVE)])


def test_a_token_is_a_pseudonym_and_each_user_another(record: Record, ask: Ask, tmp_path: Path) -> None:
    """Tokens can be told apart, and stand nowhere; the key of the recording is its owner's alone."""
    recorder = record()
    for token in ("alice-token", "bob-token", "alice-token"):
        ask("GET", "/devices", token)
    recorder.flush()
    sent = [{one["name"]: one["value"] for one in entry["request"]["headers"]} for entry in archived(tmp_path)]
    tokens = [headers["authorization"] for headers in sent]
    assert tokens[0] == tokens[2] != tokens[1]
    assert tokens[0].startswith("Bearer token-")
    assert "alice-token" not in (tmp_path / ARCHIVE).read_text()
    if os.name == "posix":
        assert (tmp_path / KEY).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("lost", [0, 1, 5, 40, 300])
def test_a_recording_is_continued_after_a_crash(record: Record, ask: Ask, tmp_path: Path, lost: int) -> None:
    """What a crash has left of the last entry is dropped; pseudonyms stay the same."""
    first = record()
    ask("GET", "/devices")
    ask("GET", "/devices")
    first.flush()
    whole = (tmp_path / ARCHIVE).read_bytes()
    (tmp_path / ARCHIVE).write_bytes(whole[: len(whole) - lost])
    ask.engine.journal.listeners.remove(first)
    second = record()
    assert second.continued == (2 if lost <= 5 else 1)
    ask("GET", "/devices/dev-01")
    second.flush()
    found = archived(tmp_path)
    assert [entry["request"]["url"].rpartition("/")[2] for entry in found][-1] == "dev-01"
    assert len(found) == second.continued + 1
    assert len({json.dumps(entry["request"]["headers"]) for entry in found}) == 1


def test_a_recording_has_a_bound(record: Record, ask: Ask, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Once the archive has as many bytes as it may, the rest is counted; the archive stays whole."""
    recorder = record(6000)
    for _ in range(9):
        ask("GET", "/devices")
        recorder.flush()
    assert (tmp_path / ARCHIVE).stat().st_size <= 6000
    assert 0 < len(archived(tmp_path)) < 9
    assert recorder.lost == 9 - len(archived(tmp_path))
    assert capsys.readouterr().err.count("--record-size") == 1


def test_another_file_is_left_alone(record: Record, tmp_path: Path) -> None:
    """An archive that something else has written isn't continued."""
    (tmp_path / ARCHIVE).write_text('{"log": {"entries": []}}')
    with pytest.raises(UsageError, match="isn't a recording"):
        record()


def test_what_was_recorded_is_played(
    record: Record, ask: Ask, build: Callable[[Settings], Engine], tmp_path: Path
) -> None:
    """A mock with the recorded fixtures answers as the recorded one did, with relative times, before any change."""
    recorder = record()
    listed = ask("GET", "/devices").json["devices"]
    shown = ask("GET", "/devices/dev-03").json["device"]
    ask("GET", "/devices", "bob-token")
    ask("POST", "/devices/trust", json={"fingerprint": shown["deviceFingerprint"]})
    assert ask("GET", "/devices").json["devices"] != listed
    recorder.flush()
    lines = [*export(ask.engine, tmp_path)]
    assert lines[0] == "5 of 5 requests are for operations of the contract"
    token = next(entry for entry in archived(tmp_path))["request"]["headers"]
    played = Ask(build(bundled_settings(fixtures=(tmp_path,))))
    [bearer] = [one["value"].partition(" ")[2] for one in token if one["name"] == "authorization"]
    again = played("GET", "/devices", bearer).json["devices"]
    towns = [(one.pop("city", None), two.pop("city", None)) for one, two in zip(listed, again, strict=True)]
    assert again == listed
    assert all((one is None) == (two is None) for one, two in towns)
    assert played("GET", "/devices/dev-03", bearer).json["device"]["deviceFingerprint"] == shown["deviceFingerprint"]
    overlay = (tmp_path / "examples/overlay.yaml").read_text()
    assert "target: $['paths']['/devices']['get']['responses']['200']['content']['application/json']\n" in overlay


def test_a_recording_of_another_contract_is_an_error(record: Record, ask: Ask, tmp_path: Path) -> None:
    """Where no request is for an operation of the contract, nothing is written."""
    recorder = record()
    ask("GET", "/nowhere")
    recorder.flush()
    with pytest.raises(UsageError, match="none of 1 requests"):
        list(export(ask.engine, tmp_path))
    with pytest.raises(UsageError, match="no recording there"):
        list(export(ask.engine, tmp_path / "nothing"))


@pytest.mark.parametrize(
    "value",
    [
        {"email": "jane.doe@corp.test", "name": "Jane Doe", "phone": "+41 79 555 12 34"},
        {"note": "write to jane.doe@corp.test or call +41 79 555 12 34"},
        {"firstName": "Jane", "lastName": "Doe"},
        {"card": "4111 1111 1111 1111"},
        {"addressLine1": "1 Main Street", "zip": "8001", "city": "Zürich"},
    ],
)
def test_people_are_made_up(value: dict[str, str]) -> None:
    """Nothing of a person is left, the same becomes the same, and the form stays."""
    made = Scrubber(KEYED).value([value, value])
    assert made[0] == made[1]
    for name, text in value.items():
        assert made[0][name] != text
        assert not {"jane", "doe", "555", "1111", "main", "8001", "zürich"} & set(made[0][name].lower().split())
    assert Scrubber(Pseudonyms(b"other")).value(value) != made[0]


@pytest.mark.parametrize(
    "value",
    [{"name": "Laptop"}, {"id": 4111111111111111}, {"count": "12"}, {"url": "https://x.test/a"}, {"at": "2026-01-15"},
     {"number": "1234567890123"}, {"a": [None, True, 1.5]}],
)  # fmt: skip
def test_other_values_stay(value: Any) -> None:
    """The name of a thing isn't that of a person, and not every number is a card's."""
    assert Scrubber(KEYED).value(value) == value


def test_cards_and_numbers_keep_their_form() -> None:
    """A card passes the check of its digits; a phone keeps its country; digits stay digits."""
    card = KEYED.card("4111-1111-1111-1111")
    assert is_card(card)
    assert [len(part) for part in card.split("-")] == [4, 4, 4, 4]
    assert KEYED.phone("+41 79 555 12 34").startswith("+41 ")
    assert [char.isdigit() for char in KEYED.like("x", "AB-12")] == [False, False, False, True, True]
    assert type(KEYED.like("x", 1200)) is int
    assert len(str(KEYED.like("x", 1200))) == 4


def test_further_members_can_be_made_up() -> None:
    """`--scrub` names members by the end of their path."""
    value = {"customer": {"iban": "CH93", "nick": "jd"}, "nick": "x1", "list": [{"iban": 7}]}
    made = Scrubber(KEYED, ("customer.nick", "iban")).value(value)
    assert made["nick"] == "x1"
    assert made["customer"]["nick"] != "jd"
    assert made["customer"]["iban"] != "CH93"
    assert made["list"][0]["iban"] != 7


def test_paths_and_queries_are_scrubbed_as_they_are_decoded() -> None:
    """An address in a path or a query is replaced, and encoded again."""
    scrub = Scrubber(KEYED)
    made = KEYED.email("jane@corp.test").replace("@", "%40")
    assert scrub.encoded("/users/jane%40corp.test/posts") == f"/users/{made}/posts"
    assert scrub.pairs("q=jane%40corp.test&page=2&flag") == f"q={made}&page=2&flag"


def test_secrets_keep_what_is_around_them() -> None:
    """The scheme of a credential, the names of cookies and their attributes."""
    secrets = LISTED.__class__(instead=KEYED.secret)
    sent = secrets.headers({"cookie": "sid=abc; theme=dark", "authorization": "Bearer dGVzdA=="})
    assert sent["authorization"] == f"Bearer {KEYED.token('dGVzdA==')}"
    assert sent["cookie"] == f"sid={KEYED.token('abc')}; theme={KEYED.token('dark')}"
    said = secrets.headers({"set-cookie": "sid=abc; Path=/; HttpOnly"})
    assert said["set-cookie"] == f"sid={KEYED.token('abc')}; Path=/; HttpOnly"
    assert secrets.value({"accessToken": "abc", "otp": 123456}) == {
        "accessToken": KEYED.token("abc"), "otp": KEYED.like("secret", 123456),
    }  # fmt: skip


def test_a_pointer_as_a_path() -> None:
    """Quotes and slashes in names are written as RFC 9535 has them."""
    assert json_path("/paths/~1it's/get") == "$['paths']['/it\\'s']['get']"
