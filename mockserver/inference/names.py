"""Which names mean the same: a field and a parameter, one of a collection and the collection."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from mockserver.contract.schemas.naming import names_one_of, plain, words

UNIQUE: Final = ("uid", "uuid", "guid", "sid", "oid", "pk", "sku", "gid", "sha")
"""Words that identify a record among all others, as `id` does."""
_IDENTIFYING: Final = frozenset({"id", "ids", "uid", "uuid", "guid", "gid", "key", "name", "slug", "code"})
_NAMING: Final = (
    "name", "slug", "code", "key", "number", "no", "handle", "username", "login", "symbol", "reference", "ref", "email",
    "token", "isbn", "iban", "arn", "path", "title",
)  # fmt: skip
"""Words that people name records by; the first is the most common."""
_PEOPLE: Final = ("users", "people", "persons", "members", "accounts", "profiles", "players", "employees", "user")

_ACCOUNTS: Final = ("username", "login", "loginname", "accountname", "screenname", "handle", "nickname", "nick")
"""Names for the name of an account: a path may have one, and the records another."""
_UNSAYABLE: Final = re.compile(r"[.\s]|^$")
_FINDING: Final = frozenset({"by", "find", "get", "lookup", "search", "with", "for"})
"""Words before the field by which a path finds a record."""


def sayable(name: str) -> bool:
    """Whether an expression can name a member so: `$body.name` has no dot in the name, and no space."""
    return _UNSAYABLE.search(name) is None


def alike(left: str, right: str) -> bool:
    """Whether two names are written alike but for case and separators."""
    return plain(left) == plain(right) != ""


def find_alike(name: str, among: Iterable[str]) -> str | None:
    """The name itself where it is known, else the one that is written alike."""
    known = list(among)
    if name in known:
        return name
    wanted = plain(name)
    return next((other for other in known if wanted and plain(other) == wanted), None)


def find_own(name: str, among: Iterable[str], collection: str) -> str | None:
    """The same, or the name that is left without the words for the collection: `name` for `workflow_name`."""
    known = list(among)
    own = without(words(name), collection)
    return find_alike(name, known) or (find_alike(" ".join(own), known) if own else None)


def key_field(parameter: str, collection: str, fields: Iterable[str]) -> str | None:
    """The field that a path value names: `id` for `petId`, `name` for `petName`, `petId` for an `id` of the pets."""
    return next(sure_keys(parameter, collection, fields), None)


def sure_keys(parameter: str, collection: str, fields: Iterable[str]) -> Iterator[str]:
    """The fields that a path value names by their names, the most likely one first.

    The parameter's own name, with or without the words for the collection (`external_customer_id` is `external_id`),
    comes first; then the words that identify whatever they stand on.
    """
    known, spoken = _candidates(fields), words(parameter)
    rest = without(spoken, collection)
    yield from _alike(parameter, known)
    if rest != spoken:
        yield from _alike(" ".join(rest), known)
    if spoken[-1:] and spoken[-1] in (*UNIQUE, *_NAMING) and rest:
        yield from _ending(spoken, known)
    if "".join(rest) in _ACCOUNTS or plain(parameter) in _ACCOUNTS:
        for name in _ACCOUNTS:
            yield from _alike(name, known)
    yield from _alike("id", known)
    yield from (name for name in known if _names_own(words(name), collection))
    for word in UNIQUE:
        yield from _alike(word, known)


def asked_by(parameter: str, collection: str, fields: Iterable[str], key: str) -> str:
    """The field by which a path finds a record: its key, or `name` where paths below it say `workspace_name`."""
    last = words(parameter)[-1:]
    if not last or last[0] not in _NAMING or words(key)[-1:] == last:
        return key
    found = next(sure_keys(parameter, collection, fields), key)
    return found if words(found)[-1:] == last else key


def likely_keys(parameter: str, collection: str, fields: Iterable[str]) -> Iterator[str]:
    """The fields that a path value may name although its name doesn't say so: what people name things by."""
    known, spoken = _candidates(fields), words(parameter)
    for word in _NAMING:
        yield from _alike(word, known)
    yield from (name for name in known if words(name)[-1] in _NAMING and _owns(words(name)[:-1], collection))
    yield from _ending(spoken, known)
    yield from (name for name in known if _owns(words(name), collection))
    identifying = [name for name in known if words(name)[-1] in ("id", *UNIQUE, "number", "no", "code")]
    if len(identifying) == 1:
        yield identifying[0]


def names_record(name: str, collection: str) -> bool:
    """Whether a value of this name says which record of a collection is meant: `user`, `id`, `userId` of the users."""
    spoken = words(name)
    rest = without(spoken, collection)
    return bool(spoken) and (not rest or rest[-1] in _IDENTIFYING) and len(rest) < 2


def names_people(collection: str) -> bool:
    """Whether the records of a collection are people, of whom the caller is one."""
    return "".join(words(collection)[-1:]) in _PEOPLE


def _candidates(fields: Iterable[str]) -> list[str]:
    return [name for name in fields if words(name) and sayable(name)]


def _alike(name: str, known: list[str]) -> Iterator[str]:
    found = find_alike(name, known)
    if found is not None:
        yield found


def _ending(spoken: tuple[str, ...], known: list[str]) -> Iterator[str]:
    """`petName` names `name`: the field that shares most of the parameter's last words."""
    shared = [name for name in known if spoken[-len(words(name)) :] == words(name)]
    if shared:
        yield max(shared, key=len)


def _owns(first: tuple[str, ...], collection: str) -> bool:
    return bool(first) and names_one_of("".join(first), collection)


def _names_own(spoken: tuple[str, ...], collection: str) -> bool:
    """`petId` among the pets."""
    return spoken[-1] in ("id", *UNIQUE) and _owns(spoken[:-1], collection)


def names_id_of(name: str, collection: str) -> bool:
    """Whether a field has the id of a record of a collection: `pet_id` that of one of the pets."""
    spoken = words(name)
    return bool(spoken) and _names_own(spoken, collection)


@lru_cache(maxsize=65536)
def without(spoken: tuple[str, ...], collection: str) -> tuple[str, ...]:
    """The words of a parameter without those that name one of the collection: `id` of `customer_id`."""
    several = words(collection)
    tails = ["".join(several[place:]) for place in range(len(several))]
    runs = [(first, last) for first in range(len(spoken)) for last in range(first + 1, len(spoken) + 1)]
    for first, last in sorted(runs, key=lambda run: run[0] - run[1]):
        if any(names_one_of("".join(spoken[first:last]), tail) for tail in tails):
            return spoken[:first] + spoken[last:]
    return spoken


def looked_up(parameter: str, segment: str, fields: Iterable[str]) -> str | None:
    """The field by which a path finds a record beside its key: `email` of `by-email/{value}`, `tag_name` of
    `tags/{tag}`."""
    known = _candidates(fields)
    said = tuple(word for word in words(segment) if word not in _FINDING)
    for name in (parameter, "".join(said)):
        if (found := find_alike(name, known)) is not None:
            return found
    spoken = words(parameter)
    return next((name for name in known if words(name)[:-1] == spoken and words(name)[-1] in _NAMING), None)
