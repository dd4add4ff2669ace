"""Defects of single values: times, names, kinds."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from tests.contract_tests.reference import Service
from tests.contract_tests.seeding import Rewrites, defect, without


@defect("date-time")
class NaiveTimes(Service):
    def time(self, instant):
        return instant.replace(tzinfo=None).isoformat(timespec="seconds")


@defect("date-time", "string")
class EpochTimes(Rewrites):
    def as_session(self, session):
        return {**super().as_session(session), "lastActivity": int(session["lastActivity"].timestamp())}

    def rewrite(self, handler, status, payload, headers):
        return status, payload, headers


@defect("ahead of now")
class TrustEndInThePast(Service):
    def trust_end(self, device):
        return self.now() - timedelta(days=1)


@defect("later than", "trustExpiresAt")
class TrustEndNeverMoves(Service):
    def trust_end(self, device):
        return device.get("trustExpiresAt") or self.now() + timedelta(days=30)


@defect("trustExpiresAt")
class AnsweredTrustEndIsNotTheShownOne(Service):
    def trust(self, user, body, media_type=""):
        answer = super().trust(user, body, media_type)
        return {**answer, "trustExpiresAt": self.time(self.now() + timedelta(days=1))}


@defect("agree", "deviceName")
class ListAndDetailDisagree(Service):
    def as_detail(self, device):
        return {**super().as_detail(device), "deviceName": device["deviceName"].upper()}


@defect("the device")
class OtherDeviceAnswered(Service):
    def as_detail(self, device):
        mine = self.devices_of(device["user"])
        return super().as_detail(mine[(mine.index(device) + 1) % len(mine)])


@defect("createdAt")
class CreatedAfterLastSeen(Service):
    def as_item(self, device):
        return {**super().as_item(device), "createdAt": self.time(self.now())}

    def as_detail(self, device):
        return {**super().as_detail(device), "createdAt": self.time(self.now())}


@defect("/devices/0/id", "string")
class NumericIds(Service):
    def as_item(self, device):
        return {**super().as_item(device), "id": self.devices.index(device) + 1}


@defect("trustLevel")
class LevelInSmallLetters(Service):
    def shown(self, record, fields):
        shown = super().shown(record, fields)
        return {**shown, "trustLevel": shown["trustLevel"].lower()} if "trustLevel" in shown else shown


@defect("date-time")
class TrustEndAsDate(Service):
    def trust(self, user, body, media_type=""):
        answer = super().trust(user, body, media_type)
        return {**answer, "trustExpiresAt": answer["trustExpiresAt"][:10]}


@defect("date-time")
class NewExpiryInWords(Service):
    def heartbeat(self, user, body, name):
        answer = super().heartbeat(user, body, name)
        return {**answer, "newExpiry": self.now().strftime("%a, %d %b %Y %H:%M:%S GMT")}


@defect("string", "date-time")
class NewExpiryInMilliseconds(Service):
    def heartbeat(self, user, body, name):
        answer = super().heartbeat(user, body, name)
        return {**answer, "newExpiry": int(self.now().timestamp() * 1000) + 3_600_000}


@defect("trustExpiresAt")
class TrustEndUnderAnotherName(Service):
    def trust(self, user, body, media_type=""):
        answer = super().trust(user, body, media_type)
        return {**without(answer, "trustExpiresAt"), "expiresAt": answer["trustExpiresAt"]}


@defect("newExpiry")
class NewExpiryIsTheOldOne(Service):
    def heartbeat(self, user, body, name):
        old = self.time(self.session(user, name, "Session not found or expired")["expiresAt"])
        return {**super().heartbeat(user, body, name), "newExpiry": old}


@defect("newExpiry")
class NewExpiryIsNow(Service):
    def heartbeat(self, user, body, name):
        return {**super().heartbeat(user, body, name), "newExpiry": self.time(self.now())}


@defect("lastActivity")
class LocalTimeAsUtc(Service):
    def heartbeat(self, user, body, name):
        answer = super().heartbeat(user, body, name)
        self.session(user, name)["lastActivity"] = self.now() - timedelta(hours=2)
        return answer


@defect("lastSeen")
class OldLastSeenInDetails(Service):
    def as_detail(self, device):
        return {**super().as_detail(device), "lastSeen": self.time(device["lastSeen"] - timedelta(hours=5))}


@defect("expiresAt")
class OtherExpiryInDetails(Service):
    def as_nested(self, session):
        return {**super().as_nested(session), "expiresAt": self.time(session["expiresAt"] + timedelta(minutes=5))}


@defect("lastActivity")
class OldLastActivityInDetails(Service):
    def as_nested(self, session):
        return {**super().as_nested(session), "lastActivity": self.time(session["startedAt"])}


@defect("deviceName")
class OtherDeviceNameInSessions(Service):
    def as_session(self, session):
        return {**super().as_session(session), "deviceName": "Unknown device"}


@defect("startedAt")
class SignInMovesWithHeartbeat(Service):
    def heartbeat(self, user, body, name):
        answer = super().heartbeat(user, body, name)
        self.session(user, name)["startedAt"] = self.now()
        return answer


@defect("trust expired")
class ExpiredTrustShown(Service):
    def make_device(self, user, number):
        device = super().make_device(user, number)
        if number == 0:
            device["trustExpiresAt"] = self.now() - timedelta(days=3)
        return device


@defect("not after", "not ahead of now")
class LastSeenInTheFuture(Service):
    def shown(self, record, fields):
        shown = super().shown(record, fields)
        return {**shown, "lastSeen": self.time(self.now() + timedelta(days=2))} if "lastSeen" in shown else shown


@defect("no answer in time", "an answer to")
class HeartbeatHangs(Service):
    def heartbeat(self, user, body, name):
        time.sleep(12)
        return super().heartbeat(user, body, name)


@defect("expired")
class ExpiredInDetailsOnly(Service):
    def sessions_in(self, device):
        return [session for session in self.sessions if session["device"] == device["id"]]


@defect("expiresAt")
class SessionsWithoutEnd(Service):
    def as_session(self, session):
        return without(super().as_session(session), "expiresAt")


@defect("startedAt")
class EndBeforeBeginning(Service):
    def make_session(self, user, device, turn, ends=timedelta(hours=3)):
        session = super().make_session(user, device, turn, ends)
        return {**session, "startedAt": datetime(2200, 1, 1, tzinfo=UTC)} if turn == 1 else session
