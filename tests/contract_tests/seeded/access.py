"""Defects of tokens, and of records that belong to others."""

from __future__ import annotations

from tests.contract_tests.reference import Refusal, Service
from tests.contract_tests.seeding import defect


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
