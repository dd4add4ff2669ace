"""Pages with markup of their own: GitBook's blocks and tables, Mintlify's components, OpenAPI inside pages."""

from __future__ import annotations

import json
from collections.abc import Callable

from bench.docs_pages.markdown_pages import _PHRASES, Pages, _flat, curl
from bench.docs_pages.model import Api, Field, Printed, pretty, truth


def _types(each: Field, index: int) -> str:
    word = each.type if not each.format else f"string ({each.format})" if index % 2 else f"string({each.format})"
    word = word.capitalize() if index % 3 == 0 and not each.format else word
    return (
        (f"{word}[]" if index % 2 else f"array of {word}s" if not each.format else f"array of {word}")
        if each.is_list
        else word
    )


def _says(each: Field) -> str:
    words = each.description
    if each.enum:
        words += ". One of " + ", ".join(f"`{value}`" for value in each.enum[:-1]) + f" or `{each.enum[-1]}`"
    return words


def gitbook_old(api: Api, index: int) -> tuple[Pages, Printed]:
    """`{% api-method %}` blocks. Response bodies are examples only; fields of objects in requests have no rows."""
    pages: Pages = {}
    places = {"path": "path-parameters", "query": "query-parameters", "header": "headers"}
    for number, operation in enumerate(api.operations):
        path = operation.path.replace("{", ":").replace("}", "") if index % 2 else operation.path
        host, full = (api.origin, api.base_path + path) if index % 2 else (api.base, path)
        lines = [f"# {operation.summary}", "", f'{{% api-method method="{operation.method.lower()}" host="{host}" path="{full}" %}}',
                 "{% api-method-summary %}", operation.summary, "{% endapi-method-summary %}", "", "{% api-method-description %}",
                 operation.description, "{% endapi-method-description %}", "", "{% api-method-spec %}", "{% api-method-request %}"]  # fmt: skip
        for place, name in places.items():
            if place in operation.parameters:
                lines += [
                    f"{{% api-method-{name} %}}",
                    *_old_fields(operation.parameters[place], index),
                    f"{{% endapi-method-{name} %}}",
                    "",
                ]
        if operation.body:
            lines += [
                "{% api-method-body-parameters %}",
                *_old_fields(operation.body, index),
                "{% endapi-method-body-parameters %}",
            ]
        lines += ["{% endapi-method-request %}", "", "{% api-method-response %}"]
        for reply in operation.replies:
            lines += [f"{{% api-method-response-example httpCode={reply.status} %}}", "{% api-method-response-example-description %}",
                      reply.description, "{% endapi-method-response-example-description %}", ""]  # fmt: skip
            lines += (
                ["```" + ("javascript" if index % 2 else ""), pretty(reply.value), "```"]
                if reply.fields
                else ["```", "", "```"]
            )
            lines += ["{% endapi-method-response-example %}", ""]
        lines += ["{% endapi-method-response %}", "{% endapi-method-spec %}", "{% endapi-method %}", ""]
        pages[f"page{number}.md"] = "\n".join(lines)
    server = "origin" if index % 2 else "base"
    return pages, Printed(replies=False, security=False, server=server, body_example=False)


def _old_fields(fields: tuple[Field, ...], index: int) -> list[str]:
    lines: list[str] = []
    for name, each in _flat(fields):
        need = "true" if each.required else "false"
        lines += [
            f'{{% api-method-parameter name="{name}" type="{_types(each, index)}" required={need} %}}',
            _says(each),
            "{% endapi-method-parameter %}",
        ]
    return lines


def gitbook_new(api: Api, index: int) -> tuple[Pages, Printed]:
    """`{% swagger %}` blocks, several on one page."""
    lines = [f"# {api.title}", "", "The calls of this API, and what they need.", ""]
    for operation in api.operations:
        attributes = f'method="{operation.method.lower()}" path="{operation.path}" baseUrl="{api.base}" summary="{operation.summary}"'
        if index % 2:
            attributes = f'baseUrl="{api.base}" path="{operation.path}" method="{operation.method.lower()}" summary="{operation.summary}" expanded="true"'
        lines += [
            f"{{% swagger {attributes} %}}",
            "{% swagger-description %}",
            operation.description,
            "{% endswagger-description %}",
            "",
        ]
        for place, fields in (*operation.parameters.items(), ("body", operation.body)):
            for name, each in _flat(fields):
                need = f' required="{"true" if each.required else "false"}"' if each.required or index % 2 else ""
                lines += [
                    f'{{% swagger-parameter in="{place}" name="{name}" type="{_types(each, index)}"{need} %}}',
                    _says(each),
                    "{% endswagger-parameter %}",
                    "",
                ]
        for reply in operation.replies:
            lines += [
                f'{{% swagger-response status="{reply.status}{": " + _PHRASES[reply.status] if index % 2 else ""}" description="{reply.description}" %}}'
            ]
            lines += (
                ["```" + ("json" if index % 3 else "javascript"), pretty(reply.value), "```"] if reply.fields else [""]
            )
            lines += ["{% endswagger-response %}", ""]
        lines += ["{% endswagger %}", ""]
    return {"api.md": "\n".join(lines)}, Printed(replies=False, security=False, body_example=False)


def gitbook_tables(api: Api, index: int) -> tuple[Pages, Printed]:
    """GitBook's newest pages: a coloured method, tables with a red star for required fields, responses in tabs."""
    pages: Pages = {}
    star = '<mark style="color:red;">*</mark>'
    for number, operation in enumerate(api.operations):
        color = {"GET": "green", "POST": "blue", "PUT": "orange", "PATCH": "orange", "DELETE": "red"}[operation.method]
        lines = [
            f"# {operation.summary}",
            "",
            f'<mark style="color:{color};">`{operation.method}`</mark> `{api.base}{operation.path}`',
            "",
            operation.description,
            "",
        ]
        for place, title in (("path", "Path Parameters"), ("query", "Query Parameters"), ("header", "Headers")):
            if place in operation.parameters:
                lines += [
                    f"#### {title}" if index % 2 else f"**{title}**",
                    "",
                    *_starred(operation.parameters[place], star, index),
                    "",
                ]
        if operation.body:
            lines += ["#### Request Body" if index % 2 else "**Body**", "", *_starred(operation.body, star, index), ""]
        lines += ["#### Responses" if index % 2 else "**Response**", "", "{% tabs %}"]
        for reply in operation.replies:
            lines += [
                f'{{% tab title="{reply.status}{": " + _PHRASES[reply.status] + " " + reply.description if index % 2 else ""}" %}}'
            ]
            lines += ["```json", pretty(reply.value), "```"] if reply.fields else [""]
            lines += ["{% endtab %}", ""]
        lines += ["{% endtabs %}", ""]
        pages[f"page{number}.md"] = "\n".join(lines)
    return pages, Printed(replies=False, security=False, server="origin", body_example=False)


def _starred(fields: tuple[Field, ...], star: str, index: int) -> list[str]:
    lines = ["| Name | Type | Description |", "| --- | --- | --- |"]
    for name, each in _flat(fields):
        shown = f"`{name}`" if index % 2 else name
        lines.append(f"| {shown}{star if each.required else ''} | {_types(each, index)} | {_says(each)} |")
    return lines


def mintlify(api: Api, index: int) -> tuple[Pages, Printed]:
    """One MDX page for each operation."""
    pages: Pages = {}
    method = {"bearer": "bearer", "basic": "basic", "key": "none"}[api.auth]
    for number, operation in enumerate(api.operations):
        url = api.base + operation.path
        quote = ("'", '"')[index % 2]
        lines = [
            "---",
            f"title: {quote}{operation.summary}{quote}",
            f"api: {quote}{operation.method} {url}{quote}",
            f"description: {quote}{operation.description}{quote}",
        ]
        lines += [f"authMethod: {quote}{method}{quote}"] if api.auth != "key" else []
        lines += ["---", ""]
        for place, title in (("path", "Path"), ("query", "Query"), ("header", "Headers")):
            if place in operation.parameters:
                lines += [f"### {title}", ""] if index % 3 else []
                lines += _components(operation.parameters[place], "ParamField", place, index)
        if operation.body:
            lines += ["### Body", "", *_components(operation.body, "ParamField", "body", index)]
        first = operation.replies[0]
        if first.fields:
            lines += ["### Response", "", *_components(first.fields, "ResponseField", "name", index)]
        lines += [
            "<RequestExample>",
            "",
            "```bash cURL",
            curl(api, operation),
            "```",
            "",
            "</RequestExample>",
            "",
            "<ResponseExample>",
            "",
        ]
        for reply in operation.replies:
            if reply.fields:
                lines += [
                    f"```json {reply.status}{' ' + _PHRASES[reply.status] if index % 2 else ''}",
                    pretty(reply.value),
                    "```",
                    "",
                ]
        lines += ["</ResponseExample>", ""]
        pages[f"page{number}.mdx"] = "\n".join(lines)
    return pages, Printed(server="origin", security=api.auth != "key", first_fields_only=True, empty_replies=False)


def _components(fields: tuple[Field, ...], tag: str, place: str, index: int, indent: str = "") -> list[str]:
    lines: list[str] = []
    for each in fields:
        kind = _types(each, 1) + (" | null" if each.nullable else "")
        kind = f"enum<{each.type}>" if each.enum and index % 3 == 2 else kind
        need = " required" if each.required else ""
        need = f"{need}={{true}}" if need and index % 4 == 3 else need
        default = f' default="{each.default}"' if each.default is not None else ""
        opening = f'{indent}<{tag} {place}="{each.name}" type="{kind}"{need}{default}>'
        if index % 4 == 2:
            opening = (
                f'{indent}<{tag}\n{indent}  {place}="{each.name}"\n{indent}  type="{kind}"{need}{default}\n{indent}>'
            )
        lines += [opening, f"{indent}  {_says(each)}."]
        if each.fields:
            lines += [f'{indent}  <Expandable title="{each.name} fields">']
            lines += _components(each.fields, tag, place if place != "path" else "name", index, indent + "    ")
            lines += [f"{indent}  </Expandable>"]
        lines += [f"{indent}</{tag}>", ""]
    return lines


def openapi_inside(api: Api, index: int) -> tuple[Pages, Printed]:
    """Pages that end in the part of an OpenAPI document that they show."""
    printed = Printed()
    document = truth(api, printed)
    pages: Pages = {}
    for number, operation in enumerate(api.operations):
        part = document | {
            "paths": {
                operation.path: {operation.method.lower(): document["paths"][operation.path][operation.method.lower()]}
            }
        }
        if index % 2:
            import yaml

            body = [
                "````yaml " + f"{operation.method.lower()} {operation.path}",
                yaml.safe_dump(part, sort_keys=False).rstrip(),
                "````",
            ]
        else:
            body = ["```json", json.dumps(part, indent=2 if index % 4 else None), "```"]
        lines = [
            f"# {operation.summary}",
            "",
            f"> {operation.description}",
            "",
            "## OpenAPI" if index % 2 else "# OpenAPI definition",
            "",
            *body,
            "",
        ]
        pages[f"page{number}.md"] = "\n".join(lines)
    return pages, printed


FAMILIES: dict[str, Callable[[Api, int], tuple[Pages, Printed]]] = {
    "gitbook api-method": gitbook_old, "gitbook swagger": gitbook_new, "gitbook tables": gitbook_tables, "mintlify": mintlify,
    "openapi inside": openapi_inside,
}  # fmt: skip
