"""Whether a target has the paths of the contract: it answers them otherwise than a path that no contract has.

A 404 says either that a record isn't there, or that nothing is served at this address. Web sites and gateways answer a
path that they don't know with 404, with their start page, or with 403. What they say to two made-up paths is compared
with what they say to the path in question: status, media type, `Allow`, and the words of the body.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final
from urllib.parse import unquote

from contract_tests.core.answer import Answer, Sent

Ask = Callable[[Sent], Answer | None]
"""Sends a request once more; None where no answer comes."""

MADE_UP: Final = ("contract-tests-nowhere", "contract-tests-neverland")
"""What stands before a path, so that no contract has it; two, to know what differs between any two answers."""
PAGE: Final = "text/html"
COMPARED: Final = ("content-type", "allow", "www-authenticate")
"""Headers that say something of the path."""
OF_BODIES: Final = ("content-", "transfer-encoding")
WORD: Final = re.compile(r"[^\W\d]\w*")


def has_route(ask: Ask, sent: Sent) -> bool:
    """Whether the target knows the path of a request, by what it answers to GET, if that was read, and to OPTIONS."""
    methods = ("GET", "OPTIONS") if sent.method == "GET" else ("OPTIONS",)
    headers = {name: value for name, value in sent.headers.items() if not name.lower().startswith(OF_BODIES)}
    return any(is_told_apart(ask, replace(sent, method=method, headers=headers, body=b"")) for method in methods)


def is_told_apart(ask: Ask, sent: Sent) -> bool:
    """Whether the answer to a request differs from those to paths that aren't there.

    It is asked for between these, for what changes with the time, such as a clock, differs between them, too.
    """
    before, answer, after = ask(below(sent, MADE_UP[0])), ask(sent), ask(below(sent, MADE_UP[1]))
    if before is None or answer is None or after is None:
        return False
    if features(before) == features(after) != features(answer):
        return True
    own = words_of(sent.path) | words_of(sent.url) | {word for name in MADE_UP for word in words_of(name)}
    first, second, found = (body_words(one) - own for one in (before, after, answer))
    return bool(first & second - found) or (first == second and found != first)


def below(sent: Sent, name: str) -> Sent:
    """The same request to a path below a made-up one."""
    root = root_of(sent)
    return replace(sent, url=f"{root}/{name}{sent.url.removeprefix(root)}", path=f"/{name}{sent.path}")


def at(root: str, sent: Sent) -> Sent:
    """The same request below another address."""
    return replace(sent, url=root + sent.url.removeprefix(root_of(sent)))


def root_of(sent: Sent) -> str:
    """The address below which the path of a request stands."""
    return sent.url.partition("?")[0].removesuffix(sent.path)


def features(answer: Answer) -> tuple[object, ...]:
    """Status and headers that say something of a path."""
    return answer.status, *(answer.headers.get(name, "") for name in COMPARED)


def body_words(answer: Answer) -> set[str]:
    """The words of a body, without numbers."""
    return words_of(answer.body.decode("utf-8", "replace"))


def words_of(text: str) -> set[str]:
    """The words of a text, without numbers."""
    return {*WORD.findall(text), *WORD.findall(unquote(text))}


def right_root(ask: Ask, sent: Sent, roots: Iterable[str]) -> tuple[str, int] | None:
    """Below which of some addresses the target knows the path of a request, and the status of its answer there; a page
    may be called like a path of the contract."""
    for root in roots:
        there = at(root, sent)
        answer = ask(there)
        if answer is None or answer.status in {404, 405} or answer.media_type == PAGE:
            continue
        if has_route(ask, there):
            return root, answer.status
    return None
