"""Where saved states are kept: a name stands for a file in one folder."""

from __future__ import annotations

import os
import re
from pathlib import Path

from mockserver.errors import UsageError, did_you_mean

FOLDER = Path(".mockserver/states")
"""Where states are kept, beside the settings file."""
_SUFFIXES = (".yaml", ".yml", ".json")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def names_file(state: str) -> bool:
    """Whether a state is named by its file."""
    return state.lower().endswith(_SUFFIXES) or os.sep in state or "/" in state


def file_of(state: str, folder: Path) -> Path:
    """The file of a state: the one that is named, or that of a name in the folder. Raises UsageError."""
    if names_file(state):
        return Path(state)
    if not _NAME.fullmatch(state):
        fix = "use letters, digits and ._-, or name a file that ends with .yaml"
        raise UsageError(f"{state[:100]!r} isn't a name of a state", fix=fix)
    return folder / f"{state}.yaml"


def must_exist(file: Path, folder: Path) -> None:
    """Raise UsageError where a state isn't saved."""
    if not file.is_file():
        known = [one.stem for one in saved_files(folder)]
        fix = did_you_mean(file.stem, known) if known else "mockserver state save NAME saves one"
        raise UsageError("no state is saved there", place=str(file), fix=fix)


def saved_files(folder: Path) -> list[Path]:
    """The states that are saved in a folder, by name."""
    return sorted(file for file in folder.glob("*.yaml") if _NAME.fullmatch(file.stem)) if folder.is_dir() else []
