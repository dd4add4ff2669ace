"""Defects of status lines and headers."""

from __future__ import annotations

from tests.contract_tests.reference import Refusal, Service
from tests.contract_tests.seeding import Rewrites, defect


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
