"""Files that a document refers to, put into the document itself, so that every `$ref` is a local pointer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from mockserver.contract.document import pointers
from mockserver.contract.document.references import holds_names, identifiers, is_data
from mockserver.contract.document.sources import Source, is_url
from mockserver.errors import DocumentError

EMBEDDED: Final = "x-embedded"
"""The key at the top of the document under which embedded files stand, by their names."""

_PROSE: Final = (".md", ".markdown", ".txt", ".html")
"""How the names of files end that hold text for people."""
Parse = Callable[[str, Source], Any]


class Embedding:
    """Collects the files that are referred to, each once, and rewrites the references."""

    def __init__(self, origin: Source, *, allow_remote_refs: bool, parse: Parse) -> None:
        self.origin, self.allow_remote, self.parse = origin, allow_remote_refs, parse
        self.sources: dict[str, Source] = {}
        self.names: dict[Source, str] = {}
        self.contents: dict[str, Any] = {}
        self.ids: dict[str, str] = {}

    def whole(self, root: dict[str, Any]) -> dict[str, Any]:
        """The document with its files under `x-embedded`."""
        self.ids = identifiers(root)
        local = self.rewritten(root, self.origin, "")
        return {**local, EMBEDDED: self.contents} if self.contents else local

    def rewritten(self, node: Any, source: Source, prefix: str, *, data: bool = False, named: bool = False) -> Any:
        """A copy of the node in which each reference is a pointer into the whole document."""
        if isinstance(node, list):
            return [self.rewritten(item, source, prefix, data=data) for item in node]
        if not isinstance(node, dict):
            return node
        if not data and isinstance(prose := node.get("$ref"), str) and prose.lower().endswith(_PROSE):
            return self.prose(prose, source)
        copy = {
            key: self.rewritten(
                value,
                source,
                prefix,
                data=data or is_data(key, value, named=named),
                named=holds_names(key, named=named),
            )
            for key, value in node.items()
        }
        if not data and isinstance(reference := node.get("$ref"), str):
            copy["$ref"] = self.local(reference, source, prefix)
        if isinstance(node.get("discriminator"), dict) and isinstance(node["discriminator"].get("mapping"), dict):
            mapping = node["discriminator"]["mapping"].items()
            copy["discriminator"] |= {"mapping": {k: self.mapped(v, source, prefix) for k, v in mapping}}
        return copy

    def prose(self, reference: str, source: Source) -> str:
        """The text of a file that isn't a document, as descriptions refer to it."""
        target = source.sibling(reference)
        self.allow(target, reference, source)
        self.sources[self.short_name(target)] = target
        return self.text(target, reference, source)

    def mapped(self, value: Any, source: Source, prefix: str) -> Any:
        """A value of a discriminator's mapping: a reference, unless it is the plain name of a schema."""
        is_reference = isinstance(value, str) and ("#" in value or "/" in value or value.endswith((".yaml", ".json")))
        return self.local(value, source, prefix) if is_reference else value

    def local(self, reference: str, source: Source, prefix: str) -> str:
        """The reference as a pointer into the whole document."""
        outer, _, fragment = reference.partition("#")
        if outer in self.ids:
            prefix = self.ids[outer]
        elif outer:
            target = source.sibling(outer)
            prefix = "" if target == self.origin else self.embed(target, reference, source)
        return f"#{prefix}{fragment}"

    def embed(self, target: Source, reference: str, source: Source) -> str:
        """Reads a file once; its prefix in pointers."""
        if target not in self.names:
            self.allow(target, reference, source)
            name = self.short_name(target)
            self.names[target], self.sources[name] = name, target
            prefix = pointers.join("", EMBEDDED, name)
            self.contents[name] = None  # files may refer to each other
            content = self.parse(self.text(target, reference, source), target)
            self.contents[name] = self.rewritten(content, target, prefix)
        return pointers.join("", EMBEDDED, self.names[target])

    def text(self, target: Source, reference: str, source: Source) -> str:
        """The text of a file; an error names the file that refers to it."""
        try:
            return target.text()
        except DocumentError as error:
            raise DocumentError(
                error.problem, place=error.place, fix=f"{source.name} has $ref {reference!r}"
            ) from error

    def allow(self, target: Source, reference: str, source: Source) -> None:
        """Refuses what leaves the document's folder, and the network unless it is allowed."""
        if target.remote:
            if not self.allow_remote:
                problem = f"$ref {reference!r} is remote"
                raise DocumentError(problem, place=source.name, fix="allow it with --allow-remote-refs")
            return
        if is_url(self.origin.location) or not _below(target, self.origin):
            problem = f"$ref {reference!r} leaves the folder of the document"
            raise DocumentError(problem, place=source.name, fix="keep referenced files below that folder")

    def short_name(self, target: Source) -> str:
        """The path below the document's folder, or the URL."""
        if target.remote:
            return target.location
        return str(Path(target.location).relative_to(Path(self.origin.location).parent.resolve()))


def _below(target: Source, origin: Source) -> bool:
    return Path(target.location).is_relative_to(Path(origin.location).parent.resolve())
