"""Defects of what trusting and untrusting do."""

from __future__ import annotations

import json

from tests.contract_tests.reference import Refusal, Service
from tests.contract_tests.seeding import defect


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


@defect("other fields", "became 'Trusted device'")
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


@defect("500", "server error")
class CrashesOnUntrustWithoutSessions(Service):
    def untrust(self, user, body, name):
        if not self.sessions_in(self.device(user, name)):
            raise Refusal(500, "Failed to untrust device")
        return super().untrust(user, body, name)
