"""Those who may call: the `users` of the fixtures, with their credentials and with what they may do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from mockserver.contract.operations.operation import EMPTY
from mockserver.errors import FixtureError, did_you_mean


class User(msgspec.Struct, frozen=True):
    """Who may call: a name, the bearer token, and the id that owned records carry (the name unless given)."""

    name: str
    token: str
    id: str
    password: str | None = None  #: of basic authentication and of sign-in; None where any password will do
    scopes: frozenset[str] | None = None  #: what the user may do; None for all
    claims: Mapping[str, Any] = EMPTY  #: what else is said of the user in tokens and by userinfo
    keys: Mapping[str, str] = EMPTY  #: the user's own API keys, by security scheme

    def credentials(self) -> Iterator[str]:
        """Every text that stands for this user: the token, name and password, and the keys."""
        yield self.token
        if self.password is not None:
            yield f"{self.name}:{self.password}"
        yield from self.keys.values()

    def written(self) -> dict[str, Any]:
        """The user as a fixture file has it."""
        given: dict[str, Any] = {"name": self.name, "token": self.token}
        given |= {} if self.id == self.name else {"id": self.id}
        given |= {} if self.password is None else {"password": self.password}
        given |= {} if self.scopes is None else {"scopes": sorted(self.scopes)}
        given |= {"claims": dict(self.claims)} if self.claims else {}
        return given | ({"keys": dict(self.keys)} if self.keys else {})


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _are_scopes(value: Any) -> bool:
    return isinstance(value, list) and all(_is_text(one) and " " not in one for one in value)


def _are_keys(value: Any) -> bool:
    return isinstance(value, Mapping) and all(_is_text(one) for one in value.values())


_FIELDS: Final[Mapping[str, tuple[Callable[[Any], bool], str]]] = {
    "name": (_is_text, "a text"),
    "token": (_is_text, "a text"),
    "id": (lambda value: isinstance(value, (str, int)), "a text or a number"),
    "password": (_is_text, "a text"),
    "scopes": (_are_scopes, "a list of scopes"),
    "claims": (lambda value: isinstance(value, Mapping), "an object"),
    "keys": (_are_keys, "an object of a key for each security scheme"),
}
"""What a user may have, and the form of each."""


def is_caller(entry: Mapping[str, Any]) -> bool:
    """Whether an entry of `users` is someone who may call, where records of that name may have a token of their own."""
    return "token" in entry and entry.keys() <= _FIELDS.keys()


def read_user(entry: Mapping[str, Any], place: int, located: Callable[[], str]) -> User:
    """A user of a fixture file. Raises FixtureError, at the place that `located` gives."""
    unknown = set(entry) - set(_FIELDS)
    if unknown:
        name = min(unknown)
        fix = did_you_mean(name, _FIELDS)
        raise FixtureError(f"users[{place}] has an unknown field {name!r}", place=located(), fix=fix)
    if not _is_text(entry.get("token")) or not isinstance(entry.get("name"), str):
        raise FixtureError(f"users[{place}] needs a name and a token", place=located())
    for name, value in entry.items():
        fits, form = _FIELDS[name]
        if value is not None and not fits(value):
            raise FixtureError(f"users[{place}].{name} isn't {form}", place=located())
    scopes, name = entry.get("scopes"), entry["name"]
    return User(
        name,
        entry["token"],
        str(entry.get("id", name)),
        entry.get("password"),
        None if scopes is None else frozenset(scopes),
        entry.get("claims") or EMPTY,
        entry.get("keys") or EMPTY,
    )


def check_keys(users: Iterable[User], schemes: Iterable[str]) -> None:
    """Check that each key is for one of the contract's security schemes. Raises FixtureError."""
    known = tuple(schemes)
    for user in users:
        for name in user.keys:
            if name not in known:
                problem = f"user {user.name!r} has a key for {name!r}, which the contract doesn't declare"
                raise FixtureError(problem, fix=did_you_mean(name, known))
