"""Pages with tags (`{% swagger %}`, `<ParamField>`) → a tree of tags with their attributes, text and lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from docs_to_openapi.pages.blocks import Page

_FENCE = re.compile(r"^\s*(`{3,}|~{3,})\s*(.*?)\s*$")
_ATTRIBUTE = re.compile(
    r"([\w:-]+)\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'|\{\s*(?:\"([^\"]*)\"|'([^']*)'|([^{}]*))\s*\}|([^\s\"'{}>]+))"
    r"|([\w:-]+)"
)
MAX_TAG_LINES = 60


@dataclass
class Tag:
    """A tag: its attributes, and in order of the page its text lines, code and tags."""

    name: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    parts: list[Tag | Text | Code] = field(default_factory=list)

    def all(self, *names: str) -> Iterator[Tag]:
        """Every tag of these names below this one, in page order."""
        for part in self.parts:
            if isinstance(part, Tag):
                if part.name in names:
                    yield part
                yield from part.all(*names)

    def children(self, *names: str) -> list[Tag]:
        """The tags of these names directly below this one."""
        return [part for part in self.parts if isinstance(part, Tag) and part.name in names]

    @property
    def words(self) -> str:
        """The text directly in this tag, on one line."""
        return " ".join(part.text.strip() for part in self.parts if isinstance(part, Text) and part.text.strip())

    @property
    def code(self) -> list[Code]:
        """The code blocks in this tag, at any depth."""
        found: list[Code] = []
        for part in self.parts:
            if isinstance(part, Code):
                found.append(part)
            elif isinstance(part, Tag):
                found += part.code
        return found


@dataclass(frozen=True)
class Text:
    """One line of text."""

    line: int
    text: str


@dataclass(frozen=True)
class Code:
    """One code block; `info` is what stands after its fence."""

    line: int
    info: str
    text: str


def liquid(page: Page, names: frozenset[str]) -> Tag:
    """The tree of GitBook's `{% name %} ... {% endname %}`; only tags with these names nest."""
    opening = re.compile(r"\{%\s*(\w[\w-]*)((?:[^%]|%(?!\})){0,4000}?)%\}")
    return _Scanner(page, opening, lambda name: name in names, "end", nests=False).run()


def jsx(page: Page, names: frozenset[str]) -> Tag:
    """The tree of MDX components; only components with these names nest."""
    opening = re.compile(r"<(/?[A-Z]\w*)((?:[^<>\"'{}]|\"[^\"]*\"|'[^']*'|\{[^{}]*\}|=>)*)>")
    return _Scanner(page, opening, lambda name: name in names, "/", nests=True).run()


class _Scanner:
    def __init__(
        self, page: Page, opening: re.Pattern[str], known: Callable[[str], bool], close: str, *, nests: bool
    ) -> None:
        self.nests = nests  # whether a tag may stand inside another one of its name
        self.lines = page.lines
        self.opening = opening
        self.known = known
        self.close = close
        self.root = Tag("", 1)
        self.stack = [self.root]
        self.at = 0

    def run(self) -> Tag:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if fence := _FENCE.match(line):
                self._code(fence.group(1), fence.group(2))
            else:
                self._line(line)
        return self.root

    def _code(self, fence: str, info: str) -> None:
        start = self.at
        self.at += 1
        body: list[str] = []
        while self.at < len(self.lines) and not self._closes(self.lines[self.at], fence):
            body.append(self.lines[self.at])
            self.at += 1
        self.at += 1
        self.stack[-1].parts.append(Code(start + 1, info, "\n".join(body)))

    @staticmethod
    def _closes(line: str, fence: str) -> bool:
        stripped = line.strip()
        return stripped.startswith(fence) and not stripped.strip(fence[0])

    def _line(self, line: str) -> None:
        """One line of text with tags in it; a tag that is open at its end continues on the next lines."""
        number = self.at + 1
        self.at += 1
        while (
            self._open(line)
            and self.at < len(self.lines)
            and self.at - number < MAX_TAG_LINES
            and not self._open(self.lines[self.at])  # another tag opens: this one is never closed
        ):
            line += "\n" + self.lines[self.at]
            self.at += 1
        end = 0
        for match in self.opening.finditer(line):
            self._text(line[end : match.start()], number + line[:end].count("\n"))
            self._tag(match, number + line[: match.start()].count("\n"))
            end = match.end()
        self._text(line[end:], number + line[:end].count("\n"))

    def _open(self, line: str) -> bool:
        """Whether the last tag of this text isn't closed."""
        if self.close == "end":
            return line.rfind("{%") > line.rfind("%}")
        rest = self.opening.sub("", line)
        start = max((match.start() for match in re.finditer(r"<([A-Z]\w*)\b", rest)), default=-1)
        return start >= 0 and self.known(re.match(r"<(\w+)", rest[start:]).group(1))  # type: ignore[union-attr]

    def _text(self, text: str, number: int) -> None:
        for offset, part in enumerate(text.split("\n")):
            self.stack[-1].parts.append(Text(number + offset, part))

    def _tag(self, match: re.Match[str], number: int) -> None:
        name, rest = match.group(1), match.group(2)
        if name.startswith(self.close) and self.known(name[len(self.close) :]):
            self._end(name[len(self.close) :])
        elif self.known(name):
            if not self.nests:
                self._end(name)  # the one before was not closed
            tag = Tag(name, number, attributes(rest.rstrip().removesuffix("/")))
            self.stack[-1].parts.append(tag)
            if not rest.rstrip().endswith("/"):
                self.stack.append(tag)

    def _end(self, name: str) -> None:
        names = [tag.name for tag in self.stack]
        if name in names[1:]:
            del self.stack[len(names) - 1 - names[::-1].index(name) :]


def attributes(text: str) -> dict[str, str]:
    """The attributes in a tag; one without a value is `true`."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(text):
        if match.group(8):
            found[match.group(8)] = "true"
        else:
            found[match.group(1)] = next((part for part in match.groups()[1:7] if part is not None), "").strip()
    return found
