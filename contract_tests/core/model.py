"""The behaviours as the suites read them: which answer shows which records, and what each operation changes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from contract_tests.core.document import OWN_FOLDER, Access, bundled, read_yaml
from contract_tests.core.errors import UsageError
from contract_tests.core.mock_process import printed_behaviours

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
    conditions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  #: tests other than equality, by field


@dataclass(frozen=True)
class Behaviour:
    """What one operation does; `reply` names, by place in the answer, the expression that stands there."""

    operation: str
    find: Query | None = None
    list: Query | None = None
    created: str | None = None  #: the collection in which it makes records
    writes: frozenset[str] = frozenset()  #: fields that it gives values of its own
    takes_body: bool = False  #: whether the fields of the body become those of the record
    envelope: Steps = ()  #: where in the body these fields are
    removes: frozenset[str] = frozenset()  #: collections from which it takes records
    replaces: bool = False  #: whether what the body leaves out is given up
    page: Mapping[str, str] = field(default_factory=dict)  #: by the part it plays (`limit`, `sort`), a query parameter
    conditions: frozenset[str] = frozenset()  #: query parameters by which its list is chosen in some other way
    reply: Mapping[Steps, Any] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()
    because: str = ""  #: why it was inferred

    @property
    def paged(self) -> frozenset[str]:
        """Query parameters that only choose a part of the list."""
        return frozenset(self.page.values())

    @property
    def acts_unseen(self) -> bool:
        """Whether nothing is known of what it does to the record that it finds."""
        return not (self.created or self.takes_body or self.writes or self.removes or self.list)

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
    inferred: bool = False  #: whether they come from paths and schemas alone, which leave much to the server

    @classmethod
    def load(cls, spec: Path | str | None, behaviours: Path | None, access: Access = OWN_FOLDER) -> Model:
        """The behaviours of the run's mock: those of --behaviours, the bundled ones, or what is inferred."""
        if spec and not behaviours:
            return replace(cls.read(printed_behaviours(spec, access), "the mock's behaviours"), inferred=True)
        path = behaviours or bundled().parent / "behaviours.yaml"
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
        envelope=envelope_of(made, change),
        removes=frozenset(declared.get("remove") or ()),
        replaces=isinstance(change, Mapping) and "=" in change,
        page={part: str(text).removeprefix("$query.") for part, text in (declared.get("page") or {}).items()
              if str(text).startswith("$query.")},
        reply={split(path): value for path, value in reply.items()} if isinstance(reply, Mapping)
        else {} if reply is None else {(): reply},
        conditions=frozenset(conditional(declared)),
        assumed=tuple(declared.get("assumed") or ()),
        because=str(declared.get("because") or ""),
    )  # fmt: skip


def envelope_of(*changes: Any) -> Steps:
    """The place in the body of what becomes the fields of a record."""
    for change in changes:
        parts = [change.get("*"), change.get("=")] if isinstance(change, Mapping) else [change]
        for place, name in map(root, parts):
            if place == "body" and name and "*" not in name:
                return split(name)
    return ()


def conditional(declared: Mapping[str, Any]) -> Iterator[str]:
    """Query parameters that choose the records of a list by more than that a field has their value."""
    for filters in (declared.get("list") or {}).values():
        for value in (filters or {}).values():
            if isinstance(value, Mapping):
                yield from (root(inner)[1] for inner in value.values() if root(inner)[0] == "query")


def query_of(declared: Mapping[str, Any] | None) -> Query | None:
    """A query of one collection."""
    for name, filters in (declared or {}).items():
        equal = {field: value for field, value in (filters or {}).items() if not isinstance(value, Mapping)}
        others = {field: value for field, value in (filters or {}).items() if isinstance(value, Mapping)}
        return Query(name, equal, others)
    return None


def split(path: str) -> Steps:
    r"""The names of a dotted path; a dot inside a name is written `\.`."""
    return tuple(name.replace("\\.", ".") for name in re.split(r"(?<!\\)\.", path))


def root(expression: Any) -> tuple[str, str]:
    """`path` and `id` of `$path.id`; a literal has no root."""
    match = re.match(r"\$([a-z]+)(?:\.(\S+))?", expression) if isinstance(expression, str) else None
    return (match[1], match[2] or "") if match else ("", "")


def with_member(body: Any, path: Sequence[str], value: Any) -> Any:
    """A body with a value put at a path of names."""
    if not path:
        return value
    held = body if isinstance(body, Mapping) else {}
    return {**held, path[0]: with_member(held.get(path[0]), path[1:], value)}


def dig(value: Any, path: Steps, otherwise: Any = None) -> Any:
    """The value at a path of names; `otherwise` where it leads nowhere."""
    for name in path:
        if not isinstance(value, Mapping) or name not in value:
            return otherwise
        value = value[name]
    return value
