"""Defects of what removing and revoking do."""

from __future__ import annotations

import time

from tests.contract_tests.reference import Refusal, Service
from tests.contract_tests.seeding import defect


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


@defect("other devices")
class RemoveTakesTheNextToo(Service):
    def remove(self, user, body, name):
        mine = self.devices_of(user)
        place = mine.index(self.device(user, name))
        answer = super().remove(user, body, name)
        for device in mine[place + 1 : place + 2] or mine[place - 1 : place]:
            self.devices.remove(device)
        return answer


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
