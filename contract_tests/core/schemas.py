"""Checks JSON values against the schemas of the contract, and names the assumption behind each mismatch."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from contract_tests.core.contract import Contract, Operation
from contract_tests.core.document import Place
from mockserver.contract import existence, uniqueness
from mockserver.contract.contract import DocumentError
from mockserver.contract.document import pointers
from mockserver.contract.schemas import view
from mockserver.contract.schemas.compiled import Breach
from mockserver.contract.schemas.ecma import compiled
from mockserver.contract.schemas.naming import words_in as words_in  # noqa: PLC0414 - for other modules
from mockserver.contract.schemas.secrets import is_secret as is_secret  # noqa: PLC0414 - for other modules of this folder
from mockserver.contract.schemas.times import is_stamp as is_stamp  # noqa: PLC0414 - likewise
from mockserver.contract.schemas.wording import quoted, violations

QUOTED = re.compile(r"""(['"`])([\w.+/-]+)\1""")
_ONE = r"""(?:(?P<{0}>['"`])[\w.+/-]+(?P={0})|null|none)"""
LISTED = re.compile(
    rf"{_ONE.format('first')}(?:(?:\s*[,/|]\s*(?:or\s+|and\s+)?|\s+(?:or|and)\s+){_ONE.format('next')})+", re.IGNORECASE
)
"""Values in a description: `'json', 'text' or 'base64'`."""
EXAMPLE = re.compile(r"(e\.?g\.?|for (example|instance)|such as|like|examples?)\W*\Z", re.IGNORECASE)


def expression(pattern: Any) -> re.Pattern[str] | None:
    """A pattern of the contract as Python runs it; None where there is none, or none that can be read."""
    return compiled(pattern) if isinstance(pattern, str) else None


def for_python(node: Any, unreadable: set[str]) -> Any:
    """A part of a document with its patterns in the dialect of Python; those that can't be read are left out, and
    gathered in `unreadable`."""
    if isinstance(node, list):
        return [for_python(item, unreadable) for item in node]
    if not isinstance(node, Mapping):
        return node
    found = {name: for_python(value, unreadable) for name, value in node.items()}
    if isinstance(pattern := node.get("pattern"), str):
        read = expression(pattern)
        if read is None:
            unreadable.add(pattern)
            del found["pattern"]
        elif not is_python(pattern):
            found["pattern"] = read.pattern
    return found


def is_python(pattern: str) -> bool:
    """Whether Python reads a pattern as it stands."""
    try:
        with warnings.catch_warnings(action="error"):  # of what it will read otherwise one day, as `[[`
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError, FutureWarning):
        return False
    return True


@dataclass(frozen=True)
class Mismatch:
    """Where a value does not match its schema; `assumed` names the assumption behind the schema there."""

    place: str  #: JSON Pointer into the value
    problem: str
    keyword: str = ""  #: the keyword of the schema that failed
    assumed: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The place without positions in lists, so that the same mismatch of two records is one."""
        return without_positions(self.place)


def place_of(way: Iterable[str | int]) -> str:
    """The JSON Pointer of a way into a value."""
    return pointers.join("", *way)


def without_positions(place: str) -> str:
    """A JSON Pointer with `*` in the place of each position in a list."""
    return "/".join("*" if step.isdigit() else step for step in place.split("/"))


def mismatches(contract: Contract, schema: Place, value: Any, *, writing: bool = False) -> Iterator[Mismatch]:
    """Every place where a value does not match the schema, as part of a request (`writing`) or of an answer."""
    for breach in contract.reader.breaches(schema.value, value, writing=writing):
        assumed = contract.nearest_assumption(schema, breach.evaluation_path)
        yield Mismatch(place_of(breach.path), problem_of(breach), breach.keyword, assumed)


def fits(contract: Contract, schema: Place, value: Any, *, writing: bool = False) -> bool:
    """Whether a value matches the schema."""
    return not contract.reader.breaches(schema.value, value, writing=writing)


def sendable(contract: Contract, operation: Operation) -> frozenset[str]:
    """The members that the JSON bodies of an operation may have."""
    schemas, found = contract.reader.view, set[str]()
    for place in contract.json_request_schemas(operation):
        found |= view.members(place.value, schemas).keys() - view.hidden(place.value, schemas, writing=True)
    return frozenset(found)


def combined(contract: Contract, schema: Any) -> list[dict[str, Any]]:
    """The parts of a schema that must hold together, aliases followed."""
    return view.combined(schema, contract.reader.view)


def discriminated(contract: Contract, part: Mapping[str, Any], keyword: str) -> Mapping[str, int]:
    """Which alternative each value of the discriminator names; none where one of them has no name."""
    return view.discriminated(part, keyword, contract.reader.view)


def subtypes_of(contract: Contract, schema: Any) -> list[Any]:
    """The schemas that are built on one with a discriminator."""
    return contract.reader.view.subtypes(schema)


def named_schema(contract: Contract, name: str) -> Place | None:
    """The schema of that name or reference; None where there is none."""
    reference = name if "#" in name else f"#{pointers.join('/components/schemas', name)}"
    try:
        return contract.look_up(Place({"$ref": reference}))
    except DocumentError:
        return None


def declared_members(contract: Contract, schema: Any) -> Mapping[str, Any]:
    """The schemas of the members that an object may have, by name."""
    return view.members(schema, contract.reader.view) if isinstance(schema, Mapping) else {}


def possible_members(contract: Contract, schema: Any) -> Mapping[str, Any]:
    """The same, where alternatives differ in a member as one of theirs."""
    if not alternatives_of(contract, schema):
        return declared_members(contract, schema)
    found = view.declarations(schema, contract.reader.view)
    return {name: inner[0] if len(inner) == 1 else {"anyOf": inner} for name, inner in found.items()}


def alternatives_of(contract: Contract, schema: Any) -> list[tuple[Any, Mapping[str, str]]]:
    """The objects that a schema may be one of, each with the member by which a discriminator names it."""
    schemas = contract.reader.view
    parts = view.combined(schema, schemas) if isinstance(schema, Mapping) else []
    for part, keyword in product(parts, ("oneOf", "anyOf")):
        options = part.get(keyword) or []
        objects = [at for at, one in enumerate(options) if declared_members(contract, one)]
        if len(objects) > 1:
            beside = [{name: value for name, value in one.items() if name != keyword} for one in parts]
            property_name = str((part.get("discriminator") or {}).get("propertyName"))
            names = view.discriminated(part, keyword, schemas).items()
            picked = {at: {property_name: value} for value, at in names}
            return [({"allOf": [*beside, options[at]]}, picked.get(at, {})) for at in objects]
    return []


def common_members(contract: Contract, schema: Any) -> Mapping[str, Any]:
    """The same without those of alternatives, of which a value may be another."""
    parts = reversed(view.combined(schema, contract.reader.view)) if isinstance(schema, Mapping) else ()
    return {name: inner for part in parts for name, inner in (part.get("properties") or {}).items()}


def unique_members(
    contract: Contract, operation: Operation, schema: Any, collection: str, key: str
) -> Mapping[tuple[str, ...], str]:
    """The members of a body, alone or together, that no two records of a collection may share, each with the clause
    that says so; `key` isn't among them."""
    return uniqueness.unique_members(operation.declared, schema, contract.reader.view, collection, key)


def refused_unless_there(contract: Contract, operation: Operation, name: str, schema: Any) -> existence.Clause | None:
    """By what a member of a body must name a record that exists; None where the contract doesn't say so."""
    description = existence.described(schema, contract.reader.view)
    return existence.refused_unless_there(operation.declared, name, description)


def sentences_in(text: str) -> Iterator[str]:
    """The sentences of a text, each on one line."""
    return existence.split(text)


def said_of_absence(operation: Operation) -> Iterator[existence.Clause]:
    """What an operation and its refusals say of records that aren't there."""
    return existence.said_of_absence(operation.declared)


def item_of(contract: Contract, schema: Any) -> Any:
    """The schema of the items of a list; None where there is none."""
    return view.item(schema, contract.reader.view) if isinstance(schema, Mapping) else None


def entry_of(contract: Contract, schema: Any) -> Any:
    """The schema of the values of a map, whose names are data; None where a schema says nothing of them."""
    inner = merged_keywords(contract, schema).get("additionalProperties") if isinstance(schema, Mapping) else None
    return inner if isinstance(inner, Mapping) else None


def kinds_of(contract: Contract, schema: Any) -> frozenset[str]:
    """The types that values of a schema may have."""
    return view.kinds(schema, contract.reader.view)


def merged_keywords(contract: Contract, schema: Any) -> dict[str, Any]:
    """The keywords of a schema and of the parts that must hold with it; of one that several have, the first."""
    merged: dict[str, Any] = {}
    for part in view.combined(schema, contract.reader.view):
        for keyword, value in part.items():
            merged[keyword] = (
                [*merged.get(keyword, ()), *value] if keyword == "required" else merged.get(keyword, value)
            )
    return merged


def described_values(contract: Contract, schema: Any) -> frozenset[str]:
    """The values of a text that its description alone lists (`one of 'json', 'text'`); empty where a keyword does."""
    keywords = merged_keywords(contract, schema) if isinstance(schema, Mapping) else {}
    if {"enum", "const", "pattern", "format"} & keywords.keys():
        return frozenset()
    found = LISTED.search(str(keywords.get("description", "")))
    if found is None or EXAMPLE.search(found.string[: found.start()]):
        return frozenset()
    return frozenset(match[2] for match in QUOTED.finditer(found[0]))


def examples_of(contract: Contract, schema: Any) -> Iterator[Any]:
    """The examples that a schema gives itself."""
    yield from view.examples(schema, contract.reader.view) if isinstance(schema, Mapping) else ()


def taken_in(contract: Contract, schema: Any, value: Any) -> Any:
    """A value without what the schema doesn't let in: members of a closed object that it doesn't name, at any depth."""
    if isinstance(value, list):
        item = item_of(contract, schema)
        return value if item is None else [taken_in(contract, item, one) for one in value]
    members = declared_members(contract, schema)
    if not isinstance(value, Mapping) or not members:
        return value
    is_closed = merged_keywords(contract, schema).get("additionalProperties") is False
    kept = {name: one for name, one in value.items() if name in members or not is_closed}
    return {name: taken_in(contract, members.get(name), one) for name, one in kept.items()}


def is_hidden(contract: Contract, schema: Any, *, writing: bool) -> bool:
    """Whether values of the schema do not travel in this direction."""
    return view.is_marked(schema, "readOnly" if writing else "writeOnly", contract.reader.view)


def out_of_place(
    contract: Contract, schema: Any, value: Any, *, writing: bool, way: tuple[str | int, ...] = ()
) -> Iterator[tuple[str | int, ...]]:
    """The way to each member that does not travel in this direction: `readOnly` in requests, `writeOnly` in answers."""
    schemas = contract.reader.view
    if isinstance(value, list):
        inner = view.item(schema, schemas)
        for at, item in enumerate(value if inner is not None else ()):
            yield from out_of_place(contract, inner, item, writing=writing, way=(*way, at))
    elif isinstance(value, Mapping):
        unsent, declared = view.hidden(schema, schemas, writing=writing), view.members(schema, schemas)
        for name, member in value.items():
            if name in unsent:
                yield (*way, name)
            elif name in declared:
                yield from out_of_place(contract, declared[name], member, writing=writing, way=(*way, name))


def without(value: Any, ways: set[tuple[str | int, ...]], way: tuple[str | int, ...] = ()) -> Any:
    """A value without the members at these places."""
    if isinstance(value, list):
        return [without(item, ways, (*way, at)) for at, item in enumerate(value)]
    if isinstance(value, Mapping):
        return {name: without(item, ways, (*way, name)) for name, item in value.items() if (*way, name) not in ways}
    return value


def problem_of(breach: Breach) -> str:
    """One sentence on a breach: what came, and what the schema asks for."""
    if breach.keyword == "required":
        return f"field missing: {breach.expected}"
    if breach.keyword in ("additionalProperties", "unevaluatedProperties"):
        return f"an unknown property: {', '.join(map(str, breach.expected))}"
    message = "; ".join(violation.message for violation in violations([breach], "", lambda _: ""))
    value = quoted(breach.value)
    return f"{value}, which {message.replace(f', not {value}', '', 1)}"
