"""Reads lists: one page, or all of them, by whichever parameters the contract has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from contract_tests.core.action import Action
from contract_tests.core.answer import Answer
from contract_tests.core.contract import Contract, Operation, Parameter
from contract_tests.core.model import dig
from contract_tests.core.needs import needed_query
from contract_tests.core.schemas import merged_keywords
from contract_tests.core.target import Target, Token, path_of
from contract_tests.core.words import as_query, query_string

MOST_PAGES: Final = 40
CURSORS: Final = ("$next", "$page.cursor", "$page.token", "$page.mark", "$page.next", "$page.following",
                  "$page.next_url")  # fmt: skip
JOINTS: Final = {"pipeDelimited": "|", "spaceDelimited": " "}
SMALL: Final = 2  # records of a page, so that there are several


@dataclass
class Walk:
    """The pages of one list that were read, in order."""

    pages: list[tuple[Answer, list[Mapping[str, Any]]]] = field(default_factory=list)
    whole: bool = False  #: whether the list ended

    @property
    def items(self) -> list[Mapping[str, Any]]:
        """All records."""
        return [item for _, items in self.pages for item in items]

    @property
    def answers(self) -> list[Answer]:
        """The answers."""
        return [answer for answer, _ in self.pages]


@dataclass(frozen=True)
class Reader:
    """Reads the lists of the target."""

    target: Target
    contract: Contract

    def page(self, action: Action, names: Mapping[str, str], query: Mapping[str, Any], token: Token = "") -> Answer:
        """One page; raises `Broken` where the target does not answer with success."""
        operation = action.operation
        path = path_of(operation, tuple(names[name] for name in operation.path_names))
        given = {name: self._as_query(operation, name, value) for name, value in query.items()}
        encoded = query_string({**needed_query(self.contract, operation), **given})
        return self.target.request("GET", f"{path}?{encoded}" if encoded else path, token=token)

    def items(self, action: Action, answer: Answer) -> list[Mapping[str, Any]]:
        """The records that a page shows."""
        listed = dig(answer.json, action.place or ())
        return [item for item in listed if isinstance(item, Mapping)] if isinstance(listed, list) else []

    def walk(
        self,
        action: Action,
        names: Mapping[str, str],
        query: Mapping[str, Any],
        size: int | None,
        token: Token = "",
    ) -> Walk:
        """Every page, of `size` records at most, or of as many as the target likes."""
        walk, more, page = Walk(), dict(query), action.behaviour.page
        if size is not None and (limit := page.get("limit") or page.get("size")):
            more[limit] = size
        for turn in range(MOST_PAGES):
            answer = self.page(action, names, more, token)
            if not answer.ok:
                break
            items = self.items(action, answer)
            walk.pages.append((answer, items))
            following = self._following(action, answer, items, len(walk.items), turn)
            if following is None:
                names_cursors = page.get("after") is None or action.place_of(*CURSORS) is not None
                walk.whole = names_cursors or size is None or len(items) < size  # else more may follow
                break
            more |= following
        return walk

    def limits(self, action: Action) -> tuple[int, int | None]:
        """The smallest and the largest size that a page may be asked for."""
        name = action.behaviour.page.get("limit") or action.behaviour.page.get("size")
        keywords = self.keywords(action.operation, name) if name else {}
        return int(keywords.get("minimum", 1) or 1), keywords.get("maximum")

    def parameter(self, operation: Operation, name: str | None) -> Parameter | None:
        """A query parameter as the contract declares it."""
        found = (one for one in operation.parameters if one.name == name and one.location == "query")
        return next(found, None)

    def keywords(self, operation: Operation, name: str | None) -> Mapping[str, Any]:
        """What the contract says of a query parameter."""
        one = self.parameter(operation, name)
        return merged_keywords(self.contract, one.schema) if one and isinstance(one.schema, Mapping) else {}

    def _as_query(self, operation: Operation, name: str, value: Any) -> Any:
        """A value as a query has it: the items of a list each by itself, or joined where the contract says so."""
        one = self.parameter(operation, name)
        if isinstance(value, list) and one is not None and not one.explode:
            return JOINTS.get(one.style, ",").join(str(as_query(item)) for item in value)
        return [as_query(item) for item in value] if isinstance(value, list) else as_query(value)

    def _following(
        self, action: Action, answer: Answer, items: list[Mapping[str, Any]], seen: int, turn: int
    ) -> dict[str, Any] | None:
        """What asks for the next page; None where there is none."""
        page = action.behaviour.page
        if (after := page.get("after")) is not None:
            cursor = dig(answer.json, place) if (place := action.place_of(*CURSORS)) is not None else None
            return {after: from_address(cursor, after)} if cursor not in (None, "", False) else None
        if not items:
            return None
        if (offset := page.get("offset")) is not None:
            return {offset: int(self.keywords(action.operation, offset).get("minimum") or 0) + seen}
        if (number := page.get("number")) is not None:
            first = self.keywords(action.operation, number)
            return {number: int(first.get("minimum", first.get("default", 1))) + turn + 1}
        return None


def from_address(cursor: Any, name: str) -> Any:
    """The cursor itself, also where it comes in the address of the next page."""
    if isinstance(cursor, str) and "?" in cursor:
        return parse_qs(urlsplit(cursor).query).get(name, [cursor])[0]
    return cursor
