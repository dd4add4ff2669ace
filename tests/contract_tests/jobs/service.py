"""Reports that are made by jobs, written without any of the project's code, and their contract."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from typing import Any

from tests.contract_tests.small import JSON, Asked, Reply, Small

TAKES = 0.15  # seconds that a job takes


class Reports(Small):
    """Each write is a job, at whose address one asks for what has become of it."""

    def __init__(self) -> None:
        super().__init__()
        self.reports: dict[str, dict[str, Any]] = {}
        self.numbers = itertools.count(1)
        self.jobs: dict[str, dict[str, Any]] = {}
        self.waiting: list[tuple[float, str, Callable[[], str | None]]] = []

    def answer(self, asked: Asked) -> Reply:
        for due, name, work in [one for one in self.waiting if one[0] <= time.monotonic()]:
            self.waiting.remove((due, name, work))
            made = work()
            self.jobs[name] |= {"status": "done"} | ({"reportId": made} if made else {})
        steps = asked.path.strip("/").split("/")
        if steps[0] == "jobs" and len(steps) == 2 and asked.method in {"GET", "HEAD"}:
            return self.job(self.jobs.get(steps[1]))
        if steps[0] != "reports" or len(steps) > 2:
            return Reply(404, {"error": "path"})
        return self.all(asked) if len(steps) == 1 else self.one(asked, steps[1])

    def job(self, job: dict[str, Any] | None) -> Reply:
        return Reply(200, job) if job else Reply(404, {"error": "no such job"})

    def all(self, asked: Asked) -> Reply:
        if asked.method in {"GET", "HEAD"}:
            return Reply(200, list(self.reports.values()))
        if asked.method != "POST":
            return Reply(405, {"error": "method"}, {"Allow": "GET, POST"})
        if not is_report(asked.json):
            return Reply(400, {"error": "title"})
        return self.make(asked.json)

    def make(self, value: dict[str, Any]) -> Reply:
        name = f"r{next(self.numbers)}"
        return self.begun(lambda: self.store(name, value))

    def store(self, name: str, value: dict[str, Any]) -> str | None:
        self.reports[name] = {"id": name, "title": value["title"]}
        return name

    def begun(self, work: Callable[[], str | None]) -> Reply:
        name = f"j{next(self.numbers)}"
        self.jobs[name] = {"id": name, "status": "pending"}
        self.waiting.append((time.monotonic() + TAKES, name, work))
        return Reply(202, dict(self.jobs[name]), {"Location": f"/jobs/{name}", "Retry-After": "0"})

    def one(self, asked: Asked, name: str) -> Reply:
        if asked.method not in {"GET", "HEAD", "PUT", "DELETE"}:
            return Reply(405, {"error": "method"}, {"Allow": "GET, PUT, DELETE"})
        if asked.method == "PUT" and not is_report(asked.json):
            return Reply(400, {"error": "title"})
        if name not in self.reports:
            return Reply(404, {"error": "no such report"})
        if asked.method == "PUT":
            return self.begun(lambda: self.store(name, asked.json))
        if asked.method == "DELETE":
            return self.begun(lambda: self.remove(name))
        return Reply(200, self.reports[name])

    def remove(self, name: str) -> str | None:
        self.reports.pop(name, None)
        return None


class Redirects(Reports):
    """A job that is done leads to what it made."""

    def job(self, job: dict[str, Any] | None) -> Reply:
        if job and "reportId" in job:
            return Reply(303, job, {"Location": f"/reports/{job['reportId']}"})
        return super().job(job)


class AtItsPlace(Reports):
    """Location is that of the report, which isn't there yet."""

    def make(self, value: dict[str, Any]) -> Reply:
        name = f"r{next(self.numbers)}"
        reply = self.begun(lambda: self.store(name, value))
        return Reply(202, reply.value, {"Location": f"/reports/{name}"})


class WithState(Reports):
    """A report is there at once, and can be changed when it is ready."""

    def make(self, value: dict[str, Any]) -> Reply:
        name = f"r{next(self.numbers)}"
        self.reports[name] = {"id": name, "title": value["title"], "state": "processing"}
        self.begun(lambda: self.store(name, value))
        return Reply(201, dict(self.reports[name]), {"Location": f"/reports/{name}"})

    def store(self, name: str, value: dict[str, Any]) -> str | None:
        self.reports[name] = {"id": name, "title": value["title"], "state": "ready"}
        return name

    def one(self, asked: Asked, name: str) -> Reply:
        is_write = asked.method in {"PUT", "DELETE"}
        if is_write and self.reports.get(name, {}).get("state") == "processing":
            return Reply(400, {"error": "it isn't ready"})
        return super().one(asked, name)


class Loses(Reports):
    """Says that a report was made."""

    def store(self, name: str, value: dict[str, Any]) -> str | None:
        if name not in self.reports:
            return name
        return super().store(name, value)


class Garbles(Reports):
    """Keeps half of the title."""

    def store(self, name: str, value: dict[str, Any]) -> str | None:
        return super().store(name, {"title": value["title"][: len(value["title"]) // 2] or "x"})


class KeepsRemoved(Reports):
    """Says that a report is gone."""

    def remove(self, name: str) -> str | None:
        return None


class KeepsOld(Reports):
    """Says that a report was changed."""

    def store(self, name: str, value: dict[str, Any]) -> str | None:
        return name if name in self.reports else super().store(name, value)


def is_report(value: Any) -> bool:
    """Whether a body is as the contract has it."""
    title = value.get("title") if isinstance(value, dict) else None
    return isinstance(title, str) and 1 <= len(title) <= 40 and set(value) == {"title"}


def contract_of_reports() -> dict[str, Any]:
    """The contract of `Reports`."""

    def shows(schema: Any) -> dict[str, Any]:
        return {"description": "JSON", "content": {JSON: {"schema": schema}}}

    states = {"enum": ["processing", "ready"]}
    report = {"type": "object", "required": ["id", "title"], "properties": {
        "id": {"type": "string", "readOnly": True}, "title": {"type": "string"}, "state": {**states, "readOnly": True},
    }}  # fmt: skip
    job = {"type": "object", "required": ["id", "status"], "properties": {
        "id": {"type": "string"}, "status": {"enum": ["pending", "done", "failed"]}, "reportId": {"type": "string"},
    }}  # fmt: skip
    new = {"type": "object", "required": ["title"], "additionalProperties": False, "properties": {
        "title": {"type": "string", "minLength": 1, "maxLength": 40},
    }}  # fmt: skip
    error = shows({"type": "object", "required": ["error"]})
    body = {"required": True, **shows(new)}
    name = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Reports", "version": "1"},
        "paths": {
            "/reports": {
                "get": {"operationId": "listReports", "responses": {"200": shows({"type": "array", "items": report})}},
                "post": {"operationId": "makeReport", "requestBody": body,
                         "responses": {"201": shows(report), "202": shows(job), "400": error}},
            },
            "/reports/{id}": {
                "parameters": [name],
                "get": {"operationId": "getReport", "responses": {"200": shows(report), "404": error}},
                "put": {"operationId": "changeReport", "requestBody": body,
                        "responses": {"202": shows(job), "400": error, "404": error}},
                "delete": {"operationId": "removeReport", "responses": {"202": shows(job), "400": error, "404": error}},
            },
            "/jobs/{job}": {
                "parameters": [{**name, "name": "job"}],
                "get": {"operationId": "getJob", "responses": {
                    "200": shows(job), "303": {"description": "Done"}, "404": error}},
            },
        },
    }  # fmt: skip
