"""Sequences of calls along the contract's links, as Schemathesis's state machine walks them."""

from __future__ import annotations

import pytest

from contract_tests.core.errors import NotChecked
from contract_tests.core.fuzzing import Fuzzer
from contract_tests.core.promises import promise
from contract_tests.run.run import Run


@pytest.mark.usefixtures("reserved")
@promise("Calls that follow the contract's links keep the contract: what was removed is gone, what was made is there",
         page="the contract", stage=70)  # fmt: skip
def test_linked_calls(run: Run, fuzzer: Fuzzer) -> None:
    """A state machine over the links: each answer keeps the contract, none is used after it was removed."""
    if not run.settings.safety.writes:
        raise NotChecked(f"--safety {run.settings.safety} makes no write that succeeds")
    walked = [operation for operation in run.callable if not operation.acts_on_everything]
    fuzzer.walk(run.settings.examples, walked)
