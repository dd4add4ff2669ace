"""Joins the modules and the styles of the console, so that the browser asks for one file of each instead of for forty.

Each module becomes a function that returns what it exports; the order is that in which a browser would run them. It
understands what the modules of the console use: `import { a, b } from "./x.js"` in one line, and exported functions,
classes and constants.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

_IMPORT = re.compile(r'^import \{ ((?:[\w$]+, )*[\w$]+) \} from "\./([\w-]+\.js)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?function|class|const) ([\w$]+)", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def bundled(folder: Path, names: tuple[str, ...]) -> str:
    """One text of the named files and, of scripts, of all that they import; read again when a file has changed."""
    newest = max(path.stat().st_mtime_ns for path in folder.iterdir())
    return _bundled(folder, names, newest)


@lru_cache(maxsize=4)
def _bundled(folder: Path, names: tuple[str, ...], _: int) -> str:
    modules: dict[str, str] = {}
    for name in names:
        _add(folder, name, modules)
    return "\n".join(modules.values())


def _add(folder: Path, name: str, modules: dict[str, str]) -> None:
    """Add a file below what it imports. Cycles are not allowed: a module runs once, with all that it imports."""
    if name in modules:
        return
    text = (folder / name).read_text(encoding="utf-8")
    if name.endswith(".js"):
        for _, imported in _IMPORT.findall(text):
            _add(folder, imported, modules)
        text = _wrapped(name, text)
    modules[name] = text


def _wrapped(name: str, text: str) -> str:
    exported = [named for _, named in _EXPORT.findall(text)]
    text = _IMPORT.sub(lambda match: f"const {{ {match[1]} }} = {_variable(match[2])};", text)
    text = _EXPORT.sub(r"\1 \2", text)
    if left := _LEFT.search(text):
        raise ValueError(f"{name}: {left[0]!r} is a form of import or export that bundle.py doesn't know")
    return f"const {_variable(name)} = (() => {{\n{text}\nreturn {{ {', '.join(exported)} }};\n}})();\n"


def _variable(name: str) -> str:
    return f"module_{name.removesuffix('.js').replace('-', '_')}"
