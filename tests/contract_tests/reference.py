"""An implementation of the device and session API that owes nothing to the mock: standard library, mutable state.

`Service` holds the data and answers; `serve(service)` puts it on a socket. Its many small methods are there to be
overridden: a defect or a legitimate variant is a subclass that changes one of them (see `defects.py`).
"""

from __future__ import annotations

import json
import re
import threading
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import unquote, urlsplit

ROUTES = [
    ("GET", r"/devices", "list_devices"),
    ("POST", r"/devices/trust", "trust"),
    ("GET", r"/devices/([^/]+)", "show_device"),
    ("DELETE", r"/devices/([^/]+)", "remove"),
    ("POST", r"/devices/([^/]+)/untrust", "untrust"),
    ("GET", r"/sessions", "list_sessions"),
    ("POST", r"/sessions/revoke-all", "revoke_all"),
    ("POST", r"/sessions/([^/]+)/revoke", "revoke"),
    ("POST", r"/sessions/([^/]+)/heartbeat", "heartbeat"),
]
LIST_FIELDS = [
    "id", "deviceName", "deviceType", "os", "browser", "ipAddress", "country", "city",
    "isTrusted", "trustLevel", "lastSeen", "createdAt", "trustExpiresAt",
]  # fmt: skip
SESSION_FIELDS = ["id", "ipAddress", "location", "startedAt", "lastActivity", "expiresAt", "loginMethod"]


class Refusal(Exception):
    """Ends a handler with a status and an error text."""

    def __init__(self, status, text, **headers):
        super().__init__(text)
        self.status, self.text, self.headers = status, text, headers


class Service:
    """Data and behaviour. Answers are `(status, payload, headers)`; payload is a dict, or text sent as it is."""

    trust_days = 90
    session_hours = 12
    tokens: ClassVar = {"red-token": "red", "blue-token": "blue"}
    message_of: ClassVar = {
        "trust": "Device trusted successfully",
        "untrust": "Device untrusted successfully",
        "remove": "Device removed successfully",
        "revoke": "Session revoked successfully",
        "revoke_all": "All sessions revoked successfully",
        "heartbeat": "Session updated successfully",
    }

    def __init__(self):
        self.lock = threading.RLock()
        self.devices, self.sessions = [], []
        self.log = []
        self.fill()

    # data ------------------------------------------------------------------------------------

    def fill(self):
        for user in ("red", "blue"):
            for number in range(3):
                device = self.make_device(user, number)
                self.devices.append(device)
                for turn in range(2):
                    self.sessions.append(self.make_session(user, device, turn))
            self.sessions.append(self.make_session(user, self.devices[-1], 2, timedelta(hours=-5)))

    def make_id(self, kind, user, number):
        return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{kind}.{user}.{number}"))

    def make_device(self, user, number):
        now = self.now()
        device = {
            "user": user,
            "id": self.make_id("device", user, number),
            "deviceName": f"{user} device {number}",
            "deviceType": ["DESKTOP", "MOBILE", "TABLET"][number],
            "os": "ExampleOS 1",
            "browser": "ExampleBrowser 2",
            "isTrusted": number == 0,
            "trustLevel": "HIGH" if number == 0 else "UNKNOWN",
            "lastSeen": now - timedelta(hours=number + 1),
            "createdAt": now - timedelta(days=50 + number),
            "deviceFingerprint": f"print-{user}-{number}",
            "userAgent": f"Agent/{number}",
        }
        if number == 0:
            device["trustExpiresAt"] = now + timedelta(days=10)
        if number < 2:
            device |= {"ipAddress": f"198.51.100.{number}", "country": "Norway", "city": "Oslo"}
        return device

    def make_session(self, user, device, turn, ends=timedelta(hours=3)):
        now = self.now()
        return {
            "user": user,
            "device": device["id"],
            "id": self.make_id("session", user, device["id"] + str(turn)),
            "ipAddress": "198.51.100.20",
            "location": "Oslo, Norway",
            "startedAt": now - timedelta(days=2),
            "lastActivity": now - timedelta(hours=6 + turn),
            "expiresAt": now + ends,
            "loginMethod": "password",
        }

    def now(self):
        return datetime.now(UTC)

    # look-ups --------------------------------------------------------------------------------------------------------

    def user_of(self, headers):
        scheme, _, token = (headers.get("Authorization") or "").partition(" ")
        user = self.tokens.get(token) if scheme.lower() == "bearer" else None
        if user is None:
            raise self.unauthorized()
        return user

    def unauthorized(self):
        return Refusal(401, "Unauthorized", **{"WWW-Authenticate": "Bearer"})

    def needs_user(self, handler):
        return True

    def devices_of(self, user):
        return [device for device in self.devices if device["user"] == user]

    def is_active(self, session):
        return session["expiresAt"] > self.now()

    def sessions_of(self, user):
        return [session for session in self.sessions if session["user"] == user and self.is_active(session)]

    def sessions_in(self, device):
        return [session for session in self.sessions_of(device["user"]) if session["device"] == device["id"]]

    def device(self, user, name):
        for device in self.devices_of(user):
            if device["id"] == name:
                return device
        raise Refusal(404, "Device not found")

    def device_by_print(self, user, fingerprint):
        for device in self.devices_of(user):
            if device["deviceFingerprint"] == fingerprint:
                return device
        raise Refusal(404, "Device not found")

    def session(self, user, name, text="Session not found"):
        for session in self.sessions_of(user):
            if session["id"] == name:
                return session
        raise Refusal(404, text)

    # how things look -------------------------------------------------------------------------

    def time(self, instant):
        return instant.strftime("%Y-%m-%dT%H:%M:%SZ")

    def shown(self, record, fields):
        return {
            key: self.time(record[key]) if isinstance(record[key], datetime) else record[key]
            for key in fields
            if key in record
        }

    def as_item(self, device):
        return self.shown(device, LIST_FIELDS)

    def as_detail(self, device):
        detail = self.shown(device, [*LIST_FIELDS, "userAgent", "deviceFingerprint"])
        return {**detail, "sessions": [self.as_nested(session) for session in self.sessions_in(device)]}

    def as_nested(self, session):
        return self.shown(session, SESSION_FIELDS)

    def as_session(self, session):
        name = next((d["deviceName"] for d in self.devices if d["id"] == session["device"]), "?")
        return {**self.shown(session, SESSION_FIELDS), "deviceName": name}

    # handlers --------------------------------------------------------------------------------

    def list_devices(self, user, body):
        return {"success": True, "devices": [self.as_item(device) for device in self.devices_of(user)]}

    def show_device(self, user, body, name):
        return {"success": True, "device": self.as_detail(self.device(user, name))}

    def fingerprint_in(self, body, media_type):
        if media_type.split(";")[0].strip() != "application/json":
            raise Refusal(415, "Unsupported media type")
        try:
            value = json.loads(body)
        except ValueError:
            raise Refusal(400, "Invalid JSON") from None
        if not isinstance(value, dict) or not isinstance(value.get("fingerprint"), str):
            raise Refusal(400, "fingerprint is required")
        return value["fingerprint"]

    def trust(self, user, body, media_type=""):
        device = self.device_by_print(user, self.fingerprint_in(body, media_type))
        device |= {"isTrusted": True, "trustLevel": "HIGH", "trustExpiresAt": self.trust_end(device)}
        return {
            "success": True,
            "message": self.message_of["trust"],
            "trustExpiresAt": self.time(device["trustExpiresAt"]),
        }

    def trust_end(self, device):
        return self.now() + timedelta(days=self.trust_days)

    def untrust(self, user, body, name):
        device = self.device(user, name)
        device |= {"isTrusted": False, "trustLevel": "UNKNOWN"}
        device.pop("trustExpiresAt", None)
        self.end(self.sessions_in(device))
        return self.done("untrust")

    def remove(self, user, body, name):
        device = self.device(user, name)
        self.end(self.sessions_in(device))
        self.devices.remove(device)
        return self.done("remove")

    def end(self, sessions):
        ended = [session["id"] for session in sessions]
        self.sessions = [session for session in self.sessions if session["id"] not in ended]

    def list_sessions(self, user, body):
        return {"success": True, "sessions": [self.as_session(session) for session in self.sessions_of(user)]}

    def revoke(self, user, body, name):
        self.end([self.session(user, name)])
        return self.done("revoke")

    def revoke_all(self, user, body):
        self.end(self.sessions_of(user))
        return self.done("revoke_all")

    def heartbeat(self, user, body, name):
        session = self.session(user, name, "Session not found or expired")
        session |= {"lastActivity": self.now(), "expiresAt": self.session_end(session)}
        return {**self.done("heartbeat"), "newExpiry": self.time(session["expiresAt"])}

    def session_end(self, session):
        return self.now() + timedelta(hours=self.session_hours)

    def done(self, what):
        return {"success": True, "message": self.message_of[what]}

    # the way in and out ----------------------------------------------------------------------

    def answer(self, method, target, headers, body):
        path = urlsplit(target).path
        self.log.append((method, path, dict(headers), body))
        found = [(verb, name, match) for verb, pattern, name in ROUTES if (match := re.fullmatch(pattern, path))]
        if not found:
            return self.finish("", 404, self.error("Not found"), {})
        chosen = [(name, match) for verb, name, match in found if verb == method]
        if not chosen:
            return self.undefined(sorted({verb for verb, _, _ in found}))
        name, match = chosen[0]
        try:
            with self.lock:
                user = self.user_of(headers) if self.needs_user(name) else "red"
                values = [unquote(value) for value in match.groups()]
                more = {"media_type": headers.get("Content-Type") or ""} if name == "trust" else {}
                return self.finish(name, 200, getattr(self, name)(user, body, *values, **more), {})
        except Refusal as refusal:
            return self.finish(name, refusal.status, self.error(refusal.text), refusal.headers)

    def undefined(self, allowed):
        return self.finish("", 405, self.error("Method not allowed"), {"Allow": ", ".join(allowed)})

    def error(self, text):
        return {"success": False, "error": text}

    def finish(self, handler, status, payload, headers):
        return status, payload, {"Content-Type": "application/json", **headers}


def handler_for(service):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do(self):
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length) if length else b""
            status, payload, headers = service.answer(self.command, self.path, self.headers, body)
            data = (
                payload
                if isinstance(payload, bytes)
                else payload.encode()
                if isinstance(payload, str)
                else json.dumps(payload).encode()
            )
            self.send_response_only(status)
            for name, value in {"Date": self.date_time_string(), **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        def log_message(self, *_):
            pass

    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"):
        setattr(Handler, f"do_{method}", Handler.do)
    return Handler


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass


@contextmanager
def serve(service, handler=handler_for):
    """Serve on a free port of the loopback interface; yields the base URL."""
    server = Server(("127.0.0.1", 0), handler(service))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
