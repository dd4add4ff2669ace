"""Every request leaves through the gate, which keeps rate, budget and bounds."""

from __future__ import annotations

import ast
import socket
import struct
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

import contract_tests
from contract_tests.core.answer import Answer, Sent
from contract_tests.core.contract import Contract
from contract_tests.core.errors import Broken, BudgetSpent, NotChecked, TargetUnavailable
from contract_tests.core.fuzzing import Fuzzer
from contract_tests.core.gate import Gate, wait_asked_for
from contract_tests.core.limits import Limits
from contract_tests.core.making import Records
from contract_tests.core.safety import Rules, Safety
from contract_tests.core.target import Target
from contract_tests.core.transfer import LARGEST_BODY
from mockserver.web.server import free_port
from tests.contract_tests.conftest import ContractOf, OpenTarget
from tests.contract_tests.core.test_hostile_targets import listening, says, whole
from tests.contract_tests.reference import Service, handler_for, serve
from tests.contract_tests.small import TOKEN, Asked, Notes, Reply, contract_of_notes, serving
from tests.support import SPANS, TIMEOUT

ALONE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n"
PACKAGE = Path(contract_tests.__file__).parent
NETWORK = {"requests", "urllib3", "http", "socket", "urllib.request", "httpx", "aiohttp", "asyncio"}
DOORS = {"connection.py", "gate.py", "proxy.py", "target.py", "transfer.py", "transport.py"}
"""The modules that may; the proxy stands before a mock."""
RECEIVES = {"listener.py": {"socket", "http.server"}}
"""What receives and sends nothing."""


def test_only_the_gate_knows_the_network() -> None:
    """No other module imports a library that could send a request."""
    for path in PACKAGE.rglob("*.py"):
        names = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and [alias.name for alias in node.names] != ["HTTPStatus"]:
                names |= {str(node.module)}
        names -= RECEIVES.get(path.name, set())
        assert path.name in DOORS or not {name for name in names if name in NETWORK or name.split(".")[0] in NETWORK}, (
            path
        )


def test_generated_requests_pass_the_gate_too(service: Service, target: Target, contract: Contract) -> None:
    """The server has seen exactly the requests that the gate counted."""
    fuzzer = Fuzzer(target, seed=1, examples=5)
    fuzzer.trials(contract.operation("trustDevice"), lambda _: None)
    fuzzer.walk(3, [one for one in target.contract.operations if one.id != "revokeAllSessions"])
    assert target.gate.tally.sent == len(service.log) > 20


def test_generated_writes_are_withheld_from_an_observed_target(service: Service, url: str, open_target: OpenTarget,
                                                               contract: Contract) -> None:  # fmt: skip
    """Schemathesis wants to write; the gate does not let it."""
    fuzzer = Fuzzer(open_target(url, Safety.OBSERVE), seed=1, examples=5)
    for operation in contract.operations:
        fuzzer.trials(operation, lambda _: None)
    assert {method for method, *_ in service.log} == {"GET"}


@pytest.mark.parametrize(("content", "seen"), [(whole(b"{}", b"application/json"), b"{}"), (ALONE, b"")])
def test_what_follows_an_answer_to_head_is_its_body(content: bytes, seen: bytes, open_target: OpenTarget) -> None:
    """It may have none, and the length that it announces is that of GET."""
    with listening(says(content)) as url:
        assert open_target(url).request("HEAD", "/devices").body == seen


def test_429_is_waited_out(open_target: OpenTarget) -> None:
    """The answer after Retry-After is the one that counts."""

    class Busy(Service):
        def answer(self, *request: Any) -> Any:
            busy = not self.log
            done = super().answer(*request)
            return self.finish("", 429, self.error("Too many"), {"Retry-After": "1"}) if busy else done

    with serve(Busy()) as url:
        target = open_target(url)
        assert target.call("listDevices").status == 200
        assert target.gate.tally.waited == 1


def test_429_that_asks_too_long_is_an_answer(open_target: OpenTarget) -> None:
    """A wait beyond the budget is not made."""

    class Closed(Service):
        def answer(self, *_: Any) -> Any:
            return self.finish("", 429, self.error("Too many"), {"Retry-After": "3600"})

    with serve(Closed()) as url:
        assert open_target(url).call("listDevices").status == 429


def test_rate_is_kept(url: str, open_target: OpenTarget) -> None:
    """At 20 per second, five requests take at least a fifth of a second."""
    target = open_target(url, rate=20)
    started = time.monotonic()
    for _ in range(5):
        target.call("listDevices")
    assert time.monotonic() - started >= 0.19


def test_nothing_is_sent_after_the_budget(service: Service, url: str, open_target: OpenTarget) -> None:
    """A spent budget withholds every request."""
    target = open_target(url, seconds=0)
    with pytest.raises(BudgetSpent):
        target.call("listDevices")
    assert not service.log


def test_other_hosts_are_out_of_bounds(target: Target) -> None:
    """A request to another host, as a redirect would make it, does not pass."""
    with pytest.raises(NotChecked, match="another host"):
        target.session.get("http://127.0.0.1:1/elsewhere")


def test_an_unreachable_target_is_reported(open_target: OpenTarget) -> None:
    """A refused connection means that the target is unavailable."""
    with free_port("127.0.0.1") as port, pytest.raises(TargetUnavailable, match="stopped answering"):
        open_target(f"http://127.0.0.1:{port}").call("listDevices")


def evil_handler(misbehave: Any) -> Any:
    """A handler class for `serve` that misbehaves on POST."""

    def make(service: Service) -> type[BaseHTTPRequestHandler]:
        return type("Handler", (handler_for(service),), {"do_POST": misbehave})

    return make


def reset(handler: Any) -> None:
    """Close the connection with a reset."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def endless(handler: Any) -> None:
    """Answer without end."""
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b" " * 65536)
    except OSError:
        handler.close_connection = True


def silent(handler: Any) -> None:
    """Answer nothing until the other side has gone."""
    handler.connection.recv(1)
    handler.close_connection = True


@pytest.mark.parametrize("misbehave", [reset, silent])
def test_an_operation_without_answer_breaks_its_promise(open_target: OpenTarget, misbehave: Any) -> None:
    """The target lives, but this request gets no answer: that is the operation's fault."""
    with serve(Service(), evil_handler(misbehave)) as url:
        for seconds in (0.5, *SPANS):
            with pytest.raises((Broken, TargetUnavailable)) as caught:
                open_target(url, timeout=seconds).call("trustDevice", body={"fingerprint": "x"})
            if caught.type is Broken:  # else a busy machine didn't answer the look at the target in time
                break
        assert "an answer to POST /devices/trust" in str(caught.value)


def test_an_endless_body_is_cut(open_target: OpenTarget) -> None:
    """The answer comes back cut, and says so."""
    with serve(Service(), evil_handler(endless)) as url:
        answer = open_target(url).call("trustDevice", body={"fingerprint": "x"})
        assert answer.truncated
        assert len(answer.body) <= LARGEST_BODY + 65536


def test_limits_never_sleep_past_the_end() -> None:
    """Waiting ends with the budget."""
    limits = Limits(deadline=time.monotonic() + 0.05)
    started = time.monotonic()
    limits.sleep(2 * TIMEOUT)
    assert time.monotonic() - started < TIMEOUT


@pytest.mark.parametrize(
    ("headers", "tries", "seconds"),
    [
        ({"retry-after": "7"}, 0, 7),
        ({"retry-after": "Mon, 23 Nov 2026 10:00:09 GMT", "date": "Mon, 23 Nov 2026 10:00:00 GMT"}, 0, 9),
        ({"retry-after": "Mon, 23 Nov 2026 09:00:00 GMT", "date": "Mon, 23 Nov 2026 10:00:00 GMT"}, 0, 1),
        ({"retry-after": "later"}, 2, 4),
        ({}, 0, 1),
        ({}, 3, None),
    ],
)
def test_the_wait_after_429_is_the_one_asked_for(headers: dict[str, str], tries: int, seconds: float | None) -> None:
    """A number, or a date by the target's own clock; without either a longer one each time, until it is given up."""
    answer = Answer(Sent("GET", "http://t/x", "/x", {}), 429, headers, b"")
    assert wait_asked_for(answer, tries) == seconds


class Renewing(Notes):
    """While it answers the first request, another thread of the client has renewed the token."""

    def __init__(self) -> None:
        super().__init__()
        self.client: Target | None = None

    def answer(self, asked: Asked) -> Reply:
        if self.client:
            self.client.credential.value = "a-newer-token"
            self.client.gate.health.renewals += 1
            self.client, self.tokens = None, {"a-newer-token"}
        return super().answer(asked)


def test_a_request_that_was_under_way_when_the_token_was_renewed_is_sent_again(contract_of: ContractOf) -> None:
    """With the new one; its refusal says nothing about the operation."""
    contract, service = contract_of(contract_of_notes()), Renewing()
    with serving(service) as url:
        gate = Gate(url, contract, Rules(Safety.OBSERVE, contract), Limits(deadline=time.monotonic() + 60))
        target = Target(gate, contract, TOKEN)
        service.client = target
        assert target.call("listNotes").ok
    assert [asked.token for asked in service.log] == [TOKEN, "a-newer-token"]


class Locked(Notes):
    """Takes a change of a note with the ETag that it has, if it takes no other."""

    def __init__(self, *, shows: bool = True) -> None:
        super().__init__()
        self.shows = shows

    def one(self, asked: Asked, name: str) -> Reply:
        tag = f'"{self.notes[name]["text"]}"'
        if asked.method == "PUT" and asked.headers.get("If-Match") != tag:
            return Reply(412, {"error": "another state"})
        reply = super().one(asked, name)
        return Reply(reply.status, reply.value, {"ETag": tag} if self.shows else {})


@pytest.mark.parametrize(("given", "shows", "status"), [("*", True, 200), ('"old"', True, 412), ("*", False, 412)])
def test_a_write_to_any_state_of_a_record_names_the_state_that_it_has(
    contract_of: ContractOf, given: str, shows: bool, status: int
) -> None:
    """Where the server doesn't take `If-Match: *`; a write to another state stays as it is."""
    document = contract_of_notes()
    header = {"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}}
    document["paths"]["/notes/{id}"]["put"]["parameters"] = [header]
    contract = contract_of(document)
    with serving(Locked(shows=shows)) as url:
        gate = Gate(url, contract, Rules(Safety.FULL, contract), Limits(deadline=time.monotonic() + 30))
        headers = {} if given == "*" else {"If-Match": given}
        for text in ("a", "b"):
            answer = Target(gate, contract, TOKEN).call("changeNote", "n1", body={"text": text}, headers=headers)
            assert answer.status == status


class Versioned(Notes):
    """Wants a version in each query, and a reason for a removal."""

    def answer(self, asked: Asked) -> Reply:
        wanted = {"version": "2"} | ({"reason": "x"} if asked.method == "DELETE" else {})
        return super().answer(asked) if dict(parse_qsl(asked.query)) == wanted else Reply(400, {"error": asked.query})


def test_a_call_has_the_query_that_its_operation_needs(contract_of: ContractOf) -> None:
    """To make a record, to read and to remove it; what a call has of its own stays as it is."""
    document = contract_of_notes()
    version = {"name": "version", "in": "query", "required": True, "schema": {"type": "integer", "enum": [2]}}
    reason = {"name": "reason", "in": "query", "required": True, "schema": {"type": "string"}, "example": "x"}
    for path in ("/notes", "/notes/{id}"):
        document["paths"][path]["parameters"] = [*document["paths"][path].get("parameters", []), version]
    document["paths"]["/notes/{id}"]["delete"]["parameters"] = [reason]
    contract = contract_of(document)
    with serving(service := Versioned()) as url:
        gate = Gate(url, contract, Rules(Safety.OWN, contract), Limits(deadline=time.monotonic() + 30))
        records = Records(Target(gate, contract, TOKEN), 0)
        records.prepare(contract.operations)
        assert len(service.notes) > 3
        assert service.count("GET", "/notes") > 0
        assert records.target.request("GET", "/notes?version=3").status == 400
        assert (records.clear(), [*service.notes]) == ([], ["n1", "n2", "n3"])
