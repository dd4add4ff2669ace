"""What mocked operations have changed, laid over the backend's answers of the same records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from mockserver.behaviour.values import Scope, dig
from mockserver.contract.operations.operation import ABSENT
from mockserver.reply.laying import lay_over
from mockserver.state.collection import Record, identity_of
from mockserver.state.world import World
from mockserver.upstream.mirror import Key, Mirror, Place


class Overlaid(msgspec.Struct, frozen=True):
    """An answer with the mock's changes, and of how many records they were; `gone` where the record that it shows has
    been removed by a mocked operation."""

    value: Any
    count: int = 0
    gone: bool = False


class Overlay:
    """Lays changes over one answer, which the world has taken already. `known` has the records as the backend shows
    them, and `base` is the world that nobody has changed."""

    def __init__(self, mirror: Mirror, world: World, base: World, known: Mapping[Key, Record], scope: Scope) -> None:
        self._mirror, self._world, self._base, self._known, self._scope = mirror, world, base, known, scope
        self._count = 0

    def over(self, value: Any) -> Overlaid:
        """The answer with the changes."""
        for place in self._mirror.places:
            found = dig(value, place.path)
            if isinstance(found, list):
                value = lay_over(_copied(value), place.path, self._list(place, found))
            elif isinstance(found, Mapping):
                shown = self._record(place, found)
                if shown is ABSENT:
                    return Overlaid(value, 1, gone=True)
                value = lay_over(_copied(value), place.path, shown)
        return Overlaid(value, self._count)

    def _list(self, place: Place, found: list[Any]) -> list[Any]:
        shown = [self._record(place, one) if isinstance(one, Mapping) else one for one in found]
        return [one for one in shown if one is not ABSENT] + self._made(place)

    def _record(self, place: Place, found: Mapping[str, Any]) -> Any:
        """A record with what has been changed of it; ABSENT where it has been removed."""
        mirror, collection = self._mirror, place.collection
        full = mirror.full(place, found, self._scope)
        if full is None:
            return found
        key = identity_of(mirror.behaviours.collections[collection], full)
        theirs, ours = self._known.get((collection, key)), self._world.collections[collection].get(key)
        if theirs is None:
            return found
        if ours is None:
            self._count += 1
            return ABSENT
        names = [name for name in {**theirs, **ours} if theirs.get(name, ABSENT) != ours.get(name, ABSENT)]
        if not names:
            return found
        self._count += 1
        now = mirror.behaviours.collections[collection].shown_at(ours, self._scope.now) or ours
        changed = mirror.shown(place, {name: now[name] for name in names if name in now})
        return {name: one for name, one in {**found, **changed}.items() if name not in names or name in now}

    def _made(self, place: Place) -> list[Any]:
        """The records that mocked operations have made, for a list that has all."""
        mirror, collection = self._mirror, place.collection
        if not (place.listed and mirror.lists_all(self._scope)):
            return []
        rules = mirror.behaviours.collections[collection]
        made = []
        for record in self._world.visible(collection, mirror.told(place, self._scope), self._scope.now):
            key = identity_of(rules, record)
            if (collection, key) not in self._known and self._base.collections[collection].get(key) is None:
                made.append(mirror.shown(place, record))
        self._count += len(made)
        return made


def _copied(value: Any) -> Any:
    return dict(value) if isinstance(value, dict) else value
