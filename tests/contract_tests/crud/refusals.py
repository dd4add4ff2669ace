"""Defects of refusals: an input is refused of which a clause of the contract says that it is allowed."""

from __future__ import annotations

from tests.contract_tests.crud import checking
from tests.contract_tests.crud.checking import Refusal
from tests.contract_tests.crud.registry import defect
from tests.contract_tests.crud.service import Workshop


class Refuses(Workshop):
    """Refuses some bodies that are valid."""

    def checked(self, call, body, schema):
        body = super().checked(call, body, schema)
        if self.refuses(call, body):
            raise Refusal(400, "not wanted")
        return body


@defect("a valid input, status 'archived'")
class ArchivedRefused(Refuses):
    def refuses(self, call, body):
        return call.name == "create_project" and body.get("status") == "archived"


@defect("a valid input, a body without budget")
class BudgetWanted(Refuses):
    def refuses(self, call, body):
        return call.name == "create_project" and "budget" not in body


@defect("a valid input, title")
class LongestTitleRefused(Refuses):
    def refuses(self, call, body):
        return call.name == "create_project" and len(body["title"]) == 80


@defect("a valid input, tags")
class SixTagsRefused(Refuses):
    def refuses(self, call, body):
        return call.name in {"create_project", "replace_project"} and len(body.get("tags", ())) == 6


@defect("a valid input, done")
class DoneRefused(Refuses):
    def refuses(self, call, body):
        return call.name == "create_task" and body.get("done") is True


@defect("a valid input, budget")
class ZeroBudgetRefused(Refuses):
    def refuses(self, call, body):
        return call.name in {"create_project", "change_project"} and body.get("budget") == 0


@defect("a valid input, size")
class ZeroSizeRefused(Refuses):
    def refuses(self, call, body):
        return call.name == "create_task" and body.get("size") == 0


@defect("a valid input, color")
class ColoursWithLettersRefused(Refuses):
    def refuses(self, call, body):
        return call.name == "put_label" and any(letter.isalpha() for letter in body["color"])


@defect("a valid input, due None")
class NullRefused(Refuses):
    def refuses(self, call, body):
        return call.name == "change_task" and "due" in body and body["due"] is None


class RefusesQueries(Workshop):
    """Refuses some queries that are valid."""

    def list_projects(self, call):
        if any(call.one(name) in texts for name, texts in self.unwanted.items()):
            raise Refusal(400, "not wanted")
        return super().list_projects(call)


@defect("a valid input, the parameter limit=50")
class LargestLimitRefused(RefusesQueries):
    unwanted = {"limit": {"50"}}  # noqa: RUF012


@defect("a valid input, the parameter offset=0")
class FirstOffsetRefused(RefusesQueries):
    unwanted = {"offset": {"0"}}  # noqa: RUF012


@defect("a valid input, the parameter sort=-budget")
class SortRefused(RefusesQueries):
    unwanted = {"sort": {"-budget"}}  # noqa: RUF012


@defect("a valid input, the parameter status=paused")
class StatusRefused(RefusesQueries):
    unwanted = {"status": {"paused"}}  # noqa: RUF012


@defect("a valid input, the parameter done=false")
class FalseRefused(Workshop):
    def list_tasks(self, call):
        if call.one("done") == "false":
            raise Refusal(400, "not wanted")
        return super().list_tasks(call)


@defect("a valid input, the parameter limit=10")
class LargestReportRefused(Workshop):
    def get_report(self, call):
        checking.integer(call.one("limit"), 1, 9, 9)
        return super().get_report(call)
