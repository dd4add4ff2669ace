"""Defects of taking what comes in."""

from __future__ import annotations

import json

from tests.contract_tests.reference import Refusal, Service
from tests.contract_tests.seeding import defect


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
