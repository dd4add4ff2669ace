"""The device and session API as its documentation describes it; written from the docs, not from the contract file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from contract_tests.core.answer import Answer
from contract_tests.core.checks import Breach
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.target import NOTHING, Target
from contract_tests.core.words import ABSENT, in_json

OPERATIONS: Final = (
    "listDevices", "getDevice", "trustDevice", "untrustDevice", "removeDevice",
    "listSessions", "revokeSession", "revokeAllSessions", "heartbeatSession",
)  # fmt: skip
MESSAGES: Final = {
    "trustDevice": "Device trusted successfully",
    "untrustDevice": "Device untrusted successfully",
    "removeDevice": "Device removed successfully",
    "revokeSession": "Session revoked successfully",
    "revokeAllSessions": "All sessions revoked successfully",
    "heartbeatSession": "Session updated successfully",
}
NOT_FOUND: Final = {
    "getDevice": "Device not found",
    "trustDevice": "Device not found",
    "untrustDevice": "Device not found",
    "removeDevice": "Device not found",
    "revokeSession": "Session not found",
    "heartbeatSession": "Session not found or expired",
}
SUBJECTS: Final[Mapping[str, frozenset[str]]] = {  # what an assumption is about: fields, or what stands here as a word
    "A-01": frozenset(),
    "A-02": frozenset(),
    "A-03": frozenset({"status"}),
    "A-04": frozenset({"status"}),
    "A-05": frozenset({"status"}),
    "A-06": frozenset({"status"}),
    "A-07": frozenset(),
    "A-08": frozenset({"trustExpiresAt"}),
    "A-09": frozenset({"trustLevel", "trustExpiresAt"}),
    "A-10": frozenset({"expiresAt", "newExpiry"}),
    "A-11": frozenset({"list"}),
    "A-12": frozenset({"token"}),
    "A-13": frozenset(),
    "A-14": frozenset({"afterwards"}),
    "A-15": frozenset(),
    "A-16": frozenset({"isTrusted", "trustLevel"}),
}
MOVING: Final = frozenset({"lastSeen", "lastActivity"})  # a mere read may bring these up to date
MOST_DETAILS: Final = 40  # devices whose details are read each time; of a longer list, both ends
ENDING: Final = timedelta(seconds=30)  # a session with less time left may end by itself between two readings
Record = dict[str, Any]


@dataclass(frozen=True)
class State:
    """What GET shows of a user's records, by id; `answers` are the reads that showed it."""

    devices: Mapping[str, Record]
    details: Mapping[str, Record]
    sessions: Mapping[str, Record]
    answers: tuple[Answer, ...] = field(default=(), compare=False)
    spared: frozenset[str] = field(default=frozenset(), compare=False)  #: names that no write may touch

    @property
    def free_devices(self) -> list[str]:
        """Ids of the devices whose details are known and that writes may touch."""
        return [device for device in self.details if device not in self.spared]

    @property
    def free_sessions(self) -> list[str]:
        """Ids of the sessions that writes may touch."""
        return [session for session in self.sessions if session not in self.spared]

    @property
    def lasting_sessions(self) -> list[str]:
        """Ids of the sessions that writes may touch and that do not end by themselves meanwhile."""
        return [session for session in self.free_sessions if not is_ending(self.sessions[session])]

    def sessions_of(self, device_id: str) -> list[str]:
        """Ids of the sessions that the details of a device show."""
        nested = self.details.get(device_id, {}).get("sessions") or []
        return [str(session["id"]) for session in nested if isinstance(session, dict) and "id" in session]

    def owner_of(self, session_id: str) -> str | None:
        """The device whose details show the session."""
        return next((device for device in self.details if session_id in self.sessions_of(device)), None)

    def fingerprint(self, device_id: str) -> str | None:
        """The fingerprint that the details of a device show."""
        value = self.details.get(device_id, {}).get("deviceFingerprint")
        return value if isinstance(value, str) and value else None


class Flashback:
    """The nine operations as one user."""

    def __init__(self, target: Target, token: str | None) -> None:
        self.target, self.token = target, token
        self.ended: set[str] = set()  #: ids that were seen to be gone
        self.ended_at = 0.0  #: when the last of them was (monotonic)
        self.latest: dict[tuple[str, ...], Answer] = {}  #: changes, by operation and the names that it was given
        self._sample: frozenset[str] | None = None
        self._known: tuple[int, State] | None = None
        self._unreadable = ""

    def call(self, operation_id: str, *values: str, body: Any = NOTHING) -> Answer:
        """Call an operation as this user."""
        return self.target.call(operation_id, *values, body=body, token=self.token)

    def succeed(self, operation_id: str, *values: str, body: Any = NOTHING) -> Answer:
        """Call an operation that must answer 200."""
        answer = self.call(operation_id, *values, body=body)
        if answer.status != 200:
            which = f" for {', '.join(values)}" if values else ""
            raise Broken(f"200 from {operation_id}{which}", answer.describe(), answer)
        if not isinstance(answer.json, dict):
            raise Broken(f"a JSON object from {operation_id}", answer.describe(), answer)
        if operation_id in MESSAGES:
            names = values or tuple(map(str, body.values() if isinstance(body, dict) else ()))
            self.latest[operation_id, *names] = answer
        return answer

    def devices(self) -> dict[str, Record]:
        """`GET /devices` by id."""
        return by_id(self.succeed("listDevices"), "devices")

    def sessions(self) -> dict[str, Record]:
        """`GET /sessions` by id."""
        return by_id(self.succeed("listSessions"), "sessions")

    def device(self, device_id: str) -> Record:
        """`GET /devices/{id}`."""
        answer = self.succeed("getDevice", device_id)
        return record_in(answer, "device")

    def trust(self, fingerprint: str) -> Answer:
        """`POST /devices/trust`, which must succeed."""
        return self.succeed("trustDevice", body={"fingerprint": fingerprint})

    def state(self, *, whole: bool = False) -> State:
        """What GET shows of this user, of a long list the same sample each time unless `whole`.

        When the first reading fails, later ones are not tried.
        """
        if self._unreadable:
            raise NotChecked(self._unreadable)
        try:
            return self._read_state(whole)
        except (Broken, NotChecked) as error:
            if self._known is None:
                self._unreadable = f"the user's records cannot be read: {error}"
            raise

    def _read_state(self, whole: bool) -> State:
        listed = self.succeed("listDevices")
        devices = by_id(listed, "devices")
        if self._sample is None:
            half, names = MOST_DETAILS // 2, list(devices)
            self._sample = frozenset([*names[:half], *names[-half:]])
        shown = {name: self.succeed("getDevice", name) for name in devices if whole or name in self._sample}
        details = {device_id: record_in(answer, "device") for device_id, answer in shown.items()}
        sessions = self.succeed("listSessions")
        answers, spared = (listed, *shown.values(), sessions), frozenset(self.target.gate.rules.protected)
        state = State(devices, details, by_id(sessions, "sessions"), answers, spared)
        if not whole:
            self._known = (self.target.gate.tally.accepted_writes, state)
        return state

    def known_state(self) -> State:
        """The state last read, when no write was accepted since; else read anew."""
        if self._known and self._known[0] == self.target.gate.tally.accepted_writes:
            return self._known[1]
        return self.state()


def by_id(answer: Answer, name: str) -> dict[str, Record]:
    """The list under `name` as a mapping by id; without such a list nothing can be checked (others report that)."""
    items = answer.get(name)
    if not isinstance(items, list):
        raise NotChecked(f"the answer of {answer.operation_id} cannot be read: it has no list {name!r}")
    return {str(item["id"]): item for item in items if isinstance(item, dict) and "id" in item}


def record_in(answer: Answer, name: str) -> Record:
    """The object under `name`; without one nothing can be checked (others report that)."""
    record = answer.get(name)
    if not isinstance(record, dict):
        raise NotChecked(f"the answer of {answer.operation_id} cannot be read: it has no object {name!r}")
    return record


def moment(value: Any, what: str, *answers: Answer) -> datetime:
    """A date-time as an instant; one without offset counts as UTC here (the schema check reports it)."""
    try:
        read = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise Broken(f"a date-time as {what}", in_json(value), *answers) from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def is_ending(record: Record, within: timedelta = ENDING) -> bool:
    """Whether the record shows an end that has passed, or soon will."""
    try:
        return moment(record.get("expiresAt"), "expiresAt") <= datetime.now(UTC) + within
    except Broken:
        return False


def steady(record: Record, *without: str) -> Record:
    """A record without the fields that may move by themselves, without those named, and without what has ended."""
    return {key: [steady(item) if isinstance(item, dict) else item for item in value if not has_ended(item)]
            if isinstance(value, list) else value
            for key, value in record.items() if key not in {*MOVING, *without}}  # fmt: skip


def has_ended(item: Any) -> bool:
    """Whether it is a session that has ended by itself."""
    return isinstance(item, dict) and is_ending(item, timedelta(seconds=2))


def differences(before: Mapping[str, Record], after: Mapping[str, Record], *without: str) -> Iterator[str]:
    """What changed between two readings, in words."""
    for name in sorted(before.keys() - after.keys()):
        if not has_ended(before[name]):
            yield f"{name} is gone"
    for name in sorted(after.keys() - before.keys()):
        yield f"{name} is new"
    for name in sorted(before.keys() & after.keys()):
        old, new = steady(before[name], *without), steady(after[name], *without)
        for key in sorted(old.keys() | new.keys()):
            if not alike(old.get(key), new.get(key)):
                yield f"{key} of {name}: {in_json(old.get(key, ABSENT))} became {in_json(new.get(key, ABSENT))}"


def alike(one: Any, two: Any) -> bool:
    """Whether two values are the same, date-times to the second whatever their form."""
    if one == two or not (isinstance(one, str) and isinstance(two, str)):
        return bool(one == two)
    try:
        first, second = moment(one, ""), moment(two, "")
    except Broken:
        return False
    return abs((first - second).total_seconds()) < 1


def must(condition: object, expected: str, got: object, *answers: Answer, assumed: str = "") -> None:
    """Raise `Broken` unless `condition` holds."""
    if not condition:
        shown = (
            "field missing or null"
            if got is None
            else in_json(got)
            if isinstance(got, bool | list | dict)
            else str(got)
        )
        raise Broken(expected, shown, *answers, assumed=assumed)


def not_checked(reason: str) -> NotChecked:
    """To be raised when there is too little data to check a promise."""
    return NotChecked(reason)


def envelope_breaches(answer: Answer) -> Iterator[Breach]:
    """Breaches of what the docs say of every answer: the flag `success` and the documented texts."""
    name = answer.operation_id
    if name not in OPERATIONS or not isinstance(answer.json, dict) or answer.sent.method in {"HEAD", "OPTIONS"}:
        return
    wanted = answer.ok
    if "success" in answer.json and answer.json["success"] is not wanted and answer.status != 405:
        flag = "true" if wanted else "false"
        yield Breach(
            name, f"envelope {answer.status} success", f"success: {flag} in a {answer.status}", answer.describe()
        )
    text, known = ("message", MESSAGES) if answer.status == 200 else ("error", NOT_FOUND)
    if name in known and answer.status in {200, 404} and answer.get(text) != known[name]:
        kind, expected = f"envelope {answer.status} {text}", f"{text} {known[name]!r} in a {answer.status}"
        assumed = ("A-07",) if name == "untrustDevice" else ()
        is_note = is_worded_freely(name, answer.status, answer.get(text))
        yield Breach(name, kind, expected, in_json(answer.get(text, default=ABSENT)), assumed, is_note=is_note)


def is_worded_freely(name: str, status: int, text: Any) -> bool:
    """Whether a text says the documented thing with more words, or stands where no words are documented."""
    known = MESSAGES if status == 200 else NOT_FOUND
    if not isinstance(text, str) or text in known.values():  # another operation's words are wrong here
        return False
    is_open = name == "untrustDevice" and status == 200  # no page gives its words
    more = r"(\s*[.:;,!(-].*)?"  # a full stop, or details behind a mark
    return is_open or bool(re.fullmatch(re.escape(known[name]) + more, text, re.IGNORECASE | re.DOTALL))
