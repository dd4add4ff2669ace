"""Sessions: what a heartbeat prolongs, and what revoking one or all of them ends."""

from __future__ import annotations

from datetime import datetime

import pytest

from contract_tests.core.answer import Answer
from contract_tests.core.promises import promise
from contract_tests.run.run import Run
from contract_tests.suites.flashback.api import Flashback, Record, State, by_id, differences, moment, must, not_checked
from contract_tests.suites.flashback.helpers import (
    HEARTBEAT,
    REVOKE,
    REVOKE_ALL,
    a_second_ago,
    a_session,
    by_key,
    gone,
    same,
    unchanged,
)

SECONDS_FRESH = 60  # what counts as about now


@pytest.mark.usefixtures("writable")
@promise(
    "A heartbeat prolongs the session: newExpiry lies ahead, is not earlier than before, and GET shows it",
    page=HEARTBEAT,
    stage=20,
    about="heartbeatSession",
)
def test_heartbeat_prolongs(run: Run, me: Flashback) -> None:
    """GET shows the answered end as the session's end, in both forms."""
    before = me.state()
    untouched = dict(before.sessions)
    for session in before.lasting_sessions[:3] or [a_session(before)]:
        old = moment(before.sessions[session].get("expiresAt"), "expiresAt", *before.answers[-1:])
        answer = me.succeed("heartbeatSession", session)
        new = moment(answer.get("newExpiry"), "newExpiry", answer)
        must(new > run.now(), "newExpiry ahead of now", new, answer)
        must(new >= old, f"newExpiry not before the old end {old}", new, answer)
        shown = me.succeed("listSessions")
        flat = by_id(shown, "sessions").get(session, {})
        check_end(flat, new, f"{session} in GET /sessions", answer, shown)
        untouched.pop(session, None)
        flats = {s: r for s, r in by_id(shown, "sessions").items() if s in untouched}
        unchanged("the sessions without a heartbeat", differences(untouched, flats), before, answer)
        device = before.owner_of(session)
        if device:
            detail = me.succeed("getDevice", device)
            nested = by_key(detail.get("device", "sessions", default=[]), session)
            where = f"{session} in GET /devices/{device}"
            check_end(nested, new, where, answer, detail)
            check_fresh(run, nested, where, answer, detail)


def check_end(shown: Record, new: datetime, where: str, answer: Answer, reading: Answer) -> None:
    """The session shows the end that the heartbeat answered."""
    end = moment(shown.get("expiresAt"), f"expiresAt of {where}", answer, reading)
    must(same(end, new), f"expiresAt of {where} to be newExpiry {new}", end, answer, reading)


def check_fresh(run: Run, shown: Record, where: str, answer: Answer, reading: Answer) -> None:
    """The session shows that it was active just now."""
    last = moment(shown.get("lastActivity"), f"lastActivity of {where}", reading)
    is_fresh = abs((run.now() - last).total_seconds()) < SECONDS_FRESH
    must(is_fresh, f"lastActivity of about now for {where}", last, answer, reading)


@pytest.mark.usefixtures("writable")
@promise(
    "Each further heartbeat moves the end of the session forward", page=HEARTBEAT, stage=30, about="heartbeatSession"
)
def test_heartbeat_moves_forward(me: Flashback) -> None:
    """A heartbeat a second later answers a later end."""
    session = a_session(me.state())
    first = a_second_ago(me, "heartbeatSession", session)
    second = me.succeed("heartbeatSession", session)
    ends = [moment(answer.get("newExpiry"), "newExpiry", answer) for answer in (first, second)]
    must(ends[1] > ends[0], f"an end later than {ends[0]}", ends[1], first, second)


@pytest.mark.usefixtures("writable")
@promise(
    "A heartbeat brings the session's last activity up to date", page=HEARTBEAT, stage=20, about="heartbeatSession"
)
def test_heartbeat_updates_last_activity(run: Run, me: Flashback) -> None:
    """lastActivity is about now afterwards, and nothing else of the session but its end has changed."""
    before = me.state()
    a_session(before)
    session = min(before.lasting_sessions, key=lambda name: str(before.sessions[name].get("lastActivity")))
    answer = me.succeed("heartbeatSession", session)
    shown = me.succeed("listSessions")
    check_fresh(run, by_id(shown, "sessions").get(session, {}), f"{session} in GET /sessions", answer, shown)
    after = me.state()
    unchanged(
        "the session's other fields, and all other sessions",
        differences(before.sessions, after.sessions, "expiresAt"),
        after,
        answer,
    )
    was, now = ({s: r for s, r in state.sessions.items() if s != session} for state in (before, after))
    unchanged("all other sessions", differences(was, now), after, answer)
    unchanged("the devices", differences(before.devices, after.devices), after, answer)


# --- revoking one ---------------------------------------------------------------------------


@pytest.mark.usefixtures("writable")
@promise("A revoked session ends at once and leaves every list", page=REVOKE, stage=40, about="revokeSession")
def test_revoke_ends_the_session(me: Flashback) -> None:
    """It is gone from GET /sessions and from its device; all others stay; it is not found any more."""
    before = me.state()
    session = a_session(before)
    answer = me.succeed("revokeSession", session)
    after = me.state()
    must(session not in after.sessions, f"{session} gone from GET /sessions", "still listed", answer, after.answers[-1])
    holder = after.owner_of(session)
    must(holder is None, f"{session} gone from its device", f"still in {holder}", answer, *after.answers)
    rest = {s: r for s, r in before.sessions.items() if s != session}
    unchanged("the other sessions", differences(rest, after.sessions), after, answer)
    unchanged("the devices", differences(before.devices, after.devices), after, answer)
    gone(me, session, "revokeSession", "heartbeatSession")


# --- revoking all ---------------------------------------------------------------------------


@pytest.mark.usefixtures("writable")
@promise(
    "Revoking all ends every active session of the user on every device, and no other user's",
    page=REVOKE_ALL,
    stage=96,
    about="revokeAllSessions",
)
@pytest.mark.parametrize("which", ["user", "other user"])
def test_revoke_all_ends_every_session(run: Run, me: Flashback, which: str) -> None:
    """No session is left in list or details; the devices stay; the other user's sessions stay."""
    users = [me, *([Flashback(me.target, run.other_token)] if run.other_token else [])]
    if which == "other user" and len(users) < 2:
        raise not_checked("no second user was given; --other-token T adds one")
    user, rest = (users[0], users[1:]) if which == "user" else (users[1], users[:1])
    rest = [someone for someone in rest if someone.call("listSessions").status not in {401, 403}]
    before, foreign = user.state(), [someone.state() for someone in rest]
    answer = user.succeed("revokeAllSessions")
    shown = user.call("listSessions")
    if shown.status in {401, 403}:
        run.ledger.note(f"the caller's own token died with revoke-all (A-12): {shown.describe()}")
    else:
        check_none_left(user, before, answer)
    for someone, was in zip(rest, foreign, strict=True):
        if someone.call("listSessions").status not in {401, 403}:
            unchanged("another user's sessions", differences(was.sessions, someone.state().sessions), was, answer)
    if not before.sessions:
        raise not_checked("the user had no active session that could have been revoked")


def check_none_left(user: Flashback, before: State, answer: Answer) -> None:
    """Neither list nor details show a session; devices are as before; a second call succeeds."""
    after = user.state()
    must(not after.sessions, "no session left in GET /sessions", ", ".join(after.sessions), answer, after.answers[-1])
    for device in after.details:
        left = after.sessions_of(device)
        must(not left, f"no session left in GET /devices/{device}", ", ".join(left), answer, *after.answers[1:-1])
    unchanged("the devices", differences(before.devices, after.devices), after, answer)
    user.succeed("revokeAllSessions")
    for session in before.sessions:
        gone(user, session, "heartbeatSession")
