"""Responses tables, schema tables and example bodies → the responses of an operation.

All three state the same. If one of them lacks a status that another has, the page contradicts itself: both places are
reported, and the status is kept until an overlay action decides.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from docs_to_openapi.layouts.outline import OperationOutline, Section
from docs_to_openapi.pages.text import bare, sentence
from docs_to_openapi.reading.context import Context
from docs_to_openapi.reading.examples import Example, disagreements, read_examples
from docs_to_openapi.reading.infer import INFERRED, add_types, schema_of_example
from docs_to_openapi.reading.response_checks import Response, check_responses
from docs_to_openapi.reading.samples import Samples
from docs_to_openapi.reading.schemas import add_enums, read_table, to_schema
from docs_to_openapi.reading.unlabelled import label
from docs_to_openapi.tables.cells import HEADER_COLUMNS, RESPONSE_COLUMNS
from docs_to_openapi.tables.columns import STATUS
from docs_to_openapi.tables.rows import rows_of
from docs_to_openapi.tables.type_cells import parse_type, schema_of

JSON = "application/json"
ANY = "*/*"


def read_responses(operation: OperationOutline, samples: Samples, context: Context) -> dict[str, Any]:
    """The responses of an operation, in the order of its Responses table."""
    responses: dict[str, Response] = {}
    inferred = label(operation, context)
    _rows(operation, responses, context)
    _tables(operation, responses, context)
    _examples(operation, responses, context)
    _headers(operation, responses, context)
    if operation.lists_statuses:
        check_responses(operation, responses, context)
    first = next(
        (response for response in responses.values() if response.schema is not None or response.examples), None
    )
    built = {
        status: _response(response, _accepted(samples, response, first), context)
        for status, response in responses.items()
    }
    if inferred in built:
        built[inferred][INFERRED] = True
    return built


def _accepted(samples: Samples, response: Response, first: Response | None) -> str:
    """The media type that a sample accepts. JSON applies to all responses, another type to the first with a body."""
    accepted = samples.media("accept")
    return accepted if "json" in accepted or response is first else ""


def _status(responses: dict[str, Response], status: str) -> Response:
    return responses.setdefault(status, Response(status))


def _rows(operation: OperationOutline, responses: dict[str, Response], context: Context) -> None:
    for section in operation.of("responses"):
        rows = rows_of(section, RESPONSE_COLUMNS)
        context.unread(rows.unread, "Responses")
        for row in rows.rows:
            status = bare(row.cells.get("status", ""))
            if not STATUS.match(status):
                context.report(row.line, f"{status!r} isn't a status; the row was not read")
            elif status in responses:
                context.report(row.line, f"status {status} is listed twice; the second row was not read")
            else:
                _row(_status(responses, status), row.line, row.cells, context)


def _row(response: Response, line: int, cells: dict[str, str], context: Context) -> None:
    response.row = line
    response.description = sentence(cells.get("description", "")) or sentence(bare(cells.get("meaning", "")))
    response.stated = bare(cells.get("schema", "")).lower()
    if response.stated in ("inline", "none", ""):
        return
    read = parse_type(cells["schema"])
    response.schema = schema_of(read, context.refs) if read else None
    if response.schema is None:
        context.report(line, f"status {response.status}: the schema {response.stated!r} is not described on any page")


def _tables(operation: OperationOutline, responses: dict[str, Response], context: Context) -> None:
    response: Response | None = None
    root = None
    for section in operation.sections:
        if section.kind == "table":
            response = _status(responses, section.argument)
            root = _table(section, response, context)
        elif section.kind == "enums" and response and root:
            add_enums(root, [section], context)
            response.schema = to_schema(root, context)
        elif section.kind == "schemas":
            _report_rows_without_status(section, context)
        elif section.kind not in ("links", "headers"):
            response = None


def _table(section: Section, response: Response, context: Context) -> Any:
    if response.table:
        context.report(section.line, f"status {response.status}: a second schema table; it was not read")
        return None
    response.table = section.line
    response.is_list = response.is_list or section.is_list
    response.media = response.media or section.media
    response.pasted = not any(block.kind == "row" for block in section.blocks)
    root = read_table(section, context, f"status {response.status}")
    if root is None:
        context.report(section.line, f"status {response.status}: its schema table has no row that could be read")
        return None
    if response.schema is not None:
        return None
    add_enums(root, [], context)
    response.schema = to_schema(root, context)
    return root


def _report_rows_without_status(section: Section, context: Context) -> None:
    """Report rows under Response Schema before the first Status Code line: they belong to no status."""
    lines = [(block.line, block.text) for block in section.blocks if block.kind in ("row", "text")]
    context.unread(lines, "Response Schema: there is no Status Code line above")


def _examples(operation: OperationOutline, responses: dict[str, Response], context: Context) -> None:
    for section in operation.of("example"):
        response = _status(responses, section.argument)
        response.label = response.label or section.line
        response.description = response.description or section.description
        response.media = response.media or section.media
        response.is_list = response.is_list or section.is_list
        response.examples += read_examples(section, context.report)


def _headers(operation: OperationOutline, responses: dict[str, Response], context: Context) -> None:
    for section in operation.of("headers"):
        rows = rows_of(section, HEADER_COLUMNS)
        context.unread(rows.unread, "Response Headers")
        for row in rows.rows:
            status, name = bare(row.cells["status"]), bare(row.cells.get("header", ""))
            if status in responses and name:
                responses[status].headers[name] = _header(row.line, row.cells, context)
            else:
                context.report(row.line, f"header {name!r}: the page has no status {status!r}")


def _header(line: int, cells: dict[str, str], context: Context) -> dict[str, Any]:
    read = parse_type(cells.get("type", ""))
    schema = (schema_of(read, context.refs) if read else None) or {}
    if form := bare(cells.get("format", "")):
        schema["format"] = form
    description = sentence(cells.get("description", ""))
    header = {"schema": schema} | ({"description": description} if description else {})
    return header | {"x-source": context.source(line)}


def _response(response: Response, accepted: str, context: Context) -> dict[str, Any]:
    built: dict[str, Any] = {"description": response.description or _phrase(response.status)}
    if response.headers:
        built["headers"] = response.headers
    body = _media_type_object(response, context)
    if body or response.media or response.schema is not None or any(not example.json for example in response.examples):
        built["content"] = {_media(response, accepted, context): body}
    return built | {"x-source": context.source(response.line)}


def _media_type_object(response: Response, context: Context) -> dict[str, Any]:
    values = [example for example in response.examples if example.json]
    if values or response.is_list:
        _shape_by_example(response, values[0].value if values else None)
    if values:
        _infer(response, values[0], context)
        _check_example(response, values[0], context)
    body: dict[str, Any] = {} if response.schema is None else {"schema": response.schema}
    if values:
        body["example"] = values[0].value
    for extra in values[1:]:
        if extra.value != values[0].value:
            context.report(extra.line, f"status {response.status}: a second example body was not read", "note")
    return body


def _infer(response: Response, example: Example, context: Context) -> None:
    """Where no table states a type, take the one that the example shows."""
    if not context.infer or example.kind != "json":
        return
    if response.schema is None and response.stated != "none":
        response.schema = schema_of_example(example.value)
    elif response.schema is not None:
        add_types(response.schema, example.value)


def _shape_by_example(response: Response, value: Any) -> None:
    """If the example body is a list, a table without a root row describes its items."""
    schema = response.schema
    if (isinstance(value, list) or response.is_list) and schema and schema.get("type") == "object" and response.table:
        response.schema = {"type": "array", "items": schema}


def _check_example(response: Response, example: Example, context: Context) -> None:
    if response.schema is None:
        return
    for violation in disagreements(response.schema, context.named, example.value):
        message = f"status {response.status}: the example body disagrees with the schema: {violation.message}"
        context.report(example.line, message, "disagreement", also=response.table or response.row)
        if (
            response.pasted and violation.keyword == "type" and not violation.is_null
        ):  # a cell may be misplaced, so the type is uncertain
            _remove_type(response.schema, violation.schema_path)


def _remove_type(schema: dict[str, Any], path: tuple[str | int, ...]) -> None:
    node: Any = schema
    for step in path[:-1]:
        within = step in node if isinstance(node, dict) else isinstance(step, int) and step < len(node)
        node = node[step] if within else {}
    if isinstance(node, dict):
        node.pop("type", None)
        node.pop("format", None)


def _media(response: Response, accepted: str, context: Context) -> str:
    """The media type that a sample accepts, unless the example body has another format."""
    kinds = {example.kind for example in response.examples}
    if response.media:
        return response.media
    if accepted and (not kinds or any(kind in accepted for kind in kinds) or "json" not in kinds):
        return accepted
    if "json" in kinds:
        return JSON
    if context.infer and not kinds and response.schema is not None:
        response.schema.setdefault(INFERRED, True)
        return JSON
    if not kinds and response.schema is not None:
        context.report(response.line, f"status {response.status}: the page does not state its media type", "note")
    return ANY


def _phrase(status: str) -> str:
    """The reason phrase of the status (RFC 9110), if the page has no description of it."""
    try:
        return HTTPStatus(int(status)).phrase
    except ValueError:
        return "Any other status" if status == "default" else f"Status {status}"
