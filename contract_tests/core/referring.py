"""Members of bodies that refer to other records (`customerId`, `lines[].sku`, `tagIds`), and which they may name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

from contract_tests.core.creation import KEYS, kind, plain, singular
from contract_tests.core.locating import has_form
from contract_tests.core.own import Own

UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
VAGUE: Final = frozenset({*KEYS, "code", "number", "type", "title", "version"})
"""Names that a member may have by chance, though the key of some record is called so in its path."""


@dataclass
class References:
    """Puts the keys of records that exist into a body, which is one of the write that `own_template` is about.

    `make` makes a record of a path template where this run has none, and returns the paths of what it has then.
    """

    own: Own
    make: Callable[[str], list[str]]
    own_template: str = ""
    chosen: dict[str, list[str]] = field(default_factory=dict)  #: paths of records, by template
    used: dict[str, int] = field(default_factory=dict)  #: how many of them stand in lists of the body

    def filled(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The body with references to records that exist. What lies below another record is chosen first, and the
        record above it with it: an order names a customer and one of this customer's addresses."""
        about = {name: template for name, value in body.items() if (template := self.template_of(name, value))}
        found = dict(body)
        for name, template in sorted(about.items(), key=lambda one: -one[1].count("{}")):
            found[name] = self._named(template, body[name])
        return {name: value if name in about else self._inside(value) for name, value in found.items()}

    def template_of(self, name: str, value: Any) -> str:
        """The path template of the records to which a member refers; empty where its name says of none."""
        scalar = value[0] if isinstance(value, list) and value else value
        if not isinstance(scalar, str | int) or isinstance(scalar, bool):
            return ""
        word = plain(singular(name) if isinstance(value, list) else name)
        for template, parameter in self.own.templates.items():
            if template != self.own_template and word in names_of(template, parameter, scalar):
                return template
        return self._shown_template(word, scalar)

    def _shown_template(self, word: str, value: str | int) -> str:
        """The path template of the record that a member leads to where another record has it: `assigneeId`."""
        known = self.own.references.get(word)
        urls = sorted(self.own.existing.copy()) if type(known) is type(value) else []
        url = next((one for one in urls if unquote(one.rpartition("/")[2]) == str(known)), "")
        found = self.own.template_of(url) if url else ""
        return "" if found == self.own_template else found

    def places(self, value: Any, way: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Where a body refers to other records, and to which kind: the path template of these."""
        for name, item in value.items() if isinstance(value, Mapping) else ():
            if template := self.template_of(name, item):
                yield ((*way, name, 0) if isinstance(item, list) else (*way, name)), template
            else:
                yield from self.places(item, (*way, name))
        for at, item in enumerate(value if isinstance(value, list) else ()):
            yield from self.places(item, (*way, at))

    def _named(self, template: str, value: Any) -> Any:
        """The key of a record, or one for each item of a list, of which none is named twice."""
        if isinstance(value, list):
            keys = [self._key(url, one) for url, one in zip(self._urls(template), value, strict=False)]
            return keys or value
        urls = self._urls(template)
        return self._key(urls[0], value) if urls else value

    def _key(self, url: str, like: Any) -> Any:
        key = unquote(url.rpartition("/")[2])
        return key if isinstance(like, str) else int(key) if key.isdigit() else like

    def _inside(self, value: Any) -> Any:
        """A member with the references in it: the lines of an order name products."""
        if isinstance(value, list):
            return [self._inside(item) for item in value]
        return dict(self._entries(value)) if isinstance(value, Mapping) else value

    def _entries(self, value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for name, item in value.items():
            template = self.template_of(name, item)
            urls = self._urls(template) if template else []
            if not urls:
                yield name, self._inside(item)
            elif isinstance(item, list):
                yield name, self._named(template, item)
            else:
                at = self.used[template] = self.used.get(template, -1) + 1
                yield name, self._key(urls[at % len(urls)], item)

    def _urls(self, template: str) -> list[str]:
        """The records that a member may name: this run's, else those that were there; where a record below one is
        named already, that one."""
        if template not in self.chosen:
            above = [above_it for url in self._firsts() if (above_it := at_template(url, template))]
            self.chosen[template] = above or self.own.alive(template) or self.make(template) or self._existing(template)
        return self.chosen[template]

    def _firsts(self) -> Sequence[str]:
        return [urls[0] for urls in self.chosen.values() if urls]

    def _existing(self, template: str) -> list[str]:
        return [url for url in sorted(self.own.existing.copy()) if has_form(url, template)]


def names_of(template: str, parameter: str, value: Any) -> set[str]:
    """What a member is called that refers to the records of a path template: `productId`, `productSku`, or `sku` of
    `/products/{sku}`; `product` itself where the value is a UUID."""
    word, key = plain(kind(template)), plain(parameter)
    found = {f"{word}id", f"{word}{key}"} | (set() if key in VAGUE else {key})
    return found | ({word} if isinstance(value, str) and UUID.fullmatch(value) else set())


def at_template(url: str, template: str) -> str:
    """The part of a record's path that has the form of a template; empty where none has."""
    steps = url.split("/")
    part = "/".join(steps[: template.count("/") + 1])
    return part if part != url and has_form(part, template) else ""
