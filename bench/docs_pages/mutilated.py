"""Damaged pages of every family: how many of the facts that are still read does the whole page state?"""

from __future__ import annotations

import random
import re
from typing import Any

from bench.docs_pages.model import apis
from bench.docs_pages.score import FAMILIES
from docs_to_openapi.contract.assemble import assemble
from docs_to_openapi.contract.facts import facts
from docs_to_openapi.contract.finish import finish
from docs_to_openapi.errors import Problem
from docs_to_openapi.pages.blocks import page_from_bytes
from docs_to_openapi.reading.reader import read_page
from tests.docs_to_openapi.mutilation import ANY_FACT, MUTILATIONS

_GENERAL = ("example", "server", "security", "scheme")  # stated for the whole API, perhaps in the part that was cut
_BASE = re.compile(r"^(\w+) /(?:api/v\d|api|v\d)(?=/)")


def stated(data: bytes, name: str) -> tuple[dict[tuple[str, str], Any], list[Problem]]:
    """The facts of one page, without those of the whole API, and its problems."""
    reading = read_page(page_from_bytes(name, data))
    problems = list(reading.problems)
    document = finish(assemble([reading], problems))
    found = {
        (fact.kind, _BASE.sub(r"\1 ", fact.where)): fact.value
        for fact in facts(document).values()
        if fact.kind not in _GENERAL and fact.value is not False
    }
    return found, problems


def damaged(family: str, index: int, seed: int) -> tuple[int, int]:
    """The facts read from the damaged first page of an API, and those among them that the whole page doesn't state."""
    name, text = next(iter(FAMILIES[family](apis()[index], index)[0].items()))
    true, _ = stated(text.encode(), name)
    read = wrong = 0
    for kind, mutilate in MUTILATIONS.items():
        broken = mutilate(text, random.Random(seed))
        found, problems = stated(broken, name)
        lines = broken.count(b"\n") + 1
        assert all(1 <= problem.place.line <= lines for problem in problems), (family, index, kind)
        if kind not in ANY_FACT:
            read += len(found)
            wrong += sum(true.get(key) != value for key, value in found.items())
    return read, wrong


def table(half: range) -> str:
    """The share of facts that are still right, by family, as Markdown."""
    lines = ["| family, damaged | facts read | right |", "|---|---|---|"]
    for family in FAMILIES:
        counts = [damaged(family, index, index) for index in half]
        read, wrong = sum(each[0] for each in counts), sum(each[1] for each in counts)
        lines.append(f"| {family} | {read} | {1 - wrong / max(1, read):.4f} |")
    return "\n".join(lines)
