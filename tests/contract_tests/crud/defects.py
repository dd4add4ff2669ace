"""Defects of answers, access and input: the suites must fail each of these, and name it."""

from __future__ import annotations

import json

from tests.contract_tests.crud import checking
from tests.contract_tests.crud.checking import Refusal
from tests.contract_tests.crud.registry import DEFECTS, defect
from tests.contract_tests.crud.service import BODIES, Workshop

__all__ = ["DEFECTS"]


class Rewrites(Workshop):
    """Changes the answers of one handler on their way out."""

    of = ""

    def finish(self, call, status, payload, headers):
        status, text, headers = super().finish(call, status, payload, headers)
        if call and call.name == self.of and status < 300:
            return self.rewrite(status, text, headers)
        return status, text, headers

    def rewrite(self, status, text, headers):
        raise NotImplementedError


class Shows(Workshop):
    """Shows projects in another form."""

    def shown_project(self, record):
        return self.other(super().shown_project(record))


# forms of answers -----------------------------------------------------------------------------------------------------


@defect("Content-Type")
class HtmlForJson(Rewrites):
    of = "get_project"

    def rewrite(self, status, text, headers):
        return status, text, {**headers, "Content-Type": "text/html"}


@defect("taskCount")
class CountAsText(Shows):
    def other(self, shown):
        return {**shown, "taskCount": str(shown["taskCount"])}


@defect("taskCount")
class CountBeyondInt32(Shows):
    def other(self, shown):
        return {**shown, "taskCount": 3_000_000_000}


@defect("createdAt")
class InstantWithoutZone(Shows):
    def other(self, shown):
        return {**shown, "createdAt": shown["createdAt"][:19]}


@defect("createdAt|updatedAt")
class UnixTimes(Shows):
    def other(self, shown):
        return {**shown, "updatedAt": 1700000000}


@defect("createdAt")
class FieldMissing(Shows):
    def other(self, shown):
        return {name: value for name, value in shown.items() if name != "createdAt"}


@defect("status")
class ValueOutsideEnum(Shows):
    def other(self, shown):
        return {**shown, "status": shown["status"].upper()}


@defect("id")
class IdIsNoUuid(Workshop):
    number = 0

    def new_project_id(self):
        self.number += 1
        return f"project-{self.number}"


@defect("description")
class NullWhereTextIs(Shows):
    def other(self, shown):
        return {"description": None, **shown}


@defect("budget")
class NumberAsText(Shows):
    def other(self, shown):
        return {**shown, **({"budget": str(shown["budget"])} if "budget" in shown else {})}


@defect("NaN")
class NotANumber(Rewrites):
    of = "get_report"

    def rewrite(self, status, text, headers):
        return status, text.replace("0.5", "NaN"), headers


@defect("twice")
class NameTwice(Rewrites):
    of = "get_label"

    def rewrite(self, status, text, headers):
        return status, text.replace("{", '{"name": "x", ', 1), headers


@defect("JSON")
class BodyCutOff(Rewrites):
    of = "list_labels"

    def rewrite(self, status, text, headers):
        return status, text[:-1], headers


@defect("object")
class BareList(Rewrites):
    of = "list_projects"

    def rewrite(self, status, text, headers):
        return status, json.dumps(json.loads(text)["items"]), headers


@defect("X-Total-Count")
class HeaderMissing(Rewrites):
    of = "list_projects"

    def rewrite(self, status, text, headers):
        return status, text, {name: value for name, value in headers.items() if name != "X-Total-Count"}


@defect("X-Total-Count")
class HeaderOfAnotherType(Rewrites):
    of = "list_projects"

    def rewrite(self, status, text, headers):
        return status, text, {**headers, "X-Total-Count": "many"}


@defect("X-Generated-At")
class HeaderIsNoInstant(Rewrites):
    of = "get_report"

    def rewrite(self, status, text, headers):
        return status, text, {**headers, "X-Generated-At": "yesterday"}


@defect("X-Request-Id")
class HeaderIsNoUuid(Rewrites):
    of = "get_report"

    def rewrite(self, status, text, headers):
        return status, text, {**headers, "X-Request-Id": "r-1"}


@defect("getStatus")
class WordOutsideEnum(Rewrites):
    of = "get_status"

    def rewrite(self, status, text, headers):
        return status, "fine", headers


@defect("tasks")
class JsonInsteadOfCsvWrong(Rewrites):
    """The type that is declared second is wrong."""

    of = "get_report"

    def rewrite(self, status, text, headers):
        return (status, text.replace('"tasks": ', '"tasks": "x", "old": '), headers) if text[0] == "{" else (
            status, text, headers)  # fmt: skip


@defect("ping")
class BodyIn204(Rewrites):
    of = "ping"

    def rewrite(self, status, text, headers):
        return status, '{"pong": true}', {**headers, "Content-Type": "application/json"}


@defect("204|documented status")
class Deleted200(Rewrites):
    of = "delete_project"

    def rewrite(self, status, text, headers):
        return 200, "{}", {**headers, "Content-Type": "application/json"}


@defect("201|documented status")
class Created200(Rewrites):
    of = "create_project"

    def rewrite(self, status, text, headers):
        return 200, text, headers


@defect("title")
class RefusalWithoutTitle(Workshop):
    def refuse(self, call, refusal):
        status, _, headers = super().refuse(call, refusal)
        return status, json.dumps({"error": refusal.text}), headers


@defect("problem.json")
class RefusalOfAnotherType(Workshop):
    def refuse(self, call, refusal):
        status, text, headers = super().refuse(call, refusal)
        return status, text, {**headers, "Content-Type": "text/plain"}


@defect("password")
class PasswordLeaks(Workshop):
    def get_profile(self, call):
        return 200, {**self.profiles[call.user], "password": "hidden-one"}, {}


@defect("trace")
class StackTrace(Workshop):
    def refuse(self, call, refusal):
        if refusal.status == 400:
            refusal = Refusal(400, 'Traceback (most recent call last):\n  File "x.py", line 3', refusal.headers)
        return super().refuse(call, refusal)


@defect("Location")
class NoLocation(Rewrites):
    of = "create_project"

    def rewrite(self, status, text, headers):
        return status, text, {name: value for name, value in headers.items() if name != "Location"}


@defect("Location")
class LocationOfAnother(Workshop):
    def location(self, key):
        return f"/projects/{next(iter(self.projects))}"


@defect("Location")
class LocationLeadsNowhere(Workshop):
    def location(self, key):
        return f"/project/{key}"


# access ---------------------------------------------------------------------------------------------------------------


@defect("without|credential")
class ReadWithoutToken(Workshop):
    def admit(self, call):
        super().admit(call) if call.name != "get_report" else setattr(call, "user", self.user_of(call.headers) or "red")


@defect("without|credential")
class WriteWithoutToken(Workshop):
    def admit(self, call):
        super().admit(call) if call.name != "put_label" else None


@defect("without|credential")
class DeleteWithoutToken(Workshop):
    def admit(self, call):
        super().admit(call) if call.name != "delete_label" else None


@defect("wrong|credential")
class AnyToken(Workshop):
    def user_of(self, headers):
        return super().user_of(headers) or ("red" if headers.get("Authorization") else None)


@defect("wrong|credential")
class TokenPrefix(Workshop):
    def user_of(self, headers):
        token = (headers.get("Authorization") or "").partition(" ")[2]
        return next((user for known, user in self.tokens.items() if token.startswith(known)), None)


@defect("WWW-Authenticate")
class NoChallenge(Workshop):
    def unauthorized(self, call):
        return Refusal(401, "No credentials")


@defect("500")
class UnauthorizedAs500(Workshop):
    def unauthorized(self, call):
        return Refusal(500, "no user")


@defect("other user")
class ReadsOfOthers(Workshop):
    def get_project(self, call):
        call.user = self.projects.get(call.values[0], {"owner": call.user})["owner"]
        return super().get_project(call)


@defect("other user")
class ChangesOfOthers(Workshop):
    def has_record(self, call):
        self.lend(call)
        return super().has_record(call)

    def lend(self, call):
        if call.name == "change_project":
            call.user = self.projects.get(call.values[0], {"owner": call.user})["owner"]


@defect("other user")
class RemovalsOfOthers(Workshop):
    def delete_project(self, call):
        call.user = self.projects.get(call.values[0], {"owner": call.user})["owner"]
        return super().delete_project(call)


@defect("other user")
class ListOfAll(Workshop):
    def own_projects(self, call):
        return [held["record"] for held in self.projects.values()]


@defect("other user")
class TasksOfOthers(Workshop):
    def list_tasks(self, call):
        call.user = self.projects.get(call.values[0], {"owner": call.user})["owner"]
        return super().list_tasks(call)


# input ----------------------------------------------------------------------------------------------------------------


class Crashes(Workshop):
    """Crashes on some bodies."""

    def checked(self, call, body, schema):
        if self.crashes(call, body):
            raise Refusal(500, "crash")
        return super().checked(call, body, schema)


@defect("500")
class CrashOnNonAscii(Crashes):
    def crashes(self, call, body):
        return call.name == "create_project" and isinstance(body, dict) and not str(body.get("title")).isascii()


@defect("500")
class CrashOnWrongType(Crashes):
    def crashes(self, call, body):
        return call.name == "create_task" and isinstance(body, dict) and not isinstance(body.get("text", ""), str)


@defect("500")
class CrashOnList(Crashes):
    def crashes(self, call, body):
        return isinstance(body, list)


@defect("500")
class CrashOnEmptyTags(Crashes):
    def crashes(self, call, body):
        return isinstance(body, dict) and body.get("tags") == []


@defect("500")
class CrashOnBadJson(Workshop):
    def validate(self, call):
        if call.name in BODIES:
            try:
                json.loads(call.raw)
            except ValueError:
                raise Refusal(500, "crash") from None
        super().validate(call)


@defect("500")
class CrashOnNothing(Workshop):
    def validate(self, call):
        if call.name in BODIES and not call.raw:
            raise Refusal(500, "crash")
        super().validate(call)


@defect("500")
class CrashOnBadLimit(Workshop):
    def list_projects(self, call):
        if not (call.one("limit") or "1").isdigit():
            raise Refusal(500, "crash")
        return super().list_projects(call)


@defect("500")
class CrashOnUnknownTask(Workshop):
    def get_task(self, call):
        if call.values[1].isdigit() and int(call.values[1]) not in self.tasks:
            raise Refusal(500, "crash")
        return super().get_task(call)


@defect("500")
class CrashOnOffsetBeyondEnd(Workshop):
    def page(self, found, offset, limit):
        if offset > len(found):
            raise Refusal(500, "crash")
        return super().page(found, offset, limit)


class Accepts(Workshop):
    """Takes a body without some of the checks."""

    def checked(self, call, body, schema):
        return body if self.takes(call, body) and isinstance(body, dict) else super().checked(call, body, schema)


@defect("invalid")
class LongTitleTaken(Accepts):
    def takes(self, call, body):
        return call.name == "create_project" and isinstance(body, dict) and len(str(body.get("title"))) > 80


@defect("invalid")
class UnknownFieldTaken(Accepts):
    def takes(self, call, body):
        return call.name == "create_project" and isinstance(body, dict) and "title" in body and not (
            checking.PROJECT["fields"].keys() >= body.keys())  # fmt: skip


@defect("invalid")
class NegativeBudgetTaken(Accepts):
    def takes(self, call, body):
        return call.name == "replace_project" and isinstance(body, dict) and "title" in body and (
            isinstance(body.get("budget"), int | float) and body["budget"] < 0)  # fmt: skip


@defect("invalid")
class WrongStatusTaken(Workshop):
    def filtered(self, call, records):
        if call.one("status") not in {None, *checking.STATUSES}:
            return []
        return super().filtered(call, records)


@defect("invalid")
class LimitZeroTaken(Workshop):
    def list_projects(self, call):
        if call.one("limit") in {"0", "-1", "51"}:
            call.query.pop("limit")
        return super().list_projects(call)


@defect("invalid")
class MissingTextTaken(Accepts):
    def takes(self, call, body):
        return call.name == "create_task" and isinstance(body, dict) and "text" not in body

    def add_task(self, project, body):
        return super().add_task(project, {"text": "", **body})


@defect("invalid|415")
class XmlTaken(Workshop):
    def validate(self, call):
        if call.name in BODIES and self.has_record(call) and "xml" in (call.headers.get("Content-Type") or ""):
            call.body = {"title": "from XML", "text": "from XML", "color": "#000000"}
            return
        super().validate(call)


@defect("a valid input, contact")
class ValidRefused(Workshop):
    def checked(self, call, body, schema):
        if call.name == "create_project" and isinstance(body, dict) and "contact" in body:
            raise Refusal(400, "no contact wanted")
        return super().checked(call, body, schema)


@defect("405|404")
class UndefinedMethodTaken(Workshop):
    def undefined(self, method, allowed):
        return (200, "{}", {"Content-Type": "application/json"}) if method != "OPTIONS" else (
            super().undefined(method, allowed))  # fmt: skip
