"""Which operations a run checks and may call: chosen by name, path, method, tag, or by what changed."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

from contract_tests.core.answer import Sent
from contract_tests.core.contract import SAFE_METHODS, Contract, Operation
from contract_tests.core.document import METHODS, Place
from contract_tests.core.errors import UsageError
from contract_tests.core.operation import advice, matches, nameless

OVERRIDES = frozenset({"x-http-method-override", "x-http-method", "x-method-override"})


@dataclass(frozen=True)
class Selection:
    """The operations to check, and those that may be called: the former and what they depend on."""

    checked: frozenset[str]
    allowed: frozenset[str]
    is_whole: bool = False  #: whether every operation of the contract is allowed

    @classmethod
    def of(
        cls, contract: Contract, only: Sequence[str] = (), skip: Sequence[str] = (), older: Contract | None = None
    ) -> Selection:
        """All operations, or those of `only`, or those that differ from an older contract; never those of `skip`.

        Raises `UsageError` where a pattern matches nothing, and where nothing is left.
        """
        left_out = named(contract, skip)
        wanted = named(contract, only) if only else {operation.id for operation in contract.operations}
        needed: set[str] = set()
        if older is not None:
            wanted &= changed(contract, older)
            needed = set(dependencies(contract, wanted))
        checked, allowed = wanted - left_out, (wanted | needed) - left_out
        if not checked and contract.operations:
            reason = "no operation differs from the older document" if older else "--only and --skip leave no operation"
            raise UsageError(f"nothing is left to check: {reason}")
        return cls(frozenset(checked), frozenset(allowed), len(allowed) == len(contract.operations))

    def left_out(self, contract: Contract, sent: Sent) -> str | None:
        """The operation without permission that a request would reach, also where a lenient server reads its path."""
        if self.is_whole:
            return None
        if sent.method not in SAFE_METHODS and sent.method in self._left_methods(contract):
            return f"every {sent.method}"
        for path in spellings(sent.path):
            if refused := sorted(self._reached(contract, path, sent) - self.allowed):
                return refused[0]
        return None

    def _reached(self, contract: Contract, path: str, sent: Sent) -> set[str]:
        """The operations that a server may take a request for; those of its path where its method is not defined."""
        reached = reached_by(contract, methods_of(sent), path, sent)
        if reached:
            return reached
        there = reached_by(contract, map(str.upper, METHODS), path, sent)
        return set() if there & self.allowed else there

    def _left_methods(self, contract: Contract) -> set[str]:
        """Methods of the contract that no operation with permission has."""
        has = {allowed: {one.method for one in contract.operations if (one.id in self.allowed) is allowed}
               for allowed in (True, False)}  # fmt: skip
        return has[False] - has[True]


def reached_by(contract: Contract, methods: Iterable[str], path: str, sent: Sent) -> set[str]:
    """The operations that these methods reach at a raw path."""
    return {match[0].id for method in methods if (match := contract.match(method, path, sent))}


def spellings(path: str) -> Iterator[str]:
    """A raw path, and the one that a server sees that decodes it, resolves its dots, and ignores a closing slash."""
    yield path
    decoded = unquote(unquote(path)).partition(";")[0]
    resolved = posixpath.normpath("/" + re.sub(r"[/\\]+", "/", decoded).lstrip("/"))
    yield from (one for one in dict.fromkeys((decoded, resolved, resolved.lower())) if one != path)


def methods_of(sent: Sent) -> Iterator[str]:
    """The methods by which a server may carry out a request: GET for HEAD, and one that a header or query names."""
    yield sent.method
    if sent.method == "HEAD":
        yield "GET"
    yield from (value.upper() for name, value in sent.headers.items() if name.lower() in OVERRIDES)
    yield from (value.upper() for value in parse_qs(sent.query).get("_method", ()))


def named(contract: Contract, patterns: Iterable[str]) -> set[str]:
    """The ids of the operations that the patterns name; raises `UsageError` where one names none."""
    found: set[str] = set()
    declared = [operation.declared for operation in contract.operations]
    for pattern in patterns:
        matching = {operation.id for operation in contract.operations if matches(operation.declared, pattern)}
        if not matching:
            raise UsageError(f"no operation of the contract matches {pattern!r}", fix=advice(declared, pattern))
        found |= matching
    return found


def changed(contract: Contract, older: Contract) -> set[str]:
    """The operations whose definition differs from that of the same method and path in an older document."""
    before = {(one.method, nameless(one.path)): definition(older, one) for one in older.operations}
    return {
        one.id
        for one in contract.operations
        if before.get((one.method, nameless(one.path))) != definition(contract, one)
    }


def definition(contract: Contract, operation: Operation) -> dict[str, Any]:
    """An operation with all that it refers to, by reference."""
    declared = operation.declared
    parameters = [parameter.raw for parameter in declared.parameters]
    root = essential([declared.raw, parameters, sorted(map(sorted, declared.security))])
    found: dict[str, Any] = {"": root}
    waiting: list[Any] = [root]
    while waiting:
        node = waiting.pop()
        waiting += node if isinstance(node, list) else node.values() if isinstance(node, Mapping) else ()
        reference = node.get("$ref") if isinstance(node, Mapping) else None
        if isinstance(reference, str) and reference not in found:
            found[reference] = essential(contract.look_up(Place(node)))
            waiting.append(found[reference])
    schemes = {name for names in declared.security for name in names}
    return found | {name: one.raw for name, one in contract.reader.security_schemes.items() if name in schemes}


def essential(node: Any) -> Any:
    """A part of a document without the texts that are for people only."""
    if isinstance(node, Place):
        return essential(node.value)
    if isinstance(node, list):
        return [essential(item) for item in node]
    if not isinstance(node, Mapping):
        return node
    return {
        name: essential(value)
        for name, value in node.items()
        if not (name in {"description", "summary"} and isinstance(value, str))
    }


def dependencies(contract: Contract, wanted: Iterable[str]) -> Iterator[str]:
    """What the operations need to be checked: the others of the same records, and of the records that hold them."""
    paths = {nameless(contract.operation(name).path) for name in wanted}
    folders = {"/".join(path.split("/")[:count]) for path in paths for count in range(1, path.count("/") + 1)} | paths
    for other in contract.operations:
        path = nameless(other.path)
        if path in folders or any(path == f"{folder}/{{}}" for folder in paths):
            yield other.id
