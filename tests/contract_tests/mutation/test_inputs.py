"""Distortions that depend on the body of a request."""

from __future__ import annotations

import pytest

from contract_tests.mutation.of_inputs import BODIES, NO_JSON, parsed
from contract_tests.mutation.proxy import Request


@pytest.mark.parametrize("body", [b"[" * 100_000, b"{", b"\xff"])
def test_a_body_that_can_not_be_read_is_no_json(body: bytes) -> None:
    """Neither broken text nor brackets that nest too deep end the proxy."""
    request = Request("POST", "/things", {}, body)
    assert parsed(request) is NO_JSON
    assert BODIES["malformed JSON"](request)
