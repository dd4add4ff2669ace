"""The judge against the independent implementation: a defect of every family is named, a legitimate variant passes.

`python -m tests.contract_tests.judge_all` does the same with every defect and variant and all suites; it takes longer.
"""

from __future__ import annotations

import pytest

from tests.contract_tests.judge_all import judge
from tests.contract_tests.seeding import DEFECTS, SAYS, VARIANTS

BEHAVIOURS, CONFORMANCE = ("--suite", "behaviours"), ("--suite", "conformance")


@pytest.mark.parametrize(
    ("name", "suite", "operation"),
    [
        ("NaiveTimes", BEHAVIOURS, "listDevices"),
        ("TruncatedJson", BEHAVIOURS, "getDevice"),
        ("StackTraceIn404", BEHAVIOURS, "getDevice"),
        ("ExpiredTrustShown", BEHAVIOURS, "listDevices"),
        ("TrustNotPersisted", BEHAVIOURS, "trustDevice"),
        ("UntrustEndsOneSession", BEHAVIOURS, "untrustDevice"),
        ("RemovedComesBack", BEHAVIOURS, "removeDevice"),
        ("RevokeAllLeavesOne", BEHAVIOURS, "revokeAllSessions"),
        ("LostUpdates", BEHAVIOURS, "heartbeatSession"),
        ("ForeignSessionRevocable", BEHAVIOURS, "revokeSession"),
        ("TokenByItsBeginning", BEHAVIOURS, "listSessions"),
        ("MissingFingerprintLookedUp", BEHAVIOURS, "trustDevice"),
        ("NoAllow", CONFORMANCE, "listDevices"),
        ("OptionsCrashes", CONFORMANCE, "listDevices"),
    ],
)
def test_a_defect_of_every_family_is_named(name: str, suite: tuple[str, str], operation: str) -> None:
    """Exit 1, and the report has the words that name it."""
    result = judge(name, "--fail-fast", *suite, "--only", operation)
    assert result["right"], result["told"]


@pytest.mark.parametrize(
    ("name", "suite", "operation"),
    [
        ("Forbidden", BEHAVIOURS, "listDevices"),
        ("SchemeIgnored", BEHAVIOURS, "listDevices"),
        ("NoOptionalFields", BEHAVIOURS, "trustDevice"),
        ("NothingAtAll", BEHAVIOURS, "removeDevice"),
        ("FirstSessionsExpireSoon", BEHAVIOURS, "listSessions"),
        ("IdsOfAnotherFormRefused", BEHAVIOURS, "getDevice"),
        ("TokenDiesWithRevokeAll", BEHAVIOURS, "revokeAllSessions"),
        ("BlankFingerprintRefused", CONFORMANCE, "trustDevice"),
        ("FrameworksOwnAllow", CONFORMANCE, "getDevice"),
        ("UnknownMethodsAre501", CONFORMANCE, "listDevices"),
    ],
)
def test_a_legitimate_variant_passes(name: str, suite: tuple[str, str], operation: str) -> None:
    """Exit 0."""
    result = judge(name, *suite, "--only", operation)
    assert result["right"], result["told"]


def test_there_are_enough_of_both_and_each_defect_has_words() -> None:
    """The registers hold what the measure needs."""
    assert len(DEFECTS) >= 150
    assert len(VARIANTS) >= 35
    assert all(all(words) and words for words in SAYS.values())
