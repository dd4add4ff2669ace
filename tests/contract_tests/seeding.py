"""Registers of the seeded defects, each with words that must name it, and of the legitimate variants."""

from __future__ import annotations

import json

from tests.contract_tests.reference import Service

DEFECTS = {}  # name -> Service subclass
SAYS = {}  # name -> words that the report must contain, any of them
VARIANTS = {}  # name -> Service subclass


def defect(*says):
    """Register a defect: at least one of `says` must stand in the report of a run against it."""

    def register(cls):
        assert cls.__name__ not in DEFECTS
        DEFECTS[cls.__name__] = cls
        SAYS[cls.__name__] = says
        return cls

    return register


def variant(cls):
    """Register a legitimate variant."""
    assert cls.__name__ not in VARIANTS
    VARIANTS[cls.__name__] = cls
    return cls


class Rewrites(Service):
    """Changes answers on their way out."""

    def finish(self, handler, status, payload, headers):
        payload = json.loads(json.dumps(payload))
        return self.rewrite(handler, *super().finish(handler, status, payload, headers))

    def rewrite(self, handler, status, payload, headers):
        raise NotImplementedError


def without(record, *names):
    """The record without some fields."""
    return {key: value for key, value in record.items() if key not in names}
