"""What the contract says in words of an operation, sentence by sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from contract_tests.core.operation import Operation
from contract_tests.core.schemas import sentences_in


def sentences(operation: Operation, statuses: Iterable[int] = ()) -> Iterator[str]:
    """Those of its summary and description, then those of the responses of these statuses."""
    yield from of_node(operation.declared.raw)
    for status in statuses:
        yield from of_response(operation, status)


def of_response(operation: Operation, status: int) -> Iterator[str]:
    """Those of the response that it documents for just this status."""
    response = operation.responses.get(str(status))
    yield from sentences_in(response.description if response else "")


def of_node(node: Mapping[str, Any]) -> Iterator[str]:
    """Those of the summary and the description of a part of the document."""
    for name in ("summary", "description"):
        yield from sentences_in(str(node.get(name) or ""))
