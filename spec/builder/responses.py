"""Responses tables, schema tables and example bodies → the responses of an operation.

The three say the same thing three times. Where one of them is silent about a status that another states, the page
contradicts itself: both places are reported, and what is stated is kept until an overlay action decides.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from spec.builder.cells import HEADER_COLUMNS, RESPONSE_COLUMNS
from spec.builder.context import Context
from spec.builder.examples import Example, disagreements, read_examples
from spec.builder.landmarks import STATUS
from spec.builder.outline import OperationOutline, Section
from spec.builder.response_checks import Response, check_responses
from spec.builder.rows import read_rows
from spec.builder.samples import Samples
from spec.builder.schemas import add_enums, read_table, to_schema
from spec.builder.text import bare, sentence
from spec.builder.type_cells import parse_type, schema_of

JSON = "application/json"
ANY = "*/*"


def read_responses(operation: OperationOutline, samples: Samples, context: Context) -> dict[str, Any]:
    """The responses of an operation, in the order of its Responses table."""
    found: dict[str, Response] = {}
    _rows(operation, found, context)
    _tables(operation, found, context)
    _examples(operation, found, context)
    _headers(operation, found, context)
    check_responses(operation, found, context)
    first = next((response for response in found.values() if response.schema is not None or response.examples), None)
    return {
        status: _response(response, _accepted(samples, response, first), context) for status, response in found.items()
    }


def _accepted(samples: Samples, response: Response, first: Response | None) -> str:
    """The media type that a sample accepts: it is that of the first response with a body, JSON that of all."""
    accepted = samples.media("accept")
    return accepted if "json" in accepted or response is first else ""


def _status(found: dict[str, Response], status: str) -> Response:
    return found.setdefault(status, Response(status))


def _rows(operation: OperationOutline, found: dict[str, Response], context: Context) -> None:
    for section in operation.of("responses"):
        rows = read_rows(section.blocks, RESPONSE_COLUMNS)
        context.unread(rows.unread, "Responses")
        for row in rows.rows:
            status = bare(row.cells.get("status", ""))
            if not STATUS.match(status):
                context.report(row.line, f"{status!r} is no status; the row was not read")
            elif status in found:
                context.report(row.line, f"status {status} comes twice; the second row was not read")
            else:
                _row(_status(found, status), row.line, row.cells, context)


def _row(response: Response, line: int, cells: dict[str, str], context: Context) -> None:
    response.row = line
    response.description = sentence(cells.get("description", "")) or sentence(bare(cells.get("meaning", "")))
    response.stated = bare(cells.get("schema", "")).lower()
    if response.stated in ("inline", "none", ""):
        return
    read = parse_type(cells["schema"])
    response.schema = schema_of(read, context.refs) if read else None
    if response.schema is None:
        context.report(line, f"status {response.status}: the schema {response.stated!r} is described nowhere")


def _tables(operation: OperationOutline, found: dict[str, Response], context: Context) -> None:
    current: Response | None = None
    root = None
    for section in operation.sections:
        if section.kind == "table":
            current = _status(found, section.argument)
            root = _table(section, current, context)
        elif section.kind == "enums" and current and root:
            add_enums(root, [section], context)
            current.schema = to_schema(root, context)
        elif section.kind == "schemas":
            _stray(section, context)
        elif section.kind not in ("links", "headers"):
            current = None


def _table(section: Section, response: Response, context: Context) -> Any:
    if response.table:
        context.report(section.line, f"status {response.status}: a second schema table; it was not read")
        return None
    response.table = section.line
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


def _stray(section: Section, context: Context) -> None:
    """Rows under Response Schema before any Status Code line belong to no status."""
    lines = [(block.line, block.text) for block in section.blocks if block.kind in ("row", "text")]
    context.unread(lines, "Response Schema: no Status Code stands above")


def _examples(operation: OperationOutline, found: dict[str, Response], context: Context) -> None:
    for section in operation.of("example"):
        response = _status(found, section.argument)
        response.label = response.label or section.line
        response.examples += read_examples(section, context.report)


def _headers(operation: OperationOutline, found: dict[str, Response], context: Context) -> None:
    for section in operation.of("headers"):
        rows = read_rows(section.blocks, HEADER_COLUMNS)
        context.unread(rows.unread, "Response Headers")
        for row in rows.rows:
            status, name = bare(row.cells["status"]), bare(row.cells.get("header", ""))
            if status in found and name:
                found[status].headers[name] = _header(row.line, row.cells, context)
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
    if body or response.schema is not None or any(not example.json for example in response.examples):
        built["content"] = {_media(response, accepted, context): body}
    return built | {"x-source": context.source(response.line)}


def _media_type_object(response: Response, context: Context) -> dict[str, Any]:
    values = [example for example in response.examples if example.json]
    if values:
        _shape_by_example(response, values[0].value)
        _check_example(response, values[0], context)
    body: dict[str, Any] = {} if response.schema is None else {"schema": response.schema}
    if values:
        body["example"] = values[0].value
    for extra in values[1:]:
        if extra.value != values[0].value:
            context.report(extra.line, f"status {response.status}: a second example body was not read", "note")
    return body


def _shape_by_example(response: Response, value: Any) -> None:
    """A table without a root row may describe the items of a list: then the example body is one."""
    schema = response.schema
    if isinstance(value, list) and schema and schema.get("type") == "object" and response.table:
        response.schema = {"type": "array", "items": schema}


def _check_example(response: Response, example: Example, context: Context) -> None:
    if response.schema is None:
        return
    for found in disagreements(response.schema, context.named, example.value):
        message = f"status {response.status}: the example body disagrees with the schema: {found.message}"
        context.report(example.line, message, "disagreement", also=response.table or response.row)
        if response.pasted and found.keyword == "type":  # a cell may have slipped: neither reading is sure
            _forget_type(response.schema, found.schema_path)


def _forget_type(schema: dict[str, Any], path: tuple[str | int, ...]) -> None:
    node: Any = schema
    for step in path[:-1]:
        within = step in node if isinstance(node, dict) else isinstance(step, int) and step < len(node)
        node = node[step] if within else {}
    if isinstance(node, dict):
        node.pop("type", None)
        node.pop("format", None)


def _media(response: Response, accepted: str, context: Context) -> str:
    """The media type: what a sample accepts, unless the example body is of another kind."""
    kinds = {example.kind for example in response.examples}
    if accepted and (not kinds or any(kind in accepted for kind in kinds) or "json" not in kinds):
        return accepted
    if "json" in kinds:
        return JSON
    if not kinds and response.schema is not None:
        context.report(response.line, f"status {response.status}: its media type is stated nowhere", "note")
    return ANY


def _phrase(status: str) -> str:
    """The reason phrase of the status (RFC 9110), for a page that describes it in no words."""
    try:
        return HTTPStatus(int(status)).phrase
    except ValueError:
        return "Any other status" if status == "default" else f"Status {status}"
