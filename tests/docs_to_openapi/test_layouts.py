"""The same page in another layout states the same facts."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from docs_to_openapi.contract.facts import Key, facts
from tests.docs_to_openapi.layouts import LAYOUTS
from tests.docs_to_openapi.reading import DOCS, SPEC, document, stated_values

PASTED = sorted(path for path in DOCS.iterdir() if path.suffix == ".txt")


def test_the_trust_page_states_what_the_contract_has() -> None:
    """Without the overlay, the page of `POST /devices/trust` states the contract's operation except the assumptions."""
    contract = facts(yaml.safe_load((SPEC / "openapi.yaml").read_text()))
    contract_facts = {key: fact.value for key, fact in contract.items() if key[1].startswith("POST /devices/trust")}
    expected = {key: _documented(key, value) for key, value in contract_facts.items() if not _assumed(key)}
    page_facts = stated_values((DOCS / "devices-trust.txt").read_text())
    stated = {key: value for key, value in page_facts.items() if key[0] not in ("server", "scheme")}
    assert stated == expected


def _assumed(key: Key) -> bool:
    """Whether only the overlay states the fact: the operation id and some statuses."""
    return key[0] == "operationId" or key[1].split()[2:3] in (["400"], ["401"], ["415"], ["429"])


def _documented(key: Key, value: Any) -> Any:
    """The pages mark every response field optional; A-01 states which are always present."""
    return False if key[0] == "required" and " request " not in key[1] else value


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("path", PASTED, ids=lambda path: path.stem)
def test_a_layout_does_not_change_facts(path: Any, layout: str) -> None:
    """Every layout of a page states the facts of its pasted text, and leaves nothing unread."""
    text = path.read_text()
    changed = LAYOUTS[layout](text)
    assert stated_values(changed) == stated_values(text)
    assert [problem for problem in document(changed)[1] if problem.severity != "note"] == []


def test_a_missing_row_keeps_the_status_and_is_reported() -> None:
    """A status with an example and a schema but no row stays, and the contradiction names both places."""
    text = (DOCS / "devices-trust.txt").read_text()
    without = text.replace("500\n\nThe server failed\n\nInline\n\n", "")
    assert without != text
    read, problems = document(without)
    assert "500" in read["paths"]["/devices/trust"]["post"]["responses"]
    [problem] = [problem for problem in problems if problem.severity == "contradiction"]
    assert problem.key == "status 500 of POST /devices/trust"
    assert problem.also is not None
    assert "Status Code 500" in without.split("\n")[problem.place.line - 1]


def test_a_page_without_responses_rows_states_its_statuses() -> None:
    """If the rows of the Responses table are missing, labels and schema titles still state the statuses."""
    text = LAYOUTS["without_headers"]((DOCS / "devices-trust.txt").read_text())
    head, rest = text.split("\nResponses\n")
    without = head + "\nResponses\nResponse Schema" + rest.split("Response Schema", 1)[1]
    read, problems = document(without)
    assert list(read["paths"]["/devices/trust"]["post"]["responses"]) == ["200", "404", "500"]
    assert [problem.severity for problem in problems] == ["note"]


def test_a_host_line_is_not_read_as_a_server() -> None:
    """A server comes from the URL of a request in a sample, not from a `Host` line."""
    text = LAYOUTS["markdown"]((DOCS / "devices-trust.txt").read_text())
    misleading = text.replace(
        "```shell\n", "```http\nPOST /devices/trust HTTP/1.1\nHost: localhost:3000\n```\n\n```shell\n"
    )
    assert [server["url"] for server in document(misleading)[0]["servers"]] == ["https://backend.flashback.tech"]
