"""Mintlify's MDX: the call in the front matter, `<ParamField>`, `<ResponseField>` and examples."""

from __future__ import annotations

import re

from docs_to_openapi.layouts.front import front_matter
from docs_to_openapi.layouts.outline import OperationOutline, Outline, Section
from docs_to_openapi.layouts.paths import Call, call_of
from docs_to_openapi.layouts.schemes import from_header, from_method
from docs_to_openapi.pages.blocks import Block, Page
from docs_to_openapi.pages.tags import Code, Tag, Text, jsx
from docs_to_openapi.pages.text import bare, sentence
from docs_to_openapi.tables.entries import entry

NAME = "mintlify"
_FIELDS = ("ParamField", "Param", "ResponseField", "Property")
_TAGS = frozenset((*_FIELDS, "Expandable", "RequestExample", "ResponseExample", "CodeGroup", "Tab", "Accordion"))
_LOCATIONS = ("path", "query", "header", "body", "cookie", "form")
_FIELD = re.compile(r"<(?:ParamField|ResponseField|Param|RequestExample|ResponseExample)\b")
_STATUS = re.compile(r"(?<!\d)([1-5]\d\d)(?!\d)")
_COMPONENT = re.compile(r"</?[A-Z]\w*[^<>]*>")
_SAMPLES = ("bash", "shell", "sh", "curl", "python", "javascript", "js", "typescript", "ts", "go", "php", "ruby", "java",
            "csharp", "node", "http", "rust", "kotlin", "swift")  # fmt: skip


def recognise(page: Page) -> float:
    """Certain if the front matter has a call; likely if there are field components."""
    front = front_matter(page)
    if any(_call(front, key) for key in ("api", "openapi")):
        return 0.97
    return 0.7 if sum(bool(_FIELD.search(line)) for line in page.lines) > 1 else 0.0


def _call(front: dict[str, tuple[str, int]], key: str) -> tuple[Call, int] | None:
    text, line = front.get(key, ("", 0))
    match = re.search(r"\b(?:GET|PUT|POST|DELETE|OPTIONS|HEAD|PATCH|TRACE)\s+\S+$", text, re.IGNORECASE)
    words = match.group(0) if match else ""
    call = call_of(words.partition(" ")[0].upper() + " " + words.partition(" ")[2]) if words else None
    return (call, line) if call else None


def read(page: Page) -> Outline:
    """One operation per page."""
    front = front_matter(page)
    result = Outline(problems=list(page.problems))
    tree = jsx(page, _TAGS)
    found = _call(front, "api") or _call(front, "openapi") or _in_text(page)
    if found is None and (found := _in_sample(tree)):
        result.report(page, found[1], "the page names no call; this one is taken from a sample", "note")
    if found is None:
        result.general = list(page.blocks)
        return result
    call, line = found
    operation = OperationOutline(call.method, call.path, line, server=call.origin, lists_statuses=False)
    operation.summary = front.get("title", front.get("sidebarTitle", ("", 0)))[0] or _heading(page)
    operation.description = front.get("description", ("", 0))[0] or _introduction(tree)
    scheme = from_method(front.get("authMethod", ("", 0))[0])
    operation.security = [scheme] if scheme else [] if front.get("authMethod", ("", 0))[0] == "none" else None
    _Reader(operation).read(tree)
    result.operations.append(operation)
    return result


def _in_text(page: Page) -> tuple[Call, int] | None:
    for block in page.blocks:
        if block.kind == "text" and (call := call_of(block.text)):
            return call, block.line
    return None


def _in_sample(tree: Tag) -> tuple[Call, int] | None:
    """The call of a curl command, if no part of its path looks like the id of one record."""
    for code in tree.code:
        url = re.search(r"https?://[^\s'\"\\]+", code.text) if "curl" in code.text else None
        if url is None:
            continue
        method = re.search(r"(?:-X|--request)\s+'?\"?([A-Z]+)", code.text)
        sends = re.search(r"\s(?:-d|--data(?:-raw|-binary)?)\s", code.text)
        call = call_of(f"{method.group(1) if method else 'POST' if sends else 'GET'} {url.group(0)}")
        if call and not call.is_example:
            return call, code.line
    return None


def _heading(page: Page) -> str:
    return next((bare(block.text) for block in page.blocks if block.level == 1), "")


def _introduction(tree: Tag) -> str:
    """The text before the first heading or component, after the front matter."""
    words: list[str] = []
    fences = 0
    for part in tree.parts:
        if not isinstance(part, Text):
            break
        if part.text.strip() == "---" and fences < 2:
            fences += 1
        elif fences == 2:
            if part.text.startswith("#"):
                break
            words.append(part.text)
    return sentence(_COMPONENT.sub("", " ".join(words)))


class _Reader:
    def __init__(self, operation: OperationOutline) -> None:
        self.operation = operation
        self.status = ""  # of a heading or tab around response fields
        self.located: dict[str, Section] = {}

    def read(self, tree: Tag) -> None:
        """Read the components in page order."""
        self._parts(tree)
        self.operation.sections = [*self.located.values(), *self.operation.sections]

    def _parts(self, tag: Tag) -> None:
        for part in tag.parts:
            if isinstance(part, Text):
                self._heading(part.text)
            elif isinstance(part, Code):
                self._code(part, "")
            elif part.name in _FIELDS:
                self._field(part, 0, "")
            elif part.name in ("RequestExample", "ResponseExample"):
                for code in part.code:
                    self._code(code, "request" if part.name == "RequestExample" else "response")
            else:
                if part.name in ("Tab", "Accordion", "Expandable"):
                    self._heading("# " + part.attributes.get("title", ""))
                self._parts(part)

    def _heading(self, text: str) -> None:
        if text.startswith("#"):
            match = _STATUS.search(text)
            self.status = match.group(1) if match else ""

    def _field(self, tag: Tag, depth: int, section: str) -> None:
        given = tag.attributes
        location = next((place for place in _LOCATIONS if place in given), "")
        name = given.get(location) if location else given.get("name", "")
        if not name:
            return
        words = sentence(_COMPONENT.sub("", tag.words))
        if location == "header" and name.lower() in ("accept", "content-type"):
            return
        if scheme := from_header(name, words + " " + given.get("type", "")) if location == "header" else None:
            self.operation.security = [scheme]
            return
        if not section:
            section = (
                "request_body" if location in ("body", "form") else f"parameters:{location}" if location else "table"
            )
        row = entry(
            tag.line, name, kind=given.get("type", ""), depth=depth + (section != "parameters:" + location),
            required={"true": "true", "false": "false"}.get(given.get("required", ""), ""), description=words,
            location=location if section.startswith("parameters") else "", default=given.get("default", given.get("initialValue", "")),
        )  # fmt: skip
        self._section(section, tag.line).entries.append(row)
        for child in _fields_below(tag):
            self._field(child, depth + 1, section)

    def _section(self, kind: str, line: int) -> Section:
        name, _, location = kind.partition(":")
        argument = self.status if kind == "table" else location
        key = f"{kind} {argument}"
        return self.located.setdefault(key, Section(name, line, argument))

    def _code(self, code: Code, within: str) -> None:
        words = code.info.split()
        lang = words[0].lower() if words else ""
        status = _STATUS.search(code.info)
        block = Block("code", code.line, code.text, code.text, lang="" if lang.isdigit() else lang)
        if within == "response" or (status and not within):
            argument = status.group(1) if status else ""
            self.operation.sections.append(Section("example", code.line, argument, [block], title=" ".join(words[1:])))
        elif lang in _SAMPLES:
            self.operation.sections.append(Section("samples", code.line, blocks=[block]))
        elif within == "request" and lang == "json":
            self.operation.sections.append(Section("body_example", code.line, blocks=[block]))


def _fields_below(tag: Tag) -> list[Tag]:
    """The fields one level below: directly inside, or inside `<Expandable>`."""
    found: list[Tag] = []
    for part in tag.parts:
        if isinstance(part, Tag):
            found += [part] if part.name in _FIELDS else _fields_below(part)
    return found
