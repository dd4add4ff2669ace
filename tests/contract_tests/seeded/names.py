"""Defects of finding a record by its name."""

from __future__ import annotations

from tests.contract_tests.reference import Refusal, Service
from tests.contract_tests.seeding import defect


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
