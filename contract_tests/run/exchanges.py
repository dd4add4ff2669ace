"""A request and its response as text for the reports."""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from contract_tests.core.answer import NOT_JSON, Answer
from contract_tests.core.promises import Exchange
from contract_tests.core.redaction import Redactor

SHOWN_BODY: Final = 16_000  # characters of a body that reports show
TOKENS: Final = re.compile(r'"(?:[^"\\]|\\.)*"?|[{}\[\]:,]|[^\s{}\[\]:,"]+')
DEEPEST: Final = 40  # levels that are indented
OPENING, CLOSING = frozenset("{["), frozenset("}]")


def exchange_of(answer: Answer, redact: Redactor) -> Exchange:
    """The request and the response, without secrets."""
    path = f"{answer.sent.path}?{answer.sent.query}" if answer.sent.query else answer.sent.path
    return Exchange(
        redact(f"{answer.sent.method} {path}"),
        redact(answer.sent.curl(redact.without_secrets)),
        response_of(answer, redact),
    )


def response_of(answer: Answer, redact: Callable[[str], str]) -> str:
    """Status, headers and body; a body is cut after its secrets were taken out, so that no part of one is left."""
    if not answer.status:
        return "no response"
    head = [f"{answer.status} {phrase(answer.status)}".strip()]
    head += [redact(f"{name}: {line}") for name, value in answer.headers.items() for line in value.split("\n")]
    body = redact(body_of(answer))
    if len(body) > SHOWN_BODY:
        body = f"{body[:SHOWN_BODY]}\n... (a body of {len(answer.body):,} bytes)"
    end = ["", "(here the body breaks off)"] if answer.truncated else []
    return "\n".join([*head, "", body, *end]).rstrip()


def body_of(answer: Answer) -> str:
    """The body as text, with JSON on several lines and not much more of it than is shown; else its size."""
    text = answer.body[: 4 * SHOWN_BODY].decode("utf-8", "replace")
    if "\0" in text and "json" not in answer.media_type:
        return f"({len(answer.body):,} bytes of {answer.media_type or 'an unknown type'})"
    return (text if answer.json is NOT_JSON else indented(text))[: 2 * SHOWN_BODY]


def phrase(status: int) -> str:
    """The reason phrase of a status; empty where HTTP has none."""
    return next((one.phrase for one in HTTPStatus if one == status), "")


def indented(text: str) -> str:
    """JSON on several lines; nothing but the white space between its tokens changes: numbers stay as they were sent."""
    parts, depth, before = list[str](), 0, ""
    for token in TOKENS.findall(text):
        depth -= token in CLOSING
        begins = before not in OPENING if token in CLOSING else before in OPENING | {","}
        parts.append(f"\n{'  ' * min(depth, DEEPEST)}" if begins and before else " " if before == ":" else "")
        parts.append(token)
        depth += token in OPENING
        before = token
    return "".join(parts)
