"""The settings file: `mockserver.toml`, or `[tool.mockserver]` in `pyproject.toml`. It has a key for every flag.

What it says is read like environment variables, which override it, as flags override these.
"""

from __future__ import annotations

import argparse
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from mockserver.cli.flags import FLAGS
from mockserver.cli.reading import api_path, read_settings
from mockserver.cli.state_files import names_file
from mockserver.cli.values import behaviours_file
from mockserver.errors import UsageError, did_you_mean
from mockserver.settings import Api, Settings

NO_FILE = "none"
"""`--config none` reads no file, also where there is one."""
_OWN, _PROJECT = "mockserver.toml", "pyproject.toml"
_PATHS = ("SPEC", "FILE", "PATH", "DIR")
"""The metavars of flags that take a path, which is relative to the settings file."""
_SQLITE = "sqlite:"
_OF_CONTRACT = ("spec", "behaviours", "fixtures", "period", "state")
"""Keys that say nothing of another contract than the file's."""
_APIS = "api"
_API_KEYS = ("spec", "path", "behaviours", "fixtures")
"""The keys of the tables `[[api]]`."""
_KEYS = {names[0][2:]: how for names, how in FLAGS if names[0] != "--config"}


class Config(msgspec.Struct, frozen=True):
    """A settings file and its settings, as the texts that environment variables would have; without a file, none."""

    file: Path | None = None
    variables: Mapping[str, str] = {}
    apis: tuple[Api, ...] = ()

    def without_contract(self) -> Config:
        """The settings that hold for any contract."""
        own = {_variable(key) for key in _OF_CONTRACT}
        variables = {name: text for name, text in self.variables.items() if name not in own}
        return replace(self, variables=variables, apis=())


def settings_of(options: argparse.Namespace, environment: Mapping[str, str]) -> Settings:
    """The settings from flags, else from the environment, else from the settings file. Raises UsageError."""
    config = read_config(options.config)
    named = options.contract or [getattr(options, "spec", None) or environment.get(_variable("spec"))]
    if any(named) and not (len(named) == 1 and _same(str(named[0]), config.variables.get(_variable("spec")))):
        config = config.without_contract()
    home = config.file.parent if config.file is not None else None
    try:
        settings = read_settings(options, {**config.variables, **environment}, config.apis, home)
    except UsageError as error:
        raise _at_home(error, config, options, environment) from None
    return replace(settings, config=config.file)


def read_config(named: str | None) -> Config:
    """The settings file that was named, else that of the working directory. Raises UsageError."""
    if named == NO_FILE:
        return Config()
    if named is None:
        own, project = Path(_OWN), Path(_PROJECT)
        named = _OWN if own.is_file() else _PROJECT if project.is_file() and _table(project) is not None else None
    if named is None:
        return Config()
    file = Path(named)
    table = _table(file)
    if table is None:
        raise UsageError(
            f"{named} has no table [tool.mockserver]", place="--config", fix="add it, or name another file"
        )
    variables = {_variable(key): _text(file, key, value) for key, value in table.items() if key != _APIS}
    apis = _apis(file, table.get(_APIS, []))
    for key in ("spec", "behaviours"):
        if apis and key in table and (key == "spec" or any(api.behaviours for api in apis)):
            fix = f"leave out {key}, or the tables [[api]]"
            raise UsageError(f"{key} is for one API, and [[api]] has several", place=f"{file}: {key}", fix=fix)
    return Config(file, variables, apis)


def _apis(file: Path, tables: Any) -> tuple[Api, ...]:
    """The APIs of the tables `[[api]]`. Raises UsageError."""
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise UsageError("must be tables [[api]]", place=f"{file}: {_APIS}", fix="write [[api]] above the keys of each")
    return tuple(_api(file, f"{_APIS}[{number}]", table) for number, table in enumerate(tables))


def _api(file: Path, place: str, table: Mapping[str, Any]) -> Api:
    unknown = next((key for key in table if key not in _API_KEYS), None)
    if unknown is not None:
        raise UsageError(f"unknown key {unknown!r}", place=f"{file}: {place}", fix=did_you_mean(unknown, _API_KEYS))
    if not isinstance(table.get("spec"), str):
        raise UsageError("has no spec", place=f"{file}: {place}", fix='add spec = "openapi.yaml"')
    path = table.get("path", "")
    if not isinstance(path, str):
        raise _mistyped(file, f"{place}.path", 'a text such as "/payments"')
    texts = {key: _text(file, key, value) for key, value in table.items() if key != "path"}
    return Api(
        texts["spec"],
        api_path(path, f"{file}: {place}.path"),
        behaviours_file(texts.get("behaviours", "")),
        tuple(Path(one) for one in texts.get("fixtures", "").split(os.pathsep) if one),
    )


def _table(file: Path) -> Mapping[str, Any] | None:
    """The settings of a file; None where a pyproject.toml has none."""
    try:
        whole = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        fix = f"a TOML file, or {NO_FILE}"
        raise UsageError(f"{file} cannot be read: {error.strerror}", place="--config", fix=fix) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"is not TOML: {error}", place=str(file)) from None
    if file.name != _PROJECT:
        return whole
    tools = whole.get("tool")
    table = tools.get("mockserver") if isinstance(tools, dict) else None
    return table if isinstance(table, dict) else None


def _text(file: Path, key: str, value: Any) -> str:
    """The value of a key, as its environment variable would have it. Raises UsageError."""
    name = key.replace("_", "-")
    how = _KEYS.get(name)
    if how is None:
        raise UsageError(f"unknown key {key!r}", place=str(file), fix=did_you_mean(name, [*_KEYS, _APIS]))
    if how.get("action") == "store_true":
        if not isinstance(value, bool):
            raise _mistyped(file, key, "true or false")
        return str(value).lower()
    if how.get("action") == "append":
        if isinstance(value, dict):
            value = [f"{one}={text}" for one, text in value.items()]
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(one, str) for one in values):
            raise _mistyped(file, key, f'a text or a list of texts, such as ["{how["metavar"]}"]')
        is_path = how.get("metavar") in _PATHS
        return (os.pathsep if is_path or key == "period" else ",").join(_located(file, how, one) for one in values)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _mistyped(file, key, "a text or a number")
    return _located(file, how, str(value))


def _mistyped(file: Path, key: str, kind: str) -> UsageError:
    return UsageError(f"must be {kind}", place=f"{file}: {key}")


def _located(file: Path, how: Mapping[str, Any], text: str) -> str:
    """A text, with the path that it is or has seen from the working directory."""
    if how.get("metavar") in _PATHS and "://" not in text:
        return str(file.parent / text)
    if how.get("metavar") == "STATE" and names_file(text):
        return str(file.parent / text)
    if text.startswith(_SQLITE):
        return f"{_SQLITE}{file.parent / text.removeprefix(_SQLITE)}"
    return text


def _variable(key: str) -> str:
    return f"MOCKSERVER_{key.upper().replace('-', '_')}"


def _same(one: str, other: str | None) -> bool:
    return other is not None and (one == other or ("://" not in one and Path(one).resolve() == Path(other).resolve()))


def _at_home(
    error: UsageError, config: Config, options: argparse.Namespace, environment: Mapping[str, str]
) -> UsageError:
    """The error with the settings file as its place, where the value came from there."""
    key = error.place.partition(" ")[0].removeprefix("--")
    given = getattr(options, key.replace("-", "_"), None) is not None or _variable(key) in environment
    if not error.place.startswith("--") or given or _variable(key) not in config.variables:
        return error
    return UsageError(error.problem, place=f"{config.file}: {key}", fix=error.fix)
