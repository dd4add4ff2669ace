"""Two users: what one of them may not see, and tokens that show nothing of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract_tests.cases.running import Ran, api, get, ok, run, thing
from tests.contract_tests.small import Asked, Reply, Table

NAMED = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
ONE = thing(id={"type": "string"})
REFUSED = {"description": "Refused"}
DOCUMENT = api(
    {
        "/things": get("listThings", {**ok({"type": "array", "items": ONE}), "401": REFUSED}),
        "/things/{id}": get("getThing", {**ok(ONE), "401": REFUSED, "404": REFUSED}, NAMED),
    },
    security=[{"bearer": []}],
    components={"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
)
FOREIGN = "records_of_another_user"


class Owned(Table):
    """A thing for each user; `takes` are further tokens that are those of ann."""

    def __init__(self, *takes: str) -> None:
        super().__init__({})
        self.users = {"ann-s-token": "ann", "bob-s-token": "bob"} | dict.fromkeys(takes, "ann")

    def answer(self, asked: Asked) -> Reply:
        user = self.users.get(asked.headers.get("Authorization", "none").removeprefix("Bearer").strip())
        if user is None:
            return Reply(401, {"error": "who?"})
        if asked.path == "/things":
            return Reply(200, [{"id": f"of-{user}"}])
        return Reply(200, {"id": f"of-{user}"}) if asked.path == f"/things/of-{user}" else Reply(404, {"error": "none"})


def checked(service: Owned, other: str, folder: Path) -> Ran:
    """A run of ann and another user."""
    tokens = ("--token", "ann-s-token", "--other-token", other)
    return run(service, DOCUMENT, folder, *tokens, "--suite", "access")


def test_what_each_user_sees_alone_is_kept_from_the_other(tmp_path: Path) -> None:
    """The service is sound, and its tokens are right."""
    ran = checked(Owned(), "bob-s-token", tmp_path)
    assert (ran.code, ran.outcome(FOREIGN)) == (0, "kept")


@pytest.mark.parametrize(("other", "reason"), [("no-token", "with 401"), ("ann-s-token", "the same token")])
def test_a_second_token_that_names_nobody_else_shows_nothing(other: str, reason: str, tmp_path: Path) -> None:
    """What is refused to it, or shown to it, is no sign of anything; that is said, and nothing counts as passed."""
    ran = checked(Owned(), other, tmp_path)
    assert (ran.code, ran.outcome(FOREIGN)) == (0, "not checked")
    assert f"{reason}" in ran.printed


def test_an_empty_token_is_a_wrong_one(tmp_path: Path) -> None:
    """A service that takes it lets everybody in."""
    ran = checked(Owned(""), "bob-s-token", tmp_path)
    assert ran.code == 1
    assert {expected.split()[0] for _, expected, _ in ran.broken()} == {"listThings"}
