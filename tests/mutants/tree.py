"""Scratch copies of the working tree, so that the checkout is never touched."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGES = ("mockserver", "contract_tests")


def copy_working_tree(source: Path, target: Path) -> None:
    """Copy what git knows or would add, edits included."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=source, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        if (source / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / name, target / name)


def modules(root: Path) -> list[str]:
    """The modules to mutate, as paths below the root. Contract tests are left to `contract-tests mutants`."""
    files = [file for name in PACKAGES for file in (root / name).rglob("*.py") if not file.match("test_*.py")]
    return sorted(file.relative_to(root).as_posix() for file in files)


@contextmanager
def mutated(root: Path, path: str, text: str) -> Iterator[None]:
    """Put a mutant in the place of its module for a while.

    Its time is set back by an hour, as the interpreter takes bytecode for up to date where time and size agree.
    """
    file = root / path
    original, status = file.read_bytes(), file.stat()
    file.write_text(text, encoding="utf-8")
    os.utime(file, (status.st_atime, status.st_mtime - 3600))
    try:
        yield
    finally:
        file.write_bytes(original)
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
