"""The behaviours as the oracle reads them: which answer shows which records, and what each operation changes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contract_tests.core.contract import bundled, read_yaml
from contract_tests.core.errors import UsageError
from contract_tests.core.mock_process import printed_behaviours
from contract_tests.run.settings import Settings

Steps = tuple[str, ...]


@dataclass(frozen=True)
class Collection:
    """Records of one kind: their key, the field that ends them, and the fields that an instant changes."""

    name: str
    key: str = "id"
    owner: str | None = None
    expires: str | None = None
    lapses: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Query:
    """Records of a collection whose fields have the values of these expressions."""

    collection: str
    filters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Behaviour:
    """What one operation does; `reply` names, by place in the answer, the expression that stands there."""

    operation: str
    find: Query | None = None
    list: Query | None = None
    created: str | None = None  #: the collection in which it makes records
    writes: frozenset[str] = frozenset()  #: fields that it gives values of its own
    takes_body: bool = False  #: whether the fields of the body become those of the record
    removes: frozenset[str] = frozenset()  #: collections from which it takes records
    paged: frozenset[str] = frozenset()  #: query parameters that only choose a part of the list
    reply: Mapping[Steps, Any] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()

    @property
    def subject(self) -> str | None:
        """The collection whose record it finds or makes."""
        return self.created or (self.find.collection if self.find else None)

    @property
    def ends_its_subject(self) -> bool:
        """Whether the record that it is about is gone afterwards."""
        return self.subject in self.removes

    def sets(self, name: str) -> bool:
        """Whether it may give the field of a record a value."""
        return self.takes_body or name in self.writes


@dataclass(frozen=True)
class Model:
    """All behaviours of a contract."""

    collections: Mapping[str, Collection]
    behaviours: Mapping[str, Behaviour]
    subjects: Mapping[str, frozenset[str]] = field(default_factory=dict)  #: what an assumption is about, by its number

    @classmethod
    def load(cls, settings: Settings) -> Model:
        """The behaviours of the run's mock: those of --behaviours, the bundled ones, or what is inferred."""
        if settings.spec and not settings.behaviours:
            return cls.read(printed_behaviours(settings.spec), "the mock's behaviours")
        path = settings.behaviours or bundled().parent / "behaviours.yaml"
        try:
            return cls.read(path.read_text(encoding="utf-8"), str(path))
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}", fix="check --behaviours") from None

    @classmethod
    def read(cls, text: str, source: str) -> Model:
        """Read YAML; raises `UsageError` where it is none."""
        data = read_yaml(text, source) or {}
        collections = {
            name: Collection(
                name, **{key: declared[key] for key in ("key", "owner", "expires", "lapses") if key in declared}
            )
            for name, declared in (data.get("collections") or {}).items()
            for declared in [declared or {}]
        }
        operations = data.get("operations") or {}
        return cls(collections, {name: behaviour_of(name, declared or {}) for name, declared in operations.items()})


def behaviour_of(name: str, declared: Mapping[str, Any]) -> Behaviour:
    """One operation's behaviour."""
    create, change = declared.get("create") or {}, declared.get("set") or {}
    made = next(iter(create.values()), None) or {}
    reply = declared.get("reply")
    written = [part for part in (made, change) if isinstance(part, Mapping)]
    return Behaviour(
        name,
        find=query_of(declared.get("find")),
        list=query_of(declared.get("list")),
        created=next(iter(create), None),
        writes=frozenset(key for part in written for key in part if key not in {"*", "="}),
        takes_body=any(not isinstance(part, Mapping) or {"*", "="} & part.keys() for part in (made, change)),
        removes=frozenset(declared.get("remove") or ()),
        paged=frozenset(text.removeprefix("$query.") for text in map(str, (declared.get("page") or {}).values())),
        reply={split(path): value for path, value in reply.items()} if isinstance(reply, Mapping)
        else {} if reply is None else {(): reply},
        assumed=tuple(declared.get("assumed") or ()),
    )  # fmt: skip


def query_of(declared: Mapping[str, Any] | None) -> Query | None:
    """A query of one collection."""
    for name, filters in (declared or {}).items():
        equal = {field: value for field, value in (filters or {}).items() if not isinstance(value, Mapping)}
        return Query(name, equal)
    return None


def split(path: str) -> Steps:
    r"""The names of a dotted path; a dot inside a name is written `\.`."""
    return tuple(name.replace("\\.", ".") for name in re.split(r"(?<!\\)\.", path))


def root(expression: Any) -> tuple[str, str]:
    """`path` and `id` of `$path.id`; a literal has no root."""
    match = re.match(r"\$([a-z]+)(?:\.(\S+))?", expression) if isinstance(expression, str) else None
    return (match[1], match[2] or "") if match else ("", "")
