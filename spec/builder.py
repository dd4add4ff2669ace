"""`python -m spec.builder [--check]`: runs docs-to-openapi on this folder."""

from __future__ import annotations

import sys
from pathlib import Path

from docs_to_openapi.cli import main

FOLDER = Path(__file__).resolve().parent


def run(arguments: list[str]) -> int:
    """Build without arguments, check with `--check`; everything else is a command of docs-to-openapi."""
    command = ["check"] if arguments == ["--check"] else arguments or ["build"]
    return main([*command, "--folder", str(FOLDER)])


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
