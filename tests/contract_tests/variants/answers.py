"""Variants of responses: fields, headers, statuses and texts that the documentation leaves open."""

from __future__ import annotations

import uuid
from datetime import timedelta
from email.utils import format_datetime
from typing import ClassVar

from tests.contract_tests.reference import Refusal, Service
from tests.contract_tests.variants.registry import Rewrites, variant


@variant("listDevices")
class FurtherFields(Rewrites):
    def as_item(self, device):
        return {**super().as_item(device), "riskScore": 3}

    def rewrite(self, handler, status, payload, headers):
        return status, {**payload, "requestId": "r-1", "timestamp": self.time(self.now())}, headers


@variant("listDevices")
class Charset(Rewrites):
    def rewrite(self, handler, status, payload, headers):
        return status, payload, {**headers, "Content-Type": "application/json; charset=utf-8"}


@variant("getDevice")
class OptionalFieldsLeftOut(Service):
    optional = ("ipAddress", "country", "city", "userAgent", "location")

    def shown(self, record, fields):
        return {key: value for key, value in super().shown(record, fields).items() if key not in self.optional}

    def as_session(self, session):
        return {key: value for key, value in super().as_session(session).items() if key != "deviceName"}


@variant("listDevices")
class Forbidden(Service):
    def unauthorized(self):
        return Refusal(403, "Forbidden")


@variant("trustDevice")
class Unprocessable(Rewrites):
    def rewrite(self, handler, status, payload, headers):
        return (422 if status in {400, 415} else status), payload, headers


@variant("listDevices", suite="conformance")
class UndefinedMethodIs404(Service):
    def undefined(self, allowed):
        return 404, "<html>Cannot PATCH</html>", {"Content-Type": "text/html"}


@variant("listDevices")
class RateLimited(Service):
    count = 140

    def answer(self, method, target, headers, body):
        self.count += 1
        if self.count % 150 == 0:
            return self.finish("", 429, self.error("Too many requests"), {"Retry-After": "1"})
        return super().answer(method, target, headers, body)


@variant("listDevices")
class LowerCaseHeaders(Rewrites):
    def rewrite(self, handler, status, payload, headers):
        return status, payload, {name.lower(): value for name, value in headers.items()}


@variant("trustDevice")
class NoOptionalFields(Service):
    """Nothing that the vendor's client types as optional, but for the sessions of a device."""

    optional = ("ipAddress", "country", "city", "trustExpiresAt", "userAgent", "deviceFingerprint", "location")

    def shown(self, record, fields):
        return {key: value for key, value in super().shown(record, fields).items() if key not in self.optional}

    def as_session(self, session):
        return {key: value for key, value in super().as_session(session).items() if key != "deviceName"}


@variant("untrustDevice")
class NoEmptyLists(Service):
    """A device without active sessions shows no `sessions`."""

    def as_detail(self, device):
        detail = super().as_detail(device)
        return detail if detail["sessions"] else {key: value for key, value in detail.items() if key != "sessions"}


@variant("listSessions")
class OtherOrder(Rewrites):
    """Fields and records the other way round."""

    def rewrite(self, handler, status, payload, headers):
        return status, self.turned(payload), headers

    def turned(self, value):
        if isinstance(value, dict):
            return {key: self.turned(item) for key, item in reversed(value.items())}
        return [self.turned(item) for item in reversed(value)] if isinstance(value, list) else value


@variant("listDevices")
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


@variant("trustDevice", suite="conformance")
class BlankFingerprintRefused(Service):
    def fingerprint_in(self, body, media_type):
        value = super().fingerprint_in(body, media_type)
        if not value.strip() or len(value) > 256:
            raise Refusal(400, "fingerprint is required")
        return value


@variant("getDevice")
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


@variant("getDevice", suite="conformance")
class FrameworksOwnAllow(Service):
    """Names in Allow only the methods of the first route that fits, as Starlette does."""

    def undefined(self, allowed):
        return 405, {"detail": "Method Not Allowed"}, {"Allow": allowed[0], "Content-Type": "application/json"}


@variant("listDevices", suite="conformance")
class UnknownMethodsAre501(Service):
    def undefined(self, allowed):
        return 501, "<h1>Not Implemented</h1>", {"Content-Type": "text/html"}


@variant("getDevice")
class MoreWords(Service):
    """Says the documented thing and more."""

    message_of: ClassVar = {**Service.message_of, "trust": "Device trusted successfully.", "untrust": "Trust removed"}

    def device(self, user, name):
        try:
            return super().device(user, name)
        except Refusal:
            raise Refusal(404, f"Device not found: {name[:20]}") from None


@variant("getDevice")
class RefusedWithDetails(Rewrites):
    def rewrite(self, handler, status, payload, headers):
        more = {"details": [{"field": "fingerprint"}], "code": "E1"} if status in {400, 404, 415} else {}
        return status, {**payload, **more} if isinstance(payload, dict) else payload, headers


@variant("trustDevice")
class UnprocessableInItsOwnShape(Rewrites):
    """422 as FastAPI and its like write it."""

    def rewrite(self, handler, status, payload, headers):
        if status in {400, 415}:
            return 422, {"detail": [{"loc": ["body"], "msg": "field required", "type": "missing"}]}, headers
        return status, payload, headers


@variant("listDevices")
class BusyWithoutRetryAfter(RateLimited):
    def finish(self, handler, status, payload, headers):
        return super().finish(handler, status, payload, {k: v for k, v in headers.items() if k != "Retry-After"})


@variant("listDevices")
class BusyUntilADate(RateLimited):
    def finish(self, handler, status, payload, headers):
        until = format_datetime(self.now() + timedelta(seconds=1), usegmt=True)
        return super().finish(handler, status, payload, {**headers, "Retry-After": until} if status == 429 else headers)


@variant("getDevice", suite="conformance")
class MoreRoutes(Service):
    """A server that knows more than the contract: PUT and PATCH of a device."""

    def undefined(self, allowed):
        return self.finish("", 404, self.error("Device not found"), {})


@variant("listDevices")
class SchemeIgnored(Service):
    def user_of(self, headers):
        user = self.tokens.get((headers.get("Authorization") or "").split(" ")[-1])
        if user is None:
            raise self.unauthorized()
        return user


@variant("listDevices")
class SchemeOptional(Service):
    def user_of(self, headers):
        user = self.tokens.get((headers.get("Authorization") or "").removeprefix("Bearer "))
        if user is None:
            raise self.unauthorized()
        return user
