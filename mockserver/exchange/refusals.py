"""Refusals as replies, and what is answered in the place of a reply that breaks the contract."""

from __future__ import annotations

from mockserver.contract.contract import Contract
from mockserver.contract.operations.operation import Operation
from mockserver.errors import Refused, Violation
from mockserver.exchange.exchange import Exchange
from mockserver.reply.problems import Problems
from mockserver.reply.reply import Reply


class Refusals:
    """Refuses requests of one contract, and notes why in their exchanges."""

    def __init__(self, contract: Contract, problems: Problems) -> None:
        self._contract, self._problems = contract, problems

    def checked(self, operation: Operation, reply: Reply, exchange: Exchange, what: str) -> Reply:
        """The reply where it keeps the contract, and what is answered instead where it does not."""
        violations = self._contract.check_response(operation, reply.status, reply.headers, reply.media, reply.value)
        return self.broken(violations, exchange, what) if violations else reply

    def broken(self, violations: tuple[Violation, ...], exchange: Exchange, what: str) -> Reply:
        """What is answered in the place of something that breaks the contract."""
        exchange.violations = violations
        return self.failed(exchange, f"{what} would have broken the contract")

    def refused(self, refused: Refused, exchange: Exchange) -> Reply:
        """The refusal as an answer; it is checked like any answer that the contract declares."""
        exchange.reason, exchange.verdict = refused.reason, "refused"
        exchange.violations, exchange.selected = refused.details, refused.miss or None
        operation = self._contract.operations.get(exchange.operation) if exchange.operation is not None else None
        reply = self._problems.render(refused, operation, exchange.steering.wishes.get("example"))
        if operation is not None and not reply.own:
            return self.checked(operation, reply, exchange, f"the refusal ({refused.reason})")
        return reply

    def failed(self, exchange: Exchange, reason: str) -> Reply:
        """Fail closed: what breaks the contract does not leave."""
        exchange.reason, exchange.verdict = reason, "broken"
        return self._problems.problem(Refused(500, reason, exchange.violations), 500)
