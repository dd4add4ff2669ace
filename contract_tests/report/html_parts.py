"""What the parts of the page are made of; each has a bound in bytes: the page of a large contract stays small."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from html import escape
from typing import Final
from urllib.parse import quote

from contract_tests.report.text import counted

MOST_OF_A_LIST: Final = 15_000  # bytes
MORE: Final = "in report.json"


def bounded(items: Iterable[str], limit: int, noun: str) -> tuple[str, str]:
    """The items that fit into so many bytes, and a sentence about those that don't; empty where all fit."""
    shown, size, left = list[str](), 0, 0
    for item in items:
        size += len(item.encode())
        if size > limit:
            left += 1
        else:
            shown.append(item)
    return "".join(shown), f"<p class=mute>{counted(left, f'more {noun}')} {MORE}.</p>" if left else ""


def folded(title: str, content: str) -> str:
    """A line that unfolds what belongs to it."""
    return f"<details><summary>{title}</summary>{content}</details>"


def section(name: str, heading: str, content: str, *, fold: bool = False) -> str:
    """A part of the page with a heading, which unfolds it where most readers don't need it."""
    if fold:
        return f"<section id={name}>{folded(f'<h2>{heading}</h2>', content)}</section>"
    return f"<section id={name}><h2>{heading}</h2>{content}</section>"


def counted_list(heading: str, items: Sequence[str]) -> str:
    """A heading with the number of items, and the list folded; nothing without items."""
    if not items:
        return ""
    rows, more = bounded((f"<li>{escape(item)}</li>" for item in items), MOST_OF_A_LIST, "item")
    name = heading.rsplit(maxsplit=1)[-1].lower()
    return section(name, f"{heading}: {len(items):,}", f"<ul>{rows}</ul>{more}", fold=True)


def columns(*names: str, numbers: Collection[str] = (), spare: Collection[str] = ()) -> str:
    """The heads of a table: those of numbers stand on the right, the spare ones only on a wide page."""
    cells = []
    for name in names:
        kinds = [*(["n"] if name in numbers else []), *(["spare"] if name in spare else [])]
        of_kind = f' class="{" ".join(kinds)}"' if kinds else ""
        cells.append(f"<th scope=col{of_kind}>{escape(name)}</th>")
    return f"<thead><tr>{''.join(cells)}</tr></thead>"


def table(label: str, heads: str, rows: str, kind: str = "plain") -> str:
    """A table, with the name that screen readers say."""
    return f'<table class={kind} aria-label="{escape(label, quote=True)}">{heads}<tbody>{rows}</tbody></table>'


def definitions(pairs: Iterable[tuple[str, str]], kind: str = "problem") -> str:
    """Names and values that aren't empty."""
    shown = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in pairs if value)
    return f"<dl class={kind}>{shown}</dl>"


def curl(line: str) -> str:
    """A line to copy."""
    return f"<div class=curl><pre>{escape(line)}</pre></div>"


def breaking(label: str) -> str:
    """Method and path, which a narrow page may break after a slash."""
    return escape(label).replace("/", "/<wbr>")


def anchor(operation: str) -> str:
    """The id of an operation's row."""
    return escape(f"op-{operation}", quote=True)


def link(operation: str, label: str) -> str:
    """A link to the row of an operation."""
    return f'<a href="#op-{quote(operation)}"><code>{breaking(label)}</code></a>'
