"""Checks responses against what an operation declares for their status."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mockserver.contract.messages.casting import Caster
from mockserver.contract.messages.parameters import ParameterReader
from mockserver.contract.messages.taking import COOKIES
from mockserver.contract.operations import media
from mockserver.contract.operations.operation import ABSENT, BODILESS, MediaType, Operation, Parameter, Response
from mockserver.contract.schemas.validators import SchemaValidator, SchemaValidators
from mockserver.errors import Violation


class ResponseValidator:
    """SchemaValidators answers of one operation, status and content type."""

    def __init__(
        self, operation: Operation, status: int, content_type: str | None, caster: Caster, validators: SchemaValidators
    ) -> None:
        self._validators = validators
        response = operation.response_for(status)
        self._always = _undeclared(operation, status, response)
        self._headers = tuple(self._header(one, caster) for one in response.headers.values()) if response else ()
        self._media_type = _media_type(response, content_type)
        self._content_type = content_type
        self._declares_body = bool(response and response.media_types) and status not in BODILESS
        self._pointer = response.pointer if response else operation.pointer
        self._known = ", ".join(response.media_types) if response else ""
        self._validator = self._body_validator(self._media_type, content_type)
        self._is_sequence = bool(content_type) and media.kind(media.split(content_type or "")[0]) in media.SEQUENTIAL
        #: decides alone where nothing but the body can break the contract
        self._alone = None if self._always or self._headers else self._validator

    def _header(self, header: Parameter, caster: Caster) -> ParameterReader:
        schema = header.content.schema if header.content else header.schema
        validator = None
        if schema is not None:
            validator = self._validators.of(schema, writing=False, pointer=f"{header.pointer}/schema")
        return ParameterReader(header, caster, validator, frozenset())

    def _body_validator(self, media_type: MediaType | None, content_type: str | None) -> SchemaValidator | None:
        if media_type is None or media_type.schema is None or not content_type:
            return None
        if media.kind(media.split(content_type)[0]) not in ("json", "text", *media.SEQUENTIAL):
            return None
        return self._validators.of(media_type.schema, writing=False, pointer=f"{media_type.pointer}/schema")

    def check(self, headers: Sequence[tuple[str, str]], value: Any) -> tuple[Violation, ...]:
        """The violations of a response; bytes are those of a text."""
        if type(value) is bytes:
            value = value.decode("latin-1")
        alone = self._alone
        if alone is not None and value is not ABSENT and alone.accepts(value):
            return ()
        return tuple(self.check_headers(headers) + self._body(value))

    def check_headers(self, headers: Sequence[tuple[str, str]]) -> list[Violation]:
        """The violations of a response aside from its body."""
        violations = list(self._always)
        if self._headers:
            sent = _by_name(headers)
            for reader in self._headers:
                for one in _each_cookie(reader, sent):
                    reader.read(one, {}, violations)
        return violations

    def _body(self, value: Any) -> list[Violation]:
        if not self._declares_body:
            return []
        if value is ABSENT:
            return [Violation("body", f"is missing; declared is {self._known}", self._pointer)]
        if self._media_type is None:
            problem = f"is {self._content_type or 'missing'}; declared is {self._known}"
            return [Violation("header.Content-Type", problem, self._pointer)]
        if self._validator is None or self._validator.accepts(value):
            return []
        if self._is_sequence and isinstance(value, str | bytes):  # framed already: its values aren't known
            return []
        return self._validator.violations(value, "body")


def _by_name(headers: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The text of each header by its lower-case name: lines of one name are one list (RFC 9110, section 5.3); that of
    several cookies has a line for each."""
    sent: dict[str, str] = {}
    for name, text in headers:
        plain = name.lower()
        joint = "\n" if plain == COOKIES else ", "
        sent[plain] = f"{sent[plain]}{joint}{text}" if plain in sent else text
    return sent


def _each_cookie(reader: ParameterReader, sent: dict[str, str]) -> list[dict[str, str]]:
    """The headers, with one line of Set-Cookie at a time where its schema is that of one cookie."""
    if reader.key != COOKIES or reader.is_list or "\n" not in sent.get(COOKIES, ""):
        return [sent]
    return [{**sent, COOKIES: line} for line in dict.fromkeys(sent[COOKIES].split("\n"))]


def _media_type(response: Response | None, content_type: str | None) -> MediaType | None:
    if response is None or not content_type:
        return None
    return media.declared_for(response.media_types, content_type)


def _undeclared(operation: Operation, status: int, response: Response | None) -> tuple[Violation, ...]:
    if response is not None or not operation.responses:  # `responses` may be left out, and then says nothing
        return ()
    declared = ", ".join(operation.responses)
    return (Violation("status", f"{status} is not declared; declared: {declared}", f"{operation.pointer}/responses"),)
