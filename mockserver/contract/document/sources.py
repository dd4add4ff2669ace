"""Where a document comes from: a file or a URL, its text, and what a relative reference in it names."""

from __future__ import annotations

import difflib
import threading
from collections.abc import Callable
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from time import monotonic
from urllib.parse import unquote, urldefrag, urljoin

import msgspec

from mockserver.background import start
from mockserver.errors import DocumentError
from mockserver.settings import DOCUMENT_SUFFIXES

FETCH_SECONDS = 10
"""Seconds in which a document must be fetched."""
ALL_SECONDS = 30
"""Seconds in which all must be fetched that it refers to."""
MAX_BYTES = 100_000_000
Fetch = Callable[[str], bytes]
_USUAL = ("openapi.", "swagger.")
_MOST_LISTED = 2000  # files of a folder
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

    def text(self, fetch: Fetch | None = None) -> str:
        """The text that stands there; a `DocumentError` where it cannot be had."""
        try:
            return self.raw(fetch).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise DocumentError(f"is not UTF-8 text (byte {error.start})", place=self.name) from error

    def raw(self, fetch: Fetch | None = None) -> bytes:
        """The bytes that stand there, fetched if they are elsewhere; a `DocumentError` where they cannot be had."""
        path = self.bundled or (None if self.remote else Path(self.location))
        try:
            return path.read_bytes() if path else (fetch or Fetches())(self.location)
        except OSError as error:
            raise _unread(self.name, path, error) from error

    def sibling(self, reference: str) -> Source:
        """The source that a reference in this one names, without its fragment."""
        path = urldefrag(reference).url
        if is_url(path) or self.remote:
            return Source(urljoin(self.location, path))
        return Source(str((Path(self.location).parent / unquote(path)).resolve()))


def _unread(name: str, path: Path | None, error: OSError) -> DocumentError:
    """Why a document can't be had, and the one that is likely meant."""
    if path is None:
        why = getattr(error, "reason", error)
        refused = "is its server running?" if isinstance(why, ConnectionRefusedError) else ""
        return DocumentError(f"cannot be fetched: {getattr(why, 'strerror', None) or why}", place=name, fix=refused)
    if path.is_dir():
        found = sorted(one.name for one in _documents(path))
        meant = next((one for one in found if one.startswith(_USUAL)), found[0] if len(found) == 1 else "")
        fix = f"name the file: {Path(name) / meant}" if meant else "name the OpenAPI file in it"
        return DocumentError("is a folder", place=name, fix=fix)
    near = difflib.get_close_matches(path.name, [one.name for one in _documents(path.parent)], n=1)
    fix = f"did you mean {str(Path(name).with_name(near[0]))!r}?" if near else ""
    return DocumentError(f"cannot be read: {error.strerror or error}", place=name, fix=fix)


def _documents(folder: Path) -> list[Path]:
    """The files of a folder that may be documents, as far as it can be listed."""
    try:
        return [one for one in islice(folder.iterdir(), _MOST_LISTED) if one.suffix.lower() in DOCUMENT_SUFFIXES]
    except OSError:
        return []


def is_url(text: str) -> bool:
    """Whether a user or a `$ref` names a place on the network."""
    return text.startswith(("http://", "https://"))


class Fetches:
    """Fetches over the network that together may take so long, and bring so much."""

    def __init__(self, seconds: float = FETCH_SECONDS) -> None:
        self._seconds, self._left, self._room = seconds, seconds, MAX_BYTES
        self._lock = threading.Lock()

    def __call__(self, url: str) -> bytes:
        """What stands at a URL; a `DocumentError` where it can't be had in the time that is left."""
        with self._lock:
            began, brought = monotonic(), _Brought(url, self._room)
            # Only a thread can be left alone with a host that sends a byte now and then, or a name that isn't resolved.
            start("fetch", brought.bring, self._left).join(max(self._left, 0))
            self._left -= monotonic() - began
            raw = brought.raw()
            if raw is None:
                raise DocumentError(f"cannot be fetched: {self._seconds:g} s are over for all together", place=url)
            self._room -= len(raw)
            return raw


class _Brought:
    """What one fetch has brought, or why it failed."""

    def __init__(self, url: str, most: int) -> None:
        self._url, self._most = url, most
        self._raw: bytes | Exception | None = None

    def bring(self, seconds: float) -> None:
        """Fetch it."""
        try:
            self._raw = _fetched(self._url, seconds, self._most) if seconds > 0 else None
        except (DocumentError, OSError, ValueError) as error:
            self._raw = error

    def raw(self) -> bytes | None:
        """The bytes; None where there are none yet. Raises what the fetch has raised."""
        if isinstance(self._raw, ValueError):  # a port that isn't a number, an answer that isn't HTTP
            raise DocumentError(f"cannot be fetched: {self._raw}", place=self._url)
        if isinstance(self._raw, Exception):
            raise self._raw
        return self._raw


def _fetched(url: str, seconds: float, most: int) -> bytes:
    import http.client
    import urllib.error  # 30 ms of start-up that documents in files do not need
    import urllib.request

    try:
        with urllib.request.urlopen(url, timeout=seconds) as answer:  # noqa: S310 - http(s) alone
            raw: bytes = answer.read(most + 1)
    except urllib.error.HTTPError as error:
        error.close()
        raise DocumentError(f"cannot be fetched: {error.code} {error.reason}", place=url) from error
    except http.client.HTTPException as error:
        raise DocumentError(f"cannot be fetched: {error!r}", place=url) from error
    if len(raw) > most:
        raise DocumentError(f"is larger than {most // 1_000_000} MB, or all is together", place=url)
    return raw
