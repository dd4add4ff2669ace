"""What an overview page states about the API as a whole, in each layout."""

from __future__ import annotations

import pytest

from docs_to_openapi.contract.build import read_alone
from tests.docs_to_openapi.reading import DOCS, page

SHAPE = '{\n  "success": boolean,\n  "data": object | array\n}'
TEXT = f"""Keepers

Method
Page
Description

GET/keepers

All of them

POST/keepers/{{id}}/call

Ring one

Authentication

Every call carries a Bearer token.

Common Response Format

All answers look alike:

{SHAPE}

Errors

  • 200 - fine

  • 404 - nobody there
"""
MARKDOWN = f"""# Keepers

| Method | Page | Description |
|---|---|---|
| `GET` `/keepers` | [get\\_\\_keepers](x.md) | All of them |
| `POST` `/keepers/{{id}}/call` | [post\\_\\_keepers](y.md) | Ring one |

Every call carries a Bearer token.

## Common Response Format

```json
{SHAPE}
```

## Errors

* `200` - fine
* `404` - nobody there
"""
CELLS = "<td><mark><code>{}</code></mark><code>{}</code></td><td>words</td>"
HTML = MARKDOWN.split("| Method", maxsplit=1)[0] + (
    "<table><thead><tr><th>Method</th><th>Description</th></tr></thead><tbody><tr>"
    + CELLS.format("GET", "/keepers")
    + "</tr><tr>"
    + CELLS.format("POST", "/keepers/{id}/call")
    + "</tr></tbody></table>\n\nEvery call"
    + MARKDOWN.split("Every call")[1]
)


@pytest.mark.parametrize("text", [TEXT, MARKDOWN, HTML], ids=["pasted", "markdown", "html"])
def test_an_overview(text: str) -> None:
    """Mentioned operations, statuses, envelope and bearer tokens are read in each layout; no operation is described."""
    reading = page(text)
    assert reading.operations == []
    assert reading.overview.title == "Keepers"
    named = [(method, path) for method, path, _ in reading.overview.mentions]
    assert named == [("get", "/keepers"), ("post", "/keepers/{id}/call")]
    assert list(reading.overview.statuses) == ["200", "404"]
    assert list(reading.overview.envelope) == ["success", "data"]
    assert "Bearer" in text.split("\n")[reading.bearer - 1]
    assert reading.problems == []


def test_a_base_url_is_a_server() -> None:
    """The base URL that a page names is read as a server."""
    reading = page("# API\n\nBase URL: `https://api.example/v1`\n\nGET /x\n")
    assert list(reading.overview.servers) == ["https://api.example/v1"]


def test_a_page_alone_may_name_other_pages_operations() -> None:
    """An overview alone gives notes and no path; a wrong mention of an operation that is also read is reported."""
    document, problems = read_alone([DOCS / "overview.md"])
    assert document["paths"] == {}
    assert {problem.severity for problem in problems} == {"note"}
    _, problems = read_alone([DOCS / "overview.md", DOCS / "sessions-heartbeat.txt"])
    assert "mention POST /devices/{id}/heartbeat" in {problem.key for problem in problems}
