"""Compares both conversions of every document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.report import table
from mockserver.contract.contract import load_contract
from mockserver.contract.document.document import Document
from mockserver.contract.schemas.structure import check_structure
from mockserver.errors import DocumentError
from tests.conformance.swagger.causes import cause
from tests.conformance.swagger.corpus import Pair, documents, pairs
from tests.conformance.swagger.differences import Difference, differences


@dataclass(frozen=True)
class Comparison:
    """A document: how many operations it has, the differences, or which converter refuses it and why."""

    name: str
    operations: int = 0
    differences: tuple[Difference, ...] = ()
    valid: bool = False  #: whether it is valid Swagger 2.0
    stays_valid: bool = False  #: whether it then is valid OpenAPI 3.0
    refusal: str = ""
    other_refusal: str = ""

    @property
    def package(self) -> str:
        """The package that contains the document."""
        first, _, rest = self.name.partition("/")
        return first if rest else self.name

    @property
    def failures(self) -> list[Difference]:
        """The differences without a cause."""
        return [one for one in self.differences if cause(one) is None]


def compared(pair: Pair) -> Comparison:
    """The comparison of one document."""
    try:
        contract = load_contract(pair.path)
    except DocumentError as error:
        return Comparison(pair.name, refusal=_why(error), other_refusal=pair.error)
    found = () if pair.error else tuple(differences(contract.document.root, pair.converted))
    valid, stays_valid = _is_valid(contract.written), _is_valid(contract.document)
    return Comparison(pair.name, len(contract.operations), found, valid, stays_valid, other_refusal=pair.error)


def _is_valid(document: Document) -> bool:
    """Whether a document has the structure of its version."""
    notes: list[str] = []
    try:
        check_structure(document, notes.append, strict=True)
    except DocumentError:
        return False
    return not notes


def _why(error: DocumentError) -> str:
    """The problem, with the first of its places."""
    lines = error.problem.splitlines()
    return " ".join([lines[0], *(line.partition(": ")[2] for line in lines[1:2])])


def markdown(results: Iterable[Comparison]) -> str:
    """One row for each package, and the number of differences by their reasons."""
    results = list(results)
    packages = list(dict.fromkeys(one.package for one in results))
    headings = ["package", "documents", "operations", "refused here", "refused there", "the same", "wanted", "wrong"]
    rows = [_row(name, [one for one in results if one.package == name]) for name in packages]
    rows.append(_row("all", results))
    valid = [one for one in results if one.valid]
    lost = sum(not one.stays_valid for one in valid)
    reasons = Counter(cause(one) or "**wrong**" for result in results for one in result.differences)
    return (
        f"{len(valid)} documents are valid Swagger 2.0; {lost} of their conversions are not valid OpenAPI 3.0.\n\n"
        + table(headings, rows)
        + "\n"
        + table(["difference", "places"], ([reason, f"{count:,}"] for reason, count in reasons.most_common()))
        + "\n"
        + table(["refused here", "why"], ([one.name, one.refusal] for one in results if one.refusal))
    )


def _row(name: str, results: list[Comparison]) -> list[str]:
    compared = [one for one in results if not (one.refusal or one.other_refusal)]
    wrong = sum(bool(one.failures) for one in compared)
    differing = sum(bool(one.differences) for one in compared)
    figures = (
        len(results),
        sum(one.operations for one in compared),
        sum(bool(one.refusal) for one in results),
        sum(bool(one.other_refusal) for one in results),
        len(compared) - differing,
        differing - wrong,
        wrong,
    )
    return [name, *(f"{figure:,}" for figure in figures)]


def dumped(results: Iterable[Comparison]) -> Iterator[str]:
    """The refusals and the differences without a cause, one a line, for people to read."""
    for one in results:
        if one.refusal or one.other_refusal:
            yield f"{one.name}: {one.refusal or 'read'} | {one.other_refusal or 'read'}"
        for failure in one.failures:
            yield f"{one.name}: {failure.operation}: {failure.place}: {failure.ours!s:.200} | {failure.theirs!s:.200}"


def run(scratch: Path) -> tuple[str, bool]:
    """Compare all documents: the tables, and whether a difference has no cause."""
    results = list(map(compared, pairs(documents(), scratch)))
    text = markdown(results)
    print(*dumped(results), text, sep="\n")
    return text, any(one.failures or (one.valid and not one.stays_valid) for one in results)
