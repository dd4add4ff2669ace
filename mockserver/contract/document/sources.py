"""Where a document comes from: a file or a URL, its text, and what a relative reference in it names."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin

import msgspec

from mockserver.errors import DocumentError

FETCH_SECONDS = 10
MAX_BYTES = 100_000_000
_METASCHEMAS = "https://json-schema.org/draft/2020-12/"


class Source(msgspec.Struct, frozen=True):
    """A file (absolute path) or a URL."""

    location: str

    @classmethod
    def of(cls, location: Path | str) -> Source:
        """The source that a user names."""
        text = str(location)
        return cls(text) if is_url(text) else cls(str(Path(text).resolve()))

    @property
    def remote(self) -> bool:
        """Whether it is fetched over the network."""
        return is_url(self.location)

    @property
    def uri(self) -> str:
        """The URI of the source."""
        return self.location if self.remote else Path(self.location).as_uri()

    @property
    def bundled(self) -> Path | None:
        """The file that is read in place of a metaschema's address; nothing is fetched for it."""
        if not self.location.startswith(_METASCHEMAS):
            return None
        spec = find_spec("jsonschema_specifications")
        places = spec.submodule_search_locations if spec else None
        name = self.location.removeprefix(_METASCHEMAS)
        inner = "metaschema.json" if name == "schema" else name.replace("meta/", "vocabularies/")
        return Path(places[0], "schemas", "draft202012", inner) if places else None

    @property
    def name(self) -> str:
        """What users call it: a path below the working directory is shown relative to it."""
        if self.remote:
            return self.location
        path = Path(self.location)
        return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else self.location

    def text(self) -> str:
        """The text that stands there; a `DocumentError` where it cannot be had."""
        try:
            return self.raw().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise DocumentError(f"is not UTF-8 text (byte {error.start})", place=self.name) from error

    def raw(self) -> bytes:
        """The bytes that stand there; a `DocumentError` where they cannot be had."""
        try:
            path = self.bundled or (None if self.remote else Path(self.location))
            return path.read_bytes() if path else _fetched(self.location)
        except IsADirectoryError as error:
            raise DocumentError("is a folder", place=self.name, fix="name the OpenAPI file in it") from error
        except OSError as error:
            verb, why = "fetched" if self.remote else "read", getattr(error, "reason", error.strerror or error)
            raise DocumentError(f"cannot be {verb}: {why}", place=self.name) from error

    def sibling(self, reference: str) -> Source:
        """The source that a reference in this one names, without its fragment."""
        path = urldefrag(reference).url
        if is_url(path) or self.remote:
            return Source(urljoin(self.location, path))
        return Source(str((Path(self.location).parent / unquote(path)).resolve()))


def is_url(text: str) -> bool:
    """Whether a user or a `$ref` names a place on the network."""
    return text.startswith(("http://", "https://"))


def _fetched(url: str) -> bytes:
    import urllib.error  # 30 ms of start-up that documents in files do not need
    import urllib.request

    try:
        with urllib.request.urlopen(url, timeout=FETCH_SECONDS) as answer:  # noqa: S310 - http(s) alone
            raw: bytes = answer.read(MAX_BYTES + 1)
    except urllib.error.HTTPError as error:
        error.close()
        raise DocumentError(f"cannot be fetched: {error.code} {error.reason}", place=url) from error
    if len(raw) > MAX_BYTES:
        raise DocumentError(f"is larger than {MAX_BYTES // 1_000_000} MB", place=url)
    return raw
