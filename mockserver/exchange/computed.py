"""Response headers that are computed: where a new record is, how to get the other pages, how many records there are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, partial
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec

from mockserver.behaviour.parts import PART, Part, query_of
from mockserver.behaviour.runner import Outcome
from mockserver.behaviour.values import MISSING, dig
from mockserver.behaviour.vocabulary import Behaviour, Behaviours, Query
from mockserver.clock import format_http_date
from mockserver.contract.contract import Contract
from mockserver.contract.operations.base_paths import servers
from mockserver.contract.operations.expressions import EXPRESSION
from mockserver.contract.operations.operation import ABSENT, Operation
from mockserver.contract.operations.overloads import path_of
from mockserver.contract.schemas.naming import plain, words
from mockserver.exchange.validators import changed_at, record_of, tag_of
from mockserver.messages import Inputs, Request
from mockserver.state.becoming import steps_of
from mockserver.state.collection import Record, identity_of, text_of

KEEP: Final[Any] = type("Keep", (), {"__repr__": lambda _: "KEEP"})()
"""Says that a header stays as the contract's example has it."""
_LINK: Final = re.compile(r"<(?P<url>[^<>]*)>(?P<rest>[^<]*)")
_LINKING: Final = frozenset(("location", "content-location", "link"))
_METHODS: Final = ("GET", "PUT", "PATCH", "DELETE", "POST")


class Basis(msgspec.Struct, frozen=True):
    """What a header is computed from: the request, what was done, and the answer so far."""

    request: Request
    inputs: Inputs
    outcome: Outcome
    body: Callable[[], bytes]
    shown: str | None = None  #: the header as the contract's example has it
    now: int = 0  #: the world's clock


Ways = list[tuple[Operation, Query]]
"""The operations that find a record, the nearest first."""
Computation = Callable[[Basis], Any]
"""The text of a header; None where it is left out, KEEP where it stays."""


class Places:
    """Where records are found: the paths of the operations that find one by its key."""

    def __init__(self, contract: Contract, behaviours: Behaviours) -> None:
        self.contract, self.behaviours = contract, behaviours

    @cached_property
    def origins(self) -> tuple[str, ...]:
        """The origins of the document's own servers, such as `https://api.example.com`."""
        urls = (urlsplit(str(server.get("url", ""))) for server in servers(self.contract.document.root))
        return tuple({f"{url.scheme}://{url.netloc}": None for url in urls if url.netloc and "{" not in url.netloc})

    @cached_property
    def finding(self) -> Mapping[str, list[tuple[Operation, Query]]]:
        """By collection, the operations that find one of its records by values of their path; reads come first."""
        found: dict[str, list[tuple[Operation, Query]]] = {}
        operations = sorted(self.contract.operations.values(), key=lambda one: _rank(one.method))
        for operation in operations:
            behaviour = self.behaviours.operations.get(operation.id)
            query = behaviour.find if behaviour is not None and behaviour.create is None else None
            last = operation.template.rstrip("/").rpartition("/")[2]
            if query is not None and EXPRESSION.search(last):
                found.setdefault(query.collection, []).append((operation, query))
        return found

    def of(self, collection: str, operation: Operation) -> list[tuple[Operation, Query]]:
        """The operations that find a record which this one creates, the nearest first: those right below its path."""
        below = path_of(operation.template).rstrip("/") + "/"
        candidates = self.finding.get(collection, [])
        return sorted(candidates, key=lambda pair: (not pair[0].template.startswith(below), _rank(pair[0].method)))


def _rank(method: str) -> int:
    return _METHODS.index(method) if method in _METHODS else len(_METHODS)


def computations(
    names: Iterable[str], operation: Operation, behaviour: Behaviour | None, places: Places
) -> Iterator[tuple[str, Computation]]:
    """How each of these headers is computed; those that are not are left to the contract's examples."""
    for name in names:
        compute = _computation(name.lower(), operation, behaviour, places)
        if compute is not None:
            yield name, compute


def _computation(name: str, operation: Operation, behaviour: Behaviour | None, places: Places) -> Computation | None:
    if name == "etag":
        known = behaviour is not None or "304" in operation.responses
        return lambda basis: KEEP if basis.shown and not known else tag_of(record_of(basis.outcome), basis.body())
    if name == "last-modified":
        return _last_modified
    if name == "location" and behaviour is not None and behaviour.create is not None:
        if operation.method == "PUT":
            return lambda basis: basis.request.url()
        return partial(_location, operation, places.of(behaviour.create.collection, operation), places)
    if name == "retry-after" and behaviour is not None:
        return _retry_after(behaviour, places)
    if behaviour is not None and behaviour.list is not None:
        if name == "link":
            return _links
        counted = _counted(name)
        if counted is not None:
            return counted
    return partial(_rehomed, places) if name in _LINKING else None


def _retry_after(behaviour: Behaviour, places: Places) -> Computation | None:
    """The seconds until the record becomes something else by itself."""
    source = behaviour.create or behaviour.find
    rules = places.behaviours.collections[source.collection] if source is not None else None
    if rules is None or not rules.becomes:
        return None

    def seconds(basis: Basis) -> Any:
        shown = record_of(basis.outcome)
        record = None if shown is None else basis.outcome.world.collections[rules.name].get(identity_of(rules, shown))
        step = None if record is None else next(steps_of(record, rules.becomes, basis.now), None)
        return None if step is None else str(-((basis.now - step.at) // 1000))

    return seconds


def _last_modified(basis: Basis) -> Any:
    instant = changed_at(record_of(basis.outcome))
    return format_http_date(instant) if instant is not None else KEEP if basis.shown else None


def _location(operation: Operation, ways: Ways, places: Places, basis: Basis) -> Any:
    """The address of the record that was created, below the base path that the client used."""
    record = record_of(basis.outcome)
    url = _path_of(ways, operation, record, basis.request, basis.inputs) if record is not None else None
    if url is None:
        return _rehomed(places, basis)
    return url if _is_relative(basis.shown) else basis.request.origin + url


def address(ways: Ways, operation: Operation, record: Record, request: Request, inputs: Inputs) -> str | None:
    """The address at which a record is read; None where a value of its path isn't known."""
    path = _path_of(ways, operation, record, request, inputs)
    return None if path is None else request.origin + path


def _path_of(ways: Ways, operation: Operation, record: Record, request: Request, inputs: Inputs) -> str | None:
    for target, query in ways:
        path = _filled(path_of(target.template), query, record, inputs)
        if path is not None:
            return _base_path(request, operation) + path
    return None


def _is_relative(shown: str | None) -> bool:
    return shown is not None and shown.startswith("/") and not shown.startswith("//")


def _filled(template: str, query: Query, record: Record, inputs: Inputs) -> str | None:
    """The path of a record; None where one of its values isn't known."""
    fields = {value.names[0]: field for field, value in query.filters if value.root == "path" and value.names}
    texts: dict[str, str] = {}
    for name in EXPRESSION.findall(template):
        value = dig(record, tuple(fields[name].split("."))) if name in fields else inputs.path.get(name, MISSING)
        if value is MISSING or value is ABSENT or isinstance(value, list | dict):
            return None
        texts[name] = quote(text_of(value), safe="")
    return EXPRESSION.sub(lambda match: texts[match[1]], template)


def _base_path(request: Request, operation: Operation) -> str:
    """The base path of a server with which a request names its operation; empty where it names it without."""
    segments = request.path.split("/")
    more = len(segments) - len(path_of(operation.template).split("/"))
    return "/".join(segments[: more + 1]) if more > 0 else ""


def _links(basis: Basis) -> Any:
    """The other pages of a list (RFC 8288); none where all records fit on one."""
    part, request = basis.outcome.part, basis.request
    if part is None:
        return KEEP
    if part.start == 0 and not part.more:
        return None
    relations = (("first", "first"), ("previous", "prev"), ("next", "next"), ("last", "last"))
    queries = ((rel, query_of(part, relation, request.query)) for relation, rel in relations)
    return ", ".join(f'<{request.url(query)}>; rel="{rel}"' for rel, query in queries if query is not None) or None


def _rehomed(places: Places, basis: Basis) -> Any:
    """The example on the origin that the client used, where it is on one of the document's servers. What names the page
    that was requested as the next one is left out: following it would never end."""
    shown = basis.shown
    if shown is None:
        return None
    for origin in places.origins:
        shown = re.sub(re.escape(origin) + r"(?=[/?#>,;\s\"]|$)", lambda _: basis.request.origin, shown)
    if "<" not in shown:
        return shown
    links = [(match["url"], match["rest"].strip().rstrip(",").rstrip()) for match in _LINK.finditer(shown)]
    kept = [f"<{url}>{rest}" for url, rest in links if not ("next" in rest and _is_here(url, basis.request))]
    return ", ".join(kept) or None


def _is_here(url: str, request: Request) -> bool:
    """Whether a request has all that the query of an address has."""
    wanted = parse_qsl(urlsplit(url).query)
    return bool(wanted) and set(wanted) <= set(parse_qsl(request.query))


def _counted(name: str) -> Computation | None:
    """A header that counts the records or pages of a list, or names one of them, by the words of its name."""
    if not words(name) or _RATES.intersection(words(name)):
        return None
    written = plain(name).removeprefix("x")
    if written == "contentrange":
        return _content_range
    for ending in sorted(_COUNTS, key=len, reverse=True):
        if written.endswith(ending):
            return partial(_of_part, _COUNTS[ending])
    return None


def _of_part(evaluate: Callable[[Part], Any], basis: Basis) -> Any:
    part = basis.outcome.part
    value = KEEP if part is None else evaluate(part)
    return value if value is None or value is KEEP else text_of(value)


def _content_range(basis: Basis) -> Any:
    """`items 0-9/42` (RFC 9110, section 14.4)."""
    part = basis.outcome.part
    if part is None:
        return KEEP
    unit = (basis.shown or "items ").partition(" ")[0] if " " in (basis.shown or " ") else ""
    span = f"{part.start}-{part.end - 1}" if part.count else "*"
    return f"{unit} {span}/{part.total}".lstrip()


_RATES: Final = frozenset(("rate", "ratelimit", "limited", "quota", "cost", "time", "throttle"))
"""Words of headers that count something else than records."""
_COUNTS: Final[Mapping[str, Callable[[Part], Any]]] = {
    **dict.fromkeys(
        [
            *("total", "totalcount", "totalitems", "totalresults", "totalrecords", "totalelements", "totalentries"),
            *("totalhits", "totalsize", "totalrows", "itemscount", "itemcount", "recordcount", "recordscount"),
            *("resultcount", "resultscount"),
        ],
        lambda part: part.total,
    ),
    **dict.fromkeys(("totalpages", "pagecount", "pagescount", "numpages"), PART["pages"]),
    "lastpage": lambda part: part.base + max(part.pages, 1) - 1,
    **dict.fromkeys(("page", "currentpage", "pagenumber", "pageindex"), PART["number"]),
    **dict.fromkeys(("perpage", "pagesize", "pagelimit", "limit", "itemsperpage"), PART["size"]),
    "nextpage": PART["next"],
    **dict.fromkeys(("prevpage", "previouspage"), PART["previous"]),
    "offset": PART["offset"],
    **dict.fromkeys(
        ("nextcursor", "nexttoken", "nextpagetoken", "continuationtoken", "nextmarker", "continuation"),
        PART["cursor"],
    ),
    **dict.fromkeys(("hasmore", "hasnext", "hasnextpage"), lambda part: part.more),
}
"""What headers with these endings say of the part of a list."""
