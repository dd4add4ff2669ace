"""The rules that the gate asks before every request."""

from __future__ import annotations

import json
import re

import pytest

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.contract import Contract
from contract_tests.core.errors import NotChecked
from contract_tests.core.safety import Rules, Safety, related
from tests.contract_tests.conftest import ContractOf

MADE_UP = "made-up"


def sent(method: str, path: str, body: object = None) -> Sent:
    """A request; `MADE_UP` in it is replaced by a value that the rules minted."""
    content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    return Sent(method, "http://target" + path, path, {"Content-Type": "application/json"}, content)


def permitted(rules: Rules, request: Sent) -> bool:
    """Whether the rules let it pass."""
    try:
        rules.permit(request)
    except NotChecked:
        return False
    return True


@pytest.fixture
def rules(contract: Contract, request: pytest.FixtureRequest) -> Rules:
    """Rules of the level that the test names, with one made-up value."""
    rules = Rules(request.param, contract)
    rules.minted.add(MADE_UP)
    return rules


@pytest.mark.parametrize("rules", [Safety.OBSERVE], indirect=True)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY"])
def test_observe_lets_reads_pass_only(rules: Rules, method: str) -> None:
    """Only GET, HEAD and OPTIONS pass, even for records that do not exist."""
    assert permitted(rules, sent(method, f"/devices/{MADE_UP}")) == (method in {"GET", "HEAD", "OPTIONS"})


@pytest.mark.parametrize("rules", [Safety.PROBE], indirect=True)
@pytest.mark.parametrize(
    ("request_", "passes"),
    [
        (sent("GET", "/devices/dev-1"), True),
        (sent("DELETE", f"/devices/{MADE_UP}"), True),
        (sent("DELETE", "/devices/dev-1"), False),
        (sent("POST", f"/sessions/{MADE_UP}/revoke"), True),
        (sent("POST", "/sessions/ses-1/revoke"), False),
        (sent("POST", "/sessions/revoke-all"), False),
        (sent("POST", "/devices/trust", {"fingerprint": MADE_UP}), True),
        (sent("POST", "/devices/trust", {"fingerprint": [MADE_UP]}), True),
        (sent("POST", "/devices/trust", {"fingerprint": "fp-1"}), False),
        (sent("POST", "/devices/trust", {}), False),
        (sent("POST", "/devices/trust"), False),
        (sent("PATCH", "/devices"), False),
        (sent("PATCH", f"/devices/{MADE_UP}"), True),
    ],
)
def test_probe_lets_harmless_writes_pass(rules: Rules, request_: Sent, passes: bool) -> None:
    """A write passes when it names a record that nobody can have."""
    assert permitted(rules, request_) == passes


@pytest.mark.parametrize("rules", [Safety.PROBE], indirect=True)
def test_probe_sends_bodies_that_name_nothing_once_the_operation_validates(rules: Rules, contract: Contract) -> None:
    """`{}` passes after a refusal of a harmless body, a body with a value that could name a record never does."""
    operation = contract.operation("trustDevice")
    refusal = Answer(sent("POST", "/devices/trust", {"fingerprint": [MADE_UP]}), 400, {}, b"{}")
    assert rules.learn(refusal, operation) is None
    assert permitted(rules, sent("POST", "/devices/trust", {}))
    assert not permitted(rules, sent("POST", "/devices/trust", {"fingerprint": "fp-1"}))


@pytest.mark.parametrize("rules", [Safety.PROBE, Safety.FULL], indirect=True)
def test_accepted_bad_write_stops_the_operation(rules: Rules, contract: Contract) -> None:
    """A success for a record that does not exist ends the writes to that operation, and to no other."""
    operation = contract.operation("removeDevice")
    accepted = Answer(sent("DELETE", f"/devices/{MADE_UP}"), 200, {}, b"{}")
    assert "had to refuse" in str(rules.learn(accepted, operation))
    assert not permitted(rules, sent("DELETE", f"/devices/{MADE_UP}"))
    assert permitted(rules, sent("POST", f"/devices/{MADE_UP}/untrust"))


def test_spared_records_are_named_by_no_write(contract: Contract) -> None:
    """The spared device, its fingerprint, its sessions, and writes that act on everything are out of reach."""
    rules = Rules(Safety.FULL, contract, frozenset({"dev-1"}))
    record = {"id": "dev-1", "deviceFingerprint": "fp-1", "sessions": [{"id": "ses-1"}]}
    shown = Answer(sent("GET", "/devices/dev-1"), 200, {}, json.dumps({"device": record}).encode())
    rules.learn(shown, contract.operation("getDevice"))
    for request in (
        sent("DELETE", "/devices/dev-1"),
        sent("POST", "/devices/trust", {"fingerprint": "fp-1"}),
        sent("POST", "/sessions/ses-1/revoke"),
        sent("POST", "/sessions/revoke-all"),
    ):
        assert not permitted(rules, request), request
    assert permitted(rules, sent("DELETE", "/devices/dev-2"))


def test_an_accepted_write_is_wrong_only_where_the_contract_would_have_it_refused(contract_of: ContractOf) -> None:
    """It documents 404; what the write named may exist afterwards, and is no longer taken for made up."""
    name = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    documented = {"200": {"description": "Done"}, "404": {"description": "Gone"}}
    paths = {
        "/a/{id}/parts": {"parameters": [name], "post": {"responses": {"200": documented["200"]}}},
        "/b/{id}": {"parameters": [name], "patch": {"responses": documented}},
    }
    contract = contract_of({"openapi": "3.0.3", "paths": paths})
    rules = Rules(Safety.OWN, contract)
    for method, path, is_wrong in (("POST", "/a/{}/parts", False), ("PATCH", "/b/{}", True)):
        made_up = rules.mint()
        request = sent(method, path.format(made_up), {})
        found = contract.match(method, request.path)
        assert found is not None
        assert bool(rules.learn(Answer(request, 200, {}, b"{}"), found[0])) == is_wrong
        assert made_up not in rules.minted


@pytest.mark.parametrize(
    ("method", "shown", "is_wrong"), [("PUT", b'{"size": 1}', False), ("PUT", b"[]", True), ("POST", b"{}", True)]
)
def test_a_write_to_what_a_read_shows_under_any_name_need_not_be_refused(
    contract_of: ContractOf, method: str, shown: bytes, *, is_wrong: bool
) -> None:
    """The settings of a thing that nobody has made: they are no unknown record. A list may be empty for any name."""
    name = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    documented = {"200": {"description": "Done"}, "404": {"description": "Gone"}}
    item = {"parameters": [name], "get": {"responses": documented}, method.lower(): {"responses": documented}}
    rules = Rules(Safety.OWN, contract_of({"openapi": "3.0.3", "paths": {"/things/{id}/settings": item}}))
    for number, (verb, body) in enumerate((("GET", shown), (method, b"{}"))):
        request = sent(verb, f"/things/{rules.mint()}/settings", {} if number else None)
        found = rules.contract.match(verb, request.path)
        assert found is not None
        assert bool(rules.learn(Answer(request, 200, {}, body), found[0])) == (bool(number) and is_wrong)


def test_the_holder_of_a_spared_record_is_spared_but_not_its_neighbours() -> None:
    """Untrusting the device would end the spared session; the device's other sessions may go."""
    value = {"device": {"id": "dev-1", "deviceFingerprint": "fp-1", "sessions": [{"id": "ses-1"}, {"id": "ses-2"}]}}
    assert {"dev-1", "fp-1", "ses-1"} <= related(value, frozenset({"ses-1"}))
    assert "ses-2" not in related(value, frozenset({"ses-1"}))


@pytest.mark.parametrize(
    ("known", "form"),
    [
        (["6413a1b3-fe0b-57b3-a94b-a7c08dd42bd6"], r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        (["dev_01HZX3K9QWERTYUPASDF45678", "dev_01JBC8NM2VBLKJHGFDSA90123"], r"dev_01[0-9A-Z]{23}"),
        (["dev-01", "dev-02"], r"contract-tests-[0-9a-f]{32}"),
        (["1017", "1034"], r"contract-tests-[0-9a-f]{32}"),
        ([], r"contract-tests-[0-9a-f]{32}"),
    ],
)
@pytest.mark.parametrize("rules", [Safety.PROBE], indirect=True)
def test_an_unknown_id_has_the_form_of_the_known_ones(rules: Rules, known: list[str], form: str) -> None:
    """As far as that leaves room for chance; it is none of them, and a write may name it."""
    made = rules.mint_like(known)
    assert re.fullmatch(form, made)
    assert made not in known
    assert permitted(rules, sent("DELETE", f"/devices/{made}"))
