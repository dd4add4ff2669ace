"""What the implementation refuses: bodies, media types and query parameters, checked by hand."""

from __future__ import annotations

import json
import math
import re
from datetime import date, datetime

STATUSES = ("open", "paused", "archived")
PROJECT_FIELDS = {
    "title": ("text", 1, 80),
    "description": ("text", 0, 400),
    "status": ("choice", STATUSES),
    "budget": ("number", 0, 1_000_000_000),
    "tags": ("texts", 6, 1, 20),
}
CONTACT = {"fields": {"email": ("email",), "name": ("text", 0, 60)}, "required": ["email"], "open": True}
TASK_FIELDS = {
    "text": ("text", 1, 200),
    "done": ("flag",),
    "size": ("integer", 0, 2**63 - 1),
    "weight": ("number", None, None),
    "due": ("moment",),
}
PROJECT = {"fields": {**PROJECT_FIELDS, "starts": ("day",), "contact": ("object", CONTACT)}, "required": ["title"]}
PROJECT_PATCH = {"fields": PROJECT_FIELDS, "required": [], "least": 1}
TASK = {"fields": TASK_FIELDS, "required": ["text"]}
TASK_PATCH = {"fields": {**TASK_FIELDS, "due": ("moment or null",)}, "required": [], "least": 1}
LABEL = {"fields": {"color": ("form", r"#[0-9a-f]{6}"), "text": ("text", 0, 60)}, "required": ["color"]}
PROFILE = {
    "fields": {"login": ("any",), "email": ("email",), "password": ("text", 8, 64), "bio": ("text", 0, 200)},
    "required": ["email", "password"],
    "ignored": ["login"],
}


class Refusal(Exception):
    """Ends a handler with a status and a title."""

    def __init__(self, status, text, headers=None):
        super().__init__(text)
        self.status, self.text, self.headers = status, text, headers or {}


def integer(text, low, high, default):
    """A query parameter as an integer within its bounds."""
    if text is None:
        return default
    if not re.fullmatch(r"[+-]?\d{1,18}", text, re.ASCII):
        raise Refusal(400, "not an integer")
    if int(text) < low or (high is not None and int(text) > high):
        raise Refusal(400, "out of bounds")
    return int(text)


def media_type(sent, wanted):
    """Refuse another media type than the wanted one."""
    if (sent or "").split(";")[0].strip().lower() != wanted:
        raise Refusal(415, "unsupported media type")


def parsed(raw):
    """The JSON value of a body."""
    try:
        return json.loads(raw.decode(), parse_constant=lambda name: float("not JSON"))
    except (ValueError, RecursionError):
        raise Refusal(400, "not JSON") from None


def fits(body, schema):
    """Refuse a body that does not fit."""
    if not isinstance(body, dict) or len(body) < schema.get("least", 0):
        raise Refusal(400, "an object is wanted")
    unknown = [name for name in body if name not in schema["fields"]]
    if unknown and not schema.get("open"):
        raise Refusal(400, f"unknown field {unknown[0]}")
    if missing := [name for name in schema["required"] if name not in body]:
        raise Refusal(400, f"{missing[0]} is missing")
    for name, value in body.items():
        if name in schema["fields"] and not is_fit(value, *schema["fields"][name]):
            raise Refusal(400, f"{name} does not fit")


def is_fit(value, kind, *bounds):
    """Whether a value is of the kind and within its bounds."""
    return KINDS[kind](value, *bounds)


def is_text(value, least, most):
    return isinstance(value, str) and least <= len(value) <= most


def is_number(value, low, high):
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return False
    return (low is None or value >= low) and (high is None or value <= high)


def is_integer(value, low, high):
    return is_number(value, low, high) and not isinstance(value, float)


def is_day(value):
    try:
        form = r"\d{4}-\d\d-\d\d"
        return isinstance(value, str) and bool(re.fullmatch(form, value, re.ASCII) and date.fromisoformat(value))
    except ValueError:
        return False


def is_moment(value):
    try:
        form = r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)"
        if not isinstance(value, str) or not re.fullmatch(form, value, re.ASCII):
            return False
        return bool(datetime.fromisoformat(re.sub(r"\.\d+", "", value.upper().replace(":60", ":59"))))
    except ValueError:
        return False


def is_email(value):
    if not isinstance(value, str):
        return False
    local, at, domain = value.rpartition("@")
    return bool(local and at and domain and " " not in value)


def is_object(value, schema):
    try:
        fits(value, schema)
    except Refusal:
        return False
    return True


KINDS = {
    "any": lambda _: True,
    "text": is_text,
    "form": lambda value, form: isinstance(value, str) and bool(re.fullmatch(form, value, re.ASCII)),
    "texts": lambda value, most, low, high: isinstance(value, list) and len(value) <= most
    and all(is_text(one, low, high) for one in value),
    "choice": lambda value, choices: isinstance(value, str) and value in choices,
    "number": is_number,
    "integer": is_integer,
    "flag": lambda value: isinstance(value, bool),
    "day": is_day,
    "moment": is_moment,
    "moment or null": lambda value: value is None or is_moment(value),
    "email": is_email,
    "object": is_object,
}  # fmt: skip
