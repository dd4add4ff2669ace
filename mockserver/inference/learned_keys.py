"""How clients get the keys of records: answers show them, creating answers them, or clients choose them themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mockserver.contract.operations.operation import Operation, Parameter
from mockserver.contract.schemas.naming import words
from mockserver.inference.envelopes import record_in
from mockserver.inference.keys import Keys, Named
from mockserver.inference.located_schemas import LocatedSchema, Schemas
from mockserver.inference.names import find_alike, sayable, without
from mockserver.inference.routes import VALUE, Route, Routes, Shape, segment_of


def locates(operation: Operation) -> bool:
    """Whether a success says in `Location` where the new record is."""
    good = (one for status, one in operation.responses.items() if status.startswith("2"))
    return any(name.lower() == "location" for one in good for name in one.headers)


def last_value(route: Route) -> Parameter | None:
    """The parameter of the last value in a path."""
    where, name = route.last[1:].split(".", 1) if route.last else ("path", route.names[-1])
    named = (one for one in route.operation.parameters if one.location == where and one.name == name)
    return next(named, None)


class LearnedKeys:
    """Says of the collection at a path how its keys become known."""

    def __init__(self, routes: Routes, schemas: Schemas, keys: Keys) -> None:
        self.routes, self.schemas, self.keys = routes, schemas, keys

    def sent_key(self, named: Named, at_base: Mapping[str, Route], keys: Sequence[str], sure: bool) -> str | None:
        """The member by which clients name a new record, where paths have that name and no record shows it.

        An id is usually the server's: a client gives one only where it must, and where no field (`sure`) is another
        name for it.
        """
        body = self.schemas.body(at_base["POST"].operation.body) if "POST" in at_base else None
        members = self.schemas.members(body) if body is not None else {}
        name, last = find_alike(named.parameter, members), words(named.parameter)[-1:]
        if name is None or body is None or not sayable(name) or not self.keys.identifies(members[name]):
            return None
        if last == ("id",):
            return None if sure or len(words(name)) == 1 or name not in self.schemas.required(body) else name
        return None if any(words(key)[-1:] == last for key in keys) else name

    def named(self, base: Shape) -> Named:
        """What the paths of single records say of their keys."""
        routes = self.routes.get((*base, VALUE), {}).values()
        parameters = [one for route in routes if (one := last_value(route)) is not None]
        name = next((route.key for route in routes), "id")
        description = next((text for one in parameters if isinstance(text := one.raw.get("description"), str)), "")
        schema = next((self.schemas.at(one.pointer + "/schema", one.schema) for one in parameters if one.schema), None)
        above = tuple(segment for segment in base[:-1] if segment != VALUE)
        return Named(name, segment_of(base), schema, description, above)

    def is_hidden(self, base: Shape, parameter: str) -> bool:
        """Whether clients learn keys that no record shows: they put them into a path, or creating answers them."""
        at_base, at_item = self.routes.get(base, {}), self.routes.get((*base, VALUE), {})
        return self._puts_missing(at_item) or self.learns(at_base, at_item, parameter)

    def learns(self, at_base: Mapping[str, Route], at_item: Mapping[str, Route], parameter: str) -> bool:
        """Whether what creating answers may tell a key that no record shows."""
        return self._tells(at_base, parameter) or self._leaves_open(at_base, at_item)

    def hidden(
        self, named: Named, record: LocatedSchema, at_base: Mapping[str, Route], at_item: Mapping[str, Route]
    ) -> str:
        """The name of a key that no schema declares: where answers may show anything, what is left of the parameter's
        name without that of the records, as `id` of `page_id`."""
        if named.parameter == self.keys.address(record):
            return f"path_{named.parameter}"
        rest = "_".join(without(words(named.parameter), named.collection))
        free = rest and self._leaves_open(at_base, at_item) and rest not in self.schemas.members(record)
        return rest if free else named.parameter

    def _leaves_open(self, at_base: Mapping[str, Route], at_item: Mapping[str, Route]) -> bool:
        """Whether creating may answer any record, with its key."""
        return "GET" in at_item and "POST" in at_base and self._answers_anything(at_base["POST"])

    def _answers_anything(self, route: Route) -> bool:
        """Whether nothing is said of what an operation answers, or of what stands in the envelope of its answer."""
        answer = self.schemas.answer(route.operation)
        placement = record_in(answer, self.schemas, segment_of(route.shape), "") if answer is not None else None
        return self.schemas.is_free(route.operation) or (
            placement is not None and self.schemas.says_nothing(placement.schema)
        )

    def chooses(self, base: Shape, key: str) -> bool:
        """Whether clients choose the key of a new record: they send it, or put it into the path."""
        at_base, at_item = self.routes.get(base, {}), self.routes.get((*base, VALUE), {})
        body = self.schemas.body(at_base["POST"].operation.body) if "POST" in at_base else None
        placement = record_in(body, self.schemas, segment_of(base), key) if body is not None else None
        sent = self.keys.member(placement.schema, key) if placement is not None else None
        writable = sent is not None and True not in self.schemas.each(sent, "readOnly")
        return self._puts_missing(at_item) or (writable and words(key)[-1:] != ("id",))

    @staticmethod
    def _puts_missing(at_item: Mapping[str, Route]) -> bool:
        return "PUT" in at_item and "404" not in at_item["PUT"].operation.responses

    def _tells(self, at_base: Mapping[str, Route], parameter: str) -> bool:
        """Whether what POST on the collection answers has the key, though records do not."""
        answer = self.schemas.answer(at_base["POST"].operation) if "POST" in at_base else None
        return ("POST" in at_base and locates(at_base["POST"].operation)) or (
            answer is not None
            and self.schemas.key_alone(answer, parameter, segment_of(at_base["POST"].shape)) is not None
        )
