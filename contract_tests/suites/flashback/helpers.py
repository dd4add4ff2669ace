"""Shared by the tests of the documented behaviours: choosing records, and checking what changed, ended or stayed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from contract_tests.core.answer import Answer
from contract_tests.suites.flashback.api import Flashback, Record, State, differences, must, not_checked

CLOCKS_APART = timedelta(minutes=2)  # between the hosts that wrote a time and that answered
TICK = 1.1  # seconds: longer than the resolution of the coarsest timestamps
LIST, DETAIL, SESSIONS = "get__devices", "get__devices_-id", "get__sessions"
TRUST, UNTRUST, REMOVE = "post__devices_trust", "post__devices_-id_untrust", "delete__devices_-id"
REVOKE, REVOKE_ALL = "post__sessions_-id_revoke", "post__sessions_revoke-all"
HEARTBEAT = "post__sessions_-id_heartbeat"
BY_ID = ["getDevice", "untrustDevice", "removeDevice", "revokeSession", "heartbeatSession"]


# --- choosing -------------------------------------------------------------------------------


def listed(me: Flashback) -> State:
    """The user's state, when there is a device in it."""
    state = me.state()
    if not state.devices:
        raise not_checked("the user has no device")
    if not state.free_devices:
        raise not_checked("every device of the user is spared")
    return state


def with_sessions(state: State) -> str:
    """The device with the fewest sessions, at least two where there is such a one: all of them must go."""
    held = {device: len(state.sessions_of(device)) for device in state.free_devices if state.sessions_of(device)}
    if not held:
        raise not_checked("no device with an active session is left")
    return min(held, key=lambda device: (held[device] < 2, held[device]))


def a_session(state: State) -> str:
    """A session that lasts, of the device that has most of them."""
    free = state.lasting_sessions
    if not free:
        raise not_checked("the user has no active session that may be touched")
    held = [[session for session in state.sessions_of(device) if session in free] for device in state.devices]
    return max([*held, free[:1]], key=len)[0]


def a_fingerprint(state: State, wanted: Callable[[Record], bool] = lambda _: True) -> tuple[str, str]:
    """A device and its fingerprint; one that `wanted` holds of where there is one."""
    known = [device for device in state.free_devices if state.fingerprint(device)]
    if not known:
        raise not_checked("no device shows its fingerprint")
    chosen = next((device for device in known if wanted(state.devices[device])), known[0])
    return chosen, str(state.fingerprint(chosen))


def a_second_ago(me: Flashback, operation_id: str, name: str) -> Answer:
    """The last heartbeat of a session or trust of a fingerprint in this run, made now where there is none: once its
    timestamps are those of a moment that is over."""
    answer = me.latest.get((operation_id, name))
    if answer is None:
        answer = me.trust(name) if operation_id == "trustDevice" else me.succeed(operation_id, name)
    time.sleep(max(answer.sent.at + answer.seconds + TICK - time.monotonic(), 0))
    return answer


# --- checking -------------------------------------------------------------------------------


def unchanged(what: str, changes: Iterable[str], state: State, *after: Answer) -> None:
    """Fail when something changed that had no reason to, `after` the answers that show what was done."""
    found = list(changes)
    done = f" after {after[0].operation_id}" if after else ""
    must(not found, f"{what} to stay as they were{done}", "; ".join(found[:5]), *after, *state.answers[:1])


@contextmanager
def nothing_changes(refused: str, *users: Flashback) -> Iterator[None]:
    """What GET shows of the users is the same after the requests that were `refused`."""
    before = [user.known_state() for user in users]
    yield
    for user, was in zip(users, before, strict=True):
        now = user.state()
        changes = [
            *differences(was.details, now.details),
            *differences(was.devices, now.devices),
            *differences(was.sessions, now.sessions),
        ]
        got = "; ".join(dict.fromkeys(changes))
        must(not changes, f"a refused request to change nothing ({refused})", got, *now.answers[:1])


def check_ended(before: State, after: State, ended: list[str], what: str, answer: Answer) -> None:
    """The named sessions are gone, all others are as before."""
    left = [session for session in ended if session in after.sessions or after.owner_of(session)]
    got = f"{', '.join(left)} still active"
    must(not left, f"the device's sessions ended by {what}", got, answer, after.answers[-1])
    rest = {s: r for s, r in before.sessions.items() if s not in ended}
    unchanged("the sessions of other devices", differences(rest, after.sessions), after, answer)


def gone(user: Flashback, name: str, *operations: str) -> None:
    """The record is not found any more by these operations."""
    user.ended.add(name)
    user.ended_at = time.monotonic()
    for operation in operations:
        answer = user.call(operation, name)
        must(answer.status == 404, f"404 from {operation} for {name}, which is gone", answer.describe(), answer)


def by_key(items: object, wanted: str) -> Record:
    """The record of that id in a list, or an empty one."""
    records = items if isinstance(items, list) else []
    return next((item for item in records if isinstance(item, dict) and str(item.get("id")) == wanted), {})


def only(records: object, name: str) -> dict[str, Record]:
    """One record, still by its id."""
    return {name: records[name]} if isinstance(records, dict) and name in records else {}


def same(one: datetime, two: datetime) -> bool:
    """Whether two instants are the same to the second."""
    return abs((one - two).total_seconds()) < 1
