"""The paths of records: one notation of each, those above it, and what requests and answers say of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from contract_tests.core.answer import NOT_JSON, Answer, Sent


def canonical(path: str) -> str:
    """A raw path with each segment encoded in one way."""
    return "/".join(quote(unquote(step), safe="") for step in path.partition("?")[0].rstrip("/").split("/"))


def prefixes(path: str) -> list[str]:
    """A path and those above it, the longest first."""
    steps = path.split("/")
    return ["/".join(steps[:count]) for count in range(len(steps), 1, -1)]


def has_form(url: str, template: str) -> bool:
    """Whether a path has the form of a template."""
    steps, wanted = url.split("/"), template.split("/")
    pairs = zip(wanted, steps, strict=False)
    return len(steps) == len(wanted) and all(one in ("{}", two, unquote(two)) for one, two in pairs)


def bodies(sent: Sent) -> list[Any]:
    """The JSON bodies of a request: each item of a list, else the body itself; empty where there is none."""
    body = sent.json
    return body if isinstance(body, list) else [] if body is NOT_JSON else [body]


def keys_in(value: Any) -> Iterator[str | int]:
    """The values that name records in a body: of members called id, ids, or ending so."""
    for name, item in value.items() if isinstance(value, Mapping) else ():
        values = item if isinstance(item, list) else [item]
        if re.search(r"(^|[a-z_])(id|Id|ID|uuid|key)s?$", str(name)):
            yield from (one for one in values if isinstance(one, str | int) and not isinstance(one, bool))


def located(answer: Answer) -> str | None:
    """The raw path below the target's base URL that Location names."""
    location = answer.headers.get("location")
    if not location:
        return None
    base = urlsplit(answer.sent.url).path.removesuffix(answer.sent.path.partition("?")[0])
    path = urlsplit(location).path
    if not path.startswith("/"):
        path = f"{answer.sent.path.rstrip('/')}/{path}"
    return path.removeprefix(base) if base else path
