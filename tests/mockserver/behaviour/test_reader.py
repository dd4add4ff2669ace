"""Behaviours are read whole or refused: a wrong name, verb or value is reported with its line and the nearest name."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver.behaviour.names import check_names
from mockserver.behaviour.reader import read_behaviours
from mockserver.behaviour.reading import split_path
from mockserver.clock import parse_period
from mockserver.contract.contract import Contract
from mockserver.contract.operations.operation import ABSENT
from mockserver.errors import BehaviourError, UsageError
from mockserver.settings import bundled
from tests.conftest import Build
from tests.support import Ask, bundled_settings

GOOD = bundled("spec/behaviours.yaml").read_text(encoding="utf-8")
FIND_DEVICE = "find: {devices: {id: $path.id}}"
TRUST_SET = "set: {isTrusted: true, trustLevel: HIGH, trustExpiresAt: $now + trust}"
BEAT_SET = "set: {lastActivity: $now, expiresAt: $now + session}"

WRONG = [
    # the text of the file, its replacement, the message, and the text of the reported line
    ("operations:", "operation:", "unknown name 'operation'.*did you mean 'operations'", "operation:"),
    ("  trustDevice:", "  trustDevise:", "unknown name 'trustDevise'.*did you mean 'trustDevice'", "trustDevise"),
    ("  trustDevice:", "  trust~Device:", "unknown name 'trust~Device'", "trust~Device"),
    (TRUST_SET, "sett: {isTrusted: true}", "unknown name 'sett'.*did you mean 'set'", "sett:"),
    (TRUST_SET, "when: {isTrusted: true}", "unknown name 'when'.*known: ", "when:"),
    ("    owner: userId  ", "    ownr: userId  ", "unknown name 'ownr'.*did you mean 'owner'", "ownr:"),
    (TRUST_SET, "set: {isTrustd: true}", "devices have no field 'isTrustd'.*did you mean 'isTrusted'", "trustDevice:"),
    (
        FIND_DEVICE,
        "find: {device: {id: $path.id}}",
        "unknown collection 'device'.*did you mean 'devices'",
        "getDevice:",
    ),
    (FIND_DEVICE, "find: {devices: {ide: $path.id}}", "devices have no field 'ide'.*did you mean 'id'", "getDevice:"),
    (FIND_DEVICE, "find: {devices: {id: $path.idd}}", "path has no 'idd'.*did you mean 'id'", "getDevice:"),
    (FIND_DEVICE, "find: {devices: {id: $query.id}}", "query has no 'id'", "getDevice:"),
    ("$body.fingerprint", "$body.fingerprnt", "body has no 'fingerprnt'.*did you mean 'fingerprint'", "trustDevice:"),
    (
        "$record.trustExpiresAt",
        "$record.trustExpires",
        "record has no 'trustExpires'.*'trustExpiresAt'",
        "trustDevice:",
    ),
    (BEAT_SET, "set: {lastActivity: $caller.nme}", "caller has no 'nme'.*did you mean 'name'", "heartbeatSession:"),
    ("$now + trust", "$now + trsut", "unknown period 'trsut'.*did you mean 'trust'", "trustDevice:"),
    ("reply: {newExpiry:", "reply: {newExpire:", "response has no field 'newExpire'.*'newExpiry'", "heartbeatSession:"),
    ("device.sessions:", "device.session:", "response has no field 'session'.*did you mean 'sessions'", "getDevice:"),
    (
        "remove: {sessions: {}}",
        "remove: {session: {}}",
        "unknown collection 'session'.*'sessions'",
        "revokeAllSessions:",
    ),
    ("list: {sessions: {}}", "list: {sesions: {}}", "unknown collection 'sesions'.*'sessions'", "listSessions:"),
    (
        "    expires: expiresAt  ",
        "    expires: expireAt  ",
        "sessions have no field 'expireAt'.*'expiresAt'",
        "expireAt",
    ),
    ("    owner: userId  ", "    owner: usrId  ", "devices have no field 'usrId'.*did you mean 'userId'", "usrId"),
    ("    key: id\n", "    key: ide\n", "devices have no field 'ide'.*did you mean 'id'", "ide"),
    (
        "lapses: {trustExpiresAt:",
        "lapses: {trustExpires:",
        "no field 'trustExpires'.*'trustExpiresAt'",
        "trustExpires:",
    ),
    (
        ": {isTrusted: false, trustLevel: UNKNOWN}}",
        ": {isTrust: false}}",
        "no field 'isTrust'.*'isTrusted'",
        "isTrust:",
    ),
    ("periods: {trust: P30D", "periods: {trust: P1M", "'P1M' isn't an ISO 8601 duration", "P1M"),
    ("periods: {trust: P30D", "periods: {trust: 30", "'30' isn't an ISO 8601 duration", "30"),
    (BEAT_SET, "set: {lastActivity: $then}", r"'\$then' isn't an expression; expressions start with \$path", "$then"),
    (BEAT_SET, "set: {lastActivity: $now * 2}", r"'\$now \* 2' isn't an expression", "$now * 2"),
    (BEAT_SET, "set: {lastActivity: $record.id + session}", "only .now takes a period", "$record.id + session"),
    (FIND_DEVICE, "find: {devices: {id: $path}}", r"write \$path.NAME", "$path}"),
    (FIND_DEVICE, "find: {devices: {}, sessions: {}}", "names 2 collections where one is expected", "sessions: {}"),
    (FIND_DEVICE, "find: devices", "find must be a mapping of names", "find: devices"),
    (FIND_DEVICE, "set: {isTrusted: true}", "there is no `find`", "set:"),
    ("reply: {newExpiry: $record.expiresAt}", "call: os.path:join", "can't be combined with them", "call:"),
]


def _line_with(text: str, place: str) -> str:
    """The line of the text that a place such as `file:7` names."""
    return text.splitlines()[int(place.rpartition(":")[2]) - 1]


@pytest.mark.parametrize(("right", "wrong", "expected", "line"), WRONG)
def test_what_does_not_exist_is_refused_at_its_line(
    right: str, wrong: str, expected: str, line: str, tmp_path: Path, build: Build
) -> None:
    """The error names file and line, the problem and the nearest name that exists; the exit code is 2."""
    assert right in GOOD
    file = tmp_path / "behaviours.yaml"
    text = GOOD.replace(right, wrong, 1)
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BehaviourError, match=expected) as caught:
        build(bundled_settings(behaviours=file))
    assert caught.value.exit_code == 2
    assert caught.value.place.startswith(f"{file}:")
    assert line in _line_with(text, caught.value.place)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("nowhere.at_all:run", "cannot load 'nowhere.at_all:run': No module named 'nowhere'"),
        ("os.path", "cannot load 'os.path'.*write package.module:function"),
        ("os.path:nothing", "has no attribute 'nothing'"),
        ("os:sep", "'os:sep' isn't a function"),
        ("..os:path", "cannot load '..os:path'"),
        ("broken_behaviour:run", "cannot load 'broken_behaviour:run': invalid syntax"),
        ("failing_behaviour:run", "cannot load 'failing_behaviour:run': division by zero"),
    ],
)
def test_a_function_that_cannot_be_called_is_refused(
    call: str, expected: str, tmp_path: Path, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any problem with the module that `call` names is reported at the line of the behaviours."""
    (tmp_path / "broken_behaviour.py").write_text("def run(:\n", encoding="utf-8")
    (tmp_path / "failing_behaviour.py").write_text("1 / 0\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    file = tmp_path / "behaviours.yaml"
    file.write_text(f"operations:\n  listDevices:\n    call: '{call}'\n", encoding="utf-8")
    with pytest.raises(BehaviourError, match=expected) as caught:
        build(bundled_settings(behaviours=file, fixtures=()))
    assert caught.value.place == f"{file}:3"


def _read(contract: Contract, data: Any, **more: Any) -> Any:
    return read_behaviours(data, contract, locate=str, **more)


@pytest.mark.parametrize(
    ("data", "place", "expected"),
    [
        ([], "", ""),
        (["operations"], "", "the file must be a mapping"),
        ({"operations": []}, "", ""),
        ({"operations": ["trustDevice"]}, "/operations", "operations must be a mapping"),
        ({"operations": {"trustDevice": "find"}}, "/operations/trustDevice", "trustDevice must be a mapping"),
        ({"collections": {"devices": "id"}}, "/collections/devices", "devices must be a mapping"),
        (
            {"collections": {"a/b": {}}, "operations": {"listDevices": {"list": {"a/b": {}}, "page": {"first": "x"}}}},
            "/operations/listDevices/page/first",
            "'x' isn't a page number",
        ),
    ],
)
def test_what_is_no_mapping_is_refused(bundled_contract: Contract, data: Any, place: str, expected: str) -> None:
    """An empty value stands for an empty mapping; any other type is reported with its pointer."""
    if not expected:
        assert _read(bundled_contract, data).operations == {}
        return
    with pytest.raises(BehaviourError, match=expected) as caught:
        _read(bundled_contract, data)
    assert caught.value.place == place


def test_periods_given_on_the_command_line_win(bundled_contract: Contract) -> None:
    """They override the file's, and a name that the file does not know is refused."""
    data = {"periods": {"trust": "P30D", "session": "PT24H"}}
    behaviours = _read(bundled_contract, data, periods={"trust": "P7D"})
    assert behaviours.periods == {"trust": parse_period("P7D"), "session": parse_period("PT24H")}
    with pytest.raises(UsageError, match=r"trst.*did you mean 'trust'"):
        _read(bundled_contract, data, periods={"trst": "P7D"})
    with pytest.raises(UsageError, match="'7d' isn't an ISO 8601 duration"):
        _read(bundled_contract, data, periods={"trust": "7d"})


def test_fields_that_queries_look_at_are_indexed(bundled_contract: Contract) -> None:
    """The owner and every field of a find, list or remove; a dotted field is scanned."""
    data = {
        "collections": {"devices": {"owner": "userId"}},
        "operations": {
            "getDevice": {"find": {"devices": {"id": "$path.id"}}},
            "listDevices": {"list": {"devices": {"os": "Linux", "more.deep": "x"}}},
            "untrustDevice": {"remove": {"devices": {"city": "Bern"}}},
        },
    }
    rules = _read(bundled_contract, data).collections["devices"]
    assert rules.indexed == {"userId", "id", "os", "city"}
    assert (rules.key, rules.owner, rules.expires) == ("id", "userId", None)


def test_absent_in_lapses_takes_a_field_away(bundled_contract: Contract) -> None:
    """`$absent` is no text there."""
    data = {"collections": {"devices": {"lapses": {"until": {"on": False, "note": "$absent"}}}}}
    [(field, values)] = _read(bundled_contract, data).collections["devices"].lapses
    assert (field, values["on"], values["note"] is ABSENT) == ("until", False, True)


@pytest.mark.parametrize(
    ("path", "names"),
    [("a", ("a",)), ("a.b.c", ("a", "b", "c")), (r"@odata\.count", ("@odata.count",)), (r"a\.b.c", ("a.b", "c"))],
)
def test_a_dotted_path_is_split_at_its_dots(path: str, names: tuple[str, ...]) -> None:
    """A dot that belongs to a name is written with a backslash."""
    assert split_path(path) == names


def test_the_bundled_behaviours_cover_every_operation(bundled_contract: Contract, build: Build) -> None:
    """Each operation of the bundled contract has a behaviour that says what it rests on."""
    behaviours = build(bundled_settings()).behaviours
    assert set(behaviours.operations) == set(bundled_contract.operations)
    assert all(behaviour.because for behaviour in behaviours.operations.values())


def test_assumptions_that_behaviours_name_are_listed() -> None:
    """Every number under `assumed` stands in the table of assumptions."""
    listed = (bundled("spec/openapi.yaml").parent / "README.md").read_text(encoding="utf-8")
    named = {number for line in re.findall(r"assumed: \[(.*?)\]", GOOD) for number in line.split(", ")}
    assert named
    assert not [number for number in named if f"| {number} |" not in listed]


def test_fixtures_may_leave_collections_out(mock_of: Callable[..., Ask], bundled_contract: Contract) -> None:
    """Without records nobody knows the private fields, so behaviours may name them; the mock starts and answers."""
    behaviours = {
        "collections": {"sessions": {"owner": "userId"}},
        "operations": {"listSessions": {"list": {"sessions": {"deviceId": "x"}}, "reply": {"sessions": "$records"}}},
    }
    users = {"users": [{"name": "ann", "token": "t"}]}
    answer = mock_of(bundled_contract.document.root, behaviours, users)("GET", "/sessions", "t")
    assert (answer.status, answer.json["sessions"]) == (200, [])


def test_a_function_is_found_beside_the_behaviours(tmp_path: Path, build: Build) -> None:
    """In a module that may import others beside it; neither the search path nor another mock's module changes."""
    answers = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / f"texts_{name}.py").write_text(f"TEXT = {name!r}\n", encoding="utf-8")
        (folder / "hooks.py").write_text(
            f"from texts_{name} import TEXT\n\n\ndef run(world, scope):\n    return world, {{'x': TEXT}}\n",
            encoding="utf-8",
        )
        file = folder / "behaviours.yaml"
        file.write_text("operations:\n  listDevices:\n    call: hooks:run\n", encoding="utf-8")
        before = list(sys.path)
        engine = build(bundled_settings(behaviours=file, fixtures=()))
        assert sys.path == before
        call = engine.behaviours.operations["listDevices"].call
        assert call is not None
        answers.append((call.name, call.function(None, None)[1]["x"]))
    assert answers == [("hooks:run", "one"), ("hooks:run", "two")]
    assert "hooks" not in sys.modules


def test_a_wrong_number_of_a_page_comes_with_its_fix(bundled_contract: Contract) -> None:
    """The first page has few numbers; a size may be any."""
    for name, problem in (("first", "a page number (the first page is 0 or 1)"), ("size", "a number of records")):
        with pytest.raises(BehaviourError) as caught:
            _read(bundled_contract, {"operations": {"listDevices": {"list": {"devices": {}}, "page": {name: "x"}}}})
        assert str(caught.value).endswith(f"'x' isn't {problem}")


@pytest.mark.parametrize(
    ("rules", "place"),
    [
        *(({word: "nowhere"}, f"/collections/devices/{word}") for word in ("key", "owner")),
        *(({word: ["nowhere"]}, f"/collections/devices/{word}") for word in ("within", "aliases")),
        ({"lapses": {"nowhere": {"isTrusted": False}}}, "/collections/devices/lapses/nowhere"),
        ({"lapses": {"trustExpiresAt": {"nowhere": False}}}, "/collections/devices/lapses/trustExpiresAt"),
    ],
)
def test_a_rule_that_names_no_field_is_placed(bundled_contract: Contract, rules: Any, place: str) -> None:
    """By its word."""
    shown = {"listDevices": {"list": {"devices": {}}, "reply": {"devices": "$records"}}}
    data = {"collections": {"devices": {"key": "id", **rules}}, "operations": shown}
    behaviours = _read(bundled_contract, data)
    with pytest.raises(BehaviourError, match="have no field 'nowhere'") as caught:
        check_names(behaviours, bundled_contract, {"devices": frozenset({"userId"})}, str)
    assert caught.value.place == place
