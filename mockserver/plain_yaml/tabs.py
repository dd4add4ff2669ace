"""Tabs where YAML 1.2 takes them for white space and libyaml does not (YAML 1.2.2, sections 6.2, 6.6 and 6.7)."""

from __future__ import annotations

import re
from typing import Final

_EMPTY: Final = re.compile(r"^ *\t[ \t]*$", re.MULTILINE)
_COMMENT: Final = re.compile(r"^\t[ \t]*(?=#)", re.MULTILINE)
_INDENTED_COMMENT: Final = re.compile(r"^( +)\t[ \t]*(?=#)", re.MULTILINE)
_ITEM: Final = re.compile(r"^( *(?:- +)*-)\t[ \t]*", re.MULTILINE)


def without_tabs(text: str) -> str:
    """The text without tabs in empty lines, before comments and after the dash of an item; its lines stay."""
    if "\t" not in text:
        return text
    text = _COMMENT.sub("", _EMPTY.sub("", text))
    return _ITEM.sub(r"\1 ", _INDENTED_COMMENT.sub(r"\1", text))
