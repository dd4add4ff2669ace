"""A client of the comparison: what its flow file says in the comment block at its top."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

FLOWS = Path(__file__).with_name("flows")
_BLOCK = re.compile(r"^(?P<mark>#|//) /// client\n(?P<text>(?:(?P=mark)(?: .*)?\n)+?)(?P=mark) ///$", re.MULTILINE)
_KEYS = {"name", "packages", "document", "mock", "prepare", "faults"}

Fault = Literal["document", "SDK", "mock"]


@dataclass(frozen=True)
class KnownFault:
    """Why a step of a flow fails, and whose fault it is."""

    whose: Fault
    reason: str


@dataclass(frozen=True)
class Client:
    """A client, the document that the mock serves to it, and the steps known to fail."""

    flow: Path
    name: str
    packages: tuple[str, ...]
    document: str  #: `npm:PACKAGE@VERSION/path`, `pypi:PACKAGE==VERSION/path`, or `clone:path`
    mock: tuple[str, ...] = ()  #: flags of the mock
    prepare: Mapping[str, str] = field(default_factory=dict)  #: commands that run before the flow, each a step
    faults: Mapping[str, KnownFault] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The name that `--only` takes."""
        return self.flow.stem

    @property
    def is_python(self) -> bool:
        """Whether the packages come from PyPI, else from npm."""
        return self.flow.suffix == ".py"


def read(flow: Path) -> Client:
    """The client of a flow file. Raises ValueError if its block is missing or has an unknown key."""
    match = _BLOCK.search(flow.read_text(encoding="utf-8"))
    if match is None:
        raise ValueError(f"{flow.name}: no block between '/// client' and '///'")
    lines = match["text"].splitlines()
    data: dict[str, Any] = tomllib.loads(
        "\n".join(line.removeprefix(match["mark"]).removeprefix(" ") for line in lines)
    )
    if unknown := set(data) - _KEYS:
        raise ValueError(f"{flow.name}: unknown {', '.join(sorted(unknown))}; known are {', '.join(sorted(_KEYS))}")
    faults = {step: KnownFault(**fault) for step, fault in data.pop("faults", {}).items()}
    lists = {name: tuple(data.pop(name, ())) for name in ("packages", "mock")}
    return Client(flow=flow, faults=faults, **lists, **data)


def clients(only: str = "") -> list[Client]:
    """All clients in the order of their names, or those whose id contains a text."""
    flows = sorted(path for path in FLOWS.iterdir() if path.suffix in (".py", ".mjs", ".mts"))
    return [read(path) for path in flows if only in path.stem]
