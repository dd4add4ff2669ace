"""Rendered references, as their text is copied from a browser or saved as HTML: ReadMe, Redoc, Scalar, Docusaurus."""

from __future__ import annotations

import html
from collections.abc import Callable

from bench.docs_pages.markdown_pages import Pages, curl, handwritten, slate
from bench.docs_pages.model import Api, Field, Operation, Printed, Reply, pretty


def _readme_type(each: Field) -> str:
    base = each.format or each.type
    return f"array of {each.type}s" if each.is_list else base


def readme(api: Api, index: int) -> tuple[Pages, Printed]:
    """The text of ReadMe's pages, one for each operation; fields of responses below `Response body`."""
    pages: Pages = {}
    for number, operation in enumerate(api.operations):
        lines = ["Jump to Content", operation.summary] if index % 2 else [operation.summary]
        call = (
            [f"{operation.method.lower()} {api.base}{operation.path}"]
            if index % 3
            else [operation.method.lower(), api.base + operation.path]
        )
        lines += [*call, "", operation.description, ""]
        lines += [
            "Recent Requests",
            "Log in to see full request history",
            "Time\tStatus\tUser Agent",
            "Make a request to see history.",
            "0 Requests This Month",
            "",
        ]
        for place, title in (("path", "Path Params"), ("query", "Query Params")):
            if place in operation.parameters:
                lines += [title, *_readme_fields(operation.parameters[place], index), ""]
        if operation.body:
            lines += ["Body Params", *_readme_fields(operation.body, index), ""]
        if "header" in operation.parameters:
            lines += ["Headers", *_readme_fields(operation.parameters["header"], index), ""]
        lines += ["Responses" if index % 2 else "Response", ""]
        for reply in operation.replies:
            lines += [reply.status, reply.description, ""]
            if reply.fields:
                lines += [
                    "Response body",
                    "array of objects" if reply.is_list else "object",
                    *_readme_fields(reply.fields, index),
                    "",
                ]
        lines += [
            "Updated 3 months ago",
            "Did this page help you?",
            "Yes",
            "No",
            "Language",
            "Shell",
            "Node",
            "Ruby",
            "PHP",
            "Python",
        ]
        lines += [
            "Credentials",
            "Bearer" if api.auth == "bearer" else "Header",
            curl(api, operation).replace("\\\n", "\\\n"),
            "Try It!",
            "Response",
        ]
        for reply in operation.replies[:1]:
            lines += (
                ["Example", "application/json", pretty(reply.value), ""]
                if reply.fields
                else ["Click Try It! to start a request and see the response here!"]
            )
        pages[f"page{number}.txt"] = "\n".join(lines)
    return pages, Printed(
        server="origin",
        security=False,
        reply_media=False,
        examples=True,
        first_examples_only=True,
        body_example=False,
        media=True,
    )


def _readme_fields(fields: tuple[Field, ...], index: int) -> list[str]:
    lines: list[str] = []
    for each in fields:
        lines += [each.name, _readme_type(each) + (" | null" if each.nullable else "")]
        lines += ["enum"] if each.enum and index % 2 else []
        lines += ["required"] if each.required else []
        lines += (
            [f"Defaults to {str(each.default).lower() if isinstance(each.default, bool) else each.default}"]
            if each.default is not None
            else []
        )
        lines += [each.description]
        if each.enum:
            lines += ["Allowed:", "", *map(str, each.enum), ""]
        if each.fields:
            lines += [
                f"{each.name} {'array of objects' if each.is_list else 'object'}",
                *_readme_fields(each.fields, index),
            ]
    return lines


def _redoc_type(each: Field) -> str:
    base = each.type + (f" <{each.format}>" if each.format else "")
    if each.is_list:
        base = f"Array of {each.type}s" + (f" <{each.format}>" if each.format else "")
    return base + (" or null" if each.nullable else "")


def _redoc_fields(fields: tuple[Field, ...]) -> list[str]:
    lines: list[str] = []
    for each in fields:
        lines += [each.name, "required"] if each.required else [each.name + "\t"]
        lines += [_redoc_type(each)]
        lines += (
            [f"Default: {str(each.default).lower() if isinstance(each.default, bool) else each.default}"]
            if each.default is not None
            else []
        )
        lines += ["Enum: " + " ".join(f'"{value}"' for value in each.enum)] if each.enum else []
        lines += [each.description, ""]
        lines += _redoc_fields(each.fields)
    return lines


def redoc(api: Api, index: int) -> tuple[Pages, Printed]:
    """The text of a page of Redoc with all operations; objects are expanded."""
    lines = [f"{api.title} (1.0.0)", "Download OpenAPI specification:Download", "", f"{api.title} for everybody.", ""]
    names = {"bearer": "bearerAuth", "basic": "basicAuth", "key": "apiKey"}
    for operation in api.operations:
        lines += [operation.summary, operation.description, ""]
        lines += [f"Authorizations: {names[api.auth]}"] if index % 2 else ["Authorizations:", names[api.auth]]
        for place in ("path", "query", "header"):
            if place in operation.parameters:
                lines += [f"{place} Parameters", *_redoc_fields(operation.parameters[place])]
        if operation.body:
            needed = any(each.required for each in operation.body)
            lines += [
                "Request Body schema: application/json",
                *(["required"] if needed else []),
                *_redoc_fields(operation.body),
            ]
        lines += ["Responses"]
        for reply in operation.replies:
            lines += [f"{reply.status} {reply.description}"] if index % 3 else [reply.status, reply.description]
            if reply.fields:
                lines += [
                    "Response Schema: application/json",
                    *(["Array "] if reply.is_list else []),
                    *_redoc_fields(reply.fields),
                ]
        lines += [f"{operation.method.lower()}{operation.path}", f"{api.base}{operation.path}"]
        if operation.body:
            lines += [
                "Request samples",
                "Payload",
                "Content type",
                "application/json",
                "",
                "Copy",
                "Expand all Collapse all",
                pretty(operation.body_value),
            ]
        if bodies := [reply for reply in operation.replies if reply.fields]:
            lines += [
                "Response samples",
                "".join(reply.status for reply in bodies),
                "Content type",
                "application/json",
                "",
                "Copy",
                pretty(bodies[0].value),
            ]
    return {"redoc.txt": "\n".join(lines)}, Printed(
        server="", security=api.auth != "key", examples=False, reply_media=True
    )


def scalar(api: Api, index: int) -> tuple[Pages, Printed]:
    """The text of a page of Scalar with all operations. Response bodies are examples only."""
    lines = [api.title, ""]
    for operation in api.operations:
        lines += [f"{operation.summary}\u200bCopy link", operation.description, ""]
        for place, title in (("path", "Path Parameters"), ("query", "Query Parameters"), ("header", "Headers")):
            if place in operation.parameters:
                lines += [title, *_scalar_fields(operation.parameters[place], index)]
        if operation.body:
            lines += [
                "Body",
                *(["required"] if any(each.required for each in operation.body) else []),
                "application/json",
                *_scalar_fields(operation.body, index),
            ]
        lines += ["Responses"]
        for reply in operation.replies:
            lines += [reply.status, reply.description, *(["application/json"] if reply.fields else [])]
        lines += [
            f"Request Example for {operation.method.lower()}{operation.path}",
            "cURL",
            *curl(api, operation).split("\n"),
        ]
        lines += ["Test Request", f"({operation.method.lower()} {operation.path})"]
        if bodies := [reply for reply in operation.replies if reply.fields]:
            lines += [f"Status:{' ' if index % 2 else ''}{reply.status}" for reply in bodies]
            lines += [pretty(bodies[0].value), bodies[0].description]
    return {"scalar.txt": "\n".join(lines)}, Printed(security=False, replies=False, reply_media=True)


def _scalar_fields(fields: tuple[Field, ...], index: int) -> list[str]:
    lines: list[str] = []
    for each in fields:
        kind = f"array {each.type}[]" if each.is_list else each.type
        kind = f"array of {each.type}s" if each.is_list and index % 2 else f"{each.type}[]" if each.is_list else kind
        lines += [each.name, f"Type: {kind}", *([f"Format: {each.format}"] if each.format else [])]
        lines += ["enum"] if each.enum else []
        lines += ["required"] if each.required else []
        lines += (
            ["Default", str(each.default).lower() if isinstance(each.default, bool) else str(each.default)]
            if each.default is not None and index % 2
            else []
        )
        lines += [*map(str, each.enum)] if each.enum else []
        lines += [each.description]
        lines += _scalar_fields(each.fields, index)
    return lines


def docusaurus(api: Api, index: int) -> tuple[Pages, Printed]:
    """The text of Docusaurus' OpenAPI pages: name and type on one line, all statuses above their bodies."""
    pages: Pages = {}
    for number, operation in enumerate(api.operations):
        path = operation.path.replace("{", ":").replace("}", "")
        lines = [
            "Skip to main content",
            operation.summary,
            f"{operation.method}{api.base if index % 2 else ''}{path}"
            if not index % 2
            else f"{operation.method} {api.base}{path}",
            operation.description,
            "",
            "Request",
            "",
        ]
        for place, title in (
            ("path", "Path Parameters"),
            ("query", "Query Parameters"),
            ("header", "Header Parameters"),
        ):
            if place in operation.parameters:
                lines += [title, *_docusaurus_fields(operation.parameters[place]), ""]
        if operation.body:
            lines += [
                "application/json",
                "Body",
                *(["required"] if any(each.required for each in operation.body) else []),
                *_docusaurus_fields(operation.body),
                "",
            ]
        bodies = [reply for reply in operation.replies if reply.fields]
        lines += ["Responses", "", *(f"- {reply.status}" for reply in bodies)]
        for reply in bodies:
            lines += [
                reply.description,
                "",
                "- application/json",
                "- Schema",
                "- Example (from schema)",
                "Schema",
                *(["Array ["] if reply.is_list else []),
            ]
            lines += [*_docusaurus_fields(reply.fields), *(["]"] if reply.is_list else []), pretty(reply.value)]
        lines += ["Loading..."]
        pages[f"page{number}.txt"] = "\n".join(lines)
    return pages, Printed(
        server="origin" if index % 2 else "", security=False, empty_replies=False, body_example=False, media=True
    )


def _docusaurus_fields(fields: tuple[Field, ...]) -> list[str]:
    lines: list[str] = []
    for each in fields:
        kind = each.format or each.type
        kind = f"{each.type}[]" if each.is_list else kind
        need = "required" if each.required else "nullable" if each.nullable else ""
        lines += [f"{each.name} {kind}{need}"]
        lines += [f"Possible values: [{', '.join(map(str, each.enum))}]"] if each.enum else []
        lines += (
            [f"Default value: {str(each.default).lower() if isinstance(each.default, bool) else each.default}"]
            if each.default is not None
            else []
        )
        lines += [each.description]
        lines += _docusaurus_fields(each.fields)
    return lines


# HTML, as saved


def _as_html(markdown: str) -> str:  # noqa: C901 - a small renderer, one case for each kind of line
    """Markdown of our own pages, rendered as a static site generator does."""
    lines: list[str] = []
    rows: list[str] = []
    fence: list[str] | None = None
    language = ""
    listed = False
    for line in [*markdown.split("\n"), ""]:
        if fence is not None:
            if line.startswith("```"):
                body = html.escape("\n".join(fence))
                lines.append(
                    f'<div class="highlight"><pre class="highlight {language}"><code>{body}</code></pre></div>'
                )
                fence = None
            else:
                fence.append(line)
            continue
        is_row = " | " in line or line.startswith("|")
        if rows and not is_row:
            lines.append(_html_table(rows))
            rows = []
        bullet = line.lstrip().startswith(("- ", "* "))
        if listed and not bullet:
            lines.append("</ul>")
            listed = False
        if line.startswith("```"):
            fence, language = [], line[3:].strip()
        elif is_row:
            rows.append(line)
        elif line.startswith("#"):
            level = len(line) - len(line.lstrip("#"))
            lines.append(f'<h{level} id="x">{_inline(line.lstrip("# "))}</h{level}>')
        elif bullet:
            if not listed:
                lines.append("<ul>")
                listed = True
            lines.append(f"<li>{_inline(line.lstrip()[2:])}</li>")
        elif line.startswith("> "):
            lines.append(f"<blockquote><p>{_inline(line[2:])}</p></blockquote>")
        elif line.startswith("<"):
            lines.append(line)
        elif line.strip():
            lines.append(f"<p>{_inline(line)}</p>")
    return "\n".join(lines)


def _html_table(rows: list[str]) -> str:
    cells = [[cell.strip() for cell in row.strip().strip("|").split(" | ")] for row in rows if set(row) - set("|- ")]
    head = "".join(f"<th>{_inline(cell)}</th>" for cell in cells[0])
    body = "".join("<tr>" + "".join(f"<td>{_inline(cell)}</td>" for cell in row) + "</tr>\n" for row in cells[1:])
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>"


def _inline(text: str) -> str:
    out = html.escape(text, quote=False)
    for mark, tag in (("**", "strong"), ("`", "code")):
        pieces = out.split(mark)
        out = (
            "".join(piece if not at % 2 else f"<{tag}>{piece}</{tag}>" for at, piece in enumerate(pieces))
            if len(pieces) % 2
            else out
        )
    pieces = out.split("*")
    return (
        "".join(piece if not at % 2 else f"<em>{piece}</em>" for at, piece in enumerate(pieces))
        if len(pieces) == 3
        else out
    )


def _document(title: str, body: str) -> str:
    navigation = "<nav><ul><li><a href='#a'>Home</a></li><li>GET /never</li></ul></nav>"
    return f"<!DOCTYPE html>\n<html><head><title>{title}</title><script>var a = 1;</script></head>\n<body>\n{navigation}\n<main>\n{body}\n</main>\n</body></html>\n"


def saved_html(api: Api, index: int) -> tuple[Pages, Printed]:
    """Slate's and hand-written pages as a browser saves them."""
    pages, printed = (slate if index % 2 else handwritten)(api, index)
    text = next(iter(pages.values()))
    text = text.split("---\n", 2)[2] if text.startswith("---") else text
    return {"page.html": _document(api.title, _as_html(text))}, printed


def redoc_html(api: Api, index: int) -> tuple[Pages, Printed]:
    """A page of Redoc as a browser saves it: fields in tables without headers, objects as tables in tables."""
    parts = [
        '<div class="menu-content"><ul><li>Menu</li></ul></div>',
        f"<h1>{api.title}{' (1.0.0)' if index % 2 else ''}</h1>",
    ]
    for operation in api.operations:
        parts += [f'<div id="operation/x"><h2><a href="#x"></a>{operation.summary} </h2><p>{operation.description}</p>']
        for place in ("path", "query", "header"):
            if place in operation.parameters:
                parts += [f"<div><h5>{place} Parameters</h5>{_kinds(operation.parameters[place])}</div>"]
        if operation.body:
            needed = '<div class="r">required</div>' if any(each.required for each in operation.body) else ""
            parts += [f"<h5>Request Body schema: <span>application/json</span></h5>{needed}{_kinds(operation.body)}"]
        parts += ["<h3>Responses</h3>", *(_redoc_reply(reply) for reply in operation.replies)]
        parts += [_redoc_panel(api, operation), "</div>"]
    return {"redoc.html": _document(api.title, "\n".join(parts))}, Printed(
        server="", security=False, examples=False, reply_media=True
    )


def _redoc_reply(reply: Reply) -> str:
    head = f"<div><button><strong>{reply.status} </strong><div><p>{reply.description}</p></div></button>"
    if not reply.fields:
        return head + "</div>"
    listed = "<div>Array </div>" if reply.is_list else ""
    return (
        f"{head}<div><h5>Response Schema: <span>application/json</span></h5>{listed}{_kinds(reply.fields)}</div></div>"
    )


def _kinds(fields: tuple[Field, ...]) -> str:
    rows = ""
    for each in fields:
        need = '<div class="q">required</div>' if each.required else ""
        default = (
            f"<div><span> Default: </span> <span>{str(each.default).lower()}</span></div>"
            if each.default is not None
            else ""
        )
        values = (
            "<div><span> Enum: </span>" + " ".join(f'<span>"{value}"</span>' for value in each.enum) + "</div>"
            if each.enum
            else ""
        )
        name = f'<td kind="field" title="{each.name}"><span></span><span class="p">{each.name}</span>{need}</td>'
        kind = html.escape(_redoc_type(each))
        rows += f"<tr>{name}<td><div><div><span></span><span>{kind}</span></div>{default}{values}<div><p>{each.description}</p></div></div></td></tr>\n"
        if each.fields:
            rows += f'<tr><td colspan="2"><div>{_kinds(each.fields)}</div></td></tr>\n'
    return f"<table><tbody>\n{rows}</tbody></table>"


def _redoc_panel(api: Api, operation: Operation) -> str:
    panel = f"<div><button><span>{operation.method.lower()}</span><span>{operation.path}</span></button><div>{api.base}{operation.path}</div></div>"
    if operation.body:
        panel += f"<h3>Request samples</h3><ul><li>Payload</li></ul><div>Content type<div>application/json</div></div><pre><code>{html.escape(pretty(operation.body_value))}</code></pre>"
    if bodies := [reply for reply in operation.replies if reply.fields]:
        tabs = "".join(f"<li>{reply.status}</li>" for reply in bodies)
        panel += (
            f"<h3>Response samples</h3><ul>{tabs}</ul><pre><code>{html.escape(pretty(bodies[0].value))}</code></pre>"
        )
    return panel


FAMILIES: dict[str, Callable[[Api, int], tuple[Pages, Printed]]] = {
    "readme": readme, "redoc": redoc, "scalar": scalar, "docusaurus": docusaurus, "saved html": saved_html, "redoc html": redoc_html,
}  # fmt: skip
