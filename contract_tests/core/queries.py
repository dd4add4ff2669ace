"""Whether a query is what a contract asks for: generators call texts invalid that are the same as valid ones."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from contract_tests.core.contract import Contract, Operation, Place
from contract_tests.core.schemas import Schemas


@lru_cache(maxsize=1)
def queries_of(contract: Contract) -> Queries:
    """The reader of a contract's queries: it compiles schemas, and serves many trials."""
    return Queries(contract)


class Queries:
    """Reads queries as the contract declares them; a parameter that it does not know is free."""

    def __init__(self, contract: Contract) -> None:
        self.contract, self.schemas = contract, Schemas(contract)

    def fits(self, operation: Operation, url: str) -> bool:
        """Whether every declared parameter is there if it must be, and has a value that its schema takes."""
        given = parse_qs(urlsplit(url).query, keep_blank_values=True)
        declared = [p for p in operation.definition["parameters"] if p.get("in") == "query"]
        return all(self._one_fits(operation, parameter, given.get(parameter["name"])) for parameter in declared)

    def _one_fits(self, operation: Operation, parameter: Mapping[str, Any], texts: list[str] | None) -> bool:
        if texts is None:
            return not parameter.get("required")
        place = Place(parameter, (operation.id, "query", parameter["name"]))
        schema = self.contract.look_up(place, "schema")
        if schema is None or not isinstance(schema.value, Mapping):
            return True
        items = self.contract.look_up(schema, "items") if kind_of(schema.value) == "array" else None
        value = [read(text, items.value) for text in texts] if items else read(texts[-1], schema.value)
        return self.schemas.fits(schema, value)


def kind_of(schema: Mapping[str, Any]) -> str:
    """The type that a schema asks for; the first one other than null."""
    kinds = schema.get("type", "string")
    return str(next((kind for kind in kinds if kind != "null"), "null") if isinstance(kinds, list) else kinds)


def read(text: str, schema: Any) -> Any:
    """A text as the value that its schema's type makes of it, else as the text."""
    kind = kind_of(schema) if isinstance(schema, Mapping) else "string"
    try:
        if kind == "integer":
            return int(text)
        if kind == "number":
            return float(text)
    except ValueError:
        return text
    return {"true": True, "false": False}.get(text, text) if kind == "boolean" else text
