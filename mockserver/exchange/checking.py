"""Whether requests and answers that only pass keep the contract: what they break is listed, and nothing refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from mockserver.contract.contract import Contract, Match
from mockserver.contract.messages.codings import decoded, decoded_body
from mockserver.contract.operations import media
from mockserver.contract.operations.operation import ABSENT, BODILESS, MediaType, Operation
from mockserver.errors import Refused, Violation
from mockserver.exchange.auth import Auth
from mockserver.exchange.steering import UNSTEERED
from mockserver.messages import Request

Violations = tuple[Violation, ...]
Lines = tuple[tuple[str, str], ...]
_MOST_KNOWN = 10_000
"""Of how many kinds of answers the declared media type is remembered."""
_REQUEST, _ANSWER = "request.", "response."


class Checks:
    """Checks what passes against one contract."""

    def __init__(self, contract: Contract, limit: int) -> None:
        self._contract, self._limit = contract, limit
        self._declared: dict[tuple[str, int, str | None], MediaType] = {}
        self._credentials = Auth(contract.security_schemes, (), "any")  # the backend knows whose they are

    def request(self, match: Match, request: Request, *, whole: bool) -> Violations:
        """What a request breaks; its body counts only where it is `whole`."""
        return tuple(self._of_request(match, request, whole))

    def _of_request(self, match: Match, request: Request, whole: bool) -> Iterator[Violation]:
        try:
            self._credentials.admit(match.operation, request, UNSTEERED)
        except Refused as refused:
            yield Violation("request.security", refused.reason, f"{match.operation.pointer}/security")
        try:
            self._contract.read_inputs(match, decoded(request, self._limit))
        except Refused as refused:
            if refused.status == 413:
                return
            place = "header.Content-Type" if refused.status == 415 else "body"
            details = refused.details or (Violation(place, refused.reason, match.operation.pointer),)
            yield from (_placed(_REQUEST, one) for one in details if whole or not _is_of_body(one))

    def answer(
        self,
        operation: Operation,
        status: int,
        headers: Lines,
        content_type: str | None,
        body: bytes | None,
        method: str = "",
    ) -> Violations:
        """What an answer breaks; `body` is the decoded one, None where it isn't known. That to HEAD may leave out what
        describes a body."""
        value, unread = self._value(operation, status, content_type, body)
        found = self._contract.check_response(operation, status, headers, content_type, value)
        if body is None or unread is not None:
            found = tuple(one for one in found if not _is_of_body(one))
        if method == "HEAD" and content_type is None:
            found = tuple(one for one in found if one.place != "header.Content-Type")
        if not found and unread is None:
            return ()
        return tuple(_placed(_ANSWER, one) for one in (*found, *([unread] if unread is not None else [])))

    def _value(
        self, operation: Operation, status: int, content_type: str | None, body: bytes | None
    ) -> tuple[Any, Violation | None]:
        """The value of a body, and the violation that it can't be read."""
        if not body:
            return (b"" if body is None else ABSENT), None
        key = (operation.id, status, content_type)
        declared = self._declared.get(key)
        if declared is None:
            declared = _declared_for(operation, status, content_type or "")
            if declared is not None and len(self._declared) < _MOST_KNOWN:
                self._declared[key] = declared
        if declared is None:
            return body, None
        try:
            value = self._contract.body_value(declared, content_type or "", body)
        except Refused as refused:
            return body, Violation("body", refused.reason, declared.pointer)
        return (body if value is ABSENT else value), None

    def decoded(self, body: bytes, codings: str) -> bytes | None:
        """The body of an answer without its codings; None where it is too large. `Refused` where it isn't of them."""
        try:
            return decoded_body(body, codings, self._limit)
        except Refused as refused:
            if refused.status == 413:
                return None
            raise


def _declared_for(operation: Operation, status: int, content_type: str) -> MediaType | None:
    response = operation.response_for(status)
    if response is None or status in BODILESS:
        return None
    return media.declared_for(response.media_types, content_type)


def _placed(side: str, violation: Violation) -> Violation:
    return replace(violation, place=side + violation.place)


def _is_of_body(violation: Violation) -> bool:
    return violation.place == "body" or violation.place.startswith(("body.", "body["))
