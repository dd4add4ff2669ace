"""The suite passes each legitimate variant of the reference implementation.

`make test` runs the checks that each variant is closest to; `WHOLE_SUITE=1 pytest .../test_variants.py` runs all of
them, which takes some minutes. `contract-tests mutants` measures the opposite: what the suite must fail.
"""

from __future__ import annotations

import os

import pytest

from contract_tests.cli import main
from tests.contract_tests.reference import serve
from tests.contract_tests.variants import CLOSEST, VARIANTS

TOKENS = ["--token", "red-token", "--other-token", "blue-token"]
WHOLE = ["--suite", "behaviours", "--suite", "conformance", "--suite", "workflows"]  # the oracle has tests of its own


@pytest.mark.parametrize("name", VARIANTS)
def test_a_legitimate_variant_passes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 0."""
    flags = WHOLE if os.environ.get("WHOLE_SUITE") else CLOSEST[name]
    with serve(VARIANTS[name]()) as url:
        code = main(["--target", url, *TOKENS, "--examples", "1", "--fail-fast", *flags])
    assert code == 0, capsys.readouterr().out


def test_all_variants_are_checked() -> None:
    """None of them is lost."""
    assert len(VARIANTS) == 41
