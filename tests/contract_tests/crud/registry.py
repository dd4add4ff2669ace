"""The registers: legitimate variants and seeded defects, each a subclass of `Workshop` that changes a method or two."""

from __future__ import annotations

from tests.contract_tests.crud.service import Workshop

VARIANTS: dict[str, type[Workshop]] = {}
DEFECTS: dict[str, type[Workshop]] = {}
NAMED: dict[str, str] = {}
"""By defect, words that the report of it has."""

FLAGS: dict[str, tuple[str, ...]] = {}
"""By name, further flags of the run."""


def variant(cls):
    """Register what a server may do as well."""
    assert cls.__name__ not in VARIANTS
    VARIANTS[cls.__name__] = cls
    return cls


def defect(words, *flags):
    """Register a defect that a report names with these words (a pattern)."""

    def register(cls):
        assert cls.__name__ not in DEFECTS
        DEFECTS[cls.__name__], NAMED[cls.__name__], FLAGS[cls.__name__] = cls, words, flags
        return cls

    return register
