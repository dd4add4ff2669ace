"""When the contract says that something is sent, as far as names and prose tell it.

OpenAPI says what a callback looks like and where it is sent, and not when. The callback of an operation that does one
thing comes when that thing is done. That of a subscription comes with each event, perhaps never.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from contract_tests.core.contract import Operation
from contract_tests.core.outgoing import Sending
from contract_tests.core.schemas import words_in

SUBSCRIBES: Final = frozenset((
    "hook", "hooks", "listener", "listeners", "notifications", "observe", "stream", "streams", "subscribe",
    "subscriber", "subscribers", "subscription", "subscriptions", "watch", "watches", "webhook", "webhooks",
))  # fmt: skip
"""Words of an operation's name or path that say that it only takes an address for later events."""

LATER: Final = frozenset((
    "cancel", "canceled", "cancelled", "changed", "changes", "declined", "denied", "error", "expired", "fail", "failed",
    "failure", "progress", "rejected", "removed", "reminder", "timeout", "update", "updated", "updates",
))  # fmt: skip
"""Words of a callback's name that say that it comes on another occasion than the success of its operation."""

CONDITIONAL: Final = re.compile(
    r"\b(whenever|each time|every time|every (event|change|update)|(on|for) (each|any|every)|periodic\w*|optional\w*"
    r"|may be (sent|called)|might|later|events? (of|about)|in case|only if)\b",
    re.IGNORECASE,
)
AGAIN: Final = re.compile(r"\bre-?tr(y|ies|ied|ying)|\bre-?sen[dt]|\bre-?deliver|\b(sent|tried) again", re.IGNORECASE)
NEVER_AGAIN: Final = re.compile(
    r"\b(not|never|no|without)\W+(\w+\W+){0,2}(re-?tr|re-?sen|re-?deliver|(sent|tried) again)", re.IGNORECASE
)


MORE_THAN_ONCE: Final = re.compile(
    r"at[- ]least[- ]once|more than once|duplicate|idempoten|same (event|callback) again", re.IGNORECASE
)


def is_subscription(operation: Operation) -> bool:
    """Whether an operation only takes an address for events that come later."""
    raw = operation.declared.raw
    text = " ".join((operation.path.replace("/", " "), str(raw.get("operationId", ""))))
    return not SUBSCRIBES.isdisjoint(words_in(text))


def is_of_failure(sending: Sending) -> bool:
    """Whether the name of a callback says that it comes where something has failed or changed."""
    return not LATER.isdisjoint(words_in(sending.name))


def may_repeat(operation: Operation, sending: Sending) -> bool:
    """Whether one may come again though it was taken: the contract says so, or it is of a subscription."""
    return is_subscription(operation) or bool(MORE_THAN_ONCE.search(sending.words))


def is_due(operation: Operation, sending: Sending) -> bool:
    """Whether a callback must come once its operation has succeeded."""
    return not (
        is_subscription(operation) or not LATER.isdisjoint(words_in(sending.name)) or CONDITIONAL.search(sending.words)
    )


def is_repeated(sending: Sending) -> bool:
    """Whether the contract says that it is sent again where it was not taken."""
    return bool(AGAIN.search(sending.words)) and not NEVER_AGAIN.search(sending.words)


def is_address(name: str, schema: Mapping[str, Any]) -> bool:
    """Whether a member of a body is the address at which events are wanted."""
    words = {*words_in(name)}
    is_url = schema.get("format") in {"uri", "url"} or not words.isdisjoint({"url", "uri", "endpoint", "callback"})
    return is_url and schema.get("type", "string") == "string"
