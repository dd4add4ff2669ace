"""`docs-to-openapi.yaml`: where pages, overlay and contract are, and what the pages leave out about themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from docs_to_openapi.errors import UsageError
from docs_to_openapi.pages.yaml_text import YAMLError, load

NAME = "docs-to-openapi.yaml"
SUFFIXES = (".md", ".mdx", ".markdown", ".txt", ".html", ".htm", ".erb")


@dataclass(frozen=True)
class Config:
    """The settings of one folder. Paths are relative to it; every value has a default."""

    folder: Path
    pages: str = "docs"
    ignore: tuple[str, ...] = ("SUMMARY.md",)
    overlay: str = "overlay.yaml"
    contract: str = "openapi.yaml"
    readme: str = ""  # a file with generated tables of the overlay
    layouts: Mapping[str, str] = field(default_factory=dict)  # file pattern: layout
    base_url: str = ""
    security: Mapping[str, Any] = field(default_factory=dict)  # name: security scheme
    infer: bool = True
    command: str = "docs-to-openapi build"

    def page_paths(self) -> list[Path]:
        """The pages in a fixed order (raises UsageError if there are none)."""
        folder = self.folder / self.pages
        if not folder.is_dir():
            raise UsageError(
                f"{folder}: this folder doesn't exist; name the folder of the pages, or set `pages` in {NAME}"
            )
        paths = sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES and not self._ignored(path))
        if not paths:
            raise UsageError(f"{folder}: there are no pages ({', '.join('*' + suffix for suffix in SUFFIXES)}) here")
        return paths

    def _ignored(self, path: Path) -> bool:
        return any(fnmatch(path.name, pattern) or path.match(pattern) for pattern in self.ignore)

    def layout_of(self, name: str) -> str:
        """The layout that the configuration states for a page, or ""."""
        return next((layout for pattern, layout in self.layouts.items() if fnmatch(name, pattern)), "")


def load_config(folder: Path) -> Config:
    """The configuration of a folder; without a file, the defaults (raises UsageError for a wrong file)."""
    path = folder / NAME
    if not path.exists():
        return Config(folder)
    try:
        data = load(path.read_text(encoding="utf-8"))
    except (OSError, YAMLError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error
    return _config(folder, {} if data is None else data)


def _config(folder: Path, data: Any) -> Config:
    if not isinstance(data, dict):
        raise UsageError(f"{folder / NAME}: this must be a mapping")
    values = {key.replace("-", "_"): value for key, value in data.items()}
    known = {each.name: each for each in fields(Config) if each.name != "folder"}
    for key, value in values.items():
        if key not in known:
            names = ", ".join(name.replace("_", "-") for name in known)
            raise UsageError(f"{folder / NAME}: unknown key {key!r}; the keys are {names}")
        kinds = {"ignore": list, "layouts": dict, "security": dict, "infer": bool}
        if not isinstance(value, kinds.get(key, str)):
            raise UsageError(f"{folder / NAME}: {key} must be a {kinds.get(key, str).__name__}")
    if "ignore" in values:
        values["ignore"] = tuple(values["ignore"])
    return Config(folder, **values)
