"""Defects of the shape of bodies and of what they say."""

from __future__ import annotations

import gzip
import json
from typing import ClassVar

from tests.contract_tests.reference import LIST_FIELDS, Refusal, Service
from tests.contract_tests.seeding import Rewrites, defect, without


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


@defect("empty body")
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


@defect("no JSON", "breaks off")
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
