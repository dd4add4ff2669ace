"""Every variant of a behaviours file that differs from it by one edit; derived from the data, whatever the API."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from contract_tests.core.document import read_yaml
from contract_tests.core.errors import UsageError

VERBS = ("find", "create", "set", "remove", "list", "reply")
FILTERED = ("find", "list", "remove")  # {collection: {field: value}}
ABSENT, NOW = "$absent", "$now"
Document = dict[str, Any]


@dataclass(frozen=True)
class Edit:
    """One edit: which operator made it, on which operation (or collection, or period), and the edited file."""

    operator: str
    site: str
    detail: str
    document: Document

    @property
    def id(self) -> str:
        """A stable name."""
        return " ".join(part for part in ("behaviour", self.operator, self.site, self.detail) if part)

    def write(self, path: Path) -> Path:
        """Write the edited file; returns its path."""
        path.write_text(yaml.safe_dump(self.document, sort_keys=False, allow_unicode=True), encoding="utf-8")
        return path


def read(path: Path) -> Document:
    """Read a behaviours file."""
    try:
        document = read_yaml(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {' '.join(str(error).split())}", fix="check --behaviours") from None
    if not isinstance(document, dict):
        raise UsageError(f"{path}: this is no behaviours file", fix="check --behaviours")
    return document


def edits(document: Mapping[str, Any], records: Sequence[Mapping[str, Any]] = ()) -> Iterator[Edit]:
    """Every one-edit variant, each different from all others; `records` are the properties of each kind of record."""
    seen = [without_notes(document)]
    further = _of_further_fields(document, records)
    for edit in (*_of_operations(document), *_of_collections(document), *_of_periods(document), *further):
        bare = without_notes(edit.document)
        if bare not in seen:
            seen.append(bare)
            yield edit


def without_notes(document: Mapping[str, Any]) -> Document:
    """The file without what is not executed, and without verbs that do nothing."""
    bare = copy.deepcopy(dict(document))
    for name, operation in bare.get("operations", {}).items():
        kept = {key: value for key, value in operation.items() if key in VERBS and value}
        bare["operations"][name] = kept
    return bare


def _of_operations(document: Mapping[str, Any]) -> Iterator[Edit]:
    for name, operation in document.get("operations", {}).items():
        yield Edit("operation dropped", name, "", changed(document, ("operations", name)))
        for verb in VERBS:
            if verb in operation:
                here = ("operations", name, verb)
                yield Edit(f"{verb} dropped", name, "", changed(document, here))
                kind = _of_filters if verb in FILTERED else _of_assignments
                yield from kind(document, here, operation[verb])


def _of_filters(document: Mapping[str, Any], here: tuple[str, ...], verb: Mapping[str, Any]) -> Iterator[Edit]:
    _, name, word = here
    others = [other for other in document.get("collections", {}) if other not in verb]
    for collection, fields in verb.items():
        yield Edit(f"{word} of one collection dropped", name, collection, changed(document, (*here, collection)))
        for field in fields or ():
            detail, place = f"{collection}.{field}", (*here, collection, field)
            yield Edit(f"{word} without a filter", name, detail, changed(document, place))
            yield Edit(f"{word} by a value nobody has", name, detail, changed(document, place, "nobody"))
        for other in others:
            swapped = {other if key == collection else key: value for key, value in verb.items()}
            yield Edit(f"{word} in another collection", name, other, changed(document, here, swapped))


def _of_assignments(document: Mapping[str, Any], here: tuple[str, ...], verb: Mapping[str, Any]) -> Iterator[Edit]:
    _, name, word = here
    for field, value in verb.items():
        yield Edit(f"{word} of one field dropped", name, field, changed(document, (*here, field)))
        for other in other_values(document, value):
            detail = f"{field} = {str(other).lower() if isinstance(other, bool) else other}"
            yield Edit(f"{word} to another value", name, detail, changed(document, (*here, field), other))


def _of_further_fields(document: Mapping[str, Any], records: Sequence[Mapping[str, Any]]) -> Iterator[Edit]:
    keys = {rules.get("key") for rules in document.get("collections", {}).values()}
    for name, operation in document.get("operations", {}).items():
        own = operation.get("set")
        fitting = [properties for properties in records if isinstance(own, Mapping) and own.keys() <= properties.keys()]
        free = {field: schema for properties in fitting for field, schema in properties.items() if field not in own}
        texts = [field for field, schema in free.items() if is_text(schema) and field not in keys]
        times = [field for field, schema in free.items() if schema.get("format") == "date-time"]
        for field, value in (*((field, "changed") for field in texts[:1]), *((field, NOW) for field in times)):
            edited = changed(document, ("operations", name, "set", field), value)
            yield Edit("set of a further field", name, field, edited)


def is_text(schema: Mapping[str, Any]) -> bool:
    """Whether a schema is of texts of any kind."""
    return schema.get("type") == "string" and not {"enum", "format"} & schema.keys()


def other_values(document: Mapping[str, Any], value: Any) -> Iterator[Any]:
    """Values that a field could be given by mistake."""
    if isinstance(value, bool):
        yield not value
    elif value == NOW:
        yield from [ABSENT, *(f"{NOW} + {period}" for period in list(document.get("periods", {}))[:1])]
    elif isinstance(value, str) and value.startswith(f"{NOW} + "):
        yield from [NOW, ABSENT]
        yield from (f"{NOW} + {period}" for period in document.get("periods", {}) if not value.endswith(f" {period}"))
    elif value == ABSENT:
        yield NOW
    elif isinstance(value, str) and value.startswith("$records"):
        yield ABSENT
    elif isinstance(value, str) and value.startswith("$record"):
        yield from [NOW, ABSENT]
    elif isinstance(value, str) and not value.startswith("$"):
        yield from sorted({other for other in literals(document) if other != value})
    elif isinstance(value, int | float):
        yield value + 1


def literals(document: Mapping[str, Any]) -> Iterator[str]:
    """Every plain text that some operation sets."""
    for operation in document.get("operations", {}).values():
        for value in operation.get("set", {}).values():
            if isinstance(value, str) and not value.startswith("$"):
                yield value


def _of_collections(document: Mapping[str, Any]) -> Iterator[Edit]:
    for name, rules in document.get("collections", {}).items():
        for rule, value in rules.items():
            if rule != "key":
                yield Edit(f"{rule} dropped", name, "", changed(document, ("collections", name, rule)))
            fields = value.items() if isinstance(value, Mapping) else ()
            for instant, shown in fields:
                for field, plain in shown.items() if isinstance(shown, Mapping) else ():
                    place, detail = ("collections", name, rule, instant, field), f"{instant}.{field}"
                    yield Edit(f"{rule} of one field dropped", name, detail, changed(document, place))
                    for other in other_values(document, plain):
                        change = f"{detail} = {str(other).lower()}"
                        yield Edit(f"{rule} to another value", name, change, changed(document, place, other))


def _of_periods(document: Mapping[str, Any]) -> Iterator[Edit]:
    for name in document.get("periods", {}):
        for length in ("PT0S", "PT1H"):
            yield Edit("period of another length", name, length, changed(document, ("periods", name), length))


DROP: Any = object()


def changed(document: Mapping[str, Any], place: tuple[str, ...], value: Any = DROP) -> Document:
    """A copy with the value at `place` replaced, or dropped."""
    copied = copy.deepcopy(dict(document))
    parent: Any = copied
    for step in place[:-1]:
        parent = parent[step]
    if value is DROP:
        del parent[place[-1]]
    else:
        parent[place[-1]] = value
    return copied
