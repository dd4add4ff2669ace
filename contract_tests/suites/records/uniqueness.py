"""Which members no two records may share, by what the contract says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from contract_tests.core.action import Action
from contract_tests.core.contract import Contract
from contract_tests.core.schemas import declared_members, is_hidden, kinds_of, merged_keywords
from contract_tests.suites.records.kinds import body_of

UNIQUE: Final = re.compile(r"(?<!not )(?<!not be )\b(?:unique|must be different)\b", re.IGNORECASE)
TAKEN: Final = re.compile(
    r"\b(exists?|taken|in use|used by|registered|duplicate|unique|another|has this)\b", re.IGNORECASE
)
"""Words by which the description of a 409 speaks of what another record has."""

STEPS: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def described_unique(contract: Contract, action: Action) -> Mapping[str, str]:
    """The texts and numbers of a body that their own description calls unique, or that the one of 409 names."""
    response = action.operation.response_for(409)
    refusal = str(response.description if response else "")
    found: dict[str, str] = {}
    for name, schema in declared_members(contract, body_of(contract, action).value).items():
        keywords = merged_keywords(contract, schema)
        is_free = not {"enum", "const"} & keywords.keys() and not is_hidden(contract, schema, writing=True)
        if is_free and kinds_of(contract, schema) & {"string", "integer"}:
            found[name] = clause(name, keywords, refusal)
    return {name: said for name, said in found.items() if said}


def clause(name: str, keywords: Mapping[str, Any], refusal: str) -> str:
    """What the contract says of it; empty where it says nothing."""
    described = str(keywords.get("description", ""))
    if UNIQUE.search(described):
        return described
    is_named = steps_of(name) <= steps_of(refusal.replace("-", "").lower())
    return refusal if is_named and TAKEN.search(refusal) else ""


def steps_of(text: str) -> set[str]:
    """The words of a name or of a sentence."""
    return {step.lower() for step in STEPS.findall(text)}
