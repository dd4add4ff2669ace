"""What an example says of the request that it answers: values that were sent, and that no list goes on for ever."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mockserver.contract.schemas.naming import words
from mockserver.inference.asking import queried
from mockserver.inference.counting import reply_path, surroundings
from mockserver.inference.envelopes import list_in, record_in
from mockserver.inference.fitting import Fitting
from mockserver.inference.located_schemas import LocatedSchema, Schemas
from mockserver.inference.names import find_alike, sayable, sure_keys
from mockserver.inference.routes import VALUE, Route

_ENDINGS: Final = frozenset({"$more", "$page.last", "$page.none", "$absent"})
"""What an envelope says where no page follows."""
_PLAIN: Final = frozenset({"because", "find"})
"""What a behaviour has that leaves the response to its example."""


def echoes(
    routes: list[Route], behaviours: Mapping[str, Any], schemas: Schemas, fitting: Fitting
) -> dict[str, dict[str, str]]:
    """By operation, the members of its example with the expressions of their values."""
    reader = _Reader(schemas, fitting)
    left = (route for route in routes if leaves_to_example(route, behaviours))
    found = ((route.operation.id, dict(reader.members(route))) for route in left)
    return {name: members for name, members in found if members}


def leaves_to_example(route: Route, behaviours: Mapping[str, Any]) -> bool:
    """Whether an operation leaves its response to the example, as it has no behaviour or only finds a record."""
    verbs: Mapping[str, Any] = behaviours.get(route.operation.id, {})
    return verbs.keys() <= _PLAIN


class _Reader:
    def __init__(self, schemas: Schemas, fitting: Fitting) -> None:
        self.schemas, self.fitting = schemas, fitting

    def members(self, route: Route) -> Iterator[tuple[str, str]]:
        """The members of an answer that the request decides."""
        answer = self.schemas.answer(route.operation)
        if answer is None or self.schemas.is_list(answer) or not self.schemas.members(answer):
            return
        name = next((segment for segment in reversed(route.shape) if segment != VALUE), "")
        listed = list_in(answer, self.schemas, name)
        if listed is not None:
            around = surroundings(answer, listed.path, self.schemas, {})
            yield from ((path, value) for path, value in around if value in _ENDINGS)
        shown = record_in(answer, self.schemas, name, "") if listed is None else None
        path, schema = (shown.path, shown.schema) if shown is not None else ((), answer)
        for member, value in self._asked(route, self.schemas.members(schema)):
            yield reply_path((*path, member)), value

    def _asked(self, route: Route, shown: Mapping[str, LocatedSchema]) -> Iterator[tuple[str, str]]:
        """The values of the path and the query, and over them those of the body."""
        for parameter in route.operation.parameters:
            own = self._named(route, parameter.name, shown) if parameter.location == "path" else None
            if own is not None and self._fits(parameter.pointer, parameter.schema, shown[own]):
                yield own, f"$path.{parameter.name}"
        for parameter in queried(route.operation):
            if parameter.name in shown and self._fits(parameter.pointer, parameter.schema, shown[parameter.name]):
                yield parameter.name, f"$query.{parameter.name}"
        body = self.schemas.body(route.operation.body)
        sent = self.schemas.members(body) if body is not None and not self.schemas.is_list(body) else {}
        for name, schema in sent.items():
            if name in shown and sayable(name) and self.fitting.misfit(schema, shown[name]) is None:
                yield name, f"$body.{name}"

    @staticmethod
    def _named(route: Route, parameter: str, shown: Mapping[str, LocatedSchema]) -> str | None:
        """The member that a value of the path is: the key of what is read at the path, or one of the same long name."""
        if route.shape[-1:] == (VALUE,) and route.names[-1] == parameter:
            return next(sure_keys(parameter, route.shape[-2] if len(route.shape) > 1 else "", shown), None)
        return find_alike(parameter, shown) if len(words(parameter)) > 1 else None

    def _fits(self, pointer: str, schema: Any, shown: LocatedSchema) -> bool:
        sent = self.schemas.at(f"{pointer}/schema", schema)
        return self.schemas.is_scalar(sent) and self.fitting.misfit(sent, shown) is None
