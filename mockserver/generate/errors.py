"""The error for a schema that admits no value."""

from __future__ import annotations

from mockserver.errors import ContractBroken


class Unsatisfiable(ContractBroken):
    """No value satisfies the schema; `place` is the JSON Pointer of the value that cannot be generated."""

    def __init__(self, problem: str, place: str = "") -> None:
        super().__init__(problem, place=place or "/", fix="no value can satisfy this schema; fix it or add an example")
