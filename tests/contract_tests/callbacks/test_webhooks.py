"""Webhooks of services of another make are checked when they come."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockserver.web.server import free_port
from tests.contract_tests.callbacks import orders as made
from tests.contract_tests.callbacks.orders import Orders, contract_of_orders
from tests.contract_tests.cases.running import run

FLAGS = ("--suite", "callbacks", "--listen")
DEFECTS = {
    made.OtherEvent: "/event of the body to match its schema",
    made.BareOrder: "field missing: order",
    made.Put: "webhooks to be sent by POST",
    made.Leaks: "no secret in what is sent",
}


def test_webhooks_of_a_subscription_are_checked(tmp_path: Path) -> None:
    """The suite subscribes to every kind of event, then writes, so that there is something to tell."""
    found = run(Orders(), contract_of_orders(), tmp_path, *FLAGS)
    assert found.code == 0, found.printed
    assert found.outcome("subscriptions") == found.outcome("webhooks") == "kept"


@pytest.mark.parametrize("make", DEFECTS)
def test_a_wrong_webhook_is_named(make: type[Orders], tmp_path: Path) -> None:
    """With the webhook that it was meant to be, and the curl line of the subscription."""
    found = run(make(), contract_of_orders(), tmp_path, *FLAGS)
    assert found.code == 1, found.printed
    [(name, expected, got)] = found.broken()
    assert name == "webhooks"
    assert DEFECTS[make] in f"{expected} | {got}"
    assert "/hooks" in found.printed
    assert "s3cr3t" not in "".join(found.texts)


@pytest.mark.parametrize(("make", "code"), [(Orders, 0), (made.BareOrder, 1)])
def test_an_address_may_be_set_by_hand(make: type[Orders], code: int, tmp_path: Path) -> None:
    """What comes to the listener is a webhook, where the contract has no operation that subscribes."""
    with free_port("127.0.0.1") as port:
        service = make(f"http://127.0.0.1:{port}/from-the-shop")
        found = run(service, contract_of_orders(subscribes=False), tmp_path, *FLAGS, f"127.0.0.1:{port}")
    assert found.code == code, found.printed
    assert found.outcome("webhooks") == ("broken" if code else "kept")


def test_without_a_subscription_nothing_is_missing(tmp_path: Path) -> None:
    """The contract says what a webhook looks like, and not when it is sent."""
    found = run(Orders(), contract_of_orders(subscribes=False), tmp_path, *FLAGS)
    assert found.outcome("webhooks") == "not checked"
    assert "no operation of the contract takes an address" in found.printed
