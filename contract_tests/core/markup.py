"""Whether a body is XML at all: well-formed, in the encoding that it says. Schemas of XML are not looked at.

The parser of the standard library loads nothing from elsewhere. A document that declares entities of its own is left
alone before any of them is expanded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from xml.parsers import expat

XML: Final = frozenset({"application/xml", "text/xml"})
CHARSET: Final = re.compile(r"charset\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)
NEWER: Final = re.compile(rb"\s*<\?xml\s[^>]*version\s*=\s*[\"']1\.[1-9]")
"""The beginning of a document in a version that the parser doesn't know."""
UNKNOWN: Final = expat.errors.codes[expat.errors.XML_ERROR_UNKNOWN_ENCODING]


class Unread(Exception):
    """The document can't be read here, which says nothing of it."""


def is_xml(media_type: str) -> bool:
    """Whether a media type without its parameters is one of XML (RFC 7303)."""
    return media_type in XML or media_type.endswith("+xml")


def problem_of(body: bytes, content_type: str) -> str:
    """Why a body isn't well-formed XML, whichever of the encodings is right that it may have; empty where it is, or
    where that can't be seen."""
    if NEWER.match(body):
        return ""
    problems = [parsed(body, encoding) for encoding in encodings(content_type)]
    return problems[0] if all(problems) else ""


def encodings(content_type: str) -> Iterator[str | None]:
    """That of the Content-Type, if it has one, and that of the document itself."""
    named = CHARSET.search(content_type)
    yield from [named[1]] if named else []
    yield None


def parsed(body: bytes, encoding: str | None) -> str:
    """Why a body can't be parsed in an encoding; empty where it can, or where nothing is known of it."""
    parser = expat.ParserCreate(encoding)
    parser.EntityDeclHandler = leave
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        return "" if error.code == UNKNOWN else str(error)
    except (Unread, LookupError, ValueError):  # the latter two: an encoding that Python lacks, or can't tell Expat of
        return ""
    return ""


def leave(*_: object) -> None:
    """Stop at the declaration of an entity."""
    raise Unread
