"""Defects of what lists and details show, and of what reading does."""

from __future__ import annotations

import time
from datetime import timedelta

from tests.contract_tests.reference import Service
from tests.contract_tests.seeding import defect


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


@defect("listed once")
class DuplicatesInTheList(Service):
    def sessions_of(self, user):
        sessions = super().sessions_of(user)
        return [*sessions, *sessions[:1]]


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
