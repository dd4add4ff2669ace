"""What the target sends by itself comes where the contract says, and as it says."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from contract_tests.core.answer import Answer
from contract_tests.core.cases import MOST_WAYS, merged
from contract_tests.core.contract import Operation
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.listener import Delivery
from contract_tests.core.outgoing import has_callbacks, has_webhooks, webhooks
from contract_tests.core.promises import promise
from contract_tests.run.run import Run
from contract_tests.suites.callbacks.hooks import LINGER, Hooked, Hooks
from contract_tests.suites.callbacks.judging import Judge
from contract_tests.suites.callbacks.occasions import is_due, is_repeated, is_subscription

PAGE = "callbacks of the operation"
WEBHOOKS = "webhooks"


@pytest.fixture(scope="session")
def hooks(run: Run) -> Hooks:
    """The calls that ask for callbacks."""
    run.target()
    return Hooks(run)


@pytest.fixture
def judge(run: Run, hooks: Hooks) -> Judge:
    """Looks at what came."""
    hooks.listener  # noqa: B018 - without one nothing can be said
    return Judge(run)


@promise("An operation with callbacks takes the address to which they go", page=PAGE, stage=56, needs=has_callbacks)
def test_takes_an_address(hooks: Hooks, callback_operation: Operation) -> None:
    """A valid call with the listener's address; those that must be refused are made too, and looked at later."""
    hooks.of(callback_operation)
    hooks.refused(callback_operation)


@promise("Subscriptions to webhooks take the address of the listener", page=WEBHOOKS, stage=57, needs=has_webhooks)
def test_subscriptions(run: Run, hooks: Hooks) -> None:
    """Each operation that takes an address for events; then each other write is made once, to have some."""
    hooks.subscribe()
    hooks.stir()
    run.remarks.extend(f"no subscription: {reason}" for reason in hooks.unsubscribed)
    if not hooks.subscriptions and not hooks.subscribed_by_callbacks:
        why = "; ".join(hooks.unsubscribed) or "no operation of the contract takes an address for them"
        raise NotChecked(f"{why}; what is sent to {hooks.listener.url} all the same is checked")


@promise("Callbacks come where the contract says, once, and as it says", page=PAGE, stage=97, needs=has_callbacks)
def test_callbacks_come(run: Run, hooks: Hooks, judge: Judge, callback_operation: Operation) -> None:
    """Method, URL, headers, media type, body; no secret, no other record, nothing before the record is there."""
    hooked = hooks.of(callback_operation)
    if is_subscription(callback_operation):
        hooks.stir()
    come(run, hooks, hooked)
    for _, delivery in hooked.received():
        hooks.learn(delivery)
    broken = list(judge.broken(hooked))
    waited = max(time.monotonic() - hooked.at, 0.1)
    if not broken and (missing := judge.missing(hooked, min(waited, hooks.patience), hooks.listener.strangers)):
        broken.append(missing)
    if broken:
        raise Broken.together(broken)
    if not hooked.received():
        raise NotChecked(f"no callback came, and the contract doesn't say when: {names(hooked)}")


def come(run: Run, hooks: Hooks, hooked: Hooked) -> None:
    """Wait until the callbacks of a call have come that are due, and a moment for those that are too many."""
    limits, listener = run.target().gate.limits, hooks.listener
    left = time.monotonic() + max(limits.left(), 0)
    wanted = any(is_due(hooked.operation, one) for one in hooked.sendings)
    until = hooked.at + (hooks.patience if wanted else max(run.settings.settle, LINGER))
    listener.wait(lambda: any(box.received for box in hooked.boxes.values()), min(until, left))
    last = max((delivery.at for _, delivery in hooked.received()), default=hooked.at)
    listener.wait(lambda: False, min(last + LINGER, left))


def names(hooked: Hooked) -> str:
    """The callbacks of a call."""
    return ", ".join(sending.name for sending in hooked.sendings)


@promise("No callback follows a call that was refused", page=PAGE, stage=97, needs=has_callbacks)
def test_nothing_after_a_refusal(run: Run, hooks: Hooks, judge: Judge, callback_operation: Operation) -> None:
    """Calls with a part that the contract doesn't allow, and without credentials where these are required."""
    refused = hooks.refused(callback_operation)
    if not refused:
        raise NotChecked("no call of it was refused")
    listener, left = hooks.listener, run.target().gate.limits.left()
    listener.wait(lambda: False, min(max(one.at for one in refused) + LINGER, time.monotonic() + max(left, 0)))
    for _, delivery in (received for one in refused for received in one.received()):
        hooks.learn(delivery)
    broken = [found for one in refused if (found := judge.after_refusal(one))]
    if broken:
        raise Broken.together(broken)


@promise(
    "A callback that was not taken is sent again, where the contract says so", page=PAGE, stage=96, needs=has_callbacks
)
def test_sent_again(run: Run, hooks: Hooks, callback_operation: Operation) -> None:
    """The first one is answered with 500."""
    hooked = hooks.of(callback_operation)
    told = [one for one in hooked.sendings if is_repeated(one)]
    if not told:
        raise NotChecked("the contract doesn't say that a callback which fails is sent again")
    again = hooks.failing(callback_operation)
    if not again.answer.ok:
        raise NotChecked(f"{callback_operation.id} refuses a second call: {again.answer.describe()}")
    until = again.at + min(hooks.patience, max(run.target().gate.limits.left(), 0))
    hooks.listener.wait(lambda: len(again.received()) > 1, until)
    received = again.received()
    if not received:
        raise NotChecked("no callback came")
    if len(received) < 2:
        expected = f"{callback_operation.id} to send {told[0].label} again within {hooks.patience:g} s of a 500"
        raise Broken(expected, "it came once", again.answer, source=told[0].source)


@promise("Webhooks are as the contract has them", page=WEBHOOKS, stage=97, needs=has_webhooks)
def test_webhooks(run: Run, hooks: Hooks, judge: Judge) -> None:
    """Those that came to a subscription, and those that were sent to the listener by what the target's owner set."""
    known, listener = webhooks(run.contract), hooks.listener
    until = time.monotonic() + min(max(run.settings.settle, LINGER), max(run.target().gate.limits.left(), 0))
    listener.wait(lambda: False, until)
    came: list[tuple[Delivery, tuple[Answer, ...]]] = [(one, ()) for one in listener.strangers]
    came += [(one, (each.answer,)) for each in hooks.subscriptions for one in each.box.received]
    for delivery, _ in came:
        hooks.learn(delivery)
    if broken := merged(found for one, answers in came for found in judge.of_webhook(one, known, *answers)):
        raise Broken.together(broken[:MOST_WAYS])
    if not came:
        raise NotChecked(f"no webhook came, and the contract doesn't say when: {', '.join(one.name for one in known)}")


@promise("Nothing is sent to the listener but what the contract has", page="callbacks and webhooks", stage=97)
def test_nothing_else(run: Run, hooks: Hooks) -> None:
    """What came to no address of this run is counted and named."""
    listener = hooks.listener
    if not hooks.has_asked and not listener.strangers:
        raise NotChecked("no call with the listener's address succeeded")
    if listener.dropped:
        run.remarks.append(f"{listener.dropped} requests to the listener were not kept: there were too many")
    if not webhooks(run.contract):
        counted = Counter(f"{one.method} {one.path}"[:120] for one in listener.strangers)
        for label, count in counted.most_common(MOST_WAYS):
            run.ledger.note(f"{label} came {count} times, which is no address of this run")
