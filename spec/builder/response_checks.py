"""What a page says of a status in three places, held against each other.

A Responses row, a schema table and an example body state the same status. Where one is silent, the page contradicts
itself: both places are reported. Where a table is missing, its rows may stand in another one: what an example does
not bear out is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from spec.builder.context import Context
from spec.builder.examples import Example
from spec.builder.misplaced import names_shown, withhold
from spec.builder.outline import OperationOutline


@dataclass
class Response:
    """One status, as far as the page states it; a line of 0 means that the place is silent."""

    status: str
    row: int = 0
    table: int = 0
    label: int = 0
    description: str = ""
    stated: str = ""  # the Schema cell of its row
    schema: dict[str, Any] | None = None
    pasted: bool = False
    examples: list[Example] = field(default_factory=list)
    headers: dict[str, Any] = field(default_factory=dict)

    @property
    def line(self) -> int:
        """The line that states the status best."""
        return self.row or self.table or self.label


def check_responses(operation: OperationOutline, found: dict[str, Response], context: Context) -> None:
    """Report where rows, tables and examples differ, and leave out the fields that slipped."""
    call = f"{operation.method.upper()} {operation.path}"
    rows = [response for response in found.values() if response.row]
    swallowed = [each for each in rows if each.stated == "inline" and not each.table and not context.page.stock]
    if not context.page.stock:  # there the examples are made from the schema, and cut short
        _leave_out_unsure(found, swallowed, context)
        _leave_out_misplaced(found, context, lost=bool(swallowed))
    if rows:
        for response in found.values():
            _check_status(response, call, rows[0], context, swallowed=response in swallowed)
    elif found:
        line = next((section.line for section in operation.of("responses")), operation.line)
        context.report(line, f"{call}: the Responses table has no rows; labels and schemas state the statuses", "note")


def _check_status(response: Response, call: str, first: Response, context: Context, *, swallowed: bool) -> None:
    """A status must have a row, and below it the schema that the row announces."""
    message, place, other = "", response.row, response.table
    if not response.row:
        message = f"status {response.status} has an example or a schema, and no row in Responses"
        place, other = response.table or response.label, first.row
    elif swallowed:
        message, other = f"the row of status {response.status} says that a schema follows; none does", response.label
    elif response.stated == "none" and response.table:
        message = f"the row of status {response.status} says that it has no schema; one follows"
    if message:
        key = f"status {response.status} of {call}"
        context.report(place, f"{call}: {message}", "contradiction", also=other, key=key)


def _leave_out_misplaced(found: dict[str, Response], context: Context, *, lost: bool) -> None:
    """Fields that stand where their status's example does not have them, and another place does."""
    shown = names_shown([example.value for response in found.values() for example in response.examples])
    for response in found.values():
        for line, name in withhold(response.schema, body_of(response), shown, lost=lost):
            message = f"status {response.status}: {name}: the example has this field elsewhere or not at all"
            context.report(line, message + "; the row was not read")


def _leave_out_unsure(found: dict[str, Response], swallowed: list[Response], context: Context) -> None:
    """A table before a missing one may hold its rows; without an example body nobody can tell."""
    order = list(found.values())
    for lost in swallowed:
        before = [response for response in order[: order.index(lost)] if response.table]
        if before and body_of(before[-1]) is None and before[-1].schema is not None:
            before[-1].schema = None
            message = f"status {before[-1].status}: the table of {lost.status} is missing, its rows may stand here"
            context.report(before[-1].table, message + "; this table was not read", also=lost.row)


def body_of(response: Response) -> Any:
    """The example body of a status, or None."""
    return next((example.value for example in response.examples if example.json), None)
