"""The outline of one operation → its OpenAPI operation, with evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from docs_to_openapi.layouts.outline import OperationOutline
from docs_to_openapi.pages.text import sentence, unemphasised
from docs_to_openapi.reading.context import Context
from docs_to_openapi.reading.examples import disagreements, read_examples
from docs_to_openapi.reading.infer import INFERRED, add_types, schema_of_example
from docs_to_openapi.reading.parameters import read_inputs
from docs_to_openapi.reading.responses import ANY, JSON, read_responses
from docs_to_openapi.reading.samples import Samples, read_samples
from docs_to_openapi.reading.security import Requirement, read_security


@dataclass(frozen=True)
class OperationReading:
    """One operation as its page states it; its security is separate until all pages are read."""

    method: str
    path: str
    operation: dict[str, Any]
    security: list[Requirement] | None
    samples: Samples
    source: str
    server: str = ""  # the origin, where the operation line has a full URL
    schemes: list[tuple[str, dict[str, Any]]] | None = None

    @property
    def call(self) -> str:
        """Method and path, such as `POST /devices/trust`."""
        return f"{self.method.upper()} {self.path}"


def read_operation(outline: OperationOutline, context: Context) -> OperationReading:
    """Read one operation; whatever cannot be read is reported in the context."""
    samples = read_samples(outline)
    operation: dict[str, Any] = {}
    if outline.operation_id:
        operation["operationId"] = outline.operation_id
    if outline.tag and outline.tag != "Default":
        operation["tags"] = [outline.tag]
    operation |= _summary_and_description(outline, context) | {"x-source": context.source(outline.line)}
    if outline.deprecated:
        operation["deprecated"] = True
    parameters, body = read_inputs(outline, context)
    if parameters:
        operation["parameters"] = parameters
    request = _request(outline, body, samples, context)
    if request:
        operation["requestBody"] = request
    responses = read_responses(outline, samples, context)
    if responses:
        operation["responses"] = responses
    else:
        context.report(
            outline.line,
            f"{outline.method.upper()} {outline.path}: the page states no response",
            "unread" if outline.lists_statuses else "note",
        )
    security = read_security(outline, context)
    _report_unread_parts(outline, context)
    return OperationReading(
        outline.method, outline.path, operation, security, samples, context.source(outline.line),
        outline.server, outline.security,
    )  # fmt: skip


def _summary_and_description(outline: OperationOutline, context: Context) -> dict[str, str]:
    """Summary and description: the first line, when it is short or emphasised, and the prose after it."""
    if outline.summary is not None:
        words = {"summary": outline.summary, "description": outline.description}
        return {key: text for key, text in words.items() if text}
    lines = [block for block in outline.of("intro")[0].blocks if block.kind == "text"]
    if not lines:
        return {}
    first = lines[0].text.strip()
    emphasised = unemphasised(first)
    is_summary = emphasised != first or (not context.page.stock and len(first) <= 80 and not first.endswith("."))
    summary = sentence(emphasised) if is_summary else ""
    prose = sentence(" ".join(block.text for block in lines[1 if is_summary else 0 :]))
    return {key: words for key, words in (("summary", summary), ("description", prose)) if words}


def _request(
    outline: OperationOutline, body: dict[str, Any] | None, samples: Samples, context: Context
) -> dict[str, Any]:
    examples = [example for section in outline.of("body_example") for example in read_examples(section, context.report)]
    value = next(((example.value, example.line) for example in examples if example.json), samples.body)
    kinds = [example.kind for example in examples]
    if body is None:
        if examples:
            context.report(
                examples[0].line, "there is an example of a request body, but no table that describes one", "note"
            )
            schema = schema_of_example(value[0]) if context.infer and value else None
            return _content(outline, samples, kinds, value, schema, context, outline.of("body_example")[0].line)
        return {}
    if context.infer and value:
        add_types(body["schema"], value[0])
    schema = _checked_schema(body, value, context)
    request: dict[str, Any] = {"description": body["description"]} if body["description"] else {}
    if body["required"]:
        request["required"] = True
    stated = value if schema is not None or examples else None
    return request | _content(outline, samples, kinds, stated, schema, context, body["line"])


def _content(
    outline: OperationOutline,
    samples: Samples,
    kinds: list[str],
    value: tuple[Any, int] | None,
    schema: Any,
    context: Context,
    line: int,
) -> dict[str, Any]:
    stated = (section.media for section in outline.of("request_body", "body_example") if section.media)
    media = (
        next(stated, "") or samples.media("content-type") or (JSON if "json" in kinds or (value and not kinds) else ANY)
    )
    inferred = media == ANY and context.infer and not kinds
    media = JSON if inferred else media
    if media == ANY:
        context.report(line, "the page does not state the media type of the request body", "note")
    body: dict[str, Any] = {} if schema is None else {"schema": schema}
    if value:
        body["example"] = value[0]
    marks = {INFERRED: True} if inferred else {}
    return {"content": {media: body | marks}, "x-source": context.source(line)}


def _checked_schema(body: dict[str, Any], value: tuple[Any, int] | None, context: Context) -> dict[str, Any] | None:
    """The body's schema, or None if the example shows that the table describes the items of a list."""
    schema: dict[str, Any] = body["schema"]
    if value is None:
        return schema
    violations = disagreements(schema, context.named, value[0])
    for violation in violations:
        message = f"the example of the request body disagrees with the schema: {violation.message}"
        context.report(value[1], message, "disagreement", also=body["line"])
    is_list = isinstance(value[0], list) and ("$ref" in schema or schema.get("type") == "object")
    return None if violations and is_list else schema


def _report_unread_parts(outline: OperationOutline, context: Context) -> None:
    """Report the parts that are not read, so that nothing is skipped without a message."""
    for section in outline.of("other", "links", "callbacks", "schemas", "examples"):
        rows = [block for block in section.blocks if block.kind == "row"]
        if rows or section.kind in ("links", "callbacks") or (section.kind == "examples" and section.blocks):
            first = rows[0] if rows else section.blocks[0] if section.blocks else None
            line = first.line if first else section.line
            if section.kind != "schemas":
                context.report(line, f"{section.title or section.kind}: this part was not read", "note")
