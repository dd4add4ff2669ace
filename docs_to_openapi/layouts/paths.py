"""Operation lines: a method with a path or a URL, in every notation → method, origin, path template."""

from __future__ import annotations

import re
from dataclasses import dataclass

from docs_to_openapi.pages.text import plain, unlinked

METHOD = "GET|PUT|POST|DELETE|OPTIONS|HEAD|PATCH|TRACE"
_URL = r"(?:https?://|/|\{\{|\{(?=[^{}]*(?:url|host|base|server|endpoint|domain)[^{}]*\})|<(?=[^<>]*(?:url|host|base|server|domain)[^<>]*>)|\$)\S*"
_CALL = re.compile(rf"^({METHOD})\s*:?\s*({_URL})(?:\s+HTTP/[\d.]+)?$")
_RELATIVE = re.compile(rf"^({METHOD})\s+([A-Za-z][\w-]*(?:/[\w.{{}}:<>-]+)*/?(?:\?\S*)?)$")
_LOWER_CALL = re.compile(rf"^({METHOD})\s*(/\S*|https?://\S+)$", re.IGNORECASE)
_INSIDE = re.compile(rf"(?<![\w/-])({METHOD})\s+({_URL})")
_LABEL = re.compile(
    r"^(?:(?:api )?endpoint|http request|http|request|request url|url|route|definition|call|method|uri|resource|usage)\s*:\s*",
    re.IGNORECASE,
)
_ORIGIN = re.compile(r"^(https?://[^/\s?#]+)(/.*)?$")
_VARIABLE_HOST = re.compile(
    r"^(?:\{\{?\s*[\w.-]*(?:url|host|base|server|endpoint|domain)[\w.-]*\s*\}?\}|<[\w .-]*(?:url|host|base|server|domain)[\w .-]*>"
    r"|\$\{?\w*(?:URL|HOST|BASE|SERVER|DOMAIN|url|host|base|server)\w*\}?)",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(
    r"^(?:\d+|[0-9a-f]{8}-[0-9a-f-]{20,}|[0-9a-f]{12,}|(?=.*\d)[A-Za-z0-9]{10,}|[a-z]{1,6}_(?=\w*\d)\w{4,}|[a-z]{2,8}-\d+)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Call:
    """A method and a path template; `origin` is the scheme and host where the page states a full URL."""

    method: str
    path: str
    origin: str = ""
    query: tuple[str, ...] = ()  # names of query parameters in the line

    @property
    def is_example(self) -> bool:
        """Whether a segment of the path looks like the id of one record."""
        return any(_IDENTIFIER.match(segment) for segment in self.path.split("/") if "{" not in segment)


def display(text: str) -> str:
    """A line without links, emphasis and code marks; `_` and `*` inside a path stay."""
    words = unlinked(plain(text)).replace("`", "")
    words = re.sub(r"(?<=/)<(\w+(?: \w+)+)>", lambda match: "<" + match.group(1).replace(" ", "_") + ">", words)
    words = re.sub(r"\*\*|(?<!\S)[*_](?=\S)|(?<=\S)[*_](?!\S)", "", words)
    return " ".join(words.split())


def call_of(text: str, *, lower: bool = False) -> Call | None:
    """The operation that this whole line names, or None."""
    words = _LABEL.sub("", display(text)).strip()
    match = _CALL.match(words)
    if match is None and text.strip().startswith("`") and (relative := _RELATIVE.match(words)):
        return _call(relative.group(1), "/" + relative.group(2))
    if (
        match is None
        and lower
        and (match := _LOWER_CALL.match(words))
        and match.group(1)[1:] != match.group(1)[1:].lower()
    ):
        match = None if match.group(1) != match.group(1).upper() else match
    return _call(match.group(1), match.group(2)) if match else None


def calls_inside(text: str) -> list[tuple[Call, str]]:
    """The operations inside a heading, each with the heading's other words."""
    words = display(text)
    found = []
    for match in _INSIDE.finditer(words):
        call = _call(match.group(1), match.group(2).rstrip(")].,:;"))
        rest = (words[: match.start()] + " " + words[match.end() :]).strip(" -:()[]|\u2013\u2014")
        if call:
            found.append((call, " ".join(rest.split())))
    return found


def _call(method: str, url: str) -> Call | None:
    split = split_url(url)
    if split is None:
        return None
    origin, path, query = split
    return Call(method.lower(), path, origin, query)


def split_url(url: str) -> tuple[str, str, tuple[str, ...]] | None:
    """Origin, path template and names of the query; None if a placeholder isn't closed, or this isn't a path."""
    url = url.strip("`\"'<>") if url.startswith(("`", '"', "'")) else url.strip("`\"'")
    origin = ""
    if match := _VARIABLE_HOST.match(url):
        url = url[match.end() :] or "/"
    elif match := _ORIGIN.match(url):
        origin, url = match.group(1), match.group(2) or "/"
    url, _, fragment = url.partition("#")
    del fragment
    path, query = _without_query(url)
    path = template(path)
    if not path.startswith("/") or path.count("{") != path.count("}") or re.search(r"[<>\"'`|\\^\s]", path):
        return None
    return origin, path, query


def _without_query(url: str) -> tuple[str, tuple[str, ...]]:
    names: list[str] = []
    if match := re.search(r"\{[?&]([\w.,*-]+)\}", url):
        names += [name.strip("*") for name in match.group(1).split(",")]
        url = url[: match.start()]
    if "?" in url:
        url, _, query = url.partition("?")
        names += [match.group(1) for match in re.finditer(r"(?:^|&)\[?&?([\w.\[\]-]+)=", query)]
    return url.rstrip("["), tuple(dict.fromkeys(names))


def template(path: str) -> str:
    """A path with its placeholders as `{name}`: `:id`, `<id>`, `{{id}}`, `[id]` and `$id` are placeholders too."""
    path = re.sub(r"\{\{\s*([\w.-]+)\s*\}\}", r"{\1}", path)
    path = re.sub(r"<(?:\w+:)?([\w .-]+)>", lambda match: "{" + match.group(1).strip().replace(" ", "_") + "}", path)
    path = re.sub(r"(?<=/):([A-Za-z_]\w*)", r"{\1}", path)
    path = re.sub(r"(?<=/)\[([A-Za-z_][\w-]*)\]", r"{\1}", path)
    path = re.sub(r"(?<=/)\$\{?([A-Za-z_]\w*)\}?(?=/|$)", r"{\1}", path)
    path = re.sub(r"\{([\w.-]+):[^{}]*\}", r"{\1}", path)
    return re.sub(r"\{\s*([^{}]+?)\s*\}", lambda match: "{" + match.group(1).replace(" ", "_") + "}", path)
