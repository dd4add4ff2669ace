"""The named sets of faults: what each does to a request."""

from __future__ import annotations

from mockserver.exchange.faults import Delay, LogNormal, RateLimit, Rule, Span
from mockserver.exchange.presets import PRESETS, armed


def test_each_preset_does_what_it_says() -> None:
    """In the words of its description."""
    assert {name: (preset.name, preset.rules) for name, preset in PRESETS.items()} == {
        "offline": ("offline", (Rule(reset=True),)),
        "slow-3g": ("slow-3g", (Rule(delay=Delay(uniform=Span(1500, 2500)), slow=50_000),)),
        "flaky": (
            "flaky",
            (
                Rule(probability=0.2, status=500),
                Rule(probability=0.1, delay=Delay(lognormal=LogNormal(1000, 0.5))),
                Rule(probability=0.05, body="truncated"),
            ),
        ),
        "backend-down": ("backend-down", (Rule(status=503),)),
        "rate-limited": ("rate-limited", (Rule(limit=RateLimit(5, 60)),)),
    }
    assert all(len(preset.description) > 20 for preset in PRESETS.values())


def test_rules_come_before_presets() -> None:
    """Each rule of a preset has its name."""
    own = Rule(status=418)
    found = armed((own,), ("backend-down", "flaky"))
    names = ["", "backend-down", "flaky", "flaky", "flaky"]
    assert [(one.rule, one.preset or "") for one in found] == list(
        zip([own, *PRESETS["backend-down"].rules, *PRESETS["flaky"].rules], names, strict=True)
    )
    assert armed(()) == ()
