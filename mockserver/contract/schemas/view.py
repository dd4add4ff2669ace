"""The one reading of schemas: which members, types, items and alternatives a schema has.

The validator, the generator, the projection of records, the casting of text and the inference of behaviours all ask
here. What they must agree on is decided once: what a `$ref` leads to, whether the keywords beside it count, which
parts must hold together and which are alternatives, whether `nullable` is a keyword, and what travels in which
direction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mockserver.contract.document import pointers
from mockserver.contract.schemas.parts import (
    LocatedSchema,
    SchemaView,
    discriminated,
    own_required,
    own_types,
    parts_beside,
    patterns,
    properties,
)

__all__ = [
    "LocatedSchema",
    "SchemaView",
    "at_path",
    "branches",
    "combined",
    "declarations",
    "discriminated",
    "each",
    "examples",
    "forbids",
    "has_format",
    "has_parts",
    "hidden",
    "is_marked",
    "is_nullable",
    "is_open",
    "item",
    "items",
    "kinds",
    "located_item",
    "located_members",
    "members",
    "only_item",
    "own_required",
    "own_types",
    "parts_beside",
    "patterns",
    "properties",
    "required",
    "required_somewhere",
    "types",
    "with_subtypes",
]


def combined(schema: Any, view: SchemaView) -> list[dict[str, Any]]:
    """The parts that must hold together: the schema, its `$ref`, the parts of its `allOf`."""
    return [node for _, _, node in view.walk(schema, alternatives=False)]


def branches(schema: Any, view: SchemaView) -> list[dict[str, Any]]:
    """The same, and every alternative: of `anyOf`, `oneOf`, `if` and `dependentSchemas`."""
    return [node for _, _, node in view.walk(schema, alternatives=True)]


def declarations(schema: Any, view: SchemaView) -> dict[str, list[Any]]:
    """The properties that a schema declares, by name, with each different schema that its branches give them."""
    declared: dict[str, list[Any]] = {}
    for branch in branches(schema, view):
        for name, inner in properties(branch).items():
            known = declared.setdefault(name, [])
            if inner not in known:
                known.append(inner)
    return declared


def members(schema: Any, view: SchemaView) -> dict[str, Any]:
    """The properties that a schema declares, in its branches too, by name.

    The first branch that declares a member wins, unless a later one alone says what it is made of: an envelope that
    many answers share leaves that to each of them.
    """
    declared: dict[str, Any] = {}
    for branch in branches(schema, view):
        for name, inner in properties(branch).items():
            if name not in declared or _says_more(inner, declared[name], view):
                declared[name] = inner
    return declared


def with_subtypes(schema: Any, view: SchemaView) -> Any:
    """A schema, as a union with those that are built on it where its discriminator tells them apart."""
    subtypes = view.subtypes(schema)
    return {"anyOf": [schema, *subtypes]} if subtypes else schema


def located_members(schema: LocatedSchema, view: SchemaView) -> dict[str, LocatedSchema]:
    """The same with their places, aliases followed."""
    declared: dict[str, LocatedSchema] = {}
    for base, steps, branch in view.walk(schema.node, schema.pointer, alternatives=True):
        for name, inner in properties(branch).items():
            if name not in declared or _says_more(inner, declared[name].node, view):
                declared[name] = view.at(pointers.join(base, *steps, "properties", name), inner)
    return declared


def _says_more(schema: Any, known: Any, view: SchemaView) -> bool:
    return not has_parts(known, view) and has_parts(schema, view)


def has_parts(schema: Any, view: SchemaView) -> bool:
    """Whether a schema declares the properties of objects, or of the items of lists."""
    return any(
        "properties" in branch
        for whole in (schema, item(schema, view))
        if whole is not None
        for branch in branches(whole, view)
    )


def required(schema: Any, view: SchemaView, *, writing: bool | None = None) -> frozenset[str]:
    """The members that every value has; in one direction, without those that do not travel in it."""
    names = frozenset(name for part in combined(schema, view) for name in own_required(part))
    return names if writing is None or not names else names - hidden(schema, view, writing=writing)


def required_somewhere(schema: Any, view: SchemaView) -> frozenset[str]:
    """The members that the schema or one of its alternatives requires, whether it declares them or not."""
    return frozenset(name for branch in branches(schema, view) for name in own_required(branch))


def hidden(schema: Any, view: SchemaView, *, writing: bool) -> frozenset[str]:
    """The members that are not sent in a direction: `readOnly` in requests (`writing`), `writeOnly` in answers.

    `required` binds none of them, wherever it stands: one alternative may declare what the whole requires.
    """
    mark = "readOnly" if writing else "writeOnly"
    return frozenset(
        name
        for part in branches(schema, view)
        for name, inner in properties(part).items()
        if is_marked(inner, mark, view)
    )


def is_marked(schema: Any, mark: str, view: SchemaView) -> bool:
    """Whether a schema is `readOnly` or `writeOnly`, itself or by a part that must hold; in 3.0 too authors write the
    mark beside a `$ref`."""
    if not isinstance(schema, dict):
        return False
    if schema.get(mark) is True:
        return True
    return ("$ref" in schema or "allOf" in schema) and any(part.get(mark) is True for part in combined(schema, view))


def types(schema: Any, view: SchemaView) -> frozenset[str]:
    """The types that a schema names, in a branch at least; `null` where it is nullable."""
    names: set[str] = set()
    for branch in branches(schema, view):
        names.update(own_types(branch))
        if is_nullable(branch, view):
            names.add("null")
    return frozenset(names)


def kinds(schema: Any, view: SchemaView) -> frozenset[str]:
    """The same, and the types of what a branch without a `type` names instead: its properties, its values."""
    names = set(types(schema, view))
    for branch in branches(schema, view):
        if not own_types(branch):
            names.update(("object",) if properties(branch) else ())
            names.update(map(_type_of, branch.get("enum") or ([branch["const"]] if "const" in branch else [])))
    return frozenset(names)


def _type_of(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "null" if value is None else "boolean"
    names: dict[type, str] = {str: "string", int: "integer", float: "number", list: "array"}
    return names.get(type(value), "object")


def examples(schema: Any, view: SchemaView) -> Iterator[Any]:
    """The examples that a schema gives: `example`, and the list of `examples`."""
    yield from each(schema, "example", view)
    yield from (one for several in each(schema, "examples", view) if isinstance(several, list) for one in several)


def is_nullable(part: Mapping[str, Any], view: SchemaView) -> bool:
    """Whether one part is `nullable`, a keyword of OpenAPI 3.0 alone."""
    return view.legacy and part.get("nullable") is True


def items(schema: Any, view: SchemaView) -> list[Any]:
    """The different schemas that a list's items may have: alternatives may each declare their own."""
    schemas: list[Any] = []
    for branch in branches(schema, view):
        own = only_item(branch.get("items"))
        if own and own not in schemas:
            schemas.append(own)
    return schemas


def item(schema: Any, view: SchemaView) -> Any:
    """The schema of a list's items, the first where there are several; None where none is declared."""
    return next((own for branch in branches(schema, view) if (own := only_item(branch.get("items")))), None)


def only_item(items: Any) -> Any:
    """The schema of the items; a list of one is read as that one: drafts before 2020-12 have lists there."""
    return items[0] if isinstance(items, list) and len(items) == 1 else items


def located_item(schema: LocatedSchema, view: SchemaView) -> LocatedSchema | None:
    """The same with its place."""
    for branch in view.branches(schema):
        items = branch.node.get("items")
        if isinstance(own := only_item(items), Mapping):
            steps = ("items",) if own is items else ("items", 0)
            return view.at(pointers.join(branch.pointer, *steps), own)
    return None


def is_open(schema: Any, view: SchemaView) -> bool:
    """Whether values may have members beyond those declared: nothing is declared, or the schema says so itself."""
    extra = [branch["additionalProperties"] for branch in branches(schema, view) if "additionalProperties" in branch]
    return any(value is not False for value in extra) or not members(schema, view)


def forbids(schema: Any, name: str, view: SchemaView) -> bool:
    """Whether a part that must hold is closed to a property which another part declares."""
    return any(
        part.get("additionalProperties") is False and name not in properties(part) for part in combined(schema, view)
    )


def each(schema: Any, keyword: str, view: SchemaView) -> Iterator[Any]:
    """The values of a keyword in the schema and its branches."""
    return (branch[keyword] for branch in branches(schema, view) if keyword in branch)


def has_any(schema: Any, keywords: Iterable[str], view: SchemaView) -> bool:
    """Whether a schema or one of its branches has one of these keywords."""
    return any(keyword in branch for branch in branches(schema, view) for keyword in keywords)


def has_format(schema: Any, name: str, view: SchemaView) -> bool:
    """Whether a schema declares this `format`, in a branch at least."""
    return name in each(schema, "format", view)


def at_path(schema: Any, names: tuple[str, ...], view: SchemaView) -> Any:
    """The schema of the member at a path of names, a union where branches declare it differently; None where nothing
    is declared there."""
    for name in names:
        declared = declarations(schema, view).get(name)
        if declared is None:
            return None
        schema = declared[0] if len(declared) == 1 else {"anyOf": declared}
    return schema
