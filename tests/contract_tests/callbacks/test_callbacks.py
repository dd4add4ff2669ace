"""Callbacks of services of another make: the sound one passes, each defect is named, and what differs passes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from contract_tests.core.contract import Contract
from contract_tests.core.outgoing import sendings
from contract_tests.suites.callbacks import hooks
from tests.contract_tests.callbacks import payments as made
from tests.contract_tests.callbacks.payments import Payments, contract_of_payments
from tests.contract_tests.cases.running import Ran, command, run
from tests.contract_tests.small import TOKEN
from tests.support import SPANS

FLAGS = ("--token", TOKEN, "--suite", "callbacks", "--listen")
DEFECTS = {
    made.WrongBody: "/amount of the body to match its schema",
    made.LacksField: "field missing: status",
    made.UnknownValue: "/status of the body to match its schema",
    made.NotJson: "a body of application/json",
    made.WrongMethod: "by POST",
    made.WrongMediaType: "Content-Type application/json",
    made.Unsigned: "the header X-Signature",
    made.Missing: "nothing came",
    made.Twice: "to be sent once",
    made.WrongPath: "to be sent where it says",
    made.WrongQuery: "to be sent where it says",
    made.RootOfHost: "which is no address of this run",
    made.BeforeStored: "when the record that it names can be read",
    made.AfterRefusal: "after it has refused the call",
    made.AfterUnauthorized: "after it has refused the call",
    made.Secret: "no secret in what is sent",
    made.CallersToken: "no credential of the caller",
    made.AnotherPayment: "to name the record that the call has made",
}
"""Each defect, and words of the problem that names it."""

QUIET = (made.Missing, made.RootOfHost)
"""Defects for which the suite waits in vain, as nothing comes to the address that it gave."""
SOUND = (Payments, made.Late, made.AsksFirst, made.Chunked, made.WithinTheCall, made.MoreThanAsked, made.Retries)


TELL_AGAIN = "Sent when the payment is done. Not taken, it is sent again."


def checked(
    folder: Path, *services: type[Payments], flags: Sequence[str] = FLAGS, patience: float = 20.0, **more: str
) -> Ran:
    """A run of the suite of callbacks over these services; it waits so long where nothing comes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hooks, "PATIENCE", patience)
        return run(made.Many(*services), contract_of_payments(*services, **more), folder, *flags)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A run over all services that keep the contract."""
    return checked(tmp_path_factory.mktemp("sound"), *SOUND)


@pytest.fixture(scope="module")
def defective(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A run over the services that don't, and send something."""
    return checked(tmp_path_factory.mktemp("defective"), *(one for one in DEFECTS if one not in QUIET))


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A run over those that send nothing there."""
    return checked(tmp_path_factory.mktemp("silent"), *QUIET, patience=1.5)


@pytest.mark.parametrize("make", SOUND)
def test_a_sound_service_passes(make: type[Payments], sound: Ran) -> None:
    """However it sends what the contract has."""
    assert sound.code == 0, sound.printed
    assert sound.outcome(f"callbacks_come[pay{make.__name__}]") == "kept"
    assert sound.outcome(f"nothing_after_a_refusal[pay{make.__name__}]") == "kept"


@pytest.mark.parametrize("make", DEFECTS)
def test_a_defect_is_named(make: type[Payments], defective: Ran, silent: Ran) -> None:
    """With the operation, the callback, the clause, and the curl line of the call; nothing else is wrong with it."""
    name, ran = f"pay{make.__name__}", silent if make in QUIET else defective
    found = [problem for promise in ran.report["promises"] for problem in promise["problems"]
             if promise["operations"] == [name]]  # fmt: skip
    assert len(found) == 1
    text = f"{found[0]['expected']} | {found[0]['got']}"
    assert all(words in text for words in (name, "paymentDone", DEFECTS[make])), text
    assert f"/{make.__name__}/payments" in found[0]["requests"][0]
    assert "callback paymentDone" in found[0]["source"]
    assert "s3cr3t" not in "".join(ran.texts)


def test_a_failed_callback_is_awaited_again_where_the_contract_says_so(tmp_path: Path) -> None:
    """The first one is answered with 500; where the contract says nothing of it, nobody asks."""
    assert checked(tmp_path, made.Retries, description=TELL_AGAIN).outcome("sent_again[payRetries]") == "kept"
    outcomes = (
        checked(tmp_path, made.GivesUp, description=TELL_AGAIN, patience=1.5 * longer).outcome("sent_again[payGivesUp]")
        for longer in SPANS
    )
    assert next(one for one in outcomes if one != "not checked") == "broken"  # the first one may come too late


def test_without_a_listener_nothing_is_claimed(tmp_path: Path) -> None:
    """Callbacks of a target are not checked, because nobody listens."""
    found = checked(tmp_path, Payments, flags=FLAGS[:-1])
    assert "only received with --listen" in found.printed
    assert found.code == 3


def test_no_server_is_held_to_a_guess(tmp_path: Path) -> None:
    """A callback whose address the contract doesn't say exactly is none that a target must send."""
    body = {"content": {"application/json": {"schema": {"properties": {"url": {"type": "string"}}}}}}
    received = {"post": {"responses": {"204": {"description": "ok"}}}}
    callbacks = {"exact": {"{$request.body#/url}": received}, "guessed": {"{callbackURL}": received}}
    operation = {"requestBody": body, "responses": {"201": {"description": "made"}}, "callbacks": callbacks}
    document = {"openapi": "3.1.0", "info": {"title": "a", "version": "1"}, "paths": {"/hooks": {"post": operation}}}
    (tmp_path / "api.json").write_text(json.dumps(document), encoding="utf-8")
    contract = Contract.load(tmp_path / "api.json")
    assert list(contract.reader.outgoing) == ["POST /hooks/exact", "POST /hooks/guessed"]
    assert [one.name for one in sendings(contract)] == ["exact"]


@pytest.mark.thorough
def test_without_a_target_the_mocks_own_callbacks_are_checked(tmp_path: Path) -> None:
    """The suite listens by itself, and the mock sends what the contract has."""
    spec = tmp_path / "api.json"
    spec.write_text(json.dumps(contract_of_payments(Payments)))
    found = command("--spec", str(spec), "--suite", "callbacks", report=tmp_path / "report")
    assert found.code == 0, found.printed
    assert found.outcome("callbacks_come[payPayments]") == "kept"
