"""Which members of what an operation answers may be compared with a read."""

from __future__ import annotations

import pytest

from contract_tests.suites.records.test_actions import may_be
from tests.contract_tests.conftest import ContractOf


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"type": "string", "enum": ["draft", "published"]}, "SUCCESS", False),
        ({"type": "string", "enum": ["draft", "published"]}, "published", True),
        ({"type": "string"}, "SUCCESS", True),
    ],
)
def test_a_value_that_a_read_cannot_show_says_something_else(
    contract_of: ContractOf, schema: object, value: str, expected: bool
) -> None:
    """`status: SUCCESS` of an operation isn't the `status` of its record, whose values are others."""
    assert may_be(contract_of({"openapi": "3.0.3"}), schema, value) is expected
