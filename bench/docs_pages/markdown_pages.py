"""Pages in Markdown as people write them: Slate, hand-written pages, and custom templates of Widdershins."""

from __future__ import annotations

import re
from collections.abc import Callable

from bench.docs_pages.model import Api, Field, Operation, Printed, Reply, pretty

Pages = dict[str, str]
_PHRASES = {"200": "OK", "201": "Created", "202": "Accepted", "204": "No Content", "400": "Bad Request", "401": "Unauthorized",
            "403": "Forbidden", "404": "Not Found", "409": "Conflict", "410": "Gone", "422": "Unprocessable Entity",
            "429": "Too Many Requests", "500": "Internal Server Error"}  # fmt: skip
_MARK = "\u00bb"
_HEADER = {
    "bearer": "Authorization: Bearer YOUR_TOKEN",
    "basic": "Authorization: Basic dXNlcjpwYXNz",
    "key": "X-Api-Key: YOUR_KEY",
}


def curl(api: Api, operation: Operation) -> str:
    """A call on the command line, with example ids in its path."""
    path = operation.path
    for field in operation.parameters.get("path", ()):
        path = path.replace("{" + field.name + "}", str(field.value))
    query = "&".join(f"{each.name}={each.value}" for each in operation.parameters.get("query", ()) if not each.is_list)
    lines = [
        f'curl -X {operation.method} "{api.base}{path}{"?" + query if query else ""}" \\',
        f'  -H "{_HEADER[api.auth]}"',
    ]
    if operation.body:
        lines[-1] += " \\"
        lines += ['  -H "Content-Type: application/json" \\', f"  -d '{pretty(operation.body_value)}'"]
    return "\n".join(lines)


def table(heads: list[str], rows: list[list[str]], *, outer: bool = True) -> str:
    """A Markdown table."""
    lines = [heads, ["-" * max(3, len(head)) for head in heads], *rows]
    return "\n".join(f"| {' | '.join(line)} |" if outer else " | ".join(line) for line in lines)


def auth_words(api: Api, style: int) -> str:
    """A sentence about how calls are authenticated."""
    words = {
        "bearer": ("All requests need a bearer token: `Authorization: Bearer YOUR_TOKEN`.",
                   "Send your token with every request, as `Authorization: Bearer <token>`.",
                   "The API uses bearer tokens. Put yours into the `Authorization` header of each request."),
        "basic": ("All requests use HTTP Basic authentication.", "Every request is authenticated with HTTP basic auth.",
                  "The API uses Basic authentication on each request: your user name and an API password."),
        "key": ("All requests need your key in the header `X-Api-Key`.", "Send your key in the `X-Api-Key` header with every request.",
                "Authenticate each request with an API key. It goes into the `X-Api-Key` header."),
    }  # fmt: skip
    return words[api.auth][style % 3]


def _placeholders(path: str, style: str) -> str:
    return re.sub(r"\{(\w+)\}", {"angle": r"<\1>", "colon": r":\1", "curly": r"{\1}"}[style], path)


def _flat(fields: tuple[Field, ...], prefix: str = "") -> list[tuple[str, Field]]:
    """Fields with dotted names."""
    rows: list[tuple[str, Field]] = []
    for each in fields:
        name = prefix + each.name
        rows.append((name, each))
        rows += _flat(each.fields, f"{name}{'[]' if each.is_list else ''}.")
    return rows


def _type(each: Field, style: int) -> str:
    base = each.type
    if each.format == "date-time":
        base = ("datetime", "string (date-time)", "ISO 8601", "date-time")[style % 4]
    elif each.format:
        base = f"string ({each.format})"
    if each.is_list:
        base = (
            (f"{base}[]", f"array of {base}s", f"array[{base}]", f"list of {base}s")[style % 4]
            if not each.format
            else f"array of {base}"
        )
    return base + (" or null" if each.nullable else "")


def _notes(each: Field, style: int) -> str:
    words = each.description
    if each.enum:
        listed = ", ".join(f"`{value}`" for value in each.enum[:-1])
        words += (f". One of {listed} or `{each.enum[-1]}`.", f". Possible values: {listed}, `{each.enum[-1]}`",
                  f" (one of: {', '.join(map(str, each.enum))})")[style % 3]  # fmt: skip
    if each.default is not None:
        words += f" Defaults to `{str(each.default).lower() if isinstance(each.default, bool) else each.default}`."
    return words


def _table_of(fields: tuple[Field, ...], style: int) -> str:
    """A table of fields, in one of six forms."""
    rows = _flat(fields)
    form = style % 6
    if form == 0:
        heads = ["Parameter", "Type", "Required", "Description"]
        cells = [
            [name, _type(each, style), "Yes" if each.required else "No", _notes(each, style)] for name, each in rows
        ]
    elif form == 1:
        heads = ["Name", "Type", "Description"]
        cells = [
            [f"`{name}`", f"{_type(each, style)}, {'required' if each.required else 'optional'}", _notes(each, style)]
            for name, each in rows
        ]
    elif form == 2:
        heads = ["Field", "Type", "Mandatory", "Notes", "Description"]
        cells = [
            [f"**{name}**", _type(each, style), "true" if each.required else "false", "", _notes(each, style)]
            for name, each in rows
        ]
    elif form == 3:
        heads = ["Attribute", "Data Type", "Description"]
        cells = [
            [f"{name}{' *' if each.required else ''}", _type(each, style), _notes(each, style)] for name, each in rows
        ]
    elif form == 4:
        heads = ["Key", "Description", "Type", "Required?"]
        cells = [
            [f"`{name}`", _notes(each, style), f"`{_type(each, style)}`", "\u2713" if each.required else ""]
            for name, each in rows
        ]
    else:
        heads = ["Argument", "Type", "Description"]
        cells = [
            [
                name,
                f"*{_type(each, style)}*",
                f"{'**Required.** ' if each.required else 'Optional. '}{_notes(each, style)}",
            ]
            for name, each in rows
        ]
    return table(heads, cells, outer=style % 2 == 0)


def _bullets(fields: tuple[Field, ...], style: int, indent: str = "") -> list[str]:
    lines: list[str] = []
    for each in fields:
        need = "required" if each.required else "optional"
        form = (
            f"- `{each.name}` ({_type(each, 0)}, {need}): {_notes(each, style)}",
            f"* **{each.name}** *{_type(each, 1)}* ({need}) \u2013 {_notes(each, style)}",
            f"- **{each.name}** ({need} {_type(each, 1)}) - {_notes(each, style)}",
        )[style % 3]
        lines.append(indent + form)
        lines += _bullets(each.fields, style, indent + "  ")
    return lines


def slate(api: Api, index: int) -> tuple[Pages, Printed]:
    """One Slate page: samples and bodies beside the text, tables below `###` titles."""
    holders = ("angle", "curly", "colon")[index % 3]
    fields = index % 2 == 1
    full = index % 4 != 2
    parts = ["---", f"title: {api.title} API", "", "language_tabs:", "  - shell", "  - python", "", "toc_footers:",
             "  - <a href='#'>Sign up for a key</a>", "", "search: true", "---", "", "# Introduction", "",
             f"Welcome to the {api.title} API! The base URL is `{api.base}`.", "", "# Authentication", "",
             auth_words(api, index), "", '<aside class="notice">', "Never share your credentials.", "</aside>", "",
             f"# {api.title}", ""]  # fmt: skip
    for operation in api.operations:
        parts += [f"## {operation.summary}", "", "```shell", curl(api, operation), "```", ""]
        parts += [
            "```python",
            "import requests",
            "",
            f"requests.{operation.method.lower()}('{api.base}/things/1')",
            "```",
            "",
        ]
        reply = operation.replies[0]
        if reply.fields:
            parts += [
                "> The above command returns JSON structured like this:",
                "",
                "```json",
                pretty(reply.value),
                "```",
                "",
            ]
        path = _placeholders(operation.path, holders)
        title = ("### HTTP Request", "### HTTP Request", "### Endpoint", "### Request")[index % 4]
        parts += [operation.description, "", title, "", f"`{operation.method} {api.base + path if full else path}`", ""]
        for place, heading in (("path", "URL Parameters"), ("query", "Query Parameters"), ("header", "Headers")):
            if place in operation.parameters:
                parts += [f"### {heading}", "", _table_of(operation.parameters[place], index), ""]
        if operation.body:
            parts += [
                ("### Body Parameters", "### Request Body", "### JSON Parameters")[index % 3],
                "",
                _table_of(operation.body, index),
                "",
            ]
        if fields and reply.fields:
            parts += [
                ("### Response Fields", "### Response Attributes")[index % 4 // 2],
                "",
                _table_of(reply.fields, index),
                "",
            ]
        rows = [
            [each.status, f"{_PHRASES[each.status]} -- {each.description}" if index % 3 else each.description]
            for each in operation.replies
        ]
        parts += [("### Responses", "### Status codes", "### Response Codes")[index % 3], ""]
        parts += [
            table(
                [("Code", "Status", "Status Code")[index % 3], ("Meaning", "Description")[index % 2]], rows, outer=False
            ),
            "",
        ]
        parts += ['<aside class="success">', "Remember to keep the identifiers.", "</aside>", ""]
    return {"index.html.md": "\n".join(parts)}, Printed(reply_required=fields, replies=fields, first_body_only=True)


def _reply_parts(reply: Reply, index: int) -> list[str]:
    """A response under a title of its own, with its body."""
    title = (
        f"**{reply.status} {_PHRASES[reply.status]}**",
        f"#### Response `{reply.status}`",
        f"##### {reply.status} - {_PHRASES[reply.status]}",
    )[index % 3]
    parts = [title, "", reply.description + ".", ""]
    if reply.fields:
        parts += [_table_of(reply.fields, index) if index % 4 != 1 else "\n".join(_bullets(reply.fields, index)), ""]
        parts += ["```json", pretty(reply.value), "```", ""]
    return parts


def handwritten(api: Api, index: int) -> tuple[Pages, Printed]:
    """A page that somebody wrote by hand: a call with its URL, lists or tables, a title for each status."""
    full = index % 3 != 1
    parts = [f"# {api.title}", ""]
    parts += [f"Base URL: `{api.base}`" if index % 2 else f"All paths are relative to the API root `{api.base}`.", ""]
    parts += ["## Authentication", "", auth_words(api, index + 1), ""]
    for operation in api.operations:
        path = _placeholders(operation.path, ("curly", "colon", "angle")[index % 3])
        url = api.base + path if full else path
        call = (
            f"`{operation.method} {url}`",
            "```\n" + f"{operation.method} {url}" + "\n```",
            f"**{operation.method}** `{url}`",
            f"**Endpoint:** `{operation.method} {url}`",
        )[index % 4]
        parts += [f"## {operation.summary}", "", operation.description, "", call, ""]
        names = {"path": "Path parameters", "query": "Query parameters", "header": "Request headers"}
        for place, title in names.items():
            if place in operation.parameters:
                parts += [f"### {title}" if index % 2 else f"**{title}**", ""]
                parts += [
                    "\n".join(_bullets(operation.parameters[place], index))
                    if index % 4 in (1, 3)
                    else _table_of(operation.parameters[place], index),
                    "",
                ]
        if operation.body:
            parts += [f"### {('Request body', 'Body', 'Body parameters', 'Payload')[index % 4]}", ""]
            parts += [
                "\n".join(_bullets(operation.body, index)) if index % 4 == 1 else _table_of(operation.body, index),
                "",
            ]
            parts += ["Example request:", "", "```json", pretty(operation.body_value), "```", ""]
        parts += ["### Example", "", "```bash", curl(api, operation), "```", ""]
        parts += [f"### {('Responses', 'Response', 'Returns')[index % 3]}", ""]
        for reply in operation.replies:
            parts += _reply_parts(reply, index)
    return {"api.md": "\n".join(parts)}, Printed()


def gist(api: Api, index: int) -> tuple[Pages, Printed]:
    """One page per operation, in the form of a widespread template: URL, Method, URL Params, Data Params, responses."""
    pages: Pages = {}
    for number, operation in enumerate(api.operations):
        path = _placeholders(operation.path, ("colon", "curly")[index % 2])
        parts = [f"**{operation.summary}**", "----", f"  {operation.description}", "", "* **URL**", "", f"  {api.base_path}{path}", "",
                 "* **Method:**", "", f"  `{operation.method}`", ""]  # fmt: skip
        for place, title in (("path", "URL Params"), ("query", "Query Params"), ("header", "Headers")):
            if place in operation.parameters:
                parts += [f"* **{title}**", ""]
                parts += [f"  {line}" for line in _bullets(operation.parameters[place], index)] + [""]
        if operation.body:
            parts += ["* **Data Params**", ""]
            parts += [f"  {line}" for line in _bullets(operation.body, index)] + [""]
            parts += ["  ```json", *("  " + line for line in pretty(operation.body_value).split("\n")), "  ```", ""]
        for position, reply in enumerate(operation.replies):
            title = "Success Response" if not position else "Error Response"
            if position < 2:
                parts += [f"* **{title}:**", ""]
            parts += [
                f"  * **Code:** {reply.status} {_PHRASES[reply.status].upper()} <br />"
                if reply.fields
                else f"  * **Code:** {reply.status} {_PHRASES[reply.status].upper()}"
            ]
            if reply.fields:
                parts += [
                    "    **Content:**",
                    "",
                    "    ```json",
                    *("    " + line for line in pretty(reply.value).split("\n")),
                    "    ```",
                ]
            parts += [""]
        parts += [
            "* **Sample Call:**",
            "",
            "  ```shell",
            *("  " + line for line in curl(api, operation).split("\n")),
            "  ```",
            "",
        ]
        pages[f"operation{number}.md"] = "\n".join(parts)
    return pages, Printed(server="origin", security=False, replies=False)


def widdershins_custom(api: Api, index: int) -> tuple[Pages, Printed]:
    """Widdershins with templates of its user: its tables and `»` rows, other titles, no note of the generator."""
    parts = [f"# {api.title} API", "", f"Base URL: {api.base}", "", "## Authentication", "", auth_words(api, index), ""]
    for operation in api.operations:
        parts += [
            f"## {operation.summary}",
            "",
            f"`{operation.method} {operation.path}`",
            "",
            f"*{operation.summary}*",
            "",
            operation.description,
            "",
        ]
        rows = [
            [each.name, place, each.word(), str(each.required).lower(), each.description]
            for place, fields in operation.parameters.items()
            for each in fields
        ]
        if operation.body:
            rows += [["body", "body", "object", "true", "none"], *_marked(operation.body, 1, ["body"])]
        if rows:
            parts += ["### Parameters", "", table(["Name", "In", "Type", "Required", "Description"], rows), ""]
        enums = [
            [each.name, str(value)]
            for fields in (*operation.parameters.values(), operation.body)
            for each in fields
            for value in each.enum
        ]
        if enums:
            parts += ["#### Enumerated Values", "", table(["Parameter", "Value"], enums), ""]
        parts += ["> Code samples", "", "```shell", curl(api, operation), "```", ""]
        parts += ["> Example responses", ""]
        for reply in operation.replies:
            if reply.fields:
                parts += [f"> {reply.status} Response", "", "```json", pretty(reply.value), "```", ""]
        answers = [
            [each.status, _PHRASES[each.status], each.description, "Inline" if each.fields else "None"]
            for each in operation.replies
        ]
        parts += ["### Responses", "", table(["Status", "Meaning", "Description", "Schema"], answers), ""]
        parts += ["### Response Schema", ""]
        for reply in operation.replies:
            if reply.fields:
                cells = _marked(reply.fields, 1, [])
                root = [["*anonymous*", "[object]", "false", "none", reply.description]] if reply.is_list else []
                parts += [
                    f"Status Code **{reply.status}**",
                    "",
                    table(["Name", "Type", "Required", "Restrictions", "Description"], root + cells),
                    "",
                ]
                values = [[each.name, str(value)] for each in reply.fields for value in each.enum]
                if values:
                    parts += ["#### Enumerated Values", "", table(["Property", "Value"], values), ""]
    return {"api.md": "\n".join(parts)}, Printed(body_row=True)


def _marked(fields: tuple[Field, ...], depth: int, middle: list[str]) -> list[list[str]]:
    rows: list[list[str]] = []
    for each in fields:
        kind = each.word() + ("\u00a6null" if each.nullable else "")
        cells = [_MARK * depth + " " + each.name, *middle, kind, str(each.required).lower()]
        rows.append([*cells, *([] if middle else ["none"]), each.description])
        rows += _marked(each.fields, depth + 1, middle)
    return rows


FAMILIES: dict[str, Callable[[Api, int], tuple[Pages, Printed]]] = {
    "slate": slate, "markdown": handwritten, "markdown template": gist, "widdershins custom": widdershins_custom,
}  # fmt: skip
