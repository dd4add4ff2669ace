"""Which of its answers an operation gives, and in which media type: what the client prefers, or what a fault wants."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from mockserver.contract.operations.operation import ABSENT, Operation
from mockserver.errors import Refused
from mockserver.exchange.faults import Disturbance
from mockserver.exchange.plans import Plan, asks_for_stream
from mockserver.exchange.steering import Steering
from mockserver.messages import NO_INPUTS, Inputs, Request
from mockserver.reply.builder import ReplyBuilder
from mockserver.reply.negotiation import negotiate
from mockserver.reply.preferences import Preferences, preferences
from mockserver.reply.problems import Problems
from mockserver.reply.reply import Reply, merged_headers


class Choice:
    """The answers of one contract that are chosen among; `served` has each operation's success, and its plan."""

    def __init__(
        self, builder: ReplyBuilder, problems: Problems, served: Mapping[str, tuple[int, Plan | None]]
    ) -> None:
        self._builder, self._problems, self._served = builder, problems, served

    def media(self, operation: Operation, status: int, steering: Steering, inputs: Inputs = NO_INPUTS) -> str | None:
        """The media type to answer in; None where the contract offers no choice.

        `Refused(406)` when none is accepted and the operation declares that status.
        """
        offered = self._builder.offered(operation, status)
        plan = self._served[operation.id][1]
        if plan is not None and plan.streams:
            streamed = next((name for name in offered if name in plan.streams), None)
            if streamed is not None and asks_for_stream(inputs):
                return streamed
            offered = plan.unstreamed(offered, steering.accept or "")
        elif steering.accept is None:
            return None
        return negotiate(steering.accept or "", offered, strict="406" in operation.responses) if offered else None

    def wanted(self, operation: Operation, steering: Steering, request: Request) -> Reply | None:
        """The answer that the client asks for by `Prefer`, made without touching state; None when it asks for none."""
        wish = preferences(steering.wishes)
        if wish is None:
            return None
        success = self._served[operation.id][0]
        status = wish.code or success
        check_upgrade(request, status)
        if operation.response_for(status) is None:
            declared = ", ".join(operation.responses)
            raise Refused(404, f"{operation.id} declares no status {status}; declared: {declared}", own=True)
        if status == success and wish.example is None and not wish.dynamic:
            return None
        return self._builder.selected(operation, status, wish, self.media(operation, status, steering))

    def of_fault(self, operation: Operation, disturbance: Disturbance, steering: Steering) -> Reply:
        """The answer that a fault gives in the place of the operation's own."""
        status = disturbance.status
        if status is None or disturbance.transport.reset:
            return Reply(0, None, ABSENT)
        retry_after = disturbance.retry_after
        headers = () if retry_after is None else (("Retry-After", str(retry_after)),)
        if operation.response_for(status) is None:
            refused = Refused(status, f"a fault of the mock: {disturbance}", headers=headers, own=True)
            return self._problems.problem(refused, status)
        wish = Preferences(status, disturbance.example)
        reply = self._builder.selected(operation, status, wish, self.media(operation, status, steering))
        return replace(reply, headers=merged_headers(reply.headers, headers))


def check_upgrade(request: Request, status: int) -> None:
    """`Refused(426)` for a 1xx response, after which clients wait on, unless the request offers to switch protocols
    (RFC 9110, sections 7.8, 15.2 and 15.5.22)."""
    if status < 200 and (status != 101 or "upgrade" not in request.headers):
        reason = f"the contract declares {status}, which only answers a request with the header Upgrade"
        raise Refused(426, reason, headers=(("Upgrade", "websocket"),))
