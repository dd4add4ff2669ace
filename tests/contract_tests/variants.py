"""Legitimate variants of the independent implementation: whatever the pages leave open may be so or otherwise."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, timedelta, timezone
from email.utils import format_datetime
from typing import ClassVar

from tests.contract_tests.reference import Refusal, Service
from tests.contract_tests.seeding import Rewrites, variant


@variant
class Milliseconds(Service):
    def time(self, instant):
        return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@variant
class OffsetInPlaceOfZ(Service):
    def time(self, instant):
        return instant.astimezone(UTC).isoformat(timespec="microseconds")


@variant
class FurtherFields(Rewrites):
    def as_item(self, device):
        return {**super().as_item(device), "riskScore": 3}

    def rewrite(self, handler, status, payload, headers):
        return status, {**payload, "requestId": "r-1", "timestamp": self.time(self.now())}, headers


@variant
class Charset(Rewrites):
    def rewrite(self, handler, status, payload, headers):
        return status, payload, {**headers, "Content-Type": "application/json; charset=utf-8"}


@variant
class OptionalFieldsLeftOut(Service):
    optional = ("ipAddress", "country", "city", "userAgent", "location")

    def shown(self, record, fields):
        return {key: value for key, value in super().shown(record, fields).items() if key not in self.optional}

    def as_session(self, session):
        return {key: value for key, value in super().as_session(session).items() if key != "deviceName"}


@variant
class Forbidden(Service):
    def unauthorized(self):
        return Refusal(403, "Forbidden")


@variant
class Unprocessable(Rewrites):
    def rewrite(self, handler, status, payload, headers):
        return (422 if status in {400, 415} else status), payload, headers


@variant
class UndefinedMethodIs404(Service):
    def undefined(self, allowed):
        return 404, "<html>Cannot PATCH</html>", {"Content-Type": "text/html"}


@variant
class RateLimited(Service):
    count = 0

    def answer(self, method, target, headers, body):
        self.count += 1
        if self.count % 150 == 0:
            return self.finish("", 429, self.error("Too many requests"), {"Retry-After": "1"})
        return super().answer(method, target, headers, body)


@variant
class NumericLookingIds(Service):
    def make_id(self, kind, user, number):
        self.made = getattr(self, "made", 1000) + 17
        return str(self.made)


@variant
class OtherLengths(Service):
    trust_days = 365
    session_hours = 4


@variant
class OtherTrustLevel(Service):
    def trust(self, user, body, media_type=""):
        answer = super().trust(user, body, media_type)
        self.device_by_print(user, json.loads(body)["fingerprint"])["trustLevel"] = "MEDIUM"
        return answer


@variant
class LowerCaseHeaders(Rewrites):
    def rewrite(self, handler, status, payload, headers):
        return status, payload, {name.lower(): value for name, value in headers.items()}


@variant
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


@variant
class NoOptionalFields(Service):
    """Nothing that the vendor's client types as optional, but for the sessions of a device."""

    optional = ("ipAddress", "country", "city", "trustExpiresAt", "userAgent", "deviceFingerprint", "location")

    def shown(self, record, fields):
        return {key: value for key, value in super().shown(record, fields).items() if key not in self.optional}

    def as_session(self, session):
        return {key: value for key, value in super().as_session(session).items() if key != "deviceName"}


@variant
class NoEmptyLists(Service):
    """A device without active sessions shows no `sessions`."""

    def as_detail(self, device):
        detail = super().as_detail(device)
        return detail if detail["sessions"] else {key: value for key, value in detail.items() if key != "sessions"}


@variant
class OtherOrder(Rewrites):
    """Fields and records the other way round."""

    def rewrite(self, handler, status, payload, headers):
        return status, self.turned(payload), headers

    def turned(self, value):
        if isinstance(value, dict):
            return {key: self.turned(item) for key, item in reversed(value.items())}
        return [self.turned(item) for item in reversed(value)] if isinstance(value, list) else value


@variant
class MoreHeaders(Rewrites):
    def rewrite(self, handler, status, payload, headers):
        more = {
            "X-Request-Id": "1",
            "Cache-Control": "no-store",
            "Strict-Transport-Security": "max-age=1",
            "ETag": '"1"',
            "Vary": "Origin, Accept-Encoding",
        }
        return status, payload, {**headers, **more}


@variant
class LongIds(Service):
    def make_id(self, kind, user, number):
        self.made = getattr(self, "made", 0) + 1
        return f"{kind}:{user}/{self.made} {'é' * 60}"


@variant
class FirstSessionsExpireSoon(Service):
    """Sessions that end by themselves while they are looked at."""

    def make_session(self, user, device, turn, ends=timedelta(hours=3)):
        self.soon = getattr(self, "soon", 0) + 1
        return super().make_session(user, device, turn, timedelta(seconds=self.soon / 2) if self.soon < 9 else ends)


@variant
class ShortLengths(Service):
    trust_days = 1 / 24
    session_hours = 1 / 4

    def make_session(self, user, device, turn, ends=timedelta(minutes=10)):
        return super().make_session(user, device, turn, ends)


@variant
class OneDevice(Service):
    def fill(self):
        super().fill()
        self.devices = [device for device in self.devices if device["id"] in {self.make_id("device", user, 0)
                        for user in self.tokens.values()}]  # fmt: skip
        kept = {device["id"] for device in self.devices}
        self.sessions = [session for session in self.sessions if session["device"] in kept]


@variant
class NothingAtAll(Service):
    def fill(self):
        """New accounts."""


@variant
class NoSessions(Service):
    def fill(self):
        super().fill()
        self.sessions = []


@variant
class ManyDevices(Service):
    def fill(self):
        super().fill()
        for number in range(3, 300):
            device = {**self.make_device("red", 2), "id": self.make_id("device", "red", number)}
            self.devices.append({**device, "deviceFingerprint": f"print-red-{number}"})
            self.sessions.append(self.make_session("red", self.devices[-1], 0))


@variant
class BlankFingerprintRefused(Service):
    def fingerprint_in(self, body, media_type):
        value = super().fingerprint_in(body, media_type)
        if not value.strip() or len(value) > 256:
            raise Refusal(400, "fingerprint is required")
        return value


@variant
class IdsOfAnotherFormRefused(Service):
    """Takes UUIDs alone, as a typed path parameter does."""

    def checked(self, name):
        try:
            uuid.UUID(name)
        except ValueError:
            raise Refusal(400, "id must be a UUID") from None

    def device(self, user, name):
        self.checked(name)
        return super().device(user, name)

    def session(self, user, name, text="Session not found"):
        self.checked(name)
        return super().session(user, name, text)


@variant
class FrameworksOwnAllow(Service):
    """Names in Allow only the methods of the first route that fits, as Starlette does."""

    def undefined(self, allowed):
        return 405, {"detail": "Method Not Allowed"}, {"Allow": allowed[0], "Content-Type": "application/json"}


@variant
class UnknownMethodsAre501(Service):
    def undefined(self, allowed):
        return 501, "<h1>Not Implemented</h1>", {"Content-Type": "text/html"}


@variant
class MoreWords(Service):
    """Says the documented thing and more."""

    message_of: ClassVar = {**Service.message_of, "trust": "Device trusted successfully.", "untrust": "Trust removed"}

    def device(self, user, name):
        try:
            return super().device(user, name)
        except Refusal:
            raise Refusal(404, f"Device not found: {name[:20]}") from None


@variant
class RefusedWithDetails(Rewrites):
    def rewrite(self, handler, status, payload, headers):
        more = {"details": [{"field": "fingerprint"}], "code": "E1"} if status in {400, 404, 415} else {}
        return status, {**payload, **more} if isinstance(payload, dict) else payload, headers


@variant
class UnprocessableInItsOwnShape(Rewrites):
    """422 as FastAPI and its like write it."""

    def rewrite(self, handler, status, payload, headers):
        if status in {400, 415}:
            return 422, {"detail": [{"loc": ["body"], "msg": "field required", "type": "missing"}]}, headers
        return status, payload, headers


@variant
class ReadsAreAccesses(Service):
    """Each request brings the caller's device and session up to date."""

    def user_of(self, headers):
        user = super().user_of(headers)
        for record in [*self.devices_of(user)[:1], *self.sessions_of(user)[:1]]:
            record["lastActivity" if "device" in record else "lastSeen"] = self.now()
        return user


@variant
class BusyWithoutRetryAfter(RateLimited):
    def finish(self, handler, status, payload, headers):
        return super().finish(handler, status, payload, {k: v for k, v in headers.items() if k != "Retry-After"})


@variant
class BusyUntilADate(RateLimited):
    def finish(self, handler, status, payload, headers):
        until = format_datetime(self.now() + timedelta(seconds=1), usegmt=True)
        return super().finish(handler, status, payload, {**headers, "Retry-After": until} if status == 429 else headers)


@variant
class TrustAddedToWhatIsLeft(Service):
    def trust_end(self, device):
        left = device.get("trustExpiresAt") or self.now()
        return left + timedelta(days=7)


@variant
class ClockAhead(Rewrites):
    """The host's clock is an hour ahead, and its Date says so."""

    def now(self):
        return super().now() + timedelta(hours=1)

    def rewrite(self, handler, status, payload, headers):
        return status, payload, {**headers, "Date": format_datetime(self.now(), usegmt=True)}


@variant
class LocalOffset(Service):
    def time(self, instant):
        return instant.astimezone(timezone(timedelta(hours=5, minutes=30))).isoformat(timespec="seconds")


@variant
class MoreRoutes(Service):
    """A server that knows more than the contract: PUT and PATCH of a device."""

    def undefined(self, allowed):
        return self.finish("", 404, self.error("Device not found"), {})
