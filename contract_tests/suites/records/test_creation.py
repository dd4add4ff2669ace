"""What is sent comes back: records that are made, one kind after the other, and read again."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest

from contract_tests.core.cases import Cases
from contract_tests.core.errors import Broken
from contract_tests.core.promises import promise
from contract_tests.core.words import in_json
from contract_tests.suites.records.calls import Made
from contract_tests.suites.records.life import Life
from contract_tests.suites.records.looking import PAGE, creator, look
from contract_tests.suites.records.showing import check_as_sent, differences

pytestmark = pytest.mark.usefixtures("writable", "reserved")


@promise("A record that was made is shown as it was sent", page=PAGE, stage=20)
def test_created_records_come_back(made_kinds: list[Life]) -> None:
    """Each member with ten values that get lost easily; Location leads to the record, keys are unique."""
    cases = Cases()
    for life in made_kinds:
        for turn in life.in_time(life.turns):
            with cases.case():
                made = life.create(life.body(creator(life), turn))
                check_made(life, made)
        with cases.case():
            check_left_out(life)
        for made in life.made[:3]:
            with cases.case():
                look(life, made, made.sent)
    cases.settle(some=True)


def check_made(life: Life, made: Made) -> None:
    """What the answer shows, where Location leads, whether the key is new, and what a read shows."""
    if made.shown:
        check_as_sent(life, creator(life), made.sent, made.shown, made.answer)
    others = [other for other in life.made if other is not made and other.values == made.values]
    others = [other for other in others if not says_it_was_there(made, other)]
    if creator(life).operation.method == "POST" and any(other.key == made.key for other in others):
        raise Broken(
            f"a {life.kind.key} of its own for each record that {creator(life).id} makes", made.key, made.answer
        )
    look(life, made, made.sent)
    check_location(life, made)


def says_it_was_there(made: Made, other: Made) -> bool:
    """Whether the target answers 200 where it has answered 201 before: it found a record, and made none."""
    return made.answer.status == 200 and other.answer.status == 201


def check_location(life: Life, made: Made) -> None:
    """Raise `Broken` where Location does not lead to the record."""
    location = made.answer.headers.get("location")
    if made.answer.status != 201 or not location or life.kind.read is None:
        return
    url = urljoin(made.answer.sent.url, location)
    base, path = urlsplit(life.target.gate.base_url).path.rstrip("/"), urlsplit(url).path
    if path.startswith(f"{base}/"):
        answer = life.target.request("GET", path.removeprefix(base))
    else:
        answer = life.target.look(urljoin(life.target.gate.base_url, path))
        if answer.status in {401, 403}:
            return  # outside of the contract, no credential is known
    shown = life.shown(life.kind.read, answer)
    is_other = life.kind.key in shown and str(shown[life.kind.key]) != made.key
    if not answer.ok or is_other or leads_to_list(life, made, path.removeprefix(base)):
        expected = f"Location of {creator(life).id} to lead to the record that it has made"
        raise Broken(expected, f"{location}: {answer.describe()}", made.answer, answer, in_order=True)


def leads_to_list(life: Life, made: Made, path: str) -> bool:
    """Whether the path is that of a list which shows such records, not of the record."""
    match = life.contract.match("GET", path)
    return match is not None and match[0].id in {one.id for one in life.kind.lists} and not path.endswith(made.key)


def check_left_out(life: Life) -> None:
    """Empty values that are not shown: a convention where the target leaves out several kinds of them, else a loss."""
    kinds_left_out = {type(loss.sent) for _, loss, _ in life.left_out}
    left_out, life.left_out = life.left_out, []
    if len(kinds_left_out) > 1:
        life.run.ledger.note(f"{life.kind}: empty values are left out of answers")
        return
    for action, loss, answer in left_out[:1]:
        raise Broken(f"{action.id} to show {loss.way} as it was sent: {in_json(loss.sent)}", "field missing", answer)


@promise("Reading a record changes nothing", page="RFC 9110, section 9.2.1: GET is safe", stage=22)
def test_reads_change_nothing(made_kinds: list[Life]) -> None:
    """Three reads in a row show the same, and the lists as well."""
    cases = Cases()
    for life in made_kinds:
        for made in life.made[-1:]:
            with cases.case():
                first = look(life, made, {})
                answers = [life.look(made) for _ in range(2)]
                for answer in answers:
                    for name, old, new in differences(life, first, life.record_in(answer, made) or {}):
                        expected = f"a read to change nothing: {name} of {made.key} {in_json(old)}"
                        raise Broken(expected, in_json(new), *answers, in_order=True)
    cases.settle(some=True)
