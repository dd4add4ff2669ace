"""Two users: what one of them may not see, and tokens that show nothing of it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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


class Heads(Owned):
    """Answers HEAD to whom it shouldn't: to all, to any token, to the other user, or with a status of its own."""

    def __init__(self, hole: str) -> None:
        super().__init__()
        self.hole = hole

    def answer(self, asked: Asked) -> Reply:
        token = asked.headers.get("Authorization", "").removeprefix("Bearer ")
        is_let_in = {"all": True, "any": bool(token), "other": token in self.users}.get(self.hole, False)
        if asked.method == "HEAD" and (is_let_in or self.hole.isdigit()):
            return Reply(int(self.hole) if self.hole.isdigit() else 200, {"id": "x"})
        return super().answer(asked)


@pytest.mark.parametrize("declared", [False, True])
@pytest.mark.parametrize(
    ("hole", "found"),
    [
        ("none", set()),
        ("405", set()),
        ("501", set()),
        ("other", {FOREIGN}),
        ("any", {FOREIGN, "wrong_credentials"}),
        ("all", {FOREIGN, "wrong_credentials", "without_credentials"}),
    ],
)
def test_head_lets_in_nobody_whom_get_does_not(hole: str, found: set[str], declared: bool, tmp_path: Path) -> None:
    """It is GET without the body, whether the contract has it or not; a service need not know it."""
    document = copy.deepcopy(DOCUMENT)
    for path in document["paths"].values() if declared else ():
        refused = {"401": REFUSED, "404": REFUSED, "405": REFUSED, "501": REFUSED}
        path["head"] = path["get"] | {"operationId": f"{path['get']['operationId']}Head",
                                      "responses": {"200": REFUSED} | refused}  # fmt: skip
    tokens = ("--token", "ann-s-token", "--other-token", "bob-s-token")
    ran = run(Heads(hole), document, tmp_path, *tokens, "--suite", "access")
    assert ({name for name, _, _ in ran.broken()}, ran.code) == (found, 1 if found else 0), ran.printed
    assert all("Head " in expected or "HEAD /things" in expected for _, expected, _ in ran.broken())


ROW = thing(id={"type": "string"}, name={"type": "string"}, owner={"type": "string"})
ROWS = {"type": "array", "items": ROW}
Q = {"name": "q", "in": "query", "schema": {"type": "string"}}
SOUGHT = {"content": {"application/json": {"schema": {"type": "object", "properties": {"name": {"type": "string"}}}}}}


def read(name: str, responses: Mapping[str, Any], *parameters: Any) -> dict[str, Any]:
    """A read that may be refused."""
    return get(name, {**responses, "401": REFUSED, "403": REFUSED, "404": REFUSED}, *parameters)


SHOWING = DOCUMENT | {"paths": {
    "/things": read("list", ok(ROWS)),
    "/things/{id}": read("one", ok(ROW), NAMED),
    "/things/search": {
        "post": {"operationId": "find", "requestBody": SOUGHT, "responses": {**ok(ROWS), "401": REFUSED}},
    },
    "/search": read("search", ok(ROWS), {**Q, "required": True}),
    "/things/count": read("count", ok(thing(count={"type": "integer"}))),
    "/things/export": read("export", ok({"type": "string"}, "text/csv")),
    "/backup": read("backup", ok(thing(things=ROWS))),
    "/tags": read("tags", ok({"type": "array", "items": thing(id={"type": "string"}, color={"type": "string"})})),
}}  # fmt: skip


class Shown(Owned):
    """Things of two users, each of which is shown to its owner; what `leaks` shows all of them."""

    def __init__(self, leaks: str, refusal: int) -> None:
        super().__init__()
        self.leaks, self.refusal = leaks, refusal
        rows = [("t1", "Alpha one", "ann"), ("t2", "Alpha two", "ann"), ("t3", "Beta", "bob")]
        self.rows = [dict(zip(("id", "name", "owner"), row, strict=True)) for row in rows]

    def answer(self, asked: Asked) -> Reply:
        user = self.users.get(asked.headers.get("Authorization", "none").removeprefix("Bearer").strip())
        name = {f"{method.upper()} {path}": one["operationId"] for path, item in SHOWING["paths"].items()
                for method, one in item.items()}.get(f"{asked.method.replace('HEAD', 'GET')} {asked.path}")  # fmt: skip
        if user is None:
            return Reply(401, {"error": "who?"})
        if name is None:
            one = next((row for row in self.rows if asked.path == f"/things/{row['id']}"), {})
            return Reply(200, one) if one.get("owner") == user else Reply(self.refusal if one else 404, {"error": "no"})
        rows = [row for row in self.rows if self.leaks == name or row["owner"] == user]
        text = asked.query.removeprefix("q=") if name == "search" else (asked.json or {}).get("name", "")
        return self.shown(name, [row for row in rows if text.replace("+", " ").replace("%20", " ") in row["name"]])

    def shown(self, name: str, rows: list[dict[str, str]]) -> Reply:
        if name == "export":
            raw = "\n".join(",".join(row.values()) for row in rows).encode()
            return Reply(200, raw=raw, headers={"Content-Type": "text/csv"})
        tags = [{"id": f"t{at}", "color": "red"} for at in (1, 2, 3)]
        return Reply(200, {"count": {"count": len(rows)}, "backup": {"things": rows}, "tags": tags}.get(name, rows))


@pytest.mark.parametrize("refusal", [403, 404])
@pytest.mark.parametrize("leaks", ["", "list", "find", "search", "count", "export", "backup"])
def test_what_a_read_refuses_is_shown_nowhere_else(leaks: str, refusal: int, tmp_path: Path) -> None:
    """No list, search, count or export shows it; records of another kind may have the same ids."""
    tokens = ("--token", "ann-s-token", "--other-token", "bob-s-token")
    ran = run(Shown(leaks, refusal), SHOWING, tmp_path, *tokens, "--suite", "access")
    assert ran.code == (1 if leaks else 0), ran.printed
    assert {(name, expected.split()[0]) for name, expected, _ in ran.broken()} - {(FOREIGN, "no")} == (
        {("shown_to_others", leaks)} if leaks else set()
    )


def test_a_list_may_name_what_one_may_ask_for(tmp_path: Path) -> None:
    """Where the refusal is 403, and the list shows less of a record than its read."""

    class Catalogue(Shown):
        def shown(self, name: str, rows: list[dict[str, str]]) -> Reply:
            return Reply(200, [{"id": row["id"]} for row in rows]) if name == "list" else super().shown(name, rows)

    document = copy.deepcopy(SHOWING)
    document["paths"]["/things"] = read("list", ok({"type": "array", "items": ONE}))
    tokens = ("--token", "ann-s-token", "--other-token", "bob-s-token")
    ran = run(Catalogue("list", 403), document, tmp_path, *tokens, "--suite", "access")
    assert (ran.code, ran.broken()) == (0, [])
