"""`docs-to-openapi read`: what only the given pages state."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

from docs_to_openapi.config import Config, load_config
from docs_to_openapi.contract.build import read_alone
from docs_to_openapi.errors import UsageError
from docs_to_openapi.pages.yaml_text import dump

CONTRACTS = (".yaml", ".yml", ".json")
"""How the names of files end that may be contracts, rather than pages about one."""


def read(pages: list[Path], folder: Path | None, layout: str, *, infer: bool) -> int:
    """Print the document; exit code 1 if nothing was read of a page that describes an API."""
    for page in pages:
        if page.suffix.lower() in CONTRACTS and page.is_file() and _is_contract(page):
            raise UsageError(f"{page} is an OpenAPI document already: mockserver mock {page}")
    config = load_config(folder) if folder else Config(Path())
    config = replace(config, infer=config.infer and infer, layouts={"*": layout} if layout else config.layouts)
    document, problems = read_alone(pages, config)
    sys.stdout.write(dump(document))
    for problem in problems:
        print(problem, file=sys.stderr)
    nothing = any(problem.severity == "unread" or problem.whole_page for problem in problems)
    return 1 if nothing and not document["paths"] else 0


def _is_contract(file: Path) -> bool:
    """Whether a file begins as OpenAPI documents do."""
    with file.open(encoding="utf-8", errors="replace") as opened:
        return re.search(r'^\s*[{"]?\s*"?(openapi|swagger)"?\s*:', opened.read(2000), re.MULTILINE) is not None
