"""What is wrong with the callbacks of one call: with each that came, and with what did not come."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from contract_tests.core.answer import Answer, shorten
from contract_tests.core.creation import KEYS, called, is_key, key_of, kind, maker_of, plain
from contract_tests.core.errors import Broken
from contract_tests.core.listener import Delivery
from contract_tests.core.outgoing import SENT, Sending, Wrong, as_answer
from contract_tests.core.schemas import words_in
from contract_tests.run.run import Run
from contract_tests.suites.callbacks.hooks import GONE, Hooked
from contract_tests.suites.callbacks.occasions import is_due, is_of_failure, is_subscription, may_repeat

UNCONTENTFUL: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods by which a target may ask whether there is anybody at an address."""

INSTANT: Final = re.compile(rb"\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?")
SHOWN: Final = 300  # characters of what came


class Judge:
    """Finds what is wrong, with the call that caused it."""

    def __init__(self, run: Run) -> None:
        self.run = run

    def broken(self, hooked: Hooked) -> Iterator[Broken]:
        """What is wrong with all that came after a call."""
        for _, delivery in hooked.received():
            yield from self._of_one(hooked, delivery)
        yield from self._twice(hooked)

    def missing(self, hooked: Hooked, waited: float, strangers: Sequence[Delivery]) -> Broken | None:
        """The callback that did not come; None where one came, or the contract doesn't say that it comes now."""
        came = [
            sending
            for sending in hooked.sendings
            if any(self._fit(hooked, sending, one) for _, one in hooked.received())
        ]
        callbacks = [one for one in hooked.sendings if one.outgoing.to]
        is_timed = self.run.is_own_mock  # by its behaviours, at a moment of its clock
        due = [one for one in callbacks if is_due(hooked.operation, one) and not is_timed]
        for one in callbacks:
            if one not in came and (came or one not in due):
                self.run.ledger.note(f"{hooked.operation.id}: {one.label} didn't come within {waited:g} s")
        if came or not due:
            return None
        others = (
            f"; {strangers[0].method} {strangers[0].path[:80]} came, which is no address of this run"
            if strangers
            else ""
        )
        wrong = [delivery.label[:120] for _, delivery in hooked.received()]
        got = f"only {', '.join(wrong)}" if wrong else f"nothing came{others}"
        name = " or ".join(one.label for one in due)
        expected = f"{hooked.operation.id} to send {name} within {waited:g} s (--settle waits longer)"
        return Broken(expected, got, hooked.answer, source=due[0].source)

    def after_refusal(self, hooked: Hooked) -> Broken | None:
        """A callback of a call that was refused."""
        received = hooked.received()
        if not received:
            return None
        named = ", ".join(sending.name for sending in hooked.sendings)
        expected = f"{hooked.operation.id} to send no callback ({named}) after it has refused the call"
        got = f"{shown(received[0][1])}, though the answer was {hooked.answer.describe()}"
        if any(is_of_failure(sending) for sending in hooked.sendings):
            self.run.ledger.note(f"{expected}; got {got}")
            return None
        return Broken(expected, got, hooked.answer, source=hooked.sendings[0].source)

    def of_webhook(self, delivery: Delivery, known: Sequence[Sending], *answers: Answer) -> Iterator[Broken]:
        """What is wrong with a webhook; `answers` is the call that subscribed to it."""
        if delivery.method in UNCONTENTFUL and delivery.method not in {one.method for one in known}:
            self.run.ledger.note(f"{delivery.method} came to the listener, which the contract doesn't have")
            return
        by_method = [one for one in known if one.method == delivery.method]
        if not by_method or (not same_path(delivery.path, "") and answers):
            methods = ", ".join(sorted({one.method for one in known}))
            yield Broken(f"webhooks to be sent by {methods}, to the address itself", shown(delivery), *answers,
                         source=known[0].source)  # fmt: skip
            return
        found = {one: [*self._wrong(one, delivery)] for one in meant(by_method, delivery)}
        best = min(found, key=lambda one: sum(not wrong.is_note for wrong in found[one]))
        for wrong in found[best]:
            if wrong.is_note:
                self.run.ledger.note(f"{best.label}: {wrong.got}; expected {wrong.expected}")
            else:
                yield Broken(f"{best.label}: {wrong.expected}", f"{wrong.got}: {shown(delivery)}", *answers,
                             source=best.source)  # fmt: skip

    def _of_one(self, hooked: Hooked, delivery: Delivery) -> Iterator[Broken]:
        fitting = [one for one in hooked.sendings if self._fit(hooked, one, delivery)]
        if not fitting:
            yield from self._elsewhere(hooked, delivery)
            return
        found = {one: [*self._wrong(one, delivery)] for one in meant(fitting, delivery)}
        best = min(found, key=lambda one: sum(not wrong.is_note for wrong in found[one]))
        yield from self._as_broken(hooked, best, delivery, found[best])
        yield from self._names_another(hooked, best, delivery)
        yield from self._too_early(hooked, best, delivery)

    def _as_broken(
        self, hooked: Hooked, sending: Sending, delivery: Delivery, wrong: Iterable[Wrong]
    ) -> Iterator[Broken]:
        name = f"{hooked.operation.id}: {sending.label}"
        for one in wrong:
            if one.is_note:
                self.run.ledger.note(f"{name}: {one.got}; expected {one.expected}")
            else:
                yield Broken(
                    f"{name}: {one.expected}", f"{one.got}: {shown(delivery)}", hooked.answer, source=sending.source
                )

    def _wrong(self, sending: Sending, delivery: Delivery) -> Iterator[Wrong]:
        yield from sending.wrong(delivery)
        if delivery.is_cut:
            yield Wrong("endless", "a body that ends, within 1 MB", f"more than {len(delivery.body)} bytes")
        token = self.run.opened.token if self.run.opened else None
        if token and len(token) > 3 and (token in str(delivery.headers) or token.encode() in delivery.body):
            yield Wrong("token", "no credential of the caller in what is sent", "the caller's token")

    def _elsewhere(self, hooked: Hooked, delivery: Delivery) -> Iterator[Broken]:
        """A request at an address of the call that is none of its callbacks."""
        if delivery.method in UNCONTENTFUL:
            self.run.ledger.note(
                f"{hooked.operation.id}: {delivery.method} came to its address, which the contract doesn't have"
            )
            return
        here = [one for one in hooked.sendings for path, _ in hooked.urls(one) if path == delivery.path]
        one = (here or list(hooked.sendings))[0]
        how = f"by {one.method}" if here and one.method != delivery.method else "to be sent where it says"
        expected = f"{hooked.operation.id}: {one.label} {how}"
        yield Broken(expected, shown(delivery), hooked.answer, source=one.source)

    def _fit(self, hooked: Hooked, sending: Sending, delivery: Delivery) -> bool:
        """Whether a request is the callback, by its method and by the URL that its expression gives."""
        given = parse_qsl(delivery.query, keep_blank_values=True)
        return sending.method == delivery.method and any(
            same_path(path, delivery.path) and all(pair in given for pair in parse_qsl(query, keep_blank_values=True))
            for path, query in hooked.urls(sending)
        )

    def _twice(self, hooked: Hooked) -> Iterator[Broken]:
        """The same again, though it was taken."""
        seen: dict[tuple[str, str, bytes], Delivery] = {}
        for box, delivery in hooked.received():
            key = (
                f"{box.token} {delivery.method}",
                f"{delivery.path}?{delivery.query}",
                INSTANT.sub(b"", delivery.body),
            )
            first = seen.setdefault(key, delivery)
            if first is delivery or not 200 <= first.answered < 300 or delivery.method in UNCONTENTFUL:
                continue
            after = f"{delivery.at - first.at:.1f} s after it was answered with {first.answered}"
            text = f"the same again {after}: {shown(delivery)}"
            fitting = [one for one in hooked.sendings if self._fit(hooked, one, delivery)] or list(hooked.sendings)
            if may_repeat(hooked.operation, fitting[0]):
                self.run.ledger.note(f"{hooked.operation.id}: {fitting[0].label}: {text}")
            else:
                expected = f"{hooked.operation.id}: {fitting[0].label} to be sent once, where it was taken"
                yield Broken(expected, text, hooked.answer, source=fitting[0].source)
                return

    def _names_another(self, hooked: Hooked, sending: Sending, delivery: Delivery) -> Iterator[Broken]:
        """A callback that names another record than the one that the call made."""
        if is_subscription(hooked.operation):
            return
        for name, made, got in keys_in_both(
            self.run, hooked.answer, as_answer(delivery), self._is_same(hooked, sending)
        ):
            expected = (
                f"{hooked.operation.id}: {sending.label} to name the record that the call has made, {name} {made}"
            )
            yield Broken(expected, f"{got}: {shown(delivery)}", hooked.answer, source=sending.source)

    def _is_same(self, hooked: Hooked, sending: Sending) -> bool:
        """Whether the callback has the very schema of the answer."""
        contract = self.run.contract
        schemas = [
            contract.answer_schema(
                hooked.operation, hooked.answer.status, hooked.answer.headers.get("content-type", "")
            ),
            contract.answer_schema(sending.received, SENT, "application/json"),
        ]
        resolved = [contract.look_up(one) if one else None for one in schemas]
        return resolved[0] is not None and resolved[1] is not None and resolved[0].value is resolved[1].value

    def _too_early(self, hooked: Hooked, sending: Sending, delivery: Delivery) -> Iterator[Broken]:
        """A record that could not be read when its callback came, and can be now."""
        url, status = delivery.seen or ("", 0)
        if status not in GONE:
            return
        later = self.run.target().request("GET", url, by_contract=False)
        text = f"{hooked.operation.id}: {sending.label} to come when the record that it names can be read"
        got = f"{status} for GET {url} when it came, and {later.status} later"
        if later.ok and self.run.settings.settle:
            self.run.ledger.note(f"{text}; got {got}")
        elif later.ok:
            yield Broken(text, got, hooked.answer, source=sending.source)


def keys_in_both(run: Run, answer: Answer, sent: Answer, is_same: bool) -> Iterator[tuple[str, Any, Any]]:
    """The member that names the record in an answer and in a callback, where both have one and they differ."""
    maker = maker_of(run.contract, run.contract.operation(answer.operation_id)) if answer.operation_id else None
    told = sent.json
    if maker is None or not isinstance(told, Mapping):
        return
    for template in maker.templates[:1]:
        parameter, word = run.target().gate.rules.own.parameter_of(template), kind(template)
        made = key_of(answer.json, parameter, word)
        own = {*called(parameter, word)} - {plain(name) for name in KEYS}
        for name in sorted(name for name in told if plain(name) in own or (is_same and plain(name) in {"id", "uuid"})):
            if made and is_key(told[name]) and str(told[name]) != made:
                yield name, made, told[name]


def meant(known: Sequence[Sending], delivery: Delivery) -> list[Sending]:
    """The webhooks that a request may be: those whose name stands in it by itself, else all of them."""
    value = as_answer(delivery).json
    told = [item for item in value.values() if isinstance(item, str)] if isinstance(value, Mapping) else []
    names = {"".join(words_in(text)) for text in (*told, *delivery.headers.values())}
    return [one for one in known if "".join(words_in(one.name)) in names] or list(known)


def same_path(wanted: str, got: str) -> bool:
    """Whether two paths are one; a slash at the end of an address without a path says nothing."""
    return unquote(wanted) == unquote(got) or {wanted, got} == {"", "/"}


def shown(delivery: Delivery) -> str:
    """A request that came, in one line."""
    kind_of_body = delivery.headers.get("content-type", "")
    body = shorten(" ".join(delivery.body.decode("utf-8", "replace").split()), SHOWN)
    return " ".join(part for part in (delivery.method, delivery.path or "/", kind_of_body, body) if part)
