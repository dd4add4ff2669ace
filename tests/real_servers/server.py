"""A real server of the comparison: what its file says of how to install, start and fill it, and what is known of it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("servers")


@dataclass(frozen=True)
class Request:
    """A request that is sent before the runs, so that records are there."""

    method: str
    path: str
    body: Any = None


@dataclass(frozen=True)
class Defect:
    """A violation that was confirmed by hand: the curl line that shows it, and how each tool reports it.

    `ours` and `theirs` are regular expressions: of `expected | got` of a problem of contract-tests, and of
    `METHOD /path: title` of a failure of Schemathesis.
    """

    title: str
    curl: str
    ours: str = ""
    theirs: str = ""

    def is_found(self, tool: str, report: str) -> bool:
        """Whether a report of a tool is about it."""
        pattern = self.theirs if tool == "theirs" else self.ours
        return bool(pattern) and re.search(pattern, report) is not None


@dataclass(frozen=True)
class Server:
    """A server, and what its runs are compared with."""

    id: str
    name: str
    command: str
    document: str  #: a path of the server, `file:GLOB` below the packages, `home:FILE`, or `embedded:PROGRAM`
    debian: tuple[str, ...] = ()
    pypi: tuple[str, ...] = ()
    npm: tuple[str, ...] = ()
    base: str = ""  #: the path of the API
    ready: str = "/"
    headers: Mapping[str, str] = field(default_factory=dict)  #: that every request needs
    token: str = ""  #: a credential, for `contract-tests --token`
    flags: tuple[str, ...] = ()  #: more flags of contract-tests
    prepare: tuple[str, ...] = ()  #: commands before it is started
    files: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    before: tuple[Request, ...] = ()
    fill: tuple[str, ...] = ()  #: commands of the server's own client, once it answers, that make records
    records: tuple[str, ...] = ()  #: what is read before and after: a path, or `POST /path` with an empty object
    moving: tuple[str, ...] = ()  #: members that the server itself changes
    defects: tuple[Defect, ...] = ()
    false: Mapping[str, str] = field(default_factory=dict)  #: reports of Schemathesis that are none, with the reason


def read(path: Path) -> Server:
    """The server of a file. Raises ValueError if the file has an unknown key."""
    data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    if unknown := data.keys() - {one.name for one in fields(Server)}:
        raise ValueError(f"{path.name}: unknown {', '.join(sorted(unknown))}")
    data["before"] = tuple(Request(**one) for one in data.get("before", ()))
    data["defects"] = tuple(Defect(**one) for one in data.get("defects", ()))
    lists = {name: tuple(value) for name, value in data.items() if isinstance(value, list)}
    return Server(id=path.stem, **{**data, **lists})


def servers(only: Sequence[str] = ()) -> list[Server]:
    """All servers in the order of their names, or those with one of these ids."""
    return [read(path) for path in sorted(FOLDER.glob("*.toml")) if not only or path.stem in only]
