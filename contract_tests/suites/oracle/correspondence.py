"""Which record of the target is which of the mock's, what was last seen of each, and where they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Collection as Names
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contract_tests.core.model import dig
from contract_tests.core.words import ABSENT
from contract_tests.suites.oracle.records import Name
from contract_tests.suites.oracle.values import as_far_as, drifted, instant, order_broken, same, shown


@dataclass(frozen=True)
class Difference:
    """One way in which the answers differ.

    `kind`: another `status`; a `form` that breaks the contract; another `value` than the mock's, or one that `changed`
    where the mock's did not; an instant out of `order`; a field `lost` or `left`; a record `missing` or `further`.
    """

    kind: str
    expected: str
    got: str
    collection: str = ""
    field: str = ""
    key: str = ""
    assumed: tuple[str, ...] = ()

    @property
    def signature(self) -> tuple[str, str, str]:
        """What a difference has in common with the same one seen again, whatever the record."""
        return self.kind, self.collection, self.field


@dataclass(frozen=True)
class View:
    """How an answer shows records of a collection: which fields mock and target are known to show, what stays out."""

    collection: str
    key: str
    fields: Names[str] = frozenset()  #: of the target's
    declared: Names[str] = frozenset()  #: of the mock's: what the contract has here
    is_free: Callable[[str], bool] = lambda _: False  #: whether the server may change a field of its own accord by now


@dataclass
class Correspondence:
    """Pairs of records, by the mock's key: the target's key, and each field as both showed it last."""

    now: datetime
    keys: dict[Name, str] = field(default_factory=dict)  #: where the target's key is another one
    seen: dict[Name, dict[str, tuple[Any, Any]]] = field(default_factory=dict)
    made: dict[Name, frozenset[str]] = field(default_factory=dict)  #: records made on the way: the fields sent or set
    sent: dict[Name, Mapping[str, Any]] = field(default_factory=dict)  #: what they were made of
    written: bool = False  #: whether the target took a write before
    whole: dict[str, set[str]] = field(default_factory=dict)  #: by collection, where not all was read: what was
    moved: set[tuple[str, str, str]] = field(default_factory=set)  #: instants that the target moved: by its own keys
    answered: set[tuple[Name, str]] = field(default_factory=set)  #: fields that an answer has shown since the mirroring
    unsure: set[str] = field(default_factory=set)  #: collections of which the contract doesn't say what became of them
    unpaired: set[Name] = field(default_factory=set)  #: made, but the target has not yet named its own

    def mirrored(self, name: Name, record: Mapping[str, Any]) -> None:
        """Both have this record."""
        self.seen[name] = {part: (value, value) for part, value in record.items()}

    def was_made(
        self, name: Name, target_key: Any, given: frozenset[str], sent: Mapping[str, Any] | None = None
    ) -> None:
        """Both made a record; `given` are the fields whose values were not the maker's choice, `sent` what was sent."""
        self.made[name], self.sent[name] = given, sent or {}
        self.seen.setdefault(name, {})
        if target_key is ABSENT:
            self.unpaired.add(name)
        else:
            self.keys[name] = str(target_key)

    def was_replaced(self, name: Name, sent: Mapping[str, Any]) -> None:
        """Both replaced a record: what was not sent may be gone, kept, or have a default."""
        self.made[name], self.sent[name], self.seen[name] = frozenset(sent), sent, {}

    def was_changed(self, name: Name, sent: Mapping[str, Any]) -> None:
        """Both took new values for fields of a record: what an object in them lacks may be gone, kept, or a default."""
        self.sent[name] = {**self.sent.get(name, {}), **sent}

    def target_key(self, name: Name) -> str:
        """The key of the target's record."""
        return self.keys.get(name, name[1])

    def target_value(self, name: Name, part: str, value: Any) -> Any:
        """What the target showed in a field of a record; `value` when it showed nothing."""
        pair = self.seen.get(name, {}).get(part)
        return value if pair is None or pair[1] is ABSENT else pair[1]

    def name_of(self, collection: str, target_key: str) -> Name:
        """The mock's name of the target's record."""
        found = (name for name in self.seen if name[0] == collection and self.target_key(name) == target_key)
        return next(found, (collection, target_key))

    def is_left_to_server(self, view: View, name: Name, part: str) -> bool:
        """Whether no request gave a field (`status`, `contact.email`, `*`: any) its value, and the two chose otherwise.

        What a new record was not sent, and what a replaced one was not, may be left out, a default, or kept.
        """
        seen = self.seen.get(name, {})
        if part == "*":
            return any(self.is_left_to_server(view, name, one) for one in seen)
        first, *inner = part.split(".")
        mock, target = (dig(value, tuple(inner), ABSENT) for value in seen.get(first, (ABSENT, ABSENT)))
        is_own = name in self.made and (
            first not in self.made[name] or dig(self.sent.get(name, {}).get(first), tuple(inner), ABSENT) is ABSENT
        )
        return (is_own or view.is_free(first)) and (mock is ABSENT or target is ABSENT or not same(mock, target))

    def translated(self, name: Name, part: str, value: Any) -> Any:
        """A value of the mock's record as the target has it, where it is the key of another record."""
        theirs = self.target_value(name, part, value)
        return theirs if self._equal(value, theirs) else value

    def record(
        self, view: View, mock: Mapping[str, Any], target: Mapping[str, Any], name: Name | None = None
    ) -> Iterator[Difference]:
        """Where two records that correspond differ; what does not differ is remembered."""
        name = name or (view.collection, str(mock.get(view.key)))
        for part in sorted((mock.keys() | target.keys()) - {view.key}):
            yield from self.value(view, name, part, mock.get(part, ABSENT), target.get(part, ABSENT))

    def value(self, view: View, name: Name, part: str, mock: Any, target: Any) -> Iterator[Difference]:
        """Where one field differs."""
        seen = self.seen.setdefault(name, {})
        if view.is_free(part):
            seen[part] = (mock, target)  # it may name the record in a path
            return
        found = self._difference(view, name, part, mock, target, *seen.get(part, (ABSENT, ABSENT)))
        if found is None:
            if target is not ABSENT or mock is ABSENT:
                self._remember(name, part, mock, target)
            return
        kind, expected = found
        where = f"{part} of {view.collection} {self.target_key(name)}"
        yield Difference(kind, f"{where}: {expected}", shown(target), view.collection, part, name[1])

    def _remember(self, name: Name, part: str, mock: Any, target: Any) -> None:
        before = self.seen[name].get(part, (ABSENT, ABSENT))[1]
        if instant(target) and not same(before, target):
            self.moved.add((name[0], self.target_key(name), part))
        self.seen[name][part] = (mock, target)
        self.answered.add((name, part))

    def _difference(
        self, view: View, name: Name, part: str, mock: Any, target: Any, old_mock: Any, old_target: Any
    ) -> tuple[str, str] | None:
        if mock is ABSENT:
            gone = old_mock is not ABSENT and part in view.declared
            return ("left", "nothing") if gone and target not in (ABSENT, None) else None
        if target is ABSENT:
            given = part in self.made.get(name, ())
            lost = given or (old_target not in (ABSENT, None) and part in view.fields)
            return ("lost", repr(mock)) if lost and mock is not None else None
        if old_mock is not ABSENT and same(mock, old_mock) and instant(mock) == instant(old_mock):
            kept = same(target, old_target) or drifted(old_target, target, self.now)
            kind = "changed" if (name, part) in self.answered else "value"
            return None if kept else (kind, shown(old_target))
        if name in self.made and part not in self.made[name] and old_mock is ABSENT:
            return None  # the maker's own choice
        if instant(mock):
            again = (name[0], self.target_key(name), part) in self.moved
            order = order_broken((old_mock, mock), (old_target, target), self.now, again=again)
            return ("order", order) if order else None
        asked = self.sent.get(name, {}).get(part, ABSENT)  # what it lacks inside was the maker's choice as well
        mine, theirs = (value if asked is ABSENT else as_far_as(asked, value) for value in (mock, target))
        return None if self._equal(mine, theirs) else ("value", repr(mock))

    def _equal(self, mock: Any, target: Any) -> bool:
        if same(mock, target):
            return True
        paired = [key for (_, name), key in self.keys.items() if name == str(mock)]
        return str(target) in paired

    def records(self, view: View, mock: list[Any], target: list[Any], most: int | None = None) -> Iterator[Difference]:
        """Where two lists of records differ; their order is free.

        A list that is no longer than before (`most`) may be a page that was filled up: a record that nobody knew is
        then no difference.
        """
        mine = {(view.collection, str(item[view.key])): item for item in mock if is_record(item, view.key)}
        theirs = {str(item[view.key]): item for item in target if is_record(item, view.key)}
        self._pair_up(view, mine, theirs)
        for name, item in mine.items():
            other = theirs.pop(self.target_key(name), None)
            if other is not None:
                yield from self.record(view, item, other)
            else:
                expected = f"{view.collection} {self.target_key(name)} in the list"
                yield Difference("missing", expected, "a list without it", view.collection, key=name[1])
        known = {self.target_key(name) for name in self.seen if name[0] == view.collection}
        for key in [key for key in theirs if key in known or most is None or len(target) > most][:1]:
            expected = f"no {view.collection} {key} in the list"
            yield Difference("further", expected, "a list that has it", view.collection, key=key)

    def _pair_up(self, view: View, mine: Mapping[Name, Any], theirs: Mapping[str, Any]) -> None:
        """Records just made that the target has not named: the new ones of its list are they, in their order."""
        known = {
            self.target_key(name) for name in self.seen if name[0] == view.collection and name not in self.unpaired
        }
        new = [key for key in theirs if key not in known]
        for name in [name for name in mine if name in self.unpaired]:
            if new:
                self.keys[name] = new.pop(0)
                self.unpaired.discard(name)


def is_record(item: Any, key: str) -> bool:
    """Whether it is an object with a key."""
    return isinstance(item, Mapping) and isinstance(item.get(key), str | int)
