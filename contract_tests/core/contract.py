"""The contract for checking: its operations, what each answer must look like, and which parts are only assumed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from contract_tests.core.answer import NOT_JSON, Answer, Sent
from contract_tests.core.document import Document, Place, marks
from contract_tests.core.operation import SAFE_METHODS, Operation
from mockserver.contract.contract import Contract as Reader
from mockserver.contract.contract import Match, Refused, Request, Violation
from mockserver.contract.operations import media
from mockserver.contract.operations.operation import ABSENT, Parameter, SecurityScheme
from mockserver.contract.operations.overloads import path_of
from mockserver.contract.operations.runtime import Messages
from mockserver.contract.schemas import view

__all__ = [
    "SAFE_METHODS", "UNREAD", "Contract", "Operation", "Parameter", "SecurityScheme", "Violation", "path_of",
]  # fmt: skip

UNREAD: Final[Any] = ABSENT
"""What stands for a body that no schema can check."""

_SLASH: Final = "\ue000"
"""Stands for a slash within a segment of a path, which the router must not split at."""


class Contract(Document):
    """An OpenAPI document, read for checking."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader)
        self.operations = tuple(Operation(one.id, one.method, one.template, one) for one in reader.operations.values())
        self.drawn: dict[tuple[str, str, int, int], list[Any]] = {}  #: by place, count and seed, values for its schemas

    def operation(self, operation_id: str) -> Operation:
        """The operation of that id; raises `KeyError`."""
        return self._by_id[operation_id]

    def has(self, *operation_ids: str) -> bool:
        """Whether the contract has all these operations."""
        return all(name in self._by_id for name in operation_ids)

    def match(self, method: str, path: str, sent: Sent | None = None) -> tuple[Operation, tuple[str, ...]] | None:
        """The operation of a raw path, the most specific one, and its decoded path values.

        `sent` decides where a document distinguishes operations of one path by their query or by what they require.
        """
        request = as_request(method, path, sent)
        match = self.reader.find(method, request.path, request)
        if match is None:
            return None
        operation = self._by_id[match.operation.id]
        values = (match.path_values.get(name, "") for name in operation.path_names)
        return operation, tuple(value.replace(_SLASH, "/") for value in values)

    def methods_of(self, path: str) -> frozenset[str]:
        """The documented methods of a path template."""
        wanted = path_of(path)
        return frozenset(operation.method for operation in self.operations if path_of(operation.path) == wanted)

    def methods_at(self, path: str) -> frozenset[str]:
        """The documented methods of a raw path, by whichever template it fits."""
        return frozenset(method for method in {one.method for one in self.operations} if self.match(method, path))

    def response(self, operation: Operation, status: int) -> Place | None:
        """The part of the contract that describes an answer with that status: exact, then range, then default."""
        found = operation.response_for(status)
        if found is None:
            return None
        return Place(self.reader.document.at(found.pointer), found.pointer, (*operation.assumed, *found.assumed))

    def answer_schema(self, operation: Operation, status: int, content_type: str) -> Place | None:
        """The schema of a documented body with that Content-Type; None where no documented media type fits it."""
        response, place = operation.response_for(status), self.response(operation, status)
        declared = media.declared_for(response.media_types, content_type) if response and content_type else None
        if declared is None or place is None:
            return None
        node = Place(declared.schema, f"{declared.pointer}/schema", (*place.assumed, *marks(declared.raw)))
        return node if declared.schema is not None else Place(True, node.pointer, node.assumed)

    def read_answer(self, operation: Operation, status: int, content_type: str, body: bytes) -> tuple[Any, str]:
        """The value of a body that is text, a form or several JSON values, `UNREAD` for others; and why it is none."""
        response = operation.response_for(status)
        declared = media.declared_for(response.media_types, content_type) if response else None
        kind = media.kind(media.split(content_type)[0])
        if declared is None or kind in {"binary", "multipart", "events"}:
            return UNREAD, ""
        kinds = view.kinds(declared.schema, self.reader.view)
        if kind == "text" and kinds and kinds <= {"object", "array"}:
            return UNREAD, ""  # one schema for all media types: how a CSV shows it is said nowhere
        try:
            return self.reader.body_value(declared, content_type, body), ""
        except Refused as refused:
            return UNREAD, refused.reason

    def json_answer_schemas(self, operation: Operation, status: str) -> Iterator[Place]:
        """The schemas of the JSON bodies that are documented under a status, as written."""
        response = operation.responses[status]
        for found in response.media_types.values():
            if is_json(found.name) and found.schema is not None:
                yield Place(found.schema, f"{found.pointer}/schema", (*operation.assumed, *response.assumed))

    def json_request_schemas(self, operation: Operation) -> Iterator[Place]:
        """The schemas of the JSON bodies that an operation takes."""
        body = operation.declared.body
        for found in body.media_types.values() if body else ():
            if is_json(found.name) and found.schema is not None:
                yield Place(found.schema, f"{found.pointer}/schema", operation.assumed)

    def form_request_schemas(self, operation: Operation) -> Iterator[Place]:
        """The schemas of the forms (`application/x-www-form-urlencoded`) that an operation takes."""
        body = operation.declared.body
        for found in body.media_types.values() if body else ():
            if media.kind(media.split(found.name)[0]) == "form" and found.schema is not None:
                yield Place(found.schema, f"{found.pointer}/schema", operation.assumed)

    def request_schema(self, operation: Operation) -> Place | None:
        """The schema of the JSON body that an operation takes, else of the form."""
        found = self.json_request_schemas(operation), self.form_request_schemas(operation)
        return next((place for places in found for place in places), None)

    def parts_of(self, schemas: Iterable[Any]) -> list[dict[str, Any]]:
        """What schemas are made of, each part once: what holds beside it, alternatives, and what is built on a schema
        whose discriminator tells them apart."""
        whole = [view.with_subtypes(alone(schema), self.reader.view) for schema in schemas]
        return view.branches({"anyOf": whole}, self.reader.view)[1:]

    def wrong_headers(self, operation: Operation, status: int, headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Name and problem of each documented header of an answer that is missing or has a value of another form; the
        problem begins with the part that has it, or `it`."""
        response = operation.response_for(status)
        declared = [header.name for header in response.headers.values()] if response else []
        found = self.reader.check_response(
            operation.declared, status, tuple(headers.items()), headers.get("content-type"), ABSENT
        )
        for violation in found:
            where, _, place = violation.place.partition(".")
            name = max((one for one in declared if place.startswith(one)), key=len, default="")
            if where == "header" and name:
                yield name, f"{place.removeprefix(name).lstrip('.') or 'it'} {violation.message}"

    def wrong_query(self, operation: Operation, query: str) -> Iterator[tuple[str, str]]:
        """Name and problem of each parameter of a query that is missing or has a value of another form."""
        refused = self._refusal(Match(operation.declared), Request(operation.method, "/", query))
        for violation in refused.details if refused is not None else ():
            where, _, name = violation.place.partition(".")
            if where == "query":
                yield name, violation.message

    def messages(self, answer: Answer) -> Messages:
        """A call and its answer, as runtime expressions read them."""
        sent = answer.sent
        request = as_request(sent.method, sent.path, sent)
        match = self.reader.find(request.method, request.path, request)
        parts = urlsplit(sent.url)
        whole = Request(request.method, unquote(parts.path), sent.query, {"host": parts.netloc, **request.headers},
                        sent.body, secure=parts.scheme == "https")  # fmt: skip
        body = ABSENT if answer.json is NOT_JSON else answer.json
        found = Messages(whole, status=answer.status, headers=tuple(answer.headers.items()), body=body)
        try:
            inputs = self.reader.read_inputs(match, request) if match is not None else found.inputs
        except Refused:
            return found
        return Messages(whole, inputs, answer.status, found.headers, body)

    def allows(self, sent: Sent, *parts: str) -> bool:
        """Whether these parts of a request (`path`, `query`, `header`, `body`) are as the contract requires."""
        request = as_request(sent.method, sent.path, sent)
        match = self.reader.find(request.method, request.path, request)
        if match is None:
            return False
        refused = self._refusal(match, request)
        if refused is None:
            return True
        return bool(refused.details) and not any(one.place.startswith(parts) for one in refused.details)

    def wrong_inputs(self, sent: Sent) -> tuple[Violation, ...]:
        """What of a request to an operation isn't as the contract requires."""
        request = as_request(sent.method, sent.path, sent)
        match = self.reader.find(request.method, request.path, request)
        refused = self._refusal(match, request) if match is not None else None
        if refused is None:
            return ()
        return refused.details or (Violation("body", refused.reason),)

    def _refusal(self, match: Match, request: Request) -> Refused | None:
        """Why a request is refused; None where it fits."""
        try:
            self.reader.read_inputs(match, request)
        except Refused as refused:
            return refused
        return None

    def is_spoiled(self, sent: Sent) -> bool:
        """Whether anything about a request is not as the contract has it: then its refusal needs no documentation."""
        found = self.match(sent.method, sent.path, sent)
        has_body = bool(sent.body) or any(name.lower() == "content-type" for name in sent.headers)
        return found is None or (has_body and not found[0].takes_body) or not self.allows(sent, "")

    @cached_property
    def _by_id(self) -> dict[str, Operation]:
        return {operation.id: operation for operation in self.operations}


def as_request(method: str, path: str, sent: Sent | None = None) -> Request:
    """A request as the reader takes it: its path decoded, but for slashes within a segment."""
    query = path.partition("#")[0].partition("?")[2]  # of a template; a raw path has none
    decoded = "/".join(unquote(segment).replace("/", _SLASH) for segment in path_of(path).split("/"))
    if sent is None:
        return Request(method, decoded, query)
    headers = {name.lower(): value for name, value in sent.headers.items()}
    return Request(method, decoded, sent.query, headers, sent.body)


def alone(schema: Any) -> Any:
    """The one part of an `allOf` that has no other, as OpenAPI 3.0 writes a `$ref` that has something beside it."""
    parts = schema.get("allOf") if isinstance(schema, Mapping) and "properties" not in schema else None
    return parts[0] if isinstance(parts, list) and len(parts) == 1 else schema


def is_json(content_type: str) -> bool:
    """Whether a body of that Content-Type is JSON."""
    return media.kind(media.split(content_type)[0]) == "json"
