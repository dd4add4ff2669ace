"""Composes responses: the contract's example for the status, overlaid with the behaviour's fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.contract.contract import Contract
from mockserver.contract.operations import media as media_types
from mockserver.contract.operations.operation import ABSENT, Operation
from mockserver.contract.schemas.projection import Show, stored_projector
from mockserver.contract.schemas.secrets import without_secrets
from mockserver.contract.schemas.view import at_path, each, item, members, types
from mockserver.errors import Refused
from mockserver.reply.laying import Fields, Path, lay_over, member_at
from mockserver.reply.preferences import Preferences
from mockserver.reply.reply import Reply
from mockserver.reply.templates import Template, Templates, preferred


class ReplyBuilder:
    """Makes responses from the contract's examples; templates are made once."""

    def __init__(self, contract: Contract, seed: str = "0") -> None:
        self.contract, self.templates = contract, Templates(contract, seed)
        self._templates: dict[tuple[str, int, str | None, bool], Template] = {}

    def template(
        self, operation: Operation, status: int, media: str | None = None, *, sparse: bool = False
    ) -> Template:
        """The template of a status; `media` names one of several media types.

        Where the contract has no example, a value is generated; `sparse` leaves its optional members out.
        """
        key = (operation.id, status, media, sparse)
        template = self._templates.get(key)
        if template is None:
            template = self._templates[key] = self.templates.make(operation, status, media, sparse=sparse)
        return template

    def compose(
        self, operation: Operation, status: int, fields: Fields, media: str | None = None, *, whole: bool = False
    ) -> Reply:
        """The response of an operation: its example, overlaid with these fields, shown through the schema.

        Where the contract has no example, the fields are laid over the required members of a generated one, or over
        all of it (`whole`).
        """
        sparse = not whole if fields else False
        template = self._templates.get((operation.id, status, media, sparse))
        if template is None:
            template = self.template(operation, status, media, sparse=sparse)
        value = template.base
        if template.framing is not None:
            value = self._streamed(template, fields)
        elif fields and template.media is not None:
            value = dict(value) if isinstance(value, dict) else value
            for path, field in fields:
                show = template.shows.get(path) or self._show(template, path)
                if field is None and not self._takes_null(template, path):
                    field = ABSENT  # noqa: PLW2901 - no value where null isn't one
                if len(path) == 1 and field is not ABSENT and type(value) is dict:
                    value[path[0]] = show(field)
                else:
                    value = self._laid_over(template, path, field, value)
        if not template.plain:
            return template.showing(value, self.contract.view)
        return Reply(template.status, template.media, value, template.headers)

    def _streamed(self, template: Template, fields: Fields) -> Any:
        """The values of a stream: the records of a list, else those of the template."""
        for path, field in fields:
            if not path and isinstance(field, list):
                return (template.shows.get(path) or self._show(template, path))(field)
        return template.base

    def selected(self, operation: Operation, status: int, preferences: Preferences, media: str | None = None) -> Reply:
        """The response that a client selects with `Prefer`: a named example, or a value generated from the schema."""
        template = self.template(operation, status, media)
        response = operation.response_for(status)
        media_type = media_types.declared_for(response.media_types, template.media or "") if response else None
        value = template.base
        if media_type is not None and preferences.example is not None:
            if preferences.example not in media_type.examples:
                known = ", ".join(name for name in media_type.examples if name) or "none"
                raise Refused(404, f"no example {preferences.example!r} of {status}; named examples: {known}", own=True)
            value = self.templates.example(media_type, preferences.example)
        elif media_type is not None and preferences.dynamic and media_type.schema is not None:
            value = self.templates.generated(media_type.schema, preferences.seed, varied=True)
        if template.framing is not None and not isinstance(value, list | str):
            value = [value]
        return template.showing(value, self.contract.view)

    def offered(self, operation: Operation, status: int) -> tuple[str, ...]:
        """The media types that the contract offers for a status, the preferred one first."""
        response = operation.response_for(status)
        first = preferred(response) if response else None
        if response is None or first is None:
            return ()
        return (first.name, *(name for name in response.media_types if name != first.name))

    def _laid_over(self, template: Template, path: Path, field: Any, value: Any) -> Any:
        if field is ABSENT:
            return lay_over(value, path, ABSENT) if path else value  # a file that was never uploaded is an example
        if path:
            value = self._with_parents(template, path, value)
        return lay_over(value, path, template.shows[path](field))

    def _with_parents(self, template: Template, path: Path, value: Any) -> Any:
        """The value with the objects along a path, each with its required members."""
        for depth in range(len(path)):
            above = path[:depth]
            if isinstance(member_at(value, above), Mapping):
                continue
            value = lay_over(value, above, dict(self._parent(template, above, path[depth])))
        return value

    def _parent(self, template: Template, above: Path, name: str) -> Mapping[str, Any]:
        """The object at a path, with its required members; of several alternatives, one that has a member `name`."""
        parent = template.parents.get((*above, name))
        if parent is None:
            inner = at_path(template.schema, above, self.contract.view)
            having = {"allOf": [inner, {"type": "object", "required": [name]}]}
            made = {} if inner is None else self.templates.generated(having, sparse=True)
            # Without that member, which was invented to choose the alternative: other fields may need the parent.
            parent = template.parents[*above, name] = {one: value for one, value in made.items() if one != name}
        return parent

    def _takes_null(self, template: Template, path: Path) -> bool:
        schema = at_path(template.schema, path, self.contract.view)
        known = types(schema, self.contract.view) if schema is not None else frozenset()
        return not known or "null" in known

    def _show(self, template: Template, path: Path) -> Show:
        schema = at_path(template.schema, path, self.contract.view)
        # What the contract says nothing of shows all but secrets.
        free = template.schema is None or (isinstance(schema, Mapping) and self._says_nothing(schema))
        show = template.shows[path] = without_secrets if free else stored_projector(schema, self.contract.view)
        return show

    def _says_nothing(self, schema: Mapping[str, Any]) -> bool:
        """Whether a schema admits any object, and declares no member of it."""
        view = self.contract.view
        return (
            not members(schema, view)
            and item(schema, view) is None
            and not any(each(schema, "additionalProperties", view))
        )
