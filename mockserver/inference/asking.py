"""The values that a query may carry, by name: one for each parameter, or for each member of one that is an object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mockserver.contract.operations.operation import Operation, Parameter
from mockserver.contract.schemas.naming import plain
from mockserver.inference.located_schemas import LocatedSchema, Schemas
from mockserver.inference.names import sayable

_SCALARS = frozenset({"string", "integer", "number", "boolean"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One value: its name as clients write it, the expression that gives it, and its schema."""

    name: str
    expression: str
    schema: LocatedSchema
    parameter: Parameter

    @property
    def plain(self) -> str:
        """The words of the name, written together."""
        return plain(self.name)

    @property
    def text(self) -> str:
        """What the document says about it, in lower case."""
        return " ".join(
            str(source.get("description", "")) for source in (self.parameter.raw, self.schema.node) if source
        ).lower()


def queried(operation: Operation) -> list[Parameter]:
    """The query parameters that an expression can name."""
    return [one for one in operation.parameters if one.location == "query" and not any(map(str.isspace, one.name))]


def asked(operation: Operation, schemas: Schemas) -> Iterator[Asked]:
    """The values of an operation's query. An object travels as its members, each by its own name (`page`, `size`), or
    in brackets after that of the parameter (`page[size]`)."""
    for parameter in queried(operation):
        content = parameter.content.schema if parameter.content else None
        schema = schemas.at(parameter.pointer + "/schema", parameter.schema if content is None else content)
        members = schemas.members(schema) if content is None else {}
        deep = parameter.style == "deepObject"
        if not members or not (deep or parameter.explode) or schemas.types(schema) & _SCALARS:
            yield Asked(parameter.name, f"$query.{parameter.name}", schema, parameter)
            continue
        for name, inner in members.items():
            if sayable(name):
                written = f"{parameter.name}[{name}]" if deep else name
                yield Asked(written, f"$query.{parameter.name}.{name}", inner, parameter)
