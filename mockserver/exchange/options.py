"""The answers to OPTIONS that no operation of the contract gives."""

from __future__ import annotations

from mockserver.contract.contract import Contract
from mockserver.contract.operations.operation import ABSENT
from mockserver.contract.operations.routing import served
from mockserver.exchange.cors import preflight
from mockserver.messages import Request
from mockserver.reply.reply import Reply


def options_of(contract: Contract, request: Request, origin: str | None) -> Reply | None:
    """The answer to a preflight, or to a question for the methods of a path that declares no OPTIONS."""
    methods = contract.allowed(request.path)
    allowed = preflight(request, origin, methods)
    if allowed is not None:
        return Reply(204, None, ABSENT, allowed)
    if methods and "OPTIONS" not in methods:
        return Reply(204, None, ABSENT, (("Allow", ", ".join(served(methods))),))
    return None
