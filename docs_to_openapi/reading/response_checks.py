"""Compares what a page states about a status in three places.

A Responses row, a schema table and an example body state the same status. If one of them is missing, the page
contradicts itself and both places are reported. If a table is missing, its rows may be in another one, so fields that
the example does not have are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from docs_to_openapi.layouts.outline import OperationOutline
from docs_to_openapi.reading.context import Context
from docs_to_openapi.reading.examples import Example
from docs_to_openapi.reading.misplaced import example_fields, remove_misplaced


@dataclass
class Response:
    """What the page states about one status; a line of 0 means that the page lacks that part."""

    status: str
    row: int = 0
    table: int = 0
    label: int = 0
    description: str = ""
    stated: str = ""  # the Schema cell of its row
    schema: dict[str, Any] | None = None
    pasted: bool = False
    is_list: bool = False
    media: str = ""
    examples: list[Example] = field(default_factory=list)
    headers: dict[str, Any] = field(default_factory=dict)

    @property
    def line(self) -> int:
        """The line that states the status best."""
        return self.row or self.table or self.label


def check_responses(operation: OperationOutline, responses: dict[str, Response], context: Context) -> None:
    """Report where rows, tables and examples differ, and leave out misplaced fields."""
    call = f"{operation.method.upper()} {operation.path}"
    rows = [response for response in responses.values() if response.row]
    without_table = [each for each in rows if each.stated == "inline" and not each.table and not context.page.stock]
    if not context.page.stock:  # in stock pages the examples are generated from the schema, and shortened
        _leave_out_uncertain(responses, without_table, context)
        _leave_out_misplaced(responses, context, table_missing=bool(without_table))
    if rows:
        for response in responses.values():
            _check_status(response, call, rows[0], context, table_missing=response in without_table)
    elif responses:
        line = next((section.line for section in operation.of("responses")), operation.line)
        context.report(line, f"{call}: the Responses table has no rows; labels and schemas state the statuses", "note")


def _check_status(response: Response, call: str, first: Response, context: Context, *, table_missing: bool) -> None:
    """Report a status without a row, or whose row and schema table contradict each other."""
    message, place, other = "", response.row, response.table
    if not response.row:
        message = f"status {response.status} has an example or a schema, but no row in Responses"
        place, other = response.table or response.label, first.row
    elif table_missing:
        message, other = f"the row of status {response.status} announces a schema, but none follows", response.label
    elif response.stated == "none" and response.table:
        message = f"the row of status {response.status} states that it has no schema, but one follows"
    if message:
        key = f"status {response.status} of {call}"
        context.report(place, f"{call}: {message}", "contradiction", also=other, key=key)


def _leave_out_misplaced(responses: dict[str, Response], context: Context, *, table_missing: bool) -> None:
    """Leave out fields that the example of the status has in another place."""
    shown = example_fields([example.value for response in responses.values() for example in response.examples])
    for response in responses.values():
        for line, name in remove_misplaced(response.schema, body_of(response), shown, table_missing=table_missing):
            message = f"status {response.status}: {name}: the example has this field elsewhere or not at all"
            context.report(line, message + "; the row was not read")


def _leave_out_uncertain(responses: dict[str, Response], without_table: list[Response], context: Context) -> None:
    """Leave out a table that may contain the rows of a missing one, if no example body shows which rows are its own."""
    order = list(responses.values())
    for missing in without_table:
        before = [response for response in order[: order.index(missing)] if response.table]
        if before and body_of(before[-1]) is None and before[-1].schema is not None:
            before[-1].schema = None
            message = f"status {before[-1].status}: the table of {missing.status} is missing, and its rows may be here"
            context.report(before[-1].table, message + "; this table was not read", also=missing.row)


def body_of(response: Response) -> Any:
    """The example body of a status, or None."""
    return next((example.value for example in response.examples if example.json), None)
