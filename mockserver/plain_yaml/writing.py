"""Plain values as YAML text."""

from __future__ import annotations

from typing import Any

import yaml
from yaml.cyaml import CSafeDumper

from mockserver.plain_yaml.scalars import plain_scalar


def dump(value: Any) -> str:
    """The value as YAML that `parse` reads back as the same value, members in their order."""
    return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


class _Dumper(CSafeDumper):
    """Quotes the texts that the 1.2 core schema would read as something else, such as `1e3`. It is libyaml's: eight
    times as fast."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML passes it
        """A value that stands in two places is written twice: nobody wants to read `*id001`."""
        return True


def _represent_text(dumper: CSafeDumper, text: str) -> yaml.Node:
    style = None if plain_scalar(text) == text else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _represent_text)
