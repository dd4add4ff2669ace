"""The lines that show a problem again when they are pasted into bash, after the records of the run are gone.

Before the requests of the problem stand those that made the records which it names. Where the target chose a key, the
line that makes the record keeps it in a variable, and the lines that follow use it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.locating import canonical, located, prefixes
from contract_tests.core.shell import variable

MOST_BEFORE: Final = 6  # lines that make records
GONE: Final = (404, 410)
LONG: Final = 8  # characters of a key that stands for one record wherever it is found
PLAIN: Final = re.compile(r"[\w.~-]+\Z", re.ASCII)
"""A key that is written alike in a path, in JSON and in a shell."""
NAME: Final = re.compile(r"[A-Za-z_]\w*\Z", re.ASCII)
BY_LOCATION: Final = "sed -n 's#^[Ll]ocation:.*/##p' | tr -d '\\r'"


@dataclass
class Paste:
    """The lines of one problem; `show` takes secrets out of a text."""

    show: Callable[[str], str]
    names: dict[str, str] = field(default_factory=dict)  #: the variables by the keys that they hold

    def line(self, answer: Answer, later: Sequence[Answer]) -> str:
        """The line of a request; it keeps the key of what it makes, where later ones need it."""
        found = next(((key, how) for key, how in shown_keys(answer) if self._is_needed(key, answer.sent, later)), None)
        if found is None:
            return answer.sent.curl(self._written)
        key, how = found
        name = f"ID{len(self.names) + 1 if self.names else ''}"
        request = answer.sent.curl(self._written, "-sSi" if how == BY_LOCATION else "-sS")
        self.names[key] = name
        return f"{name}=$({request} | tee /dev/stderr | {how})"

    def _is_needed(self, key: str, sent: Sent, later: Sequence[Answer]) -> bool:
        return key not in self.names and not names_key(sent, key) and any(names_key(one.sent, key) for one in later)

    def _written(self, text: str) -> str:
        text = self.show(text)
        for key, name in self.names.items():
            text = pattern_of(key).sub(lambda found, name=name: f"{found[1]}{variable(name)}", text)  # type: ignore[misc]
        return text


def lines_of(answers: Sequence[Answer], made: Mapping[str, Answer], show: Callable[[str], str]) -> list[str]:
    """The lines that repeat requests; `made` has the requests that have made the records of this run, by path."""
    steps = [*makers_of(answers, made), *answers]
    paste = Paste(show)
    return [paste.line(answer, steps[at + 1 :]) for at, answer in enumerate(steps)]


def makers_of(answers: Sequence[Answer], made: Mapping[str, Answer]) -> list[Answer]:
    """What made the records that requests name, as it was sent, but for what they make themselves."""
    by_key = {unquote(url.rpartition("/")[2]): answer for url, answer in made.items()} if made else {}
    found = dict[int, Answer]()
    left = [answer for answer in answers if answer.status not in GONE]  # of these, what they name is gone again
    while left and len(found) < MOST_BEFORE:
        for maker in named_by(left.pop(0).sent, made, by_key):
            if id(maker) not in found and not any(maker.sent is one.sent for one in answers):
                found[id(maker)] = maker
                left.append(maker)
    order = {id(answer): at for at, answer in enumerate(made.values())}
    return sorted(found.values(), key=lambda one: order[id(one)])


def named_by(sent: Sent, made: Mapping[str, Answer], by_key: Mapping[str, Answer]) -> Iterator[Answer]:
    """The makers of the records that a request names, in its path, its query or its body."""
    own = (made[url] for url in prefixes(canonical(sent.path)) if url in made)
    yield from (maker for maker in own if maker.sent is not sent)
    values = {str(value) for value, _ in leaves(sent.json)} | {*words_of(sent)}
    yield from (by_key[value] for value in values if len(value) >= LONG and value in by_key
                if by_key[value].sent is not sent and value not in makes(sent))  # fmt: skip


def makes(sent: Sent) -> set[str]:
    """The last step of the path of a PUT, which makes a record under this key."""
    return {unquote(sent.path.rpartition("/")[2])} if sent.method == "PUT" else set()


def shown_keys(answer: Answer) -> Iterator[tuple[str, str]]:
    """The values that may be a key in the answer to a write, each with the command that takes it out."""
    if answer.sent.method in {"GET", "HEAD", "OPTIONS", "DELETE"} or not answer.ok:
        return
    for value, way in leaves(answer.json):
        if PLAIN.match(str(value)) and not isinstance(value, bool):
            yield str(value), f"jq -r {way}"
    if location := located(answer):
        yield unquote(location.rstrip("/").rpartition("/")[2]), BY_LOCATION


def leaves(value: Any, way: str = "") -> Iterator[tuple[str | int, str]]:
    """The texts and whole numbers in a JSON value, those on top first, each with its path as jq writes it."""
    pairs: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ways = [(item, f"{way or '.'}[{at}]" if isinstance(at, int) else way + step(at)) for at, item in pairs]
    yield from ((item, f"'{at}'" if "[" in at else at) for item, at in ways if isinstance(item, str | int))
    for item, at in ways:
        yield from leaves(item, at)


def step(name: str) -> str:
    """One step of a jq path; a name that jq can't read is left out by a path that finds nothing."""
    return f".{name}" if NAME.match(name) else f"[{json.dumps(name).replace(chr(39), '')}]"


def words_of(sent: Sent) -> Iterator[str]:
    """The steps of the path and the values of the query."""
    parts = urlsplit(sent.url)
    yield from (unquote(one) for one in parts.path.split("/") if one)
    yield from (unquote(pair.partition("=")[2]) for pair in parts.query.split("&") if pair)


def names_key(sent: Sent, key: str) -> bool:
    """Whether a request names a key; a short one counts only where keys stand."""
    if key in {*words_of(sent)}:
        return True
    text = sent.body.decode("utf-8", "replace")
    return pattern_of(key).search(text) is not None


def pattern_of(key: str) -> re.Pattern[str]:
    """Where a key stands: anywhere if it is long, else in a path or as the value of a member that is an id."""
    if len(key) >= LONG:
        return re.compile(rf"()(?<![\w-]){re.escape(key)}(?![\w-])")
    return re.compile(rf"""((?:(?<=[\w-])/|(?:id|Id|ID|key)"\s*:\s*"?)){re.escape(key)}(?=[/?,"\}}\]\s]|$)""")
