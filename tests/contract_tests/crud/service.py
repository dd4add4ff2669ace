"""An implementation of `contract.yaml` that owes nothing to the mock: standard library, mutable state.

`Workshop` holds the data and answers. Its many small methods are there to be overridden: a defect or a legitimate
variant is a subclass that changes one of them.
"""

from __future__ import annotations

import copy
import json
import re
import threading
import uuid
from datetime import UTC, datetime
from itertools import count
from typing import ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

from tests.contract_tests.crud import checking
from tests.contract_tests.crud.checking import Refusal

ID = r"([^/]+)"
ROUTES = [
    ("GET", r"/projects", "list_projects"),
    ("POST", r"/projects", "create_project"),
    ("GET", rf"/projects/{ID}", "get_project"),
    ("PUT", rf"/projects/{ID}", "replace_project"),
    ("PATCH", rf"/projects/{ID}", "change_project"),
    ("DELETE", rf"/projects/{ID}", "delete_project"),
    ("POST", rf"/projects/{ID}/archive", "archive_project"),
    ("GET", rf"/projects/{ID}/tasks", "list_tasks"),
    ("POST", rf"/projects/{ID}/tasks", "create_task"),
    ("GET", rf"/projects/{ID}/tasks/{ID}", "get_task"),
    ("PATCH", rf"/projects/{ID}/tasks/{ID}", "change_task"),
    ("DELETE", rf"/projects/{ID}/tasks/{ID}", "delete_task"),
    ("GET", r"/labels", "list_labels"),
    ("GET", rf"/labels/{ID}", "get_label"),
    ("PUT", rf"/labels/{ID}", "put_label"),
    ("DELETE", rf"/labels/{ID}", "delete_label"),
    ("GET", r"/me", "get_profile"),
    ("PUT", r"/me", "put_profile"),
    ("GET", r"/report", "get_report"),
    ("GET", r"/status", "get_status"),
    ("GET", r"/ping", "ping"),
    ("GET", r"/old-status", "get_old_status"),
    ("GET", r"/forecast", "get_forecast"),
]
OPEN = {"list_labels", "get_label", "get_status", "ping", "get_old_status"}
BODIES = {
    "create_project": ("application/json", checking.PROJECT),
    "replace_project": ("application/json", checking.PROJECT),
    "change_project": ("application/merge-patch+json", checking.PROJECT_PATCH),
    "create_task": ("application/json", checking.TASK),
    "change_task": ("application/json", checking.TASK_PATCH),
    "put_label": ("application/json", checking.LABEL),
    "put_profile": ("application/json", checking.PROFILE),
}


class Call:
    """One request: its handler's name, user, path values, query and body."""

    def __init__(self, name, method, values, query, headers, body):
        self.name, self.method, self.values, self.query = name, method, values, query
        self.headers, self.raw, self.body, self.user = headers, body, None, None

    def one(self, name):
        return self.query[name][0] if name in self.query else None


class Workshop:
    """Data and behaviour. Handlers return `(status, payload, headers)`; a text is sent as it is, None is no body."""

    tokens: ClassVar = {"red-token": "red", "blue-token": "blue"}
    project_defaults: ClassVar = {"status": "open"}

    def __init__(self):
        self.lock = threading.RLock()
        self.numbers = count(1)
        self.projects, self.tasks, self.labels = {}, {}, {}
        self.profiles = {
            user: {"login": user, "email": f"{user}@example.com", "bio": f"I am {user}"} for user in ("red", "blue")
        }
        self.passwords = {}
        self.fill()

    # data ------------------------------------------------------------------------------------------------------------

    def fill(self):
        for user in ("red", "blue"):
            for at, status in enumerate(("open", "paused", "open")):
                body = {"title": f"{user} {at}", "status": status, "budget": 10.5 * at, "tags": ["old"] * at}
                project = self.add_project(user, body)
                for number in range(2):
                    self.add_task(project, {"text": f"task {number}", "done": number == 0})
        self.labels = {name: {"name": name, "color": "#00ff00"} for name in ("bug", "idea")}

    def new_project_id(self):
        return str(uuid.uuid4())

    def new_task_id(self):
        return next(self.numbers)

    def now(self):
        return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def add_project(self, user, body):
        key = self.new_project_id()
        now = self.now()
        record = {**self.project_defaults, **body, "id": key, "createdAt": now, "updatedAt": now}
        self.projects[key] = {"owner": user, "record": record}
        return key

    def add_task(self, project, body):
        key = self.new_task_id()
        self.tasks[key] = {"done": False, **body, "id": key, "projectId": project}
        return key

    # look-ups -------------------------------------------------------------------------------------------------------

    def user_of(self, headers):
        scheme, _, token = (headers.get("Authorization") or "").partition(" ")
        return self.tokens.get(token) if scheme.lower() == "bearer" else None

    def is_open(self, call):
        return call.name in OPEN

    def admit(self, call):
        call.user = self.user_of(call.headers)
        if call.user is None and not self.is_open(call):
            raise self.unauthorized(call)

    def unauthorized(self, call):
        return Refusal(401, "No credentials", {"WWW-Authenticate": "Bearer"})

    def missing(self, what="No such thing"):
        return Refusal(404, what)

    def is_owned(self, held, user):
        return held["owner"] == user

    def project(self, call):
        key = self.project_key(call.values[0])
        held = self.projects.get(key)
        if held is None or not self.is_owned(held, call.user):
            raise self.missing()
        return held["record"]

    def project_key(self, text):
        return text.lower()

    def task(self, call):
        project = self.project(call)
        if not re.fullmatch(r"-?\d{1,30}", call.values[1]):
            raise Refusal(400, "taskId is a number")
        task = self.tasks.get(int(call.values[1]))
        if task is None or not self.is_in(task, project):
            raise self.missing()
        return task

    def is_in(self, task, project):
        return task["projectId"] == project["id"]

    def tasks_of(self, project):
        return [task for task in self.tasks.values() if task["projectId"] == project["id"]]

    # projects --------------------------------------------------------------------------------------------------------

    def shown_project(self, record):
        return {**copy.deepcopy(record), "taskCount": len(self.tasks_of(record))}

    def own_projects(self, call):
        return [held["record"] for held in self.projects.values() if self.is_owned(held, call.user)]

    def list_projects(self, call):
        limit = checking.integer(call.one("limit"), 1, 50, 20)
        offset = checking.integer(call.one("offset"), 0, None, 0)
        found = self.sorted(call, self.filtered(call, self.own_projects(call)))
        total = self.total(call, found)
        shown = [self.listed_project(record) for record in self.page(found, offset, limit)]
        return 200, {"items": shown, "total": total}, {"X-Total-Count": str(total)}

    def listed_project(self, record):
        return self.shown_project(record)

    def total(self, call, found):
        return len(found)

    def page(self, found, offset, limit):
        return found[offset : offset + limit]

    def filtered(self, call, records):
        status, text = call.one("status"), call.one("q")
        if status is not None and status not in checking.STATUSES:
            raise Refusal(400, "status")
        if text is not None and len(text) > 40:
            raise Refusal(400, "q")
        records = [record for record in records if self.has_status(record, status)]
        return [record for record in records if self.has_text(record, text)]

    def has_status(self, record, status):
        return status is None or record["status"] == status

    def has_text(self, record, text):
        return not text or text in record["title"]

    def sorted(self, call, records):
        order = call.one("sort")
        if order is None:
            return records
        if order.lstrip("-") not in {"title", "budget"} or order.startswith("--"):
            raise Refusal(400, "sort")
        name = order.lstrip("-")
        return sorted(records, key=lambda record: record.get(name, 0), reverse=order.startswith("-"))

    def kept(self, value):
        return value

    def create_project(self, call):
        key = self.add_project(call.user, self.kept(call.body))
        return 201, self.answered_project(call, self.projects[key]["record"]), {"Location": self.location(key)}

    def answered_project(self, call, record):
        return self.shown_project(record)

    def location(self, key):
        return f"/projects/{key}"

    def get_project(self, call):
        shown = self.shown_project(self.project(call))
        return 200, shown, {"ETag": self.tag(shown)}

    def tag(self, shown):
        return f'"{abs(hash(json.dumps(shown)))}"'

    def replaced(self, record, body):
        fixed = {name: record[name] for name in ("id", "createdAt")}
        return {**self.project_defaults, **body, **fixed, "updatedAt": self.now()}

    def replace_project(self, call):
        record = self.project(call)
        new = self.replaced(record, self.kept(call.body))
        self.store(record, new)
        return 200, self.answered_project(call, new), {}

    def store(self, record, new):
        self.projects[record["id"]]["record"] = new

    def changed(self, record, body):
        return {**record, **body, "updatedAt": self.now()}

    def change_project(self, call):
        record = self.project(call)
        new = self.changed(record, self.kept(call.body))
        self.store(record, new)
        return 200, self.answered_project(call, new), {}

    def remove_project(self, record):
        del self.projects[record["id"]]
        for task in self.tasks_of(record):
            del self.tasks[task["id"]]

    def delete_project(self, call):
        self.remove_project(self.project(call))
        return 204, None, {}

    def archive_project(self, call):
        record = self.project(call)
        record["status"] = "archived"
        return 200, self.shown_project(record), {}

    # tasks -----------------------------------------------------------------------------------------------------------

    def shown_task(self, task):
        return dict(task)

    def list_tasks(self, call):
        project = self.project(call)
        limit = checking.integer(call.one("limit"), 1, 100, 100)
        done = call.one("done")
        if done not in {None, "true", "false"}:
            raise Refusal(400, "done")
        found = [task for task in self.listed_tasks(project) if self.is_done(task, done)]
        start = self.start(call, found)
        page = found[start : start + limit]
        more = self.next_cursor(found, start, limit)
        return 200, {"data": [self.shown_task(task) for task in page], "nextCursor": more}, {}

    def listed_tasks(self, project):
        return self.tasks_of(project)

    def is_done(self, task, done):
        return done is None or task["done"] == (done == "true")

    def start(self, call, found):
        cursor = call.one("cursor")
        if cursor is None:
            return 0
        if not re.fullmatch(r"c[0-9]{1,9}", cursor, re.ASCII):
            raise Refusal(400, "cursor")
        return int(cursor[1:])

    def next_cursor(self, found, start, limit):
        return f"c{start + limit}" if start + limit < len(found) else None

    def create_task(self, call):
        key = self.add_task(self.project(call)["id"], self.kept(call.body))
        place = f"/projects/{self.tasks[key]['projectId']}/tasks/{key}"
        return 201, self.shown_task(self.tasks[key]), {"Location": place}

    def get_task(self, call):
        return 200, self.shown_task(self.task(call)), {}

    def change_task(self, call):
        task = self.task(call)
        task.update(self.kept(call.body))
        return 200, self.shown_task(task), {}

    def delete_task(self, call):
        del self.tasks[self.task(call)["id"]]
        return 204, None, {}

    # labels ----------------------------------------------------------------------------------------------------------

    def list_labels(self, call):
        return 200, list(self.labels.values()), {}

    def label(self, call):
        if call.values[0] not in self.labels:
            raise self.missing()
        return self.labels[call.values[0]]

    def get_label(self, call):
        return 200, self.label(call), {}

    def put_label(self, call):
        name = call.values[0]
        if not re.fullmatch(r"[a-z][a-z0-9-]{1,30}", name, re.ASCII):
            raise Refusal(400, "name")
        status = 200 if name in self.labels else 201
        self.labels[name] = {"name": name, **call.body}
        return status, self.labels[name], {}

    def delete_label(self, call):
        del self.labels[self.label(call)["name"]]
        return 204, None, {}

    # the rest --------------------------------------------------------------------------------------------------------

    def get_profile(self, call):
        return 200, self.profiles[call.user], {}

    def put_profile(self, call):
        self.passwords[call.user] = call.body["password"]
        visible = {name: value for name, value in call.body.items() if name not in {"password", "login"}}
        self.profiles[call.user] = {"login": call.user, **visible}
        return 200, self.profiles[call.user], {}

    def get_report(self, call):
        checking.integer(call.one("limit"), 1, 10, 10)
        projects = self.own_projects(call)
        figures = {"projects": len(projects), "tasks": sum(len(self.tasks_of(one)) for one in projects), "share": 0.5}
        headers = {"X-Generated-At": self.now(), "X-Request-Id": str(uuid.uuid4())}
        if "text/csv" in (call.headers.get("Accept") or ""):
            return 200, "name,value\r\n" + "\r\n".join(f"{k},{v}" for k, v in figures.items()), {
                **headers, "Content-Type": "text/csv; charset=utf-8"}  # fmt: skip
        return 200, figures, headers

    def get_status(self, call):
        return 200, "ok", {"Content-Type": "text/plain"}

    def ping(self, call):
        return 204, None, {}

    def get_old_status(self, call):
        return 308, None, {"Location": "/status"}

    def get_forecast(self, call):
        raise Refusal(501, "Not yet")

    # the way in and out ----------------------------------------------------------------------------------------------

    def answer(self, method, target, headers, body):
        parts = urlsplit(target)
        found = [(verb, name, match) for verb, way, name in ROUTES if (match := re.fullmatch(way, parts.path))]
        verb = "GET" if method == "HEAD" else method
        if not found:
            return self.refuse(None, Refusal(404, "No such path"))
        chosen = [(name, match) for defined, name, match in found if defined == verb]
        if not chosen:
            return self.undefined(method, sorted({verb for verb, _, _ in found}))
        name, match = chosen[0]
        values = [unquote(value) for value in match.groups()]
        call = Call(name, method, values, parse_qs(parts.query, keep_blank_values=True), headers, body)
        try:
            with self.lock:
                self.admit(call)
                self.validate(call)
                return self.finish(call, *getattr(self, name)(call))
        except Refusal as refusal:
            return self.refuse(call, refusal)

    def validate(self, call):
        if call.name in BODIES:
            media_type, schema = BODIES[call.name]
            if self.has_record(call):  # 404 comes before the body is looked at
                checking.media_type(call.headers.get("Content-Type"), media_type)
                call.body = self.checked(call, checking.parsed(call.raw), schema)

    def has_record(self, call):
        if call.values and call.name != "put_label":
            self.task(call) if call.name == "change_task" else self.project(call)
        return True

    def checked(self, call, body, schema):
        checking.fits(body, schema)
        return {name: value for name, value in body.items() if name not in schema.get("ignored", ())}

    def undefined(self, method, allowed):
        if method == "OPTIONS":
            return 204, "", {"Allow": ", ".join(allowed)}
        return self.refuse(None, Refusal(405, "Method not allowed", {"Allow": ", ".join(allowed)}))

    def refuse(self, call, refusal):
        body = {"title": refusal.text, "status": refusal.status}
        return self.finish(call, refusal.status, body, {"Content-Type": "application/problem+json", **refusal.headers})

    def finish(self, call, status, payload, headers):
        if payload is None:
            return status, "", headers
        text = payload if isinstance(payload, str) else self.text(payload)
        return status, text, {"Content-Type": "application/json", **headers}

    def text(self, payload):
        return json.dumps(payload)
