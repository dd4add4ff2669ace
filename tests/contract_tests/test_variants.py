"""The suite passes each legitimate variant of the reference implementation.

`make test` runs the checks that each variant is closest to; `WHOLE_SUITE=1 pytest .../test_variants.py` runs all of
them, which takes some minutes. `contract-tests mutants` measures the opposite: what the suite must fail.
"""

from __future__ import annotations

import io
import os

import pytest

from contract_tests.core.contract import Contract
from contract_tests.run.run import Run
from contract_tests.run.session import Session
from contract_tests.run.settings import Settings
from tests.contract_tests.reference import serve
from tests.contract_tests.variants import CLOSEST, VARIANTS

TOKENS = ("red-token", "blue-token")
WHOLE = ("behaviours", "conformance", "workflows")  # the oracle has tests of its own


@pytest.mark.thorough
@pytest.mark.parametrize("name", VARIANTS)
def test_a_legitimate_variant_passes(name: str, contract: Contract) -> None:
    """Exit 0, and not because nothing was checked."""
    suite, operation = CLOSEST[name]
    suites, about = (WHOLE, ()) if os.environ.get("WHOLE_SUITE") else ((suite,), (operation,))
    out = io.StringIO()
    with serve(VARIANTS[name]()) as url:
        settings = Settings(url, *TOKENS, examples=1, fail_fast=True, suite=suites, about=about)
        code = Session(Run.prepare(settings, contract), out).execute()
    assert code == 0, out.getvalue()


def test_all_variants_are_checked() -> None:
    """None of them is lost."""
    assert len(VARIANTS) == 41
