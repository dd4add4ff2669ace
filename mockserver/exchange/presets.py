"""Named sets of faults, for the failures that frontends see most often."""

from __future__ import annotations

from typing import NamedTuple

from mockserver.exchange.faults import Armed, Delay, Faults, LogNormal, RateLimit, Rule, Span


class Preset(NamedTuple):
    """A named set of rules."""

    name: str
    description: str
    rules: tuple[Rule, ...]


PRESETS = {
    preset.name: preset
    for preset in (
        Preset("offline", "no request arrives: each connection is closed without a response", (Rule(reset=True),)),
        Preset(
            "slow-3g",
            "each response starts after 2 seconds, and then comes at 50 KB a second",
            (Rule(delay=Delay(uniform=Span(1500, 2500)), slow=50_000),),
        ),
        Preset(
            "flaky",
            "one response in five is a 500, one in ten is late, one in twenty breaks off",
            (
                Rule(probability=0.2, status=500),
                Rule(probability=0.1, delay=Delay(lognormal=LogNormal(1000, 0.5))),
                Rule(probability=0.05, body="truncated"),
            ),
        ),
        Preset("backend-down", "every response is a 503", (Rule(status=503),)),
        Preset("rate-limited", "five requests a minute for each token, then 429", (Rule(limit=RateLimit(5, 60)),)),
    )
}
"""The presets by name."""


def armed(rules: tuple[Rule, ...], presets: tuple[str, ...] = ()) -> Faults:
    """These rules, then those of the presets, with all counts at zero."""
    named = tuple(Armed(rule, name) for name in presets for rule in PRESETS[name].rules)
    return (*(Armed(rule) for rule in rules), *named)
