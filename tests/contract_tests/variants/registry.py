"""The register of legitimate variants: each a subclass of the reference implementation, and where its freedom shows."""

from __future__ import annotations

import json

from tests.contract_tests.reference import Service

VARIANTS = {}  # name -> Service subclass
CLOSEST = {}  # name -> the flags of the checks that the variant is closest to


def variant(operation, suite="behaviours"):
    """Register a legitimate variant: the suite and the operation whose checks it would fail if they were too strict."""

    def register(cls):
        assert cls.__name__ not in VARIANTS
        VARIANTS[cls.__name__] = cls
        CLOSEST[cls.__name__] = (suite, operation)
        return cls

    return register


class Rewrites(Service):
    """Changes responses on their way out."""

    def finish(self, handler, status, payload, headers):
        payload = json.loads(json.dumps(payload))
        return self.rewrite(handler, *super().finish(handler, status, payload, headers))

    def rewrite(self, handler, status, payload, headers):
        raise NotImplementedError
