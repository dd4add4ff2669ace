"""Checks JSON values against the schemas of the contract; the only module that knows jsonschema-rs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from contract_tests.core.answer import shorten
from contract_tests.core.contract import Contract, Place


@dataclass(frozen=True)
class Misfit:
    """Where a value does not fit its schema; `assumed` names the assumptions that the schema rests on there."""

    place: str  #: JSON Pointer into the value
    problem: str
    keyword: str = ""  #: the keyword of the schema that failed
    assumed: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The misfit without positions in lists and without the value, to tell repeated misfits from new ones."""
        return "/".join("*" if step.isdigit() else step for step in self.place.split("/"))


class Schemas:
    """Compiles each schema of the contract once."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self._modern = not str(contract.document["openapi"]).startswith("3.0")
        self._compiled: dict[tuple[str, ...], jsonschema_rs.Validator] = {}
        self._components = self._plain(contract.document.get("components", {}))

    def misfits(self, schema: Place, value: Any) -> Iterator[Misfit]:
        """Every place where `value` does not fit the schema at that place of the contract."""
        for error in self._validator(schema).iter_errors(value):
            place = "".join(f"/{step}" for step in error.instance_path)
            path = [str(step) for step in error.schema_path]
            yield Misfit(place, problem_of(error), " ".join(path[-1:]), self._marks(schema, path))

    def fits(self, schema: Place, value: Any) -> bool:
        """Whether `value` fits."""
        return self._validator(schema).is_valid(value)

    def _validator(self, schema: Place) -> jsonschema_rs.Validator:
        if schema.pointer not in self._compiled:
            whole = {**self._plain(schema.value), "components": self._components}
            kind = jsonschema_rs.Draft202012Validator if self._modern else jsonschema_rs.Draft4Validator
            self._compiled[schema.pointer] = kind(whole, validate_formats=True)
        return self._compiled[schema.pointer]

    def _plain(self, schema: Any) -> Any:
        """The schema as JSON Schema: OpenAPI 3.0's `nullable` becomes a type."""
        if isinstance(schema, list):
            return [self._plain(item) for item in schema]
        if not isinstance(schema, Mapping):
            return schema
        plain = {key: self._plain(value) for key, value in schema.items()}
        if not self._modern and plain.pop("nullable", False) is True:
            return {"anyOf": [{"type": "null"}, plain]}
        return plain

    def _marks(self, schema: Place, path: list[str]) -> tuple[str, ...]:
        """The assumption nearest to the keyword that failed."""
        node, nearest = schema, schema.assumed[-1:]
        for step in path:
            if step == "$ref":
                continue
            found = self._step(node, step)
            if found is None:
                break
            node = found
            nearest = node.assumed[-1:] or nearest
        return nearest

    def _step(self, node: Place, step: str) -> Place | None:
        if isinstance(node.value, list) and step.isdigit() and int(step) < len(node.value):
            return Place(node.value[int(step)], (*node.pointer, step), node.assumed)
        return self.contract.look_up(Place(node.value, node.pointer), step)


def problem_of(error: jsonschema_rs.ValidationError) -> str:
    """One sentence on a schema error, the value shortened."""
    return shorten(" ".join(error.message.split()), 200)
