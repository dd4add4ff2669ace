"""Python functions in behaviours: `call: module:function` is loaded here, and what it returns is checked."""

from __future__ import annotations

import importlib
import importlib.util
import math
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import msgspec

from mockserver.contract.operations.operation import ABSENT
from mockserver.errors import CallFailed, Refused
from mockserver.state.world import World

Reply = Mapping[str, Any]
"""Values of the response by path."""
_DEEPEST: Final = 100
"""How many levels of objects and lists a value may have."""


class Call(msgspec.Struct, frozen=True):
    """A function `function(world, scope) -> (world, {path: value})`, by the name that the behaviours give it."""

    name: str
    function: Callable[..., Any]
    file: Path | None = None  #: the file of its module; None where the module is an installed one

    def __call__(self, world: World, scope: Any) -> tuple[World, Reply]:
        """The next world, and values that can be written as JSON.

        Raises Refused as the function does, and CallFailed when it fails or returns anything else.
        """
        try:
            result = self.function(world, scope)
        except Refused:
            raise
        except Exception as error:
            raise CallFailed(f"{self.name} raised {type(error).__name__}: {error}") from error
        match result:
            case (World() as after, Mapping() as reply):
                self._check(reply)
                return after, reply
        raise CallFailed(f"{self.name} returned {_short(result)}; return (world, {{path: value}})")

    def _check(self, reply: Mapping[Any, Any]) -> None:
        for path, value in reply.items():
            if not isinstance(path, str):
                raise CallFailed(f"{self.name} returned {_short(path)} as a path of the response; paths are strings")
            problem = "" if value is ABSENT else _problem(value, 0)
            if problem:
                raise CallFailed(f"{self.name} returned {_short(value)} for {path!r}, which isn't JSON: {problem}")


def _problem(value: Any, depth: int) -> str:
    """Why a value can't be written as JSON; empty when it can."""
    if depth > _DEEPEST:
        return f"more than {_DEEPEST} levels"
    if isinstance(value, Mapping):
        wrong = next((name for name in value if not isinstance(name, str)), None)
        if wrong is not None:
            return f"{_short(wrong)} is a member's name"
        return next((problem for inner in value.values() if (problem := _problem(inner, depth + 1))), "")
    if isinstance(value, list | tuple):
        return next((problem for inner in value if (problem := _problem(inner, depth + 1))), "")
    if isinstance(value, float) and not math.isfinite(value):
        return f"{value} isn't a number of JSON"
    return "" if value is None or isinstance(value, str | int | float) else f"a {type(value).__name__}"


def _short(value: Any) -> str:
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - it is the function's own value
        text = f"a {type(value).__name__}"
    return text if len(text) <= 80 else text[:77] + "..."


def load_call(text: str, folder: Path | None = None) -> Call:
    """The function that `module:function` names: of a module in `folder`, else of an installed one.

    Whatever its import raises is raised here; ValueError where the name isn't that of a function.
    """
    module, _, name = text.partition(":")
    file = _beside(module, folder)
    loaded = importlib.import_module(module) if file is None else _load_file(module, file)
    function = getattr(loaded, name)
    if not callable(function):
        raise ValueError(f"{text!r} isn't a function")
    return Call(text, function, file)


def _beside(module: str, folder: Path | None) -> Path | None:
    """The file of a module in a folder; None where there is none."""
    parts = module.split(".")
    if folder is None or not all(part.isidentifier() for part in parts):
        return None
    path = folder.joinpath(*parts)
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


def _load_file(module: str, file: Path) -> ModuleType:
    """A module of its own for each time that it is loaded: two mocks may have a `hooks.py` each, and edit it."""
    name = f"{module} in {file.parent}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} can't be loaded")
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[name] = loaded  # dataclasses look for their module
    with _importing_from(file.parent):
        spec.loader.exec_module(loaded)
    return loaded


@contextmanager
def _importing_from(folder: Path) -> Iterator[None]:
    """Let a module import others that lie beside it while it is loaded."""
    entry = str(folder)
    sys.path.insert(0, entry)
    try:
        yield
    finally:
        sys.path.remove(entry)
