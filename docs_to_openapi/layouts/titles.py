"""Titles of sections in hand-written pages → the kind of part that they open."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus

from docs_to_openapi.pages.blocks import Block
from docs_to_openapi.pages.text import bare


@dataclass(frozen=True)
class Title:
    """A kind of part; `argument` is its location, status, or whether its fields are required."""

    kind: str
    argument: str = ""
    required: str = ""


_FIELDS = (
    r"(?:parameters?|params?|arguments?|args?|attributes?|fields?|variables?|properties|keys|options?|inputs?|data)"
)
_KINDS: tuple[tuple[str, str], ...] = (
    (
        rf"(?:url|path|uri|route|resource|endpoint)(?: path)? (?:{_FIELDS}|segments?|components?)|in (?:the )?(?:url|path)",
        "parameters:path",
    ),
    (
        rf"(?:url |uri )?(?:query|querystring|query[- ]string|search|filter|get)s?(?: string)? {_FIELDS}|query(?: ?string)?|filters|querystring|filtering",
        "parameters:query",
    ),
    (rf"response headers?(?: {_FIELDS})?|headers? (?:of the response|returned)", "headers"),
    (rf"(?:http |request |custom |required )?headers?(?: {_FIELDS})?", "parameters:header"),
    (rf"cookies?(?: {_FIELDS})?", "parameters:cookie"),
    (
        r"(?:example|sample) (?:request )?(?:body|payload)|(?:request )?(?:body|payload) (?:example|sample)",
        "body_example",
    ),
    (
        (
            rf"(?:http |json |request |raw |post |put |patch |the |message |form |form[- ]data )*(?:body|payload)(?: (?:{_FIELDS}|schema|object|format|content|json))*"
            rf"|(?:form|form[- ]data|multipart|json|post|put|patch|data|body|payload)(?: body)? {_FIELDS}|request (?:schema|object|model|fields?|attributes?|data|json)|data"
        ),
        "request_body",
    ),
    (
        r"(?:example |sample )?(?:requests?|calls?|usage|curl)(?: examples?| samples?)|(?:example|sample) (?:requests?|calls?|usage|curl|code)|code (?:samples?|examples?|snippets?)|curl|request samples?|usage",
        "samples",
    ),
    (
        (
            r"(?:example|sample|successful|success|typical)?s? ?(?:json |http |success(?:ful)? )?(?:response|output|result|return|reply)s?(?: body| json)? (?:example|sample|payload)s?"
            r"|(?:example|sample) (?:json |http |success(?:ful)? |error )?(?:response|output|result|return|reply)s?(?: body| json)?"
        ),
        "example",
    ),
    (
        (
            r"(?:(?:possible |common |http )?errors?(?: (?:codes?|responses?|statuses|status codes?|messages?|handling|conditions))?"
            r"|(?:http |possible |response |return |returned |error )?(?:status|response|return|result) codes?(?: summary)?|failure|failures|exceptions)"
        ),
        "errors",
    ),
    (
        (
            rf"(?:success(?:ful)? |json |http |the |api )?(?:responses?|returns?|returned|results?|output|return value|reply)"
            rf"(?: (?:body|{_FIELDS}|schema|object|format|content|structure|payload|details|data|messages?|json|description))*"
        ),
        "response",
    ),
    (
        r"(?:http |the )?requests?(?: (?:url|format|details|syntax|line))?|(?:api )?endpoints?|definition|url|uri|method|http method|route|syntax|resource url|request url",
        "request",
    ),
    (rf"(?:request |input |supported |available |accepted |call |api )?(?:{_FIELDS})", "parameters"),
    (
        r"authentications?|authorizations?|auth|permissions?|security|required (?:scopes?|permissions?)|scopes?|requires auth\w*|auth required|access",
        "auth",
    ),
    (r"enumerated values|enums?|possible values|allowed values", "enums"),
    (
        r"notes?|remarks?|see also|description|summary|overview|details|examples?|limits|rate limits?|changelog|tips?|warnings?|related|next steps|pagination",
        "other",
    ),
)
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), kind) for pattern, kind in _KINDS)
_QUALIFIER = re.compile(r"^(required|mandatory|optional)\s+(?=\w)|\s*\((required|optional)\)$", re.IGNORECASE)
_STATUS = re.compile(r"(?<![\w.])([1-5]\d\d|[1-5]xx)(?![\w.%])", re.IGNORECASE)
_ALLOWED = re.compile(
    r"^(?:http(?:/[\d.]+)?|status|code|codes|response|responses|example|examples|sample|success|successful|successfully|error|errors|body|returns?|with|"
    r"the|a|an|on|if|when|schema|json|application/json|application|reply|result|client|server|and|or|for|of|is|not|no|content|resource|request|"
    r"failure|failed|invalid|valid|missing|exists|conflict|too|many|object|format|fields|attributes|payload|output)$",
    re.IGNORECASE,
)
_PHRASES = {word.lower() for status in HTTPStatus for word in re.findall(r"[A-Za-z']+", status.phrase)}


def title_of(block: Block) -> str:
    """The words of a block that is formatted as a title: a heading, a bold line, a quoted label, a line with a colon."""
    if block.kind != "text" or len(block.text) > 120:
        return ""
    raw = block.raw.strip()
    words = bare(block.text)
    if block.level or raw.startswith(("{% tab ", "<summary", "=== ")):
        return words
    stripped = re.sub(r"^(?:[*+-]|\d+\.)\s+", "", raw)
    emphasised = re.match(r"^(\*\*|__)(?!\s)([^*]+?)(?:\1)?\s*:?\s*(?:\1)?\s*:?$", stripped)
    if emphasised or raw.startswith(">") or (words and block.text.rstrip("*_ ").endswith(":") and len(words) <= 60):
        return words
    return ""


def classify(words: str) -> Title | None:
    """The kind of part that these words open, or None if they aren't a known title."""
    text = " ".join(words.strip(" .:#-").split())
    if not text or len(text) > 80:
        return None
    if status := status_title(text):
        return Title("status", status)
    required = ""
    if match := _QUALIFIER.search(text):
        required = "false" if "optional" in match.group(0).lower() else "true"
        text = (text[: match.start()] + text[match.end() :]).strip()
    for pattern, kind in _COMPILED:
        if pattern.fullmatch(text):
            name, _, argument = kind.partition(":")
            return Title(name, argument, required)
    if required and re.fullmatch(_FIELDS, text, re.IGNORECASE):
        return Title("parameters", "", required)
    return None


def status_title(text: str) -> str:
    """The status of a title such as `200`, `Response 200`, `404: Not Found` or `Error response (422)`; else ""."""
    found = _STATUS.findall(text)
    if len(found) != 1:
        return ""
    match = _STATUS.search(text)
    before, after = text[: match.start()], text[match.end() :]  # type: ignore[union-attr]
    words_before = re.findall(r"[\w/']+", before)
    if not all(_ALLOWED.match(word) or word.lower() in _PHRASES for word in words_before):
        return ""
    rest = re.findall(r"[\w/']+", after)
    separated = not words_before and re.match(r"\s*(?:[:,(\u2013\u2014-]|$)", after)
    if separated or all(_ALLOWED.match(word) or word.lower() in _PHRASES for word in rest):
        return str(found[0]).upper()
    return (
        str(found[0]).upper() if words_before and len(rest) <= 6 and re.match(r"\s*[:,(\u2013\u2014-]", after) else ""
    )
