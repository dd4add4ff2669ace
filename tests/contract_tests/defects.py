"""Seeded defects of the independent implementation, each with words that must name it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import ClassVar

from tests.contract_tests.reference import LIST_FIELDS, Refusal, Service
from tests.contract_tests.seeding import Rewrites, defect

# --- status and headers ---------------------------------------------------------------------


@defect("201")
class TrustAnswers201(Rewrites):
    def rewrite(self, handler, status, payload, headers):
        return (201 if handler == "trust" and status == 200 else status), payload, headers


@defect("204")
class RemoveAnswers204WithoutBody(Rewrites):
    def rewrite(self, handler, status, payload, headers):
        return (204, "", headers) if handler == "remove" and status == 200 else (status, payload, headers)


@defect("410", "404")
class UnknownDeviceAnswers410(Rewrites):
    def rewrite(self, handler, status, payload, headers):
        return (410 if handler == "show_device" and status == 404 else status), payload, headers


@defect("404")
class UnknownSessionAnswers400(Rewrites):
    def rewrite(self, handler, status, payload, headers):
        return (400 if handler == "revoke" and status == 404 else status), payload, headers


@defect("WWW-Authenticate")
class No401Challenge(Service):
    def unauthorized(self):
        return Refusal(401, "Unauthorized")


@defect("Content-Type")
class PlainTextContentType(Rewrites):
    def rewrite(self, handler, status, payload, headers):
        return status, payload, {**headers, "Content-Type": "text/plain"} if handler == "list_sessions" else headers


@defect("Content-Type")
class NoContentType(Rewrites):
    def rewrite(self, handler, status, payload, headers):
        return status, payload, {} if handler == "heartbeat" and status == 200 else headers


@defect("Allow")
class NoAllow(Service):
    def undefined(self, allowed):
        return self.finish("", 405, self.error("Method not allowed"), {})


@defect("server error", "500")
class UndefinedMethodCrashes(Service):
    def undefined(self, allowed):
        return self.finish("", 500, 'Traceback (most recent call last):\n  File "app.py", line 3', {})


# --- body shape -----------------------------------------------------------------------------


@defect("devices")
class BareList(Rewrites):
    def rewrite(self, handler, status, payload, headers):
        return status, payload["devices"] if handler == "list_devices" and status == 200 else payload, headers


@defect("data", "sessions")
class WrappedInData(Rewrites):
    def rewrite(self, handler, status, payload, headers):
        if handler == "list_sessions" and status == 200:
            payload = {"success": True, "data": payload}
        return status, payload, headers


@defect("deviceType")
class PropertyDropped(Service):
    def as_item(self, device):
        return {key: value for key, value in super().as_item(device).items() if key != "deviceType"}


@defect("loginMethod")
class NestedPropertyDropped(Service):
    def as_nested(self, session):
        return {key: value for key, value in super().as_nested(session).items() if key != "loginMethod"}


@defect("isTrusted")
class BooleanAsText(Service):
    def as_item(self, device):
        return {**super().as_item(device), "isTrusted": "true" if device["isTrusted"] else "false"}


@defect("null")
class NullForAbsent(Service):
    def as_detail(self, device):
        return {**dict.fromkeys(LIST_FIELDS), **super().as_detail(device)}


@defect("deviceType")
class UndocumentedEnumValue(Service):
    def as_item(self, device):
        return {**super().as_item(device), "deviceType": "desktop"}

    def as_detail(self, device):
        return {**super().as_detail(device), "deviceType": "desktop"}


@defect("success")
class SuccessFalseOn200(Rewrites):
    def rewrite(self, handler, status, payload, headers):
        return status, {**payload, "success": False} if handler == "untrust" and status == 200 else payload, headers


@defect("success")
class SuccessTrueOnErrors(Rewrites):
    def rewrite(self, handler, status, payload, headers):
        return status, {**payload, "success": True} if status == 404 else payload, headers


@defect("success")
class SuccessMissing(Rewrites):
    def rewrite(self, handler, status, payload, headers):
        if handler == "show_device" and status == 200:
            payload.pop("success")
        return status, payload, headers


@defect("Device not found")
class OtherErrorText(Rewrites):
    def rewrite(self, handler, status, payload, headers):
        return status, {**payload, "error": "nope"} if status == 404 else payload, headers


@defect("error")
class ErrorAsObject(Rewrites):
    def rewrite(self, handler, status, payload, headers):
        return status, {**payload, "error": {"message": "Device not found"}} if status == 404 else payload, headers


@defect("401 body")
class ProblemInPlaceOfEnvelope(Rewrites):
    def rewrite(self, handler, status, payload, headers):
        return status, {"title": "Unauthorized", "status": 401} if status == 401 else payload, headers


@defect("Device removed successfully")
class OtherMessage(Service):
    message_of: ClassVar = {**Service.message_of, "remove": "ok"}


@defect("JSON", "Content-Type")
class HtmlErrorPage(Rewrites):
    def rewrite(self, handler, status, payload, headers):
        if handler and status == 404:
            return status, "<html><body>Not Found</body></html>", {"Content-Type": "text/html"}
        return status, payload, headers


@defect("newExpiry")
class HeartbeatWithoutNewExpiry(Rewrites):
    def rewrite(self, handler, status, payload, headers):
        payload.pop("newExpiry", None) if isinstance(payload, dict) else None
        return status, payload, headers


# --- values ---------------------------------------------------------------------------------


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


# --- state ----------------------------------------------------------------------------------


@defect("isTrusted true of")
class TrustNotPersisted(Service):
    def trust(self, user, body, media_type=""):
        kept = [dict(device) for device in self.devices]
        answer = super().trust(user, body, media_type)
        self.devices = kept
        return answer


@defect("other devices")
class TrustMarksAllDevices(Service):
    def trust(self, user, body, media_type=""):
        answer = super().trust(user, body, media_type)
        for device in self.devices_of(user):
            device["isTrusted"] = True
        return answer


@defect("isTrusted false of")
class UntrustKeepsTrust(Service):
    def untrust(self, user, body, name):
        self.end(self.sessions_in(self.device(user, name)))
        return self.done("untrust")


@defect("no end of trust")
class UntrustKeepsTrustEnd(Service):
    def untrust(self, user, body, name):
        device = self.device(user, name)
        end = device.get("trustExpiresAt")
        answer = super().untrust(user, body, name)
        if end:
            device["trustExpiresAt"] = end
        return answer


@defect("sessions ended by untrust")
class UntrustKeepsSessions(Service):
    def untrust(self, user, body, name):
        kept = self.sessions
        answer = super().untrust(user, body, name)
        self.sessions = kept
        return answer


@defect("sessions of other devices", "other")
class UntrustEndsAllSessions(Service):
    def untrust(self, user, body, name):
        answer = super().untrust(user, body, name)
        self.end(self.sessions_of(user))
        return answer


@defect("still in", "only its trust")
class UntrustRemovesTheDevice(Service):
    def untrust(self, user, body, name):
        device = self.device(user, name)
        answer = super().untrust(user, body, name)
        self.devices.remove(device)
        return answer


@defect("gone from GET /devices")
class RemoveDoesNotRemove(Service):
    def remove(self, user, body, name):
        self.end(self.sessions_in(self.device(user, name)))
        return self.done("remove")


@defect("sessions ended by removal")
class RemoveKeepsSessions(Service):
    def remove(self, user, body, name):
        kept = self.sessions
        answer = super().remove(user, body, name)
        self.sessions = kept
        return answer


@defect("which is gone")
class RemovedStaysReadable(Service):
    removed = ()

    def remove(self, user, body, name):
        device = self.device(user, name)
        self.removed = (*self.removed, device)
        return super().remove(user, body, name)

    def show_device(self, user, body, name):
        for device in self.removed:
            if device["id"] == name and device["user"] == user:
                return {"success": True, "device": self.as_detail(device)}
        return super().show_device(user, body, name)


@defect("which is gone")
class RepeatedRemoveAnswers200(Service):
    removed = ()

    def remove(self, user, body, name):
        if name in self.removed:
            return self.done("remove")
        answer = super().remove(user, body, name)
        self.removed = (*self.removed, name)
        return answer


@defect("gone from GET /sessions")
class RevokeDoesNothing(Service):
    def revoke(self, user, body, name):
        self.session(user, name)
        return self.done("revoke")


@defect("gone from its device", "in GET /sessions")
class RevokedStaysInDetails(Service):
    ended = ()

    def revoke(self, user, body, name):
        self.ended = (*self.ended, self.session(user, name))
        return super().revoke(user, body, name)

    def sessions_in(self, device):
        return [*super().sessions_in(device), *(s for s in self.ended if s["device"] == device["id"])]


@defect("other sessions")
class RevokeEndsTheDevicesSessions(Service):
    def revoke(self, user, body, name):
        session = self.session(user, name)
        self.end([s for s in self.sessions if s["device"] == session["device"]])
        return self.done("revoke")


@defect("no session left")
class RevokeAllLeavesOne(Service):
    def revoke_all(self, user, body):
        self.end(self.sessions_of(user)[1:])
        return self.done("revoke_all")


@defect("no session left")
class RevokeAllEndsOneDeviceOnly(Service):
    def revoke_all(self, user, body):
        first = self.sessions_of(user)[:1]
        self.end([s for s in self.sessions_of(user) if s["device"] == first[0]["device"]] if first else [])
        return self.done("revoke_all")


@defect("another user")
class RevokeAllEndsEverybodysSessions(Service):
    def revoke_all(self, user, body):
        self.end(list(self.sessions))
        return self.done("revoke_all")


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


@defect("none", "details of a listed device")
class ListOmitsADevice(Service):
    def list_devices(self, user, body):
        answer = super().list_devices(user, body)
        return {**answer, "devices": answer["devices"][:-1]}


@defect("GET /sessions")
class SessionListOmitsOne(Service):
    def list_sessions(self, user, body):
        answer = super().list_sessions(user, body)
        return {**answer, "sessions": answer["sessions"][:-1]}


@defect("details")
class DetailsLackSessions(Service):
    def as_detail(self, device):
        return {key: value for key, value in super().as_detail(device).items() if key != "sessions"}


@defect("in one device")
class DetailsShowAllSessions(Service):
    def sessions_in(self, device):
        return self.sessions_of(device["user"])


@defect("refused request to change nothing")
class RefusedHeartbeatTouchesOthers(Service):
    def heartbeat(self, user, body, name):
        for session in self.sessions_of(user)[:1]:
            session["expiresAt"] += timedelta(hours=1)
        return super().heartbeat(user, body, name)


# --- users and tokens -----------------------------------------------------------------------


@defect("another user's record")
class ForeignDeviceReadable(Service):
    def show_device(self, user, body, name):
        for device in self.devices:
            if device["id"] == name:
                return {"success": True, "device": self.as_detail(device)}
        raise Refusal(404, "Device not found")


@defect("another user's record")
class ForeignSessionRevocable(Service):
    def session(self, user, name, text="Session not found"):
        for session in self.sessions:
            if session["id"] == name and self.is_active(session):
                return session
        raise Refusal(404, text)


@defect("another user's record")
class ForeignFingerprintTrusted(Service):
    def device_by_print(self, user, fingerprint):
        for device in self.devices:
            if device["deviceFingerprint"] == fingerprint:
                return device
        raise Refusal(404, "Device not found")


@defect("403", "another user's record")
class ForeignDeviceAnswers403(Service):
    def show_device(self, user, body, name):
        if any(device["id"] == name and device["user"] != user for device in self.devices):
            raise Refusal(403, "Forbidden")
        return super().show_device(user, body, name)


@defect("in common")
class EverybodysDevicesListed(Service):
    def list_devices(self, user, body):
        return {"success": True, "devices": [self.as_item(device) for device in self.devices]}


@defect("401 from removeDevice")
class RemoveNeedsNoToken(Service):
    def needs_user(self, handler):
        return handler != "remove"


@defect("401 from revokeAllSessions")
class RevokeAllNeedsNoToken(Service):
    def needs_user(self, handler):
        return handler != "revoke_all"


@defect("401 from")
class AnyTokenAccepted(Service):
    def user_of(self, headers):
        if (headers.get("Authorization") or "").startswith("Bearer "):
            return self.tokens.get(headers["Authorization"][7:], "red")
        raise self.unauthorized()


@defect("another scheme")
class AnySchemeAccepted(Service):
    def user_of(self, headers):
        value = headers.get("Authorization") or ""
        return "red" if value.startswith("Basic ") else super().user_of(headers)


# --- input ----------------------------------------------------------------------------------


@defect("no fingerprint", "fingerprint")
class MissingFingerprintLookedUp(Service):
    def fingerprint_in(self, body, media_type):
        if media_type.split(";")[0] != "application/json":
            raise Refusal(415, "Unsupported media type")
        try:
            value = json.loads(body)
        except ValueError:
            raise Refusal(400, "Invalid JSON") from None
        return value.get("fingerprint") if isinstance(value, dict) else None


@defect("number as fingerprint")
class NumbersAccepted(Service):
    def fingerprint_in(self, body, media_type):
        try:
            value = json.loads(body)
            if isinstance(value["fingerprint"], int | float) and not isinstance(value["fingerprint"], bool):
                return str(value["fingerprint"])
        except (ValueError, KeyError, TypeError):
            pass
        return super().fingerprint_in(body, media_type)


@defect("server error", "500")
class MalformedJsonCrashes(Service):
    def fingerprint_in(self, body, media_type):
        try:
            json.loads(body)
        except ValueError:
            raise Refusal(500, 'Traceback (most recent call last):\n  File "app.py", line 7') from None
        return super().fingerprint_in(body, media_type)


@defect("text/plain", "415")
class AnyMediaTypeAccepted(Service):
    def fingerprint_in(self, body, media_type):
        return super().fingerprint_in(body, "application/json")


@defect("server error", "500")
class LongInputCrashes(Service):
    def device_by_print(self, user, fingerprint):
        if len(fingerprint) > 5000:
            raise Refusal(500, "value too long for type character varying(255)")
        return super().device_by_print(user, fingerprint)


@defect("server error", "500")
class OddIdCrashes(Service):
    def device(self, user, name):
        if "\x00" in name:
            raise Refusal(500, "invalid byte sequence")
        return super().device(user, name)
