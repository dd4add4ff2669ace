"""Converts a pasted page to every layout that pages can have."""

from __future__ import annotations

import re
from collections.abc import Callable

HEADERS = ("Name", "In", "Type", "Required", "Restrictions", "Description", "Status", "Meaning", "Schema")


def pasted(text: str) -> str:
    """One cell per line, as in spec/docs."""
    return text


def compact(text: str) -> str:
    """No blank lines, no indentation."""
    return "\n".join(line.strip() for line in text.split("\n") if line.strip()) + "\n"


def without_headers(text: str) -> str:
    """Compact, without the header cells of the tables."""
    return "\n".join(line for line in compact(text).split("\n") if line not in HEADERS)


def tabbed(text: str) -> str:
    """The cells of a table row on one line, separated by tabs."""
    lines = compact(text).split("\n")
    result: list[str] = []
    for line in lines:
        cell = line in HEADERS or line in ("string", "boolean", "true", "false", "none", "Inline", "string(date-time)")
        after = bool(result) and result[-1].split("\t")[-1] == "none"
        status = bool(result) and re.fullmatch(r"\d{3}", result[-1]) is not None
        if (cell or after or status) and result and line != "Name" and line != "Status":
            result[-1] += "\t" + line
        else:
            result.append(line)
    return "\n".join(result)


def entities(text: str) -> str:
    """Special characters as HTML entities, and non-breaking spaces."""
    return (
        text.replace("»", "&raquo;").replace("'", "&#39;").replace('"', "&quot;").replace("&raquo; ", "&raquo;&nbsp;")
    )


def with_navigation(text: str) -> str:
    """With the navigation text that a browser copies along with a page."""
    return "githubEdit\n\n" + text + "\n\nLast updated\n\nWas this helpful?\n"


def windows(text: str) -> str:
    """Windows line endings and a byte order mark."""
    return "\ufeff" + text.replace("\n", "\r\n")


def markdown(text: str) -> str:
    """Markdown tables, fenced code, GitBook's tabs and hints, escaped titles, an empty Meaning column."""
    return "\n\n".join(_markdown(re.split(r"\n\n+", text.strip()))) + "\n"


def _markdown(parts: list[str]) -> list[str]:
    result: list[str] = []
    at = 0
    columns: list[str] = []
    while at < len(parts):
        part = parts[at]
        if part.split("\n")[0] in ("Name", "Status"):
            columns = part.split("\n")
            result.append(_row(columns) + "\n" + _row(["---"] * len(columns)))
        elif columns and (size := _cells(parts, at, columns)):
            cells = parts[at : at + size]
            cells = [*cells[:1], "", *cells[1:]] if columns[0] == "Status" else cells
            result[-1] += "\n" + _row(cells)
            at += size
            continue
        else:
            columns = []
            result.append(_as_gitbook(part))
        at += 1
    return result


def _cells(parts: list[str], at: int, columns: list[str]) -> int:
    if columns[0] == "Status":
        return 3 if re.fullmatch(r"\d{3}", parts[at]) else 0
    size = len(columns)
    place = at + columns.index("Required")
    return size if place < len(parts) and parts[place] in ("true", "false") else 0


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _as_gitbook(part: str) -> str:
    """A text part as GitBook writes it."""
    if match := re.fullmatch(r"(\d{3}) Response", part):
        return f'{{% tab title="{match.group(1)} Response" %}}'
    if part.startswith("{"):
        return f"```json\n{part}\n```\n\n{{% endtab %}}"
    if part.startswith("curl"):
        return f'{{% tabs %}}\n{{% tab title="Shell" %}}\n\n```shell\n{part}\n```\n\n{{% endtab %}}\n{{% endtabs %}}'
    if match := re.fullmatch(r"Status Code (\d{3})", part):
        return f"Status Code **{match.group(1)}**"
    if part.startswith("To perform"):
        return '{% hint style="warning" %}\n' + part + "\n{% endhint %}"
    if re.match(r"(GET|POST|DELETE) /", part):
        return f"`{part}`"
    if part in ("Parameters", "Request Body", "Code Samples", "Example responses", "Responses", "Response Schema"):
        return f'#### {part} <a href="#{part.lower()}" id="{part.lower()}"></a>'
    return "# " + part.replace("_", "\\_") if "__" in part else part


def html(text: str) -> str:
    """The Markdown page with its tables in HTML."""
    lines = markdown(text).split("\n")
    result: list[str] = []
    for line in lines:
        if line.startswith("| ---"):
            continue
        if line.startswith("| "):
            cells = "".join(f"<td>{cell.strip()}</td>" for cell in line[1:-1].split("|"))
            opened = bool(result) and result[-1].endswith("</tr>")
            result.append(("" if opened else "<table>") + f"<tr>{cells}</tr>")
        else:
            if result and result[-1].endswith("</tr>"):
                result[-1] += "</table>"
            result.append(line)
    return "\n".join(result)


def bold_types(text: str) -> str:
    """Markdown with emphasised types and quoted labels."""
    text = markdown(text).replace("| string |", "| **string** |").replace("| boolean |", "| *boolean* |")
    return re.sub(r'\{% tab title="(\d{3}) Response" %\}', r"> \1 Response", text)


def samples_last(text: str) -> str:
    """The code samples moved to the end of the page."""
    head, rest = text.split("Code Samples", 1)
    samples, tail = rest.split("Example responses", 1)
    return head + "Example responses" + tail.rstrip() + "\n\nCode Samples" + samples


LAYOUTS: dict[str, Callable[[str], str]] = {
    layout.__name__: layout
    for layout in (
        pasted,
        compact,
        without_headers,
        tabbed,
        entities,
        with_navigation,
        windows,
        markdown,
        html,
        bold_types,
        samples_last,
    )
}
