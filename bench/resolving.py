"""Follows the references in the made-up records of a document: each key of another record must lead to a record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bench.asking import VALUE, Asking, records_in
from mockserver.contract.schemas.naming import plain, words

KEYS = frozenset({"id", "ids", "uuid", "uuids", "guid", "uid"})
MOST_RECORDS = 5


@dataclass(frozen=True)
class Followed:
    """A reference, where it stands, and why it leads nowhere; empty where it leads to a record."""

    place: str  #: the path of the record and the member
    target: str  #: the path of the record that it names
    reason: str = ""


@dataclass(frozen=True)
class Target:
    """A collection whose records can be read: by the key, or in a list."""

    listed: str
    read: str  #: the path of one record; empty where only the list shows it
    parameter: str


def followed(asking: Asking) -> Iterator[Followed]:
    """The references in the records that the lists of a fresh mock show."""
    targets = dict(_targets(asking))
    shown: dict[str, set[str]] = {}
    for method, path in asking.operations:
        values = asking.values_of(path) if method == "GET" and not path.endswith("}") else None
        listed = asking.get(path, values) if values is not None else None
        if listed is None or not listed.good or not isinstance(listed.value, Mapping | list):
            continue
        own = _collection(path)
        for record in list(records_in(listed.value))[:MOST_RECORDS]:
            for member, name, key in _references(record, targets, own, ""):
                target = targets[name]
                yield Followed(f"{path} {member}", target.read or target.listed, _reason(asking, target, key, shown))


def _targets(asking: Asking) -> Iterator[tuple[str, Target]]:
    """The collections at the top of the document, by the name of one record."""
    for method, path in asking.operations:
        base, _, last = path.rpartition("/")
        if method == "GET" and VALUE.fullmatch(last) and "{" not in base and ("GET", base) in asking.operations:
            yield _collection(base), Target(base, path, last[1:-1])


def _collection(path: str) -> str:
    fixed = next((one for one in reversed(path.split("/")) if one and "{" not in one), "")
    return _one(plain(fixed))


def _one(name: str) -> str:
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    if name.endswith(("sses", "xes", "ches", "shes")):
        return name[:-2]
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def _references(
    record: Mapping[str, Any], targets: Mapping[str, Target], own: str, path: str
) -> Iterator[tuple[str, str, str]]:
    """Each reference in a record: its member, the name of its collection, and the key."""
    for member, value in record.items():
        spoken, place = words(member), f"{path}{member}"
        if isinstance(value, Mapping):
            yield from _inside(member, value, targets, own, place)
        elif isinstance(value, list):
            for one in value[:3]:
                if isinstance(one, Mapping):
                    yield from _inside(_one(plain(member)), one, targets, own, f"{place}[]")
                elif len(spoken) > 1 and spoken[-1] in KEYS and isinstance(one, str | int):
                    name = _named(spoken[:-1], targets)
                    if name:
                        yield f"{place}[]", name, str(one)
        elif len(spoken) > 1 and spoken[-1] in KEYS and isinstance(value, str | int) and value != "":
            name = _named(spoken[:-1], targets)
            if name and not (name == own and not path and "".join(spoken[:-1]) == own):
                yield place, name, str(value)


def _inside(
    name: str, value: Mapping[str, Any], targets: Mapping[str, Target], own: str, place: str
) -> Iterator[tuple[str, str, str]]:
    """An object that stands for a record, by its key; the references in any other one."""
    called = _one(plain(name))
    key = next((value[one] for one in value if plain(one) in KEYS), None)
    if called in targets and isinstance(key, str | int) and key != "":
        yield f"{place}.id", called, str(key)
    elif place.count(".") < 3:
        yield from _references(value, targets, own, f"{place}.")


def _named(spoken: tuple[str, ...], targets: Mapping[str, Target]) -> str:
    """The collection that words name, by as many of the last ones as possible."""
    forms = ("".join(spoken[place:]) for place in range(len(spoken)))
    return next((_one(form) for form in forms if _one(form) in targets), "")


def _reason(asking: Asking, target: Target, key: str, shown: dict[str, set[str]]) -> str:
    read = asking.get(target.read, {target.parameter: key}) if target.read else None
    if read is not None and read.good:
        return ""
    if target.listed not in shown:
        listed = asking.get(target.listed, {})
        values = records_in(listed.value) if listed is not None else ()
        shown[target.listed] = {str(one) for record in values for one in record.values() if isinstance(one, str | int)}
    if key in shown[target.listed]:
        return ""
    return f"{key!r} isn't there: {read.status if read else ''} {read.reason if read else ''}"
