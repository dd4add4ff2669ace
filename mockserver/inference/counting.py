"""What an envelope has beside its list: how many records there are, which part this is, where the others are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from mockserver.contract.schemas.naming import plain
from mockserver.inference.located_schemas import LocatedSchema, Schemas
from mockserver.inference.paging import LIMITS, NUMBERS, OFFSETS

_TOTALS: Final = ("total", "totalcount", "totalitems", "totalresults", "totalelements", "totalrecords", "totalentries",
                  "totalhits", "odatacount", "totalsize", "recordstotal", "recordsfiltered", "itemstotal",
                  "totalnumber", "totalrows", "totalmatches", "totaldocs", "fullcount", "totalobjects", "numfound",
                  "resultstotal", "counttotal", "allcount", "recordcount", "numberofitems", "totalitemcount",
                  "totalnumberofresults", "totalitemscount", "totalresultcount")  # fmt: skip
_COUNTS: Final = ("count", "results", "numresults", "resultcount", "itemcount", "elementcount", "length", "quantity",
                  "found", "matches", "nb", "resultscount", "itemscount", "numitems", "hits", "num")  # fmt: skip
_HERE: Final = ("numberofelements", "currentitemcount", "returned", "pageitemcount", "currentcount", "pagetotal",
                "returnedcount", "itemsonpage", "displayed", "currentpagecount", "itemsinpage", "countinpage",
                "currentpageelements", "currentsize")  # fmt: skip
_PAGES: Final = ("totalpages", "pagecount", "pages", "numpages", "lastpage", "pagestotal", "numberofpages", "maxpage",
                 "totalpage", "totalpagecount", "pagescount", "lastpagenumber", "countpages")  # fmt: skip
_SIZES: Final = (*LIMITS, "size", "pagelength", "resultsperpagecount")
_MORES: Final = ("hasmore", "hasnext", "hasnextpage", "moreresults", "more", "hasmoreresults", "moreavailable",
                 "hasmoreitems", "hasmorepages", "istruncated", "truncated", "morepages", "nextpageexists",
                 "hasmoredata", "ismore")  # fmt: skip
_LASTS: Final = ("last", "islast", "islastpage", "lastpage", "end", "finished", "done", "complete", "isfinished",
                 "isend", "endofresults", "endoflist")  # fmt: skip
_FIRSTS: Final = ("first", "isfirst", "isfirstpage", "firstpage")
_EARLIERS: Final = ("hasprevious", "hasprev", "haspreviouspage", "hasprevpage")
_NEXTS: Final = ("next", "nextpage", "nextpagetoken", "nexttoken", "nextcursor", "nextlink", "odatanextlink", "nexturl",
                 "nextpageuri", "nextpageurl", "nextpagecursor", "nextmarker", "nexturi", "nexthref", "nextpagelink",
                 "nextoffset", "after", "cursor", "continuationtoken", "nextpagenumber", "nextpath", "nextkey",
                 "nextpaginationtoken", "endcursor", "nextid", "paginationtoken", "continue")  # fmt: skip
_PREVIOUS: Final = ("previous", "prev", "previouspage", "prevpage", "previouslink", "previousurl", "prevurl",
                    "prevpageurl", "previouspageurl", "previoushref", "prevlink", "previousuri", "previouspageuri",
                    "previouspagenumber")  # fmt: skip
_ADDRESSES: Final = ("url", "uri", "link", "href", "path")
_LINKS: Final = ("links", "link", "paging", "pagination", "urls")
_KEYS: Final = ("cursor", "token", "marker", "key", "id", "continue")
"""How the name of a member ends that holds no address, in whatever object it lies."""
_POINTS: Final = {"first": "first", "last": "last", "self": "self", "firsturl": "first", "lasturl": "last",
                  "firstpageurl": "first", "lastpageurl": "last", "firstpagelink": "first", "lastpagelink": "last",
                  "firstlink": "first", "lastlink": "last", "selflink": "self"}  # fmt: skip
_CURSORS: Final = {"startcursor": "opens", "firstid": "opens", "lastid": "closes"}
_MARK: Final = "0123456789abcdef"
"""What `$page.mark` looks like."""
_WHOLE: Final = frozenset({"integer", "number"})

Data = dict[str, Any]
Beside = tuple[tuple[str, ...], LocatedSchema]


def surroundings(
    answer: LocatedSchema, path: tuple[str, ...], schemas: Schemas, page: Data
) -> Iterator[tuple[str, str]]:
    """The members of an envelope that the list decides, by path, with the expression of each."""
    members = list(_beside(answer, path, schemas))
    counted = any(plain(names[-1]) in _TOTALS for names, _ in members)
    for names, schema in members:
        expression = _Member(answer, names, schema, schemas, page, counted).expression()
        if expression is not None:
            yield reply_path(names), expression


def total_in(answer: LocatedSchema, schemas: Schemas) -> Any:
    """How an answer that is nothing but a number of records says it; None where it says something else."""
    types = schemas.types(answer)
    if types and types <= _WHOLE:
        return "$total"
    names = [name for name, one in schemas.members(answer).items() if schemas.types(one) <= _WHOLE]
    return {reply_path((names[0],)): "$total"} if len(names) == len(schemas.members(answer)) == 1 else None


class _Member:
    """One member beside a list."""

    def __init__(
        self,
        answer: LocatedSchema,
        names: tuple[str, ...],
        schema: LocatedSchema,
        schemas: Schemas,
        page: Data,
        counted: bool,
    ) -> None:
        self.answer, self.names, self.schema, self.schemas, self.page = answer, names, schema, schemas, page
        self.name, self.types, self.counted = plain(names[-1]), schemas.types(schema), counted
        self.around = plain(names[-2]) if len(names) > 1 else ""

    def expression(self) -> str | None:
        """The expression of the member's value; None where the list doesn't decide it."""
        if self.types and self.types <= _WHOLE:
            return self._number()
        if self.types == {"boolean"}:
            return self._flag()
        return self._address() if self.types <= {"string", "integer"} else None

    def _number(self) -> str | None:
        name = self.name
        if name in _TOTALS:
            return "$total"
        if name in _COUNTS:
            return "$page.count" if self.counted else "$total"
        if self.around in ("page", "meta", "pagination", "paging") and name == "number":
            return "$page.number"
        for known, part in ((_HERE, "count"), (_PAGES, "pages"), (_SIZES, "size"), (OFFSETS, "offset")):
            if name in known:
                return f"$page.{part}"
        if name in NUMBERS or name in ("current", "number"):
            return "$page.number"
        if name in ("from", "to") and self.page:
            return self._if_it_fits("$page.start" if name == "from" else "$page.end")
        return self._neighbour()

    def _neighbour(self) -> str | None:
        """The number or the offset of the next or the previous page."""
        part = "following" if "number" not in self.page and "offset" in self.page else "next"
        if self.name in _NEXTS:
            return self._if_it_fits(f"$page.{part}")
        return self._if_it_fits("$page.previous") if self.name in _PREVIOUS and part == "next" else None

    def _flag(self) -> str | None:
        flags = ((_MORES, "$more"), (_LASTS, "$page.last"), (_FIRSTS, "$page.first"), (_EARLIERS, "$page.earlier"))
        if self.name == "empty":
            return "$page.empty"
        return next((expression for known, expression in flags if self.name in known), None)

    def _address(self) -> str | None:
        """Where the next and the other pages are: a URL, or the key with which they are requested."""
        name, named = self.name, self.name
        if name in _ADDRESSES and self.around in (*_NEXTS, *_PREVIOUS, *_POINTS):
            named = self.around
        in_links = any(plain(part).lstrip("_") in _LINKS for part in self.names[:-1])
        linked = name in _ADDRESSES or (in_links and not name.endswith(_KEYS))
        if name in _CURSORS:
            return self._if_it_fits(f"$page.{_CURSORS[name]}")
        if named in _NEXTS:
            return self._next(linked or name.endswith(_ADDRESSES))
        if named in _PREVIOUS:
            return self._if_it_fits("$page.previous_url") if self._pages() else self._if_it_fits("$absent")
        if named in _POINTS and (linked or named.endswith(_ADDRESSES)):
            return self._if_it_fits(f"$page.{_POINTS[named]}_url") if self._pages() else None
        return None

    def _next(self, linked: bool) -> str | None:
        if self._is_text() and not self.page.keys() & {"number", "offset", "after"}:
            return self._if_it_fits("$absent")
        if (
            linked
            or self._has_format("uri", "url", "uri-reference")
            or (self.name == "next" and "after" not in self.page)
        ):
            return self._if_it_fits("$page.next_url")
        if "after" not in self.page:
            return self._if_it_fits("$absent")
        if not self._free_text():
            takes_marks = self._is_text() and self.schemas.takes_text(self.schema, _MARK)
            return "$page.mark" if takes_marks and not self._is_required() else self._if_it_fits("$absent")
        if not self._is_required():
            return "$next"
        return "$page.cursor" if self._is_nullable() else "$page.token"

    def _pages(self) -> bool:
        return bool(self.page.keys() & {"number", "offset", "after"}) and self._is_text()

    def _is_text(self) -> bool:
        return self.types <= {"string"}

    def _if_it_fits(self, expression: str) -> str | None:
        """The expression, where its value may also be missing."""
        if self._has_format_other():
            expression = "$absent"
        if not self._is_required():
            return expression
        return ("$page.none" if expression == "$absent" else expression) if self._is_nullable() else None

    def _has_format_other(self) -> bool:
        return self.schemas.has_any(self.schema, "pattern", "enum")

    def _has_format(self, *names: str) -> bool:
        return any(value in names for value in self.schemas.each(self.schema, "format"))

    def _free_text(self) -> bool:
        """Whether any text will do: the next page is named by the key of a record, which isn't a URL."""
        return self._is_text() and not self.schemas.has_any(self.schema, "format", "pattern", "enum")

    def _is_nullable(self) -> bool:
        return self.schemas.takes_null(self.schema)

    def _is_required(self) -> bool:
        schema = self.answer
        for name in self.names[:-1]:
            schema = self.schemas.members(schema)[name]
        return self.names[-1] in self.schemas.required(schema)


def _beside(answer: LocatedSchema, path: tuple[str, ...], schemas: Schemas) -> Iterator[Beside]:
    """The members beside the list, on each level of its path, and those of objects such as `meta` or `links`."""
    schema = answer
    for depth in range(len(path)):
        for name, member in schemas.members(schema).items():
            if name != path[depth]:
                yield from _inside((*path[:depth], name), member, schema, schemas, 2)
        schema = schemas.members(schema)[path[depth]]


def _inside(
    names: tuple[str, ...], member: LocatedSchema, around: LocatedSchema, schemas: Schemas, deeper: int
) -> Iterator[Beside]:
    yield names, member
    if not deeper or not schemas.is_object(member):
        return
    if names[-1] in schemas.required(around) or not schemas.required(member) or _counts(member, schemas):
        for name, inner in schemas.members(member).items():
            yield from _inside((*names, name), inner, member, schemas, deeper - 1)


def _counts(member: LocatedSchema, schemas: Schemas) -> bool:
    """Whether an object is about the pages of a list: most of its numbers are, or all that it has leads to the next."""
    names = {plain(name) for name in schemas.members(member)}
    return len(names & {*_TOTALS, *_PAGES, *_SIZES, *NUMBERS, *_NEXTS, *_PREVIOUS}) >= 2 or names <= {*_NEXTS}


def reply_path(names: tuple[str, ...]) -> str:
    """Names as a dotted path."""
    return ".".join(name.replace(".", "\\.") for name in names)
