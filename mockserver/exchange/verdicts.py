"""The verdict over a request and an answer that pass: what they break, and who is to blame."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from mockserver.contract.contract import Contract, Match
from mockserver.contract.operations.media import declared_for
from mockserver.errors import Refused, Violation
from mockserver.exchange.checking import Checks, Lines, Violations
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.items import Items, items_of
from mockserver.exchange.passing import Asked
from mockserver.messages import Request
from mockserver.upstream.incoming import Incoming

_PATH: Final = "request.path"
"""The place of a violation that no operation is declared for a path, or none with the method."""
_MOST_LISTED: Final = 2000
"""How many bytes of violations stand in a header; the journal has all of them."""


class Verdicts:
    """Gives verdicts by one contract; bodies count up to a limit."""

    def __init__(self, contract: Contract, limit: int) -> None:
        self._contract, self._limit = contract, limit
        self._checks = Checks(contract, limit)

    def body(self, answered: Incoming, exchange: Exchange) -> bytes | None:
        """The body of an answer without its codings, where it is known; the exchange says why it isn't."""
        if answered.is_bodiless:
            return None
        if not answered.whole:
            return None
        codings = answered.header("content-encoding")
        if not codings:
            return answered.held
        try:
            body = self._checks.decoded(answered.held, codings)
        except Refused as refused:
            exchange.because += f"; the body isn't checked: {refused.reason}"
            return None
        if body is None:
            exchange.because += f"; the body isn't checked: decoded, it is larger than {self._limit} bytes (--max-body)"
        return body

    def items(self, match: Match | None, answered: Incoming) -> Items | None:
        """What checks the items of a stream; None where the contract doesn't describe them, or they are compressed."""
        if match is None or answered.header("content-encoding"):
            return None
        response = match.operation.response_for(answered.status)
        declared = declared_for(response.media_types, answered.content_type) if response is not None else None
        return items_of(self._contract, match.operation, declared, self._limit)

    def violations(
        self, exchange: Exchange, one: Asked, match: Match, answered: Incoming, headers: Lines, body: bytes | None
    ) -> Violations:
        """What request and answer break."""
        request = exchange.request
        is_whole = one.length is not None and one.length == len(request.body)
        if not is_whole:
            exchange.because += "; the request's body is larger than --max-body, and isn't checked"
        sent = self._checks.request(match, request, whole=is_whole)
        content_type = answered.content_type or None
        said = self._checks.answer(match.operation, answered.status, headers, content_type, body, request.method)
        return (*sent, *said) if sent else said

    def undeclared(self, request: Request) -> Violations:
        """The violation that the contract has no such path, or not with this method."""
        try:
            self._contract.route(request.method, request.path, request)
        except Refused as refused:
            return (Violation(_PATH, refused.reason[:1].lower() + refused.reason[1:]),)
        return ()

    @staticmethod
    def judge(exchange: Exchange, status: int) -> None:
        """Note the verdict: a request that breaks the contract may be refused, and not accepted."""
        violations, broken = exchange.violations, of_answer(exchange.violations)
        if not violations:
            return
        first = (broken or violations)[0]
        more = f" (and {len(violations) - 1} more)" if len(violations) > 1 else ""
        what = f"{first.message if first.place == _PATH else f'{first.place} {first.message}'}{more}"
        if broken:
            exchange.verdict, exchange.reason = "broken", f"the backend's answer breaks the contract: {what}"
        elif status >= 400:
            exchange.verdict, exchange.reason = "refused", f"the request breaks the contract: {what}"
        else:
            exchange.verdict = "broken"
            exchange.reason = f"the backend accepts a request that breaks the contract: {what}"


def of_answer(violations: Violations) -> Violations:
    """The violations by the backend."""
    return tuple(one for one in violations if one.place.startswith("response."))


def listed(violations: Violations) -> str:
    """Violations as JSON that fits into a header."""
    shown: list[Any] = []
    size = 0
    for place, one in enumerate(violations):
        item = {"place": one.place, "message": one.message[:300]}
        size += len(msgspec.json.encode(item)) + 1
        if size > _MOST_LISTED and shown:
            shown.append({"more": len(violations) - place})
            break
        shown.append(item)
    return "".join(map(_in_ascii, msgspec.json.encode(shown).decode()))


def _in_ascii(char: str) -> str:
    """A character as JSON writes it in ASCII: above U+FFFF as two."""
    if " " <= char <= "~":
        return char
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
