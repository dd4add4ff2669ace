"""The search of a list finds the records that have its text, and no others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final
from uuid import uuid4

import pytest

from contract_tests.core.action import Action
from contract_tests.core.cases import Cases
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.promises import promise
from contract_tests.core.schemas import declared_members, fits, merged_keywords
from contract_tests.suites.records.calls import Made
from contract_tests.suites.records.choosing import Filter, searches_of
from contract_tests.suites.records.kinds import body_of
from contract_tests.suites.records.life import Life
from contract_tests.suites.records.lists import listed_kinds, walk_with

pytestmark = pytest.mark.usefixtures("writable", "reserved")
PAGE: Final = "the parameters of the contract"
LETTERS: Final = str.maketrans("0123456789", "ghijklmnop")
LENGTH: Final = 9
PART: Final = re.compile(r"contain|part of|substring|text in|anywhere|partial", re.IGNORECASE)
CASELESS: Final = re.compile(r"case[- ]?insensitive|ignor\w* (the )?case|case is ignored|any case", re.IGNORECASE)


@promise("A search finds the records that have its text, and no others", page=PAGE, stage=27)
def test_searches(made_kinds: list[Life]) -> None:
    """A text that no record has, that of a record that was made, and a part of it where the contract says so."""
    cases = Cases()
    for life, listing, made in listed_kinds(made_kinds):
        for search in searches_of(listing.operation, listing.behaviour.list):
            with cases.case():
                check_nowhere(life, listing, search, made)
            with cases.case():
                check_found(life, listing, search, made[0])
    cases.settle(some=True, otherwise="the contract declares no search")


def check_nowhere(life: Life, listing: Action, search: Filter, made: list[Made]) -> None:
    """Raise `Broken` where a text that no record has finds some."""
    text = word()
    walk = walk_with(life, listing, made, {search.parameter: text})
    if walk is not None and walk.items:
        asked = f"{listing.id} with {search.parameter}={text}"
        expected = f"{asked} to list no record, for none has that text (search)"
        raise Broken(expected, f"{len(walk.items)} records", *walk.answers[-1:])


def check_found(life: Life, listing: Action, search: Filter, like: Made) -> None:
    """Raise `Broken` where the text of a field finds nothing: of each one that the contract names, else of any."""
    made, words = marked(life, listing, like)
    named = {name for name in words if re.search(rf"\b{re.escape(name)}\b", search.said, re.IGNORECASE)}
    misses: dict[str, Broken | None] = {}
    for name, text in words.items():
        if name in named or not named:
            try:
                life.eventually(partial(check_word, life, listing, search, made, name, text))
                misses[name] = None
            except Broken as broken:
                misses[name] = broken
    for name, miss in misses.items():
        if miss is not None and (name in named or all(misses.values())):
            raise miss


def marked(life: Life, listing: Action, like: Made) -> tuple[Made, dict[str, str]]:
    """A record whose texts each have a word of their own, and these words by field."""
    assert life.kind.create is not None
    place = body_of(life.contract, life.kind.create)
    body = dict(life.body(life.kind.create, 0))
    words: dict[str, str] = {}
    for name, schema in declared_members(life.contract, place.value).items():
        text = word().capitalize()
        value = as_field(merged_keywords(life.contract, schema), text)
        if name != life.kind.key and value and fits(life.contract, place, {**body, name: value}, writing=True):
            body[name], words[name] = value, text
    if not words:
        raise NotChecked(f"no text of {life.kind} can be searched for")
    is_below = life.kind.create.operation.method == "POST" and bool(listing.operation.path_names)
    return life.create(body, like.values if is_below else None), words


def as_field(keywords: Mapping[str, Any], text: str) -> str:
    """A text with a word in it, as a member may have it; empty where it may have none."""
    if "enum" in keywords or "const" in keywords:
        return ""
    if keywords.get("format") == "email":
        return f"{text}@example.com"
    return "" if {"format", "pattern"} & keywords.keys() else f"Of {text}"


def check_word(life: Life, listing: Action, search: Filter, made: Made, name: str, text: str) -> None:
    """Raise `Broken` where the record is not found by the word of one of its fields."""
    shown = life.record_in(life.look(made), made) or {}
    if text not in str(shown.get(name, "")):
        return
    for asked, why in askings(search, text):
        walk = walk_with(life, listing, [made], {search.parameter: asked})
        if walk is not None and walk.whole and not any(life.is_named(item, made.key) for item in walk.items):
            said = f"{listing.id} with {search.parameter}={asked}"
            expected = f"{said} to list {made.key}, whose {name} has {why}{text} (search)"
            raise Broken(expected, f"a list without it ({len(walk.items)} records)", made.answer, *walk.answers[-1:])


def askings(search: Filter, text: str) -> Iterator[tuple[str, str]]:
    """The word itself; in other letters, and a part of it, where the contract says that they do."""
    yield text, ""
    if CASELESS.search(search.said):
        yield text.swapcase(), "(the case is ignored) "
    if PART.search(search.said):
        yield text[2:-2], "a part of "


def word() -> str:
    """A word that stands nowhere yet."""
    return uuid4().hex[:LENGTH].translate(LETTERS)
