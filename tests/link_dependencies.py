"""Links the declared dependencies of a wheel from this environment into another virtual environment.

`python tests/link_dependencies.py VENV WHEEL [EXTRA ...]` is faster than an installation and just as strict: a
dependency that isn't declared is missing.
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

Dependency = tuple[str, frozenset[str]]
"""The name of a distribution, and its required extras."""


def requirements(wheel: Path) -> list[Requirement]:
    """The requirements that a wheel declares."""
    (metadata,) = (part / "METADATA" for part in InZip(wheel).iterdir() if part.name.endswith(".dist-info"))
    return Metadata.from_email(metadata.read_bytes(), validate=False).requires_dist or []


def dependencies(declared: list[Requirement], extras: frozenset[str] = frozenset()) -> Iterator[Dependency]:
    """The distributions that the requirements name on this machine."""
    for requirement in declared:
        if requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield canonicalize_name(requirement.name), frozenset(requirement.extras)


def all_dependencies(declared: list[Requirement], extras: frozenset[str]) -> dict[str, Distribution]:
    """All direct and transitive dependencies, by name."""
    distributions, seen, pending = {}, set(), list(dependencies(declared, extras))
    while pending:
        name, extras = dependency = pending.pop()
        if dependency not in seen:
            seen.add(dependency)
            distributions[name] = distribution(name)
            pending += dependencies([Requirement(text) for text in distributions[name].requires or []], extras)
    return distributions


def link(source: Distribution, target: Path) -> None:
    """Link the files of a distribution into a target folder, without its commands."""
    for file in source.files or []:
        if ".." not in file.parts:
            (target / file).parent.mkdir(parents=True, exist_ok=True)
            if not (target / file).is_symlink():  # a call with an extra adds to one without
                (target / file).symlink_to(Path(str(source.locate_file(file))))


if __name__ == "__main__":
    (packages,) = Path(sys.argv[1]).glob("lib/python*/site-packages")
    for dependency in all_dependencies(requirements(Path(sys.argv[2])), frozenset(sys.argv[3:])).values():
        link(dependency, packages)
