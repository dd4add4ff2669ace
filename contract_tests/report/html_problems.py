"""The problems of the page, one article for each cause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final

from contract_tests.report.html_parts import bounded, breaking, columns, curl, definitions, folded, link, section, table
from contract_tests.report.text import counted, moment, shortened

MOST_OF_PROBLEMS: Final = 800_000  # bytes
MOST_OF_ONE: Final = 60_000  # bytes, of a cause with its responses
MOST_LINKS: Final = 12
SHOWN: Final = 200  # characters of a text in a list
Data = Mapping[str, Any]


def problems(summary: Data) -> str:
    """All causes: a list of them, then each with requests and responses as far as they fit."""
    causes = summary["causes"]
    if not causes:
        return ""
    labels = summary.get("operations", {})
    compared = bool(summary.get("changes") and summary["changes"]["last"])
    marks = [mark(cause) if compared else "" for cause in causes]
    articles, more = bounded(
        (article(number, cause, labels, marks[number - 1]) for number, cause in enumerate(causes, 1)),
        MOST_OF_PROBLEMS,
        "cause",
    )
    shown = articles.count("<article ")
    rows = "".join(row(number, cause, labels, marks[number - 1]) for number, cause in enumerate(causes[:shown], 1))
    heads = columns("#", "Operation", "Expected", "Got")
    index = table("Causes", heads, rows, "causes") if shown > 1 else ""
    count = counted(sum(cause["problems"] for cause in causes), "problem")
    return section("problems", f"{count}, {counted(len(causes), 'cause')}", index + articles + more)


def mark(cause: Data) -> str:
    """How many of the problems no earlier run has seen."""
    if not cause["unseen"]:
        return ""
    words = "new" if cause["unseen"] == cause["problems"] else f"{cause['unseen']:,} new"
    return f" <span class=new>{words}</span>"


def row(number: int, cause: Data, labels: Data, new: str) -> str:
    """One cause in the list of them."""
    first = next((labels.get(name, name) for name in cause["operations"]), "")
    times = f" <span class=mute>{counted(cause['problems'], 'problem')}</span>" if cause["problems"] > 1 else ""
    return (
        f'<tr><td><a href="#p{number}">{number}</a></td><td class=name>{breaking(first)}{times}{new}</td>'
        f"<td>{escape(shortened(cause['expected'], SHOWN))}</td>"
        f"<td class=got>{escape(shortened(cause['got'], SHOWN))}</td></tr>"
    )


def article(number: int, cause: Data, labels: Data, new: str) -> str:
    """One cause; with fewer of its responses, or none, where they are too long."""
    known = without_repeats(cause["exchanges"])
    title = heading(number, cause, new)
    found = (title + "".join(content(cause, labels, known[-count:] if count else [])) for count in (len(known), 1, 0))
    return next((text for text in found if len(text) <= MOST_OF_ONE), "") or title + brief(cause)


def content(cause: Data, labels: Data, exchanges: Sequence[Data]) -> Iterator[str]:
    """The parts of an article below its heading."""
    yield where(cause["operations"], labels)
    yield definitions([
        ("Expected", cause["expected"]), ("Got", cause["got"]), ("Source", cause["source"]),
        ("Seen in", cause.get("seen", "")), ("Failing since", moment(cause["since"])), ("Check", cause["promises"][0]),
    ])  # fmt: skip
    is_script = not {exchange["curl"] for exchange in exchanges}.issuperset(cause["requests"])
    yield script(cause["requests"] if is_script else [], alone=not exchanges)
    for exchange in exchanges:
        yield f"<h4>{escape(exchange['request'])}</h4>{curl(exchange['curl'])}"
        status, _, _ = exchange["response"].partition("\n")
        yield folded(f"Response: {escape(status)}", f"<pre>{escape(exchange['response'])}</pre>")
    if len(exchanges) < len(without_repeats(cause["exchanges"])):
        yield "<p class=mute>All responses are in report.json.</p>"
    yield others(cause)
    yield "</article>"


def without_repeats(exchanges: Sequence[Data]) -> list[Data]:
    """The exchanges, each once where a request was sent twice in a row and answered alike but for its headers."""
    found = list[Data]()
    for exchange in exchanges:
        if not found or said_by(found[-1]) != said_by(exchange):
            found.append(exchange)
    return found


def said_by(exchange: Data) -> tuple[str, str, str]:
    """What tells an exchange from another one: the request, the status, and the body."""
    head, _, body = exchange["response"].partition("\n\n")
    return exchange["curl"], head.partition("\n")[0], body


def heading(number: int, cause: Data, new: str) -> str:
    """The beginning of an article."""
    return f'<article id="p{number}"><h3><a href="#p{number}">{number}.</a> {escape(cause["sentence"])}{new}</h3>'


def brief(cause: Data) -> str:
    """A cause whose requests are too long for the page."""
    said = definitions([("Expected", cause["expected"][:SHOWN]), ("Got", cause["got"][:SHOWN])])
    return f"{said}<p class=mute>The requests and responses are in report.json.</p></article>"


def where(names: list[str], labels: Data) -> str:
    """Links to the operations."""
    links = ", ".join(link(name, labels.get(name, name)) for name in names[:MOST_LINKS])
    more = f" and {len(names) - MOST_LINKS} more" if len(names) > MOST_LINKS else ""
    return f"<p>{links}{more}</p>" if names else ""


def script(lines: list[str], *, alone: bool) -> str:
    """The lines that repeat a problem; folded where its requests stand below with their responses."""
    shown = "".join(map(curl, lines))
    title = f"Repeat it from the beginning ({counted(len(lines), 'line')})"
    return folded(title, shown) if lines and not alone else shown


def others(cause: Data) -> str:
    """Further problems of the cause."""
    if cause["problems"] < 2:
        return ""
    named = "".join(
        definitions([("Check", one["promise"]), ("Expected", one["expected"]), ("Got", one["got"])])
        + "".join(map(curl, one["requests"]))
        for one in cause["others"]
    )
    left = cause["problems"] - 1 - len(cause["others"])
    more = f"<p class=mute>{counted(left, 'more problem')} in report.json.</p>" if left > 0 else ""
    return folded(f"{counted(cause['problems'] - 1, 'more problem')} with the same cause", named + more)
