"""Bodies that are well-formed XML, that aren't, and those of which nothing is said."""

from __future__ import annotations

import pytest

from contract_tests.core.markup import is_xml, problem_of

RIGHT = '<thing id="é"><n>1</n></thing>'
NESTED = "".join(f'<!ENTITY e{at} "{f"&e{at - 1};" * 10}">' for at in range(1, 12))


@pytest.mark.parametrize(
    "body",
    [
        RIGHT.encode(),
        b"\xef\xbb\xbf" + RIGHT.encode(),
        f'<?xml version="1.0" encoding="ISO-8859-1"?>{RIGHT}'.encode("latin-1"),
        f'<?xml version="1.0" encoding="UTF-16"?>{RIGHT}'.encode("utf-16"),
        f"<!DOCTYPE thing>\n<!-- a thing -->{RIGHT}\n".encode(),
    ],
)
def test_what_is_well_formed(body: bytes) -> None:
    """In whichever encoding."""
    assert problem_of(body, "application/xml") == ""


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "no element found"),
        (b"<thing><n>1</n>", "no element found"),
        (b"<thing></n></thing>", "mismatched tag"),
        (b"<thing/><thing/>", "junk after document element"),
        (b"<thing>a & b</thing>", "invalid token"),
        (b'<thing id="1" id="2"/>', "duplicate attribute"),
        (b"<thing>&nbsp;</thing>", "undefined entity"),
        (b'{"id": 1}', "invalid token"),
        (b'\n<?xml version="1.0"?><thing/>', "declaration not at start"),
        (RIGHT.encode("latin-1"), "invalid token"),
    ],
)
def test_what_is_not(body: bytes, problem: str) -> None:
    """The problem is named, with its place."""
    assert problem in problem_of(body, "application/xml")
    assert "line " in problem_of(body, "application/xml; charset=utf-8")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (f'<!DOCTYPE t [<!ENTITY e0 "e">{NESTED}]><t>&e11;</t>'.encode(), "application/xml"),  # never expanded
        (b'<!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/passwd">]><t>&x;', "application/xml"),  # never read
        (b'<?xml version="1.1"?><t>&#1;</t>', "application/xml"),
        (b'<?xml version="1.0" encoding="no-such"?><t>', "application/xml"),
        (RIGHT.encode("shift_jis", "replace"), "text/xml; charset=no-such"),
        (RIGHT.encode("latin-1"), "text/xml; charset=ISO-8859-1"),
        (f'<?xml version="1.0" encoding="ISO-8859-1"?>{RIGHT}'.encode("latin-1"), "text/xml; charset=utf-8"),
    ],
)
def test_of_what_nothing_is_said(body: bytes, content_type: str) -> None:
    """A document with entities of its own, another version, an encoding that is unknown or is said in two ways."""
    assert problem_of(body, content_type) == ""


def test_media_types_of_xml() -> None:
    """Those of RFC 7303; HTML isn't one."""
    assert all(map(is_xml, ("application/xml", "text/xml", "image/svg+xml")))
    assert not any(map(is_xml, ("text/html", "application/json", "application/xml-dtd")))
