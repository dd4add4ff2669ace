"""What a server may decide: the suites must pass each of these."""

from __future__ import annotations

import random
import time
import uuid

from tests.contract_tests.crud import checking
from tests.contract_tests.crud.checking import Refusal
from tests.contract_tests.crud.registry import FLAGS, VARIANTS, variant
from tests.contract_tests.crud.service import BODIES, Workshop

__all__ = ["VARIANTS"]


@variant
class Sound(Workshop):
    """Nothing changed."""


@variant
class Unprocessable(Workshop):
    def refuse(self, call, refusal):
        status = 422 if refusal.status == 400 and call and call.method in {"POST", "PUT", "PATCH"} else refusal.status
        return super().refuse(call, Refusal(status, refusal.text, refusal.headers))


@variant
class InputBeforeRecord(Workshop):
    def has_record(self, call):
        return True


@variant
class TypeIs400(Workshop):
    def refuse(self, call, refusal):
        status = 400 if refusal.status == 415 else refusal.status
        return super().refuse(call, Refusal(status, refusal.text, refusal.headers))


@variant
class IdsInAnyNotation(Workshop):
    def project_key(self, text):
        try:
            return str(uuid.UUID(text))
        except ValueError:
            raise Refusal(400, "not a UUID") from None


@variant
class NewTimesAfterPut(Workshop):
    def replaced(self, record, body):
        return {**super().replaced(record, body), "createdAt": self.now()}


@variant
class NewestFirst(Workshop):
    def own_projects(self, call):
        return super().own_projects(call)[::-1]

    def listed_tasks(self, project):
        return super().listed_tasks(project)[::-1]


@variant
class AnyOrder(Workshop):
    def list_labels(self, call):
        status, labels, headers = super().list_labels(call)
        return status, random.sample(labels, len(labels)), headers


@variant
class FurtherFields(Workshop):
    def shown_project(self, record):
        return {**super().shown_project(record), "links": {"self": f"/projects/{record['id']}"}, "revision": 7}

    def shown_task(self, task):
        return {**super().shown_task(task), "assignee": None}


@variant
class ReadCounter(Workshop):
    reads = 0

    def get_project(self, call):
        status, shown, headers = super().get_project(call)
        self.reads += 1
        return status, {**shown, "views": self.reads, "updatedAt": self.now()}, headers


@variant
class DeclaredCounter(Workshop):
    """A number that the contract declares, and that the server counts as it likes."""

    reads = 0

    def shown_project(self, record):
        self.reads += 1
        return {**super().shown_project(record), "taskCount": self.reads}


@variant
class ChildrenStay(Workshop):
    def remove_project(self, record):
        del self.projects[record["id"]]


@variant
class AbsoluteLocation(Workshop):
    def location(self, key):
        return f"http://{self.host}/projects/{key}"

    host = "127.0.0.1"

    def answer(self, method, target, headers, body):
        self.host = headers.get("Host") or self.host
        return super().answer(method, target, headers, body)


@variant
class RelativeLocation(Workshop):
    def location(self, key):
        return f"projects/{key}"


@variant
class NoHead(Workshop):
    def answer(self, method, target, headers, body):
        return self.undefined("HEAD", ["GET"]) if method == "HEAD" else super().answer(method, target, headers, body)


@variant
class NoOptions(Workshop):
    def undefined(self, method, allowed):
        return self.refuse(None, Refusal(405, "Method not allowed", {"Allow": ", ".join(allowed)}))


@variant
class Charset(Workshop):
    def finish(self, call, status, payload, headers):
        status, text, headers = super().finish(call, status, payload, headers)
        kind = headers.get("Content-Type", "")
        return status, text, {**headers, "Content-Type": f"{kind}; charset=UTF-8"} if "json" in kind else headers


@variant
class WeakTags(Workshop):
    def tag(self, shown):
        return f'W/"{len(str(shown))}"'


@variant
class CsvFirst(Workshop):
    def get_report(self, call):
        call.headers = {**dict(call.headers.items()), "Accept": "text/csv"}
        return super().get_report(call)


@variant
class NullsShown(Workshop):
    def shown_task(self, task):
        return {"due": None, **super().shown_task(task)}


@variant
class DefaultsStored(Workshop):
    project_defaults = {"status": "paused", "description": "", "tags": [], "budget": 0}  # noqa: RUF012


@variant
class TokenBeforePath(Workshop):
    def answer(self, method, target, headers, body):
        is_read = method in {"GET", "HEAD"} and target.startswith(("/labels", "/status", "/ping", "/old-status"))
        if self.user_of(headers) is None and not is_read:
            return self.refuse(None, self.unauthorized(None))
        return super().answer(method, target, headers, body)


@variant
class Challenge(Workshop):
    def unauthorized(self, call):
        return Refusal(401, "Sign in", {"WWW-Authenticate": 'Bearer realm="workshop", error="invalid_token"'})


@variant
class InstantsInAnotherZone(Workshop):
    def now(self):
        return super().now().replace("Z", "+00:00")


@variant
class InstantsOfAnotherForm(Workshop):
    """2021-03-04T05:06:07Z is answered as 2021-03-04T05:06:07.000+00:00."""

    def shown_task(self, task):
        due = task.get("due")
        plain = isinstance(due, str) and due.endswith("Z") and "." not in due
        return {**super().shown_task(task), **({"due": due[:-1] + ".000+00:00"} if plain else {})}


@variant
class WholeNumbersAsIntegers(Workshop):
    def kept(self, value):
        return {
            name: int(item) if isinstance(item, float) and item.is_integer() else item for name, item in value.items()
        }


@variant
class SmallPages(Workshop):
    def page(self, found, offset, limit):
        return found[offset : offset + min(limit, 4)]


@variant
class StrongIds(Workshop):
    def new_task_id(self):
        return random.getrandbits(50) + 1


@variant
class SearchesMore(Workshop):
    """A search that knows no case, and looks into the description as well."""

    def has_text(self, record, text):
        return not text or text.casefold() in f"{record['title']} {record.get('description', '')}".casefold()


@variant
class SlowToShow(Workshop):
    """A new project is in the list a moment later (eventual consistency; run with `--settle 2s`)."""

    delay = 0.3

    def own_projects(self, call):
        ready = time.time() - self.delay
        return [held["record"] for held in self.projects.values()
                if self.is_owned(held, call.user) and self.born.get(held["record"]["id"], 0) < ready]  # fmt: skip

    def add_project(self, user, body):
        key = super().add_project(user, body)
        self.__dict__.setdefault("born", {})[key] = time.time() if len(self.projects) > 6 else 0
        return key


@variant
class PutKeepsProfile(Workshop):
    """The profile keeps what a PUT leaves out: there is no PATCH of it, and the contract does not say that it goes."""

    def put_profile(self, call):
        before = self.profiles[call.user]
        status, _, headers = super().put_profile(call)
        self.profiles[call.user] = {**before, **self.profiles[call.user]}
        return status, self.profiles[call.user], headers


@variant
class LongTargetsRefused(Workshop):
    def answer(self, method, target, headers, body):
        if len(target) > 2000:
            return self.refuse(None, Refusal(414, "too long"))
        return super().answer(method, target, headers, body)


@variant
class ReadOnlyRefused(Workshop):
    def checked(self, call, body, schema):
        if isinstance(body, dict) and "login" in body:
            raise Refusal(400, "login is readOnly")
        return super().checked(call, body, schema)


@variant
class NotModified(Workshop):
    def get_project(self, call):
        status, shown, headers = super().get_project(call)
        if call.headers.get("If-None-Match") == headers["ETag"]:
            return 304, None, headers
        return status, shown, headers


@variant
class LabelReplacedIs201(Workshop):
    def put_label(self, call):
        _, label, headers = super().put_label(call)
        return 201, label, headers


@variant
class AnyMediaType(Workshop):
    """JSON is read whatever its Content-Type says."""

    def validate(self, call):
        if call.name in BODIES and self.has_record(call):
            call.body = self.checked(call, checking.parsed(call.raw), BODIES[call.name][1])


FLAGS["SlowToShow"] = ("--settle=2s",)
