"""What was sent to a server comes back from it."""

from __future__ import annotations

from contract_tests.core.contract import Contract, Operation
from contract_tests.run.suites import Suite


def applies_to(contract: Contract) -> bool:
    """Whether a record can be written and read again: below the path that takes it, or at that path."""
    reads = {shape(operation.path) for operation in contract.operations if operation.method == "GET"}
    return any(operation.takes_body and is_read_at(operation, reads) for operation in contract.operations)


def is_read_at(operation: Operation, reads: set[str]) -> bool:
    """Whether a GET shows what the operation has written."""
    path = shape(operation.path)
    if operation.method == "POST":
        return f"{path}/{{}}" in reads
    return operation.method in {"PUT", "PATCH"} and path in reads


def shape(path: str) -> str:
    """A path template without the names of its parameters."""
    return "/".join("{}" if step.startswith("{") else step for step in path.rstrip("/").split("/"))


SUITE = Suite("records", applies_to)
