"""Code samples → the facts that they are evidence for: servers, media types, a request example, bearer tokens.

Samples are illustrations, so nothing else is read from them. For example, a `Host:` line isn't read as a server.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Any

from docs_to_openapi.layouts.outline import OperationOutline
from docs_to_openapi.pages.blocks import Block
from docs_to_openapi.tables.json_text import json_sent, sends_json

_URL = re.compile(r"https?://[^\s'\"`<>)\\,;]+")
_HEADER = re.compile(r"(?:-H|--header)\s+['\"]([\w-]+):\s*(.*?)['\"]\s*\\?\s*$")
_RAW_HEADER = re.compile(r"^\s*([\w-]+):\s+(.+?)\s*$")


@dataclass
class Samples:
    """The facts in the samples of one operation, each with its line."""

    servers: dict[str, int] = field(default_factory=dict)
    headers: dict[str, tuple[str, int]] = field(default_factory=dict)
    body: tuple[Any, int] | None = None

    def media(self, header: str) -> str:
        """The media type that a sample sends or accepts, or ""."""
        value = self.headers.get(header, ("", 0))[0].split(";")[0].strip()
        return value if re.fullmatch(r"[\w.+-]+/[\w.+*-]+", value) else ""

    @property
    def bearer(self) -> int:
        """The line on which a sample sends a bearer token, or 0."""
        value, line = self.headers.get("authorization", ("", 0))
        return line if value.lower().startswith("bearer ") else 0


def read_samples(operation: OperationOutline) -> Samples:
    """Read the samples of an operation."""
    samples = Samples()
    for section in operation.of("samples", "intro"):
        for block in section.blocks:
            if block.kind == "code" or section.kind == "samples":
                _lines(block, operation, samples)
        if section.kind == "samples":
            _data(section.blocks, samples)
    return samples


def _lines(block: Block, operation: OperationOutline, samples: Samples) -> None:
    first = block.line + (1 if block.kind == "code" else 0)
    for offset, text in enumerate(html.unescape(block.raw or block.text).split("\n")):
        line = first + offset
        for url in _URL.findall(text):
            server = _server(url, operation.path)
            if server:
                samples.servers.setdefault(server, line)
        header = _HEADER.search(text) or (_RAW_HEADER.match(text) if block.lang == "http" else None)
        if header:
            samples.headers.setdefault(header.group(1).lower(), (header.group(2), line))


def _server(url: str, path: str) -> str:
    """The URL without the operation's path, or "" if it does not end in that path."""
    pattern = re.escape(path).replace(r"\{", "{").replace(r"\}", "}")
    pattern = re.sub(r"\{[^{}]*\}", "[^/?]+", pattern)
    match = re.fullmatch(rf"(https?://.*?){pattern}(?:\?.*)?", url)
    return match.group(1) if match else ""


def _data(blocks: list[Block], samples: Samples) -> None:
    """The JSON body that the first curl sample sends."""
    found = json_sent("\n".join(block.raw or block.text for block in blocks))
    if found and not samples.body:
        line = next((block.line for block in blocks if sends_json(block.raw or block.text)), 0)
        samples.body = (found[0], line)
