"""Writes that are done later: a 202 leads to a job, and the job to what it has made (RFC 9110, section 15.3.3)."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

from contract_tests.core.accepted import ACCEPTED, has_failed, is_pending, stated_in
from contract_tests.core.answer import NOT_JSON, Answer, Sent
from contract_tests.core.creation import KEYS, Maker, called, key_of, kind, plain
from contract_tests.core.gate import wait_asked_for
from contract_tests.core.locating import canonical, has_form, located
from contract_tests.core.target import Target

PAUSE: Final = 0.1  # seconds between two looks, unless Retry-After asks for more
LONGEST: Final = 5.0  # seconds that a Retry-After may ask for
HOPS: Final = 5  # redirections from a job to what it has made
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
NOT_YET: Final = frozenset({404, 425})


def followed(target: Target, answer: Answer, seconds: float) -> Answer | None:
    """What the address of a job shows when it is over; None where it leads nowhere, or takes longer. It is looked at
    once at least."""
    path, until, hops = located(answer), time.monotonic() + seconds, 0
    look = answer
    while path is not None and target.contract.match("GET", path) is not None:
        look = target.request("GET", path)
        if look.status in REDIRECTS and hops < HOPS:
            path, hops = located(look), hops + 1
            continue
        if look.ok and look.status != ACCEPTED and not is_pending(look.json):
            return look
        if not look.ok and look.status not in NOT_YET:
            return None
        if time.monotonic() >= until:
            return None
        asked = wait_asked_for(look, 0) if "retry-after" in look.headers else None
        target.gate.limits.sleep(min(max(asked or 0.0, PAUSE), LONGEST, max(until - time.monotonic(), 0.0)))
    return None


def wait_for_state(target: Target, path: str, seconds: float) -> None:
    """Wait until a record at a path isn't pending any more, so long at most."""
    if target.contract.match("GET", path) is not None:
        here = Answer(Sent("GET", target.gate.base_url + path, path, {}), ACCEPTED, {"location": path}, b"")
        followed(target, here, seconds)


def made_by(target: Target, maker: Maker, look: Answer | None, above: tuple[str, ...]) -> str | None:
    """The path of the record that a job has made, as its last look shows it; None where it shows none."""
    if look is None or has_failed(look.json):
        return None
    own = target.gate.rules.own
    for template in maker.templates:
        if has_form(canonical(look.sent.path), template):
            return canonical(look.sent.path)
        if (url := named_in(look, template)) is not None:
            return url
        parameter, word = own.parameter_of(template), kind(template)
        key = key_in(look.json, parameter, word)
        if key is not None and (url := own.path_of(template, above, key)):
            return url
    return None


def named_in(look: Answer, template: str) -> str | None:
    """A path of this form among the values of a job."""
    for text in texts(look.json):
        path = located(Answer(look.sent, look.status, {"location": text}, b"")) if "/" in text else None
        if path is not None and has_form(canonical(path), template):
            return canonical(path)
    return None


def key_in(job: Any, parameter: str, word: str) -> str | None:
    """The key of the record that a job names, which isn't its own: `reportId`, or what stands in `result`."""
    job = stated_in(job)
    if not isinstance(job, Mapping) or job is NOT_JSON:
        return None
    own = {*called(parameter, word)} - {plain(name) for name in KEYS}
    for name, value in job.items():
        if plain(str(name)) in own and isinstance(value, str | int):
            return str(value)
    inner = (value for value in job.values() if isinstance(value, Mapping))
    return next((key for value in inner if (key := key_of(value, parameter, word))), None)


def texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list) and value is not NOT_JSON:
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from texts(item)
