"""Expressions in templates: `{id}` in a path, a segment such as `{id}.json`, or a query."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

EXPRESSION: Final = re.compile(r"\{([^{}]*)\}")
"""A parameter in a template."""


def literals_of(template: str) -> tuple[str, ...]:
    """The text around the parameters of a template: `{id}.json` has nothing before its one and `.json` after it."""
    return tuple(unquote(part) for part in EXPRESSION.split(template)[::2])


def between(literals: tuple[str, ...], text: str) -> tuple[str, ...] | None:
    """The texts between the literals, none of them empty; each literal is taken where it comes first.

    A regular expression would try every split: minutes on `----…`.
    """
    first, *inner, last = literals
    if not (text.startswith(first) and text.endswith(last)):
        return None
    end, start, values = len(text) - len(last), len(first), []
    for literal in inner:
        position = text.find(literal, start + 1, end)
        if position < 0:
            return None
        values.append(text[start:position])
        start = position + len(literal)
    return (*values, text[start:end]) if start < end else None


def values_in(template: str, text: str) -> dict[str, str] | None:
    """The values of a template's parameters in a text that it describes; None for any other text."""
    names = EXPRESSION.findall(template)
    if not names:
        return {} if template == text else None
    if template == f"{{{names[0]}}}":
        return {names[0]: text}
    found = between(literals_of(template), text)
    return dict(zip(names, found, strict=True)) if found is not None else None
