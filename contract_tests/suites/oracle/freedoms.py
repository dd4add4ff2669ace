"""What a server may decide where the behaviours are only inferred from paths and schemas: no contract speaks of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from contract_tests.core.contract import Contract, Operation
from contract_tests.core.model import Behaviour, Model, root
from contract_tests.core.schemas import declared_members, described_values, sendable

OWN_RULES = frozenset({403, 409, 412, 423, 428, 429})
"""Refusals by rules of the server's own, which a contract documents but does not explain."""

INPUT_REFUSED = frozenset({400, 422})
"""Refusals of a body: by a rule between its members, for example, that no schema states."""

ANY_REFUSAL = frozenset({400, 404, 409, 410, 415, 422})
"""What comes first, the input or the record, is the server's choice."""

UNDOCUMENTED = frozenset({404, 409, 410})
"""Answers to a body that refers to what isn't there; where it is documented nowhere, that is a problem of its own."""

GONE, FORBIDDEN = frozenset({404, 410}), 403
"""A server need not tell what it doesn't have from what is not the caller's (RFC 9110, section 15.5.4)."""


@dataclass(frozen=True)
class Freedoms:
    """What the contract leaves open; nothing where the behaviours are documented."""

    contract: Contract
    model: Model

    def no_measure(self, operation: Operation, mock: int, target: int) -> bool:
        """Whether the mock's answer says nothing of what the target's must be."""
        if not self.model.inferred:
            return False
        if operation.response_for(mock) is None:
            return True
        rules = OWN_RULES | INPUT_REFUSED if operation.takes_body else OWN_RULES
        if operation.method == "POST":
            rules |= GONE  # its body may refer to what isn't there
        is_own_rule = target in rules and operation.response_for(target) is not None
        is_own_rule |= operation.method == "POST" and operation.takes_body and target in UNDOCUMENTED
        return mock // 100 == 2 and is_own_rule

    def alike(self, mock: int, target: int) -> bool:
        """Whether both refuse."""
        is_hidden = mock in GONE and target == FORBIDDEN
        return self.model.inferred and (is_hidden or {mock, target} <= ANY_REFUSAL)

    def is_unknown(self, operation: Operation, behaviour: Behaviour) -> bool:
        """Whether what the operation does can't be told from the contract: an action, a read that shows nothing of its
        record, or the record of no key."""
        finds_any = behaviour.find is not None and not behaviour.find.filters
        is_hidden = behaviour.acts_unseen and (operation.is_write or not behaviour.reply)
        return self.model.inferred and (finds_any or is_hidden)

    def is_kept_by_server(self, collection: str, field: str) -> bool:
        """Whether no request gives the field its value: a counter, a time, a state; one of a few in words alone, or
        the list of the records that are made below this one, each of which is compared by itself."""
        is_set = field in self._settable.get(collection, {}) and not self._settable[collection][field]
        is_set &= not any(name.endswith(field) for name in self._below.get(collection, ()))
        return self.model.inferred and not is_set

    def unread(self, operation: Operation, behaviour: Behaviour) -> frozenset[str]:
        """Query parameters that are better left out: what they do to the answer isn't said."""
        if not self.model.inferred:
            return behaviour.paged
        filters = behaviour.list.filters.values() if behaviour.list else ()
        understood = {part for kind, part in map(root, filters) if kind == "query"}
        return frozenset(one.name for one in operation.parameters if one.name not in understood and not one.required)

    def cascades(self, behaviour: Behaviour) -> frozenset[str]:
        """Collections whose records may go with the one that is removed, or stay; theirs below them as well.
        So may those of which a body has a list of its own."""
        found = set(behaviour.removes - {behaviour.subject or ""}) if self.model.inferred else set()
        found |= self._rewritten(behaviour) if self.model.inferred else set()
        if self.model.inferred and behaviour.ends_its_subject:
            found |= self._below.get(behaviour.subject or "", set())
        fresh = found
        while fresh:
            fresh = set().union(*(self._below.get(name, set()) for name in fresh)) - found
            found |= fresh
        return frozenset(found - {behaviour.subject or ""})

    def is_unsure(self, behaviour: Behaviour, unsure: Collection[str], mock: int, target: int) -> bool:
        """Whether one side has the record and the other has not, and the contract doesn't say what became of it."""
        is_about = behaviour.subject in unsure
        return is_about and (mock // 100 == 2) != (target // 100 == 2) and {mock, target} & GONE != set()

    def _rewritten(self, behaviour: Behaviour) -> set[str]:
        """The collections below a record of which its body may have a list: attachments of a message."""
        below = self._below.get(behaviour.subject or "", set()) if behaviour.takes_body else set()
        if not below or not self.contract.has(behaviour.operation):
            return set()
        sent = sendable(self.contract, self.contract.operation(behaviour.operation))
        return {name for name in below if any(name.endswith(field) for field in sent)}

    @cached_property
    def _below(self) -> dict[str, set[str]]:
        """By collection, those whose records are made below one of its own, or go with it."""
        found: dict[str, set[str]] = {}
        for behaviour in self.model.behaviours.values():
            if behaviour.created and behaviour.find:
                found.setdefault(behaviour.find.collection, set()).add(behaviour.created)
            if behaviour.ends_its_subject:
                found.setdefault(behaviour.subject or "", set()).update(behaviour.removes)
        return found

    @cached_property
    def _settable(self) -> dict[str, dict[str, bool]]:
        """By collection, the fields that a body sends or a path names, and whether a description lists their values."""
        found: dict[str, dict[str, bool]] = {}
        for behaviour in self.model.behaviours.values():
            if behaviour.subject and behaviour.takes_body and self.contract.has(behaviour.operation):
                operation, fields = (
                    self.contract.operation(behaviour.operation),
                    found.setdefault(behaviour.subject, {}),
                )
                fields |= dict.fromkeys(sendable(self.contract, operation) - fields.keys(), False)
                for schema in self.contract.json_request_schemas(operation):
                    members = declared_members(self.contract, schema.value).items()
                    fields |= {name: True for name, inner in members if described_values(self.contract, inner)}
        return found
