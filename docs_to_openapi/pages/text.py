"""Inline text: lines and cells without Markdown, HTML and GitBook marks."""

from __future__ import annotations

import html
import re

TAGS = (
    "a|abbr|aside|b|br|blockquote|code|details|div|em|figure|h[1-6]|hr|i|img|kbd|li|mark|ol|p|pre|small|span|strong|"
    "sub|summary|sup|table|tbody|td|th|thead|tr|u|ul"
)
_TAG = re.compile(rf"</?(?:{TAGS})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~$&\"'])")
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff]")
_EMPHASIS = re.compile(r"^(\*\*\*|\*\*|__|\*|_|``|`)(?=\S)(.*\S)\1$", re.DOTALL)
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)")
_MARKS = re.compile(r"[*`]|(?<!\w)_|_(?!\w)")
_QUOTE = re.compile(r"^\s*(?:>\s?)+")


def unquoted(line: str) -> str:
    """The line without the `>` of a block quote."""
    return _QUOTE.sub("", line)


def plain(text: str) -> str:
    """The text without tags, entities, escapes and invisible characters; emphasis and links stay."""
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub(" ", text))
    if "&" in text:
        text = html.unescape(text)
    if not text.isascii():
        text = _INVISIBLE.sub("", text).replace("\xa0", " ")
    if "\\" in text:
        text = _ESCAPE.sub(r"\1", text).strip().removesuffix("\\")
    return text.strip()


def unemphasised(text: str) -> str:
    """The text without the `**bold**`, `*italic*` or `` `code` `` that encloses it as a whole."""
    match = _EMPHASIS.match(text)
    return unemphasised(match.group(2)) if match and match.group(1) not in match.group(2) else text


def unlinked(text: str) -> str:
    """The text with every Markdown link replaced by its label."""
    return _LINK.sub(r"\1", text) if "](" in text else text


def bare(text: str) -> str:
    """The words of a title or label: no emphasis, no links, no closing colon."""
    words = unlinked(plain(text))
    if "*" in words or "`" in words or "_" in words:
        words = _MARKS.sub("", words)
    return " ".join(words.split()).rstrip(":").strip()


def sentence(text: str) -> str:
    """A description cell as one line of prose; "" for `none` and an empty cell."""
    words = " ".join(plain(text).split())
    return "" if words.lower() in ("none", "-", "n/a") else words
