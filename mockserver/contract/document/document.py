"""An OpenAPI or Swagger 2.0 document as one value: read, with the files that it refers to embedded, and every `$ref`
local."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import Any

import msgspec

from mockserver import plain_yaml
from mockserver.contract.document import pointers, references
from mockserver.contract.document.embedding import Access, Embedding
from mockserver.contract.document.references import EMBEDDED
from mockserver.contract.document.sources import Source
from mockserver.contract.document.spreading import is_spread_in, is_spread_outside, spread
from mockserver.errors import DocumentError, UsageError, did_you_mean

SWAGGER = "2.0"
VERSIONS = (SWAGGER, "3.0", "3.1", "3.2")
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
"""Keys of path items that hold operations; `query` since 3.2."""

OWN_FOLDER = Access()
SHOWN = 5
"""Errors that a refusal lists."""
_OPERATION = 4
"""Parts of the pointer of an operation, the empty one before the first slash included."""
_MOST_NAMED = 200
"""Names among which the nearest one is looked for."""


@dataclass(frozen=True)
class Document:
    """A whole OpenAPI document; every `$ref` in `root` is a pointer into `root`."""

    root: dict[str, Any]
    source: Source
    version: str  #: one of VERSIONS
    embedded: Mapping[str, Source] = field(default_factory=dict)  #: further files, by their name under `x-embedded`
    origins: Mapping[str, str] = field(default_factory=dict)  #: pointers as authors wrote them, by those of moved nodes
    access: Access = field(default_factory=Access)  #: which further files it may name
    lost: Mapping[str, str] = field(default_factory=dict)  #: what is said of references that lead nowhere, by pointer
    _targets: dict[str, tuple[str, Any]] = field(default_factory=dict, repr=False)
    parts: Mapping[str, Part] = field(default_factory=dict)  #: the documents by their names, where it is of several

    @property
    def name(self) -> str:
        """The source as users call it."""
        return self.source.name

    @property
    def files(self) -> tuple[Path, ...]:
        """Every local file that was read."""
        sources = (self.source, *self.embedded.values())
        return tuple(Path(source.location) for source in sources if not source.remote)

    def at(self, pointer: str) -> Any:
        """The node at a JSON Pointer; `LookupError` where there is none."""
        return pointers.follow(self.root, pointers.parts_of(pointer))

    @cached_property
    def anchors(self) -> Mapping[str, str]:
        """Pointers by the `$anchor` of schemas."""
        return references.anchors(self.root)

    def resolve(self, node: Any) -> Any:
        """The node itself, or what its `$ref` leads to in the end."""
        return self.resolved("", node)[1]

    def resolved(self, pointer: str, node: Any) -> tuple[str, Any]:
        """Pointer and node, or those that its `$ref` leads to in the end; `DocumentError` where it leads nowhere."""
        seen = []
        while isinstance(node, dict) and isinstance(reference := node.get("$ref"), str):
            if reference in seen:
                raise DocumentError(f"$ref {reference!r} leads back to itself", place=self.locate(pointer))
            seen.append(reference)
            pointer, node = self.target(reference, pointer)
        return pointer, node

    def target(self, reference: str, pointer: str = "") -> tuple[str, Any]:
        """Pointer and node that one `$ref` names; `pointer` is the place that errors show."""
        target = self._targets.get(reference)
        if target is None:
            target = next(self._candidates(reference), None)
            if target is None:
                raise DocumentError(f"$ref {reference!r} leads nowhere", place=self.locate(pointer))
            self._targets[reference] = target
        return target

    def _candidates(self, reference: str) -> Iterator[tuple[str, Any]]:
        """What a reference stands for: a node, or one that was moved from the place that it names."""
        with suppress(LookupError):
            aim = self._aim(reference)
            for pointer in chain((aim,), self._moved_from(aim)):
                with suppress(LookupError):
                    yield pointer, self.at(pointer)

    def _moved_from(self, pointer: str) -> Iterator[str]:
        """Where the parts stand of which an author knows this pointer: a behaviours file may name it."""
        outer = pointer if self.origins else ""
        while outer:
            yield from (new + pointer[len(outer) :] for new, old in self.origins.items() if old == outer)
            outer = outer.rpartition("/")[0]

    def _aim(self, reference: str) -> str:
        """The pointer that a reference stands for; `LookupError` where it is not one into this document."""
        if not reference.startswith("#"):
            raise LookupError(reference)
        aim = pointers.of_reference(reference)
        return self.anchors[aim] if aim and not aim.startswith("/") else aim

    def leads(self, reference: str) -> bool:
        """Whether a `$ref` leads anywhere."""
        try:
            self.target(reference)
        except DocumentError:
            return False
        return True

    def as_written(self, pointer: str) -> str:
        """The pointer of a node where its author wrote it, if it was moved or copied from there."""
        outer = pointer if self.origins else ""
        while outer and outer not in self.origins:
            outer = outer.rpartition("/")[0]
        return self.origins[outer] + pointer[len(outer) :] if outer else pointer

    def sources(self, operation: str) -> frozenset[str]:
        """The pointers of the parts of an operation, where their authors wrote them, if these were moved into it."""
        return self._sources.get(operation, frozenset())

    @cached_property
    def _sources(self) -> Mapping[str, frozenset[str]]:
        sources: dict[str, set[str]] = {}
        for new, old in self.origins.items():
            sources.setdefault("/".join(new.split("/")[:_OPERATION]), set()).add(old)
        return {operation: frozenset(pointers) for operation, pointers in sources.items()}

    def inside(self, pointer: str) -> tuple[Part | None, str]:
        """Which of several documents a pointer leads into, and the pointer in it; none where there is only one."""
        steps = pointer.split("/", 3) if self.parts else []
        part = self.parts.get(pointers.parts_of(pointer)[1]) if steps[1:2] == [EMBEDDED] and len(steps) > 2 else None
        return part, f"/{steps[3]}" if len(steps) > 3 else ""

    def external(self, pointer: str, reference: str) -> Source:
        """The file that the node at a pointer names, as `externalValue` does."""
        source = self._owner(self.as_written(pointer))[0]
        target = source.sibling(reference)
        Embedding(self.source, self.access, parse=parsed).allow(target, reference, source)
        return target

    def locate(self, pointer: str) -> str:
        """`file:line` of a node, for people to read; the pointer itself where the line is not known."""
        return _place(*self._owner(self.as_written(pointer)))

    def _owner(self, pointer: str) -> tuple[Source, str]:
        parts = pointers.parts_of(pointer)
        if len(parts) > 1 and parts[0] == EMBEDDED and parts[1] in self.embedded:
            return self.embedded[parts[1]], pointers.join("", *parts[2:])
        return self.source, pointer


class Part(msgspec.Struct, frozen=True):
    """One of several documents: what it is called, and the path that its own paths are below."""

    name: str
    path: str
    document: Document
    written: Document  #: as its authors wrote it, where that is another OpenAPI

    @property
    def place(self) -> str:
        """The pointer under which it stands."""
        return pointers.join("", EMBEDDED, self.name)

    @property
    def title(self) -> str:
        """The title of the API, else the name."""
        info = self.document.root.get("info")
        return str((info.get("title") if isinstance(info, Mapping) else None) or self.name)


def _place(source: Source, pointer: str) -> str:
    line = None if source.remote else _line(source, pointer)
    return f"{source.name}:{line}" if line else f"{source.name}#{pointer}"


def _line(source: Source, pointer: str) -> int | None:
    try:
        status = Path(source.location).stat()
        return _line_at(source, pointer, (status.st_mtime_ns, status.st_size))
    except (DocumentError, OSError):
        return None


@lru_cache(maxsize=4096)
def _line_at(source: Source, pointer: str, _: tuple[int, int]) -> int | None:
    """The line in a file as it was last written; to find it in 12 MB takes a while, and explanations ask again."""
    return plain_yaml.line_of(source.text(), pointer)


def read_document(source: Path | str, access: Access = OWN_FOLDER, *, strict: bool = True) -> Document:
    """Reads a document and every file that it refers to; `DocumentError` when that cannot be done.

    Unless it is `strict`, references that lead nowhere are left to its readers (`Document.lost`).
    """
    origin = Source.of(source)
    text = origin.text()
    root = parsed(text, origin)
    version = _version(root, origin)
    document = Document(root, origin, version, access=access)
    legacy = version in (SWAGGER, "3.0")
    has_resources = not legacy and any(word in text for word in ("$id", "$dynamicRef"))
    if not has_resources and all(document.leads(reference) for reference in references.in_text(text)):
        is_spread = is_spread_in(text) or is_spread_outside(root)
        return Document(root, origin, version, origins=spread(root), access=access) if is_spread else document
    embedding = Embedding(origin, access, parse=parsed, legacy=legacy)
    if has_resources or any(not reference.startswith("#") for _, reference in references.all_in(root)):
        whole = embedding.whole(root)
        document = Document(whole, origin, version, dict(embedding.sources), embedding.origins, access)
    else:
        document = Document(root, origin, version, origins=spread(root), access=access)
    lost = _lost(document)
    if lost and strict:
        raise refusal(document, "has references that lead nowhere", lost)
    return replace(document, lost={pointer: sentence for sentence, pointer in lost.items()}) if lost else document


def named_version(document: Document) -> str:
    """`OpenAPI 3.1`, `Swagger 2.0`."""
    return f"{'Swagger' if document.version == SWAGGER else 'OpenAPI'} {document.version}"


def refusal(document: Document, problem: str, errors: dict[str, str]) -> DocumentError:
    """The error that lists the first of these errors, each a sentence with its pointer."""
    lines = [f"\n  {document.locate(pointer)}: {sentence}" for sentence, pointer in islice(errors.items(), SHOWN)]
    more = f"\n  and {len(errors) - SHOWN} more" if len(errors) > SHOWN else ""
    return DocumentError(problem + ":" + "".join(lines) + more, place=document.name)


def _lost(document: Document) -> dict[str, str]:
    """The references that lead nowhere, each a sentence with its pointer."""
    return {
        f"{pointer}: $ref {reference!r} leads nowhere{_meant(document, reference)}": pointer
        for pointer, reference in references.all_in(document.root)
        if not document.leads(reference) and not references.in_extension(pointer)
    }


def parsed(text: str, source: Source) -> Any:
    """The value of a source's text, with errors as `DocumentError`."""
    if text.lstrip().startswith("<"):
        fix = "name the file or address of the JSON or YAML itself"
        raise DocumentError("isn't an OpenAPI document: it is HTML or XML", place=source.name, fix=fix)
    try:
        return plain_yaml.parse(text, source.name)
    except UsageError as error:
        raise DocumentError(error.problem, place=error.place, fix=error.fix) from error


def _meant(document: Document, reference: str) -> str:
    """What stands beside the place that a reference names, or the place that is nearest by its name."""
    parent, _, name = reference.partition("#")[2].rpartition("/")
    try:
        beside = document.at(parent)
    except LookupError:
        return ""
    return f" ({did_you_mean(name, beside)})" if isinstance(beside, dict) and len(beside) <= _MOST_NAMED else ""


def _version(root: Any, source: Source) -> str:
    if not isinstance(root, dict):
        what = "is empty" if root is None else "isn't a mapping"
        fix = "one begins with `openapi: 3.1.0` and `info:`"
        raise DocumentError(f"isn't an OpenAPI document: it {what}", place=source.name, fix=fix)
    word = "swagger" if "swagger" in root else "openapi"
    if word not in root:
        problem = "isn't an OpenAPI document: `openapi` is missing at the top"
        raise DocumentError(problem, place=f"{source.name}:1", fix="add `openapi: 3.1.0`")
    version = ".".join(str(root[word]).split(".")[:2])
    if version not in VERSIONS or (version == SWAGGER) != (word == "swagger"):
        problem = f"has {word}: {root[word]!r}; supported are OpenAPI {', '.join(VERSIONS[1:])} and Swagger {SWAGGER}"
        raise DocumentError(problem, place=_place(source, f"/{word}"))
    return version
