"""Further seeded defects: slips that another author of this API would make; see `defects.py` for the plain ones."""

from __future__ import annotations

import gzip
import json
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from tests.contract_tests.reference import Refusal, Service
from tests.contract_tests.seeding import Rewrites, defect


def without(record, *names):
    """The record without some fields."""
    return {key: value for key, value in record.items() if key not in names}


# --- answers --------------------------------------------------------------------------------


class OnSuccessOf(Rewrites):
    """Changes the successes of one handler."""

    handler = ""

    def rewrite(self, handler, status, payload, headers):
        if handler == self.handler and status == 200:
            return self.change(status, payload, headers)
        return status, payload, headers

    def change(self, status, payload, headers):
        raise NotImplementedError


@defect("202")
class RevokeAllAnswers202(OnSuccessOf):
    handler = "revoke_all"

    def change(self, status, payload, headers):
        return 202, payload, headers


@defect("a JSON body", "empty body")
class EmptyBodyOnRevoke(OnSuccessOf):
    handler = "revoke"

    def change(self, status, payload, headers):
        return status, "", headers


@defect("JSON")
class TruncatedJson(OnSuccessOf):
    handler = "show_device"

    def change(self, status, payload, headers):
        return status, json.dumps(payload)[:-3], headers


@defect("JSON")
class SingleQuotes(OnSuccessOf):
    handler = "list_sessions"

    def change(self, status, payload, headers):
        return status, str(payload), headers


@defect("a JSON object", "a JSON body")
class JsonTwice(OnSuccessOf):
    handler = "heartbeat"

    def change(self, status, payload, headers):
        return status, json.dumps(payload) * 2, headers


@defect("object")
class JsonInAText(OnSuccessOf):
    handler = "trust"

    def change(self, status, payload, headers):
        return status, json.dumps(json.dumps(payload)), headers


@defect("charset")
class OtherCharset(OnSuccessOf):
    handler = "list_devices"

    def change(self, status, payload, headers):
        return status, payload, {**headers, "Content-Type": "application/json; charset=iso-8859-1"}


@defect("JSON")
class NotUtf8(OnSuccessOf):
    handler = "list_devices"

    def change(self, status, payload, headers):
        payload["devices"] = [{**device, "deviceName": "Zürich"} for device in payload["devices"]]
        return status, json.dumps(payload, ensure_ascii=False).encode("latin-1"), headers


@defect("Content-Type")
class HtmlContentTypeOn404(Rewrites):
    def rewrite(self, handler, status, payload, headers):
        return status, payload, {**headers, "Content-Type": "text/html"} if handler and status == 404 else headers


@defect("a JSON body", "breaks off")
class UndecodableGzip(OnSuccessOf):
    handler = "list_sessions"

    def change(self, status, payload, headers):
        return status, gzip.compress(json.dumps(payload).encode())[:-12], {**headers, "Content-Encoding": "gzip"}


@defect("stack trace")
class StackTraceIn404(Rewrites):
    def rewrite(self, handler, status, payload, headers):
        if handler == "show_device" and status == 404:
            payload["trace"] = 'Traceback (most recent call last):\n  File "app.py", line 7, in show'
        return status, payload, headers


@defect("no secret")
class PasswordHashShown(Service):
    def as_session(self, session):
        return {**super().as_session(session), "accessToken": "eyJ0.eyJ1.sig"}


@defect("success")
class SuccessAsText(OnSuccessOf):
    handler = "list_sessions"

    def change(self, status, payload, headers):
        return status, {**payload, "success": "true"}, headers


@defect("success")
class SuccessMissingInErrors(Rewrites):
    def rewrite(self, handler, status, payload, headers):
        return status, without(payload, "success") if status == 404 and handler else payload, headers


@defect("error")
class ErrorUnderMessage(Rewrites):
    def rewrite(self, handler, status, payload, headers):
        if status == 404 and handler:
            payload = {"success": False, "message": payload["error"]}
        return status, payload, headers


@defect("Session not found or expired")
class HeartbeatSaysNotFoundOnly(Service):
    def session(self, user, name, text="Session not found"):
        return super().session(user, name)


@defect("Device not found")
class SessionErrorForDevices(Service):
    def device(self, user, name):
        try:
            return super().device(user, name)
        except Refusal:
            raise Refusal(404, "Session not found") from None


@defect("Device untrusted successfully")
class UntrustSaysTrusted(Service):
    message_of: ClassVar = {**Service.message_of, "untrust": "Device trusted successfully"}


@defect("message")
class MessageMissing(Service):
    def done(self, what):
        return without(super().done(what), "message") if what == "revoke_all" else super().done(what)


@defect("naming the scheme Bearer")
class BasicChallenge(Service):
    def unauthorized(self):
        return Refusal(401, "Unauthorized", **{"WWW-Authenticate": 'Basic realm="flashback"'})


@defect("Allow")
class AllowNamesTheRefused(Service):
    def undefined(self, allowed):
        return self.finish("", 405, self.error("Method not allowed"), {"Allow": "GET, POST, PUT, PATCH, DELETE"})


@defect("405")
class UndefinedMethodsTaken(Service):
    def undefined(self, allowed):
        return self.finish("", 200, {"success": True}, {})


@defect("HEAD", "OPTIONS")
class OptionsCrashes(Service):
    def answer(self, method, target, headers, body):
        if method == "OPTIONS":
            return self.finish("", 500, self.error("Internal error"), {})
        return super().answer(method, target, headers, body)


# --- values ---------------------------------------------------------------------------------


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


# --- state ----------------------------------------------------------------------------------


@defect("listed once")
class DuplicatesInTheList(Service):
    def sessions_of(self, user):
        sessions = super().sessions_of(user)
        return [*sessions, *sessions[:1]]


@defect("stay gone", "gone", "shown again")
class RemovedComesBack(Service):
    """A cache brings the removed device back a while later."""

    removed = ()

    def remove(self, user, body, name):
        self.removed = (*self.removed, (time.monotonic() + 0.4, self.device(user, name)))
        return super().remove(user, body, name)

    def devices_of(self, user):
        for when, device in self.removed:
            if when < time.monotonic() and device not in self.devices:
                self.devices.append(device)
        return super().devices_of(user)


@defect("GET /devices", "isTrusted", "agree")
class StaleList(Service):
    """The list is read from a cache that a write does not clear."""

    def list_devices(self, user, body):
        kept = self.__dict__.setdefault("cache", {})
        if user not in kept or kept[user][0] < time.monotonic() - 3:
            kept[user] = (time.monotonic(), super().list_devices(user, body))
        return kept[user][1]


@defect("read twice", "isTrusted")
class ReadingTakesTrust(Service):
    def show_device(self, user, body, name):
        answer = super().show_device(user, body, name)
        self.device(user, name)["isTrusted"] = False
        return answer


@defect("read twice", "agree", "expiresAt")
class ReadingProlongsSessions(Service):
    def list_sessions(self, user, body):
        for session in self.sessions_of(user):
            session["expiresAt"] += timedelta(seconds=30)
        return super().list_sessions(user, body)


@defect("other devices")
class TrustTakesTrustFromOthers(Service):
    def trust(self, user, body, media_type=""):
        answer = super().trust(user, body, media_type)
        chosen = self.device_by_print(user, json.loads(body)["fingerprint"])
        for device in self.devices_of(user):
            device["isTrusted"] = device is chosen
        return answer


@defect("isTrusted true of", "other devices")
class TrustStrikesTheFirst(Service):
    def device_by_print(self, user, fingerprint):
        super().device_by_print(user, fingerprint)
        return self.devices_of(user)[0]


@defect("the sessions")
class TrustEndsSessions(Service):
    def trust(self, user, body, media_type=""):
        answer = super().trust(user, body, media_type)
        self.end(self.sessions_in(self.device_by_print(user, json.loads(body)["fingerprint"])))
        return answer


@defect("other fields")
class TrustRenames(Service):
    def trust(self, user, body, media_type=""):
        answer = super().trust(user, body, media_type)
        self.device_by_print(user, json.loads(body)["fingerprint"])["deviceName"] = "Trusted device"
        return answer


@defect("later than")
class SecondTrustIgnored(Service):
    def trust_end(self, device):
        end = device.get("trustExpiresAt")
        return end if device["isTrusted"] and end else super().trust_end(device)


@defect("200 from trustDevice", "409")
class SecondTrustRefused(Service):
    def trust_end(self, device):
        if device["isTrusted"]:
            raise Refusal(409, "Device already trusted")
        return super().trust_end(device)


@defect("200 from untrustDevice", "409")
class UntrustOfUntrustedRefused(Service):
    def untrust(self, user, body, name):
        if not self.device(user, name)["isTrusted"]:
            raise Refusal(409, "Device is not trusted")
        return super().untrust(user, body, name)


@defect("sessions ended by untrust", "still active")
class UntrustEndsOneSession(Service):
    def untrust(self, user, body, name):
        kept = self.sessions_in(self.device(user, name))[1:]
        answer = super().untrust(user, body, name)
        self.sessions += kept
        return answer


@defect("which is gone")
class UntrustedSessionsStillBeat(Service):
    """Untrust hides the sessions, but a heartbeat still finds them."""

    hidden = ()

    def untrust(self, user, body, name):
        self.hidden = (*self.hidden, *self.sessions_in(self.device(user, name)))
        return super().untrust(user, body, name)

    def heartbeat(self, user, body, name):
        for session in self.hidden:
            if session["id"] == name:
                return {**self.done("heartbeat"), "newExpiry": self.time(self.session_end(session))}
        return super().heartbeat(user, body, name)


@defect("other fields of the untrusted")
class UntrustForgetsTheFingerprint(Service):
    def untrust(self, user, body, name):
        answer = super().untrust(user, body, name)
        self.device(user, name)["userAgent"] = "none"
        return answer


@defect("other devices")
class RemoveTakesTheNextToo(Service):
    def remove(self, user, body, name):
        mine = self.devices_of(user)
        place = mine.index(self.device(user, name))
        answer = super().remove(user, body, name)
        for device in mine[place + 1 : place + 2] or mine[place - 1 : place]:
            self.devices.remove(device)
        return answer


@defect("404 for the fingerprint")
class RemovedIsTrustedAgain(Service):
    """The look-up by fingerprint is not told of the removal."""

    def __init__(self):
        super().__init__()
        self.prints = {(device["user"], device["deviceFingerprint"]): device for device in self.devices}

    def device_by_print(self, user, fingerprint):
        if (user, fingerprint) in self.prints:
            return self.prints[user, fingerprint]
        raise Refusal(404, "Device not found")


@defect("which is gone")
class RepeatedRevokeAnswers200(Service):
    revoked = ()

    def revoke(self, user, body, name):
        if name not in self.revoked:
            super().revoke(user, body, name)
        self.revoked = (*self.revoked, name)
        return self.done("revoke")


@defect("the devices")
class RevokeTakesTrust(Service):
    def revoke(self, user, body, name):
        holder = self.session(user, name)["device"]
        answer = super().revoke(user, body, name)
        self.device(user, holder)["isTrusted"] = not self.device(user, holder)["isTrusted"]
        return answer


@defect("the devices")
class RevokeAllTakesTrust(Service):
    def revoke_all(self, user, body):
        for device in self.devices_of(user):
            device |= {"isTrusted": False, "trustLevel": "LOW"}
        return super().revoke_all(user, body)


@defect("200 from revokeAllSessions")
class RevokeAllOfNothingIs404(Service):
    def revoke_all(self, user, body):
        if not self.sessions_of(user):
            raise Refusal(404, "No sessions")
        return super().revoke_all(user, body)


@defect("which is gone")
class RevokedAllStillBeat(Service):
    ended = ()

    def revoke_all(self, user, body):
        self.ended = (*self.ended, *self.sessions_of(user))
        return super().revoke_all(user, body)

    def heartbeat(self, user, body, name):
        for session in self.ended:
            if session["id"] == name:
                self.sessions.append(session)
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


@defect("500", "server error")
class CrashesOnUntrustWithoutSessions(Service):
    def untrust(self, user, body, name):
        if not self.sessions_in(self.device(user, name)):
            raise Refusal(500, "Failed to untrust device")
        return super().untrust(user, body, name)


@defect("500", "server error")
class UnknownSessionIs500(Service):
    def session(self, user, name, text="Session not found"):
        try:
            return super().session(user, name, text)
        except Refusal:
            raise Refusal(500, "Failed to revoke session") from None


@defect("200", "404 from")
class UnknownSessionIs200(Service):
    def revoke(self, user, body, name):
        self.end([session for session in self.sessions_of(user) if session["id"] == name])
        return self.done("revoke")


@defect("404")
class IdsMatchByTheirBeginning(Service):
    def device(self, user, name):
        for device in self.devices_of(user):
            if name and device["id"].startswith(name):
                return device
        raise Refusal(404, "Device not found")


@defect("404 from", "another kind")
class RevokeTakesDeviceIds(Service):
    def revoke(self, user, body, name):
        found = [session for session in self.sessions_of(user) if session["device"] == name]
        if found:
            self.end(found)
            return self.done("revoke")
        return super().revoke(user, body, name)


@defect("another kind of record", "404 from trustDevice")
class TrustTakesIds(Service):
    def device_by_print(self, user, fingerprint):
        for device in self.devices_of(user):
            if fingerprint in {device["id"], device["deviceFingerprint"]}:
                return device
        raise Refusal(404, "Device not found")


# --- users, tokens, input -------------------------------------------------------------------


@defect("in common")
class EverybodysSessionsListed(Service):
    def list_sessions(self, user, body):
        every = [session for session in self.sessions if self.is_active(session)]
        return {"success": True, "sessions": [self.as_session(session) for session in every]}


@defect("another user's record")
class ForeignDeviceRemovable(Service):
    def remove(self, user, body, name):
        for device in list(self.devices):
            if device["id"] == name:
                self.devices.remove(device)
                return self.done("remove")
        raise Refusal(404, "Device not found")


@defect("another user's record")
class ForeignDeviceUntrustable(Service):
    def untrust(self, user, body, name):
        for device in self.devices:
            if device["id"] == name:
                return super().untrust(device["user"], body, name)
        raise Refusal(404, "Device not found")


@defect("another user's record", "nothing")
class ForeignHeartbeat404ButDone(Service):
    def heartbeat(self, user, body, name):
        for session in self.sessions:
            if session["id"] == name:
                session["expiresAt"] = self.session_end(session)
        return super().heartbeat(user, body, name)


@defect("more behind the token")
class TokenByItsBeginning(Service):
    def user_of(self, headers):
        value = headers.get("Authorization") or ""
        for token, user in self.tokens.items():
            if value.startswith(f"Bearer {token}"):
                return user
        raise self.unauthorized()


@defect("under another scheme")
class SchemeIgnored(Service):
    def user_of(self, headers):
        user = self.tokens.get((headers.get("Authorization") or "").split(" ")[-1])
        if user is None:
            raise self.unauthorized()
        return user


@defect("without a scheme")
class SchemeOptional(Service):
    def user_of(self, headers):
        user = self.tokens.get((headers.get("Authorization") or "").removeprefix("Bearer "))
        if user is None:
            raise self.unauthorized()
        return user


@defect("in capitals")
class TokenInAnyCase(Service):
    def user_of(self, headers):
        return super().user_of({"Authorization": (headers.get("Authorization") or "").lower()})


@defect("500", "server error")
class NoTokenCrashes(Service):
    def unauthorized(self):
        return Refusal(500, "Cannot read properties of undefined")


@defect("401 from heartbeatSession")
class HeartbeatNeedsNoToken(Service):
    def needs_user(self, handler):
        return handler != "heartbeat"


@defect("200", "401 from")
class UnauthorizedIs200(Service):
    def unauthorized(self):
        return Refusal(200, "Unauthorized")


@defect("401", "302")
class UnauthorizedRedirects(Service):
    def unauthorized(self):
        return Refusal(302, "Found", Location="/login")


@defect("charset")
class CharsetRefused(Service):
    def fingerprint_in(self, body, media_type):
        if media_type != "application/json":
            raise Refusal(415, "Unsupported media type")
        return super().fingerprint_in(body, media_type)


@defect("null as fingerprint")
class NullTaken(Service):
    def fingerprint_in(self, body, media_type):
        value = json.loads(body) if body.startswith(b'{"fingerprint": null') else None
        return "null" if value else super().fingerprint_in(body, media_type)


@defect("as fingerprint")
class ListsTaken(Service):
    def fingerprint_in(self, body, media_type):
        value = json.loads(body) if body.startswith(b'{"fingerprint": [') else None
        return value["fingerprint"][0] if value else super().fingerprint_in(body, media_type)


@defect("x-www-form-urlencoded")
class FormsTaken(Service):
    def fingerprint_in(self, body, media_type):
        is_form = media_type == "application/x-www-form-urlencoded"
        return super().fingerprint_in(body, "application/json" if is_form else media_type)


@defect("404 for an unknown fingerprint", "404")
class UnknownFingerprintMakesADevice(Service):
    def device_by_print(self, user, fingerprint):
        try:
            return super().device_by_print(user, fingerprint)
        except Refusal:
            device = {**self.make_device(user, 1), "id": fingerprint, "deviceFingerprint": fingerprint}
            self.devices.append(device)
            return device


@defect("400 for")
class BadBodyIs404(Service):
    def fingerprint_in(self, body, media_type):
        try:
            return super().fingerprint_in(body, media_type)
        except Refusal as refusal:
            raise Refusal(404, "Device not found") if refusal.status == 400 else refusal from None


@defect("refused request to change nothing")
class RefusedBodyStillTrusts(Service):
    def trust(self, user, body, media_type=""):
        try:
            return super().trust(user, body, media_type)
        except Refusal:
            for device in self.devices_of(user)[-1:]:
                device["isTrusted"] = not device["isTrusted"]
            raise


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
