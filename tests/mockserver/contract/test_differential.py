"""Our compiled validators and openapi-core give the same verdict on whatever is sent and answered."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mockserver.contract.contract import Contract, load_contract
from tests.mockserver.contract.authority import Authority, error_text, our_request_errors
from tests.mockserver.contract.causes import cause
from tests.mockserver.contract.documents import DOCUMENTS
from tests.mockserver.contract.random_messages import NoMessage, random_request, random_response

ROOT = Path(__file__).resolve().parents[3]
THOROUGH = settings(
    max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)

Both = tuple[Contract, Authority]


@pytest.fixture(scope="module", params=["spec", *DOCUMENTS])
def both(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Both:
    """A contract, and openapi-core's reading of the same document."""
    path = ROOT / "spec" / "openapi.yaml"
    if request.param != "spec":
        path = tmp_path_factory.mktemp("document") / "openapi.json"
        path.write_text(json.dumps(DOCUMENTS[request.param]))
    contract = load_contract(path)
    return contract, Authority(contract)


@THOROUGH
@given(data=st.data())
def test_both_check_requests_alike(both: Both, data: st.DataObject) -> None:
    """Valid and invalid requests, over every operation."""
    contract, authority = both
    operation = data.draw(st.sampled_from(sorted(contract.operations.values(), key=lambda one: one.id)))
    random = Random(data.draw(st.integers(0, 2**32)))
    try:
        match, request = random_request(contract, operation, random, invalid=data.draw(st.booleans()))
    except NoMessage:
        assume(False)
    ours = our_request_errors(contract, match, request)
    try:
        theirs = error_text(authority.request_errors(match, request))
    except TypeError:  # openapi-core fails on a discriminator whose value is a list
        assume(False)
    same = bool(ours) == bool(theirs)
    assert same or cause(contract, match, request, ours, theirs), (request, ours, theirs)


@THOROUGH
@given(data=st.data())
def test_both_check_responses_alike(both: Both, data: st.DataObject) -> None:
    """Valid and invalid responses, over every declared response of JSON."""
    contract, authority = both
    declared = [
        (operation, status, media_type)
        for operation in sorted(contract.operations.values(), key=lambda one: one.id)
        for status, response in operation.responses.items()
        for media_type in response.media_types.values()
    ]
    operation, status, media_type = data.draw(st.sampled_from(declared))
    random = Random(data.draw(st.integers(0, 2**32)))
    value = random_response(contract, media_type, random, invalid=data.draw(st.booleans()))
    headers = [("WWW-Authenticate", "Bearer")] if data.draw(st.booleans()) else []
    ours = contract.check_response(operation, int(status), headers, media_type.name, value)
    theirs = authority.answer_errors(operation, int(status), headers, media_type.name, value)
    assert bool(ours) == bool(theirs), (value, ours, error_text(theirs))


def test_both_verdicts_are_met(both: Both) -> None:
    """The comparison means something: among the random messages, many are rejected and many are not."""
    contract, _ = both
    verdicts: Counter[bool] = Counter()
    for seed in range(200):
        random = Random(seed)
        operation = random.choice([one for one in contract.operations.values() if one.parameters or one.body])
        match, request = random_request(contract, operation, random, invalid=seed % 2 == 0)
        verdicts[bool(our_request_errors(contract, match, request))] += 1
    assert min(verdicts[True], verdicts[False]) > 10
