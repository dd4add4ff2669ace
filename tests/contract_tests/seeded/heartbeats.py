"""Defects of what a heartbeat does, and of sessions that have expired."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

from tests.contract_tests.reference import Refusal, Service
from tests.contract_tests.seeding import defect


@defect("newExpiry", "expiresAt")
class HeartbeatNotPersisted(Service):
    def heartbeat(self, user, body, name):
        session = self.session(user, name, "Session not found or expired")
        kept = dict(session)
        answer = super().heartbeat(user, body, name)
        session.update(kept)
        return answer


@defect("newExpiry", "later than")
class HeartbeatKeepsExpiry(Service):
    def session_end(self, session):
        return session["expiresAt"]


@defect("lastActivity")
class HeartbeatKeepsLastActivity(Service):
    def heartbeat(self, user, body, name):
        session = self.session(user, name, "Session not found or expired")
        kept = session["lastActivity"]
        answer = super().heartbeat(user, body, name)
        session["lastActivity"] = kept
        return answer


@defect("expired")
class ExpiredSessionsListed(Service):
    def is_active(self, session):
        return True


@defect("which no list shows")
class ExpiredSessionsExtended(Service):
    def make_id(self, kind, user, number):
        self.made = getattr(self, "made", 0) + 1
        return f"{kind}-{self.made}"

    def session(self, user, name, text="Session not found"):
        for session in self.sessions:
            if session["id"] == name and session["user"] == user:
                return session
        raise Refusal(404, text)


@defect("refused request to change nothing")
class RefusedHeartbeatTouchesOthers(Service):
    def heartbeat(self, user, body, name):
        for session in self.sessions_of(user)[:1]:
            session["expiresAt"] += timedelta(hours=1)
        return super().heartbeat(user, body, name)


@defect("not before the old end", "later than")
class HeartbeatShortens(Service):
    session_hours = 1 / 60


@defect("without a heartbeat", "other sessions")
class HeartbeatProlongsAll(Service):
    def heartbeat(self, user, body, name):
        answer = super().heartbeat(user, body, name)
        for session in self.sessions_of(user):
            session["expiresAt"] = self.session(user, name)["expiresAt"]
        return answer


@defect("an end later than")
class HeartbeatByTheHour(Service):
    """The end is rounded, so that a further heartbeat moves nothing."""

    def session_end(self, session):
        return (self.now() + timedelta(hours=self.session_hours)).replace(minute=0, second=0, microsecond=0)


@defect("the same time as others")
class LostUpdates(Service):
    """Reads, thinks, and writes everything back: of two writers at once one loses."""

    def __init__(self):
        super().__init__()
        self.lock = threading.Semaphore(8)

    def heartbeat(self, user, body, name):
        kept = [dict(session) for session in self.sessions]
        time.sleep(0.05)
        answer = super().heartbeat(user, body, name)
        changed = self.session(user, name)
        self.sessions = [changed if session["id"] == name else session for session in kept]
        return answer
