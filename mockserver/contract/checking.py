"""Documents as a contract is made of them: their structure checked, in the words of OpenAPI 3, several as one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from mockserver.contract.document import pointers
from mockserver.contract.document.document import SWAGGER, Document, Part, read_document
from mockserver.contract.document.embedding import Access
from mockserver.contract.operations.base_paths import base_paths, servers
from mockserver.contract.operations.expressions import EXPRESSION
from mockserver.contract.operations.reading import note_ignored
from mockserver.contract.schemas.structure import check_structure
from mockserver.errors import DocumentError


class Checked(msgspec.Struct, frozen=True):
    """A document that operations can be read from."""

    document: Document
    written: Document  #: as its authors wrote it
    problems: Mapping[str, str]  #: what is wrong with parts of it, by their pointers: sentences that begin with these
    notes: tuple[str, ...]  #: what is ignored or repaired; most begin with a pointer
    base_paths: Mapping[str, str]  #: the paths of its servers, and the paths that these stand for


class Served(msgspec.Struct, frozen=True):
    """One of several documents: where it is read from, what it is called, and the path that its own are below."""

    source: Path | str
    name: str
    path: str = ""


def checked(document: Document, *, strict: bool = False) -> Checked:
    """The document, checked. `DocumentError` where it can't be served, or has an invalid part and this is `strict`."""
    notes: dict[str, None] = {}

    def note(text: str) -> None:
        notes[text] = None

    problems = {**check_structure(document, note, strict=strict), **document.lost}
    ready = _in_openapi(document, note)
    note_ignored(ready.root, note)
    bases = base_paths(list(servers(ready.root)))
    return Checked(ready, document, problems, tuple(notes), dict.fromkeys(bases, ""))


def checked_together(sources: Sequence[Served], access: Access, *, strict: bool = False) -> Checked:
    """Several documents as one. `DocumentError` where one can't be served, or two of them declare the same path."""
    from mockserver.contract.document.joined import joined  # one document doesn't wait for it

    owned = [checked(read_document(one.source, access, strict=strict), strict=strict) for one in sources]
    named = zip(sources, owned, strict=True)
    parts = [Part(one.name, one.path, own.document, own.written) for one, own in named]
    _must_differ(parts)
    pairs = list(zip(parts, owned, strict=True))
    notes = [_placed(part, note) for part, own in pairs for note in own.notes]
    document = joined(parts, notes.append)
    problems = {
        part.place + pointer: _placed(part, sentence)
        for part, own in pairs
        for pointer, sentence in own.problems.items()
    }
    bases = {part.path + base: part.path for part, own in pairs for base in own.base_paths}
    return Checked(document, document, problems, tuple(dict.fromkeys(notes)), bases)


def _placed(part: Part, sentence: str) -> str:
    """A sentence about one document, with its place in the whole."""
    return part.place + sentence if sentence.startswith("/") else f"{part.document.name}: {sentence}"


def _must_differ(parts: Sequence[Part]) -> None:
    """Raise DocumentError where two documents declare one path."""
    known: dict[str, tuple[Part, str]] = {}
    for part in parts:
        for template, pointer in _templates(part):
            other, first = known.setdefault(EXPRESSION.sub("{}", part.path + template), (part, pointer))
            if other is not part:
                problem = f"declares {part.path}{template}, as {other.document.locate(first)} does"
                name = re.sub(r"[^a-z0-9]+", "-", part.name.lower()).strip("-")
                fix = f'serve it below a path of its own: /{name}={part.document.name}, or path = "/{name}" in [[api]]'
                raise DocumentError(problem, place=part.document.locate(pointer), fix=fix)


def _templates(part: Part) -> Iterator[tuple[str, str]]:
    paths = part.document.root.get("paths")
    for template in paths if isinstance(paths, Mapping) else ():
        if template.startswith("/"):
            yield template, pointers.join("/paths", template)


def _in_openapi(document: Document, note: Callable[[str], None]) -> Document:
    """The document in the words of OpenAPI 3, which all that follows knows alone."""
    if document.version != SWAGGER:
        return document
    from mockserver.contract.document.swagger.conversion import converted  # other documents don't wait for it

    conversion = converted(document.root, document.as_written)
    for one in conversion.notes:
        note(one)
    origins = {**document.origins, **{new: document.as_written(old) for new, old in conversion.origins.items()}}
    return replace(document, root=conversion.root, version="3.0", origins=origins, _targets={})
