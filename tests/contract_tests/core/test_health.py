"""When answers no longer say anything about the contract, the run ends or asks again; and only then."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext

import pytest

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.contract import Contract, Operation
from contract_tests.core.errors import CredentialsRefused, NothingLearnt, SuiteError, TargetUnavailable
from contract_tests.core.health import MANY, VOID, Health
from tests.contract_tests.conftest import ContractOf
from tests.contract_tests.small import TOKEN, contract_of_notes

Answering = Callable[[Sent], int | None]
OWN = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def notes(contract_of: ContractOf) -> Contract:
    """The contract of the notes."""
    return contract_of(contract_of_notes())


class Line:
    """A health with a target of which only the statuses are known; `asked` are the requests that it sent again."""

    def __init__(self, contract: Contract, again: Answering, *, left: float = 100.0, renews: bool = False) -> None:
        self.contract, self.again, self.asked = contract, again, list[Sent]()
        self.slept: list[float] = []
        self.token = TOKEN
        self.health = Health(
            lambda _: {"Authorization": f"Bearer {self.token}"},
            lambda sent: bool(self.token) and sent.headers.get("Authorization") == f"Bearer {self.token}",
            self._renew if renews else None,
            self.slept.append,
            lambda: left,
            has_user=lambda: bool(self.token),
        )

    def _renew(self) -> None:
        self.token = "a-newer-token"

    def ask(self, sent: Sent) -> Answer | None:
        self.asked.append(sent)
        status = self.again(sent)
        return None if status is None else Answer(sent, status, {}, b"{}")

    def told(self, status: int, path: str = "/notes", method: str = "GET", **headers: str) -> bool:
        sent = Sent(method, f"http://target{path}", path, {"Authorization": f"Bearer {self.token}"})
        found = self.contract.match(method, path, sent)
        operation: Operation | None = found[0] if found else None
        name = operation.id if operation else ""
        answer = Answer(sent, status, headers, b"{}", operation_id=name)
        return self.health.examine(answer, operation, self.ask)


def test_a_token_that_expired_ends_the_run_at_once(notes: Contract) -> None:
    """At the first 401 after a success, if the read that had worked is refused as well; it names both requests."""
    line = Line(notes, lambda _: 401)
    line.told(200)
    with pytest.raises(CredentialsRefused, match=r"GET /notes/n1.* was answered 401, and GET /notes too"):
        line.told(401, "/notes/n1")


@pytest.mark.parametrize("status", [401, 403])
def test_one_operation_that_refuses_is_its_own_matter(notes: Contract, status: int) -> None:
    """The read that had worked still does; it is asked less and less often."""
    line = Line(notes, lambda _: 200)
    line.told(200)
    line.told(200, "/notes/n1")
    for _ in range(20):
        assert not line.told(status, "/notes/n1")
    assert len(line.asked) == 5


def test_a_renewed_token_repeats_the_request(notes: Contract) -> None:
    """The read is asked with the new one first."""
    line = Line(notes, lambda sent: 200 if "newer" in sent.headers["Authorization"] else 401, renews=True)
    line.told(200)
    assert line.told(401, "/notes/n1")
    assert line.token == "a-newer-token"
    assert not line.told(200, "/notes/n1")


def test_a_token_that_cannot_be_renewed_ends_the_run(notes: Contract) -> None:
    """A login that gives tokens which are refused is none."""
    line = Line(notes, lambda _: 401, renews=True)
    line.told(200)
    with pytest.raises(CredentialsRefused):
        line.told(401)


def test_a_token_that_never_worked_ends_the_run(notes: Contract) -> None:
    """After some requests, where no first look could show it."""
    line = Line(notes, lambda _: 401)
    for _ in range(MANY - 1):
        line.told(401, "/notes/n1")
    with pytest.raises(CredentialsRefused, match="each of 10 requests"):
        line.told(401, "/notes/n1")


def test_a_token_that_had_worked_is_not_one_that_never_did(contract_of: ContractOf) -> None:
    """Where the contract doesn't say which operations want it."""
    document = contract_of_notes()
    line = Line(contract_of({**document, "security": []}), lambda _: 401)
    line.told(200)
    for _ in range(MANY - 1):
        line.told(401)
    with pytest.raises(CredentialsRefused, match="the token seems to have ended"):
        line.told(401)


def test_bad_requests_are_no_sign_while_reads_still_work(notes: Contract) -> None:
    """A read that had worked is asked for at the eighth in a row, and at the sixteenth."""
    line = Line(notes, lambda _: 200)
    line.told(200)
    for at in range(20):
        line.told(400, f"/notes/{at}")
    assert len(line.asked) == 2
    line.again = lambda _: 400
    with pytest.raises(CredentialsRefused, match="the token seems to have ended"):
        line.told(400)


def test_the_end_of_the_run_looks_once_more(notes: Contract) -> None:
    """Else a token that died at the very end, in an operation that had refused before, would go unnoticed."""
    line = Line(notes, lambda _: 200)
    line.told(200)
    line.told(401, "/notes/n1")
    line.told(401, "/notes/n1")
    line.told(401, "/notes/n1")
    line.again = lambda _: 401
    with pytest.raises(CredentialsRefused, match="the token seems to have ended"):
        line.health.conclude(line.ask)


def test_requests_with_other_credentials_are_no_sign(notes: Contract) -> None:
    """Those with a wrong token or with none are refused as they should be."""
    line = Line(notes, lambda _: 401)
    line.told(200)
    line.token = "another"
    stranger = Sent("GET", "http://target/notes", "/notes", OWN)
    answer = Answer(stranger, 401, {}, b"{}", operation_id="listNotes")
    assert not line.health.examine(answer, notes.operation("listNotes"), line.ask)
    assert not line.asked


def test_a_quota_that_is_used_up_is_waited_for_within_the_budget(notes: Contract) -> None:
    """Where the read that had worked is refused as well; else it is the limit of one operation."""
    line = Line(notes, lambda _: 429, left=60)
    line.told(200)
    assert line.told(429, **{"retry-after": "45"})
    assert line.slept == [45.0]
    with pytest.raises(
        TargetUnavailable, match=r"quota of requests is used up.*wait 90 s; 60 s of the budget are left"
    ):
        line.told(429, **{"retry-after": "90"})
    line.again = lambda _: 200
    assert not line.told(429, "/notes/n1", **{"retry-after": "90"})


@pytest.mark.parametrize("again", [502, 503, 504, None])
def test_a_target_that_is_away_ends_the_run(notes: Contract, again: int | None) -> None:
    """After a few seconds' grace, in which the read that had worked fails too."""
    line = Line(notes, lambda _: again)
    line.told(200)
    with pytest.raises(TargetUnavailable, match="stopped working: PUT /notes/n1"):
        line.told(503, "/notes/n1", "PUT")
    assert sum(line.slept) == 3


def test_one_operation_whose_backend_is_away_is_its_own_matter(notes: Contract) -> None:
    """Its 503 is a broken promise like another."""
    line = Line(notes, lambda _: 200)
    line.told(200)
    assert not line.told(503, "/notes/n1")


@pytest.mark.parametrize(("status", "path"), [(302, "/notes"), (404, "/notes"), (405, "/notes"), (401, "/notes/n1")])
def test_answers_that_any_server_could_give_teach_nothing(notes: Contract, status: int, path: str) -> None:
    """At the latest at the end; a token is no matter here."""
    line = Line(notes, lambda _: 200)
    line.token = ""
    line.told(status, path)
    with pytest.raises(NothingLearnt):
        line.health.conclude(line.ask)
    for _ in range(VOID - 2):
        line.told(status, path)
    with pytest.raises(NothingLearnt):
        line.told(status, path)


def only_there(sent: Sent) -> int:
    """The status of a target that has the paths of the notes."""
    return 405 if sent.method == "OPTIONS" and sent.path.startswith("/notes") else 404


def test_no_number_of_absent_records_ends_a_run_at_the_right_address(notes: Contract) -> None:
    """It is looked for once; only the end says that nothing was learnt, and that the address isn't to blame."""
    line = Line(notes, only_there)
    for _ in range(2 * VOID):
        line.told(404, "/notes/n1")
    assert len(line.asked) == 6
    with pytest.raises(NothingLearnt, match=r"the address is right, .* /notes/n1 \(give path parameters an `example`"):
        line.health.conclude(line.ask)


@pytest.mark.parametrize(("status", "media_type"), [(404, "application/json"), (200, "text/html")])
def test_what_a_path_of_the_target_answers_counts(notes: Contract, status: int, media_type: str) -> None:
    """A list that isn't there, a page in place of it: where the path itself is known, that is what the API does."""
    line = Line(notes, only_there)
    line.told(status, "/notes", **{"content-type": media_type})
    line.health.conclude(line.ask)


def test_a_page_that_stands_everywhere_teaches_nothing(notes: Contract) -> None:
    """The start page of a web site, at an address below which the API isn't served; the right one is named."""
    line = Line(notes, lambda sent: only_there(sent) if "/v1/" in sent.url and sent.method != "GET" else 200)
    line.health.roots = lambda: ["http://target/v1"]
    for _ in range(VOID - 1):
        line.told(200, "/notes", **{"content-type": "text/html"})
    with pytest.raises(NothingLearnt, match="use --target http://target/v1"):
        line.told(200, "/notes", **{"content-type": "text/html"})


@pytest.mark.parametrize("at_home", [True, False])
def test_an_address_is_looked_for_without_any_call_of_an_operation(notes: Contract, at_home: bool) -> None:
    """Where a run had time, or leave, only for methods that the contract lacks: a wrong address isn't a sound one."""
    line = Line(notes, only_there if at_home else lambda _: 404)
    line.told(404, "/notes/n1", "PROPFIND")
    with nullcontext() if at_home else pytest.raises(NothingLearnt, match="--target"):
        line.health.conclude(line.ask)


def test_refusals_of_requests_without_credentials_end_nothing(notes: Contract) -> None:
    """However many of them come first: that is how a run tries whether they are refused."""
    line = Line(notes, lambda _: 200)
    sent = Sent("GET", "http://target/notes/n1", "/notes/n1", {})
    for _ in range(2 * VOID):
        line.health.examine(Answer(sent, 401, {}, b"{}"), notes.operation("getNote"), line.ask)
    with pytest.raises(NothingLearnt):
        line.health.conclude(line.ask)


@pytest.mark.parametrize(("status", "path"), [(200, "/notes"), (400, "/notes"), (500, "/notes")])
def test_other_answers_teach_something(notes: Contract, status: int, path: str) -> None:
    """A refusal of the input, a crash: that is what this API does."""
    line = Line(notes, lambda _: 200)
    line.told(status, path)
    line.health.conclude(line.ask)


def test_errors_of_health_are_those_of_an_unavailable_target() -> None:
    """Exit code 3."""
    kinds: tuple[type[SuiteError], ...] = (CredentialsRefused, NothingLearnt, TargetUnavailable)
    assert {kind.exit_code for kind in kinds} == {3}
