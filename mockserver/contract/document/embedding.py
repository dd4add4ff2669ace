"""Files that a document refers to, put into the document itself, so that every `$ref` is a local pointer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from mockserver.contract.document import pointers
from mockserver.contract.document.dynamic import DynamicReferences
from mockserver.contract.document.references import (
    EMBEDDED,
    holds_names,
    is_data,
    is_extension,
    with_reference,
)
from mockserver.contract.document.resources import Resources, Scope, absolute
from mockserver.contract.document.sources import ALL_SECONDS, Fetches, Source, is_url
from mockserver.contract.document.spreading import spread
from mockserver.errors import DocumentError

_PROSE: Final = (".md", ".markdown", ".txt", ".html")
"""How the names of files end that hold text for people."""
Parse = Callable[[str, Source], Any]


@dataclass(frozen=True)
class Access:
    """Where the files may lie that a document refers to, beside its own folder."""

    remote: bool = False  #: whether other hosts may be asked
    below: tuple[Path, ...] = ()  #: further folders
    fetch: Fetches = field(default_factory=partial(Fetches, ALL_SECONDS), compare=False)  #: for all of one document


class Embedding:
    """Collects the files that are referred to, each once, and rewrites the references."""

    def __init__(self, origin: Source, access: Access, *, parse: Parse, legacy: bool = False) -> None:
        self.origin, self.access, self.parse = origin, access, parse
        self.sources: dict[str, Source] = {}
        self.names: dict[Source, str] = {}
        self.contents: dict[str, Any] = {}
        self.resources = Resources(legacy=legacy)
        self.origins: dict[str, str] = {}  #: where nodes come from that were spread, or copied for dynamic references

    def whole(self, root: dict[str, Any]) -> dict[str, Any]:
        """The document with its files under `x-embedded`."""
        scope = Scope.of(self.origin, "")
        self.resources.add(root, scope)
        local = self.rewritten(root, scope)
        whole = dict({**local, EMBEDDED: self.contents} if self.contents else local)
        self.origins = spread(whole)
        if not self.resources.dynamic:
            return whole
        dynamic = DynamicReferences(whole, self.resources.dynamic_anchors())
        whole = dynamic.whole()
        self.origins |= dynamic.origins
        return whole

    def rewritten(self, node: Any, scope: Scope, *, data: bool = False, named: bool = False) -> Any:
        """A copy of the node in which each reference is a pointer into the whole document."""
        if isinstance(node, list):
            return [self.rewritten(item, scope, data=data) for item in node]
        if not isinstance(node, dict):
            return node
        if not data and isinstance(prose := node.get("$ref"), str) and prose.lower().endswith(_PROSE):
            return self.prose(prose, scope.source)
        if not data and not named:
            scope = self.resources.entered(node, scope)
        copy = {
            key: (self.extension if is_extension(key, named=named) else self.rewritten)(
                value,
                scope,
                data=data or is_data(key, value, named=named),
                named=holds_names(key, named=named),
            )
            for key, value in node.items()
        }
        if not data and isinstance(reference := node.get("$ref"), str):
            copy["$ref"] = self.local(reference, scope)
        if not data and not named and not self.resources.legacy:
            copy = self.schema_words(node, copy, scope)
        if isinstance(node.get("discriminator"), dict) and isinstance(node["discriminator"].get("mapping"), dict):
            mapping = node["discriminator"]["mapping"].items()
            copy["discriminator"] |= {"mapping": {k: self.mapped(v, scope) for k, v in mapping}}
        return copy

    def extension(self, node: Any, scope: Scope, *, data: bool, named: bool) -> Any:
        """The same for an extension, which nobody reads: it stays as it is where a reference in it leads nowhere."""
        try:
            return self.rewritten(node, scope, data=data, named=named)
        except DocumentError:
            return node

    def prose(self, reference: str, source: Source) -> str:
        """The text of a file that isn't a document, as descriptions refer to it."""
        target = source.sibling(reference)
        self.allow(target, reference, source)
        self.sources[self.short_name(target)] = target
        return self.text(target, reference, source)

    def schema_words(self, node: dict[str, Any], copy: dict[str, Any], scope: Scope) -> dict[str, Any]:
        """The copy with pointers in the place of `$id` and `$dynamicRef`: a pointer is resolved against the document
        alone."""
        if isinstance(node.get("$id"), str):
            del copy["$id"]
        if isinstance(reference := node.get("$dynamicRef"), str):
            aim = self.local(reference, scope)
            is_anchor = not reference.partition("#")[2].startswith("/")
            if is_anchor and pointers.of_reference(aim) in self.resources.dynamic:
                copy["$dynamicRef"] = aim
            else:  # nothing dynamic: it names a place, or a plain anchor
                del copy["$dynamicRef"]
                return with_reference(copy, aim)
        return copy

    def mapped(self, value: Any, scope: Scope) -> Any:
        """A value of a discriminator's mapping: a reference, unless it is the plain name of a schema."""
        is_reference = isinstance(value, str) and ("#" in value or "/" in value or value.endswith((".yaml", ".json")))
        return self.local(value, scope) if is_reference else value

    def local(self, reference: str, scope: Scope) -> str:
        """The reference as a pointer into the whole document."""
        outer, _, fragment = reference.partition("#")
        uri = absolute(scope.uri, outer)
        if uri not in self.resources.ids:
            target = self.target(outer, uri, scope)
            self.embed(target, reference, scope.source)
            uri = target.uri
        pointer = self.resources.pointer(uri, fragment)
        if pointer is None and not outer:  # below an `$id` many authors go on referring to their document
            pointer = self.resources.pointer(scope.source.uri, fragment)
        if pointer is None:
            pointer = self.resources.ids[uri][0] + fragment if fragment.startswith("/") else fragment
        return f"#{pointer}"

    @staticmethod
    def target(outer: str, uri: str, scope: Scope) -> Source:
        """The file that a reference names. An `$id` is often the address of a file that lies beside the document."""
        beside = scope.source.sibling(outer)
        if scope.uri == scope.source.uri or not is_url(uri) or (not beside.remote and Path(beside.location).is_file()):
            return beside
        return Source(uri)

    def embed(self, target: Source, reference: str, source: Source) -> None:
        """Reads a file once."""
        if target not in self.names:
            self.allow(target, reference, source)
            content = self.parse(self.text(target, reference, source), target)
            name = self.short_name(target)
            self.names[target], self.sources[name] = name, target
            prefix = pointers.join("", EMBEDDED, name)
            self.contents[name] = None  # files may refer to each other
            scope = Scope.of(target, prefix)
            self.resources.add(content, scope)
            self.contents[name] = self.rewritten(content, scope)

    def text(self, target: Source, reference: str, source: Source) -> str:
        """The text of a file; an error names the file that refers to it."""
        try:
            return target.text(self.access.fetch)
        except DocumentError as error:
            raise DocumentError(
                error.problem, place=error.place, fix=f"{source.name} has $ref {reference!r}"
            ) from error

    def allow(self, target: Source, reference: str, source: Source) -> None:
        """Refuses what leaves the document's folder, and the network unless it is allowed."""
        if target.remote:
            if not self.access.remote and not target.bundled:
                problem = f"$ref {reference!r} is remote"
                raise DocumentError(problem, place=source.name, fix="allow it with --allow-remote-refs")
            return
        if self.folder(target) is None:
            problem = f"$ref {reference!r} leaves the folder of the document"
            fix = "keep referenced files below that folder, or allow more with --allow-refs-below DIR"
            raise DocumentError(problem, place=source.name, fix=fix)

    def short_name(self, target: Source) -> str:
        """The path below the document's folder, or the URL."""
        if target.remote:
            return target.location
        folder, own = self.folder(target), Path(self.origin.location).parent.resolve()
        inner = Path(target.location).relative_to(folder or own).as_posix()
        return inner if folder == own else f"{(folder or own).as_posix()}/{inner}"

    def folder(self, target: Source) -> Path | None:
        """The folder that allows a file: the document's own, or one that the user allows."""
        own = [] if is_url(self.origin.location) else [Path(self.origin.location).parent]
        known = (folder.resolve() for folder in (*own, *self.access.below))
        return next((folder for folder in known if Path(target.location).is_relative_to(folder)), None)
