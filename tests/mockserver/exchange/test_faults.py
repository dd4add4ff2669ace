"""Rules inside a world say which answers are disturbed; the same world and trace disturb the same ones."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.exchange.faults import (
    Delay,
    Disturbance,
    FaultContext,
    LogNormal,
    RateLimit,
    Rule,
    Span,
    disturb,
    disturbed,
    presets_of,
    rules_from,
    shown_rule,
)
from mockserver.exchange.presets import PRESETS, armed
from mockserver.messages import Answer, Transport
from mockserver.settings import LONGEST_WAIT

FAIL = 503


def _trace(rule: Rule, count: int, seed: str = "0", **context: Any) -> list[int | None]:
    """The status that each of so many requests is given instead of its own."""
    faults, statuses = armed((rule,)), []
    for _ in range(count):
        given_ = {"operation": "op", "user": "ann", "token": "t", "now": 0, "seed": seed, **context}
        disturbance, faults = disturb(faults, FaultContext(**given_))
        statuses.append(disturbance.status if disturbance else None)
    return statuses


@pytest.mark.parametrize(
    ("rule", "statuses"),
    [
        (Rule(status=FAIL), [FAIL] * 4),
        (Rule(status=FAIL, times=2), [FAIL, FAIL, None, None]),
        (Rule(status=FAIL, nth=2), [None, FAIL, None, None]),
        (Rule(status=FAIL, probability=0), [None] * 4),
        (Rule(status=FAIL, probability=1), [FAIL] * 4),
        (Rule(status=FAIL, operation="op"), [FAIL] * 4),
        (Rule(status=FAIL, operation="other"), [None] * 4),
        (Rule(status=FAIL, user="ann", nth=1), [FAIL, None, None, None]),
        (Rule(status=FAIL, user="bob"), [None] * 4),
        (Rule(limit=RateLimit(2, 60)), [None, None, 429, 429]),
        (Rule(limit=RateLimit(2, 60), status=FAIL), [None, None, FAIL, FAIL]),
        (Rule(limit=RateLimit(0, 60), times=1), [429, None, None, None]),
    ],
)
def test_a_rule_is_about_these_requests(rule: Rule, statuses: list[int | None]) -> None:
    """By operation, user, number, share, and how often."""
    assert _trace(rule, 4) == statuses


def test_a_rule_that_is_about_others_counts_nothing() -> None:
    """The faults are the same value, so that no world has to be committed."""
    faults = armed((Rule(operation="other", status=FAIL),))
    assert disturb(faults, FaultContext("op", "ann", "t", 0, "0")) == (None, faults)
    assert disturb(faults, FaultContext("op", "ann", "t", 0, "0"))[1] is faults


@given(st.floats(0, 1), st.text(max_size=5))
def test_chance_is_drawn_from_the_seed(probability: float, seed: str) -> None:
    """The same trace in the same world fails alike, on any machine."""
    rule = Rule(status=FAIL, probability=probability)
    assert _trace(rule, 20, seed) == _trace(rule, 20, seed)


def test_a_share_is_about_right() -> None:
    """A fifth of a thousand."""
    failed = sum(status is not None for status in _trace(Rule(status=FAIL, probability=0.2), 1000))
    assert 150 < failed < 250


@given(
    st.one_of(
        st.builds(Delay, fixed=st.integers(0, LONGEST_WAIT)),
        st.builds(Delay, uniform=st.builds(Span, st.integers(0, LONGEST_WAIT), st.integers(0, LONGEST_WAIT))),
        st.builds(Delay, lognormal=st.builds(LogNormal, st.integers(0, LONGEST_WAIT), st.floats(0, 5))),
    ),
    st.integers(),
)
def test_no_wait_is_longer_than_the_longest(delay: Delay, seed: int) -> None:
    """Whatever is drawn."""
    assert 0 <= delay.drawn(Random(seed)) <= LONGEST_WAIT


def test_rules_work_together() -> None:
    """Waits add up to the longest at most; of two statuses the first counts."""
    rules = (Rule(delay=Delay(fixed=20_000)), Rule(status=500), Rule(delay=Delay(fixed=20_000), status=501, slow=7))
    disturbance, _ = disturb(armed(rules), FaultContext("op", "ann", "t", 0, "0"))
    assert disturbance is not None
    assert (disturbance.status, disturbance.transport) == (500, Transport(LONGEST_WAIT, 7))
    assert str(disturbance) == "status 500, 30000 ms late, 7 bytes a second"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_a_malformed_body_does_not_parse(value: Any) -> None:
    """Whatever it was."""
    body = json.dumps(value).encode()
    spoilt = disturbed(Answer(200, (), body), Disturbance(body="malformed"))
    with pytest.raises(ValueError, match=r".*"):
        json.loads(spoilt.body)
    assert spoilt.transport == Transport()


@given(st.binary())
def test_a_truncated_body_is_cut_in_the_middle(body: bytes) -> None:
    """The whole is announced, half of it leaves."""
    spoilt = disturbed(Answer(200, (), body), Disturbance(body="truncated"))
    assert (spoilt.body, spoilt.transport) == (body, Transport(cut=len(body) // 2))


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_goes_round(name: str) -> None:
    """As JSON and back, and by its name."""
    rules = PRESETS[name].rules
    shown = msgspec.json.decode(msgspec.json.encode([shown_rule(rule) for rule in rules]))
    assert rules_from(shown) == rules
    assert presets_of(armed((), (name,))) == (name,)


def test_long_tokens_have_windows_of_their_own_without_being_kept() -> None:
    """Each is counted by itself; what is remembered of it is short."""
    faults = armed((Rule(limit=RateLimit(1, 60)),))
    for token in ("a" * 10_000, "b" * 10_000):
        disturbance, faults = disturb(faults, FaultContext("op", "ann", token, 0, "0"))
        assert disturbance is None
        disturbance, faults = disturb(faults, FaultContext("op", "ann", token, 0, "0"))
        assert disturbance is not None
    assert all(len(key) <= 200 for key in faults[0].windows)
