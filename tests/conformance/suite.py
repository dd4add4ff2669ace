"""JSON-Schema-Test-Suite, draft 2020-12, as the source distribution of `jsonschema` contains it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DISTRIBUTION = "jsonschema==4.26.0"
WORK = Path(__file__).with_name(".work")
DRAFT = "draft2020-12"
REMOTE = "http://localhost:1234"
"""Where the suite expects its further files."""


@dataclass(frozen=True)
class Instance:
    """A value, and whether the schema of its group accepts it."""

    description: str
    value: Any
    valid: bool


@dataclass(frozen=True)
class Group:
    """A schema of the suite with its instances."""

    file: str  #: below the folder of the draft, e.g. `optional/format/date.json`
    description: str
    schema: Any
    instances: tuple[Instance, ...]

    @property
    def part(self) -> str:
        """`required`, `optional` or `formats`."""
        if self.file.startswith("optional/format/"):
            return "formats"
        return "optional" if self.file.startswith("optional/") else "required"


def fetched() -> Path:
    """The folder of the suite; it is downloaded if it isn't there."""
    folder = WORK / DISTRIBUTION / "json"
    if folder.exists():
        return folder
    shutil.rmtree(folder.parent, ignore_errors=True)
    download = ["pip", "download", "-q", "--no-deps", "--no-binary", "jsonschema", "-d", str(folder.parent)]
    subprocess.run([sys.executable, "-m", *download, DISTRIBUTION], check=True)
    (archive,) = folder.parent.glob("*.tar.gz")
    with tarfile.open(archive) as files:
        inside = [one for one in files.getmembers() if "/json/" in one.name]
        files.extractall(folder.parent, inside, filter="data")
    next(folder.parent.glob("*/json")).rename(folder)
    return folder


def groups(folder: Path, only: str = "") -> Iterator[Group]:
    """The groups of the draft, those of the required files first."""
    tests = folder / "tests" / DRAFT
    files = sorted(tests.rglob("*.json"), key=lambda path: (len(path.relative_to(tests).parts), path))
    for path in files:
        name = path.relative_to(tests).as_posix()
        for group in json.loads(path.read_text(encoding="utf-8")) if only in name else ():
            instances = tuple(Instance(one["description"], one["data"], one["valid"]) for one in group["tests"])
            yield Group(name, group["description"], group["schema"], instances)
