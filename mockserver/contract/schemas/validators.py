"""Schemas of the document as validators of values, each compiled when it is first needed."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from mockserver.contract.document import pointers
from mockserver.contract.schemas.compiled import Breach, Compiled, compiled
from mockserver.contract.schemas.conversion import JsonSchemas
from mockserver.contract.schemas.view import SchemaView, discriminated
from mockserver.contract.schemas.wording import nearest, quoted, violations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mockserver.contract.document.document import Document
    from mockserver.errors import Violation

MOST_VIOLATIONS: Final = 50
"""The most violations that are reported of one value."""

MOST_DEFINITIONS: Final = 10_000
"""Referenced schemas that compiled validators may hold in all, at about 10 KB each."""


class SchemaValidator:
    """Checks values by one schema of the document.

    `accepts(value)` is the compiled schema's own function as soon as there is one.
    """

    __slots__ = ("_compiled", "_pointer", "_schema", "_validators", "_writing", "accepts", "weight")

    def __init__(self, validators: SchemaValidators, schema: Any, pointer: str, *, writing: bool) -> None:
        self._validators, self._schema, self._pointer, self._writing = validators, schema, pointer, writing
        self._compiled: Compiled | None = None
        self.accepts: Callable[[Any], bool] = self._accepts_first
        self.weight = 0

    def _accepts_first(self, value: Any) -> bool:
        return self._ready().accepts(value)

    def _ready(self) -> Compiled:
        ready = self._compiled
        if ready is None:
            ready, weight = self._validators.compile(self._schema, self._pointer, writing=self._writing)
            self._compiled, self.accepts, self.weight = ready, ready.accepts, weight
            self._validators.keep(self)
        return ready

    def forget(self) -> None:
        """Drops the compiled schema; the next value compiles it again."""
        self._compiled, self.accepts = None, self._accepts_first

    def breaches(self, value: Any) -> list[Breach]:
        """The first breaches of the schema."""
        return list(islice(self._ready().breaches(value), MOST_VIOLATIONS))

    def violations(self, value: Any, place: str) -> list[Violation]:
        """The first breaches of the schema, in words; `place` is where the value stands in the message."""
        first = violations(self.meant_breaches(value), place, self._pointer_of)[:MOST_VIOLATIONS]
        return [self._illustrated(violation) for violation in first]

    def meant_breaches(self, value: Any) -> list[Breach]:
        """The first breaches of the schema; of alternatives, those of the one that a discriminator names."""
        return [meant for breach in self.breaches(value) for meant in self._meant(breach)]

    def _meant(self, breach: Breach) -> Iterator[Breach]:
        schema: Mapping[str, Any] = {}
        if breach.alternatives:
            schema = self._validators.schema_at(self._pointer_of(breach).rpartition("/")[0])
        if breach.keyword == "oneOf" and schema and not all(breach.alternatives):
            breach = replace(breach, expected=_overlap(schema, breach))
        if not schema or not all(breach.alternatives) or not isinstance(breach.value, Mapping):
            yield breach
            return
        picks = discriminated(schema, breach.keyword, self._validators.view)
        named = breach.value.get(schema["discriminator"]["propertyName"]) if picks else None
        inner = breach.alternatives[picks[named]] if isinstance(named, str) and named in picks else ()
        for one in inner:
            yield from self._meant(one)
        if not inner:
            yield breach

    def _illustrated(self, violation: Violation) -> Violation:
        """The violation with what the schema around the keyword knows better: an example of what matches a pattern,
        which few can read; the property that may be meant."""
        place, _, keyword = violation.pointer.rpartition("/")
        if keyword not in ("pattern", "additionalProperties"):
            return violation
        schema = self._validators.schema_at(place)
        hint = _example(schema) if keyword == "pattern" else _meant(schema, violation.place)
        return replace(violation, message=f"{violation.message}; {hint}") if hint else violation

    def _pointer_of(self, breach: Breach) -> str:
        """The breached keyword in the document: the compiled schema keeps its shape, but for a few keywords."""
        parts = breach.schema_path
        base = self._pointer
        if parts[:1] == ("$defs",) and len(parts) > 1:
            base, parts = self._validators.pointer_of(str(parts[1]), writing=self._writing), parts[2:]
        for length in range(len(parts), -1, -1):
            pointer = pointers.join(base, *parts[:length])
            if self._validators.has(pointer):
                return pointer
        return base


class SchemaValidators:
    """The validators of one document; the oldest compiled schemas are dropped when there are too many."""

    def __init__(self, document: Document, note: Callable[[str], None]) -> None:
        self._document, self._note = document, note
        self.view = SchemaView.of(document)
        self._schemas = {writing: JsonSchemas(document, writing=writing, note=note) for writing in (False, True)}
        # Schemas are known by identity; an entry keeps its schema, so that no other schema gets the same id.
        self._known: dict[tuple[int, bool], tuple[Any, SchemaValidator]] = {}
        self._kept: deque[SchemaValidator] = deque()
        self._weight = 0

    def of(self, schema: Any, *, writing: bool, pointer: str = "") -> SchemaValidator:
        """The validator of a schema, for requests (`writing`) or answers."""
        key = id(schema), writing
        if key not in self._known:
            self._known[key] = schema, SchemaValidator(self, schema, pointer, writing=writing)
        return self._known[key][1]

    def compile(self, schema: Any, pointer: str, *, writing: bool) -> tuple[Compiled, int]:
        """Compiles a schema, with the number of schemas that took; one that cannot be compiled accepts anything."""
        try:
            json_schema, weight = self._schemas[writing].self_contained(schema, pointer)
            return compiled(json_schema), weight + 1
        except (ValueError, RecursionError) as error:
            problem = str(error).splitlines()[0][:200]
            self._note(f"{pointer or 'a schema'} cannot be compiled ({problem}): anything fits it")
            return compiled(True), 1

    def judge(self, schema: Any, pointer: str, *, writing: bool) -> None:
        """Notes what of a schema, and of those that it refers to, checks no value."""
        try:
            self._schemas[writing].self_contained(schema, pointer)
        except (ValueError, RecursionError) as error:
            self._note(f"{pointer} cannot be read ({str(error)[:200]}): anything fits it")

    def pointer_of(self, name: str, *, writing: bool) -> str:
        """Where one of a compiled schema's `$defs` stands in the document."""
        return self._schemas[writing].pointers.get(name, "")

    def keep(self, validator: SchemaValidator) -> None:
        """Adds a compiled validator, and drops the oldest ones when there are too many."""
        self._kept.append(validator)
        self._weight += validator.weight
        while self._weight > MOST_DEFINITIONS and len(self._kept) > 1:
            oldest = self._kept.popleft()
            self._weight -= oldest.weight
            oldest.forget()

    def schema_at(self, pointer: str) -> Mapping[str, Any]:
        """A schema of the document; an empty one where it is `true` or `false`."""
        schema = self._document.at(pointer)
        return schema if isinstance(schema, Mapping) else {}

    def has(self, pointer: str) -> bool:
        """Whether the document has a node there."""
        try:
            self._document.at(pointer)
        except LookupError:
            return False
        return True


def _overlap(schema: Mapping[str, Any], breach: Breach) -> str:
    """Which alternatives a value fits at once, and what tells them apart: a discriminator never does (OpenAPI 3.0.4,
    4.7.25; 3.1.1, 4.8.25)."""
    options = schema.get("oneOf") or [None] * len(breach.alternatives)
    pairs = zip(options, breach.alternatives, strict=False)
    fitting = [_name(option, index) for index, (option, errors) in enumerate(pairs) if not errors]
    discriminator = schema.get("discriminator")
    name = discriminator.get("propertyName") if isinstance(discriminator, Mapping) else None
    how = f"its own const for {name!r}, as its discriminator decides nothing" if name else "what the others refuse"
    return f"{' and '.join(fitting)}. To mend the contract, give each alternative {how}, or write anyOf"


def _name(option: Any, index: int) -> str:
    known = option if isinstance(option, Mapping) else {}
    named = str(known.get("$ref", "")).rpartition("/")[2] or known.get("title")
    return str(named or f"alternative {index + 1}")


def _example(schema: Mapping[str, Any]) -> str:
    examples = schema.get("examples")
    example = examples[0] if isinstance(examples, list) and examples else schema.get("example")
    return f"{quoted(example)} would do" if isinstance(example, str) else ""


def _meant(schema: Mapping[str, Any], place: str) -> str:
    near = nearest(place.rpartition(".")[2], schema.get("properties") or ())
    return f"did you mean {near}?" if near else ""
