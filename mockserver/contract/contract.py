"""The contract: what an OpenAPI document says about paths, requests and answers, and the validators for them."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from mockserver.contract.checking import Checked, Served, checked, checked_together
from mockserver.contract.document.document import OWN_FOLDER, Document, Part, named_version, read_document, refusal
from mockserver.contract.document.embedding import Access
from mockserver.contract.messages.bodies import BodyReader
from mockserver.contract.messages.casting import Caster
from mockserver.contract.messages.decoding import Undecodable
from mockserver.contract.messages.inputs import InputReader
from mockserver.contract.messages.responses import ResponseValidator
from mockserver.contract.operations.invalid_parts import InvalidParts
from mockserver.contract.operations.judged import schemas_of
from mockserver.contract.operations.operation import MediaType, Operation, SecurityScheme
from mockserver.contract.operations.outgoing import Outgoing, callbacks_of, webhooks_of
from mockserver.contract.operations.reading import Reading
from mockserver.contract.operations.routing import Match, Router
from mockserver.contract.schemas.compiled import Breach
from mockserver.contract.schemas.validators import SchemaValidators
from mockserver.contract.schemas.view import SchemaView
from mockserver.errors import DocumentError, Refused, Violation
from mockserver.messages import Inputs, Request

__all__ = [
    "Breach",
    "Contract",
    "DocumentError",
    "Match",
    "Refused",
    "Request",
    "Served",
    "Violation",
    "load_contract",
    "load_contracts",
    "without_collection",
]

_MOST_RESPONSE_VALIDATORS: Final = 10_000
_MOST_READERS: Final = 1000
"""How many readers of bodies are kept, by media type and `Content-Type`."""


class Contract:
    """A document, its operations, and the validators of what is sent and answered."""

    def __init__(self, document: Document | Checked, *, strict: bool = False) -> None:
        checked_document = document if isinstance(document, Checked) else checked(document, strict=strict)
        self._notes: dict[str, None] = dict.fromkeys(checked_document.notes)
        self.written = checked_document.written  #: as its authors wrote it: every place in a message is one in it
        self.document = document = checked_document.document
        self._reading = reading = Reading(document, self._note, InvalidParts(document, checked_document.problems))
        self.operations: Mapping[str, Operation] = {one.id: one for one in reading.operations()}
        self._tell_invalid(reading.invalid)
        self.security_schemes: Mapping[str, SecurityScheme] = reading.schemes
        self.base_paths = tuple(checked_document.base_paths)
        self._router = Router(tuple(self.operations.values()), checked_document.base_paths)
        self._validators = SchemaValidators(document, self._note)
        self.view = SchemaView.of(document)
        self._caster = Caster(self.view)
        self._inputs: dict[str, InputReader] = {}
        self._readers: dict[tuple[str, str], BodyReader] = {}
        self._answers: dict[tuple[str, int, str | None], ResponseValidator] = {}

    @cached_property
    def outgoing(self) -> Mapping[str, Outgoing]:
        """The callbacks and webhooks by their ids; most contracts have none."""
        from mockserver.contract.messages.meant import meant  # few documents have callbacks

        operations = [one for one in self.operations.values() if "callbacks" in one.raw]
        callbacks = [sent for one in operations for sent in callbacks_of(self._reading, one, meant)]
        return {one.id: one for one in (*callbacks, *webhooks_of(self._reading))}

    def _tell(self, note: str) -> None:
        self._notes[note] = None

    def _tell_invalid(self, invalid: InvalidParts) -> None:
        """Notes the invalid parts of the document; `DocumentError` where they leave nothing of it."""
        if any(invalid.costs.values()) and not self.operations:
            causes = [invalid.problems[pointer] for pointer, names in invalid.costs.items() if names]
            sentences = {cause: cause.partition(" ")[0].rstrip(":") for cause in causes}  # each begins with its pointer
            raise refusal(self.written, f"is not valid {named_version(self.written)}", sentences)
        self.left_out = tuple(invalid.notes())  #: the invalid parts, each with the operations that it costs
        for note in self.left_out:
            self._tell(note)

    def _note(self, note: str) -> None:
        """Keeps a note, which may begin with the pointer of what it is about."""
        start = note.partition(" ")[0].rstrip(":")
        self._tell(self.document.as_written(start) + note[len(start) :])

    @cached_property
    def underscored(self) -> frozenset[str]:
        """The declared request headers with underscores in their names, in small letters, which CGI can't tell from
        hyphens; without those that are declared in both ways."""
        parameters = (one for operation in self.operations.values() for one in operation.parameters)
        names = {one.name.lower() for one in parameters if one.location == "header"}
        schemes = self.security_schemes.values()
        names |= {one.parameter for one in schemes if one.kind == "apiKey" and one.location == "header"}
        return frozenset(name for name in names if "_" in name and name.replace("_", "-") not in names)

    @property
    def parts(self) -> Mapping[str, Part]:
        """The documents by their names, where there are several."""
        return self.document.parts

    @cached_property
    def owned(self) -> Mapping[str, Mapping[str, str]]:
        """By the name of each of several documents, the operations by what they are called in it alone."""
        owned: dict[str, dict[str, str]] = {name: {} for name in self.parts}
        document = self.document
        for operation in self.operations.values() if owned else ():
            written = document.as_written(operation.pointer)
            part = document.inside(written)[0]
            if part is not None:
                by_path = operation.id == f"{operation.method} {operation.template}"
                own = f"{operation.method} {operation.template[len(part.path) :]}"
                owned[part.name][own if by_path else document.at(written)["operationId"]] = operation.id
        return owned

    @property
    def notes(self) -> tuple[str, ...]:
        """What is ignored or repaired, for people to know; it grows as schemas are first used."""
        return tuple(self._notes)

    def route(self, method: str, path: str, request: Request | None = None) -> Match:
        """The operation and its path values; `Refused` with 404, or with 405 and `Allow`.

        `request` decides where a document tells operations of one path apart by query or fragment.
        """
        return self._router.route(method, path, request)

    def find(self, method: str, path: str, request: Request | None = None) -> Match | None:
        """The operation that is declared for exactly this method and path; None where there is none."""
        return self._router.find(method, path, request)

    def allowed(self, path: str) -> tuple[str, ...]:
        """The methods that are declared for a path; none when the path is not known."""
        return self._router.allowed(path)

    def resolve(self, node: Any) -> Any:
        """The node of the document, or what its `$ref` leads to."""
        return self.document.resolve(node)

    def read_inputs(self, match: Match, request: Request) -> Inputs:
        """The typed values of a request; `Refused` with 400 or 415 and every violation."""
        reader = self._inputs.get(match.operation.id) or self._reader(match.operation)
        try:
            return reader.read(match.path_values, request)
        except Refused as refused:
            refused.details = self._as_written(refused.details)
            raise

    def _as_written(self, violations: Iterable[Violation]) -> tuple[Violation, ...]:
        """The violations with the places that the document's authors know."""
        return tuple(replace(one, pointer=self.document.as_written(one.pointer)) for one in violations)

    def _reader(self, operation: Operation) -> InputReader:
        return self._inputs.setdefault(operation.id, InputReader(operation, self._caster, self._validators))

    def check_response(
        self,
        operation: Operation,
        status: int,
        headers: Sequence[tuple[str, str]],
        content_type: str | None,
        value: Any,
    ) -> tuple[Violation, ...]:
        """The violations of a response: `value` is the decoded body, ABSENT when there is none."""
        validator = self._answers.get((operation.id, status, content_type))
        if validator is None:
            validator = self._response_validator(operation, status, content_type)
        violations = validator.check(headers, value)
        return violations and self._as_written(violations)

    def keeps_headers(
        self, operation: Operation, status: int, headers: Sequence[tuple[str, str]], content_type: str | None
    ) -> bool:
        """Whether a response whose body has been checked keeps the contract with these headers too."""
        validator = self._answers.get((operation.id, status, content_type))
        if validator is None:
            validator = self._response_validator(operation, status, content_type)
        return not validator.check_headers(headers)

    def _response_validator(self, operation: Operation, status: int, content_type: str | None) -> ResponseValidator:
        if len(self._answers) >= _MOST_RESPONSE_VALIDATORS:
            self._answers.clear()
        validator = ResponseValidator(operation, status, content_type, self._caster, self._validators)
        self._answers[operation.id, status, content_type] = validator
        return validator

    def body_value(self, media_type: MediaType, header: str, raw: bytes) -> Any:
        """The value of a body as its schema checks it, ABSENT where none can; `Refused` when it can't be read."""
        reader = self._readers.get((media_type.pointer, header))
        if reader is None:
            reader = BodyReader(media_type, header, self._caster, None)
            if len(self._readers) < _MOST_READERS:
                self._readers[media_type.pointer, header] = reader
        try:
            return reader.decoded(raw)[1]
        except Undecodable as error:
            raise Refused(400, str(error)) from None

    def judge(self) -> None:
        """Notes what of every schema checks no value; otherwise a schema is looked at when it first checks one."""
        for operation in self.operations.values():
            for schema, pointer, writing in schemas_of(operation):
                self._validators.judge(schema, pointer, writing=writing)

    def violations(self, schema: Any, value: Any, *, place: str, writing: bool = False) -> tuple[Violation, ...]:
        """The violations of a value by any schema of the document."""
        validator = self._validators.of(schema, writing=writing)
        return () if validator.accepts(value) else self._as_written(validator.violations(value, place))

    def breaches(self, schema: Any, value: Any, *, writing: bool = False) -> list[Breach]:
        """The same as values: the violated keyword, its argument, and the path to it through the schema."""
        validator = self._validators.of(schema, writing=writing)
        return [] if validator.accepts(value) else validator.meant_breaches(value)

    def joint_validator(self, schemas: Sequence[Any]) -> Callable[[Any, Any], bool]:
        """`accepts(schema, value)` for any of these schemas, compiled as one: what they share is compiled once."""
        names = {id(schema): str(place) for place, schema in enumerate(schemas)}
        validator = self._validators.of(
            {"properties": {names[id(schema)]: schema for schema in schemas}}, writing=False
        )
        return lambda schema, value: validator.accepts({names[id(schema)]: value})


def load_contract(source: Path | str, access: Access = OWN_FOLDER, *, strict: bool = False) -> Contract:
    """Reads a document and makes it ready; `DocumentError` when it cannot be served.

    An invalid part costs the operations that need it, and makes a note; if it is `strict`, it refuses the document.
    """
    with without_collection():
        try:
            return Contract(read_document(source, access, strict=strict), strict=strict)
        except RecursionError:
            raise DocumentError("nests too deep to be read", place=str(source)) from None


def load_contracts(sources: Sequence[Served], access: Access = OWN_FOLDER, *, strict: bool = False) -> Contract:
    """Reads several documents and makes them ready as one contract; `DocumentError` when they cannot be served."""
    with without_collection():
        try:
            return Contract(checked_together(sources, access, strict=strict))
        except RecursionError:
            names = ", ".join(str(one.source) for one in sources)
            raise DocumentError("nests too deep to be read", place=names) from None


@contextmanager
def without_collection() -> Iterator[None]:
    """Pauses the garbage collector: what is loaded is a million values and no garbage; it looks through them all."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
