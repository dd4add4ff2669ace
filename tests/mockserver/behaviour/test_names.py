"""What the contract knows of the records that behaviours show."""

from __future__ import annotations

import pytest

from mockserver.behaviour.names import record_fields, record_schemas, success_schema, success_status
from mockserver.contract.contract import Contract
from mockserver.contract.operations.operation import MediaType, Operation, Response
from mockserver.exchange.engine import Engine


def _operation(*statuses: str) -> Operation:
    medias = {"text/plain": MediaType("text/plain", "text"), "application/json": MediaType("application/json", "json")}
    return Operation("op", "GET", "/", responses={status: Response(status, media_types=medias) for status in statuses})


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        (("200", "404"), 200),
        (("404", "204", "201"), 201),
        (("202",), 202),
        (("default",), 200),
        (("2XX",), 200),
        (("404", "302"), 302),
    ],
)
def test_success_is_the_lowest_declared_2xx(statuses: tuple[str, ...], status: int) -> None:
    """Exact statuses first; under a range or `default` success is 200; else the lowest of what is declared."""
    assert success_status(_operation(*statuses)) == status


def test_the_answer_s_schema_is_that_of_its_json() -> None:
    """JSON before other media types; none where no success is declared."""
    assert success_schema(_operation("200")) == "json"
    assert success_schema(_operation("404")) is None


def test_a_collection_has_every_schema_that_shows_it(engine: Engine, bundled_contract: Contract) -> None:
    """Devices show in a list and alone, sessions in a list and inside a device."""
    schemas = record_schemas(engine.behaviours, engine.contract)
    assert {name: len(shown) for name, shown in schemas.items()} == {"devices": 2, "sessions": 2}


def test_fields_are_those_of_contract_and_fixtures(engine: Engine) -> None:
    """Private fields are known from the fixtures; without records nothing is known."""
    fields = record_fields(engine.behaviours, engine.contract, engine.fixtures.fields())
    assert {"userId", "deviceId", "expiresAt", "deviceName"} <= fields["sessions"]
    assert "sessions" in fields["devices"]
    assert record_fields(engine.behaviours, engine.contract, {})["sessions"] == frozenset()
