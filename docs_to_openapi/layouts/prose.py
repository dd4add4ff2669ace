"""What sentences inside an operation state: statuses, media types, and how a request is authenticated."""

from __future__ import annotations

import re
from http import HTTPStatus

from docs_to_openapi.layouts.schemes import BASIC, BEARER, Named, api_key
from docs_to_openapi.pages.text import plain, unlinked

_PHRASE = "|".join(re.escape(status.phrase) for status in HTTPStatus)
_STATUS = re.compile(
    rf"`(?:HTTP(?:/[\d.]+)? )?([1-5]\d\d)(?: [A-Za-z' -]+)?`|\b([1-5]\d\d) (?:{_PHRASE})\b"
    r"|\b(?:status(?: code)?|HTTP|code)(?: of| is)?:? \*{0,2}([1-5]\d\d)\b|\b(?:returns?|responds? with|with) an? (?:HTTP )?\*{0,2}([1-5]\d\d)\b"
    r"|\b(?:or|returns?|responds? with|with)(?: an?)? ([1-5]\d\d)\b(?=\s+(?:if|when|error|status|response|on)\b)"
    r"|^\W{0,4}([1-5]\d\d)\b(?=\*{0,2}`?\s*(?:[:\u2013\u2014-]|\())",
    re.IGNORECASE,
)
_NOT_RETURNED = re.compile(
    r"\b(?:instead of|rather than|unlike|never|not return|no longer|before|used to)\b[^.]*$", re.IGNORECASE
)
_MEDIA = re.compile(
    r"content-type(?: header)?(?: of| is| must be| should be| to|:|=)*\s*[`'\"]?([a-z]+/[\w.+-]+)", re.IGNORECASE
)


def statuses_in(text: str) -> list[tuple[str, str]]:
    """The statuses that a sentence states as answers, each with its words after it."""
    words = unlinked(plain(text))
    found: list[tuple[str, str]] = []
    for match in _STATUS.finditer(words):
        if _NOT_RETURNED.search(words[: match.start()]):
            continue
        status = next(part for part in match.groups() if part)
        rest = re.sub(r"^[\s`*:)(\u2013\u2014-]+", "", words[match.end() :])
        found.append((status, rest))
    return found


def media_type_in(text: str) -> str:
    """The media type that a sentence states for bodies, or ""."""
    match = _MEDIA.search(plain(text))
    return match.group(1).lower() if match else ""


_HEADER = re.compile(
    r"[`'\"]?\b([\w-]*(?:key|token|auth|secret|api)[\w-]*)[`'\"]?\s*(?::|header\b|in the (?:request )?headers?\b)",
    re.IGNORECASE,
)
_QUERY_KEY = re.compile(
    r"[`'\"?&]([\w-]*(?:key|token)[\w-]*)[`'\"=]?[^.]*\b(?:query|url) (?:param|string)|query (?:string )?param\w*[^.]*?[`'\"]([\w-]+)[`'\"]",
    re.IGNORECASE,
)
_BEARER = re.compile(
    r"authorization\W{0,6}bearer\b|\bbearer (?:token|auth|scheme)|\bas a bearer\b|\bbearer\b[^.]*\bauthorization\b",
    re.IGNORECASE,
)
_BASIC = re.compile(r"\b(?:http )?basic (?:http )?auth|\bhttp basic\b|authorization\W{0,6}basic\b", re.IGNORECASE)


def scheme_in(text: str) -> Named | None:
    """The security scheme that a sentence about authentication states."""
    words = plain(text)
    if _BEARER.search(words):
        return BEARER
    if _BASIC.search(words):
        return BASIC
    if match := _QUERY_KEY.search(words):
        return api_key(match.group(1) or match.group(2), "query")
    for match in _HEADER.finditer(words):
        if match.group(1).lower() == "authorization" or "-" in match.group(1) or match.group(0).startswith("`"):
            return api_key(match.group(1))
    return None
