"""YAML front matter, as far as layouts need it: one `key: value` on each line."""

from __future__ import annotations

import re

from docs_to_openapi.pages.blocks import Page

_LINE = re.compile(r"^([A-Za-z][\w.-]*)\s*:\s*(.*?)\s*$")


def front_matter(page: Page) -> dict[str, tuple[str, int]]:
    """The values of the front matter, without quotes, each with its line."""
    found: dict[str, tuple[str, int]] = {}
    for number, text in enumerate(page.front, 2):
        if match := _LINE.match(text):
            value = match.group(2)
            quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
            found.setdefault(match.group(1), (value[1:-1] if quoted else value, number))
    return found
