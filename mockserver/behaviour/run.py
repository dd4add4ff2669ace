"""One run of a behaviour: the verbs that find, list and remove records, beside those that make and change them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from mockserver.behaviour.callers import meant, own_record
from mockserver.behaviour.listing import part_of, sorted_by
from mockserver.behaviour.making import Making, short
from mockserver.behaviour.notifying import Notice, Notification, Subscribers, addresses_in, fields_of
from mockserver.behaviour.values import MISSING, Scope, Value, dig
from mockserver.behaviour.vocabulary import Behaviour, Creation, Page, Query
from mockserver.contract.operations.operation import ABSENT
from mockserver.errors import Refused
from mockserver.state.collection import Filters, Record

UNKNOWN, EXPIRED, FOREIGN = "unknown", "expired", "another user's"
"""Why a record is not found."""


class Run(Making):
    """One run of a behaviour: the collections so far, and the changes made."""

    def find(self, query: Query) -> Record:
        scope, filters = self.scope, self._filters(query)
        record = None if filters is None else self.collections[query.collection].first(filters, scope.now)
        if record is None:
            record = self._in_another_way(query, filters)
        scope.record = record
        return record

    def names_nothing(self, query: Query) -> bool:
        """Whether a request leaves out what names the record, as it may: nothing of that is in its path. Where nothing
        names it, but it is the first of all, whether there is none."""
        if not query.filters:
            rules, filters = self.behaviours.collections[query.collection], self._filters(query)
            is_made = query.adopts or rules.implicit
            return not is_made and self.collections[query.collection].first(filters or (), self.scope.now) is None
        return self._filters(query) is None and all(value.root in ("body", "query") for _, value in query.filters)

    def _in_another_way(self, query: Query, filters: Filters | None) -> Record:
        """The record that no filter finds: the caller's own, or one that is there once it is asked for."""
        scope, rules = self.scope, self.behaviours.collections[query.collection]
        if filters is not None:
            if rules.mine:
                own = own_record(self.collections[query.collection], rules.key, filters, scope.caller, scope.now)
                if own is not None:
                    return own
            if query.adopts or self._is_implied(query, filters):
                return self._adopt_below(query)
        scope.record = MISSING
        miss = self._miss(query)
        but = "" if miss == UNKNOWN else f", but for one that is {miss}"
        raise Refused(404, f"no record of {query.collection} has {_words(query, scope)}{but}", miss=miss)

    def _adopt_below(self, query: Query) -> Record:
        """The record that a query asks for, made up like those above it that aren't there."""
        for one in query.above:
            above = self._filters(one)
            if above is not None and self.collections[one.collection].first(above, self.scope.now) is None:
                self._adopt(one)
        return self._adopt(query)

    def _adopt(self, query: Query) -> Record:
        """The record that a query asks for, made up but for what the query says of it."""
        fills = tuple(sorted(self.behaviours.shapes[query.collection].declared))
        return self._create_one(Creation(query.collection, None, query.filters, fills), {})

    def _is_implied(self, query: Query, filters: Filters) -> bool:
        """Whether the record is there as soon as it is asked for: it is `implicit`, and what it belongs to exists."""
        rules, given = self.behaviours.collections[query.collection], dict(filters)
        above = [(one.collection, ((one.field, given[one.path[0]]),)) for one in rules.refers if one.path[0] in given]
        return rules.implicit and all(self.collections[name].first(key, self.scope.now) for name, key in above)

    def _miss(self, query: Query) -> str:
        """Why no record matches: it has expired, belongs to another user, or does not exist."""
        filters = [(name, value.evaluate(self.scope)) for name, value in query.filters]
        if any(value is MISSING for _, value in filters):
            return UNKNOWN
        collection = self.collections[query.collection]
        if collection.matching((*filters, *self._owned(query.collection))):
            return EXPIRED
        return FOREIGN if collection.matching(tuple(filters)) else UNKNOWN

    def set_each(self, behaviour: Behaviour) -> bool:
        """Find and set a record for each item of the list that the body has; False where it has one object."""
        query, change = behaviour.find, behaviour.set
        items = change.base.evaluate(self.scope) if change is not None and change.base is not None else None
        if query is None or change is None or change.base is None or not isinstance(items, list):
            return False
        records = []
        for _ in self._each(change.base, items):
            self.find(query)
            self.set(query.collection, change)
            records.append(self.scope.record)
        self.scope.records, self.scope.total = records, len(records)
        return True

    def remove(self, query: Query) -> None:
        filters = self._filters(query)
        made = {id(one.after) for one in self.changes if one.before is None} | set(map(id, self.scope.records))
        tests = [test for one in query.conditions if (test := one.test(self.scope)) is not None]
        for record in () if filters is None else self.collections[query.collection].matching(filters):
            if id(record) in made or not all(test(record) for test in tests):  # others are removed
                continue
            self.drop(query.collection, record)
            self.scope.total += 1

    def list(self, query: Query, page: Page) -> None:
        as_meant = partial(self._meant, query.collection)
        filters_given = [(name, as_meant(name, value.evaluate(self.scope))) for name, value in query.filters]
        filters = tuple((name, value) for name, value in filters_given if value is not MISSING)
        name = query.collection
        matches = self.collections[name].listed(filters + self._owned(name), self.scope.now)
        tests = [test for one in query.conditions if (test := one.test(self.scope, as_meant)) is not None]
        if tests:
            matches = [record for record in matches if all(test(record) for test in tests)]
        matches = sorted_by(page, self.scope, matches)
        part = self.scope.part = part_of(page, self.scope, matches, self.behaviours.collections[name])
        self.scope.total, self.scope.records = part.total, part.records
        self.scope.next = part.key_of_last() if part.more else ABSENT

    def _meant(self, name: str, field: str, wanted: Any) -> Any:
        """The value that a filter compares: a word such as `me` in a reference to people is the caller's key."""
        rules, scope = self.behaviours.collections[name], self.scope
        return meant(rules, field, wanted, self.collections, scope.caller, scope.now) if rules.refers else wanted

    def notices(self, notifications: Iterable[Notification]) -> tuple[Notice, ...]:
        """What is sent to whom, about the record that the behaviour is about, or the last one that it changed."""
        scope = self.scope
        if scope.record is MISSING and self.changes:
            last = self.changes[-1]
            scope.record = last.after if last.after is not None else last.before
        record = None if scope.record is MISSING else scope.record
        return tuple(
            Notice(one.event, tuple(dict.fromkeys(self._addresses(one.to))), record, fields_of(one.body, scope))
            for one in notifications
        )

    def followed(self, query: Query) -> Filters:
        """The values that records have which a stream is about, the owner's among them; a missing one filters
        nothing."""
        given = ((name, value.evaluate(self.scope)) for name, value in query.filters)
        return (*((name, value) for name, value in given if value is not MISSING), *self._owned(query.collection))

    def _addresses(self, to: Value | Subscribers) -> Iterator[str]:
        if isinstance(to, Value):
            yield from addresses_in(to.evaluate(self.scope))
            return
        query: Query = to.query
        filters = self._filters(query)
        tests = [test for one in query.conditions if (test := one.test(self.scope)) is not None]
        for record in () if filters is None else self.collections[query.collection].visible(filters, self.scope.now):
            if all(test(record) for test in tests):
                yield from addresses_in(dig(record, to.field))


def _words(query: Query, scope: Scope) -> str:
    return " and ".join(f"{name} {short(value.evaluate(scope))}" for name, value in query.filters)
