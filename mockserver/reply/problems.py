"""Renders refusals: in the shape that the contract declares for the status, else as a problem (RFC 9457)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mockserver.contract.contract import Contract
from mockserver.contract.operations.media import declared_for
from mockserver.contract.operations.operation import ABSENT, EMPTY, MediaType, Operation
from mockserver.contract.schemas.view import SchemaView, members
from mockserver.errors import ContractBroken, Refused
from mockserver.reply.builder import ReplyBuilder
from mockserver.reply.causes import Cause
from mockserver.reply.explaining import TEXTS, explained, is_free_text
from mockserver.reply.reply import Reply
from mockserver.reply.templates import Template

PROBLEM = "application/problem+json"

_EXPLAINED = frozenset({400, 405, 406, 413, 415, 422})
"""Statuses whose response explains what was wrong with the request; others use the contract's example."""


class Problems:
    """Renders refusals for one contract."""

    def __init__(self, contract: Contract, builder: ReplyBuilder) -> None:
        self.contract, self.builder = contract, builder
        self._unrouted: dict[int, Template | None] = {}

    def render(self, refused: Refused, operation: Operation | None, example: str | None = None) -> Reply:
        """The response for a refusal; `example` names the one that the client wants, where the response has it."""
        if refused.own:
            return self.problem(refused, refused.status)
        status = declared_status(refused, operation)
        template = self._template(status, operation)
        if template is None or template.media is None:
            if template is not None:
                return template.showing(ABSENT, self.contract.view, refused.headers)
            return self.problem(refused, status, self._usual(refused, status, operation))
        media = self._media(template, operation, status) if example else None
        if example and media is not None and example in media.examples:
            return template.showing(self.builder.templates.example(media, example), self.contract.view, refused.headers)
        generic = template.generated or (operation is not None and str(status) not in operation.responses)
        is_explained = generic or status in _EXPLAINED or operation is None
        value = self._explained(template, refused, status, generic=generic) if is_explained else template.base
        return template.showing(value, self.contract.view, refused.headers)

    def problem(self, refused: Refused, status: int, more: Mapping[str, Any] = EMPTY) -> Reply:
        """The refusal as a problem (RFC 9457), with what was invalid in `validation`, and with further members."""
        value = {**more, **problem_value(refused, status)} if more else problem_value(refused, status)
        return Reply(status, PROBLEM, value, refused.headers, own=True)

    def _usual(self, refused: Refused, status: int, operation: Operation | None) -> Mapping[str, Any]:
        """The members that the operation's other errors have: clients read them whatever the status is."""
        codes = [int(code) for code in operation.responses if code.isdigit() and code[0] in "45"] if operation else []
        shown = [one.schema for one in self._successes(operation)] if operation else []
        for code in sorted(codes, key=lambda code: (code // 100 != status // 100, abs(code - status))):
            template = self._own(operation, code) if operation is not None else None
            is_error = template is not None and template.schema and template.schema not in shown
            if template is not None and is_error and template.plain and isinstance(template.base, Mapping):
                value = self._explained(template, refused, status, generic=True)
                return value if isinstance(value, Mapping) else EMPTY
        return EMPTY

    @staticmethod
    def _successes(operation: Operation) -> Iterator[MediaType]:
        """What an operation answers where all is well, which some documents show beside an error too."""
        for status, response in operation.responses.items():
            yield from response.media_types.values() if status.startswith("2") else ()

    def _template(self, status: int, operation: Operation | None) -> Template | None:
        if operation is not None:
            return self._own(operation, status)
        if status not in self._unrouted:
            self._unrouted[status] = self._shared(status)
        return self._unrouted[status]

    def _own(self, operation: Operation, status: int) -> Template | None:
        """The operation's template for the status; None where it declares none, or none that a value can satisfy."""
        response = operation.response_for(status)
        if response is None:
            return None
        try:
            return self.builder.template(operation, status, sparse=bool(response.media_types))
        except ContractBroken:
            return None

    def _shared(self, status: int) -> Template | None:
        """The template for a status, if all operations that declare the status agree on its schema."""
        declaring = [op for op in self.contract.operations.values() if str(status) in op.responses]
        templates = [template for op in declaring[:50] if (template := self._own(op, status)) is not None]
        agree = templates and all(template.schema == templates[0].schema for template in templates)
        return templates[0] if agree else None

    @staticmethod
    def _media(template: Template, operation: Operation | None, status: int) -> MediaType | None:
        response = operation.response_for(status) if operation is not None else None
        return declared_for(response.media_types, template.media or "") if response is not None else None

    def _explained(self, template: Template, refused: Refused, status: int, *, generic: bool) -> Any:
        """The value with what the refusal says, wherever the schema has room for it."""
        if template.schema is None or isinstance(template.base, bytes):  # a picture has no room for words
            return template.base
        cause, view = Cause.of(refused, status), self.contract.view

        def fits(value: Any) -> bool:
            return not self.contract.breaches(template.schema, value)

        return explained(template.base, template.schema, cause, view, self._least, fits, generic=generic)

    def _least(self, schema: Any) -> Any:
        """A value with nothing but what must be there."""
        try:
            return self.builder.templates.generated(schema, sparse=True)
        except ContractBroken:
            return {}


def problem_value(refused: Refused, status: int) -> dict[str, Any]:
    """The members of a problem (RFC 9457, section 3.1), and what was invalid in `validation`."""
    return {
        "type": "about:blank",
        "title": Cause.of(refused, status).phrase,
        "status": status,
        "detail": refused.reason,
        "validation": [
            {"location": item.place, "message": item.message, "pointer": item.pointer} for item in refused.details
        ],
    }


def declared_status(refused: Refused, operation: Operation | None) -> int:
    """The declared status for a refusal.

    A value that breaks a schema is 422 where that is declared, or where 400 is not; a body that cannot be read is 400
    where that is declared, or where 422 is not. Where only `default` or `4XX` describes errors, both are 400. An empty
    value in a path is a 404 where only that is declared.
    """
    status = refused.status
    if operation is None or status != 400:
        return status
    first, second = (422, 400) if refused.details else (400, 422)
    last = (404,) if _path_is_empty(refused) else ()
    otherwise = 400 if operation.response_for(400) is not None else first
    return next((code for code in (first, second, *last) if str(code) in operation.responses), otherwise)


def _path_is_empty(refused: Refused) -> bool:
    """Whether the only problem is an empty path parameter: no resource has such a path."""
    places = [item.place for item in refused.details if item.message.startswith("is required")]
    return bool(places) and len(places) == len(refused.details) and all(one.startswith("path.") for one in places)


def text_member(schema: Any, view: SchemaView) -> str | None:
    """The member of an error that holds free text for people."""
    declared = members(schema, view)
    return next((name for name in TEXTS if name in declared and is_free_text(declared[name], view)), None)
