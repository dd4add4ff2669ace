"""The outline of one operation → its OpenAPI operation, with evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from spec.builder.context import Context
from spec.builder.examples import disagreements, read_examples
from spec.builder.outline import OperationOutline
from spec.builder.parameters import read_inputs
from spec.builder.responses import ANY, JSON, read_responses
from spec.builder.samples import Samples, read_samples
from spec.builder.security import Requirement, read_security
from spec.builder.text import sentence, unemphasised


@dataclass(frozen=True)
class OperationReading:
    """One operation as its page states it; its security is separate until all pages are read."""

    method: str
    path: str
    operation: dict[str, Any]
    security: list[Requirement] | None
    samples: Samples
    source: str

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
        context.report(outline.line, f"{outline.method.upper()} {outline.path}: the page states no response")
    security = read_security(outline, context)
    _report_unread_parts(outline, context)
    return OperationReading(outline.method, outline.path, operation, security, samples, context.source(outline.line))


def _summary_and_description(outline: OperationOutline, context: Context) -> dict[str, str]:
    """Summary and description: the first line, when it is short or emphasised, and the prose after it."""
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
            return _content(samples, kinds, value, None, context, outline.of("body_example")[0].line)
        return {}
    schema = _checked_schema(body, value, context)
    request: dict[str, Any] = {"description": body["description"]} if body["description"] else {}
    if body["required"]:
        request["required"] = True
    stated = value if schema is not None or examples else None
    return request | _content(samples, kinds, stated, schema, context, body["line"])


def _content(
    samples: Samples, kinds: list[str], value: tuple[Any, int] | None, schema: Any, context: Context, line: int
) -> dict[str, Any]:
    media = samples.media("content-type") or (JSON if "json" in kinds or (value and not kinds) else ANY)
    if media == ANY:
        context.report(line, "the page does not state the media type of the request body", "note")
    body: dict[str, Any] = {} if schema is None else {"schema": schema}
    if value:
        body["example"] = value[0]
    return {"content": {media: body}, "x-source": context.source(line)}


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
