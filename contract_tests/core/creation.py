"""Which operations make records, and at which paths the records are found that they make."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from contract_tests.core.contract import Contract, Operation
from contract_tests.core.operation import nameless

ABOUT_ONE: Final = frozenset({"GET", "PUT", "PATCH", "DELETE"})
VERBS: Final = frozenset({"create", "new", "add"})
OF_MANY: Final = frozenset({"bulk", "batch", "many", "multiple"})
"""Last words of a path at which a POST that documents 201 makes several records."""
KEYS: Final = ("id", "uuid", "key", "name", "slug")
"""Members that name a record where none is called like the parameter of its path, in this order."""


@dataclass(frozen=True)
class Maker:
    """An operation that makes records; `templates` are the paths of what it makes, without the names of parameters."""

    operation: Operation
    templates: tuple[str, ...]


def makers(contract: Contract) -> tuple[Maker, ...]:
    """The operations that make records, those of the fewest path parameters first: they make the parents of others."""
    found = (maker for one in contract.operations if (maker := maker_of(contract, one)) is not None)
    return tuple(sorted(found, key=lambda maker: len(maker.operation.path_names)))


def maker_of(contract: Contract, operation: Operation) -> Maker | None:
    """The operation as a maker: a POST beside the path of a record, or any write that documents 201."""
    if operation.method not in {"POST", "PUT"}:
        return None
    if operation.method == "PUT":
        is_upsert = "201" in operation.statuses and operation.path.endswith("}")
        return Maker(operation, (nameless(operation.path),)) if is_upsert else None
    templates = tuple(dict.fromkeys([*made_below(contract, operation), *linked(contract, operation)]))
    templates = templates or tuple(alike(contract, operation))
    return Maker(operation, templates) if templates or "201" in operation.statuses else None


def made_below(contract: Contract, operation: Operation) -> Iterator[str]:
    """`/items/{}` for POST `/items`, for POST `/items/create` and POST `/items/bulk`."""
    folder = nameless(operation.path).rstrip("/")
    head, _, last = folder.rpartition("/")
    folders = {folder, head} if last.lower() in VERBS or makes_many(operation) else {folder}
    yield from (template for template in templates_of(contract) if template.rpartition("/")[0] in folders)


def makes_many(operation: Operation) -> bool:
    """Whether one call makes several records: POST `/items/bulk` that documents 201."""
    return operation.path.rpartition("/")[2].lower() in OF_MANY and "201" in operation.statuses


def linked(contract: Contract, operation: Operation) -> Iterator[str]:
    """The paths of records to which the links of its 201 lead."""
    for status in {"201"} & {*operation.statuses}:
        for target in links_of(contract, operation, int(status)):
            template = nameless(contract.operation(target).path)
            yield from {template} & {*templates_of(contract)}


def links_of(contract: Contract, operation: Operation, status: int) -> Iterator[str]:
    """The ids of the operations to which the links of a response lead."""
    response = contract.response(operation, status)
    links = contract.look_up(response, "links") if response else None
    for name in links.value if links and isinstance(links.value, Mapping) else ():
        link = contract.look_up(links, name) if links else None
        target = link.value.get("operationId") if link and isinstance(link.value, Mapping) else None
        if isinstance(target, str) and contract.has(target):
            yield target


def is_linked(contract: Contract, name: str) -> bool:
    """Whether a link of the contract leads to the operation of that id."""
    responses = ((one, int(status)) for one in contract.operations for status in one.statuses if status.isdigit())
    return any(name in links_of(contract, one, status) for one, status in responses)


def alike(contract: Contract, operation: Operation) -> Iterator[str]:
    """`/silence/{}` for POST `/silences`: the same words in the singular."""
    yield from (one for one in dict.fromkeys(templates_of(contract)) if is_folder(operation.path, one))


def is_folder(path: str, template: str) -> bool:
    """Whether a path is that of the records of a path template, in the plural too: `/silences` of `/silence/{}`."""
    head, _, last = template.rpartition("/")
    return last == "{}" and words(path) == words(head)


def words(path: str) -> list[str]:
    """The steps of a path, in the singular."""
    return [singular(step) for step in nameless(path).rstrip("/").split("/")]


def templates_of(contract: Contract) -> Iterator[str]:
    """The path templates of single records."""
    for operation in contract.operations:
        template = nameless(operation.path)
        if operation.method in ABOUT_ONE and template.endswith("{}"):
            yield template


def singular(word: str) -> str:
    """A word without the ending of an English plural."""
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("s", "")):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word[: -len(ending)] + instead
    return word


def kind(template: str) -> str:
    """The word for the records of a path template, in the singular: `item` of `/items/{}`."""
    words = [step for step in template.split("/") if step and step != "{}"]
    return singular(words[-1]) if words else ""


def items_in(value: Any) -> list[Any]:
    """The objects of the first list in an answer."""
    if isinstance(value, Mapping):
        value = next((item for item in value.values() if isinstance(item, list)), None)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def records_in(value: Any, parameter: str, kind: str) -> list[Any]:
    """The records of the first list in an answer; none where it is a record itself, of which such a list is a part."""
    is_record = isinstance(value, Mapping) and key_names(value, parameter, kind)
    return [] if is_record else items_in(value)


def key_of(value: Any, parameter: str, kind: str = "") -> str | None:
    """The value by which a record is named in a path, found in an answer or a body: `parameter` or a usual name.

    `kind` is the word for such records in the path: `item` makes `item_id` a name of the key. A member of that name, or
    of a usual one further inside, is the key where it is the only one.
    """
    if not isinstance(value, Mapping):
        return None
    known = {plain(str(name)): item for name, item in value.items()}
    for name in (*called(parameter, kind), *KEYS):
        if is_key(item := known.get(name)):
            return own_part(str(item))
    own = known.get(plain(kind)) if kind else None
    found = [str(own)] if is_key(own) else []
    found += [key for item in value.values() if (key := key_of(item, parameter, kind))]
    return found[0] if len(found) == 1 else None


def is_key(value: Any) -> bool:
    """Whether a value can name a record."""
    return isinstance(value, str | int) and not isinstance(value, bool) and str(value) != ""


def own_part(key: str) -> str:
    """A key as a path has it: of an address, which leads to the record, the last segment."""
    return key.rstrip("/").rpartition("/")[2] if re.match(r"https?://[^/]+/.*[^/]", key) else key


def key_names(body: Mapping[str, Any], parameter: str, kind: str) -> list[str]:
    """The members of a body that would name the record which it makes."""
    wanted = {*called(parameter, kind), "id", "uuid", "key"}
    return [name for name in body if plain(name) in wanted]


def called(parameter: str, kind: str) -> tuple[str, ...]:
    """How the key of a record may be called there: `petName`, `petId`, and `name` for what `{petName}` names, whatever
    it calls the pet."""
    own = plain(parameter).removeprefix(plain(kind)) if kind else ""
    ending = next((name for name in KEYS if plain(parameter).endswith(name) and name != "id"), "")
    return tuple(dict.fromkeys(name for name in (plain(parameter), plain(f"{kind}id"), own, ending) if name))


def plain(name: str) -> str:
    """A name without case and separators: `petId`, `pet_id` and `PetID` are one."""
    return re.sub(r"[^a-z0-9]", "", name.lower())
