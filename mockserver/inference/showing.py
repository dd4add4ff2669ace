"""How answers show records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from mockserver.contract.operations.operation import Operation
from mockserver.contract.schemas.naming import plain, words
from mockserver.inference.counting import reply_path, surroundings, total_in
from mockserver.inference.envelopes import Placement, is_wrapper, list_in, record_in
from mockserver.inference.fitting import Fitting
from mockserver.inference.located_schemas import LocatedSchema, Schemas
from mockserver.inference.names import find_own, sayable
from mockserver.inference.resources import Resource

Data = dict[str, Any]
_FAILURES: Final = frozenset(
    ["errors", "failed", "failures", "faileditems", "rejected", "skipped", "invalid", "warnings"]
)


_REMOVED: Final = frozenset({"deleted", "removed", "destroyed"})
_AFFECTED: Final = _REMOVED | {"count", "affected", "total"}
"""Last words of members that say what became of records: that they went, or how many."""


class LeftToExample(Exception):
    """Why an operation gets no behaviour."""


class Showing:
    """Writes the `reply` of operations."""

    def __init__(self, schemas: Schemas, fitting: Fitting) -> None:
        self.schemas, self.fitting = schemas, fitting

    def listed(self, operation: Operation, resource: Resource, page: Data) -> Data:
        """Where records stand in the response of a list, with what it has beside the list. Raises LeftToExample."""
        answer = self.schemas.answer(operation)
        if self.schemas.is_free(operation) and not (answer is not None and self.schemas.types(answer)):
            return {"reply": "$records"}
        placement = list_in(answer, self.schemas, resource.name, resource.record) if answer is not None else None
        if answer is None or placement is None:
            raise LeftToExample("what it answers holds no list of records")
        if self._fits_several(answer, placement, resource, listed=True):
            raise LeftToExample("its records would fit two of the lists of which they must fit exactly one")
        problem = self._problem(resource, placement.schema)
        if problem is not None:
            raise LeftToExample(f"its items do not fit the records of {resource.name}: {problem}")
        around = dict(surroundings(answer, placement.path, self.schemas, page))
        return {"reply": _reply(placement.path, "$records", around)}

    def _fits_several(
        self, answer: LocatedSchema, placement: Placement, resource: Resource, *, listed: bool = False
    ) -> bool:
        """Whether the records also fit another alternative of the response."""
        for name in placement.path:
            answer = self.schemas.members(answer)[name]
        for branch in self.schemas.branches(answer):
            options = branch.node.get("oneOf")
            if isinstance(options, list) and "discriminator" not in branch.node:
                alternatives = [self.schemas.at("", option) for option in options]
                shown = [self.schemas.items(schema) if listed else schema for schema in alternatives]
                if sum(one is not None and self._may_be(one, resource) for one in shown) > 1:
                    return True
        return False

    def _may_be(self, shown: LocatedSchema, resource: Resource) -> bool:
        """Whether the records always fit a schema."""
        records = (resource.record, *resource.also)
        if not self.schemas.is_object(shown) or all(
            self.fitting.misfit(schema, shown) is not None for schema in records
        ):
            return False
        return not any(
            self.schemas.forbids(shown, name) for schema in records for name in self.schemas.required(schema)
        )

    def lists(self, answer: LocatedSchema, resource: Resource) -> Placement | None:
        """Where a response has a list of the records of this collection; None where it has none."""
        placement = list_in(answer, self.schemas, resource.name, resource.record)
        if (
            placement is None
            or not self.is_record(placement.schema, resource)
            or not is_wrapper(placement.path, resource.name)
        ):
            return None
        return placement

    def is_record(self, schema: LocatedSchema, resource: Resource) -> bool:
        return self.schemas.same(schema, resource.record) or any(
            self.schemas.same(schema, other) for other in resource.also
        )

    def acted(self, operation: Operation, resource: Resource, record: str = "$record") -> Data:
        """The reply that shows a record by its own schema; empty where the response has none."""
        answer = self.schemas.answer(operation)
        placement = self.shows(answer, resource) if answer is not None else None
        return {"reply": _reply(placement.path, record)} if placement is not None else {}

    def affected(self, operation: Operation, number: Any, shown: Any = None) -> Data:
        """The reply to a removal, with what its other members say: how many records went, and that they did."""
        answer = self.schemas.answer(operation)
        if answer is None or not isinstance(shown, dict | type(None)):
            return {"reply": shown} if shown else {}
        said: Data = dict(shown or {})
        for name, member in self.schemas.members(answer).items():
            types, last = self.schemas.types(member), words(name)[-1:]
            if not sayable(name) or name in said or not last or last[0] not in _AFFECTED:
                continue
            if types == {"boolean"} and last[0] in _REMOVED:
                said[name] = True
            elif types and types <= {"integer", "number"}:
                said[name] = number
        return {"reply": said} if said else {}

    def _apiece(self, operation: Operation, resource: Resource) -> Data:
        """The members of an answer that are fields of the record, each by itself: its `object` may be another."""
        answer, known = self.schemas.answer(operation), self.schemas.members(resource.record)
        shown = self.schemas.members(answer).items() if answer is not None else ()
        fitting = (name for name, one in shown if name in known and self.fitting.misfit(known[name], one) is None)
        return {name: f"$record.{name}" for name in fitting if sayable(name)}

    def part(self, operation: Operation, resource: Resource) -> Data:
        """The reply that shows some fields of a record; empty where the response has others. What the record's own
        don't fit, and may be missing, is left out: the scale of a deployment has another status than itself."""
        answer = self.schemas.answer(operation)
        shown = self.schemas.members(answer) if answer is not None else {}
        known = self.schemas.members(resource.record)
        if answer is None or not shown or any(one not in known for one in shown):
            return {}
        misfits = {one for one in shown if self.fitting.misfit(known[one], shown[one])}
        if misfits & self.schemas.required(answer) or 2 * len(misfits) > len(shown):
            return {}
        fitting = (name for name in shown if name not in misfits and sayable(name))
        return {"reply": {reply_path((name,)): f"$record.{name}" for name in fitting}}

    def shows(self, answer: LocatedSchema, resource: Resource) -> Placement | None:
        """Where a response has a record of this collection, by its own schema; None where it has none."""
        placement = record_in(answer, self.schemas, resource.name, "", resource.record)
        if (
            placement is None
            or not self.is_record(placement.schema, resource)
            or not is_wrapper(placement.path, resource.name)
        ):
            return None
        return placement

    def counted(self, operation: Operation) -> Data:
        """The reply that says how many records there are; empty where the response says something else."""
        answer = self.schemas.answer(operation)
        total = total_in(answer, self.schemas) if answer is not None else None
        return {"reply": total} if total is not None else {}

    def record(self, operation: Operation, resource: Resource, *, must: bool = False) -> Data:
        """The reply that shows the record; empty where the response does not show it."""
        if self.schemas.is_free(operation):
            return {"reply": "$record"}
        answer = self.schemas.answer(operation)
        if answer is not None and not self.schemas.is_list(answer):
            return self._record(answer, resource, must=must)
        alone = self._list_of_one(answer, resource) if answer is not None and must else None
        if alone is not None:
            return {"reply": alone}
        if must:
            problem = "isn't JSON of a known form" if answer is None else "is a list of something else"
            raise LeftToExample(f"its response {problem}")
        return {}

    def several(self, operation: Operation, resource: Resource) -> Data:
        """The reply that shows the records which an operation made or changed; empty where it does not."""
        if self.schemas.is_free(operation):
            return {"reply": "$records"}
        answer = self.schemas.answer(operation)
        placement = list_in(answer, self.schemas, resource.name, resource.record) if answer is not None else None
        if placement is None or self._problem(resource, placement.schema) is not None:
            return {}
        around = dict(surroundings(answer, placement.path, self.schemas, {})) if answer is not None else {}
        return {"reply": _reply(placement.path, "$records", {**self._failures(answer, placement), **around})}

    def last(self, operation: Operation, resource: Resource, sent: Iterable[str]) -> Data:
        """The reply that shows the last of several records; empty where it has nothing of what is sent but the key, as
        that of a job which makes them."""
        answer = self.schemas.answer(operation)
        placement = answer and record_in(answer, self.schemas, resource.name, resource.key, resource.record)
        if not placement or not self.schemas.members(placement.schema).keys() & {*sent} - {resource.key}:
            return {}
        shown = self.record(operation, resource)
        return shown if shows_record(shown) else {}

    def _failures(self, answer: LocatedSchema | None, placement: Placement) -> Data:
        """The lists beside that of the records which name what failed: nothing did."""
        if answer is None or len(placement.path) != 1:
            return {}
        beside = self.schemas.members(answer).items()
        failed = (name for name, one in beside if plain(name) in _FAILURES and self.schemas.is_list(one))
        return {reply_path((name,)): [] for name in failed}

    def gone(self, operation: Operation, resource: Resource) -> Data:
        """The reply that shows the record which an operation removes, where it is declared to."""
        if self.schemas.is_free(operation):
            return {}
        shown = self.record(operation, resource).get("reply")
        whole = self.affected(operation, 1, self._apiece(operation, resource) if shown == "$record" else shown)
        reply = whole.get("reply")
        said = reply.keys() - self.schemas.members(resource.record).keys() if isinstance(reply, dict) else ()
        return {"reply": "$record"} if shown == "$record" and not said else whole

    def _record(self, answer: LocatedSchema, resource: Resource, *, must: bool) -> Data:
        if not self.schemas.members(answer) and not must:
            return self._key_alone(answer, resource)
        placement = record_in(answer, self.schemas, resource.name, resource.key, resource.record)
        problem = "they are none" if placement is None else self._problem(resource, placement.schema)
        if must and problem is not None and (alone := self._list_of_one(answer, resource)) is not None:
            return {"reply": alone}
        apart = self._apart(answer, placement.path) if placement is not None else {}
        if apart is None:
            problem = "it shows one, or something else"
        if placement is None or problem is not None:
            if must:
                raise LeftToExample(f"its answer does not fit the records of {resource.name}: {problem}")
            return self._key_alone(answer, resource)
        if self._fits_several(answer, placement, resource):
            if must:
                raise LeftToExample("its records would fit two of the alternatives of which they must fit exactly one")
            return {}
        return {"reply": _reply(placement.path, "$record", apart)}

    def _list_of_one(self, answer: LocatedSchema, resource: Resource) -> Any:
        """The reply that shows the record as the only one of a list; None where the answer has no such list."""
        placement = list_in(answer, self.schemas, resource.name, resource.record)
        if placement is None or self._problem(resource, placement.schema) is not None:
            return None
        return {reply_path(placement.path): ["$record"]} if placement.path else ["$record"]

    def _apart(self, answer: LocatedSchema, path: tuple[str, ...]) -> Data | None:
        """What keeps an answer from satisfying another alternative than that in which the record lies; None where
        nothing does, and what the rest of the answer is made of may be that of another alternative."""
        alternatives = answer.node.get("oneOf") if isinstance(answer.node, Mapping) else None
        if not path or not isinstance(alternatives, list):
            return {}
        options = [self.schemas.at(answer.pointer, alternative) for alternative in alternatives]
        own = [schema for schema in options if path[0] in self.schemas.members(schema)]
        if len(own) == len(options):
            return {}
        found = [self._distinction(own[0], other) for other in options if other is not own[0]]
        known = [one for one in found if one is not None]
        if len(own) > 1 or len(known) < len(found):
            return None
        return {name: value for one in known for name, value in one.items()}

    def _distinction(self, own: LocatedSchema, other: LocatedSchema) -> Data | None:
        """Members with which an object is of one alternative, and not of the other."""
        mine, members = self.schemas.members(own), self.schemas.members(other)
        alien = [name for name in members if name not in mine]
        if self.schemas.required(other) - mine.keys() or not self.schemas.types(other) <= {"object"}:
            return {reply_path((name,)): "$absent" for name in alien}
        for name in alien if not self.schemas.forbids(own, alien[0] if alien else "") else ():
            types = self.schemas.types(members[name])
            if types and not types & {"integer", "number"}:
                return {reply_path((name,)): 0}  # open to the one, and of the wrong type for the other
        return None

    def _key_alone(self, answer: LocatedSchema, resource: Resource) -> Data:
        """The reply with the record's key, where the response has the key instead of the record."""
        path = self.schemas.key_alone(answer, resource.key, resource.name)
        if path is None or (not path and "." in resource.key):
            return {}
        shown = answer
        for name in path:
            shown = self.schemas.members(shown)[name]
        known = self.schemas.members(resource.record).get(resource.key)
        if self.fitting.misfit(known, shown) if known is not None else self.schemas.has_any(shown, "enum", "const"):
            return {}  # a key that only the path shows may have other values than the few that stand here
        return {"reply": _reply(path, f"$record.{resource.key}", self._beside_key(answer, path, resource))}

    def _beside_key(self, answer: LocatedSchema, path: tuple[str, ...], resource: Resource) -> Data:
        """The fields that stand beside the key with the word for the record before them: `workflow_name`."""
        known = {name: one for name, one in self.schemas.members(resource.record).items() if name != resource.key}
        shown = self.schemas.members(answer).items() if len(path) == 1 else ()
        own = ((name, find_own(name, known, resource.name), one) for name, one in shown if name not in (*known, *path))
        return {
            reply_path((name,)): f"$record.{field}"
            for name, field, one in own
            if field is not None and sayable(field) and self.fitting.misfit(known[field], one) is None
        }

    def _problem(self, resource: Resource, shown: LocatedSchema) -> str | None:
        if self.schemas.says_nothing(shown) or any(
            self.schemas.same(shown, other) for other in (resource.record, *resource.also)
        ):
            return None
        return None if self.schemas.share(shown, resource.record) else "they have other fields"


def _reply(path: tuple[str, ...], value: str, around: Data | None = None) -> Any:
    if not path and not around:
        return value
    return {reply_path(path): value, **(around or {})}


def shows_record(shown: Data) -> bool:
    """Whether a reply holds the record, and not its key alone."""
    reply = shown.get("reply")
    return "$record" in (reply.values() if isinstance(reply, dict) else (reply,))


def shows_key(shown: Data, key: str) -> bool:
    """Whether a reply holds the key of the record."""
    reply = shown.get("reply")
    return f"$record.{key}" in (reply.values() if isinstance(reply, dict) else (reply,))
