"""Inputs: bodies that do not fit, other media types, odd ids and fingerprints; none causes a server error."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contract_tests.core.answer import Answer
from contract_tests.core.cases import Cases
from contract_tests.core.promises import promise
from contract_tests.core.safety import Rules
from contract_tests.run.run import Run
from contract_tests.suites.flashback.api import Flashback, must
from contract_tests.suites.flashback.helpers import BY_ID, TRUST, nothing_changes

ODD_IDS = {
    "a NUL byte": "%00",
    "an encoded slash": "..%2F..%2Fdevices",
    "an emoji": "%F0%9F%92%A5",
    "invalid UTF-8": "%ff%fe",
    "5000 characters": "x" * 5000,
    "quotes": "%27%20OR%20%271%27=%271",
    "a space": "%20",
    "a template": "%7Bid%7D",
    "a per cent sign": "%25",
}
ODD_FINGERPRINTS = ("Zürich 💥 \u0000 \u202e", "x" * 100_000, "' OR '1'='1", "%s%d{0}", "__proto__", "")


@promise(
    "An id of any form is answered, never with a server error",
    page="every page with an id",
    stage=16,
    about=" ".join(BY_ID),
)
@pytest.mark.parametrize("name", BY_ID)
def test_odd_ids_are_answered(me: Flashback, name: str) -> None:
    """Neither a server error nor a success."""
    operation, cases = me.target.contract.operation(name), Cases()
    for what, odd in ODD_IDS.items():
        path = operation.path.replace("{id}", odd + me.target.gate.rules.mint())
        with cases.case():
            answer = me.target.request(operation.method, path, by_contract=False)
            must(400 <= answer.status < 500, f"a refusal of {name} for an id with {what}", answer.describe(), answer)
    cases.settle()


def bodies_that_do_not_fit(rules: Rules) -> dict[str, Any]:
    """Bodies without a fingerprint that is a string; first those that name an unknown record."""
    return {
        "a list as fingerprint": {"fingerprint": [rules.mint()]},
        "an object as fingerprint": {"fingerprint": {"x": rules.mint()}},
        "a number as fingerprint": {"fingerprint": rules.mint_number()},
        "true as fingerprint": {"fingerprint": True},
        "null as fingerprint": {"fingerprint": None},
        "no fingerprint": {},
        "a misspelt fingerprint": {"fingerPrint": rules.mint()},
        "a list": [rules.mint()],
        "a text": rules.mint(),
        "null": None,
        "half a JSON text": b'{"fingerprint": "',
        "nothing": b"",
    }


@promise("A body without a fingerprint, or with one that is no string, is refused and changes nothing",
         page=TRUST, assumed="A-03", stage=18, about="trustDevice")  # fmt: skip
def test_bodies_that_do_not_fit_are_refused(run: Run, me: Flashback) -> None:
    """400 (or 422, noted), whatever is wrong with it."""
    cases = Cases()
    with nothing_changes("trustDevice with a body that does not fit", me):
        for what, body in bodies_that_do_not_fit(me.target.gate.rules).items():
            with cases.case():
                refused_as_input(run, me.call("trustDevice", body=body), f"{what} as body", 400)
        with cases.case():
            answer = me.call("trustDevice", body=b'{"fingerprint": "contract-tests-\xff\xfe"}')
            refused_as_bytes(run, answer)
        cases.settle()


def refused_as_bytes(run: Run, answer: Answer) -> None:
    """Many a decoder puts a replacement character for bytes that are no UTF-8 and finds nothing, which is noted."""
    if answer.status == 404:
        run.ledger.note("404 in place of 400 for a body that isn't UTF-8")
    else:
        refused_as_input(run, answer, "a body that isn't UTF-8", 400)


@promise("A body that isn't JSON is refused by its type", page="overview", assumed="A-05", stage=19,
         about="trustDevice")  # fmt: skip
def test_other_media_types_are_refused(run: Run, me: Flashback) -> None:
    """415 (or 400, 422, noted)."""
    cases = Cases()
    with nothing_changes("trustDevice with a body that isn't JSON", me):
        for media_type in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
            with cases.case():
                answer = trust_nobody(me, media_type)
                refused_as_input(run, answer, f"{media_type} as body", 415)
        cases.settle()


@promise("A JSON body is taken, whatever else its Content-Type says", page=TRUST, stage=19, about="trustDevice")
def test_parameters_of_the_media_type_are_taken(me: Flashback) -> None:
    """A charset in Content-Type does not turn JSON into something else (RFC 9110, section 8.3.1)."""
    for media_type in ("application/json; charset=utf-8", "application/json;charset=UTF-8"):
        answer = trust_nobody(me, media_type)
        must(answer.status == 404, f"404 for an unknown fingerprint sent as {media_type}", answer.describe(), answer)


def trust_nobody(me: Flashback, media_type: str) -> Answer:
    """`POST /devices/trust` with an unknown fingerprint, as JSON with its media type."""
    body = json.dumps({"fingerprint": me.target.gate.rules.mint()}).encode()
    return me.target.call("trustDevice", body=body, token=me.token, headers={"Content-Type": media_type})


@promise("A fingerprint of any length and script is answered, never with a server error", page=TRUST,
         stage=19, about="trustDevice")  # fmt: skip
def test_odd_fingerprints_are_answered(me: Flashback) -> None:
    """A refusal, for it names no device."""
    cases = Cases()
    for odd in ODD_FINGERPRINTS:
        fingerprint = odd + me.target.gate.rules.mint() if odd else odd
        with cases.case():
            answer = me.call("trustDevice", body={"fingerprint": fingerprint})
            must(400 <= answer.status < 500, "a refusal of an odd fingerprint", answer.describe(), answer)
    cases.settle()


def refused_as_input(run: Run, answer: Answer, what: str, wanted: int) -> None:
    """The status says that the input was wrong; another than the assumed one is noted."""
    must(answer.status in {400, 415, 422}, f"{wanted} for {what}", answer.describe(), answer)
    if answer.status != wanted:
        run.ledger.note(f"{answer.status} in place of {wanted} for {what}")
