"""Keys for new records: of the form that paths and bodies ask for, and of no record that is there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from contract_tests.core.contract import Operation
from contract_tests.core.creation import plain
from contract_tests.core.document import Place
from contract_tests.core.operation import nameless
from contract_tests.core.samples import Samples
from contract_tests.core.schemas import declared_members, fits, kinds_of
from contract_tests.core.target import Target

FEW: Final = 4  # values of a schema to try, beyond those that are known to be taken
NOT_FOUND: Final = 404


@dataclass(frozen=True)
class FreeKeys:
    """Makes keys that no record of the target has, as far as a read tells."""

    target: Target
    seed: int

    def fresh(self, like: Any = "") -> Any:
        """A key that no record has, as a text or as a number."""
        key = uuid4().int >> 98 if isinstance(like, int | float) else f"contract-tests-{uuid4().hex[:12]}"
        self.target.gate.rules.own.fresh.add(str(key))
        return key

    def for_member(
        self, operation: Operation, template: str, name: str, like: Any, above: Callable[[], Sequence[str]]
    ) -> Any:
        """A key of the form that the member of a body asks for; `like` where none is found.

        `above` gives the path values of the records above the new one, which may have to be made.
        """
        contract, key = self.target.contract, self.fresh(like)
        body = next(contract.json_request_schemas(operation), None)
        schema = declared_members(contract, body.value).get(name) if body is not None else None
        fits_body = schema is None or fits(contract, Place(schema), key, writing=True)
        if fits_body and self.can_name(template, key, name):
            return key
        kinds = kinds_of(contract, schema) if schema is not None else frozenset()
        alike = [one for one in self._in_paths(template, name) if not kinds or kinds & kinds_of(contract, one)]
        asked = [one for one in (schema, *alike) if one is not None]
        return self.of_schema(Place(asked[0] if len(asked) == 1 else {"allOf": asked}), template, above()) or like

    def for_path(self, operation: Operation, above: Sequence[str]) -> str:
        """A key of the form that the path of a record asks for."""
        schema = next((one.schema for one in operation.parameters if one.name == operation.path_names[-1]), None)
        found = self.of_schema(Place(schema), nameless(operation.path), above)
        return str(self.fresh() if found is None else found)

    def of_schema(self, place: Place, template: str, above: Sequence[str]) -> Any:
        """A value of a schema that names no record of a kind; None where none is found."""
        own = self.target.gate.rules.own
        taken = {*own.fresh}  # and what is asked for here
        for key in self._candidates(self.target.contract.look_up(place) or Place({}), FEW + len(taken)):
            url = own.path_of(template, above, str(key))
            is_new = url is not None and url not in own.existing and url not in own.urls
            if url and is_new and str(key) not in taken and self._is_free(url):
                own.fresh.add(str(key))
                return key
            taken.add(str(key))
        return None

    def can_name(self, template: str, key: Any, name: str = "") -> bool:
        """Whether the paths of a record may have a key, a number by its digits; `name` is that of its member."""
        contract = self.target.contract
        for schema in self._in_paths(template, name):
            kinds = kinds_of(contract, schema)
            is_text = not kinds or "string" in kinds
            written = str(key) if is_text else int(key) if re.fullmatch(r"-?\d{1,19}", str(key)) else key
            if not fits(contract, Place(schema), written, writing=True):
                return False
        return True

    def _in_paths(self, template: str, name: str) -> list[Any]:
        """What the paths of a record ask of its key, beyond what its body does: that it is 10 at most. Where one calls
        the key as the member does, only that: `/users/{id}` and `/users/{name}` name a record by two members."""
        about = [one for one in self.target.contract.operations if nameless(one.path) == template and one.path_names]
        named = [
            parameter
            for one in about
            for parameter in one.parameters
            if parameter.location == "path" and parameter.name == one.path_names[-1]
        ]
        own = [parameter for parameter in named if plain(parameter.name) == plain(name)]
        found = [parameter.schema for parameter in own or named]
        return [one for at, one in enumerate(found) if isinstance(one, Mapping) and one not in found[:at]]

    def _candidates(self, place: Place, most: int) -> Iterator[Any]:
        """Values of a schema, about as many as `most`: more of them are drawn where the first ones are taken."""
        count, samples = FEW, Samples(self.target.contract)
        while (found := samples.some(place, count, self.seed)) and count < 2 * most:
            yield from reversed(found)
            count = count * 2 if len(found) == count else 2 * most

    def _is_free(self, url: str) -> bool:
        """Whether a read finds nothing at a path; where there is no read, it is not known to be taken."""
        return self.target.contract.match("GET", url) is None or self.target.request("GET", url).status == NOT_FOUND
