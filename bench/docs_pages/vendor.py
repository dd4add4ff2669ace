"""A folder of 50 pages of one vendor: an introduction, prices, and one page for each operation, as GitBook exports them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bench.docs_pages.blocks_pages import gitbook_tables
from bench.docs_pages.model import Api, apis

BASE = "https://api.town.example/v1"
PAGES = 50
_INTRODUCTION = """\
# Town services

Everything that the town offers, as one API. The base URL is `https://api.town.example/v1`.

## Authentication

All requests need a bearer token: `Authorization: Bearer YOUR_TOKEN`.
"""
_PRICES = """\
# Prices

| Plan | Requests a day | Price |
| ---- | -------------- | ----- |
| Free | 1000           | 0     |
| Town | 100000         | 90    |
"""


def write(folder: Path) -> int:
    """Write the pages, and return their number."""
    pages = {"introduction.md": _INTRODUCTION, "prices.md": _PRICES}
    for district in ("north", "south", "harbour"):
        for index, api in enumerate(apis()):
            for name, text in gitbook_tables(_moved(api, district), index)[0].items():
                place = f"{district}/{api.title.lower().replace(' ', '-')}/{name}"
                if len(pages) < PAGES:
                    pages[place] = text
    for name, text in pages.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return len(pages)


def _moved(api: Api, district: str) -> Api:
    """The API below a path of its own, with the vendor's base URL."""
    operations = tuple(replace(each, path=f"/{district}{each.path}") for each in api.operations)
    return replace(api, base=BASE, operations=operations)
