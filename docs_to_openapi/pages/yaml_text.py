"""Reads and writes YAML; the only module that imports the YAML library."""

from __future__ import annotations

from typing import Any

import yaml

WIDTH = 116


def pointer(parts: tuple[str | int, ...]) -> str:
    """A path of keys and indexes as a JSON Pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - its signature
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False if flow else indentless)


def _string(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _list(dumper: _Dumper, items: list[Any]) -> yaml.SequenceNode:
    """Write short lists of words on one line."""
    short = all(not isinstance(item, (dict, list)) for item in items) and sum(len(str(item)) + 2 for item in items) < 90
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=short)


_Dumper.add_representer(str, _string)
_Dumper.add_representer(list, _list)


def dump(document: Any) -> str:
    """The document as YAML text; the same document gives the same bytes."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH, indent=2)


def load(text: str) -> Any:
    """The value in YAML text (raises yaml.YAMLError)."""
    return yaml.load(text, Loader=yaml.CSafeLoader)


def line_numbers(text: str) -> dict[str, int]:
    """The line of every node of a YAML text, by JSON Pointer."""
    lines: dict[str, int] = {}
    pending: list[tuple[str, yaml.Node | None]] = [("", yaml.compose(text, Loader=yaml.CSafeLoader))]
    while pending:
        place, node = pending.pop()
        pairs: list[tuple[str, yaml.Node, yaml.Node]] = []
        if isinstance(node, yaml.MappingNode):
            pairs = [(place + pointer((key.value,)), key, value) for key, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            pairs = [(f"{place}/{index}", value, value) for index, value in enumerate(node.value)]
        for below, start, value in pairs:
            lines[below] = start.start_mark.line + 1
            pending.append((below, value))
    return lines


YAMLError = yaml.YAMLError
