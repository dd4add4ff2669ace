"""Variants of data: other records, other periods, other clocks."""

from __future__ import annotations

import json
from datetime import UTC, timedelta, timezone
from email.utils import format_datetime

from tests.contract_tests.reference import Service
from tests.contract_tests.variants.registry import Rewrites, variant


@variant("listSessions")
class Milliseconds(Service):
    def time(self, instant):
        return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@variant("listSessions")
class OffsetInPlaceOfZ(Service):
    def time(self, instant):
        return instant.astimezone(UTC).isoformat(timespec="microseconds")


@variant("getDevice")
class NumericLookingIds(Service):
    def make_id(self, kind, user, number):
        self.made = getattr(self, "made", 1000) + 17
        return str(self.made)


@variant("heartbeatSession")
class OtherLengths(Service):
    trust_days = 365
    session_hours = 4


@variant("trustDevice")
class OtherTrustLevel(Service):
    def trust(self, user, body, media_type=""):
        answer = super().trust(user, body, media_type)
        self.device_by_print(user, json.loads(body)["fingerprint"])["trustLevel"] = "MEDIUM"
        return answer


@variant("revokeAllSessions")
class TokenDiesWithRevokeAll(Service):
    def revoke_all(self, user, body):
        answer = super().revoke_all(user, body)
        self.dead = {*getattr(self, "dead", ()), user}
        return answer

    def user_of(self, headers):
        user = super().user_of(headers)
        if user in getattr(self, "dead", ()):
            raise self.unauthorized()
        return user


@variant("getDevice")
class LongIds(Service):
    def make_id(self, kind, user, number):
        self.made = getattr(self, "made", 0) + 1
        return f"{kind}:{user}/{self.made} {'é' * 60}"


@variant("listSessions")
class FirstSessionsExpireSoon(Service):
    """Sessions that end by themselves while they are looked at."""

    def make_session(self, user, device, turn, ends=timedelta(hours=3)):
        self.soon = getattr(self, "soon", 0) + 1
        return super().make_session(user, device, turn, timedelta(seconds=self.soon / 2) if self.soon < 9 else ends)


@variant("heartbeatSession")
class ShortLengths(Service):
    trust_days = 1 / 24
    session_hours = 1 / 4

    def make_session(self, user, device, turn, ends=timedelta(minutes=10)):
        return super().make_session(user, device, turn, ends)


@variant("removeDevice")
class OneDevice(Service):
    def fill(self):
        super().fill()
        self.devices = [device for device in self.devices if device["id"] in {self.make_id("device", user, 0)
                        for user in self.tokens.values()}]  # fmt: skip
        kept = {device["id"] for device in self.devices}
        self.sessions = [session for session in self.sessions if session["device"] in kept]


@variant("removeDevice")
class NothingAtAll(Service):
    def fill(self):
        """New accounts."""


@variant("untrustDevice")
class NoSessions(Service):
    def fill(self):
        super().fill()
        self.sessions = []


@variant("listDevices")
class ManyDevices(Service):
    def fill(self):
        super().fill()
        for number in range(3, 300):
            device = {**self.make_device("red", 2), "id": self.make_id("device", "red", number)}
            self.devices.append({**device, "deviceFingerprint": f"print-red-{number}"})
            self.sessions.append(self.make_session("red", self.devices[-1], 0))


@variant("getDevice")
class ReadsAreAccesses(Service):
    """Each request brings the caller's device and session up to date."""

    def user_of(self, headers):
        user = super().user_of(headers)
        for record in [*self.devices_of(user)[:1], *self.sessions_of(user)[:1]]:
            record["lastActivity" if "device" in record else "lastSeen"] = self.now()
        return user


@variant("trustDevice")
class TrustAddedToWhatIsLeft(Service):
    def trust_end(self, device):
        left = device.get("trustExpiresAt") or self.now()
        return left + timedelta(days=7)


@variant("heartbeatSession")
class ClockAhead(Rewrites):
    """The host's clock is an hour ahead, and its Date says so."""

    def now(self):
        return super().now() + timedelta(hours=1)

    def rewrite(self, handler, status, payload, headers):
        return status, payload, {**headers, "Date": format_datetime(self.now(), usegmt=True)}


@variant("listSessions")
class LocalOffset(Service):
    def time(self, instant):
        return instant.astimezone(timezone(timedelta(hours=5, minutes=30))).isoformat(timespec="seconds")
