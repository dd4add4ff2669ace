"""What a target sends may stand in every report."""

from __future__ import annotations

import pytest

from contract_tests.report.junit import legal
from contract_tests.report.markdown import escaped


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\tb\nc\rd e", "a\tb\nc\rd e"),
        ("a\x00b\x1fc", "abc"),
        ("日本 \U0001f600", "日本 \U0001f600"),
        ("\ufffe\uffff", ""),
    ],
)
def test_junit_keeps_what_xml_can_hold(text: str, kept: str) -> None:
    """Tabs and line ends stay, other control characters and non-characters go."""
    assert legal(text) == kept


def test_annotations_escape_what_ends_a_command() -> None:
    """Percent signs and line ends everywhere, colons and commas in properties only."""
    assert escaped("1%\r\n2: a, b") == "1%25%0D%0A2: a, b"
    assert escaped("1%\n2: a, b", in_property=True) == "1%25%0A2%3A a%2C b"
