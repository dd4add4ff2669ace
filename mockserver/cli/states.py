"""`mockserver state`: the world of a running mock as a file with a name, and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mockserver import plain_yaml
from mockserver.cli.state_files import FOLDER, file_of, must_exist, saved_files
from mockserver.errors import MockError, Unavailable, UsageError
from mockserver.settings import Settings, near_host
from mockserver.testing.client import MockRefused, MockServer
from mockserver.testing.process import connected

ACTIONS = ("save", "load", "list")
"""What `mockserver state` does."""


def save(settings: Settings, url: str | None, world: str, name: str) -> str:
    """Save a world of a running mock; a line that says so. Raises MockError."""
    file = file_of(name, _folder(settings))
    text = str(_control(_server(settings, url), "GET", world))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_name(f".{file.name}.new")
        beside.write_text(text, encoding="utf-8")
        beside.replace(file)
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror}", place=str(file)) from None
    return f"Saved {world} as {file} ({_summary(plain_yaml.parse(text, str(file)))})"


def load(settings: Settings, url: str | None, world: str, name: str) -> str:
    """Load a state into a world of a running mock; a line that says so. Raises MockError."""
    file = file_of(name, _folder(settings))
    must_exist(file, _folder(settings))
    text = file.read_text(encoding="utf-8")
    _control(_server(settings, url), "PUT", world, {"yaml": text, "file": str(file)})
    return f"Loaded {file} into {world} ({_summary(plain_yaml.parse(text, str(file)))})"


def listed(settings: Settings) -> Iterator[str]:
    """A line for each saved state."""
    folder = _folder(settings)
    files = saved_files(folder)
    width = max((len(file.stem) for file in files), default=0)
    for file in files:
        try:
            yield f"{file.stem:<{width}}  {_summary(plain_yaml.read(file))}"
        except MockError as error:
            yield f"{file.stem:<{width}}  {error}"
    if not files:
        yield f"No state is saved in {folder}. `mockserver state save NAME` saves one."


def _folder(settings: Settings) -> Path:
    return settings.states or FOLDER


def _summary(value: Any) -> str:
    """How many records a state has, and what its clock shows."""
    if not isinstance(value, dict) or not isinstance(records := value.get("records"), dict):
        return "not a saved state"
    many = [f"{len(one)} {name}" for name, one in records.items() if isinstance(one, list)]
    more = f" and {len(many) - 4} more collections" if len(many) > 4 else ""
    clock, faults = value.get("clock"), value.get("faults")
    parts = [", ".join(many[:4]) + more if many else "no records"]
    parts += [str(clock["now"])] if isinstance(clock, dict) and "now" in clock else []
    parts += [f"{len(faults)} fault{'s' if len(faults) != 1 else ''}"] if isinstance(faults, list) and faults else []
    return "; ".join(parts)


def _server(settings: Settings, url: str | None) -> MockServer:
    host = near_host(settings.host)
    where = url or f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    try:
        return connected(where, settings.admin_token)
    except Unavailable as error:
        raise Unavailable(error.problem, fix="start it, or name its address with --url") from None


def _control(server: MockServer, method: str, world: str, *body: Any) -> Any:
    try:
        return server.control(method, f"/worlds/{quote(world, safe='')}/saved", *body)
    except MockRefused as error:
        problem = re.sub(r"^.*?: (\d{3} )?", "", str(error), count=1)  # the user made no call
        raise UsageError(problem) from None
    except OSError as error:
        raise Unavailable(f"the mock server at {server.url} can't be used: {error}") from None
