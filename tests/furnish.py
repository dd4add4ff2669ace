"""Lends a virtual environment what a distribution declares that it needs: links to this environment's own copies.

`python tests/furnish.py VENV WHEEL` is as quick as an installation is slow, and as strict: what is not declared is
not there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path
from zipfile import Path as InZip

from packaging.metadata import Metadata
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

Needed = tuple[str, frozenset[str]]
"""The name of a distribution, and the extras of it that are wanted."""


def requirements(wheel: Path) -> list[Requirement]:
    """What a wheel declares that it needs."""
    (told,) = (part / "METADATA" for part in InZip(wheel).iterdir() if part.name.endswith(".dist-info"))
    return Metadata.from_email(told.read_bytes(), validate=False).requires_dist or []


def needed(declared: list[Requirement], extras: frozenset[str] = frozenset()) -> Iterator[Needed]:
    """The distributions that requirements ask for on this machine."""
    for one in declared:
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield canonicalize_name(one.name), frozenset(one.extras)


def closure(declared: list[Requirement]) -> dict[str, Distribution]:
    """Everything that is needed, and what that needs in turn, by name."""
    found, asked, waiting = {}, set(), list(needed(declared))
    while waiting:
        name, extras = one = waiting.pop()
        if one not in asked:
            asked.add(one)
            found[name] = distribution(name)
            waiting += needed([Requirement(text) for text in found[name].requires or []], extras)
    return found


def lend(owned: Distribution, place: Path) -> None:
    """Link the files of a distribution into another place; its commands stay where they are."""
    for file in owned.files or []:
        if ".." not in file.parts:
            (place / file).parent.mkdir(parents=True, exist_ok=True)
            (place / file).symlink_to(Path(str(owned.locate_file(file))))


if __name__ == "__main__":
    (packages,) = Path(sys.argv[1]).glob("lib/python*/site-packages")
    for lent in closure(requirements(Path(sys.argv[2]))).values():
        lend(lent, packages)
