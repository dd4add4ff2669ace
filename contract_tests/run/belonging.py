"""Whether reports may be merged: they are of one contract, and shards are the parts of one run, each given once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from contract_tests.core.errors import UsageError

HERE: Final = frozenset({"127.0.0.1", "localhost", "::1"})
"""Hosts of targets that each shard may start for itself, on any port."""
Reports = Mapping[Path, Mapping[str, Any]]


def check(reports: Reports) -> None:
    """Raises `UsageError` with two reports that don't belong together."""
    (first, whole), *others = reports.items()
    for folder, report in others:
        if not is_of_one(whole, report):
            raise UsageError(f"{first} and {folder} are about different contracts: {names(whole, report)}",
                             fix="merge the reports of one contract")  # fmt: skip
    shards: dict[tuple[int, int], Path] = {}
    for folder, report in reports.items():
        for number, count in report.get("shards", ()):
            if (other := shards.setdefault((number, count), folder)) is not folder:
                raise UsageError(
                    f"{other} and {folder} are both of --shard {number}/{count}", fix="give each part once"
                )
    parts = {folder: report for folder, report in reports.items() if report.get("shards")}
    for what, of in (("seeds", seed_of), ("targets", target_of)):
        check_one_run(parts, what, {folder: of(report) for folder, report in parts.items()})


def check_one_run(parts: Reports, what: str, found: Mapping[Path, str]) -> None:
    """Raises `UsageError` with two shards that have different values."""
    first = next(iter(parts), None)
    other = next((folder for folder in parts if first is not None and found[folder] != found[first]), None)
    if first is not None and other is not None:
        raise UsageError(
            f"{first} and {other} are shards of different runs: their {what} are {found[first]} and {found[other]}",
            fix="merge the parts of one run",
        )


def is_of_one(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two reports are about one contract, as far as both say so: those of older releases have no digest."""
    known = [name for name in ("contract", "version", "digest") if one.get(name) and other.get(name)]
    return all(one[name] == other[name] for name in known)


def names(*reports: Mapping[str, Any]) -> str:
    """The contracts of two reports, told apart by their digests where they are called alike."""
    called = [f"{report.get('contract')} {report.get('version')}".strip() for report in reports]
    if called[0] == called[1]:
        called = [f"{name} (digest {report.get('digest')})" for name, report in zip(called, reports, strict=True)]
    return " and ".join(called)


def seed_of(report: Mapping[str, Any]) -> str:
    """The seed of a report."""
    return str(report.get("seed", ""))


def target_of(report: Mapping[str, Any]) -> str:
    """The target of a report; the same for all of the own machine, and for the bundled mock."""
    target = str(report.get("target", ""))
    return target if "://" in target and urlsplit(target).hostname not in HERE else "this machine"
