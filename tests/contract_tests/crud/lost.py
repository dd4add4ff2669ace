"""Defects of memory: what was sent does not come back, or comes back elsewhere."""

from __future__ import annotations

import copy
import unicodedata

from tests.contract_tests.crud.checking import Refusal
from tests.contract_tests.crud.registry import defect
from tests.contract_tests.crud.service import Workshop


class Keeps(Workshop):
    """Stores texts (or any value) in another form."""

    def kept(self, value):
        return {name: self.other(name, item) for name, item in value.items()}


@defect("createProject|project")
class CreateLost(Workshop):
    def create_project(self, call):
        status, shown, headers = super().create_project(call)
        del self.projects[shown["id"]]
        return status, shown, headers


@defect("createTask|task")
class TaskLost(Workshop):
    def create_task(self, call):
        status, shown, headers = super().create_task(call)
        del self.tasks[shown["id"]]
        return status, shown, headers


@defect("list")
class CreatedNotListed(Workshop):
    def create_project(self, call):
        status, shown, headers = super().create_project(call)
        self.projects[shown["id"]]["unlisted"] = True
        return status, shown, headers

    def own_projects(self, call):
        return [one for one in super().own_projects(call) if not self.projects[one["id"]].get("unlisted")]


@defect("replaceProject")
class PutLost(Workshop):
    def replace_project(self, call):
        record = copy.deepcopy(self.project(call))
        status, shown, headers = super().replace_project(call)
        self.projects[record["id"]]["record"] = record
        return status, shown, headers


@defect("changeProject")
class PatchLost(Workshop):
    def change_project(self, call):
        record = copy.deepcopy(self.project(call))
        status, shown, headers = super().change_project(call)
        self.projects[record["id"]]["record"] = record
        return status, shown, headers


@defect("changeTask")
class TaskPatchLost(Workshop):
    def change_task(self, call):
        return 200, {**self.task(call), **call.body}, {}


@defect("deleteProject")
class DeleteLost(Workshop):
    def remove_project(self, record):
        pass


@defect("deleteTask")
class TaskDeleteLost(Workshop):
    def delete_task(self, call):
        self.task(call)
        return 204, None, {}


@defect("deleteLabel")
class LabelDeleteLost(Workshop):
    def delete_label(self, call):
        self.label(call)
        return 204, None, {}


@defect("list")
class DeletedStillListed(Workshop):
    def remove_project(self, record):
        self.projects[record["id"]]["gone"] = True

    def project(self, call):
        record = super().project(call)
        if self.projects[record["id"]].get("gone"):
            raise self.missing()
        return record


@defect("changeProject")
class PatchWipes(Workshop):
    def changed(self, record, body):
        return self.replaced(record, {"title": record["title"], **body})


@defect("changeTask")
class TaskPatchWipes(Workshop):
    def change_task(self, call):
        task = self.task(call)
        for name in ("size", "weight", "due"):
            task.pop(name, None)
        return super().change_task(call)


@defect("replaceProject")
class PutMerges(Workshop):
    def replaced(self, record, body):
        return {**record, **body, "updatedAt": self.now()}


@defect("replaceProject")
class PutForgetsTags(Workshop):
    def replaced(self, record, body):
        return super().replaced(record, {name: value for name, value in body.items() if name != "tags"})


@defect("replaceProject|neighbour|other")
class PutOnNeighbours(Workshop):
    def store(self, record, new):
        for held in self.projects.values():
            if held["record"]["id"] != record["id"] and held["owner"] == "red":
                held["record"]["title"] = new["title"]
        super().store(record, new)


@defect("deleteTask|neighbour|other")
class DeleteTakesAll(Workshop):
    def delete_task(self, call):
        for task in self.tasks_of(self.project(call)):
            del self.tasks[task["id"]]
        return 204, None, {}


@defect("title|description")
class TrimmedBlanks(Keeps):
    def other(self, name, item):
        return item.strip() if isinstance(item, str) else item


@defect("title|description|text")
class FoldedAccents(Keeps):
    def other(self, name, item):
        if not isinstance(item, str):
            return item
        return unicodedata.normalize("NFKD", item).encode("ascii", "ignore").decode() or item


@defect("title|description|text")
class EmojiLost(Keeps):
    def other(self, name, item):
        return "".join(char if ord(char) < 0x10000 else "?" for char in item) if isinstance(item, str) else item


@defect("title|description|text")
class SmallLetters(Keeps):
    def other(self, name, item):
        return item.lower() if isinstance(item, str) and name in {"title", "description", "text"} else item


@defect("description|title")
class CutTexts(Keeps):
    def other(self, name, item):
        return item[:60] if isinstance(item, str) else item


@defect("title|description|text")
class EscapedTexts(Keeps):
    def other(self, name, item):
        return item.replace("&", "&amp;").replace("<", "&lt;") if isinstance(item, str) else item


@defect("title|description|text")
class Normalized(Keeps):
    def other(self, name, item):
        return unicodedata.normalize("NFD", item) if isinstance(item, str) else item


@defect("description")
class EmptyTextLost(Keeps):
    def kept(self, value):
        return {name: item for name, item in value.items() if item != ""}


@defect("budget")
class FractionLost(Keeps):
    def other(self, name, item):
        return int(item) if isinstance(item, float) else item


@defect("budget|weight")
class SingleDecimal(Keeps):
    def other(self, name, item):
        return round(item, 1) if isinstance(item, float) else item


@defect("size")
class BigIntegerRounded(Keeps):
    def other(self, name, item):
        return int(float(item)) if isinstance(item, int) and not isinstance(item, bool) else item


@defect("size")
class IntegerWraps(Keeps):
    def other(self, name, item):
        return item % 2**31 if isinstance(item, int) and not isinstance(item, bool) else item


@defect("weight")
class NegativeLost(Keeps):
    def other(self, name, item):
        return abs(item) if isinstance(item, float | int) and not isinstance(item, bool) else item


@defect("size|budget|weight")
class ZeroLost(Keeps):
    def kept(self, value):
        return {name: item for name, item in value.items() if isinstance(item, bool) or item != 0}


@defect("done")
class FalseLost(Keeps):
    def kept(self, value):
        return {name: item for name, item in value.items() if item is not False}


@defect("starts")
class DayShifts(Keeps):
    def other(self, name, item):
        if name != "starts":
            return item
        return item[:8] + f"{max(int(item[8:]) - 1, 1):02}"


@defect("due")
class OffsetDropped(Keeps):
    def other(self, name, item):
        return item[:19] + "Z" if name == "due" and item else item


@defect("tags")
class TagsSorted(Keeps):
    def other(self, name, item):
        return sorted(item) if isinstance(item, list) else item


@defect("tags")
class TagsOnce(Keeps):
    def other(self, name, item):
        return list(dict.fromkeys(item)) if isinstance(item, list) else item


@defect("tags")
class EmptyTagsLost(Keeps):
    def kept(self, value):
        return {name: item for name, item in value.items() if item != []}


@defect("tags")
class LastTagLost(Keeps):
    def other(self, name, item):
        return item[:5] if isinstance(item, list) else item


@defect("contact")
class NestedFieldLost(Keeps):
    def other(self, name, item):
        return {"email": item["email"]} if name == "contact" else item


@defect("due")
class NullNotStored(Keeps):
    def kept(self, value):
        return {name: item for name, item in value.items() if item is not None}


@defect("id")
class IdsUsedAgain(Workshop):
    def new_task_id(self):
        return max(self.tasks, default=0) + 1 if len(self.tasks) < 13 else 13


@defect("id")
class IdChangesOnPut(Workshop):
    def replaced(self, record, body):
        return {**super().replaced(record, body), "id": self.new_project_id()}

    def store(self, record, new):
        super().store(record, {**new, "id": record["id"]})


@defect("total")
class TotalOfThePage(Workshop):
    def list_projects(self, call):
        status, shown, headers = super().list_projects(call)
        return status, {**shown, "total": len(shown["items"])}, headers


@defect("total")
class TotalOfEveryone(Workshop):
    def total(self, call, found):
        return len(self.projects)


@defect("limit")
class LimitIgnored(Workshop):
    def page(self, found, offset, limit):
        return found[offset:]


@defect("offset|page")
class OffsetIgnored(Workshop):
    def page(self, found, offset, limit):
        return found[:limit]


@defect("offset|page")
class OffsetByOne(Workshop):
    def page(self, found, offset, limit):
        return found[offset + 1 :][:limit] if offset else found[:limit]


@defect("status|filter")
class FilterIgnored(Workshop):
    def has_status(self, record, status):
        return True


@defect("status|filter")
class FilterInverted(Workshop):
    def has_status(self, record, status):
        return status is None or record["status"] != status


@defect("done|filter")
class FlagFilterWrong(Workshop):
    def is_done(self, task, done):
        return done is None or task["done"]


@defect("sort")
class SortIgnored(Workshop):
    def sorted(self, call, records):
        return records


@defect("sort")
class SortReversed(Workshop):
    def sorted(self, call, records):
        return super().sorted(call, records)[::-1] if call.one("sort") == "-budget" else super().sorted(call, records)


@defect("search")
class SearchIgnored(Workshop):
    def has_text(self, record, text):
        return True


@defect("search")
class SearchOfBeginnings(Workshop):
    def has_text(self, record, text):
        return not text or record["title"].startswith(text)


@defect("X-Total-Count")
class HeaderTotalOfThePage(Workshop):
    def list_projects(self, call):
        status, shown, headers = super().list_projects(call)
        return status, shown, {**headers, "X-Total-Count": str(len(shown["items"]))}


@defect("twice|once|list")
class FirstItemTwice(Workshop):
    def own_projects(self, call):
        found = super().own_projects(call)
        return found + found[:1]


@defect("cursor|page")
class CursorSkips(Workshop):
    def next_cursor(self, found, start, limit):
        return f"c{start + limit + 1}" if start + limit < len(found) else None


@defect("cursor|page")
class CursorRepeats(Workshop):
    def next_cursor(self, found, start, limit):
        return f"c{max(start + limit - 1, start + 1)}" if start + limit < len(found) else None


@defect("cursor|page")
class CursorEndsEarly(Workshop):
    def next_cursor(self, found, start, limit):
        return None


@defect("listProjects|list")
class ListShowsOldTitle(Workshop):
    def listed_project(self, record):
        old = self.__dict__.setdefault("old", {})
        return {**self.shown_project(record), "title": old.setdefault(record["id"], record["title"])}


@defect("getProject")
class StaleRead(Workshop):
    def get_project(self, call):
        status, shown, headers = super().get_project(call)
        return status, self.__dict__.setdefault("cache", {}).setdefault(shown["id"], shown), headers


@defect("getProject")
class GoneStillRead(Workshop):
    def get_project(self, call):
        cache = self.__dict__.setdefault("cache", {})
        if call.values[0] in cache and call.values[0] not in self.projects:
            return 200, cache[call.values[0]], {"ETag": '"1"'}
        status, shown, headers = super().get_project(call)
        cache[shown["id"]] = shown
        return status, shown, headers


@defect("getProject|read")
class ReadChanges(Workshop):
    def get_project(self, call):
        record = self.project(call)
        record["title"] = (record["title"] + "!")[:80]
        return super().get_project(call)


@defect("getTask|another|parent")
class TaskBelowAnyProject(Workshop):
    def is_in(self, task, project):
        return True


@defect("listTasks|another|parent")
class TasksOfEveryProject(Workshop):
    def listed_tasks(self, project):
        return list(self.tasks.values())


@defect("projectId|task")
class TaskOfAnotherProject(Workshop):
    def shown_task(self, task):
        return {**task, "projectId": next(iter(self.projects))}


@defect("createProject")
class AnswerIsNotWhatIsStored(Workshop):
    def answered_project(self, call, record):
        return {**super().answered_project(call, record), "title": "a title"}


@defect("putProfile|email", "--safety=full")
class ProfileLost(Workshop):
    def put_profile(self, call):
        return 200, {"login": call.user, "email": call.body["email"]}, {}


@defect("putProfile|other user|login", "--safety=full")
class ProfileOfAll(Workshop):
    def put_profile(self, call):
        status, shown, headers = super().put_profile(call)
        for user in self.profiles:
            self.profiles[user] = {**shown, "login": user}
        return status, shown, headers


@defect("putLabel")
class LabelLost(Workshop):
    def put_label(self, call):
        before = self.labels.get(call.values[0])
        status, shown, headers = super().put_label(call)
        if before:
            self.labels[call.values[0]] = before
        return status, shown, headers


@defect("404")
class UnknownProjectIs200(Workshop):
    def get_project(self, call):
        try:
            return super().get_project(call)
        except Refusal:
            return 200, self.shown_project(next(iter(self.projects.values()))["record"]), {}


@defect("deleteTask")
class UnknownRemovalIs204(Workshop):
    def delete_task(self, call):
        try:
            return super().delete_task(call)
        except Refusal as refusal:
            if refusal.status == 404:
                return 204, None, {}
            raise


@defect("done")
class DefaultIsOther(Workshop):
    def add_task(self, project, body):
        return super().add_task(project, {"done": True, **body})


@defect("archiveProject")
class ArchiveLost(Workshop):
    def archive_project(self, call):
        return 200, {**self.shown_project(self.project(call)), "status": "archived"}, {}
